/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cil_read - the rules of a module that cil_text() has written, out of the store */
#include <errno.h>
#include <string.h>

#include "steps/module/rules.h"
#include "wizard/util.h"

struct reader {
	const char *at;
	char word[128];
};

/* The next bracket or word, past comments; false: the text ends, or a word is too long for ours. */
static bool next(struct reader *reader)
{
	size_t length;

	for (;;) {
		reader->at += strspn(reader->at, " \t\r\n");
		if (*reader->at != ';')
			break;
		reader->at += strcspn(reader->at, "\n");
	}
	length = *reader->at && strchr("()", *reader->at) ? 1 : strcspn(reader->at, "() \t\r\n;");
	if (!length || length >= sizeof(reader->word))
		return false;
	memcpy(reader->word, reader->at, length);
	reader->word[length] = '\0';
	reader->at += length;
	return true;
}

static bool take(struct reader *reader, char **word)
{
	if (!next(reader) || strchr("()", *reader->word))
		return false;
	*word = strdup(reader->word);
	return *word != NULL;
}

static bool bracket(struct reader *reader, const char *which)
{
	return next(reader) && !strcmp(reader->word, which);
}

/* "SOURCE TARGET (CLASS (PERMISSION...)))" behind "(allow". */
static bool read_rule(struct reader *reader, struct rule *rule)
{
	if (!take(reader, &rule->source) || !take(reader, &rule->target) || !bracket(reader, "(") ||
	    !take(reader, &rule->tclass) || !bracket(reader, "("))
		return false;
	while (next(reader) && strcmp(reader->word, ")") != 0) {
		char **word = array_push(&rule->permissions, &rule->permission_count,
					 sizeof(*rule->permissions));

		if (!word || !(*word = strdup(reader->word)))
			return false;
	}
	return rule->permission_count > 0;
}

int cil_rules(const char *text, struct rules *rules, struct error *err)
{
	struct reader reader = { .at = text };
	bool opened = false;

	while (next(&reader)) {
		bool allow = !strcmp(reader.word, "allow");
		struct rule *rule;

		if (!opened || !(allow || !strcmp(reader.word, "dontaudit"))) {
			opened = !strcmp(reader.word, "(");
			continue;
		}
		opened = false;
		rule = array_push(&rules->items, &rules->count, sizeof(*rule));
		if (!rule)
			return error_nomem(err);
		rule->kind = allow ? RULE_ALLOW : RULE_DONTAUDIT;
		if (!read_rule(&reader, rule))
			return error_set(err, EINVAL, "look at it: semodule -E galera",
					 "the module has a rule that is not as we write them");
	}
	return 0;
}
