/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A scratch copy of policy_root()'s store for all tests of a program: a process can have one. */
#pragma once

#include "steps/store/store.h"
#include "tests/unit/unit.h"

static char *root;
static struct store *store;

static inline void scratch_store_open(void)
{
	struct error err = { 0 };

	root = scratch_directory();
	must(store_create(root, policy_root(), &err), &err);
	must(store_open(&store, root, &err), &err);
}

static inline void scratch_store_close(void)
{
	store_close(store);
	scratch_remove(root);
}

/* ---- what it holds -------------------------------------------------------------------------- */

static inline void assert_label(const char *proto, unsigned int number, const char *expected,
				enum store_label expected_label)
{
	_cleanup_free_ char *type = NULL;
	struct error err = { 0 };
	enum store_label label = STORE_LABEL_NONE;

	must(store_port_label(store, proto, number, &type, &label, &err), &err);
	assert_non_null(type);
	assert_string_equal(type, expected);
	assert_int_equal(label, expected_label);
}

static inline void assert_active(const char *name, bool expected, unsigned int expected_priority)
{
	struct error err = { 0 };
	unsigned int priority = 1000;
	bool active = !expected;

	must(store_module_active(store, name, &active, &priority, &err), &err);
	assert_int_equal(active, expected);
	assert_int_equal(priority, expected_priority);
}

static inline void assert_text(const char *name, const char *expected)
{
	_cleanup_free_ char *text = NULL;
	struct error err = { 0 };

	must(store_module_text(store, name, STORE_PRIORITY, &text, &err), &err);
	assert_text_or_null(text, expected);
}
