/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * markup.h - text out of what carries it: HTML, a word processor, JSON
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "steps/audit/piece.h"

/* markup_is - may the line have entities, or other than ASCII? */
bool markup_is(const char *line, const char *end);

/* markup_remove - entities, typographic quotes, spaces that do not break, a byte order mark: into
 * plain, of at least this length; a NUL ends it. Returns its length. */
size_t markup_remove(const char *line, size_t length, char *plain);

/*
 * markup_json - the texts in a line of JSON: the messages of a journal's entry (`journalctl -o
 * json`), with what it has of the record that is not in the message; all strings of another object;
 * or, of a line that is a part of JSON, the string around `at`. A text of several lines, in new
 * memory (caller frees). NULL: it is no JSON.
 */
char *markup_json(struct piece line, const char *at);
