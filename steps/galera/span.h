/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * span.h - a part of a text that is not NUL-terminated and may hold any byte
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct span {
	const char *text;
	size_t length;
};

static inline struct span span_of(const char *text)
{
	return (struct span){ text, strlen(text) };
}

/* Where needle begins; span.length when it does not. */
size_t span_find(struct span span, const char *needle);
bool span_has(struct span span, const char *needle);
bool span_starts(struct span span, const char *prefix);
/* The part from a byte on, which must not be beyond the end. */
struct span span_rest(struct span span, size_t from);
/* The part after needle; empty when it is not there. */
struct span span_after(struct span span, const char *needle);
/* The part before needle; all when it is not there. */
struct span span_until(struct span span, const char *needle);
/* The longest beginning that consists of letters, digits and the characters of others. */
struct span span_word(struct span span, const char *others);
/* Without white space at both ends. */
struct span span_trim(struct span span);
/* Into to, of size bytes: cut to fit, NUL-terminated, NUL bytes as '?'. */
void span_copy(char *to, size_t size, struct span from);
