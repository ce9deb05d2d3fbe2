/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tally.h - the server's denials, counted for the eye; learned from is the whole evidence */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "steps/audit/denial.h"
#include "steps/galera/failures.h"

/* All zero but for domains, which must outlive it: an empty one. */
struct tally {
	const char *const *domains;
	struct denials denials;
	char last[160]; /* "rsync: getattr rsync_exec_t:file"; "" before the first */
	char *half;     /* the beginning of a record */
	size_t half_length;
	bool failed;
	time_t moment; /* of that, as tally_moment() was told */
};
void tally_clear(struct tally *tally);

/* What the audit log has got; it may end, and begin, in the middle of a record. */
void tally_feed(struct tally *tally, const char *text, size_t length);

/* The denials of the program at path, by the name that its process has. */
size_t tally_of_program(const struct tally *tally, const char *path);

/* Something failed then (-1: not known when); the first time counts. */
void tally_moment(struct tally *tally, time_t seconds);
/* What was denied in some seconds before that moment, or in all where it is not known: each access
 * counts once. */
struct failure_moment tally_around(const struct tally *tally);
