/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * wrapped.h - a record that a page, a mail or a terminal has broken into several lines
 *
 * It is put together as its words allow: a word that begins a field stands for itself; what is
 * neither that, nor indented, nor behind a blank is the rest of the word before.
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "wizard/piece.h"

/* wrapped_is_whole - has the text all that a record of a denial must have? Of any other: true. */
bool wrapped_is_whole(const char *text);

/* wrapped_trim - off the end of a record, what is of the text that it stands in. False: a pager or
 * a page has cut the record off. */
bool wrapped_trim(char *text);

/* wrapped_line - from line up to end, without the blanks, carriage return and backslash at its end.
 */
struct piece wrapped_line(const char *line, const char *end);

/* wrapped_gather - *text is what was written to out (stream_open()) of a record in the line at
 * `at`, which a newline ends: adds the lines that it goes on in, up to stop. Returns the end of the
 * last. */
const char *wrapped_gather(FILE *out, char **text, const char *at, const char *stop);
