/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "steps/oracle/policy.h"

#include <string.h>

#include "steps/oracle/cil.h"
#include "steps/oracle/excerpt.h"

struct excerpt {
	const struct oracle *policy;
	const char *const *sources;
};

/* Longer than any name of a policy. */
enum { NAME_ROOM = 256 };

/* The next word, as far as it fits. */
static const char *next_name(struct piece *line, char name[NAME_ROOM])
{
	piece_copy(name, NAME_ROOM, cil_next(line));
	return name;
}

/* May a rule of this source, a type or an attribute, be one of our sources'? */
static bool concerns(const struct excerpt *excerpt, const char *source)
{
	const type_datum_t *type = hashtab_search(excerpt->policy->policy->p.p_types.table, source);

	/* What no rule of the policy names is not in it. */
	if (!type)
		return true;
	for (const char *const *ours = excerpt->sources; *ours; ours++) {
		const type_datum_t *one = policy_type(excerpt->policy, *ours, TYPE_TYPE);

		if (!one || one->s.value == type->s.value ||
		    ebitmap_get_bit(&excerpt->policy->policy->p.type_attr_map[one->s.value - 1],
				    type->s.value - 1))
			return true;
	}
	return false;
}

/* "(CLASS (PERMISSION...))": does the policy define all of it? */
static bool is_permission_known(const struct excerpt *excerpt, struct piece *line)
{
	const struct policydb *policy = &excerpt->policy->policy->p;
	char name[NAME_ROOM];
	const class_datum_t *class;

	if (!piece_is(cil_next(line), "("))
		return false;
	class = hashtab_search(policy->p_classes.table, next_name(line, name));
	if (!class || !piece_is(cil_next(line), "("))
		return false;
	while (strcmp(next_name(line, name), ")") != 0)
		if (!policy_permission(class, name))
			return false;
	return true;
}

/* Can it be left out? In an optional block only what is sure not to switch it off. */
static bool is_beside(const struct excerpt *excerpt, struct piece line, bool optional)
{
	static const char *const rules[] = { "allow", "dontaudit", "auditallow", NULL };
	/* Where no block is around them, all their names are there, or no policy would be. */
	static const char *const labels[] = { "typetransition", "filecon", "genfscon", NULL };
	const struct policydb *policy = &excerpt->policy->policy->p;
	struct piece head;
	char name[NAME_ROOM];
	bool role;

	if (!piece_is(cil_next(&line), "("))
		return false;
	head = cil_next(&line);
	if (piece_is_among(head, rules)) {
		if (concerns(excerpt, next_name(&line, name)))
			return false;
		cil_next(&line);
		return !optional || is_permission_known(excerpt, &line);
	}
	if (piece_is_among(head, labels))
		return !optional;
	role = piece_is(head, "roleattributeset");
	if (!role && !piece_is(head, "typeattributeset"))
		return false;
	return piece_is(cil_next(&line), "cil_gen_require") &&
	       (!optional || hashtab_search(role ? policy->p_roles.table : policy->p_types.table,
					    next_name(&line, name)));
}

/* By how many blocks more are open behind the line than before it. */
static int nesting(const struct piece *line)
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
	static const char *const branches[] = { "true", "false", NULL };
	const char *end = module->text + module->length;
	char *out = module->text;
	/* A branch of a conditional block may not become empty: its first statement stays. */
	bool first = false;
	int depth = 0;

	for (const char *at = module->text; at < end;) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		struct piece line = { at, stop ? stop : end };
		int more = nesting(&line);
		bool keep = first || more || !is_beside(excerpt, line, depth > 0);

		if (piece_is(cil_next(&line), "("))
			first = piece_is_among(cil_next(&line), branches);
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
