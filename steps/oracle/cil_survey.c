/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "steps/oracle/cil_survey.h"
#include "wizard/util.h"

/* A bracket or a word of the text, where it stands there; length 0: the text has ended. */
struct token {
	const char *at;
	size_t length;
};

static struct token next(const char **text)
{
	struct token token;

	for (;;) {
		*text += strspn(*text, " \t\r\n");
		if (**text != ';')
			break;
		*text += strcspn(*text, "\n");
	}
	token.at = *text;
	if (**text == '"')
		token.length = 1 + strcspn(*text + 1, "\"");
	else
		token.length = strcspn(*text, "() \t\r\n;\"");
	/* A bracket, or the quote that ends a string. */
	if (**text && (!token.length || **text == '"') && token.at[token.length])
		token.length++;
	*text += token.length;
	return token;
}

static bool is(struct token token, const char *word)
{
	return strlen(word) == token.length && !strncmp(token.at, word, token.length);
}

static bool is_among(struct token token, const char *const *words)
{
	while (*words && !is(token, *words))
		words++;
	return *words;
}

/* To the end of the statement whose first bracket has been read. */
static void skip(const char **text)
{
	for (size_t depth = 1; depth > 0;) {
		struct token token = next(text);

		if (!token.length)
			return;
		depth += is(token, "(");
		depth -= is(token, ")");
	}
}

/* "(typeattribute X)", "(typeattributeset X (...))": names of an expression in a rule. The
 * translation of a policy package makes them; they are the module's own. */
static bool is_expression(struct token name)
{
	static const char mark[] = "_typeattr_";

	return memmem(name.at, name.length, mark, strlen(mark));
}

/* What the statement of this head is about; the rest of it is to be skipped. */
static void look(struct token head, const char **text, const char *const *domains,
		 struct cil_survey *survey)
{
	static const char *const rules[] = { "allow",      "dontaudit",   "auditallow", "allowx",
					     "dontauditx", "auditallowx", NULL };
	static const char *const sets[] = { "typeattributeset", "roleattributeset", "typeattribute",
					    NULL };
	struct token name = next(text);

	if (is(name, ")")) {
		*text = name.at;
		survey->only_ours = false;
	} else if (is_among(head, rules)) {
		bool ours = is_among(name, domains);

		survey->allows += ours && is(head, "allow");
		survey->only_ours = survey->only_ours && ours;
	} else if (!is_among(head, sets) || !(is(name, "cil_gen_require") || is_expression(name))) {
		survey->only_ours = false;
	}
	if (is(name, "("))
		skip(text);
	skip(text);
}

struct cil_survey cil_survey(const char *text, const char *const *domains)
{
	/* Blocks of statements. What stands in them without brackets is their name. */
	static const char *const blocks[] = { "optional", "booleanif", "tunableif",
					      "true",     "false",     NULL };
	/* Operators, of a block's condition. */
	static const char *const conditions[] = { "and", "or", "not", "xor", "eq", "neq", NULL };
	struct cil_survey survey = { .only_ours = true };
	struct token token;

	while ((token = next(&text)).length) {
		struct token head;

		if (!is(token, "("))
			continue;
		head = next(&text);
		if (is_among(head, conditions))
			skip(&text);
		else if (!is_among(head, blocks))
			look(head, &text, domains, &survey);
	}
	return survey;
}
