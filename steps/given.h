/* SPDX-License-Identifier: GPL-2.0-or-later */
/* given.h - what another node's result has given this session: rules, and decisions */
#pragma once

#include "steps/cluster/result.h"
#include "wizard/session.h"

/* decision_key - of the memory, for a decision: an object of its permissions and the decision's
 * word for each. New memory (caller frees). */
char *decision_key(const char *fix, const char *source, const char *target, const char *tclass);

/* decision_word - as the memory, results and answers have it; and back. DECISION_NONE: no word. */
const char *decision_word(enum decision decision);
enum decision decision_by_word(const char *word);

/* given_rules - add to rules what this node's policy needs of the result that was applied; without
 * one, nothing. */
int given_rules(struct session *session, struct rules *rules, struct error *err);

/* given_decisions - what was decided here about findings, as the result file has it: new (caller
 * decrefs). */
json_t *given_decisions(const struct session *session);

/* given_decide - remember the decisions of a result where none was made here and the policy defines
 * what they are about: to allow something only what its rules, which are looked at, allow. */
int given_decide(struct session *session, const json_t *result, struct error *err);
