/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "steps/oracle/cil.h"
#include "wizard/util.h"

struct cil_word cil_next(struct cil_reader *reader)
{
	const char *begin = reader->at, *end;

	for (;;) {
		begin += strspn(begin, " \t\r\n");
		if (*begin != ';' || begin >= reader->end)
			break;
		begin += strcspn(begin, "\n");
	}
	end = begin;
	if (*begin == '"')
		end += 1 + strcspn(begin + 1, "\"");
	else
		end += strcspn(begin, "() \t\r\n;\"");
	/* A bracket, or the quote that ends a string. */
	if (*end && (end == begin || *begin == '"'))
		end++;
	if (begin > reader->end)
		begin = reader->end;
	if (end > reader->end)
		end = reader->end;
	reader->at = end;
	return (struct cil_word){ begin, (size_t)(end - begin) };
}

bool cil_is(struct cil_word word, const char *text)
{
	return strlen(text) == word.length && !strncmp(word.at, text, word.length);
}

bool cil_is_among(struct cil_word word, const char *const *texts)
{
	while (*texts && !cil_is(word, *texts))
		texts++;
	return *texts;
}

bool cil_equal(const char *text, const char *other)
{
	struct cil_reader one = { text, text + strlen(text) };
	struct cil_reader two = { other, other + strlen(other) };
	struct cil_word word, same;

	do {
		word = cil_next(&one);
		same = cil_next(&two);
	} while (word.length && word.length == same.length &&
		 !memcmp(word.at, same.at, word.length));
	return !word.length && !same.length;
}

/* To the end of the statement whose first bracket has been read. */
static void skip(struct cil_reader *reader)
{
	for (size_t depth = 1; depth > 0;) {
		struct cil_word word = cil_next(reader);

		if (!word.length)
			return;
		depth += cil_is(word, "(");
		depth -= cil_is(word, ")");
	}
}

/* "(typeattribute X)", "(typeattributeset X (...))": names of an expression in a rule. The
 * translation of a policy package makes them; they are the module's own. */
static bool is_expression(struct cil_word name)
{
	static const char mark[] = "_typeattr_";

	return memmem(name.at, name.length, mark, strlen(mark));
}

/* What the statement of this head is about; the rest of it is to be skipped. */
static void look(struct cil_word head, struct cil_reader *reader, const char *const *domains,
		 struct cil_survey *survey)
{
	static const char *const rules[] = { "allow",      "dontaudit",   "auditallow", "allowx",
					     "dontauditx", "auditallowx", NULL };
	static const char *const sets[] = { "typeattributeset", "roleattributeset", "typeattribute",
					    NULL };
	struct cil_word name = cil_next(reader);

	if (cil_is(name, ")")) {
		reader->at = name.at;
		survey->only_ours = false;
	} else if (cil_is_among(head, rules)) {
		bool ours = cil_is_among(name, domains);

		survey->allows += ours && cil_is(head, "allow");
		survey->only_ours = survey->only_ours && ours;
	} else if (!cil_is_among(head, sets) ||
		   !(cil_is(name, "cil_gen_require") || is_expression(name))) {
		survey->only_ours = false;
	}
	if (cil_is(name, "("))
		skip(reader);
	skip(reader);
}

struct cil_survey cil_survey(const char *text, const char *const *domains)
{
	/* Blocks of statements. What stands in them without brackets is their name. */
	static const char *const blocks[] = { "optional", "booleanif", "tunableif",
					      "true",     "false",     NULL };
	/* Operators, of a block's condition. */
	static const char *const conditions[] = { "and", "or", "not", "xor", "eq", "neq", NULL };
	struct cil_reader reader = { text, text + strlen(text) };
	struct cil_survey survey = { .only_ours = true };
	struct cil_word word;

	while ((word = cil_next(&reader)).length) {
		struct cil_word head;

		if (!cil_is(word, "("))
			continue;
		head = cil_next(&reader);
		if (cil_is_among(head, conditions))
			skip(&reader);
		else if (!cil_is_among(head, blocks))
			look(head, &reader, domains, &survey);
	}
	return survey;
}
