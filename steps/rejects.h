/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rejects.h - a rule that was rejected beforehand is not built into the module after all */
#ifndef STEPS_REJECTS_H
#define STEPS_REJECTS_H

#include "steps/advice/advice.h"
#include "wizard/session.h"

/*
 * rejects_check - is each answer review.rule[SUBJECT] = reject, for which review has not asked (any
 * more), fulfilled all the same: does it mean a finding, and has none that it means become a rule?
 * Else -EINVAL, with what to do. To be asked before a module is built of the findings.
 */
int rejects_check(const struct session *session, const struct findings *findings,
		  struct error *err);

#endif
