/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * wsrep_story.h - what the server's own log says of state transfers
 *
 * Messages are matched, never their prefixes: those differ between MariaDB, MySQL-wsrep and
 * Percona XtraDB Cluster and their versions.
 */
#ifndef STEPS_GALERA_WSREP_STORY_H
#define STEPS_GALERA_WSREP_STORY_H

#include <stdbool.h>
#include <stddef.h>

#include "steps/galera/span.h"

enum transfer_kind { TRANSFER_NONE, TRANSFER_SST, TRANSFER_IST };

/* transfer_words - "an SST", "an IST". */
static inline const char *transfer_words(enum transfer_kind kind)
{
	return kind == TRANSFER_SST ? "an SST" : "an IST";
}

enum transfer_role { ROLE_NONE, ROLE_JOINER, ROLE_DONOR };

/*
 * What was seen since the last server start in the text, or in all of it where there is none. A run
 * of the server that only recovers its position (--wsrep-recover) is no start.
 *
 * Of several transfers the last one counts; but what the node received since its start comes before
 * what it has given to others since. Texts are the messages without their time stamps, cut to fit,
 * NUL bytes as '?', a password in an --auth argument left out.
 */
struct wsrep_story {
	bool started;           /* a server start was seen */
	bool transfer_required; /* the node asked for a state transfer */
	bool synced; /* "Synchronized with group", after the transfer where there was one */
	enum transfer_role role;
	enum transfer_kind kind;
	bool complete;   /* kind is proved, and its end was seen */
	bool failed;     /* a failure message was seen, and no success after it: Synchronized
			    (joiner, or no transfer), "SST sent" (donor) */
	char method[32]; /* rsync, mariabackup, ...; "" */
	char donor[64];  /* names, as logged; "" */
	char joiner[64];
	char position[96];      /* uuid:seqno that was reached; "" */
	long long writesets;    /* of an IST; -1 unknown */
	char proof[256];        /* the line that tells SST from IST, or "" */
	char failure[256];      /* the first failure, also of what was tried again or otherwise,
				   as an IST that became an SST; "". A success leaves it */
	bool permission_denied; /* one of these with errno 13 */
	char server[32];        /* "MariaDB 10.11.6", as it says; "" */
	char provider[24];      /* "26.4.23", of Galera, as it says; "" */
	bool server_unknown;    /* of no generation whose messages are known (wsrep_servers.h) */
	bool bootstrapped;      /* it began a new group */
	bool crashed;           /* it had not been shut down before: its saved state had no seqno */
	bool ist_encrypted;     /* the write-sets' listener is ssl:// */
	bool sst_encrypted;     /* the SST script said that it encrypts */
	bool arbitrator;        /* a member named as garbd is by default, synced with the group */
	bool notify_failed;     /* "Notification command failed" */
	size_t notify_calls;    /* the marks of our script in front of the command */
	char notify_statuses[96]; /* what they say: "joiner, joined, synced"; "" */
	bool notify_undefined;    /* "wsrep_notify_cmd is not defined" */
	char notify_failure[256];
	size_t lines;  /* lines read */
	size_t starts; /* server starts seen */
};

/*
 * wsrep_story_read - the story of a log's text (need not be NUL-terminated). Never fails.
 *
 * SST or IST is proved as the servers' sources have it, since the SST script is started, and "SST
 * complete" printed, for an IST too:
 *   SST, joiner  "Proceeding with SST", an IST receiver prepared from seqno 0, or an IST that could
 *                not be prepared because of the local state; write-sets received that do not follow
 *                the local state (the data came by an SST that they caught up from); an SST's
 *                position that is beyond the local state; or, in a log without a start, one
 *                that no write-sets follow
 *   IST, joiner  write-sets received and none of the above, or the script says that it is an IST;
 *                or write-sets received from the local state on, which the SST's position is then
 *   donor        its script's --bypass: IST, none: SST; or the script's or provider's own words
 * complete needs, for a joiner, "Synchronized with group" afterwards; and where MariaDB 10.4 or
 * later got an SST, its "SST succeeded" with a position that is defined.
 *
 * Lines of a log without time and level are heeded as long as no start was seen: so they tell what
 * happened, and prove no exercise (exercises.h), as a client may forge them.
 */
void wsrep_story_read(const char *text, size_t length, struct wsrep_story *story);

/* ---- a log as it grows (wsrep_watch.h) ------------------------------------------------------- */

/* What is known since one server start. */
struct wsrep_life {
	struct wsrep_story story;
	char group_uuid[64]; /* "": not said */
	bool local_known;
	long long local_seqno; /* before the transfer; -1: not a state of this group */
	long long sst_seqno;   /* "SST received", and what says so; -1, "": not said */
	char sst_message[256];
	long long ist_seqno;  /* "IST received"; -1: not said */
	char cause[256];      /* of a failure, should there be one; "" */
	bool denied;          /* ... and was one of these errno 13? */
	bool expects_result;  /* this server says "SST succeeded" */
	bool result;          /* ... and did, with a position */
	bool ended;           /* donor: it has sent all */
	unsigned int servers; /* enum wsrep_server: of those whose log it may be */
};

struct wsrep_reader {
	struct wsrep_life life;
	struct wsrep_life before; /* the life before this boot, should that be a recovery */
	bool booting;             /* the program has begun, the provider is not loaded yet */
	size_t lines, starts;
	char asking[64], asked[64]; /* the two of the last "Member ... requested state transfer" */
	size_t asked_line;
	char giver[64], taker[64]; /* the same two, when this node became the donor */
};

void wsrep_story_begin(struct wsrep_reader *reader);
/* wsrep_story_line - heed a line of the log, without its newline. */
void wsrep_story_line(struct wsrep_reader *reader, struct span line);
void wsrep_story_end(const struct wsrep_reader *reader, struct wsrep_story *story);

#endif
