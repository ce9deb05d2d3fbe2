/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A log as a file or as text, read into its story; what servers say, to make such a text of. */
#pragma once

#include "steps/galera/wsrep_story.h"
#include "tests/unit/unit.h"

#define OTHERS "tests/fixtures/wsrep/"

static inline char *load(const char *folder, const char *name, size_t *length)
{
	_cleanup_free_ char *path = str_printf("%s%s", folder, name);
	struct error err = { 0 };
	char *text;

	must(file_read(path, &text, length, &err), &err);
	return text;
}

static inline void tell_nobody(void *data, const struct wsrep_news *news)
{
}

/* story_read - of a whole text, its last line included. */
static inline void story_read(const char *text, size_t length, struct wsrep_story *story)
{
	const struct wsrep_teller nobody = { tell_nobody, NULL };
	struct wsrep_watch *watch = wsrep_watch_new(NULL);

	wsrep_watch_feed(watch, text, length, &nobody);
	if (length && text[length - 1] != '\n')
		wsrep_watch_feed(watch, "\n", 1, &nobody);
	wsrep_watch_story(watch, story);
	wsrep_watch_free(watch);
}

static inline void read_log(const char *folder, const char *name, struct wsrep_story *story)
{
	size_t length;
	_cleanup_free_ char *text = load(folder, name, &length);

	story_read(text, length, story);
}

static inline void read_text(const char *text, struct wsrep_story *story)
{
	story_read(text, strlen(text), story);
}

/* server_named - the generation of "mariadb-10.11", "percona-8.0.36", "mysql-5.7": a bit; 0: none.
 */
static inline unsigned int server_named(const char *name)
{
	const char *version = strchr(name, '-');
	unsigned int family = str_starts(name, "mariadb-")   ? MARIADB
			      : str_starts(name, "percona-") ? PERCONA
			      : str_starts(name, "mysql-")   ? MYSQL
							     : 0;
	_cleanup_free_ char *line =
		str_printf(" (mysqld %s%s) starting as process 1", version ? version + 1 : "",
			   family == MARIADB ? "-MariaDB" : "");
	char words[32];

	return family & wsrep_server_read(piece_of(line), words, sizeof(words));
}

/* ---- what servers say ------------------------------------------------------------------------ */

#define PROVIDER                                                                                   \
	"[Note] WSREP: wsrep_load(): loading provider library '/usr/lib/libgalera_smm.so'\n"
#define RECOVERED "[Note] WSREP: Recovered position: 11111111-1111-1111-1111-111111111111:7\n"
#define BOOT      BOOT_AS("7")
#define BOOT_AS(pid)                                                                               \
	"[Note] Starting MariaDB 10.11.6-MariaDB source revision x as process " pid "\n"
#define READY "[Note] /usr/sbin/mariadbd: ready for connections.\n"
#define STATE(group, local)                                                                        \
	"[Note] WSREP: State transfer required: \n"                                                \
	"\tGroup state: 11111111-1111-1111-1111-111111111111:" group "\n"                          \
	"\tLocal state: " local "\n"
#define HERE(seqno) "11111111-1111-1111-1111-111111111111:" seqno
#define SCRIPT                                                                                     \
	"[Note] WSREP: Running: 'wsrep_sst_rsync --role 'joiner' --address 'db2' --parent 5'\n"
#define GIVE(bypass)                                                                               \
	"[Note] WSREP: Member 1.0 (db2) requested state transfer from '*any*'. "                   \
	"Selected 0.0 (db1)(SYNCED) as donor.\n"                                                   \
	"[Note] WSREP: Shifting SYNCED -> DONOR/DESYNCED (TO: 8)\n"                                \
	"[Note] WSREP: Running: 'wsrep_sst_rsync --role 'donor' --address 'db2'" bypass "'\n"
#define SENT      "[Note] WSREP: SST sent: " HERE("8") "\n"
#define SYNC      "[Note] WSREP: Synchronized with group, ready for connections\n"
#define UNDEFINED "[Note] WSREP: wsrep_notify_cmd is not defined, skipping notification.\n"
