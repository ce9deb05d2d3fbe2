/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "steps/oracle/cil.h"

struct piece cil_next(struct piece *rest)
{
	const char *begin = rest->at, *end;

	for (;;) {
		begin += strspn(begin, " \t\r\n");
		if (*begin != ';' || begin >= rest->end)
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
	if (begin > rest->end)
		begin = rest->end;
	if (end > rest->end)
		end = rest->end;
	rest->at = end;
	return (struct piece){ begin, end };
}

bool cil_equal(const char *text, const char *other)
{
	struct piece one = piece_of(text), two = piece_of(other), word, same;

	do {
		word = cil_next(&one);
		same = cil_next(&two);
	} while (piece_size(word) && piece_size(word) == piece_size(same) &&
		 !memcmp(word.at, same.at, piece_size(word)));
	return !piece_size(word) && !piece_size(same);
}

/* To the end of the statement whose first bracket has been read. */
static void skip(struct piece *rest)
{
	for (size_t depth = 1; depth > 0;) {
		struct piece word = cil_next(rest);

		if (!piece_size(word))
			return;
		depth += piece_is(word, "(");
		depth -= piece_is(word, ")");
	}
}

/* "(typeattribute X)", "(typeattributeset X (...))": names of an expression in a rule. The
 * translation of a policy package makes them; they are the module's own. */
static bool is_expression(struct piece name)
{
	return piece_find(name, "_typeattr_");
}

/* What the statement of this head is about; the rest of it is to be skipped. */
static void look(struct piece head, struct piece *rest, const char *const *domains,
		 struct cil_survey *survey)
{
	static const char *const rules[] = { "allow",      "dontaudit",   "auditallow", "allowx",
					     "dontauditx", "auditallowx", NULL };
	static const char *const sets[] = { "typeattributeset", "roleattributeset", "typeattribute",
					    NULL };
	struct piece name = cil_next(rest);

	if (piece_is(name, ")")) {
		rest->at = name.at;
		survey->only_ours = false;
	} else if (piece_is_among(head, rules)) {
		bool ours = piece_is_among(name, domains);

		survey->allows += ours && piece_is(head, "allow");
		survey->only_ours = survey->only_ours && ours;
	} else if (!piece_is_among(head, sets) ||
		   !(piece_is(name, "cil_gen_require") || is_expression(name))) {
		survey->only_ours = false;
	}
	if (piece_is(name, "("))
		skip(rest);
	skip(rest);
}

struct cil_survey cil_survey(const char *text, const char *const *domains)
{
	/* Blocks of statements. What stands in them without brackets is their name. */
	static const char *const blocks[] = { "optional", "booleanif", "tunableif",
					      "true",     "false",     NULL };
	/* Operators, of a block's condition. */
	static const char *const conditions[] = { "and", "or", "not", "xor", "eq", "neq", NULL };
	struct cil_survey survey = { .only_ours = true };
	struct piece rest = piece_of(text), word;

	while (piece_size(word = cil_next(&rest))) {
		struct piece head;

		if (!piece_is(word, "("))
			continue;
		head = cil_next(&rest);
		if (piece_is_among(head, conditions))
			skip(&rest);
		else if (!piece_is_among(head, blocks))
			look(head, &rest, domains, &survey);
	}
	return survey;
}
