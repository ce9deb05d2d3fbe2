/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * probes.h - what the check looks at, one probe a subject
 */
#pragma once

#include "steps/checking/report.h"

/* A probe reports what it finds; a negative errno means that it could not even look. */
struct probe {
	const char *name;
	int (*look)(struct report *report, struct error *err);
	bool of_policy; /* it needs the policy to be loaded */
};

/* All probes, in the order in which one builds on the other, up to one with name NULL. */
extern const struct probe probes[];
