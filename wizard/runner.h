/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * runner.h - run, resume, undo, plan, status over any workflow
 *
 * Journal records that it writes behind the first (see journal.h), by "event":
 *   begin   step, changes: written before apply
 *   done    step: detect said satisfied after apply
 *   undone  step, begin: the begin record of that number (its index) has been taken back; with
 *           "left": true nothing of ours can take it back, which was said
 *   reset   the workflow starts anew: everything was taken back. Memory is empty and the round is
 *           the first from here on, so that nothing that was remembered before makes a later step
 *           believe that it is done
 *   back    step, round: session_go_back()
 *   remember key, value: session_remember()
 *
 * A step is taken as step.h has it. One that is satisfied, with a begin and no done in the journal:
 * done is written now. A begin that an interrupted run wrote with the same changes is not written
 * again. STEP_ASKS_FIRST asks only while ask has left something to apply.
 * An apply that fails: what it has changed by then is listed, which is what plan does not list now.
 * STEP_EVERY_RUN: detect is not asked before; without planned changes neither after, and no begin
 * is written. A skipped step is remembered nowhere; the run goes on and returns STEP_PAUSED at its
 * end. More than 20 rounds in one process are -ELOOP.
 */
#pragma once

#include <popt.h>

#include "wizard/session.h"
#include "wizard/step.h"

/* runner_run - walk the steps from the first, or those among the session's arguments, all of them
 * steps, in the workflow's order. Returns 0 when all are satisfied, an enum step_outcome, or a
 * negative errno (-EINTR: interrupted). */
int runner_run(struct session *session, struct error *err);

/* runner_undo - take back every begin that was not taken back, newest first, after asking
 * (question "undo.apply"). Each reversal is journaled when it is done, so that an interrupted undo
 * goes on where it stopped; after the last one, reset. Nothing to undo is success, and said.
 * Returns 0, STEP_DECLINED, or a negative errno. */
int runner_undo(struct session *session, struct error *err);

/* runner_damaged - of a journal that session_open() has found damaged, by err: print what is proved
 * by the rest of it, and what is to be done by hand. JSON: {"damaged": TEXT, "lines", "whole",
 * "applied": [{"step", "time", "changes"}] (the newest first, not taken back), "by_hand": changes
 * or null where that cannot be found out}. */
void runner_damaged(struct session *session, const struct error *err);

/* runner_plan - print every change that would be made; make none. JSON with --json:
 * {"fingerprint": TEXT, "steps": [{"name", "state", "changes": [...]}]}; a step whose changes
 * depend on steps before it that are still to do (STEP_NO_PLAN_YET) has none, and "later": true. */
extern const struct poptOption plan_options[];
int runner_plan(struct session *session, struct error *err);

/* runner_plan_report, runner_plan_show - the same in two parts, of the steps among the session's
 * arguments (none: all): the report, new (caller decrefs), to which members may be added; and
 * printing it. */
int runner_plan_report(struct session *session, json_t **report, struct error *err);
void runner_plan_show(struct session *session, const json_t *report);

/* runner_steps - print the table of steps. JSON: [{"name","title","why","changes_system"}] */
int runner_steps(struct session *session, struct error *err);

/* runner_status - print each step's state. JSON: {"fingerprint", "round", "steps": [{"name",
 * "state": "satisfied"|"todo"|"unknown", "done": seconds or null, "undoable": bool,
 * "error": text where unknown}], "drift": [{"kind", "what", "why", "do"}]}. Nothing has changed
 * since a run came to its end: the steps are not asked, but for those of STEP_EVERY_RUN. Opens the
 * session itself.
 * With --check one line, by workflow.verdict_of, and a COMMAND_EXIT(). JSON: what verdict_of gave,
 * or {"state": "unknown", "line"}. --nagios: as a plugin prints it; --prometheus: the figures, as a
 * textfile of its node exporter. */
extern const struct poptOption status_options[];
int runner_status(struct session *session, struct error *err);

/* runner_status_report - the same object, new (caller decrefs); opens the session, too. */
int runner_status_report(struct session *session, json_t **report, struct error *err);

/* ---- what the journal says of the steps, and of the run that ended last ---------------------- */

/* history_open_begin - the last begin of the step, not done since and not undone, or -1. */
int history_open_begin(const struct session *session, const char *step);

/* history_done_at - when the step was done, in seconds since the epoch; -1: not, or undone. */
json_int_t history_done_at(const struct session *session, const char *step);

/* history_to_undo - the last begin in front of index `before` that lists changes and is not undone,
 * or -1. Begin with before = INT_MAX. step: of this step; NULL: any. */
int history_to_undo(const struct session *session, int before, const char *step);

/* history_applied - what undo would take back: [{"step", "time", "changes"}], the newest first. New
 * (caller decrefs). */
json_t *history_applied(const struct session *session);

/* history_left - of such a list what differs from before, each thing once, by its oldest change:
 * [{"step", "change"}]. New (caller decrefs). */
json_t *history_left(const json_t *applied);

/* history_undo_unfinished - was an undo interrupted before it could reset the workflow? */
bool history_undo_unfinished(const struct session *session);

/*
 * Has anything changed since a run came to the workflow's end? If not, the journal's last record is
 * the memory of the system's fingerprint at that time, and the fingerprint is the same now. So
 * `status` can tell without looking at the whole system again.
 *
 * history_remember_end - every step is satisfied: the workflow's settle, and the fingerprint.
 * history_look_for_end - find out whether nothing has changed since: session->unchanged from now
 * on.
 */
int history_remember_end(struct session *session, struct error *err);
int history_look_for_end(struct session *session, struct error *err);
