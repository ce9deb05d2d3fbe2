/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * wsrep_servers.h - the servers whose logs are understood, by generation
 *
 * A generation is one bit, so a message's version range is a set of them.
 */
#ifndef STEPS_GALERA_WSREP_SERVERS_H
#define STEPS_GALERA_WSREP_SERVERS_H

#include "steps/galera/span.h"

enum wsrep_server {
	MARIADB_5_5 = 1 << 0,  /* to 10.0, with Galera 2 or 3 */
	MARIADB_10_1 = 1 << 1, /* to 10.3, with Galera 3 */
	MARIADB_10_4 = 1 << 2, /* to 10.11, with Galera 4 and wsrep-lib, as those that follow */
	MARIADB_11 = 1 << 3,
	PERCONA_5_7 = 1 << 4, /* XtraDB Cluster 5.5 to 5.7, with Galera 2 or 3 */
	PERCONA_8_0 = 1 << 5, /* ... from 8.0 on, with Galera 4 and wsrep-lib */
	MYSQL_5_7 = 1 << 6,   /* MySQL-wsrep, likewise */
	MYSQL_8_0 = 1 << 7,
};

/* Ranges. */
#define EVERY_SERVER      0xffu
#define GALERA_3          (MARIADB_5_5 | MARIADB_10_1 | PERCONA_5_7 | MYSQL_5_7)
#define GALERA_4          (MARIADB_10_4 | MARIADB_11 | PERCONA_8_0 | MYSQL_8_0)
#define MARIADB           (MARIADB_5_5 | MARIADB_FROM_10_1)
#define MARIADB_FROM_10_1 (MARIADB_10_1 | MARIADB_FROM_10_4)
#define MARIADB_FROM_10_4 (MARIADB_10_4 | MARIADB_11)
#define PERCONA           (PERCONA_5_7 | PERCONA_8_0)
#define MYSQL             (MYSQL_5_7 | MYSQL_8_0)
/* By what the SST scripts of these do: xtrabackup or mariabackup; rsync. */
#define HAS_BACKUP_SST (MARIADB_FROM_10_1 | PERCONA)
#define HAS_RSYNC_SST  (EVERY_SERVER & ~PERCONA_8_0)

/*
 * wsrep_server_read - out of the line with which a server begins ("Starting MariaDB 10.11.6-...",
 * "... (mysqld 8.0.36-28.1) starting as process"): its name and version in words, as "MariaDB
 * 10.11.6", and which generations it may be of. 0: none that is known. "" and EVERY_SERVER: the
 * line tells neither.
 */
unsigned int wsrep_server_read(struct span message, char *name, size_t size);

/* wsrep_server_find - the generation of "mariadb-10.11", "percona-8.0.36", "mysql-5.7": a bit; 0:
 * none. */
unsigned int wsrep_server_find(const char *name);

/* wsrep_servers_words - "MariaDB 10.4 to 10.11, MariaDB 11", cut to fit. */
void wsrep_servers_words(unsigned int servers, char *words, size_t size);

#endif
