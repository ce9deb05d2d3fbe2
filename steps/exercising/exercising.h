/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * exercising.h - leading the operator through the exercises of a phase (results.h), and keeping the
 * evidence
 */
#pragma once

#include <jansson.h>

#include "wizard/session.h"

/* Each exercise of the phase that has no result yet: show what to do, watch the logs until it is
 * proved, keep the audit log's part as evidence. changes: those of marker_plan() that were agreed
 * to. Returns 0 when each has a result, an enum step_outcome, or a negative errno. */
int exercising_run(struct session *session, const char *phase, const json_t *changes,
		   struct error *err);

/* Are --exercise, --timeout and --pace understood? Else -EINVAL. */
int exercising_check(struct error *err);
