/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <string.h>

#include "steps/galera/span.h"

size_t span_find(struct span span, const char *needle)
{
	const char *at = memmem(span.text, span.length, needle, strlen(needle));

	return at ? (size_t)(at - span.text) : span.length;
}

bool span_has(struct span span, const char *needle)
{
	return span_find(span, needle) < span.length;
}

bool span_starts(struct span span, const char *prefix)
{
	size_t length = strlen(prefix);

	return span.length >= length && memcmp(span.text, prefix, length) == 0;
}

struct span span_rest(struct span span, size_t from)
{
	return (struct span){ span.text + from, span.length - from };
}

struct span span_after(struct span span, const char *needle)
{
	size_t at = span_find(span, needle);

	return span_rest(span, at < span.length ? at + strlen(needle) : span.length);
}

struct span span_until(struct span span, const char *needle)
{
	span.length = span_find(span, needle);
	return span;
}

struct span span_word(struct span span, const char *others)
{
	size_t length = 0;

	while (length < span.length && span.text[length] &&
	       (isalnum((unsigned char)span.text[length]) || strchr(others, span.text[length])))
		length++;
	span.length = length;
	return span;
}

struct span span_trim(struct span span)
{
	while (span.length && isspace((unsigned char)*span.text))
		span = span_rest(span, 1);
	while (span.length && isspace((unsigned char)span.text[span.length - 1]))
		span.length--;
	return span;
}

void span_copy(char *to, size_t size, struct span from)
{
	size_t length = from.length < size ? from.length : size - 1;

	for (size_t i = 0; i < length; i++)
		to[i] = from.text[i] ? from.text[i] : '?';
	to[length] = '\0';
}
