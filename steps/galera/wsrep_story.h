/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * wsrep_story.h - what the server's own log says of state transfers
 *
 * Messages are matched, never their prefixes: those differ between MariaDB, MySQL-wsrep and
 * Percona XtraDB Cluster and their versions.
 */
#pragma once

#include <stddef.h>
#include <time.h>

#include "steps/galera/wsrep_life.h"

enum news_kind {
	NEWS_EVENT,    /* something has happened */
	NEWS_WARNING,  /* a failure after which the node tries again, or otherwise */
	NEWS_FAILURE,  /* the attempt has failed */
	NEWS_PROGRESS, /* how far it is; the next one replaces it */
};

struct wsrep_news {
	enum news_kind kind;
	char clock[9];  /* "14:25:50", as the log has it; "" */
	time_t seconds; /* the same since the epoch, -1: not known; a log without a zone is in this
			   machine's */
	char text[320]; /* may quote the log */
};

/* Called in the order of the log's lines; news is borrowed. */
struct wsrep_teller {
	void (*tell)(void *data, const struct wsrep_news *news);
	void *data;
};

struct wsrep_watch;

/* mark: that of our script in front of the notify command, which other scripts, and clients, do not
 * know; "": there is none; NULL: any counts. Copied. */
struct wsrep_watch *wsrep_watch_new(const char *mark);
void wsrep_watch_free(struct wsrep_watch *watch);

/* What the log has got, which may end, and begin, in the middle of a line. Tells what its whole
 * lines say. */
void wsrep_watch_feed(struct wsrep_watch *watch, const char *text, size_t length,
		      const struct wsrep_teller *teller);

/* What was told so far is not true: the story begins anew with what comes. */
void wsrep_watch_void(struct wsrep_watch *watch);

/*
 * The story so far, since it was void last.
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
 * happened, and prove no exercise (exercises.h), as a client may forge them. A notify script's
 * marks count whatever they are.
 */
void wsrep_watch_story(const struct wsrep_watch *watch, struct wsrep_story *story);
