/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * history.h - what the journal's records say about the steps, and about the run that ended last
 */
#pragma once

#include "wizard/session.h"

/* history_open_begin - the last begin of the step, not done since and not undone, or -1. */
int history_open_begin(const struct session *session, const char *step);

/* history_done_at - when the step was done, in seconds since the epoch; -1: not, or undone. */
json_int_t history_done_at(const struct session *session, const char *step);

/* history_to_undo - the last begin in front of index `before` that lists changes and is not undone,
 * or -1. Begin with before = the number of records, or any more. step: of this step; NULL: any. */
int history_to_undo(const struct session *session, size_t before, const char *step);

/* history_undo_unfinished - was an undo interrupted before it could reset the workflow? */
bool history_undo_unfinished(const struct session *session);

/*
 * Has anything changed since a run came to the workflow's end? If not, the journal's last record is
 * the memory of the system's fingerprint at that time, and the fingerprint is the same now. So
 * `status` can tell without looking at the whole system again.
 */

/* history_remember_end - every step is satisfied: the workflow's settle, and the fingerprint. */
int history_remember_end(struct session *session, struct error *err);

/* history_look_for_end - find out whether nothing has changed since: session->unchanged from now
 * on. */
int history_look_for_end(struct session *session, struct error *err);
