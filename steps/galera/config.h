/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * config.h - the node's configuration, as the server itself reads it (my_print_defaults)
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "wizard/error.h"

/* Where to read. */
struct galera_config_source {
	const char *root;          /* "/" or a scratch root */
	const char *defaults_file; /* as --defaults-file has it; NULL: the server's own places */
	const char *group_suffix;  /* as --defaults-group-suffix; may be NULL */
	const char *program;       /* my_print_defaults; NULL: the system's */
};

struct galera_option {
	char *name;  /* dashes as underscores, a "loose_" and "skip_" prefix left as it is */
	char *value; /* NULL: an option without a value */
};

struct galera_config {
	struct galera_option *options; /* in the order read; the last of a name counts */
	size_t option_count;

	/* Derived, with the server's defaults filled in. Owned. */
	char *data_directory; /* /var/lib/mysql */
	char *error_log;      /* a path; NULL: standard error, so the systemd journal */
	char *sst_method;     /* rsync; Percona XtraDB Cluster 8 has another default, and sets it */
	char *notify_command; /* NULL: not set */
	char *node_name;      /* NULL: not set */
	bool wsrep_on;      /* wsrep_on; where that is not set, a wsrep_provider other than none */
	bool multicast;     /* gmcast.mcast_addr is set */
	bool ist_encrypted; /* the provider is given a key (socket.ssl_key), or socket.ssl */
	bool sst_encrypted; /* the group [sst] has encrypt, an ssl_mode, or a key for it */
	bool arbitrator; /* garbd's own file (/etc/default/garb, /etc/sysconfig/garb) names nodes */
	bool read;       /* a configuration was found and read */
};

/*
 * In a scratch root, files are read below it: my_print_defaults is given ROOT/etc/mysql/my.cnf or
 * ROOT/etc/my.cnf. Where my_print_defaults is not installed, or finds nothing, the defaults stand
 * and config->read is false. Errors: -EINVAL: it refused the files.
 *
 * All paths are the server's own, without the root. The files' `!includedir` lines are followed as
 * they stand, so a scratch root's file should be whole in itself. The groups are those of the
 * server, with the versions that my_print_defaults knows; one of MySQL knows none, and then groups
 * with a version in their name ([mysqld-8.0]) are not seen.
 */
int galera_config_read(const struct galera_config_source *source, struct galera_config *config,
		       struct error *err);
void galera_config_clear(struct galera_config *config);
/* The last value of name (underscores), or NULL: not set, or without a value. "loose_NAME" counts
 * as NAME, as it does for the server. */
const char *galera_config_get(const struct galera_config *config, const char *name);
/* A value out of wsrep_provider_options, or of the variable that MariaDB 11 has for it
 * (wsrep_provider_ist_recv_addr for ist.recv_addr), in new memory (caller frees); NULL: not set. */
char *galera_provider_option(const struct galera_config *config, const char *name);

/* ---- the cluster's nodes --------------------------------------------------------------------- */

struct strings;

/* galera_members - append the hosts of wsrep_cluster_address (gcomm://HOST[:PORT],...?OPTION=...),
 * each once, without ports, and an IPv6 address without its brackets; none: it begins a cluster.
 * galera_own_address - the host of wsrep_node_address, in new memory (caller frees); NULL: the
 * server finds it by itself. */
void galera_members(const struct galera_config *config, struct strings *hosts);
char *galera_own_address(const struct galera_config *config);

/* ---- ports ----------------------------------------------------------------------------------- */

struct galera_port {
	const char *proto; /* "tcp", "udp" */
	unsigned int number;
	const char *purpose; /* "replication", "IST", "SST", "replication, multicast" */
	char setting[64];    /* what moved it from its default: "gmcast.listen_addr"; "" */
};

/* galera_has_port - is this one among them? */
bool galera_has_port(const struct galera_port *ports, int count, const char *proto,
		     unsigned int number);

/* At most: replication tcp, the same udp where multicast is configured, IST, IST's bind, SST. */
#define GALERA_PORTS_MAX 5

/*
 * Fill ports (GALERA_PORTS_MAX), return how many, or -EINVAL naming the setting that is no port. As
 * Galera does it:
 *
 * - base_port: 4567, or the port of wsrep_node_address, or base_port in wsrep_provider_options
 * - replication: the port of gmcast.listen_addr, else base_port; udp too with gmcast.mcast_addr
 * - IST: the port of ist.recv_addr, else base_port + 1; and the port of ist.recv_bind, where the
 *   node binds another than it tells the donor
 * - SST: the port of wsrep_sst_receive_address, else 4444; none with the methods mysqldump (it uses
 *   the client port) and skip
 *
 * Addresses may be IPv6, in brackets where a port follows. A port is listed once.
 */
int galera_ports(const struct galera_config *config, struct galera_port *ports, struct error *err);
