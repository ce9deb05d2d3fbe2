/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "steps/advice/match.h"
#include "steps/advice/refine.h"
#include "wizard/util.h"

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

static bool has_word(char *const *words, size_t count, const char *word)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(words[i], word))
			return true;
	return false;
}

/* Has any finding of this source, target and class this permission? It is decided there. */
static bool is_found(const struct findings *findings, const struct finding *wanted,
		     const char *permission)
{
	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *finding = &findings->items[i];

		if (!strcmp(finding->source, wanted->source) &&
		    !strcmp(finding->target, wanted->target) &&
		    !strcmp(finding->tclass, wanted->tclass) &&
		    has_word(finding->permissions, finding->permission_count, permission))
			return true;
	}
	return false;
}

/* Does the policy lack a rule for it, so that there is something to be added? */
static int is_missing(const struct advisor *advisor, const struct finding *finding,
		      const char *permission, bool *missing, struct error *err)
{
	struct judgement judgement = { 0 };
	int r = oracle_judge(advisor->oracle, finding->source, finding->target, finding->tclass,
			     permission, &judgement, err);

	*missing = r == 0 && judgement.verdict == VERDICT_NO_RULE;
	return r;
}

static int compare_words(const void *one, const void *other)
{
	return strcmp(*(char *const *)one, *(char *const *)other);
}

static int add_words(const struct advisor *advisor, const struct findings *findings,
		     const char *words, struct finding *finding, struct error *err)
{
	_cleanup_free_ char *copy = strdup(words);
	char *rest = copy, *word, **slot;

	if (!copy)
		return error_nomem(err);
	while ((word = strsep(&rest, " "))) {
		bool missing;
		int r;

		if (!*word || strchr(word, '*') || is_found(findings, finding, word) ||
		    has_word(finding->companions, finding->companion_count, word))
			continue;
		r = is_missing(advisor, finding, word, &missing, err);
		if (r < 0)
			return r;
		if (!missing)
			continue;
		slot = array_push(&finding->companions, &finding->companion_count, sizeof(*slot));
		if (!slot || !(*slot = strdup(word)))
			return error_nomem(err);
	}
	return 0;
}

static int find_usual(const struct advisor *advisor, const struct findings *findings,
		      struct finding *finding, struct error *err)
{
	int r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(usual); i++) {
		bool seen = false;

		for (size_t j = 0; j < finding->permission_count; j++)
			seen = seen || match_words(usual[i].seen, finding->permissions[j]);
		if (r == 0 && seen && match_words(usual[i].classes, finding->tclass))
			r = add_words(advisor, findings, usual[i].companions, finding, err);
	}
	return r;
}

int companions_find(const struct advisor *advisor, struct findings *findings, struct error *err)
{
	for (size_t i = 0; i < findings->count; i++) {
		struct finding *finding = &findings->items[i];
		const struct known_denial *row = finding->row;
		int r;

		if (finding->fix != FIX_ALLOW)
			continue;
		if (row && row->fix == FIX_ALLOW && row->permissions)
			r = add_words(advisor, findings, row->permissions, finding, err);
		else
			r = find_usual(advisor, findings, finding, err);
		if (r < 0)
			return r;
		if (finding->companion_count)
			qsort(finding->companions, finding->companion_count,
			      sizeof(*finding->companions), compare_words);
	}
	return 0;
}

/* ---- what a rule would hide besides -----------------------------------------------------------
 */

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
		for (size_t j = 0; j < rule->permission_count; j++) {
			bool both =
				!hidden[j] && has_word(other->permissions, other->permission_count,
						       rule->permissions[j]);

			hidden[j] = hidden[j] || both;
			count += both;
		}
	}
	return count;
}

int hiding_find(const struct advisor *advisor, struct findings *findings, struct error *err)
{
	for (size_t i = 0, count = findings->count; i < count; i++) {
		struct finding *finding = &findings->items[i];
		_cleanup_free_ bool *hidden =
			calloc(finding->permission_count + 1, sizeof(*hidden));
		char *why;
		size_t found;

		if (!hidden)
			return error_nomem(err);
		if (finding->fix != FIX_DONTAUDIT || !finding->known || finding->silent)
			continue;
		found = find_hidden(advisor, findings, finding, hidden);
		if (!found)
			continue;
		if (found < finding->permission_count) {
			int r = findings_split(findings, i, hidden, err);

			if (r < 0)
				return r;
			finding = &findings->items[findings->count - 1];
		}
		finding->known = false;
		why = str_printf(
			"%s But the same access is refused above for what it was used for: "
			"the rule would hide that, too.",
			finding->why);
		if (!why)
			return error_nomem(err);
		free(finding->why);
		finding->why = why;
	}
	return 0;
}

/* ---- companions that are findings of their own ------------------------------------------------
 */

/* Is a rule for it of use: does the policy know the names, and not settle it by itself? */
static int is_open(const struct advisor *advisor, const struct finding *finding,
		   const char *permission, bool *open, struct error *err)
{
	struct judgement judgement = { 0 };
	int r;

	*open = oracle_has_permission(advisor->oracle, finding->tclass, permission);
	if (!*open)
		return 0;
	if (finding->rule_target) {
		*open = oracle_has_attribute(advisor->oracle, finding->rule_target);
		return 0;
	}
	r = oracle_judge(advisor->oracle, finding->source, finding->target, finding->tclass,
			 permission, &judgement, err);
	*open = r == 0 && judgement.verdict == VERDICT_NO_RULE && !judgement.dontaudit;
	return r;
}

static int fill(const struct advisor *advisor, const struct findings *findings,
		const struct known_companion *companion, struct finding *finding, struct error *err)
{
	_cleanup_free_ char *copy = strdup(companion->permissions);
	char *rest = copy, *word, **slot;

	if (!copy)
		return error_nomem(err);
	while ((word = strsep(&rest, " "))) {
		bool open;
		int r;

		if (is_found(findings, finding, word))
			continue;
		r = is_open(advisor, finding, word, &open, err);
		if (r < 0)
			return r;
		if (!open)
			continue;
		slot = array_push(&finding->permissions, &finding->permission_count, sizeof(*slot));
		if (!slot || !(*slot = strdup(word)))
			return error_nomem(err);
	}
	if (finding->permission_count)
		qsort(finding->permissions, finding->permission_count,
		      sizeof(*finding->permissions), compare_words);
	return 0;
}

static int add_companion(const struct advisor *advisor, const char *source,
			 const struct known_companion *companion, struct findings *findings,
			 struct error *err)
{
	bool attribute = *companion->target == '@';
	const char *target = attribute                           ? companion->target + 1
			     : strcmp(companion->target, "self") ? companion->target
								 : source;
	struct findings one = { 0 };
	struct finding *finding = array_push(&one.items, &one.count, sizeof(*finding)), *slot;
	int r;

	if (!finding)
		return error_nomem(err);
	finding->fix = FIX_DONTAUDIT;
	finding->unobserved = finding->known = true;
	finding->severity = companion->severity;
	finding->source = strdup(source);
	finding->target = strdup(target);
	finding->tclass = strdup(companion->tclass);
	finding->why = strdup(companion->why);
	finding->detail = strdup("not observed; known to come together with what was");
	finding->rule_target = attribute ? strdup(target) : NULL;
	r = finding->source && finding->target && finding->tclass && finding->why &&
			    finding->detail && attribute == (finding->rule_target != NULL)
		    ? fill(advisor, findings, companion, finding, err)
		    : error_nomem(err);
	slot = r == 0 && finding->permission_count
		       ? array_push(&findings->items, &findings->count, sizeof(*slot))
		       : NULL;
	if (slot) {
		*slot = *finding;
		*finding = (struct finding){ 0 };
	} else if (r == 0 && finding->permission_count) {
		r = error_nomem(err);
	}
	findings_clear(&one);
	return r;
}

int advice_companions(const struct advisor *advisor, struct findings *findings, struct error *err)
{
	size_t count = findings->count;

	for (size_t i = 0; i < count; i++) {
		const struct finding *finding = &findings->items[i];
		const struct known_companion *companion =
			finding->fix == FIX_DONTAUDIT && finding->known ? finding->row->companions
									: NULL;

		for (; companion && companion->target; companion++) {
			/* The array may move: names are taken anew each time. */
			int r = add_companion(advisor, findings->items[i].source, companion,
					      findings, err);

			if (r < 0)
				return r;
		}
	}
	findings_sort(findings);
	return 0;
}
