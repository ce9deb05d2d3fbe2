/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wizard/strings.h"
#include "tests/unit/unit.h"
#include "wizard/util.h"

static void expect(const struct strings *strings, const char *joined)
{
	_cleanup_free_ char *text = strings_join(strings, "|");

	assert_string_equal(text, joined);
	if (strings->items)
		assert_null(strings->items[strings->count]);
}

static void test_empty(void **state)
{
	_cleanup_(strings_clear) struct strings strings = { 0 };

	(void)state;
	expect(&strings, "");
	assert_false(strings_has(&strings, ""));
	strings_sort(&strings);
	strings_add(&strings, NULL);
	strings_take(&strings, NULL);
	strings_split(&strings, "", " ");
	strings_split(&strings, " , ", ", ");
	assert_int_equal(strings.count, 0);
	assert_null(strings.items);
}

static void test_add(void **state)
{
	_cleanup_(strings_clear) struct strings strings = { 0 };
	char text[] = "one";

	(void)state;
	strings_add(&strings, text);
	text[0] = 'x';
	strings_take(&strings, str_copy("two"));
	strings_add(&strings, "one");
	expect(&strings, "one|two|one");
	assert_int_equal(strings.count, 3);
	assert_true(strings_has(&strings, "two"));
	assert_false(strings_has(&strings, "tw"));
	strings_clear(&strings);
	assert_int_equal(strings.count, 0);
	assert_null(strings.items);
}

static void test_many(void **state)
{
	_cleanup_(strings_clear) struct strings strings = { 0 };

	(void)state;
	for (int i = 0; i < 1000; i++)
		strings_take(&strings, str_printf("%03d", 999 - i));
	assert_int_equal(strings.count, 1000);
	assert_string_equal(strings.items[0], "999");
	assert_true(strings_has(&strings, "000"));
	strings_sort(&strings);
	assert_string_equal(strings.items[0], "000");
	assert_string_equal(strings.items[999], "999");
	assert_null(strings.items[1000]);
}

static void test_insert(void **state)
{
	static const char *const words[] = { "read", "open", "write", "read", "append", "open" };
	_cleanup_(strings_clear) struct strings strings = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		strings_insert(&strings, words[i]);
	expect(&strings, "append|open|read|write");
}

static void test_split(void **state)
{
	_cleanup_(strings_clear) struct strings strings = { 0 };

	(void)state;
	strings_split(&strings, "sst, ist,,notify ", ", ");
	expect(&strings, "sst|ist|notify");
	strings_split(&strings, "one", " ");
	strings_split(&strings, " two", " ");
	expect(&strings, "sst|ist|notify|one|two");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty), cmocka_unit_test(test_add),
		cmocka_unit_test(test_many),  cmocka_unit_test(test_insert),
		cmocka_unit_test(test_split),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
