/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * runner.h - run, resume, undo, plan, status over any workflow
 *
 * Journal records that it writes (see journal.h), by "event":
 *   begin   step, changes: written before apply
 *   done    step: detect said satisfied after apply
 *   undone  step, begin: the begin record of that number (its index) has been taken back
 *   back    step, round: session_go_back()
 *   remember key, value: session_remember()
 */
#ifndef WIZARD_RUNNER_H
#define WIZARD_RUNNER_H

#include "wizard/session.h"
#include "wizard/step.h"

/*
 * runner_run - walk the steps from the first, or those named in only (NULL-terminated; NULL: all).
 * Returns 0 when all are satisfied, an enum step_outcome, or a negative errno (-EINTR: interrupted).
 * An unknown name is -EINVAL, before anything is done.
 */
int runner_run(struct session *session, char *const *only, struct error *err);

/*
 * runner_undo - take back every begin that was not taken back, newest first, after asking
 * (question "undo.apply"). Each reversal is journaled when it is done, so that an interrupted undo
 * goes on where it stopped. Nothing to undo is success, and said.
 */
int runner_undo(struct session *session, struct error *err);

/* runner_plan - print every change that would be made; make none. JSON with --json:
 * {"fingerprint": TEXT, "steps": [{"name", "state", "changes": [...]}]} */
int runner_plan(struct session *session, struct error *err);

/* runner_steps - print the table of steps. JSON: [{"name","title","why","changes_system"}] */
int runner_steps(struct session *session, struct error *err);

/* runner_status - print each step's state. JSON: {"fingerprint", "round", "steps": [{"name",
 * "state": "satisfied"|"todo"|"unknown", "done": seconds or null, "undoable": bool,
 * "error": text where unknown}]} */
int runner_status(struct session *session, struct error *err);

#endif
