/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A scratch copy of this host's store for all tests of a program: a process can have one. */
#ifndef TESTS_UNIT_POLICY_SCRATCH_H
#define TESTS_UNIT_POLICY_SCRATCH_H

#include "steps/policy/store.h"
#include "tests/unit/unit.h"

static char *root;
static struct store *store;

static inline void scratch_store_open(void)
{
	struct error err = { 0 };

	root = scratch_directory();
	must(store_create(root, "/", &err), &err);
	must(store_open(&store, root, &err), &err);
}

static inline void scratch_store_close(void)
{
	store_close(store);
	scratch_remove(root);
}

#endif
