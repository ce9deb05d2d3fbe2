/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fnmatch.h>
#include <string.h>

#include "steps/advice/match.h"

static const char *next_word(const char **rest, size_t *length)
{
	const char *word = *rest + strspn(*rest, " ");

	*length = strcspn(word, " ");
	*rest = word + *length;
	return *length ? word : NULL;
}

static bool matches(const char *word, size_t length, const char *text)
{
	char pattern[128];

	if (!memchr(word, '*', length))
		return strlen(text) == length && memcmp(word, text, length) == 0;
	if (length >= sizeof(pattern))
		return false;
	memcpy(pattern, word, length);
	pattern[length] = '\0';
	return fnmatch(pattern, text, 0) == 0;
}

bool match_words(const char *words, const char *text)
{
	const char *word;
	size_t length;

	if (!words || !text)
		return !words;
	while ((word = next_word(&words, &length))) {
		if (matches(word, length, text))
			return true;
	}
	return false;
}

static bool has_attribute(struct oracle *oracle, const char *type, const char *name, size_t length)
{
	char attribute[128];

	if (length >= sizeof(attribute))
		return false;
	memcpy(attribute, name, length);
	attribute[length] = '\0';
	return oracle_type_has_attribute(oracle, type, attribute);
}

static bool match_target(struct oracle *oracle, const char *words, const char *source,
			 const char *target)
{
	const char *word;
	size_t length;

	if (!words)
		return true;
	while ((word = next_word(&words, &length))) {
		bool held;

		if (*word == '@')
			held = has_attribute(oracle, target, word + 1, length - 1);
		else if (length == strlen("self") && memcmp(word, "self", length) == 0)
			held = strcmp(source, target) == 0;
		else
			held = matches(word, length, target);
		if (held)
			return true;
	}
	return false;
}

const struct known_denial *match_known(const struct known_denial *rows, struct oracle *oracle,
				       const struct denial *denial, const char *target,
				       const char *permission, bool domain)
{
	for (; rows && rows->why; rows++) {
		if ((rows->fix == FIX_DOMAIN) == domain &&
		    match_words(rows->tclass, denial->tclass) &&
		    match_words(rows->permissions, permission) &&
		    match_words(rows->comm, denial->comm) &&
		    (!denial->exe || match_words(rows->exe, denial->exe)) &&
		    match_words(rows->path, denial->path) &&
		    match_target(oracle, rows->target, denial->source, target))
			return rows;
	}
	return NULL;
}
