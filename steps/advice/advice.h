/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * advice.h - denials -> findings: for each denied access, the right fix
 *
 * The ladder, first rung that holds: already allowed - wrong domain - port label - file label -
 * invalid label - constraint - boolean - dontaudit - refuse - allow. An allow rule comes last.
 */
#pragma once

#include "steps/advice/finding.h"
#include "steps/audit/denial.h"

/* advice_judge - the findings of denials; the same input gives the same order. */
int advice_judge(const struct advisor *advisor, const struct denials *denials,
		 struct findings *findings, struct error *err);
