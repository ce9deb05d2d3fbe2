/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * groups.h - what was found out about each denied permission -> findings
 */
#pragma once

#include "steps/advice/ladder.h"

/* What was found out about one permission of one denial. */
struct judged {
	size_t index;
	const char *permission;
	struct rung rung;
};

/* groups_findings - append the findings, in no order; of each permission its place among the
 * denials is told, and its rung. What the policy does not know makes none. */
void groups_findings(const struct denials *denials, const struct judged *items, size_t count,
		     struct findings *findings);
