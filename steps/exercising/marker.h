/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * marker.h - a script of ours before the operator's notify command, for the time of its exercise
 *
 * The server logs nothing when its notify command succeeds. The script (templates/notify) writes a
 * mark to the server's log and runs the operator's command, which is beside it meanwhile.
 *
 * It is a change of the step that exercises: shown, asked about, journaled before it is made, taken
 * back by undo. In place it is from the begin of the exercise to its result: also while the wizard
 * is stopped in between, since the server may be restarted then. Memory "notify script" says whose
 * it is: {"phase", "path", "mark"}; it is written before the script is put, and forgotten after it
 * is gone. The mark is new each time: who writes into the server's log, as its clients can, does
 * not know it.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "wizard/session.h"

/* Append the change, where the exercise is still to do in this phase, and the command is one that
 * can have a script before it. */
int marker_plan(struct session *session, const char *phase, json_t *changes, struct error *err);

/* Question "exercise.notify"; without the operator's yes the change is struck out. */
int marker_ask(struct session *session, json_t *changes, struct error *err);

/* Remember what was agreed to, before the phase's first exercise. A script that is not agreed to
 * any more is taken away. */
int marker_agree(struct session *session, const char *phase, const json_t *changes,
		 struct error *err);

/* Put the script in place, where that is agreed. *mark: what it writes; it is there, and has been
 * since the exercise began; NULL: it could not be put, which is said, and the exercise goes on
 * without. *script: the command's path; NULL: it has none. Both new memory (caller frees). */
int marker_begin(struct session *session, const char *phase, char **mark, char **script,
		 struct error *err);

/* The exercise has a result: take the script away. */
int marker_end(struct session *session, const char *phase, struct error *err);

/* Is it still there, although the exercise has a result? A crash came between. */
bool marker_is_left(struct session *session, const char *phase);

/* Say that it stays, since the exercise is not over. */
void marker_say_left(struct session *session, const char *phase);

/* What is wrong with the notify command's path where nobody exercises it: a script of ours that
 * another session has left. *what and *remedy: new memory (caller frees), or NULL. */
int marker_stray(struct session *session, char **what, char **remedy, struct error *err);

/* Take back what marker_plan() has planned. */
int marker_undo(struct session *session, const json_t *changes, struct error *err);
