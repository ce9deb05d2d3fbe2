/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tally.h - the server's denials, counted for the eye; learned from is the whole evidence */
#pragma once

#include <stddef.h>
#include <time.h>

#include "steps/galera/failures.h"

struct tally;

/* domains must outlive it. */
struct tally *tally_new(const char *const *domains);
void tally_free(struct tally *tally);

/* What the audit log has got; it may end, and begin, in the middle of a record. */
void tally_feed(struct tally *tally, const char *text, size_t length);

size_t tally_count(const struct tally *tally);
/* "rsync: getattr rsync_exec_t:file"; "" before the first. Borrowed. */
const char *tally_last(const struct tally *tally);

/* The denials of the program at path, by the name that its process has. */
size_t tally_of_program(const struct tally *tally, const char *path);

/* Something failed then (-1: not known when); the first time counts. */
void tally_moment(struct tally *tally, time_t seconds);
/* What was denied in some seconds before that moment, or in all where it is not known: each access
 * counts once. */
struct failure_moment tally_around(const struct tally *tally);
