/* SPDX-License-Identifier: GPL-2.0-or-later */
/* monitor.h - is the node still what it was made: for `status --check`, which a monitor calls */
#pragma once

#include "wizard/session.h"

/*
 * monitor_judge - as workflow.verdict_of. Figures: confined, verified (0 or 1), drift (changes by
 * others), denied (accesses of the domain that were denied since it was verified, by the audit log,
 * and that nobody has decided about). Errors: where one of them cannot be found out.
 */
int monitor_judge(struct session *session, const json_t *report, json_t **verdict,
		  struct error *err);
