/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "wizard/strings.h"
#include "wizard/util.h"

void strings_clear(struct strings *strings)
{
	for (size_t i = 0; i < strings->count; i++)
		free(strings->items[i]);
	free(strings->items);
	*strings = (struct strings){ 0 };
}

void strings_take(struct strings *strings, char *text)
{
	if (!text)
		return;
	strings->items = memory_resize(strings->items, strings->count + 2, sizeof(char *));
	strings->items[strings->count++] = text;
	strings->items[strings->count] = NULL;
}

void strings_add(struct strings *strings, const char *text)
{
	strings_take(strings, str_copy(text));
}

void strings_insert(struct strings *strings, const char *text)
{
	size_t at = 0;

	while (at < strings->count && strcmp(strings->items[at], text) < 0)
		at++;
	if (at < strings->count && strcmp(strings->items[at], text) == 0)
		return;
	strings_add(strings, text);
	for (size_t i = strings->count - 1; i > at; i--) {
		char *later = strings->items[i];

		strings->items[i] = strings->items[i - 1];
		strings->items[i - 1] = later;
	}
}

void strings_split(struct strings *strings, const char *text, const char *separators)
{
	while (*(text += strspn(text, separators))) {
		size_t length = strcspn(text, separators);

		strings_take(strings, memory_copy(text, length));
		text += length;
	}
}

bool strings_has(const struct strings *strings, const char *text)
{
	for (size_t i = 0; i < strings->count; i++)
		if (strcmp(strings->items[i], text) == 0)
			return true;
	return false;
}

static int compare(const void *one, const void *other)
{
	return strcmp(*(char *const *)one, *(char *const *)other);
}

void strings_sort(struct strings *strings)
{
	if (strings->count)
		qsort(strings->items, strings->count, sizeof(char *), compare);
}

char *strings_join(const struct strings *strings, const char *separator)
{
	_cleanup_free_ char *text = NULL;
	_cleanup_fclose_ FILE *out = stream_open(&text, NULL);

	for (size_t i = 0; i < strings->count; i++)
		fprintf(out, "%s%s", i ? separator : "", strings->items[i]);
	stream_close(&out);
	return TAKE_PTR(text);
}
