/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * follow.h - sleep until a log has more to read (inotify, the journal's descriptor, poll)
 *
 * Each source is read on from a mark (logfile.h): nothing is lost or read twice, whatever rotates,
 * is truncated, removed or created later under it. Without news the process does not wake.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "steps/host/logfile.h"
#include "wizard/error.h"

struct follow;

int follow_new(struct follow **follow, struct error *err);
void follow_free(struct follow *follow);

/* Add the log at path, from mark on (copied); its directory may be missing yet. Returns the
 * source's number, or a negative errno. */
int follow_file(struct follow *follow, const char *path, const json_t *mark, struct error *err);
/* Likewise, of units; directory as in journald.h. */
int follow_journal(struct follow *follow, const char *directory, const char *const *units,
		   const json_t *mark, struct error *err);

/* What the source has got since the last call, as logfile_advance() gives it: where *length is
 * LOG_MOST or beyond it, there may be more at once. */
int follow_read(struct follow *follow, int source, char **text, size_t *length, bool *gap,
		struct error *err);

enum follow_news {
	FOLLOW_TIME = 0,         /* the deadline has come */
	FOLLOW_LOGS = 1 << 0,    /* a log may have more: read all sources */
	FOLLOW_INPUT = 1 << 1,   /* input is readable, or at its end */
	FOLLOW_STOPPED = 1 << 2, /* stop() said so */
};

/*
 * Sleep until there are news: a set of enum follow_news, or a negative errno.
 *
 * input: a descriptor to watch, too; -1: none. deadline: in milliseconds of follow_now(); -1: none.
 * stop (may be NULL) is asked before each sleep and after each signal; SIGINT, SIGTERM, SIGHUP,
 * SIGTSTP and SIGWINCH are blocked outside of the sleep, so that none comes unnoticed between. A
 * signal ends the wait, with no news (0) where stop() has no objection.
 */
int follow_wait(struct follow *follow, int input, int64_t deadline, bool (*stop)(void),
		struct error *err);

/* The monotonic clock, in milliseconds. */
int64_t follow_now(void);
