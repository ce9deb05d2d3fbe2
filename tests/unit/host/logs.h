/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Each test of logs has a directory of its own and stands in it. */
#pragma once

#include "tests/unit/unit.h"

static int setup(void **state)
{
	*state = scratch_directory();
	return chdir(*state);
}

static int teardown(void **state)
{
	int r = chdir("/");

	scratch_remove(*state);
	return r;
}

static void append(const char *path, const char *text)
{
	FILE *file = fopen(path, "a");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}
