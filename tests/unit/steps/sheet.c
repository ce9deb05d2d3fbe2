/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a log has is text in a page and in Markdown, whatever it is; and no count is silent. */
#include <stdlib.h>
#include <string.h>

#include "steps/reporting/drawing.h"
#include "steps/reporting/sheet.h"
#include "tests/unit/unit.h"
#include "wizard/util.h"

static const struct sheet_column columns[] = { { "Name", "name", CELL_NAME },
					       { "Text", "text", CELL_TEXT },
					       { 0 } };

static void write_table(struct sheet *sheet, const json_t *document)
{
	sheet_table(sheet, "Caption", columns, document);
}

static void write_code(struct sheet *sheet, const json_t *document)
{
	sheet_code(sheet, "Label", item_text(document));
}

static void write_time(struct sheet *sheet, const json_t *document)
{
	draw_timeline(sheet, document);
}

static void write_graph(struct sheet *sheet, const json_t *document)
{
	draw_graph(sheet, document);
}

static char *written(enum markup markup, void (*write)(struct sheet *, const json_t *),
		     const json_t *document)
{
	const struct sheet_section sections[] = { { "part", "Part", write }, { 0 } };

	return sheet_write(markup, "Title", "Below", sections, document);
}

static size_t count_of(const char *text, const char *what)
{
	size_t count = 0;

	for (; (text = strstr(text, what)); text += strlen(what))
		count++;
	return count;
}

/* Both as a name and as a text. */
static void expect(enum markup markup, const char *text, const char *name_wanted,
		   const char *text_wanted)
{
	json_auto_t *list = json_pack("[{s:s, s:s}]", "name", text, "text", text);
	_cleanup_free_ char *page = written(markup, write_table, list);
	_cleanup_free_ char *row =
		markup == SHEET_HTML ? str_printf("<tr><th scope=\"row\">%s</th><td>%s</td></tr>\n",
						  name_wanted, text_wanted)
				     : str_printf("\n| %s | %s |\n", name_wanted, text_wanted);

	if (!strstr(page, row))
		fail_msg("not there: %s\n%s", row, page);
}

static void what_is_markup_becomes_text(void **state)
{
	static const char hostile[] = "<b>&\"'</b>";

	(void)state;
	expect(SHEET_HTML, hostile, "<code>&lt;b&gt;&amp;&quot;&#39;&lt;/b&gt;</code>",
	       "&lt;b&gt;&amp;&quot;&#39;&lt;/b&gt;");
	expect(SHEET_HTML, "a\x1b[1m\xe2\x80\xae", "<code>a\\x1b[1m\\xe2\\x80\\xae</code>",
	       "a\\x1b[1m\\xe2\\x80\\xae");
	expect(SHEET_MARKDOWN, hostile, "`<b>&\"'</b>`", "&#60;b&#62;&#38;\"'&#60;/b&#62;");
	expect(SHEET_MARKDOWN, "mysqld_t", "`mysqld_t`", "mysqld_t");
	expect(SHEET_MARKDOWN, "_x_ *y* ~z~", "`_x_ *y* ~z~`",
	       "&#95;x&#95; &#42;y&#42; &#126;z&#126;");
	expect(SHEET_MARKDOWN, "a|b", "a&#124;b", "a&#124;b");
	expect(SHEET_MARKDOWN, "a\\", "a&#92;", "a&#92;");
	expect(SHEET_MARKDOWN, "`a``b`", "``` `a``b` ```", "&#96;a&#96;&#96;b&#96;");
	expect(SHEET_MARKDOWN, "[l](x)", "`[l](x)`", "&#91;l&#93;(x)");
	expect(SHEET_MARKDOWN, "http://a www.b c@d #1", "`http://a www.b c@d #1`",
	       "http&#58;//a www&#46;b c&#64;d &#35;1");
	expect(SHEET_MARKDOWN, "a\nb", "a b", "a b");
	expect(SHEET_MARKDOWN, "- a", "`- a`", "&#45; a");
	expect(SHEET_MARKDOWN, "", "-", "-");
}

static void code_does_not_end_early(void **state)
{
	static const char text[] = "a\n````\nb\n";
	json_auto_t *code = json_string(text);
	_cleanup_free_ char *markdown = written(SHEET_MARKDOWN, write_code, code);
	_cleanup_free_ char *html = written(SHEET_HTML, write_code, code);

	(void)state;
	assert_non_null(strstr(markdown, "\n`````\na\n````\nb\n`````\n"));
	assert_non_null(strstr(html, "<pre><code>a\n````\nb\n</code></pre>"));
	json_string_set(code, "c");
	free(markdown);
	markdown = written(SHEET_MARKDOWN, write_code, code);
	assert_non_null(strstr(markdown, "\n```\nc\n```\n"));
}

static void a_long_table_says_how_much_is_left(void **state)
{
	json_auto_t *list = json_array();
	_cleanup_free_ char *all = NULL, *some = NULL;

	(void)state;
	for (int i = 0; i < 500; i++)
		list_add(list, json_pack("{s:s}", "name", "row"));
	all = written(SHEET_HTML, write_table, list);
	assert_null(strstr(all, "more, which"));
	list_add(list, json_pack("{s:s}", "name", "row"));
	some = written(SHEET_HTML, write_table, list);
	assert_int_equal(count_of(some, "<code>row</code>"), 500);
	assert_non_null(strstr(some, "<p>And 1 more, which the report in JSON has.</p>"));
}

static json_t *lane(json_int_t last)
{
	return json_pack("{s:s, s:s, s:s, s:i, s:I, s:i, s:[[i, i], [i, i], [I, i]]}", "node",
			 "<n>", "exercise", "sst", "role", "", "began", 1000, "ended", 1000 + last,
			 "count", 4, "at", 0, 1, 0, 2, last, 1);
}

static void denials_are_drawn_in_time(void **state)
{
	json_auto_t *list = json_pack("[o, o]", lane(0), lane((json_int_t)1 << 40));
	_cleanup_free_ char *page = written(SHEET_HTML, write_time, list);

	(void)state;
	/* All of the first in one bar, the second's at both ends. */
	assert_int_equal(count_of(page, "<rect "), 3);
	assert_int_equal(count_of(page, "x=\"10\" y="), 2 + 3);
	assert_non_null(strstr(page, "x=\"724\""));
	/* Four, which is the most, three, and one. */
	assert_int_equal(count_of(page, "height=\"45\""), 1);
	assert_int_equal(count_of(page, "height=\"34\""), 1);
	assert_int_equal(count_of(page, "height=\"12\""), 1);
	assert_non_null(strstr(page, "sst, on &lt;n&gt;: 4 in 1 s"));
}

static void so_many_rules_are_drawn(void **state)
{
	json_auto_t *rules = json_array();
	_cleanup_free_ char *page = NULL;

	(void)state;
	for (int i = 0; i < DRAWN_MAX + 1; i++)
		list_add(rules, json_pack("{s:s, s:s, s:o, s:s, s:[s, s]}", "rule",
					  i ? "dontaudit" : "allow", "source", "a_t", "target",
					  json_sprintf("t%d_t", i / 2), "class", "file",
					  "permissions", "open", "read"));
	page = written(SHEET_HTML, write_graph, rules);
	assert_int_equal(count_of(page, "allow: file { open read }"), 1);
	assert_int_equal(count_of(page, "silence: file { open read }"), DRAWN_MAX - 1);
	assert_int_equal(count_of(page, "class=\"allow\""), 2);
	assert_int_equal(count_of(page, ">a_t<"), 1);
	assert_int_equal(count_of(page, ">t1_t<"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_markup_becomes_text),
		cmocka_unit_test(code_does_not_end_early),
		cmocka_unit_test(a_long_table_says_how_much_is_left),
		cmocka_unit_test(denials_are_drawn_in_time),
		cmocka_unit_test(so_many_rules_are_drawn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
