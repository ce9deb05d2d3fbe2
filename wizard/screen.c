/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "wizard/screen.h"
#include "wizard/strings.h"
#include "wizard/text.h"
#include "wizard/util.h"

#define INDENT         2
#define DETAIL_INDENT  4
#define COMMAND_INDENT 6
#define COLUMN_GAP     2
#define LEAST_COLUMN   32 /* a cell is rather put below its row than wrapped in less */

#define BOLD   "\033[1m"
#define DIM    "\033[2m"
#define RED    "\033[31m"
#define GREEN  "\033[32m"
#define YELLOW "\033[33m"
#define NORMAL "\033[0m"

#define ERASE_LINE "\r\033[K"

static bool coloured;
static bool after_blank = true;
static int result_errno;
static bool redrawable;
static char *shown; /* what is drawn, safe; NULL: nothing */

void screen_init(bool plain, bool lines)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
	bool able = term && strcmp(term, "dumb") != 0 && isatty(STDERR_FILENO);

	coloured = able && !plain && !(no_color && *no_color);
	redrawable = able && *term && !lines;
}

/* ---- the line that is redrawn in place ------------------------------------------------------- */

bool live_possible(void)
{
	return redrawable;
}

/* A line that reached the last column would go on to the next, which nothing takes away again. */
static void cut(char *text, size_t columns)
{
	size_t length = strlen(text);

	while (length && text_columns(text) > columns) {
		do
			length--;
		while (length && ((unsigned char)text[length] & 0xc0) == 0x80);
		text[length] = '\0';
	}
}

void live_show(const char *format, ...)
{
	_cleanup_free_ char *text = NULL, *safe = NULL;
	va_list args;

	if (!redrawable)
		return;
	va_start(args, format);
	text = str_vprintf(format, args);
	va_end(args);
	safe = text_safe(text, false);
	cut(safe, text_width() - INDENT - 1);
	if (shown && strcmp(shown, safe) == 0)
		return;
	fflush(stdout);
	fprintf(stderr, ERASE_LINE "%*s%s", INDENT, "", safe);
	fflush(stderr);
	free(shown);
	shown = TAKE_PTR(safe);
}

void live_clear(void)
{
	if (!shown)
		return;
	fputs(ERASE_LINE, stderr);
	fflush(stderr);
	free(shown);
	shown = NULL;
}

/* ---- messages ------------------------------------------------------------------------------- */

/* Writes what was built up in one piece, so that two programs' lines do not mix. */
static void show(const char *built)
{
	live_clear();
	fflush(stdout);
	fputs(built, stderr);
	fflush(stderr);
	after_blank = false;
}

__attribute__((format(printf, 1, 0)))
static char *format_safe(const char *format, va_list args)
{
	_cleanup_free_ char *text = str_vprintf(format, args);

	return text_safe(text, true);
}

/* The one way by which messages reach the screen: `lead` (this module's own text, in style) at
 * column indent, then text, continued at column `under`. width 0: not wrapped. */
static void show_text(size_t indent, const char *style, const char *lead, const char *text,
		      size_t under, size_t width)
{
	_cleanup_free_ char *built = NULL;
	const char *on = coloured && style ? style : "", *off = *on ? NORMAL : "";
	FILE *out = stream_open(&built, NULL);

	fprintf(out, "%*s%s%s%s", (int)indent, "", on, lead, *lead ? off : "");
	text_wrap(out, text, indent + text_columns(lead), under, width ?: SIZE_MAX);
	fputs(*lead ? "" : off, out);
	stream_close(&out);
	show(built);
}

void screen_heading(unsigned int number, unsigned int total, const char *title)
{
	_cleanup_free_ char *text =
		total ? str_printf("[%u/%u] %s", number, total, title) : str_copy(title);
	_cleanup_free_ char *safe = text_safe(text, false);

	screen_blank();
	show_text(0, BOLD, "", safe, INDENT, text_width());
}

void screen_mark(enum mark mark, const char *format, ...)
{
	static const struct {
		const char *style, *lead;
	} marks[] = {
		[MARK_NONE] = { NULL, "    " },   [MARK_OK] = { GREEN, "ok  " },
		[MARK_WARN] = { YELLOW, "!   " }, [MARK_STOP] = { RED, "x   " },
		[MARK_TODO] = { NULL, "-   " },   [MARK_PARAGRAPH] = { NULL, "" },
		[MARK_DETAIL] = { NULL, "" },
	};
	size_t indent = mark == MARK_DETAIL ? DETAIL_INDENT : INDENT;
	const char *lead = marks[mark].lead;
	_cleanup_free_ char *text = NULL;
	va_list args;

	va_start(args, format);
	text = format_safe(format, args);
	va_end(args);
	show_text(indent, marks[mark].style, lead, text, indent + strlen(lead),
		  mark == MARK_DETAIL ? 0 : text_width());
}

void screen_blank(void)
{
	if (after_blank)
		return;
	show("\n");
	after_blank = true;
}

void screen_other(void)
{
	after_blank = false;
}

void screen_error(const char *program, const char *what, const char *remedy)
{
	_cleanup_free_ char *text = str_printf("%s: %s", program, what);
	_cleanup_free_ char *safe = text_safe(text, true);

	show_text(0, NULL, "", safe, INDENT, text_width());
	if (remedy && *remedy)
		screen_say("%s", remedy);
}

void screen_time(time_t when, char *text, size_t size)
{
	struct tm local;

	if (!when || !localtime_r(&when, &local) ||
	    !strftime(text, size, "%Y-%m-%d %H:%M:%S %Z", &local))
		snprintf(text, size, "-");
}

/* ---- tables -------------------------------------------------------------------------------- */

/* Safe copies of cells, behind those that are there. A line break in a cell is escaped. */
static void add_safe(struct strings *safe, const char *const *cells, size_t count)
{
	for (size_t i = 0; i < count; i++)
		strings_take(safe, text_safe(cells[i] ? cells[i] : "", false));
}

static void measure(char *const *cells, size_t rows, size_t columns, size_t *widths)
{
	for (size_t i = 0; i < rows * columns; i++) {
		size_t width = text_columns(cells[i]);

		if (width > widths[i % columns])
			widths[i % columns] = width;
	}
}

/* Puts the cursor, at column `at`, to where a row's last cell begins; gives that column. */
static size_t before_last_cell(FILE *out, const char *cell, size_t at, size_t start, size_t width)
{
	/* No room beside the others, nor for a narrow column there: below, more to the left. */
	if (at > DETAIL_INDENT && start + text_columns(cell) > width &&
	    start + LEAST_COLUMN > width) {
		start = DETAIL_INDENT * 2;
		at = 0;
		fputc('\n', out);
	}
	fprintf(out, "%*s", (int)(start - at), "");
	return start;
}

static void show_row(char *const *row, size_t columns, const size_t *widths, const char *style)
{
	_cleanup_free_ char *built = NULL;
	size_t last = 0, at = 0, start = DETAIL_INDENT;
	FILE *out = stream_open(&built, NULL);

	for (size_t i = 0; i < columns; i++)
		if (*row[i])
			last = i;
	fputs(coloured && style ? style : "", out);
	for (size_t i = 0; i < last; i++) {
		fprintf(out, "%*s%s", (int)(start - at), "", row[i]);
		at = start + text_columns(row[i]);
		start += widths[i] ? widths[i] + COLUMN_GAP : 0;
	}
	start = before_last_cell(out, row[last], at, start, text_width());
	text_wrap(out, row[last], start, start, text_width());
	fputs(coloured && style ? NORMAL : "", out);
	stream_close(&out);
	show(built);
}

void screen_table(const char *const *header, const char *const *cells, size_t rows, size_t columns)
{
	_cleanup_(strings_clear) struct strings safe = { 0 };
	_cleanup_free_ size_t *widths = memory_new(columns, sizeof(*widths));
	size_t headers = header ? 1 : 0;

	add_safe(&safe, header, headers * columns);
	add_safe(&safe, cells, rows * columns);
	measure(safe.items, rows + headers, columns, widths);
	for (size_t i = 0; i < rows + headers; i++)
		show_row(safe.items + i * columns, columns, widths, i < headers ? DIM : NULL);
}

/* ---- changes ------------------------------------------------------------------------------- */

enum { WHAT, FROM, ARROW, TO, NOTE, CHANGE_COLUMNS };

static bool any_from(const json_t *changes)
{
	list_each(change, changes)
		if (*member_text(change, "from"))
			return true;
	return false;
}

static void add_change(struct strings *cells, const json_t *change, bool arrow)
{
	const char *to = member_text(change, "to"), *note = member_text(change, "note");
	_cleanup_free_ char *in_brackets = str_printf("(%s)", note);
	const char *const row[CHANGE_COLUMNS] = {
		[WHAT] = member_text(change, "what"), [FROM] = member_text(change, "from"),
		[ARROW] = arrow && *to ? "->" : "",   [TO] = to,
		[NOTE] = *note ? in_brackets : "",
	};

	add_safe(cells, row, CHANGE_COLUMNS);
}

static void show_command(const char *lead, const char *command)
{
	_cleanup_free_ char *text = str_printf("%s%s", lead, command);
	_cleanup_free_ char *safe = text_safe(text, false);

	if (*command)
		show_text(COMMAND_INDENT, DIM, "", safe, COMMAND_INDENT, 0);
}

void screen_changes(const json_t *changes, bool with_commands)
{
	_cleanup_(strings_clear) struct strings cells = { 0 };
	size_t widths[CHANGE_COLUMNS] = { 0 };
	bool arrow = any_from(changes);
	char **row;

	list_each(change, changes)
		add_change(&cells, change, arrow);
	measure(cells.items, json_array_size(changes), CHANGE_COLUMNS, widths);
	widths[ARROW] = arrow; /* one less than it has: a narrower gap behind it */
	row = cells.items;
	list_each(change, changes) {
		show_row(row, CHANGE_COLUMNS, widths, NULL);
		row += CHANGE_COLUMNS;
		if (!with_commands)
			continue;
		show_command("as:   ", member_text(change, "command"));
		show_command("undo: ", member_text(change, "undo"));
	}
}

/* ---- results ------------------------------------------------------------------------------- */

static void put_result(const char *line)
{
	live_clear();
	errno = 0;
	if ((fputs(line, stdout) == EOF || fputc('\n', stdout) == EOF) && !result_errno)
		result_errno = errno ?: EIO;
	if (isatty(STDOUT_FILENO))
		after_blank = false;
}

void screen_result(const char *format, ...)
{
	_cleanup_free_ char *text = NULL;
	va_list args;

	va_start(args, format);
	text = format_safe(format, args);
	va_end(args);
	put_result(text);
}

void screen_result_prose(size_t indent, const char *format, ...)
{
	_cleanup_free_ char *text = NULL, *wrapped = NULL;
	FILE *out = stream_open(&wrapped, NULL);
	va_list args;

	va_start(args, format);
	text = format_safe(format, args);
	va_end(args);
	fprintf(out, "%*s", (int)indent, "");
	text_wrap(out, text, indent, indent, isatty(STDOUT_FILENO) ? text_width() : SIZE_MAX);
	stream_close(&out);
	/* put_result() ends the last line. */
	wrapped[strlen(wrapped) - 1] = '\0';
	put_result(wrapped);
}

/* DEL is the one character that jansson leaves bare and a terminal does not; it can only occur in
 * a string. */
static char *without_del(const char *json)
{
	char *text = NULL;
	FILE *out = stream_open(&text, NULL);

	for (; *json; json++)
		if (*json == 0x7f)
			fputs("\\u007f", out);
		else
			fputc(*json, out);
	stream_close(&out);
	return text;
}

void screen_result_json(const json_t *value)
{
	_cleanup_free_ char *json = json_dumps(value, JSON_INDENT(2) | JSON_PRESERVE_ORDER |
							      JSON_ENSURE_ASCII | JSON_ENCODE_ANY);
	_cleanup_free_ char *safe = without_del(json);

	put_result(safe);
	if (fflush(stdout) == EOF && !result_errno)
		result_errno = errno;
}

int screen_flush(struct error *err)
{
	int code;

	if (fflush(stdout) == EOF && !result_errno)
		result_errno = errno;
	code = result_errno;
	result_errno = 0;
	if (!code)
		return 0;
	clearerr(stdout);
	return error_set(err, code,
			 "make room there, or send it elsewhere; then run the command again",
			 "cannot write the result to standard output: %s", strerror(code));
}
