/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "steps/galera/exercises.h"
#include "steps/subjects.h"
#include "wizard/names.h"
#include "wizard/util.h"

#define BLANKS " \t"

/* ---- exercises ------------------------------------------------------------------------------- */

static int exercise_named(const char *name, struct error *err)
{
	_cleanup_free_ const char **names = NULL;
	size_t count = 0;

	if (exercise_find(name))
		return 0;
	for (const struct exercise *exercise = galera_exercises;; exercise++) {
		const char **room = array_push(&names, &count, sizeof(*names));

		*room = exercise->name;
		if (!exercise->name)
			return names_unknown("exercise", name, names, err);
	}
}

int subjects_exercise(const char *subject, const char *value, struct error *err)
{
	(void)value;
	return subject ? exercise_named(subject, err) : 0;
}

int subjects_exercises(const char *subject, const char *value, struct error *err)
{
	_cleanup_free_ char *copy = str_copy(value);
	char *rest = copy;
	const char *name;
	int r = 0;

	if (subject)
		return error_set(err, EINVAL, "write exercise.also = NAME NAME ...",
				 "exercise.also has its names as its value, not in brackets");
	while (r == 0 && (name = strsep(&rest, ", ")))
		if (*name && strcmp(name, "none") != 0)
			r = exercise_named(name, err);
	return r;
}

int subjects_any(const char *subject, const char *value, struct error *err)
{
	(void)value;
	return subject && !*subject ? error_set(err, EINVAL, "write a name between the brackets",
						"there is nothing between the brackets")
				    : 0;
}

/* ---- findings -------------------------------------------------------------------------------- */

enum { SOURCE, TARGET, CLASS, WORDS };

struct key {
	char *copy;
	const char *words[WORDS];
	char *permissions; /* NULL: the text was no key */
};

static void key_clear(struct key *key)
{
	free(key->copy);
}

static struct key key_read(const char *text)
{
	struct key key = { .copy = str_copy(text) };
	char *rest = NULL;

	for (int i = 0; i < WORDS; i++)
		key.words[i] = strtok_r(i ? NULL : key.copy, BLANKS, &rest);
	key.permissions = key.words[CLASS] ? strtok_r(NULL, "", &rest) : NULL;
	if (key.permissions && !key.permissions[strspn(key.permissions, "," BLANKS)])
		key.permissions = NULL;
	return key;
}

static bool has_permission(const char *list, const char *permission, size_t length)
{
	while (*(list += strspn(list, "," BLANKS))) {
		size_t here = strcspn(list, "," BLANKS);

		if (here == length && !strncmp(list, permission, length))
			return true;
		list += here;
	}
	return false;
}

static bool share_permission(const char *one, const char *other)
{
	while (*(one += strspn(one, "," BLANKS))) {
		size_t length = strcspn(one, "," BLANKS);

		if (has_permission(other, one, length))
			return true;
		one += length;
	}
	return false;
}

int subjects_finding(const char *subject, const char *value, struct error *err)
{
	_cleanup_(key_clear) struct key key = key_read(subject ? subject : "");

	(void)value;
	if (!subject || key.permissions)
		return 0;
	return error_set(err, EINVAL,
			 "write it as \"SOURCE TARGET CLASS PERMISSION,PERMISSION\": "
			 "mysqld_t rsync_exec_t file execute,open,read",
			 "\"%s\" names no finding", subject);
}

int subjects_alike(const char *one, const char *other)
{
	_cleanup_(key_clear) struct key a = key_read(one);
	_cleanup_(key_clear) struct key b = key_read(other);
	int alike = 0;

	if (!a.permissions || !b.permissions)
		return 0;
	for (int i = 0; i < WORDS; i++)
		alike += !strcmp(a.words[i], b.words[i]);
	return alike + (alike && share_permission(a.permissions, b.permissions));
}

bool subjects_same_finding(const char *given, const char *asked)
{
	return subjects_alike(given, asked) == WORDS + 1;
}
