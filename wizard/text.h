/* SPDX-License-Identifier: GPL-2.0-or-later */
/* text.h - text for a terminal: made safe, measured in columns, broken into lines; and hostile
 * bytes made harmless for a comment, a sentence or a command line; templates filled in */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "wizard/error.h"

/* text_safe - text in new memory (caller frees), where each byte of what could deceive is \xNN:
 * control characters (C0, DEL, C1), bytes that are not UTF-8, characters that reorder or hide text;
 * with keep_lines '\n' passes, and a tab becomes spaces. In a locale that is not UTF-8, nothing
 * beyond ASCII passes. */
char *text_safe(const char *text, bool keep_lines);

/* text_is_utf8 - can text stand in JSON as it is? */
bool text_is_utf8(const char *text);

/* text_json - a JSON string of text that need not be UTF-8: then made safe. NULL: JSON's null. */
json_t *text_json(const char *text);

/* text_width - the columns of a line of messages (standard error), read anew each time. */
size_t text_width(void);

/* text_columns - the columns that safe text without '\n' takes, wide characters counting two. */
size_t text_columns(const char *text);

/* text_wrap - write safe text to out, broken at spaces so that no line passes column width. The
 * first line starts at column `at`, where the cursor is; the others are indented by indent. A word
 * that is longer than a line stays whole, so that it can be copied. Ends with a newline. */
void text_wrap(FILE *out, const char *text, size_t at, size_t indent, size_t width);

/* text_plain - text in new memory (caller frees) as printable ASCII, every other byte and the
 * backslash as \xNN, "..." in place of what is beyond max characters. */
char *text_plain(const char *text, size_t max);

/* text_shell - text in new memory (caller frees) as one word of a shell's command line, in
 * printable ASCII: as it is where that is safe, else in $'...'. */
char *text_shell(const char *text);

/* text_quoted - the same for a POSIX shell, where it need not be printable: in '...'. */
char *text_quoted(const char *text);

/* text_duration - a length of time, as "90" (seconds), "90s", "15m", "1h30m", "2d", in
 * milliseconds; 0: it is none. */
int64_t text_duration(const char *text);

/* A template is text with {{name}} where a value goes. Those of templates/ are compiled into the
 * program (build/templates.c), so that one binary is enough. */
enum template_format {
	TEMPLATE_TEXT,    /* values pass as text_safe() leaves them */
	TEMPLATE_COMMENT, /* and newlines become spaces: a value stays in its comment */
};

struct template_value {
	const char *name;
	const char *value;
};

/*
 * template_fill - text with every {{name}} replaced, in new memory (caller frees). values ends with
 * a NULL name. A name without a value is -ENOENT, an unclosed {{ is -EBADMSG: nothing is guessed.
 */
int template_fill(const char *text, enum template_format format,
		  const struct template_value *values, char **filled, struct error *err);
