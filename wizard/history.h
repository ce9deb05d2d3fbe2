/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * history.h - what the journal's records say about a step
 */
#ifndef WIZARD_HISTORY_H
#define WIZARD_HISTORY_H

#include <jansson.h>
#include <stdbool.h>

#include "wizard/error.h"

struct history {
	const json_t *records; /* borrowed */
	bool *undone;          /* for each record: a begin that was taken back */
	size_t last_reset;     /* the index behind the last reset; 0: none */
};

/* history_init - read the records, as they are now; NULL is an empty journal. */
int history_init(struct history *history, const json_t *records, struct error *err);
void history_clear(struct history *history);

/* history_open_begin - the last begin of the step, not done since and not undone, or -1. */
int history_open_begin(const struct history *history, const char *step);

/* history_done_at - when the step was done, in seconds since the epoch; -1: not, or undone. */
json_int_t history_done_at(const struct history *history, const char *step);

/* history_to_undo - the last begin in front of index `before` that lists changes and is not undone,
 * or -1. Begin with before = the number of records, or any more. step: of this step; NULL: any. */
int history_to_undo(const struct history *history, size_t before, const char *step);

/* history_undo_unfinished - was an undo interrupted before it could reset the workflow? */
bool history_undo_unfinished(const struct history *history);

#endif
