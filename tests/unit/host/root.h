/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A root directory for a test, and shell commands in it. */
#pragma once

#include "tests/unit/unit.h"

static char *root;

/* run - a shell command, with $root. */
static inline void run(const char *command)
{
	setenv("root", root, 1);
	if (system(command))
		fail_msg("%s", command);
}
