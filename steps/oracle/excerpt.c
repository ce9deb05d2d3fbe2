/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "steps/oracle/private.h"
#include "steps/oracle/excerpt.h"
#include "wizard/util.h"

struct excerpt {
	const struct oracle *policy;
	const char *const *sources;
};

/* One line of a module, or what is left of it. */
struct line {
	const char *at, *end;
};

/* The next word or bracket, as far as it fits: longer names than any are no name of the policy. */
static const char *next(struct line *line, char *word, size_t size)
{
	const char *begin;
	size_t length;

	while (line->at < line->end && *line->at == ' ')
		line->at++;
	begin = line->at;
	if (line->at < line->end && strchr("()", *line->at))
		line->at++;
	else
		while (line->at < line->end && !strchr("() ", *line->at))
			line->at++;
	length = (size_t)(line->at - begin);
	if (length >= size)
		length = size - 1;
	memcpy(word, begin, length);
	word[length] = '\0';
	return word;
}

static bool is_next(struct line *line, const char *what)
{
	char word[64];

	return !strcmp(next(line, word, sizeof(word)), what);
}

/* May a rule of this source, a type or an attribute, be one of our sources'? */
static bool concerns(const struct excerpt *excerpt, const char *source)
{
	const type_datum_t *type = policy_find(excerpt->policy->policy->p.p_types.table, source);

	/* What no rule of the policy names is not in it. */
	if (!type)
		return true;
	for (const char *const *ours = excerpt->sources; *ours; ours++) {
		const type_datum_t *one = policy_type(excerpt->policy, *ours, TYPE_TYPE);

		if (!one || one->s.value == type->s.value ||
		    policy_bit(&excerpt->policy->policy->p.type_attr_map[one->s.value - 1],
			       type->s.value - 1))
			return true;
	}
	return false;
}

/* "(CLASS (PERMISSION...))": does the policy define all of it? */
static bool is_permission_known(const struct excerpt *excerpt, struct line *line)
{
	char class[64], permission[64];
	const class_datum_t *datum;

	if (!is_next(line, "("))
		return false;
	datum = policy_find(excerpt->policy->policy->p.p_classes.table,
			    next(line, class, sizeof(class)));
	if (!datum || !is_next(line, "("))
		return false;
	while (strcmp(next(line, permission, sizeof(permission)), ")") != 0)
		if (!policy_permission(datum, permission))
			return false;
	return true;
}

/* Does the policy have the role, or else the type or attribute, of this name? */
static bool is_name_known(const struct excerpt *excerpt, bool role, const char *name)
{
	const struct policydb *policy = &excerpt->policy->policy->p;

	return policy_find(role ? policy->p_roles.table : policy->p_types.table, name);
}

/* Can it be left out? In an optional block only what is sure not to switch it off. */
static bool is_beside(const struct excerpt *excerpt, struct line line, bool optional)
{
	static const char *const rules[] = { "allow", "dontaudit", "auditallow" };
	/* Where no block is around them, all their names are there, or no policy would be. */
	static const char *const labels[] = { "typetransition", "filecon", "genfscon" };
	char word[64], name[256];
	bool role;

	if (!is_next(&line, "("))
		return false;
	next(&line, word, sizeof(word));
	for (size_t i = 0; i < ARRAY_SIZE(rules); i++)
		if (!strcmp(word, rules[i])) {
			if (concerns(excerpt, next(&line, name, sizeof(name))))
				return false;
			next(&line, name, sizeof(name));
			return !optional || is_permission_known(excerpt, &line);
		}
	for (size_t i = 0; i < ARRAY_SIZE(labels); i++)
		if (!strcmp(word, labels[i]))
			return !optional;
	role = !strcmp(word, "roleattributeset");
	if (role || !strcmp(word, "typeattributeset"))
		return is_next(&line, "cil_gen_require") &&
		       (!optional || is_name_known(excerpt, role, next(&line, name, sizeof(name))));
	return false;
}

/* By how many blocks more are open behind the line than before it. */
static int nesting(const struct line *line)
{
	bool quoted = false;
	int depth = 0;

	for (const char *at = line->at; at < line->end; at++) {
		if (*at == '"')
			quoted = !quoted;
		else if (!quoted)
			depth += (*at == '(') - (*at == ')');
	}
	return depth;
}

static void excerpt_module(const struct excerpt *excerpt, struct store_cil *module)
{
	const char *end = module->text + module->length;
	char *out = module->text;
	/* A branch of a conditional block may not become empty: its first statement stays. */
	bool first = false;
	int depth = 0;
	char word[8];

	for (const char *at = module->text; at < end;) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		struct line line = { at, stop ? stop : end };
		int more = nesting(&line);

		bool keep = first || more || !is_beside(excerpt, line, depth > 0);

		if (is_next(&line, "("))
			first = !strcmp(next(&line, word, sizeof(word)), "true") ||
				!strcmp(word, "false");
		depth += more;
		if (keep) {
			memmove(out, at, (size_t)(line.end - at));
			out += line.end - at;
		}
		at = line.end;
		if (at < end)
			*out++ = *at++;
	}
	*out = '\0';
	module->length = (size_t)(out - module->text);
}

void excerpt_modules(struct store_cil *modules, size_t count, const struct oracle *policy,
		     const char *const *sources)
{
	const struct excerpt excerpt = { policy, sources };

	for (size_t i = 0; i < count; i++)
		if (modules[i].translated)
			excerpt_module(&excerpt, &modules[i]);
}
