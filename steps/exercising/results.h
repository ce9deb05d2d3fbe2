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
 * (doubts.h), of the other "strict" (the server was confined) and "hidden" (hidden denials were not
 * shown). ledger.h says what follows from them.
 */
#ifndef STEPS_RESULTS_H
#define STEPS_RESULTS_H

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

/* occasion_is_confined - is the server verified, and not learned from? */
bool occasion_is_confined(const struct occasion *at);

/* results_era - the phase's era now, from 1. */
json_int_t results_era(struct session *session, const char *phase);

/* results_new_era - begin another one. */
int results_new_era(struct session *session, const char *phase, struct error *err);

/* results_get - of this era; NULL: none yet. Borrowed. */
json_t *results_get(struct session *session, const char *phase, const char *exercise);

/* results_of_era - as results_get(), of another era. */
json_t *results_of_era(struct session *session, const char *phase, json_int_t era,
		       const char *exercise);

/* results_put - result is stolen, also on failure. */
int results_put(const struct occasion *at, json_t *result, struct error *err);

/* results_done - has the exercise a result that counts? One that was skipped can be done after all,
 * where --exercise names it; one that was done while the server was not confined is to be repeated.
 */
bool results_done(struct session *session, const char *phase, const struct exercise *exercise);

/* results_covered - has each exercise that this run wants (wanted.h) a result that counts? */
bool results_covered(struct session *session, const char *phase);

/* results_begun - has any exercise a result in this era? */
bool results_begun(struct session *session, const char *phase);

/*
 * results_evidence - append {"path", "origin"} of the phase's evidence to sources: that of this
 * era, or that of all eras before it.
 */
int results_evidence(struct session *session, const char *phase, bool earlier, json_t *sources,
		     struct error *err);

#endif
