/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wizard/text.h"
#include "tests/unit/unit.h"
#include "wizard/process.h"
#include "wizard/util.h"

static void check_plain(const char *text, size_t max, const char *plain, const char *word)
{
	_cleanup_free_ char *made = text_plain(text, max), *quoted = text_shell(text);

	assert_string_equal(made, plain);
	assert_string_equal(quoted, word);
}

static void test_plain(void **state)
{
	(void)state;
	check_plain("", 4, "", "$''");
	check_plain("/a/b.c", 6, "/a/b.c", "/a/b.c");
	check_plain("/a/b.c", 5, "/a/b....", "/a/b.c");
	check_plain("a'b", 9, "a'b", "$'a\\x27b'");
	check_plain("a b", 9, "a b", "$'a b'");
	check_plain("a\n$(x)", 99, "a\\x0a$(x)", "$'a\\x0a$(x)'");
	check_plain("a\n", 4, "a...", "$'a\\x0a'");
	check_plain("\\", 4, "\\x5c", "$'\\\\'");
}

/* The shell itself reads the word back as it was. */
static void test_shell_agrees(void **state)
{
	static const char *const texts[] = { "/a b",
					     "a'b\"c",
					     "\\",
					     "$(reboot)`x`;&|",
					     "\n\t\x1b[0m",
					     "\xc3\xa9",
					     "\x7f"
					     "1",
					     "*?[a]~" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		_cleanup_free_ char *word = text_shell(texts[i]), *output = NULL, *command = NULL;

		command = str_printf("printf %%s %s", word);
		const char *const argv[] = { "bash", "-c", command, NULL };
		assert_int_equal(process_capture(argv, &output, NULL, NULL), 0);
		assert_string_equal(output, texts[i]);
	}
}

static void test_quoted_is_what_a_shell_reads(void **state)
{
	static const char *const words[] = {
		"plain/path-1.2", "", "a b", "it's", "$(reboot)", "a;b", "\"", "\\", "*", "#x",
		"a\nb",           "~"
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		_cleanup_free_ char *quoted = text_quoted(words[i]), *command = NULL, *out = NULL;
		_cleanup_free_ char *expected = str_printf("%s.", words[i]);
		const char *argv[] = { "sh", "-c", NULL, NULL };
		struct error err = { 0 };

		command = str_printf("printf %%s. %s", quoted);
		argv[2] = command;
		assert_int_equal(process_capture(argv, &out, NULL, &err), 0);
		assert_string_equal(out, expected);
	}
	_cleanup_free_ char *plain = text_quoted("plain/path-1.2");
	assert_string_equal(plain, "plain/path-1.2");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_shell_agrees),
		cmocka_unit_test(test_quoted_is_what_a_shell_reads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
