/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "tests/unit/unit.h"
#include "wizard/text.h"
#include "wizard/util.h"

static const struct template_value values[] = {
	{ "name", "galera" },
	{ "lines", "one\ntwo\ttab" },
	{ "hostile", "\033[2J\x7f{{name}}\xff\r" },
	{ "empty", "" },
	{ "unset", NULL },
	{ NULL, NULL },
};

static void fills(const char *text, enum template_format format, const char *expected)
{
	_cleanup_free_ char *filled = NULL;
	struct error err = { 0 };

	assert_int_equal(template_fill(text, format, values, &filled, &err), 0);
	assert_string_equal(filled, expected);
	assert_int_equal(err.code, 0);
}

static void fails(const char *text, int code, const char *what)
{
	char *filled = NULL;
	struct error err = { 0 };

	assert_int_equal(template_fill(text, TEMPLATE_TEXT, values, &filled, &err), -code);
	assert_null(filled);
	assert_non_null(strstr(err.what, what));
	assert_true(*err.remedy);
}

static void test_replaces(void **state)
{
	(void)state;
	fills("", TEMPLATE_TEXT, "");
	fills("nothing { here } }}", TEMPLATE_TEXT, "nothing { here } }}");
	fills("{{name}}", TEMPLATE_TEXT, "galera");
	fills("a {{name}}{{empty}}{{name}} b\n", TEMPLATE_TEXT, "a galeragalera b\n");
}

static void test_value_stays_in_its_comment(void **state)
{
	(void)state;
	fills("# {{lines}}\n", TEMPLATE_TEXT, "# one\ntwo    tab\n");
	fills("# {{lines}}\n", TEMPLATE_COMMENT, "# one two    tab\n");
}

static void test_hostile_value(void **state)
{
	(void)state;
	fills("{{hostile}}", TEMPLATE_TEXT, "\\x1b[2J\\x7f{{name}}\\xff\\x0d");
}

static void test_guesses_nothing(void **state)
{
	(void)state;
	fails("x {{nme}}", ENOENT, "{{nme}}");
	fails("x {{unset}}", ENOENT, "{{unset}}");
	fails("x {{ name }}", ENOENT, "{{ name }}");
	fails("x {{name", EBADMSG, "{{name");
	fails("x {{name}", EBADMSG, "{{name}");
	fails("x {{na\nme}}", EBADMSG, "unclosed");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_replaces),
		cmocka_unit_test(test_value_stays_in_its_comment),
		cmocka_unit_test(test_hostile_value),
		cmocka_unit_test(test_guesses_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
