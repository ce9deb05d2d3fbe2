/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * probes.h - what the check looks at, one probe a subject
 */
#ifndef STEPS_PROBES_H
#define STEPS_PROBES_H

#include "steps/checking/report.h"

/* A probe reports what it finds; a negative errno means that it could not even look. */
struct probe {
	const char *name;
	int (*look)(struct report *report, struct error *err);
};

/* All probes, in the order in which one builds on the other, up to one with name NULL. */
extern const struct probe probes[];

/* In probes_policy.c: the policy, and what it makes of this node; what this wizard, or somebody
 * before it, has left; other modules that give the server rules; what others have changed since. */
int probe_policy(struct report *report, struct error *err);
int probe_labels(struct report *report, struct error *err);
int probe_leftovers(struct report *report, struct error *err);
int probe_others(struct report *report, struct error *err);
int probe_drift(struct report *report, struct error *err);

#endif
