/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a person sees is made safe: no byte of a text can move the cursor or forge a line. */
#include <locale.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/unit.h"
#include "wizard/screen.h"
#include "wizard/text.h"
#include "wizard/util.h"

static const struct {
	const char *raw, *safe;
} escapes[] = {
	{ "", "" },
	{ "plain ~ text", "plain ~ text" },
	{ "two\nlines", "two\nlines" },
	{ "\x01\x02\x07\x08", "\\x01\\x02\\x07\\x08" },
	{ "a\tb\rc\vd", "a    b\\x0dc\\x0bd" },
	{ "\033[2J\033]0;title\007", "\\x1b[2J\\x1b]0;title\\x07" },
	{ "\x7f", "\\x7f" },
	{ "\xc2\x80 \xc2\x9b"
	  "31m \xc2\x9f",
	  "\\xc2\\x80 \\xc2\\x9b31m \\xc2\\x9f" }, /* C1 */
	{ "\xc2\xa0", "\xc2\xa0" },                /* the first behind C1 */
	{ "\xc3\xa4 \xe6\x97\xa5\xe6\x9c\xac \xf0\x9f\x98\x80", "\xc3\xa4 \xe6\x97\xa5\xe6\x9c\xac "
								"\xf0\x9f\x98\x80" },
	{ "\x80 \xbf \xc0 \xff", "\\x80 \\xbf \\xc0 \\xff" }, /* no UTF-8 */
	{ "\xe6\x97", "\\xe6\\x97" },                         /* cut off */
	{ "\xe6\x97x", "\\xe6\\x97x" },
	{ "\xc0\xaf \xe0\x80\xaf", "\\xc0\\xaf \\xe0\\x80\\xaf" },        /* overlong '/' */
	{ "\xed\xa0\x80", "\\xed\\xa0\\x80" },                            /* a surrogate */
	{ "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80" },                   /* beyond Unicode */
	{ "\xe2\x80\x8b\xe2\x80\x8f", "\\xe2\\x80\\x8b\\xe2\\x80\\x8f" }, /* U+200B, 200F */
	{ "\xe2\x80\xaa\xe2\x80\xae", "\\xe2\\x80\\xaa\\xe2\\x80\\xae" }, /* U+202A, 202E */
	{ "\xe2\x81\xa0\xe2\x81\xa9", "\\xe2\\x81\\xa0\\xe2\\x81\\xa9" }, /* U+2060, 2069 */
	{ "\xef\xbb\xbf", "\\xef\\xbb\\xbf" },                            /* U+FEFF */
	{ "\xd8\x9c \xc2\xad", "\\xd8\\x9c \\xc2\\xad" },                 /* U+061C, 00AD */
	{ "\xf3\xa0\x81\x81", "\\xf3\\xa0\\x81\\x81" },                   /* U+E0041, a tag */
	{ "\xe2\x80\x8a\xe2\x80\x90", "\xe2\x80\x8a\xe2\x80\x90" },       /* U+200A, 2010 */
	{ "\\x1b", "\\x1b" },
	{ "%s%n", "%s%n" },
};

static void test_safe(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(escapes); i++) {
		_cleanup_free_ char *safe = text_safe(escapes[i].raw, true);

		assert_string_equal(safe, escapes[i].safe);
	}
}

static void test_safe_every_byte(void **state)
{
	(void)state;
	for (int byte = 1; byte < 256; byte++) {
		const char raw[] = { (char)byte, '\0' };
		_cleanup_free_ char *safe = text_safe(raw, true);
		bool plain = byte == '\n' || (byte >= 0x20 && byte < 0x7f);

		assert_int_equal(strlen(safe), plain ? 1 : 4);
	}
}

static void test_safe_without_utf8(void **state)
{
	_cleanup_free_ char *safe = NULL;

	(void)state;
	assert_non_null(setlocale(LC_CTYPE, "C"));
	safe = text_safe("d\xc3\xbc"
			 "b \033",
			 true);
	assert_non_null(setlocale(LC_CTYPE, "C.UTF-8"));
	assert_string_equal(safe, "d\\xc3\\xbc"
				  "b \\x1b");
}

/* No function lets a byte through: all are given the same hostile text. */
static void test_every_way_is_safe(void **state)
{
	static const char hostile[] = "a\033[31m\x7f\xc2\x9b\xe2\x80\xae\rb";
	static const char *const cells[] = { hostile, hostile };
	json_t *changes = json_pack("[{s:s,s:s,s:s,s:s,s:s,s:s}]", "what", "", "from", "\033\x7f",
				    "to", "\033\x7f", "note", "\033\x7f", "command", "\033\x7f",
				    "undo", "\033\x7f");
	struct capture screen, result;

	(void)state;
	json_object_set_new(json_array_get(changes, 0), "what",
			    json_string("\xe2\x80\xae\x7f\033"));
	capture_start(&screen, STDERR_FILENO);
	capture_start(&result, STDOUT_FILENO);
	screen_heading(1, 2, hostile);
	screen_say("%s", hostile);
	screen_mark(MARK_OK, "%s", hostile);
	screen_detail("%s", hostile);
	screen_table(cells, cells, 1, 2);
	screen_changes(changes, true);
	screen_error(hostile, hostile, hostile);
	screen_result("%s", hostile);
	screen_result_json(json_array_get(changes, 0));
	capture_end(&result);
	capture_end(&screen);
	for (const char *at = screen.text; *at; at++)
		assert_true(*at == '\n' || (*at >= 0x20 && *at < 0x7f));
	for (const char *at = result.text; *at; at++)
		assert_true(*at == '\n' || (*at >= 0x20 && *at < 0x7f));
	assert_non_null(strstr(result.text, "a\\x1b[31m\\x7f\\xc2\\x9b\\xe2\\x80\\xae\\x0db\n"));
	assert_non_null(strstr(result.text, "\"what\": \"\\u202E\\u007f\\u001B\""));
	json_decref(changes);
}

/* A line break can only stand in running text: in a cell or a heading it would forge a line. */
static void test_line_breaks_in_cells(void **state)
{
	static const char *const cells[] = { "a\n  ok  forged", "b" };
	json_t *changes = json_pack("[{s:s,s:s}]", "what", "x\n  ok  forged", "command", "y\nz");
	struct capture screen;

	(void)state;
	capture_start(&screen, STDERR_FILENO);
	screen_table(NULL, cells, 1, 2);
	screen_changes(changes, true);
	screen_heading(0, 0, "h\n  ok  forged");
	capture_end(&screen);
	assert_null(strstr(screen.text, "\n  ok"));
	assert_non_null(strstr(screen.text, "    a\\x0a  ok  forged  b\n"));
	assert_non_null(strstr(screen.text, "    x\\x0a  ok  forged\n      as:   y\\x0az\n"));
	assert_non_null(strstr(screen.text, "\nh\\x0a  ok  forged\n"));
	json_decref(changes);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_safe),
		cmocka_unit_test(test_safe_every_byte),
		cmocka_unit_test(test_safe_without_utf8),
		cmocka_unit_test(test_every_way_is_safe),
		cmocka_unit_test(test_line_breaks_in_cells),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
