/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * probes.h - what the check looks at, one probe a subject
 */
#pragma once

#include "steps/checking/report.h"

struct oracle;

/* A probe reports what it finds; a negative errno means that it could not even look. */
struct probe {
	const char *name;
	int (*look)(struct report *report, struct error *err);
	bool of_policy; /* it needs the policy to be loaded */
};

/* All probes, in the order in which one builds on the other, up to one with name NULL. */
extern const struct probe probes[];

/* ---- parts of them, in files of their own --------------------------------------------------- */

/* The label of the server's program, by which it comes into its domain. */
#define EXECUTABLE_TYPE "mysqld_exec_t"

/* executable_look - is it right? Else with the command that mends it. */
int executable_look(struct report *report, struct error *err);

/* needs_look - of a policy that knows the server: report that, the ports, and the accesses without
 * which something of Galera's is known to fail. */
int needs_look(struct report *report, struct oracle *oracle, struct error *err);
