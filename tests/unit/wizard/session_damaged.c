/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A session whose journal is not as it was left. */
#include "opened.h"

/* What is proved is still there to be read; nothing is written. */
static void opens_damaged(const char *what)
{
	struct session *session = new_session();
	_cleanup_free_ char *before = small_get("var/lib/small/journal");
	struct error err = { 0 };

	assert_int_equal(session_open(session, false, &err), -EBADMSG);
	assert_true(small_has(err.what, what));
	assert_true(session->is_open && session->is_read_only);
	assert_int_equal(recalled(session, "a"), 1);
	assert_int_equal(session_record(session, json_pack("{ss}", "event", "reset"), &err),
			 -EROFS);
	assert_true(small_is("var/lib/small/journal", before));
	session_free(session);
}

static void test_damaged_journal(void **state)
{
	struct session *session = open_session(false);
	_cleanup_free_ char *text = NULL;

	(void)state;
	remember(session, "a", json_integer(1));
	remember(session, "b", json_integer(1));
	session_free(session);
	text = small_get("var/lib/small/journal");
	strstr(text, "\"b\"")[1]++; /* still JSON, and not what was written */
	small_put("var/lib/small/journal", text);
	opens_damaged("line 3 is damaged");
}

/* Emptied by a crash of the file system: no first run, for a run has left files. */
static void test_emptied_journal(void **state)
{
	struct session *session = open_session(false);
	struct error err = { 0 };

	(void)state;
	remember(session, "a", json_integer(1));
	session_free(session);
	small_put("var/lib/small/journal", "");
	session = open_session(false); /* beside nothing else it is a new one */
	assert_null(session_recall(session, "a"));
	session_free(session);
	small_put("var/lib/small/journal", "");
	small_put("var/lib/small/module.cil", "");
	session = new_session();
	assert_int_equal(session_open(session, false, &err), -EBADMSG);
	assert_true(small_has(err.what, "the file is empty"));
	assert_true(session->is_open && session->is_read_only);
	session_free(session);
}

static void test_journal_of_others(void **state)
{
	struct session *session = open_session(false);
	_cleanup_free_ char *path = session_path(session, "journal");
	struct error err = { 0 };

	(void)state;
	remember(session, "a", json_integer(1));
	session_free(session);
	assert_int_equal(chmod(path, 0666), 0);
	session = new_session();
	assert_int_equal(session_open(session, true, &err), -EPERM);
	assert_true(small_has(err.what, "somebody else can change"));
	session_free(session);
}

/* The sums are right: no record of ours lacks what makes it one. */
static void test_records_of_a_wrong_shape(void **state)
{
	static const char *const shapes[] = {
		"{}",
		"{'event': null}",
		"{'event': 'more'}",
		"{'event': 'begin', 'step': 'one'}",
		"{'event': 'begin', 'step': 1, 'changes': []}",
		"{'event': 'begin', 'step': 'one', 'changes': {}}",
		"{'event': 'begin', 'step': 'one', 'changes': [1]}",
		"{'event': 'begin', 'step': 'one', 'changes': [{'what': 1}]}",
		"{'event': 'begin', 'step': 'one', 'changes': [{'from': null}]}",
		"{'event': 'done'}",
		"{'event': 'undone', 'step': 'one', 'begin': 'one'}",
		"{'event': 'back', 'step': 'one', 'round': 1.5}",
		"{'event': 'remember', 'value': 1}",
		"{'event': 'remember', 'key': 'a'}",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(shapes); i++) {
		struct session *session = open_session(false);
		_cleanup_free_ char *text = str_copy(shapes[i]);
		struct error err = { 0 };

		for (char *quote = text; (quote = strchr(quote, '\''));)
			*quote = '"';
		remember(session, "a", json_integer(1));
		assert_int_equal(session_record(session, json_loads(text, 0, NULL), &err), 0);
		session_free(session);
		opens_damaged("line 3 is no record that this program writes");
		small_put("var/lib/small/journal", "absent");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(damaged_journal),
		TEST(emptied_journal),
		TEST(journal_of_others),
		TEST(records_of_a_wrong_shape),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
