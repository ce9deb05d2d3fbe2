/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * markup.h - text out of what carries it: HTML, a word processor, a terminal, JSON
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "wizard/piece.h"

/* markup_is - may the text have anything that markup_remove() does away with? Of a short one: yes.
 */
bool markup_is(const char *text, const char *end);

/* markup_remove - entities and tags, typographic quotes, other blanks than spaces, a byte order
 * mark, a terminal's colours, backslashes and doubled quotes of what a record was a string of: into
 * plain, of at least this length; a NUL ends it. Returns its length. */
size_t markup_remove(const char *line, size_t length, char *plain);

/*
 * markup_json - the texts in the first JSON of a line, and where that is: the message of a
 * journal's entry (`journalctl -o json`), with what it has of the record that is not in the
 * message; all strings of another object or list; or, of a line that is a part of JSON, the string
 * around `at`. A text of several lines, in new memory (caller frees). NULL: there is none.
 */
char *markup_json(struct piece line, const char *at, struct piece *json);

/* markup_value_end - of JSON that begins with the bracket before `at`: behind its last bracket;
 * NULL: it has none up to stop. */
const char *markup_value_end(const char *at, const char *stop);

/* markup_is_field - is it one of a journal's entry, NAME=VALUE? */
bool markup_is_field(const char *at, const char *end);

/* markup_entry - the same of an entry's lines NAME=VALUE (`journalctl -o export`, `-o verbose`).
 * NULL: it is not told there who sent it. */
char *markup_entry(struct piece lines);
