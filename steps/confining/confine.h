/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * confine.h - how strictly the server is held: changes that permissive makes, and that load or
 * enforce takes back
 *
 *   the domain       permissive, or confined. It is a module, permissive_DOMAIN, exactly as
 *                    `semanage permissive` makes it, so that semanage lists and removes it.
 *   hidden denials   what the policy denies and does not log (dontaudit): shown while the exercises
 *                    run, for every domain of the system, as `semodule -DB` does
 *   a module         of others (others.h), enabled or disabled: what it allows is not learned. Our
 *                    own takes its place, so that it is not enabled afterwards, but by undo
 *
 * Each is a change in the sense of step.h, its state in "from" and "to", with a member "confine"
 * that says which of them it is.
 */
#pragma once

#include <stdbool.h>

#include "steps/store/store.h"
#include "wizard/session.h"

/*
 * confine_plan_loose, confine_plan_strict - append what has to change for the exercises, and what
 * has to change back after them, whoever brought it about. Hidden denials that the operator does
 * not want to see (confine_keep_hidden) are not in the first; a domain that is permissive by
 * something else than that module is not in the second.
 */
int confine_plan_loose(struct session *session, json_t *changes, struct error *err);
int confine_plan_strict(struct session *session, json_t *changes, struct error *err);

/* confine_is - is this change one of ours? part: "domain", "hidden", "module", or NULL: any. */
bool confine_is(const json_t *change, const char *part);
bool confine_among(const json_t *changes, const char *part);
/* confine_strike - take those changes out. */
void confine_strike(json_t *changes, const char *part);

/* confine_keep_hidden - remember that the operator does not want hidden denials to be shown. */
int confine_keep_hidden(struct session *session, struct error *err);

/* confine_shows_hidden - is it this wizard that has them shown? */
bool confine_shows_hidden(struct session *session);

/* confine_made_permissive - has this wizard made the domain permissive? */
bool confine_made_permissive(struct session *session);

/* confine_change - within a transaction: our changes among these, or (back) their opposites. */
int confine_change(struct store *store, const json_t *changes, bool back, struct error *err);
/* confine_commit - the same as a transaction of its own. All of it is so already: success, without
 * a commit. */
int confine_commit(struct session *session, const json_t *changes, bool back, struct error *err);
/* confine_note - once they are made: tell the system's log of the live root what is looser or
 * stricter now, and by whom. confine_commit() does. */
int confine_note(struct session *session, const json_t *changes, bool back, struct error *err);
