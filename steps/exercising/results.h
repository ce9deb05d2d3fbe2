/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * results.h - what came out of each exercise: by phase, era and exercise
 *
 * The exercises are done twice: in the phase "permissive", to learn what the server needs, and in
 * the phase "enforcing", to verify what it was given. A phase that must be exercised again (after
 * the module changed) is a new era of it; results of earlier eras do not count any more, their
 * evidence does.
 *
 * A result is a JSON object: "result" (proved, not seen, failed, skipped, n/a), "evidence" (a file
 * of the session's directory, or ""), "denials", "began", "ended", "server" and "provider"
 * (versions), where there was a transfer "donor" and "method", and of the confined phase "doubts"
 * (evidence.h), of the other "strict" (the server was confined) and "hidden" (hidden denials were
 * not shown). ledger.h says what follows from them.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "steps/galera/exercises.h"
#include "wizard/session.h"

#define PHASE_PERMISSIVE "permissive"
#define PHASE_ENFORCING  "enforcing"

/* An exercise in a phase. */
struct occasion {
	struct session *session;
	const char *phase;
	const struct exercise *exercise;
};

/* Is the server verified, and not learned from? */
bool occasion_is_confined(const struct occasion *at);

/* The phase's era now, from 1. */
json_int_t results_era(struct session *session, const char *phase);
/* Begin another one. */
int results_new_era(struct session *session, const char *phase, struct error *err);

/* Of this era; NULL: none yet. Borrowed. */
json_t *results_get(struct session *session, const char *phase, const char *exercise);
/* As results_get(), of another era. */
json_t *results_of_era(struct session *session, const char *phase, json_int_t era,
		       const char *exercise);
/* result is stolen, also on failure. */
int results_put(const struct occasion *at, json_t *result, struct error *err);

/* What a result tells. */
enum observed {
	OBSERVED_MISSING,  /* not done, or its evidence was lost */
	OBSERVED_NEEDLESS, /* the notify command, where none is configured */
	OBSERVED_SKIPPED,
	OBSERVED_FAILED,
	OBSERVED_SEEN, /* done, and nothing tells of a failure; nothing proves it either */
	OBSERVED_PROVED,
};
/* observed_name - "missing", "skipped", "seen, not proved", ...; static. */
const char *observed_name(enum observed observed);
/* results_observed - what is without its evidence counts for nothing: missing. */
enum observed results_observed(struct session *session, const json_t *result);

/* Has the exercise a result that counts? One that was skipped can be done after all, where
 * --exercise names it; one that was done while the server was not confined is to be repeated. */
bool results_done(struct session *session, const char *phase, const struct exercise *exercise);
/* Has each exercise that this run wants a result that counts? */
bool results_covered(struct session *session, const char *phase);
/* Has any exercise a result in this era? */
bool results_begun(struct session *session, const char *phase);

/* Append {"path", "origin"} of the phase's evidence to sources: that of this era, or that of all
 * eras before it. */
int results_evidence(struct session *session, const char *phase, bool earlier, json_t *sources,
		     struct error *err);

/* ---- which are to be done: the three, and those beyond them that are asked for --------------- */

/* -EINVAL for a name that no exercise has, with the names that there are. */
int wanted_check(const char *name, struct error *err);

/* Is it one of the three, or was it asked for in this session, whatever --exercise names in this
 * run? */
bool wanted_in_session(struct session *session, const struct exercise *exercise);
/* Does --exercise name it; or where it names none, is it wanted in the session? */
bool wanted_in_run(struct session *session, const struct exercise *exercise);

/* From now on those that --exercise names are wanted in the session, in both phases. */
int wanted_take_named(struct session *session, struct error *err);

/* Where --exercise names none: show what is offered and not asked for yet, and ask which of them
 * are wanted (the question exercise.also). Without a terminal and an answer none is; so in a
 * rehearsal, which has the three alone. */
int wanted_ask(struct session *session, struct error *err);
