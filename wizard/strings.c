/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

#include "wizard/strings.h"
#include "wizard/text.h"
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
	char *added, **place;

	while (at < strings->count && strcmp(strings->items[at], text) < 0)
		at++;
	if (at < strings->count && strcmp(strings->items[at], text) == 0)
		return;
	added = str_copy(text);
	strings_take(strings, added);
	place = &strings->items[at];
	memmove(place + 1, place, (strings->count - 1 - at) * sizeof(*place));
	*place = added;
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

json_t *strings_json(const struct strings *strings)
{
	json_t *list = json_array();

	for (size_t i = 0; i < strings->count; i++)
		list_add(list, text_json(strings->items[i]));
	return list;
}

/* ---- a name that is not known --------------------------------------------------------------- */

#define LONGEST 64 /* no name of ours is longer */

/* How many letters must be typed anew, left out, put in, or exchanged with their neighbour, to make
 * a of b; LONGEST when that is certainly too many. */
static size_t distance(const char *a, const char *b)
{
	size_t rows[LONGEST + 1][LONGEST + 1];
	size_t a_length = strlen(a), b_length = strlen(b);

	if (a_length > LONGEST || b_length > LONGEST)
		return LONGEST;
	for (size_t i = 0; i <= a_length; i++)
		rows[i][0] = i;
	for (size_t j = 0; j <= b_length; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= a_length; i++) {
		for (size_t j = 1; j <= b_length; j++) {
			size_t other = a[i - 1] != b[j - 1];

			rows[i][j] = MIN(MIN(rows[i - 1][j], rows[i][j - 1]) + 1,
					 rows[i - 1][j - 1] + other);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				rows[i][j] = MIN(rows[i][j], rows[i - 2][j - 2] + 1);
		}
	}
	return rows[a_length][b_length];
}

const char *strings_nearest(const char *name, const struct strings *names)
{
	const char *nearest = NULL;
	/* A third of the letters may be wrong, two at most. */
	size_t limit = MIN(strlen(name) / 3, 2) + 1;

	for (size_t i = 0; i < names->count; i++) {
		size_t far = distance(name, names->items[i]);

		if (far < limit) {
			limit = far;
			nearest = names->items[i];
		}
	}
	return nearest;
}

int strings_unknown(const char *kind, const char *name, const struct strings *names,
		    struct error *err)
{
	const char *nearest = strings_nearest(name, names);
	_cleanup_free_ char *list = strings_join(names, ", ");

	error_set(err, EINVAL, NULL, "unknown %s \"%s\"", kind, name);
	return nearest ? error_remedy(err, "did you mean \"%s\"?", nearest)
		       : error_remedy(err, "there are: %.399s", list);
}
