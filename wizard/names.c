/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "wizard/names.h"
#include "wizard/util.h"

#define LONGEST 64 /* no name of ours is longer */

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

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

			rows[i][j] = least(least(rows[i - 1][j], rows[i][j - 1]) + 1,
					   rows[i - 1][j - 1] + other);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				rows[i][j] = least(rows[i][j], rows[i - 2][j - 2] + 1);
		}
	}
	return rows[a_length][b_length];
}

const char *names_nearest(const char *name, const struct strings *names)
{
	const char *nearest = NULL;
	/* A third of the letters may be wrong, two at most. */
	size_t limit = least(strlen(name) / 3, 2) + 1;

	for (size_t i = 0; i < names->count; i++) {
		size_t far = distance(name, names->items[i]);

		if (far < limit) {
			limit = far;
			nearest = names->items[i];
		}
	}
	return nearest;
}

int names_unknown(const char *kind, const char *name, const struct strings *names,
		  struct error *err)
{
	const char *nearest = names_nearest(name, names);
	_cleanup_free_ char *list = strings_join(names, ", ");

	error_set(err, EINVAL, NULL, "unknown %s \"%s\"", kind, name);
	return nearest ? error_remedy(err, "did you mean \"%s\"?", nearest)
		       : error_remedy(err, "there are: %.399s", list);
}
