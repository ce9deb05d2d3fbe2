/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * watch.h - an exercise seen live: the server's log and the audit log, as they grow, on the screen
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "steps/exercising/results.h"
#include "steps/galera/failures.h"
#include "steps/galera/wsrep_story.h"
#include "wizard/error.h"

struct watch_order {
	struct occasion at;
	int64_t limit;      /* milliseconds to wait; 0: look once; -1: as long as it takes */
	bool keys;          /* an operator may press keys */
	bool patient;       /* what is not the exercise, ends nothing: it may still come */
	const char *mark;   /* which our script before the notify command leaves at each call; NULL:
			       it is not there */
	const char *script; /* the notify command's path; NULL: it has none, or another exercise */
	bool play;          /* the recorded cluster does the exercise ... */
	double pace;        /* ... so many times as fast as recorded; 0: at once */
};

enum watch_end {
	WATCH_SETTLED, /* it is proved, or has failed, or was something else */
	WATCH_LIMIT,   /* nothing is settled until now */
	WATCH_SKIP,    /* the operator wants to skip it, */
	WATCH_QUIT,    /* ... or to stop here */
};

struct watched {
	enum watch_end end;
	enum proof proof;
	char *why; /* as exercise_judge() gives it */
	struct wsrep_story story;
	struct failure_moment moment; /* around the failure, where there was one */
};
void watched_clear(struct watched *watched);

/* Show what the logs say since the exercise's mark (evidence.h), until something is settled, and
 * the logs are quiet, so that what follows it is there, too. -EINTR: interrupted. Caller clears
 * *watched. */
int watch_exercise(const struct watch_order *order, struct watched *watched, struct error *err);
