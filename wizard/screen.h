/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * screen.h - what a person sees
 *
 * Messages go to standard error, results to standard output. Everything printed here is made safe
 * (text_safe(), keeping lines). Escape sequences come from this module alone, and only for a
 * terminal that wants colour. Long lines are wrapped at the terminal's width (80 where there is
 * none; never for results), continued under their own text.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <time.h>

#include "wizard/error.h"

enum mark {
	MARK_NONE, /* two spaces */
	MARK_OK,   /* "ok" */
	MARK_WARN, /* "!" */
	MARK_STOP, /* "x" */
	MARK_TODO, /* "-" */
	MARK_PARAGRAPH,
	MARK_DETAIL,
};

/* screen_init - colour only for a terminal, without NO_COLOR and TERM=dumb; plain: never. lines:
 * nothing is redrawn in place. Before it is called, neither is done. */
void screen_init(bool plain, bool lines);

/* screen_heading - "[2/10] Label the Galera ports" after a blank line; total 0: no numbers. */
void screen_heading(unsigned int number, unsigned int total, const char *title);

/* screen_mark - a marked line, indented by two spaces. */
void screen_mark(enum mark mark, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* screen_say - a paragraph, indented by two spaces. */
#define screen_say(...) screen_mark(MARK_PARAGRAPH, __VA_ARGS__)
/* screen_detail - a line indented by four spaces, not wrapped: commands, excerpts, paths. */
#define screen_detail(...) screen_mark(MARK_DETAIL, __VA_ARGS__)
/* screen_blank - an empty line; several in a row count as one, and none stands at the beginning. */
void screen_blank(void);
/* screen_other - another part of the program (the line editor) has written a line to the screen. */
void screen_other(void);

/* screen_time - a time as every screen has it: local, with its zone. "-" for 0: not known. */
void screen_time(time_t when, char *text, size_t size);

/* screen_changes - a plan's changes as an aligned table (see step.h); with_commands adds each one's
 * documented command. */
void screen_changes(const json_t *changes, bool with_commands);

/* screen_table - rows of cells, aligned, indented by four. header may be NULL; cells is rows *
 * columns strings, row by row, NULL meaning empty. A row's last cell is wrapped under itself. */
void screen_table(const char *const *header, const char *const *cells, size_t rows, size_t columns);

/* screen_error - "program: what" and "  remedy"; wizard_main() alone calls it. */
void screen_error(const char *program, const char *what, const char *remedy);

/* screen_result - a line of a result, on standard output, made safe. */
void screen_result(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* screen_result_prose - the same of sentences, which begin at a column: at a terminal, broken at
 * spaces. What is to be copied is not for it. */
void screen_result_prose(size_t indent, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* screen_result_json - a JSON value and a newline on standard output; keys in insertion order.
 * Strings are ASCII: everything else is \uNNNN, which every reader of JSON takes back. */
void screen_result_json(const json_t *value);
/* screen_flush - has every result reached standard output? wizard_main() calls it before it
 * returns. Errors: as write(2), -ENOSPC, -EPIPE and so on, the first that occurred since the last
 * call. */
int screen_flush(struct error *err);

/* A line at the bottom of the screen that is drawn anew in place: only on a terminal that can go
 * back in a line, and not with --plain, which is for screen readers and for logs. Everything else
 * that is printed here stands above it: it takes the line away before. */

/* live_possible - is there a line that can be redrawn? */
bool live_possible(void);

/* live_show - draw the line: text made safe and cut to the screen's width. Nothing happens where it
 * is not possible. */
void live_show(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* live_clear - take the line away; the cursor is at the begin of an empty line then. */
void live_clear(void);
