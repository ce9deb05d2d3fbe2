/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * screen.h - what a person sees
 *
 * Messages go to standard error, results to standard output. Everything printed here is made safe:
 * control bytes (also C1 and DEL), bytes that are not UTF-8, and the Unicode characters that
 * reorder or hide text are shown as \xNN; only '\n' passes. Escape sequences come from this module
 * alone, and only for a terminal that wants colour. Long lines are wrapped at the terminal's width
 * (80 where there is none; never for results), continued under their own text.
 */
#ifndef WIZARD_SCREEN_H
#define WIZARD_SCREEN_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum mark {
	MARK_NONE, /* two spaces */
	MARK_OK,   /* "ok" */
	MARK_WARN, /* "!" */
	MARK_STOP, /* "x" */
	MARK_TODO, /* "-" */
};

/* screen_init - colour on or off for the process; reads the terminal's width. */
void screen_init(bool plain);

/* screen_heading - "[2/10] Label the Galera ports" between blank lines; total 0: no numbers. */
void screen_heading(unsigned int number, unsigned int total, const char *title);

/* screen_say - a paragraph, indented by two spaces. */
void screen_say(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* screen_mark - a marked line, indented as screen_say. */
void screen_mark(enum mark mark, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* screen_detail - a line indented by four spaces, not wrapped: commands, excerpts, paths. */
void screen_detail(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* screen_blank - an empty line; several in a row count as one. */
void screen_blank(void);

/* screen_changes - a plan's changes as an aligned table (see step.h); with_commands adds each one's
 * documented command. */
void screen_changes(const json_t *changes, bool with_commands);

/*
 * screen_table - rows of cells, aligned. header may be NULL; cells is rows * columns strings, row by
 * row, NULL meaning empty.
 */
void screen_table(const char *const *header, const char *const *cells, size_t rows, size_t columns);

/* screen_error - "program: what" and "  remedy"; wizard_main() alone calls it. */
void screen_error(const char *program, const char *what, const char *remedy);

/* screen_result - a line of a result, on standard output, made safe. */
void screen_result(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* screen_result_json - a JSON value and a newline on standard output; keys in insertion order. */
void screen_result_json(const json_t *value);

/* screen_safe - text made safe as above, in new memory (caller frees); NULL: no memory. */
char *screen_safe(const char *text);

#endif
