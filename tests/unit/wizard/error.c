/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "tests/unit/unit.h"
#include "wizard/error.h"

static void test_set_fills_and_returns(void **state)
{
	struct error err = { 0 };

	(void)state;
	assert_int_equal(error_set(&err, ENOENT, "create it", "no %s %d", "file", 7), -ENOENT);
	assert_int_equal(err.code, ENOENT);
	assert_string_equal(err.what, "no file 7");
	assert_string_equal(err.remedy, "create it");
	assert_int_equal(error_set(&err, EIO, NULL, "x"), -EIO);
	assert_string_equal(err.remedy, "");
	assert_int_equal(error_set(NULL, EIO, NULL, "x"), -EIO);
}

static void test_remedy_is_replaced(void **state)
{
	struct error err = { 0 };

	(void)state;
	error_set(&err, EACCES, "this", "what");
	assert_int_equal(error_remedy(&err, "that %d", 1), -EACCES);
	assert_string_equal(err.what, "what");
	assert_string_equal(err.remedy, "that 1");
}

static void test_prefix(void **state)
{
	struct error err = { 0 };

	(void)state;
	error_set(&err, EACCES, "this", "what");
	assert_int_equal(error_prefix(&err, "%s:%d", "file", 3), -EACCES);
	assert_string_equal(err.what, "file:3: what");
	assert_string_equal(err.remedy, "this");
}

static void test_long_texts_are_cut(void **state)
{
	struct error err = { 0 };
	char text[3000];

	(void)state;
	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	error_set(&err, EIO, text, "%s", text);
	assert_int_equal(strlen(err.what), sizeof(err.what) - 1);
	assert_int_equal(strlen(err.remedy), sizeof(err.remedy) - 1);
	error_prefix(&err, "here");
	assert_int_equal(strlen(err.what), sizeof(err.what) - 1);
	assert_memory_equal(err.what, "here: aaa", 9);
	error_prefix(&err, "%s", text);
	assert_int_equal(strlen(err.what), sizeof(err.what) - 1);
	assert_memory_equal(err.what, "aaa", 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_set_fills_and_returns),
		cmocka_unit_test(test_remedy_is_replaced),
		cmocka_unit_test(test_prefix),
		cmocka_unit_test(test_long_texts_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
