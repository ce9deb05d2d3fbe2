/* SPDX-License-Identifier: GPL-2.0-or-later */
/* subjects.h - what an answer may be about: the members of the questions in workflow.c; a rule
 * that was rejected beforehand is not built into the module after all */
#pragma once

#include <stdbool.h>

#include "steps/advice/finding.h"
#include "wizard/session.h"

/* subjects_exercise - an exercise's name, or none. */
int subjects_exercise(const char *subject, const char *value, struct error *err);
/* subjects_exercises - no subject; the value is names of exercises, or "none". */
int subjects_exercises(const char *subject, const char *value, struct error *err);

/* subjects_any - any text, or none: what it names is known only when it is asked about. */
int subjects_any(const char *subject, const char *value, struct error *err);

/* subjects_finding - "SOURCE TARGET CLASS PERMISSION[,PERMISSION...]", or none. */
int subjects_finding(const char *subject, const char *value, struct error *err);
/* subjects_same_finding - the same source, target and class, and one permission in common: in
 * another run a permission more, or less, may be observed. */
bool subjects_same_finding(const char *given, const char *asked);
/* subjects_alike - how much two findings have in common: 0 (nothing) to 4
 * (subjects_same_finding). */
int subjects_alike(const char *one, const char *other);

/* subjects_rejects - is each answer review.rule[SUBJECT] = reject, for which review has not asked
 * (any more), fulfilled all the same: does it mean a finding, and has none that it means become a
 * rule? Else -EINVAL, with what to do. To be asked before a module is built of the findings. */
int subjects_rejects(const struct session *session, const struct findings *findings,
		     struct error *err);
