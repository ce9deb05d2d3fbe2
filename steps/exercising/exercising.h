/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * exercising.h - leading the operator through the exercises, and keeping the evidence
 *
 * Done twice: in the phase "permissive", to learn what the server needs, and in the phase
 * "enforcing", to verify what it was given. A phase that must be exercised again (after the module
 * changed) is a new era of it; results of earlier eras do not count any more, their evidence does.
 */
#ifndef STEPS_EXERCISING_H
#define STEPS_EXERCISING_H

#include <jansson.h>
#include <stdbool.h>

#include "steps/audit/denial.h"
#include "wizard/session.h"

#define PHASE_PERMISSIVE "permissive"
#define PHASE_ENFORCING  "enforcing"

/*
 * exercising_run - each exercise of the phase that has no result yet: show what to do, watch the
 * logs until it is proved, keep the audit log's part as evidence. changes: those of notify_plan()
 * that were agreed to. Returns 0 when each has a result, an enum step_outcome, or a negative errno.
 */
int exercising_run(struct session *session, const char *phase, const json_t *changes,
		   struct error *err);

/* exercising_check - are --exercise, --timeout and --pace understood? Else -EINVAL. */
int exercising_check(struct error *err);

/* exercising_covered - has each exercise a result that counts, in this era (see results.h)? Of
 * those that --exercise names, or of all. */
bool exercising_covered(struct session *session, const char *phase);
/* exercising_begun - has any exercise a result in this era? */
bool exercising_begun(struct session *session, const char *phase);

/* exercising_again - begin a new era of the phase. */
int exercising_again(struct session *session, const char *phase, struct error *err);

/*
 * exercising_evidence - append {"path", "origin"} of the phase's evidence to sources: that of this
 * era, or that of all eras before it.
 */
int exercising_evidence(struct session *session, const char *phase, bool earlier, json_t *sources,
			struct error *err);

/*
 * exercising_roles - tell of each denial the exercise and the role in it: this node was the joiner
 * in what the wizard has watched; another node's records (collect -o names it) are the donor's if a
 * transfer came from there, in the exercise at whose time they are. What is not known stays NULL.
 */
void exercising_roles(struct session *session, struct denials *denials);

/* exercising_table - print the results of this era: exercise, this node's and the donor's part,
 * denials; and on which node a donor's side is to be collected. */
int exercising_table(struct session *session, const char *phase, struct error *err);

#endif
