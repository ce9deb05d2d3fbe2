/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A session of the small workflow, opened in this process. */
#pragma once

#include "small.h"

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, small_set_up, small_tear_down)

static small_unused struct session *new_session(void)
{
	struct session_options options = { .root = small_root };
	struct session *session = NULL;
	struct error err = { 0 };

	if (session_new(&session, &small_workflow, &options, &err) != 0)
		fail_msg("%s", err.what);
	return session;
}

static small_unused struct session *open_session(bool read_only)
{
	struct session *session = new_session();
	struct error err = { 0 };

	if (session_open(session, read_only, &err) != 0)
		fail_msg("%s", err.what);
	return session;
}

static small_unused void remember(struct session *session, const char *key, json_t *value)
{
	struct error err = { 0 };

	assert_int_equal(session_remember(session, key, value, &err), 0);
}

static small_unused json_int_t recalled(struct session *session, const char *key)
{
	return json_integer_value(session_recall(session, key));
}
