/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * results.h - what came out of each exercise: by phase, era and exercise
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

/* results_era - the phase's era now, from 1. */
json_int_t results_era(struct session *session, const char *phase);

/* results_get - of this era; NULL: none yet. Borrowed. */
json_t *results_get(struct session *session, const char *phase, const char *exercise);

/* results_of_era - as results_get(), of another era. */
json_t *results_of_era(struct session *session, const char *phase, json_int_t era,
		       const char *exercise);

/* results_done - has the exercise a result that counts? One that was skipped can be done after all,
 * where --exercise names it; one that was done while the server was not confined is to be repeated.
 */
bool results_done(struct session *session, const char *phase, const struct exercise *exercise);

/* results_put - result is stolen, also on failure. */
int results_put(struct session *session, const char *phase, const char *exercise, json_t *result,
		struct error *err);

/*
 * results_wanted - is the exercise among those that --exercise names; or where it names none, is it
 * one of the three, or one that the operator has asked for in this session?
 */
bool results_wanted(struct session *session, const struct exercise *exercise);

/* results_asked - is it one of the three, or was it asked for in this session, whatever --exercise
 * names in this run? */
bool results_asked(struct session *session, const struct exercise *exercise);

/* results_ask_for - from now on the exercise is wanted, in both phases. */
int results_ask_for(struct session *session, const char *exercise, struct error *err);

#endif
