/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "wizard/live.h"
#include "wizard/screen.h"
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

static bool coloured;
static bool after_blank = true;
static int result_errno;

void screen_init(bool plain)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	coloured = !plain && !(no_color && *no_color) && term && strcmp(term, "dumb") != 0 &&
		   isatty(STDERR_FILENO);
}

/* Writes what was built up in one piece, so that two programs' lines do not mix. */
static void show(const char *built)
{
	live_clear();
	fflush(stdout);
	fputs(built ? built : "  (out of memory)\n", stderr);
	fflush(stderr);
	after_blank = false;
}

static char *format_safe(const char *format, va_list args)
{
	_cleanup_free_ char *text = NULL;

	if (vasprintf(&text, format, args) < 0) {
		text = NULL;
		return NULL;
	}
	return text_safe(text, true);
}

/*
 * The one way by which messages reach the screen: `lead` (this module's own text, in style) at
 * column indent, then text, continued at column `under`. width 0: not wrapped.
 */
static void show_text(size_t indent, const char *style, const char *lead, const char *text,
		      size_t under, size_t width)
{
	_cleanup_free_ char *built = NULL;
	size_t length;
	FILE *out = open_memstream(&built, &length);

	if (!out || !text) {
		if (out)
			fclose(out);
		show(NULL);
		return;
	}
	fprintf(out, "%*s", (int)indent, "");
	if (coloured && style)
		fputs(style, out);
	fputs(lead, out);
	if (coloured && style && *lead)
		fputs(NORMAL, out);
	text_wrap(out, text, indent + text_columns(lead), under, width ? width : SIZE_MAX);
	fputs(coloured && style && !*lead ? NORMAL : "", out);
	show(fclose(out) == 0 ? built : NULL);
}

void screen_heading(unsigned int number, unsigned int total, const char *title)
{
	_cleanup_free_ char *text = NULL, *safe = NULL;

	screen_blank();
	text = total ? str_printf("[%u/%u] %s", number, total, title) : str_printf("%s", title);
	if (text)
		safe = text_safe(text, false);
	show_text(0, BOLD, "", safe, INDENT, text_width());
}

void screen_say(const char *format, ...)
{
	_cleanup_free_ char *text = NULL;
	va_list args;

	va_start(args, format);
	text = format_safe(format, args);
	va_end(args);
	show_text(INDENT, NULL, "", text, INDENT, text_width());
}

void screen_mark(enum mark mark, const char *format, ...)
{
	static const struct {
		const char *style, *lead;
	} marks[] = {
		[MARK_NONE] = { NULL, "    " },   [MARK_OK] = { GREEN, "ok  " },
		[MARK_WARN] = { YELLOW, "!   " }, [MARK_STOP] = { RED, "x   " },
		[MARK_TODO] = { NULL, "-   " },
	};
	_cleanup_free_ char *text = NULL;
	va_list args;

	va_start(args, format);
	text = format_safe(format, args);
	va_end(args);
	show_text(INDENT, marks[mark].style, marks[mark].lead, text,
		  INDENT + strlen(marks[mark].lead), text_width());
}

void screen_detail(const char *format, ...)
{
	_cleanup_free_ char *text = NULL;
	va_list args;

	va_start(args, format);
	text = format_safe(format, args);
	va_end(args);
	show_text(DETAIL_INDENT, NULL, "", text, DETAIL_INDENT, 0);
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
	_cleanup_free_ char *text = str_printf("%s: %s", program, what), *safe = NULL;

	if (text)
		safe = text_safe(text, true);
	show_text(0, NULL, "", safe, INDENT, text_width());
	if (remedy && *remedy)
		screen_say("%s", remedy);
}

void screen_time(time_t when, char *text, size_t size)
{
	struct tm local;

	if (!localtime_r(&when, &local) || !strftime(text, size, "%Y-%m-%d %H:%M:%S %Z", &local))
		snprintf(text, size, "-");
}

/* ---- tables -------------------------------------------------------------------------------- */

/* Safe copies of all cells, or NULL when out of memory. A line break in a cell is escaped. */
static char **safe_cells(const char *const *cells, size_t count)
{
	char **safe = calloc(count ? count : 1, sizeof(*safe));

	for (size_t i = 0; safe && i < count; i++) {
		safe[i] = text_safe(cells[i] ? cells[i] : "", false);
		if (safe[i])
			continue;
		while (i > 0)
			free(safe[--i]);
		free(safe);
		safe = NULL;
	}
	return safe;
}

static void free_cells(char **cells, size_t count)
{
	for (size_t i = 0; cells && i < count; i++)
		free(cells[i]);
	free(cells);
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
	size_t length, last = 0, at = 0, start = DETAIL_INDENT;
	FILE *out = open_memstream(&built, &length);

	if (!out) {
		show(NULL);
		return;
	}
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
	show(fclose(out) == 0 ? built : NULL);
}

void screen_table(const char *const *header, const char *const *cells, size_t rows, size_t columns)
{
	_cleanup_free_ size_t *widths = calloc(columns + 1, sizeof(*widths));
	char **safe = safe_cells(cells, rows * columns);
	char **top = header ? safe_cells(header, columns) : NULL;

	if (!widths || !safe || (header && !top)) {
		show(NULL);
	} else {
		measure(safe, rows, columns, widths);
		if (top) {
			measure(top, 1, columns, widths);
			show_row(top, columns, widths, DIM);
		}
		for (size_t i = 0; i < rows; i++)
			show_row(safe + i * columns, columns, widths, NULL);
	}
	free_cells(safe, rows * columns);
	free_cells(top, columns);
}

/* ---- changes ------------------------------------------------------------------------------- */

enum { WHAT, FROM, ARROW, TO, NOTE, CHANGE_COLUMNS };

static bool any_from(const json_t *changes)
{
	json_t *change;
	size_t i;

	json_array_foreach(changes, i, change) if (*member_text(change, "from")) return true;
	return false;
}

/* Fills a row of safe cells; false when out of memory, what was filled being the caller's. */
static bool change_row(const json_t *change, bool arrow, char **row)
{
	const char *to = member_text(change, "to"), *note = member_text(change, "note");
	_cleanup_free_ char *note_cell = *note ? str_printf("(%s)", note) : strdup("");

	if (!note_cell)
		return false;
	row[WHAT] = text_safe(member_text(change, "what"), false);
	row[FROM] = text_safe(member_text(change, "from"), false);
	row[ARROW] = strdup(arrow && *to ? "->" : "");
	row[TO] = text_safe(to, false);
	row[NOTE] = text_safe(note_cell, false);
	return row[WHAT] && row[FROM] && row[ARROW] && row[TO] && row[NOTE];
}

static void show_command(const char *lead, const char *command)
{
	_cleanup_free_ char *text = *command ? str_printf("%s%s", lead, command) : NULL;
	_cleanup_free_ char *safe = text ? text_safe(text, false) : NULL;

	if (*command)
		show_text(COMMAND_INDENT, DIM, "", safe, COMMAND_INDENT, 0);
}

void screen_changes(const json_t *changes, bool with_commands)
{
	size_t rows = json_array_size(changes), widths[CHANGE_COLUMNS] = { 0 };
	char **cells = calloc(rows * CHANGE_COLUMNS + 1, sizeof(*cells));
	bool complete = cells, arrow = any_from(changes);
	json_t *change;
	size_t i;

	if (cells)
		json_array_foreach(changes, i, change) complete =
			complete && change_row(change, arrow, cells + i * CHANGE_COLUMNS);
	if (!complete) {
		show(NULL);
	} else {
		measure(cells, rows, CHANGE_COLUMNS, widths);
		widths[ARROW] = arrow; /* one less than it has: a narrower gap behind it */
		json_array_foreach(changes, i, change)
		{
			show_row(cells + i * CHANGE_COLUMNS, CHANGE_COLUMNS, widths, NULL);
			if (!with_commands)
				continue;
			show_command("as:   ", member_text(change, "command"));
			show_command("undo: ", member_text(change, "undo"));
		}
	}
	free_cells(cells, rows * CHANGE_COLUMNS);
}

/* ---- results ------------------------------------------------------------------------------- */

static void put_result(const char *line)
{
	live_clear();
	errno = 0;
	if (!line)
		errno = ENOMEM;
	if ((!line || fputs(line, stdout) == EOF || fputc('\n', stdout) == EOF) && !result_errno)
		result_errno = errno ? errno : EIO;
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

/* DEL is the one character that jansson leaves bare and a terminal does not; it can only occur in
 * a string. */
static char *without_del(const char *json)
{
	_cleanup_free_ char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	if (!out)
		return NULL;
	for (; *json; json++)
		if (*json == 0x7f)
			fputs("\\u007f", out);
		else
			fputc(*json, out);
	return fclose(out) == 0 ? TAKE_PTR(text) : NULL;
}

void screen_result_json(const json_t *value)
{
	_cleanup_free_ char *json = json_dumps(value, JSON_INDENT(2) | JSON_PRESERVE_ORDER |
							      JSON_ENSURE_ASCII | JSON_ENCODE_ANY);
	_cleanup_free_ char *safe = json ? without_del(json) : NULL;

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

char *screen_safe(const char *text)
{
	return text_safe(text, true);
}
