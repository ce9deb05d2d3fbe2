/* SPDX-License-Identifier: GPL-2.0-or-later */
/* strings.h - a growing list of strings that it owns; and which of them a mistyped name means */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "wizard/error.h"

/* All zero: an empty one. Like all memory (wizard/util.h), its own is there, or the program
 * ends. */
struct strings {
	char **items; /* NULL-terminated; NULL where nothing was ever added */
	size_t count;
};

/* strings_clear - forget all; for _cleanup_(strings_clear), too. */
void strings_clear(struct strings *strings);

/* strings_add - a copy of text at the end; of NULL nothing is added. */
void strings_add(struct strings *strings, const char *text);

/* strings_take - the same, of text in memory of its own, which is taken over. */
void strings_take(struct strings *strings, char *text);

/* strings_insert - a copy of text at its place in a sorted list, where it is not there yet. */
void strings_insert(struct strings *strings, const char *text);

/* strings_split - add each word of text; any of these characters stand between the words. */
void strings_split(struct strings *strings, const char *text, const char *separators);

/* strings_has - is text among them? */
bool strings_has(const struct strings *strings, const char *text);

/* strings_sort - into the order of their bytes. */
void strings_sort(struct strings *strings);

/* strings_join - all of them with separator between each two; "" for none. Caller frees. */
char *strings_join(const struct strings *strings, const char *separator);

/* strings_json - a JSON array of them, each as text_json() has it; new (caller decrefs). */
json_t *strings_json(const struct strings *strings);

/* strings_nearest - the one of names that name probably means, borrowed, or NULL. */
const char *strings_nearest(const char *name, const struct strings *names);

/* strings_unknown - the error for an unknown name: -EINVAL, "unknown KIND "NAME"", with the nearest
 * of names, or else all of them, as the remedy. */
int strings_unknown(const char *kind, const char *name, const struct strings *names,
		    struct error *err);
