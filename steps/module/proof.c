/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>
#include <string.h>

#include "steps/oracle/access.h"
#include "wizard/plain.h"
#include "steps/module/proof.h"
#include "wizard/util.h"

static void __attribute__((format(printf, 2, 3)))
broken(struct proof *proof, const char *format, ...)
{
	va_list arguments;

	if (proof->broken++)
		return;
	va_start(arguments, format);
	vsnprintf(proof->failure, sizeof(proof->failure), format, arguments);
	va_end(arguments);
}

static bool find_access(struct proof *proof, const struct access_set *set,
			const struct access_set *without, const char *source, const char *why)
{
	struct access access;

	if (!access_first(set, without, &access))
		return false;
	broken(proof, "%s %s:%s %s: %s", source, access.target, access.tclass, access.permission,
	       why);
	return true;
}

/* ---- the difference -------------------------------------------------------------------------- */

/* The sets of one source and one kind of access. */
struct sets {
	struct access_set *before, *after, *approved;
};

static void sets_clear(struct sets *sets)
{
	access_free(sets->before);
	access_free(sets->after);
	access_free(sets->approved);
}

static int sets_read(const struct oracle *base, const struct oracle *with, const char *source,
		     enum access_kind kind, const struct rules *rules, struct sets *sets,
		     struct error *err)
{
	enum rule_kind wanted = kind == ACCESS_SILENCED ? RULE_DONTAUDIT : RULE_ALLOW;
	int r = access_of(with, base, source, kind, &sets->before, err);

	if (r == 0)
		r = access_of(with, with, source, kind, &sets->after, err);
	if (r == 0)
		r = access_new(with, &sets->approved, err);
	for (size_t i = 0; r == 0 && i < rules->count; i++) {
		const struct rule *rule = &rules->items[i];
		const char *target = strcmp(rule->target, "self") ? rule->target : rule->source;

		if (rule->kind != wanted || strcmp(rule->source, source))
			continue;
		for (size_t j = 0; j < rule->permission_count; j++)
			access_add(sets->approved, target, rule->tclass, rule->permissions[j]);
	}
	return r;
}

/* What is allowed was never logged. */
static int count_silenced(const struct oracle *with, const char *source,
			  const struct access_set *silenced, struct proof *proof, struct error *err)
{
	struct access_set *allowed;
	int r = access_of(with, with, source, ACCESS_ALLOWED, &allowed, err);

	if (r < 0)
		return r;
	proof->silenced += access_count(silenced, allowed);
	proof->silenced_types += access_types(silenced, allowed);
	access_free(allowed);
	return 0;
}

static int compare(const struct oracle *base, const struct oracle *with, const char *source,
		   enum access_kind kind, const struct rules *rules, struct proof *proof,
		   struct error *err)
{
	_cleanup_(sets_clear) struct sets sets = { 0 };
	bool silence = kind == ACCESS_SILENCED;
	int r = sets_read(base, with, source, kind, rules, &sets, err);

	if (r < 0)
		return r;
	/* A policy that was built with `semodule -DB` silences nothing at all, for the time being:
	 * what it silences otherwise cannot be told from what the rules do. */
	if (silence && !access_count(sets.before, NULL))
		return count_silenced(with, source, sets.approved, proof, err);
	find_access(proof, sets.before, sets.after, source,
		    silence ? "it was not logged without the module, and is with it"
			    : "it is allowed without the module, and not with it");
	find_access(proof, sets.approved, sets.after, source,
		    silence ? "a rule silences it, and yet it is logged"
			    : "a rule allows it, and yet it is denied");
	if (kind == ACCESS_ALLOWED)
		proof->compared += access_count(sets.after, NULL);
	/* From here on, what the module adds. */
	access_subtract(sets.after, sets.before);
	find_access(proof, sets.after, sets.approved, source,
		    silence ? "the module silences it, and no approved rule does"
			    : "the module opens it, and no approved rule does");
	if (kind == ACCESS_ALLOWED) {
		/* A dontaudit rule for an attribute may well repeat some of the policy's own. */
		find_access(proof, sets.approved, sets.after, source,
			    "the policy allows it without the module: the rule is not needed");
		proof->opened += access_count(sets.after, NULL);
	}
	return silence ? count_silenced(with, source, sets.after, proof, err) : 0;
}

static int compare_source(const struct oracle *base, const struct oracle *with, const char *source,
			  const struct rules *rules, struct proof *proof, struct error *err)
{
	static const enum access_kind kinds[] = { ACCESS_ALLOWED, ACCESS_POSSIBLE,
						  ACCESS_SILENCED };
	int r = 0;

	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(kinds); i++)
		r = compare(base, with, source, kinds[i], rules, proof, err);
	return r;
}

static bool is_domain(const char *const *domains, const char *source)
{
	for (; *domains; domains++)
		if (!strcmp(*domains, source))
			return true;
	return false;
}

/* ---- the evidence ---------------------------------------------------------------------------- */

static bool belongs(const struct rule *rule, const struct finding *finding)
{
	const char *target = strcmp(rule->target, "self") ? rule->target : rule->source;

	return finding_rule(finding) == (rule->kind == RULE_ALLOW ? FIX_ALLOW : FIX_DONTAUDIT) &&
	       !strcmp(finding->source, rule->source) && !strcmp(finding->tclass, rule->tclass) &&
	       !strcmp(finding->rule_target ? finding->rule_target : finding->target, target);
}

static bool has_word(char *const *words, size_t count, const char *word)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(words[i], word))
			return true;
	return false;
}

static bool is_observed(const struct rule *rule, const char *permission,
			const struct findings *findings, const struct denials *denials)
{
	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *finding = &findings->items[i];

		if (!belongs(rule, finding))
			continue;
		for (size_t j = 0; j < finding->evidence_count; j++) {
			const struct denial *denial = &denials->items[finding->evidence[j]];

			if (has_word(denial->permissions, denial->permission_count, permission))
				return true;
		}
	}
	return false;
}

static void check_rule(const struct rule *rule, const struct findings *findings,
		       const struct denials *denials, struct proof *proof)
{
	if (rule->kind == RULE_ALLOW && rule->target_is_attribute)
		broken(proof,
		       "allow %s %s:%s: it names an attribute, so that it holds for types "
		       "that nobody has seen",
		       rule->source, rule->target, rule->tclass);
	for (size_t i = 0; i < rule->permission_count; i++) {
		const char *permission = rule->permissions[i];

		if (is_observed(rule, permission, findings, denials))
			continue;
		if (has_word(rule->unobserved, rule->unobserved_count, permission))
			proof->unobserved++;
		else
			broken(proof, "%s %s:%s %s: no recorded event needs it", rule->source,
			       rule->target, rule->tclass, permission);
	}
}

int proof_width(const struct oracle *base, const struct oracle *with, const char *const *domains,
		const struct rules *rules, const struct findings *findings,
		const struct denials *denials, struct proof *proof, struct error *err)
{
	int r = 0;

	*proof = (struct proof){ 0 };
	for (size_t i = 0; i < rules->count; i++)
		check_rule(&rules->items[i], findings, denials, proof);
	for (const char *const *domain = domains; r == 0 && *domain; domain++)
		r = compare_source(base, with, *domain, rules, proof, err);
	for (size_t i = 0; r == 0 && i < rules->count; i++) {
		const char *source = rules->items[i].source;

		/* Sorted by kind and source: it may come once more, among the dontaudit rules. */
		if (!is_domain(domains, source) &&
		    (i == 0 || strcmp(rules->items[i - 1].source, source)))
			r = compare_source(base, with, source, rules, proof, err);
	}
	return r;
}

/* ---- coverage -------------------------------------------------------------------------------- */

#define NAMES_SHOWN 4

/* Sets of names, as far as they fit. */
struct names {
	const char *items[32];
	size_t count;
};

static void names_add(struct names *names, const char *name)
{
	for (size_t i = 0; i < names->count; i++)
		if (!strcmp(names->items[i], name))
			return;
	if (names->count < ARRAY_SIZE(names->items))
		names->items[names->count++] = name;
}

static int names_join(const struct names *names, char **text, struct error *err)
{
	size_t length, shown = names->count > NAMES_SHOWN ? NAMES_SHOWN : names->count;
	FILE *out = open_memstream(text, &length);
	bool complete = true;

	if (!out)
		return error_nomem(err);
	for (size_t i = 0; i < shown; i++) {
		_cleanup_free_ char *plain = plain_text(names->items[i], 60);

		complete = complete && plain;
		fprintf(out, "%s%s", i ? ", " : "", plain ? plain : "");
	}
	if (shown < names->count)
		fprintf(out, " and %zu more", names->count - shown);
	return fclose(out) == 0 && complete ? 0 : error_nomem(err);
}

/* An exercise; or of a log's path the end, where logs of several nodes differ: "db2/audit.log". */
static const char *place_of(const struct denial *denial)
{
	const char *origin = denial->origin ? denial->origin : "", *end = origin + strlen(origin);

	for (int slashes = 0; *origin == '/' && end > origin + 1; end--)
		if (end[-1] == '/' && ++slashes == 2)
			return end;
	return origin;
}

/* A log that was given by its path is another node's, unless its records name their node. */
static const char *node_of(const struct denial *denial)
{
	if (denial->node)
		return denial->node;
	return denial->origin && *denial->origin == '/' ? denial->origin : "";
}

int proof_coverage(const struct rule *rule, const struct findings *findings,
		   const struct denials *denials, struct coverage *coverage, struct error *err)
{
	struct names origins = { 0 }, nodes = { 0 };

	*coverage = (struct coverage){ 0 };
	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *finding = &findings->items[i];

		if (!belongs(rule, finding))
			continue;
		coverage->denials += finding->count;
		for (size_t j = 0; j < finding->evidence_count; j++) {
			const struct denial *denial = &denials->items[finding->evidence[j]];

			names_add(&origins, place_of(denial));
			names_add(&nodes, node_of(denial));
		}
	}
	coverage->origins = origins.count;
	coverage->nodes = nodes.count;
	return names_join(&origins, &coverage->names, err);
}
