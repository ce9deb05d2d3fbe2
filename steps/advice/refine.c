/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "steps/advice/known.h"
#include "steps/advice/refine.h"
#include "steps/oracle/access.h"
#include "wizard/util.h"

/* ---- booleans -------------------------------------------------------------------------------- */

/* What was denied to a source, so that a boolean is not blamed for opening it. */
static struct access_set *denied_to(const struct advisor *advisor, const char *source,
				    const struct denials *denials)
{
	struct access_set *denied = access_new(advisor->oracle);

	for (size_t i = 0; i < denials->count; i++) {
		const struct denial *denial = &denials->items[i];

		if (strcmp(denial->source, source))
			continue;
		for (size_t j = 0; j < denial->permissions.count; j++)
			if (oracle_has_type(advisor->oracle, denial->target))
				access_add(denied, denial->target, denial->tclass,
					   denial->permissions.items[j]);
	}
	return denied;
}

/* Keep of booleans those that are also in others. */
static void intersect(struct access_boolean *booleans, size_t *count,
		      const struct access_boolean *others, size_t other_count)
{
	size_t kept = 0;

	for (size_t i = 0; i < *count; i++)
		for (size_t j = 0; j < other_count; j++)
			if (!strcmp(booleans[i].name, others[j].name)) {
				booleans[kept++] = booleans[i];
				break;
			}
	*count = kept;
}

/* Those that would allow every permission of the finding. */
static struct access_boolean *find_booleans(const struct advisor *advisor,
					    const struct finding *finding, size_t *count)
{
	struct access_boolean *booleans = NULL;

	*count = 0;
	for (size_t i = 0; i < finding->permissions.count && (i == 0 || *count); i++) {
		_cleanup_free_ struct access_boolean *others = NULL;
		size_t other_count;

		others = access_booleans(advisor->oracle, finding->source, finding->target,
					 finding->tclass, finding->permissions.items[i],
					 &other_count);
		if (i == 0) {
			booleans = TAKE_PTR(others);
			*count = other_count;
		} else {
			intersect(booleans, count, others, other_count);
		}
	}
	return booleans;
}

static void add_boolean(const struct advisor *advisor, const struct access_boolean *boolean,
			const struct access_set *denied, struct finding *finding)
{
	_cleanup_(access_free) struct access_set *opened =
		access_opened(advisor->oracle, finding->source, boolean->name);
	struct finding_boolean *slot =
		array_push(&finding->booleans, &finding->boolean_count, sizeof(*slot));

	*slot = (struct finding_boolean){ str_copy(boolean->name), boolean->state,
					  access_count(opened, denied) };
}

/* The narrowest is a fix of its own when it is no wider than the rule. */
static void choose_boolean(struct finding *finding)
{
	const struct finding_boolean *best = NULL;

	for (size_t i = 0; i < finding->boolean_count; i++)
		if (!best || finding->booleans[i].further < best->further)
			best = &finding->booleans[i];
	if (!best || best->further)
		return;
	finding->fix = FIX_BOOLEAN;
	free(finding->detail);
	free(finding->why);
	finding->detail = str_printf("setsebool -P %s %s", best->name, best->state ? "on" : "off");
	finding->why = str_copy("The policy has a boolean for just this: it opens nothing besides "
				"what was denied.");
}

static void advise_booleans(const struct advisor *advisor, const struct denials *denials,
			    struct finding *finding)
{
	size_t count;
	_cleanup_free_ struct access_boolean *booleans = find_booleans(advisor, finding, &count);
	_cleanup_(access_free) struct access_set *denied =
		count ? denied_to(advisor, finding->source, denials) : NULL;

	for (size_t i = 0; i < count; i++)
		if (!advisor->bad_booleans || !match_words(advisor->bad_booleans, booleans[i].name))
			add_boolean(advisor, &booleans[i], denied, finding);
	choose_boolean(finding);
}

void refine_booleans(const struct advisor *advisor, const struct denials *denials,
		     struct findings *findings)
{
	for (size_t i = 0; i < findings->count; i++) {
		struct finding *finding = &findings->items[i];

		if (finding->fix == FIX_ALLOW || finding->fix == FIX_REFUSE)
			advise_booleans(advisor, denials, finding);
	}
}

/* ---- what usually goes with it --------------------------------------------------------------- */

/* Of a service that nothing is known of: whoever was seen to do the one will do the other. */
static const struct {
	const char *classes, *seen, *companions;
} usual[] = {
	{ "file", "execute execute_no_trans", "getattr map open read" },
	{ "file fifo_file chr_file blk_file", "read write append", "getattr open" },
	{ "dir", "read", "getattr open search" },
	{ "dir", "add_name remove_name create rmdir", "search write" },
	{ "lnk_file", "read", "getattr" },
	{ "sock_file", "write", "getattr" },
};

/* Has any finding of this source, target and class this permission? It is decided there. */
static bool is_found(const struct findings *findings, const struct finding *wanted,
		     const char *permission)
{
	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *finding = &findings->items[i];

		if (!strcmp(finding->source, wanted->source) &&
		    !strcmp(finding->target, wanted->target) &&
		    !strcmp(finding->tclass, wanted->tclass) &&
		    strings_has(&finding->permissions, permission))
			return true;
	}
	return false;
}

/* Is a rule for it of use: does the policy know the names, and not settle it by itself? */
static int is_open(const struct advisor *advisor, const struct finding *finding,
		   const char *permission, bool *open, struct error *err)
{
	struct judgement judgement = { 0 };
	int r;

	if (finding->rule_target) {
		*open = oracle_has_permission(advisor->oracle, finding->tclass, permission) &&
			oracle_has_attribute(advisor->oracle, finding->rule_target);
		return 0;
	}
	r = oracle_judge(advisor->oracle, finding->source, finding->target, finding->tclass,
			 permission, &judgement, err);
	*open = r == 0 && judgement.verdict == VERDICT_NO_RULE &&
		!(finding->fix == FIX_DONTAUDIT && judgement.dontaudit);
	return r;
}

/* Add those of the words, permissions for the finding, for which a rule would be of use. */
static int add_open(const struct advisor *advisor, const struct findings *findings,
		    const struct finding *finding, const char *words, struct strings *to,
		    struct error *err)
{
	_cleanup_(strings_clear) struct strings permissions = { 0 };
	int r = 0;

	strings_split(&permissions, words, " ");
	for (size_t i = 0; r == 0 && i < permissions.count; i++) {
		const char *permission = permissions.items[i];
		bool open = false;

		if (strchr(permission, '*') || is_found(findings, finding, permission))
			continue;
		r = is_open(advisor, finding, permission, &open, err);
		if (open)
			strings_insert(to, permission);
	}
	return r;
}

static bool has_any(const struct finding *finding, const char *words)
{
	for (size_t i = 0; i < finding->permissions.count; i++)
		if (match_words(words, finding->permissions.items[i]))
			return true;
	return false;
}

int refine_companions(const struct advisor *advisor, struct findings *findings, struct error *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < findings->count; i++) {
		struct finding *finding = &findings->items[i];
		const struct known_denial *row = finding->row;

		if (finding->fix != FIX_ALLOW)
			continue;
		if (row && row->fix == FIX_ALLOW && row->permissions) {
			r = add_open(advisor, findings, finding, row->permissions,
				     &finding->companions, err);
			continue;
		}
		for (size_t j = 0; r == 0 && j < ARRAY_SIZE(usual); j++)
			if (match_words(usual[j].classes, finding->tclass) &&
			    has_any(finding, usual[j].seen))
				r = add_open(advisor, findings, finding, usual[j].companions,
					     &finding->companions, err);
	}
	return r;
}

/* ---- what a rule would hide besides ---------------------------------------------------------- */

/* Would a rule of the one be one for the other, too, by source, target and class? */
static bool covers(const struct advisor *advisor, const struct finding *rule,
		   const struct finding *other)
{
	return !strcmp(rule->source, other->source) && !strcmp(rule->tclass, other->tclass) &&
	       (rule->rule_target ? oracle_type_has_attribute(advisor->oracle, other->target,
							      rule->rule_target)
				  : !strcmp(rule->target, other->target));
}

/* Which permissions of a known rule that silences are refused elsewhere; how many. */
static size_t find_hidden(const struct advisor *advisor, const struct findings *findings,
			  const struct finding *rule, bool *hidden)
{
	size_t count = 0;

	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *other = &findings->items[i];

		if (other->fix != FIX_REFUSE || !covers(advisor, rule, other))
			continue;
		for (size_t j = 0; j < rule->permissions.count; j++) {
			bool both = !hidden[j] &&
				    strings_has(&other->permissions, rule->permissions.items[j]);

			hidden[j] = hidden[j] || both;
			count += both;
		}
	}
	return count;
}

void refine_hiding(const struct advisor *advisor, struct findings *findings)
{
	for (size_t i = 0, count = findings->count; i < count; i++) {
		struct finding *finding = &findings->items[i];
		_cleanup_free_ bool *hidden =
			memory_new(finding->permissions.count, sizeof(*hidden));
		_cleanup_free_ char *why = NULL;
		size_t found;

		if (finding->fix != FIX_DONTAUDIT || !finding->known || finding->silent)
			continue;
		found = find_hidden(advisor, findings, finding, hidden);
		if (!found)
			continue;
		if (found < finding->permissions.count) {
			findings_split(findings, i, hidden);
			finding = &findings->items[findings->count - 1];
		}
		finding->known = false;
		why = finding->why;
		finding->why = str_printf(
			"%s But the same access is refused above for what it was used for: "
			"the rule would hide that, too.",
			why);
	}
}

/* ---- companions that are findings of their own ----------------------------------------------- */

static int add_known_companion(const struct advisor *advisor, const char *source,
			       const struct known_companion *companion, struct findings *findings,
			       struct error *err)
{
	bool attribute = *companion->target == '@';
	const char *target = attribute                           ? companion->target + 1
			     : strcmp(companion->target, "self") ? companion->target
								 : source;
	struct finding finding = {
		.fix = FIX_DONTAUDIT,
		.unobserved = true,
		.known = true,
		.severity = companion->severity,
		.source = str_copy(source),
		.target = str_copy(target),
		.tclass = str_copy(companion->tclass),
		.why = str_copy(companion->why),
		.detail = str_copy("not observed; known to come together with what was"),
		.rule_target = attribute ? str_copy(target) : NULL,
	};
	int r = add_open(advisor, findings, &finding, companion->permissions, &finding.permissions,
			 err);

	if (r == 0 && finding.permissions.count)
		*(struct finding *)array_push(&findings->items, &findings->count, sizeof(finding)) =
			finding;
	else
		finding_clear(&finding);
	return r;
}

int refine_known_companions(const struct advisor *advisor, struct findings *findings,
			    struct error *err)
{
	int r = 0;

	for (size_t i = 0, count = findings->count; i < count; i++) {
		/* The array may move: what it has is taken anew each time. */
		const struct known_companion *companion =
			findings->items[i].fix == FIX_DONTAUDIT && findings->items[i].known
				? findings->items[i].row->companions
				: NULL;

		for (; r == 0 && companion && companion->target; companion++)
			r = add_known_companion(advisor, findings->items[i].source, companion,
						findings, err);
	}
	if (r == 0)
		findings_sort(findings);
	return r;
}
