/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * wsrep_watch.h - the server's log as it grows: what is new in the story, in words
 */
#ifndef STEPS_GALERA_WSREP_WATCH_H
#define STEPS_GALERA_WSREP_WATCH_H

#include <stddef.h>
#include <time.h>

#include "steps/galera/wsrep_story.h"

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

struct wsrep_watch *wsrep_watch_new(void);
void wsrep_watch_free(struct wsrep_watch *watch);

/* What the log has got, which may end, and begin, in the middle of a line. Tells what its whole
 * lines say. */
void wsrep_watch_feed(struct wsrep_watch *watch, const char *text, size_t length,
		      const struct wsrep_teller *teller);

/* The story so far, as wsrep_story_read() has it of the same lines. */
void wsrep_watch_story(const struct wsrep_watch *watch, struct wsrep_story *story);

#endif
