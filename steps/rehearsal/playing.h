/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * playing.h - recorded logs written again, line by line, at the pace at which they were written
 */
#ifndef STEPS_PLAYING_H
#define STEPS_PLAYING_H

#include <stdint.h>

#include "wizard/error.h"

/* A recorded log, and the file to which its lines are appended. */
struct played_log {
	const char *from;
	const char *to;
};

struct playing;

/*
 * playing_begin - read an audit log and a server's log, and bring their lines in order: an audit
 * record's time is its event's; a server's line without a time comes with the one before it. The
 * recording's clock is UTC. pace: how many times as fast; 0: all of it is due at once. now: the
 * begin, in milliseconds of a clock of the caller's. Nothing is written yet.
 */
int playing_begin(struct playing **playing, const struct played_log *audit,
		  const struct played_log *server, double pace, int64_t now, struct error *err);
void playing_end(struct playing *playing);

/* playing_go_on - write what is due; *next: when the next line is, -1: that was the last. */
int playing_go_on(struct playing *playing, int64_t now, int64_t *next, struct error *err);

/* playing_seconds - how long it takes, at its pace. */
double playing_seconds(const struct playing *playing);

#endif
