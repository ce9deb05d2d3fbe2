/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include "steps/reporting/sheet.h"
#include "wizard/screen.h"
#include "wizard/strings.h"
#include "wizard/text.h"
#include "wizard/util.h"

extern const char template_report_css[];

/* ---- a text as itself ------------------------------------------------------------------------ */

static void html_text(FILE *out, const char *safe)
{
	for (; *safe; safe++) {
		const char *name = *safe == '&'    ? "&amp;"
				   : *safe == '<'  ? "&lt;"
				   : *safe == '>'  ? "&gt;"
				   : *safe == '"'  ? "&quot;"
				   : *safe == '\'' ? "&#39;"
						   : NULL;

		if (name)
			fputs(name, out);
		else
			fputc(*safe, out);
	}
}

/* What begins something: emphasis, code, a link, also a bare one, a table's cell, markup; at the
 * begin of a line a list or a heading. A "_" inside of a word (mysqld_t) does not. */
static bool means_something(const char *text, const char *at)
{
	bool word = at > text && isalnum((unsigned char)at[-1]) && isalnum((unsigned char)at[1]);

	if (*at == '_')
		return !word;
	if (*at == ':')
		return at[1] == '/';
	if (*at == '.')
		return at >= text + 3 && !strncasecmp(at - 3, "www", 3);
	return strchr("\\`*[]<>&|~#$@", *at) || (at == text && at[1] && strchr("-+=", *at));
}

static void markdown_text(FILE *out, const char *safe)
{
	for (const char *at = safe; *at; at++) {
		if (*at == '\n')
			fputc(' ', out);
		else if (means_something(safe, at))
			fprintf(out, "&#%d;", *at);
		else
			fputc(*at, out);
	}
}

static size_t longest_run(const char *text, char of)
{
	size_t longest = 0, run = 0;

	for (; *text; text++) {
		run = *text == of ? run + 1 : 0;
		longest = run > longest ? run : longest;
	}
	return longest;
}

static void put_fence(FILE *out, size_t length)
{
	while (length--)
		fputc('`', out);
}

/* In a code span nothing is markup but its end; in a table, too, what divides the cells. */
static void markdown_name(FILE *out, const char *safe)
{
	size_t fence = longest_run(safe, '`') + 1;

	if (!*safe || strpbrk(safe, "|\\\n")) {
		markdown_text(out, safe);
		return;
	}
	put_fence(out, fence);
	fprintf(out, fence > 1 ? " %s " : "%s", safe);
	put_fence(out, fence);
}

void sheet_text(const struct sheet *sheet, const char *text)
{
	_cleanup_free_ char *safe = text_safe(text, true);

	if (sheet->markup == SHEET_HTML)
		html_text(sheet->out, safe);
	else
		markdown_text(sheet->out, safe);
}

/* A name, a path, a command. */
static void put_name(const struct sheet *sheet, const char *text)
{
	_cleanup_free_ char *safe = text_safe(text, true);

	if (sheet->markup == SHEET_MARKDOWN) {
		markdown_name(sheet->out, safe);
		return;
	}
	fputs("<code>", sheet->out);
	html_text(sheet->out, safe);
	fputs("</code>", sheet->out);
}

/* before and behind in HTML, the same in Markdown, and a text between them. */
static void put(struct sheet *sheet, const char *const marks[4], const char *text)
{
	size_t first = sheet->markup == SHEET_HTML ? 0 : 2;

	fputs(marks[first], sheet->out);
	sheet_text(sheet, text);
	fputs(marks[first + 1], sheet->out);
}

/* ---- parts ----------------------------------------------------------------------------------- */

void sheet_heading(struct sheet *sheet, const char *title)
{
	static const char *const marks[] = { "<h3>", "</h3>\n", "### ", "\n\n" };

	put(sheet, marks, title);
}

void sheet_say(struct sheet *sheet, const char *format, ...)
{
	static const char *const marks[] = { "<p>", "</p>\n", "", "\n\n" };
	_cleanup_free_ char *text = NULL;
	va_list args;

	va_start(args, format);
	text = str_vprintf(format, args);
	va_end(args);
	put(sheet, marks, text);
}

void sheet_note(struct sheet *sheet, const char *word, const char *text)
{
	static const char *const words[] = { "<p class=\"note\"><strong>", ":</strong> ", "> **",
					     ":** " };
	static const char *const marks[] = { "", "</p>\n", "", "\n\n" };

	put(sheet, words, word);
	put(sheet, marks, text);
}

void sheet_list(struct sheet *sheet, const json_t *texts)
{
	static const char *const marks[] = { "<li>", "</li>\n", "- ", "\n" };
	bool html = sheet->markup == SHEET_HTML;

	if (!json_array_size(texts))
		return;
	fputs(html ? "<ul>\n" : "", sheet->out);
	list_each(item, texts)
		put(sheet, marks, item_text(item));
	fputs(html ? "</ul>\n" : "\n", sheet->out);
}

void sheet_wide(struct sheet *sheet, const char *label)
{
	fputs("<div class=\"wide\" role=\"group\" tabindex=\"0\" aria-label=\"", sheet->out);
	sheet_text(sheet, label);
	fputs("\">\n", sheet->out);
}

void sheet_code(struct sheet *sheet, const char *label, const char *text)
{
	_cleanup_free_ char *safe = text_safe(text, true);
	size_t fence = longest_run(safe, '`') + 1, length = strlen(safe);
	bool ends = length && safe[length - 1] == '\n';

	if (sheet->markup == SHEET_HTML) {
		sheet_wide(sheet, label);
		fputs("<pre><code>", sheet->out);
		html_text(sheet->out, safe);
		fputs("</code></pre>\n</div>\n", sheet->out);
		return;
	}
	fence = fence < 3 ? 3 : fence;
	put_fence(sheet->out, fence);
	fprintf(sheet->out, "\n%s%s", safe, ends ? "" : "\n");
	put_fence(sheet->out, fence);
	fputs("\n\n", sheet->out);
}

/* ---- tables ---------------------------------------------------------------------------------- */

#define ROWS_MAX 500

static char *cell_text(const json_t *value, enum cell cell)
{
	_cleanup_(strings_clear) struct strings names = { 0 };
	long long number = json_integer_value(value);
	char time[64];

	switch (cell) {
	case CELL_NAMES:
		list_each(name, value)
			strings_add(&names, item_text(name));
		return strings_join(&names, " ");
	case CELL_NUMBER:
		return str_printf("%lld", number);
	case CELL_RATING:
		return str_printf("%lld of 10", number);
	case CELL_TIME:
		screen_time((time_t)number, time, sizeof(time));
		return str_copy(time);
	default:
		return str_copy(item_text(value));
	}
}

static void put_cell(struct sheet *sheet, const struct sheet_column *column, const json_t *object)
{
	_cleanup_free_ char *text =
		cell_text(json_object_get(object, column->member), column->cell);

	if (*text && (column->cell == CELL_NAME || column->cell == CELL_NAMES))
		put_name(sheet, text);
	else
		sheet_text(sheet, *text ? text : "-");
}

static void put_columns(struct sheet *sheet, const struct sheet_column *columns)
{
	static const char *const marks[] = { "<th scope=\"col\">", "</th>", " ", " |" };
	bool html = sheet->markup == SHEET_HTML;

	fputs(html ? "<thead>\n<tr>" : "|", sheet->out);
	for (const struct sheet_column *at = columns; at->title; at++)
		put(sheet, marks, at->title);
	fputs(html ? "</tr>\n</thead>\n<tbody>\n" : "\n|", sheet->out);
	for (const struct sheet_column *at = columns; at->title && !html; at++)
		fputs(" --- |", sheet->out);
	fputs(html ? "" : "\n", sheet->out);
}

static void put_row(struct sheet *sheet, const struct sheet_column *columns, const json_t *object)
{
	bool html = sheet->markup == SHEET_HTML;

	fputs(html ? "<tr>" : "|", sheet->out);
	for (const struct sheet_column *at = columns; at->title; at++) {
		fputs(!html ? " " : at > columns ? "<td>" : "<th scope=\"row\">", sheet->out);
		put_cell(sheet, at, object);
		fputs(!html ? " |" : at > columns ? "</td>" : "</th>", sheet->out);
	}
	fputs(html ? "</tr>\n" : "\n", sheet->out);
}

void sheet_table(struct sheet *sheet, const char *caption, const struct sheet_column *columns,
		 const json_t *list)
{
	static const char *const marks[] = { "<caption>", "</caption>\n", "**", "**\n\n" };
	bool few = !columns[1].title || !columns[2].title;
	size_t count = json_array_size(list), shown = count < ROWS_MAX ? count : ROWS_MAX;

	if (sheet->markup == SHEET_HTML) {
		sheet_wide(sheet, caption);
		fputs(few ? "<table class=\"few\">\n" : "<table>\n", sheet->out);
	}
	put(sheet, marks, caption);
	put_columns(sheet, columns);
	for (size_t i = 0; i < shown; i++)
		put_row(sheet, columns, json_array_get(list, i));
	fputs(sheet->markup == SHEET_HTML ? "</tbody>\n</table>\n</div>\n" : "\n", sheet->out);
	if (count > shown)
		sheet_say(sheet, "And %zu more, which the report in JSON has.", count - shown);
}

/* ---- the page -------------------------------------------------------------------------------- */

static void put_head(struct sheet *sheet, const char *title, const char *below,
		     const struct sheet_section *sections)
{
	static const char *const first[] = { "<h1>", "</h1>\n<p>", "# ", "\n\n" };
	static const char *const second[] = { "", "</p>\n", "", "\n\n" };

	if (sheet->markup == SHEET_HTML) {
		/* A page that could not run a script, even if one stood in it. */
		fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
		      "<meta http-equiv=\"Content-Security-Policy\" "
		      "content=\"default-src 'none'; style-src 'unsafe-inline'\"/>\n"
		      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
		      "<meta name=\"color-scheme\" content=\"light dark\"/>\n<title>",
		      sheet->out);
		sheet_text(sheet, title);
		fprintf(sheet->out,
			"</title>\n<style>\n%s</style>\n</head>\n<body>\n"
			"<a class=\"skip\" href=\"#main\">Skip to the text</a>\n<header>\n",
			template_report_css);
	}
	put(sheet, first, title);
	put(sheet, second, below);
	if (sheet->markup != SHEET_HTML)
		return;
	fputs("</header>\n<nav aria-label=\"Contents\">\n<ol>\n", sheet->out);
	for (; sections->id; sections++)
		fprintf(sheet->out, "<li><a href=\"#%s\">%s</a></li>\n", sections->id,
			sections->title);
	fputs("</ol>\n</nav>\n<main id=\"main\" tabindex=\"-1\">\n", sheet->out);
}

char *sheet_write(enum markup markup, const char *title, const char *below,
		  const struct sheet_section *sections, const json_t *document)
{
	bool html = markup == SHEET_HTML;
	char *text = NULL;
	struct sheet sheet = { .out = stream_open(&text, NULL), .markup = markup };

	put_head(&sheet, title, below, sections);
	for (const struct sheet_section *at = sections; at->id; at++) {
		fprintf(sheet.out,
			html ? "<section aria-labelledby=\"%s\">\n<h2 id=\"%s\">%s</h2>\n"
			     : "%.0s%.0s## %s\n\n",
			at->id, at->id, at->title);
		at->write(&sheet, document);
		fputs(html ? "</section>\n" : "", sheet.out);
	}
	fputs(html ? "</main>\n</body>\n</html>\n" : "", sheet.out);
	stream_close(&sheet.out);
	return text;
}
