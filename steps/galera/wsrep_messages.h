/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * wsrep_messages.h - the messages of the server, the provider and the SST scripts: what each means
 *
 * A new version's message is a new row of the table. Texts that the server prints for an SST and an
 * IST alike (the script's start on the joiner, "SST complete", "SST received") prove neither.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "wizard/piece.h"

/* ---- servers, by generation: a bit each, so that a version range is a set of them ------------ */

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

/* Ranges: a new generation belongs into the first that fits; the others are made of these. */
#define MARIADB_FROM_11   MARIADB_11
#define MARIADB_FROM_10_4 (MARIADB_10_4 | MARIADB_FROM_11)
#define MARIADB_FROM_10_1 (MARIADB_10_1 | MARIADB_FROM_10_4)
#define MARIADB           (MARIADB_5_5 | MARIADB_FROM_10_1)
#define PERCONA           (PERCONA_5_7 | PERCONA_8_0)
#define MYSQL             (MYSQL_5_7 | MYSQL_8_0)
#define EVERY_SERVER      ((unsigned int)(MARIADB | PERCONA | MYSQL))
#define GALERA_3          (MARIADB_5_5 | MARIADB_10_1 | PERCONA_5_7 | MYSQL_5_7)
#define GALERA_4          (EVERY_SERVER & ~GALERA_3)
/* By what the SST scripts of these do: xtrabackup or mariabackup; rsync. */
#define HAS_BACKUP_SST (MARIADB_FROM_10_1 | PERCONA)
#define HAS_RSYNC_SST  (EVERY_SERVER & ~PERCONA_8_0)

/*
 * Out of the line with which a server begins ("Starting MariaDB 10.11.6-...", "... (mysqld
 * 8.0.36-28.1) starting as process"): its name and version in words, as "MariaDB 10.11.6", and
 * which generations it may be of. 0: none that is known. "" and EVERY_SERVER: the line tells
 * neither.
 */
unsigned int wsrep_server_read(struct piece message, char *name, size_t size);

/* The process that such a line names ("... as process 698"); 0: it names none. */
long wsrep_server_pid(struct piece message);

/* "MariaDB 10.4 to 10.11, MariaDB 11", cut to fit. */
void wsrep_servers_words(unsigned int servers, char *words, size_t size);

/* ---- messages -------------------------------------------------------------------------------- */

enum wsrep_event {
	EVENT_NONE, /* known, and proves nothing: said for an SST and an IST alike, or by others */
	EVENT_BOOT, /* the server's program begins; it may be to recover a position only */
	EVENT_RECOVERY, /* ... it was */
	EVENT_START,    /* it loads the provider: a real start */
	EVENT_READY,    /* from here on clients may connect, and get words of theirs into the log */
	EVENT_PROVIDER, /* the provider's version follows, up to a bracket */
	EVENT_BOOTSTRAP,   /* it begins a new group */
	EVENT_SAVED_STATE, /* uuid:seqno follows; without a seqno the server was not shut down */
	EVENT_TRANSFER_NEEDED, /* joiner: begins a state transfer */
	EVENT_TRANSFER_GAP,    /* joiner: likewise, said by older servers a little later */
	EVENT_JOINER,          /* this node is the joiner (from here to EVENT_METHOD) */
	EVENT_IST_LISTENER,    /* joiner: where it listens for write-sets follows */
	EVENT_GROUP_STATE,     /* joiner: uuid:seqno follows */
	EVENT_LOCAL_STATE,     /* joiner: uuid:seqno follows */
	EVENT_JOINER_MONITOR,  /* likewise; its server also says "SST succeeded" */
	EVENT_JOINER_SST,      /* joiner: it is an SST */
	EVENT_JOINER_IST,      /* joiner: it is an IST */
	EVENT_WRITESETS,       /* joiner: count and seqnos of the write-sets */
	EVENT_SST_POSITION,    /* joiner: uuid:seqno follows, of an SST, or where an IST begins */
	EVENT_IST_POSITION,    /* joiner: uuid:seqno follows, of an IST or of what follows an SST */
	EVENT_SST_RESULT,      /* joiner: a position follows, which is undefined after a failure */
	EVENT_SST_STATUS,      /* joiner: 0 or an error follows */
	EVENT_METHOD,          /* joiner: METHOD|... follows */
	EVENT_SST_ENCRYPTED,   /* the script encrypts what it sends or receives */
	EVENT_SCRIPT,          /* an SST script's command line */
	EVENT_MEMBERS,         /* who asks whom for a transfer; on every node */
	EVENT_SHIFT_JOINER,    /* the one who asked was this node */
	EVENT_SHIFT_DONOR,     /* the one who was asked was this node */
	EVENT_SHIFT_JOINED,    /* joiner: it has all that was sent */
	EVENT_DONOR_SST,       /* donor: it is an SST (from here to EVENT_DONOR_SENT) */
	EVENT_DONOR_IST,       /* donor: it is an IST */
	EVENT_DONOR_SIGNAL,    /* donor: 0, the script runs, or an error follows */
	EVENT_DONOR_SENT,      /* donor: position follows; done */
	EVENT_MEMBER_TRANSFER, /* "a (x): State transfer to|from b (y) complete|failed"; on every
				  node */
	EVENT_MEMBER_SYNCED,   /* another node's, or this one's; on every node */
	EVENT_SYNCED,
	EVENT_FAILURE,
	EVENT_HINDRANCE,     /* joiner: a failure after which it tries again, or otherwise */
	EVENT_CAUSE,         /* not the server's last word, but why it comes to one */
	EVENT_DENIED,        /* likewise: errno 13 */
	EVENT_READ,          /* what the SST script said in place of "ready" follows */
	EVENT_ABORTING,      /* the server gives up, when the line ends here */
	EVENT_NOTIFY_CALLED, /* by our script in front of it: "STATUS, mark MARK" follows */
	EVENT_NOTIFY_FAILED,
	EVENT_NOTIFY_UNDEFINED,
};

struct wsrep_message {
	const char *text; /* the message begins so */
	enum wsrep_event event;
	unsigned int servers; /* its version range: whose logs have it; 0: all */
	bool anywhere; /* text is somewhere in it: a source position, or a command's own words,
			  precede */
	bool lasting;  /* of words: an event; else progress, which the next one replaces */
	const char *and_also; /* further on in the line, too; NULL: nothing */

	/* What goes on in between: for the eye only, nothing is concluded from it. */
	const char *words; /* NULL: nothing */
	const char *rest;  /* to show what follows text up to this ("": all); NULL: nothing */
};

/* The first row that fits a line counts. Ends with a NULL text. */
extern const struct wsrep_message wsrep_messages[];

/* A line without what the server, or its script, puts before its messages, and without what syslog,
 * grep and others put before that. *unstamped: the line has no level, and is none of a script: no
 * server writes so of itself, and anybody may. */
struct piece wsrep_message_of(struct piece line, bool *unstamped);

/* Whose logs have it. */
static inline unsigned int wsrep_message_servers(const struct wsrep_message *row)
{
	return row->servers ? row->servers : EVERY_SERVER;
}

/* The row that fits a message, or NULL. */
const struct wsrep_message *wsrep_message_find(struct piece message);

/* ---- the time in a line ---------------------------------------------------------------------- */

/*
 * False: the line has none. All prefixes of the versions: "261124 11:33:19", "2026-11-24 11:33:19"
 * (hour padded by a space), "2026-11-24T11:33:19.123456Z", and a script's "(20261124 11:33:19.123)"
 * at the line's end. clock gets "11:33:19"; seconds since the epoch, a time without a zone being in
 * UTC where utc is set, else in this machine's.
 */
bool wsrep_time(struct piece line, bool utc, char clock[9], time_t *seconds);
