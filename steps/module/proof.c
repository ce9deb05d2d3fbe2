/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>
#include <string.h>

#include "steps/advice/ladder.h"
#include "steps/module/proof.h"
#include "steps/oracle/access.h"
#include "wizard/text.h"
#include "wizard/util.h"

/* ---- not too narrow -------------------------------------------------------------------------- */

static const char *const verdict_texts[] = {
	[VERDICT_ALLOWED] = "it is allowed",
	[VERDICT_NO_RULE] = "no rule allows it",
	[VERDICT_CONSTRAINT] =
		"a constraint of the policy (MLS or user-based) denies it all the same",
	[VERDICT_ROLE] = "the role may not",
	[VERDICT_BOUNDS] = "a bounded domain may not exceed its parent",
	[VERDICT_UNKNOWN] = "the policy does not define a name in it",
};

/* Is the denial what the finding's decision makes of it? */
static bool count_one(const struct finding *finding, const struct denial *denial,
		      const struct judgement *judgement, struct replay *replay)
{
	bool allowed = judgement->verdict == VERDICT_ALLOWED;
	enum fix decided = finding_rule(finding);
	size_t records = denial_records(denial);

	replay->replayed += records;
	if (allowed)
		replay->allowed += records;
	else if (judgement->dontaudit)
		replay->silenced += records;
	else
		replay->left += records;
	if (decided == FIX_ALLOW)
		return allowed;
	return decided != FIX_DONTAUDIT || (!allowed && judgement->dontaudit);
}

static int tell_failure(struct oracle *oracle, const struct denial *denial, const char *permission,
			const struct judgement *judgement, struct replay *replay, struct error *err)
{
	_cleanup_free_ char *obstacle = NULL;
	int r = oracle_obstacle(oracle, denial->source_context, denial->target_context,
				denial->tclass, permission, &obstacle, err);

	if (r == 0)
		snprintf(replay->failure, sizeof(replay->failure), "%s %s:%s %s: %s%s%s",
			 denial->source, denial->target, denial->tclass, permission,
			 verdict_texts[judgement->verdict], obstacle ? ": " : "",
			 obstacle ? obstacle : "");
	return r;
}

static int replay_one(struct oracle *oracle, const struct finding *finding,
		      const struct denial *denial, struct replay *replay, struct error *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < denial->permissions.count; i++) {
		const char *permission = denial->permissions.items[i];
		struct judgement judgement;

		if (!strings_has(&finding->permissions, permission))
			continue;
		r = ladder_ask(oracle, denial, denial->target, permission, &judgement, err);
		if (r == 0 && !count_one(finding, denial, &judgement, replay) && !replay->broken++)
			r = tell_failure(oracle, denial, permission, &judgement, replay, err);
	}
	return r;
}

int proof_replay(struct oracle *oracle, const struct findings *findings,
		 const struct denials *denials, struct replay *replay, struct error *err)
{
	int r = 0;

	*replay = (struct replay){ 0 };
	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *finding = &findings->items[i];

		for (size_t j = 0; r == 0 && j < finding->evidence_count; j++)
			r = replay_one(oracle, finding, &denials->items[finding->evidence[j]],
				       replay, err);
	}
	return r;
}

/* ---- not too wide ---------------------------------------------------------------------------- */

static void __attribute__((format(printf, 2, 3)))
broken(struct comparison *proof, const char *format, ...)
{
	va_list arguments;

	if (proof->broken++)
		return;
	va_start(arguments, format);
	vsnprintf(proof->failure, sizeof(proof->failure), format, arguments);
	va_end(arguments);
}

static void find_access(struct comparison *proof, const struct access_set *set,
			const struct access_set *without, const char *source, const char *why)
{
	struct access_names access;

	if (access_first(set, without, &access))
		broken(proof, "%s %s:%s %s: %s", source, access.target, access.tclass,
		       access.permission, why);
}

/* What the rules of a kind give a source. */
static struct access_set *approved_by(const struct oracle *with, const char *source,
				      enum rule_kind kind, const struct rules *rules)
{
	struct access_set *approved = access_new(with);

	for (size_t i = 0; i < rules->count; i++) {
		const struct rule *rule = &rules->items[i];

		if (rule->kind != kind || strcmp(rule->source, source))
			continue;
		for (size_t j = 0; j < rule->permissions.count; j++)
			access_add(approved, rule_target(rule), rule->tclass,
				   rule->permissions.items[j]);
	}
	return approved;
}

/* What is allowed was never logged. */
static int count_silenced(const struct oracle *with, const char *source,
			  const struct access_set *silenced, struct comparison *proof,
			  struct error *err)
{
	_cleanup_(access_free) struct access_set *allowed = NULL;
	int r = access_of(with, with, source, ACCESS_ALLOWED, &allowed, err);

	if (r < 0)
		return r;
	proof->silenced += access_count(silenced, allowed);
	proof->silenced_types += access_types(silenced, allowed);
	return 0;
}

static int compare(const struct oracle *base, const struct oracle *with, const char *source,
		   enum access_kind kind, const struct rules *rules, struct comparison *proof,
		   struct error *err)
{
	bool silence = kind == ACCESS_SILENCED;
	_cleanup_(access_free) struct access_set *before = NULL, *after = NULL;
	_cleanup_(access_free) struct access_set *approved =
		approved_by(with, source, silence ? RULE_DONTAUDIT : RULE_ALLOW, rules);
	int r = access_of(with, base, source, kind, &before, err)
			?: access_of(with, with, source, kind, &after, err);

	if (r < 0)
		return r;
	/* A policy that was built with `semodule -DB` silences nothing at all, for the time being:
	 * what it silences otherwise cannot be told from what the rules do. */
	if (silence && !access_count(before, NULL))
		return count_silenced(with, source, approved, proof, err);
	find_access(proof, before, after, source,
		    silence ? "it was not logged without the module, and is with it"
			    : "it is allowed without the module, and not with it");
	find_access(proof, approved, after, source,
		    silence ? "a rule silences it, and yet it is logged"
			    : "a rule allows it, and yet it is denied");
	if (kind == ACCESS_ALLOWED)
		proof->compared += access_count(after, NULL);
	/* From here on, what the module adds. */
	access_subtract(after, before);
	find_access(proof, after, approved, source,
		    silence ? "the module silences it, and no approved rule does"
			    : "the module opens it, and no approved rule does");
	if (kind == ACCESS_ALLOWED) {
		/* A dontaudit rule for an attribute may well repeat some of the policy's own. */
		find_access(proof, approved, after, source,
			    "the policy allows it without the module: the rule is not needed");
		proof->opened += access_count(after, NULL);
	}
	return silence ? count_silenced(with, source, after, proof, err) : 0;
}

static void add_name(struct strings *names, const char *name)
{
	if (!strings_has(names, name))
		strings_add(names, name);
}

static int compare_source(const struct oracle *base, const struct oracle *with, const char *source,
			  const struct rules *rules, struct comparison *proof, struct error *err)
{
	static const enum access_kind kinds[] = { ACCESS_ALLOWED, ACCESS_POSSIBLE,
						  ACCESS_SILENCED };
	int r = 0;

	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(kinds); i++)
		r = compare(base, with, source, kinds[i], rules, proof, err);
	return r;
}

/* ---- the evidence ---------------------------------------------------------------------------- */

bool proof_belongs(const struct rule *rule, const struct finding *finding)
{
	return finding_rule(finding) == (rule->kind == RULE_ALLOW ? FIX_ALLOW : FIX_DONTAUDIT) &&
	       !strcmp(finding->source, rule->source) && !strcmp(finding->tclass, rule->tclass) &&
	       !strcmp(finding->rule_target ? finding->rule_target : finding->target,
		       rule_target(rule));
}

static bool is_observed(const struct rule *rule, const char *permission,
			const struct findings *findings, const struct denials *denials)
{
	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *finding = &findings->items[i];

		if (!proof_belongs(rule, finding))
			continue;
		for (size_t j = 0; j < finding->evidence_count; j++) {
			const struct denial *denial = &denials->items[finding->evidence[j]];

			if (strings_has(&denial->permissions, permission))
				return true;
		}
	}
	return false;
}

static void check_rule(const struct rule *rule, const struct findings *findings,
		       const struct denials *denials, struct comparison *proof)
{
	if (rule->kind == RULE_ALLOW && rule->target_is_attribute)
		broken(proof,
		       "allow %s %s:%s: it names an attribute, so that it holds for types "
		       "that nobody has seen",
		       rule->source, rule->target, rule->tclass);
	for (size_t i = 0; i < rule->permissions.count; i++) {
		const char *permission = rule->permissions.items[i];

		if (is_observed(rule, permission, findings, denials))
			continue;
		if (strings_has(&rule->given, permission)) {
			proof->given++;
			continue;
		}
		if (strings_has(&rule->unobserved, permission))
			proof->unobserved++;
		else
			broken(proof, "%s %s:%s %s: no recorded event needs it", rule->source,
			       rule->target, rule->tclass, permission);
	}
}

int proof_width(const struct oracle *base, const struct oracle *with, const char *const *domains,
		const struct rules *rules, const struct findings *findings,
		const struct denials *denials, struct comparison *proof, struct error *err)
{
	_cleanup_(strings_clear) struct strings sources = { 0 };
	int r = 0;

	*proof = (struct comparison){ 0 };
	for (; *domains; domains++)
		add_name(&sources, *domains);
	for (size_t i = 0; i < rules->count; i++) {
		check_rule(&rules->items[i], findings, denials, proof);
		add_name(&sources, rules->items[i].source);
	}
	for (size_t i = 0; r == 0 && i < sources.count; i++)
		r = compare_source(base, with, sources.items[i], rules, proof, err);
	return r;
}

/* ---- a rule, and what a policy says of it ---------------------------------------------------- */

char *rule_missing(struct oracle *oracle, const struct rule *rule)
{
	const char *const names[] = { rule->source, rule_target(rule) };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (!oracle_has_type(oracle, names[i]) && !oracle_has_attribute(oracle, names[i]))
			return str_printf("type %s", names[i]);
	for (size_t i = 0; i < rule->permissions.count; i++)
		if (!oracle_has_permission(oracle, rule->tclass, rule->permissions.items[i]))
			return str_printf("permission %s of %s", rule->permissions.items[i],
					  rule->tclass);
	return NULL;
}

static bool grants_ioctls(const struct oracle *of, const struct rule *rule, const char *permission)
{
	if (rule->kind == RULE_ALLOW && !strcmp(permission, "ioctl"))
		for (size_t i = 0; i < rule->ioctl_count; i++)
			if (access_ioctl_denied(of, rule->source, rule_target(rule), rule->tclass,
						rule->ioctls[i]))
				return false;
	return true;
}

int rule_granted(const struct oracle *space, const struct oracle *of, const struct rule *rule,
		 bool *granted, size_t *count, struct error *err)
{
	_cleanup_(access_free) struct access_set *has = NULL, *silenced = NULL;
	int r = access_of(space, of, rule->source, ACCESS_ALLOWED, &has, err);

	*count = 0;
	if (r == 0 && rule->kind == RULE_DONTAUDIT)
		r = access_of(space, of, rule->source, ACCESS_SILENCED, &silenced, err);
	for (size_t i = 0; r == 0 && i < rule->permissions.count; i++) {
		_cleanup_(access_free) struct access_set *wanted = access_new(space);
		const char *permission = rule->permissions.items[i];

		access_add(wanted, rule_target(rule), rule->tclass, permission);
		access_subtract(wanted, has);
		if (silenced)
			access_subtract(wanted, silenced);
		granted[i] = access_count(wanted, NULL) == 0 && grants_ioctls(of, rule, permission);
		*count += granted[i];
	}
	return r;
}

/* ---- coverage -------------------------------------------------------------------------------- */

#define NAMES_SHOWN 4

static char *names_text(const struct strings *names)
{
	_cleanup_free_ char *text = NULL;
	FILE *out = stream_open(&text, NULL);

	for (size_t i = 0; i < names->count && i < NAMES_SHOWN; i++) {
		_cleanup_free_ char *plain = text_plain(names->items[i], 60);

		fprintf(out, "%s%s", i ? ", " : "", plain);
	}
	if (names->count > NAMES_SHOWN)
		fprintf(out, " and %zu more", names->count - NAMES_SHOWN);
	stream_close(&out);
	return TAKE_PTR(text);
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

struct coverage proof_coverage(const struct rule *rule, const struct findings *findings,
			       const struct denials *denials)
{
	_cleanup_(strings_clear) struct strings origins = { 0 }, nodes = { 0 };
	size_t count = 0;

	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *finding = &findings->items[i];

		if (!proof_belongs(rule, finding))
			continue;
		count += finding->count;
		for (size_t j = 0; j < finding->evidence_count; j++) {
			const struct denial *denial = &denials->items[finding->evidence[j]];

			add_name(&origins, place_of(denial));
			add_name(&nodes, node_of(denial));
		}
	}
	return (struct coverage){ count, nodes.count, names_text(&origins) };
}
