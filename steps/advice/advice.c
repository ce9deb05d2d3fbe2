/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "steps/advice/advice.h"
#include "steps/advice/groups.h"
#include "steps/advice/ladder.h"
#include "steps/advice/refine.h"
#include "wizard/util.h"

struct judgements {
	struct judged *items;
	size_t count;
};

static void judgements_clear(struct judgements *judgements)
{
	for (size_t i = 0; i < judgements->count; i++)
		free(judgements->items[i].rung.detail);
	free(judgements->items);
}

/* note_unknown - which of the denial's names the policy does not define, each with its kind. */
static void note_unknown(struct oracle *oracle, const struct denial *denial, struct strings *names)
{
	const char *const types[] = { denial->source, denial->target };
	bool has_class = oracle_has_class(oracle, denial->tclass);

	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		_cleanup_free_ char *name = str_printf("type %s", types[i]);

		if (!oracle_has_type(oracle, types[i]))
			strings_insert(names, name);
	}
	for (size_t i = 0; i < denial->permissions.count; i++) {
		_cleanup_free_ char *name = str_printf(
			"permission %s of class %s", denial->permissions.items[i], denial->tclass);

		if (has_class &&
		    !oracle_has_permission(oracle, denial->tclass, denial->permissions.items[i]))
			strings_insert(names, name);
	}
	if (!has_class) {
		_cleanup_free_ char *name = str_printf("class %s", denial->tclass);

		strings_insert(names, name);
	}
}

static int judge_denial(struct ladder *ladder, struct judgements *judgements, size_t index,
			const struct denial *denial, bool *unknown, struct error *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < denial->permissions.count; i++) {
		struct judged *judged =
			array_push(&judgements->items, &judgements->count, sizeof(*judged));

		judged->index = index;
		judged->permission = denial->permissions.items[i];
		r = ladder_judge(ladder, denial, judged->permission, &judged->rung, err);
		*unknown = *unknown || judged->rung.unknown;
	}
	return r;
}

/* What would be allowed, with the rules for it: something else may deny it all the same. */
static int suppose(struct ladder *ladder, const struct denials *denials,
		   struct judgements *judgements, struct error *err)
{
	_cleanup_free_ struct supposed *accesses = NULL;
	size_t count = 0;
	int r = 0;

	for (size_t i = 0; i < judgements->count; i++) {
		const struct judged *judged = &judgements->items[i];
		const struct denial *denial = &denials->items[judged->index];
		struct supposed *access;

		if (judged->rung.fix != FIX_ALLOW)
			continue;
		access = array_push(&accesses, &count, sizeof(*access));
		*access = (struct supposed){ denial->source, judged->rung.target, denial->tclass,
					     judged->permission };
	}
	if (!count)
		return 0;
	oracle_suppose(ladder->advisor->oracle, accesses, count);
	for (size_t i = 0; r == 0 && i < judgements->count; i++) {
		struct judged *judged = &judgements->items[i];

		if (judged->rung.fix == FIX_ALLOW)
			r = ladder_suppose(ladder, &denials->items[judged->index],
					   judged->permission, &judged->rung, err);
	}
	oracle_suppose(ladder->advisor->oracle, NULL, 0);
	return r;
}

int advice_judge(const struct advisor *advisor, const struct denials *denials,
		 struct findings *findings, struct error *err)
{
	_cleanup_(judgements_clear) struct judgements judgements = { 0 };
	_cleanup_(ladder_clear) struct ladder ladder = { 0 };
	_cleanup_(findings_clear) struct findings made = { .denials = denials_total(denials) };
	int r = 0;

	ladder_init(&ladder, advisor);
	for (size_t i = 0; r == 0 && i < denials->count; i++) {
		bool unknown = false;

		r = judge_denial(&ladder, &judgements, i, &denials->items[i], &unknown, err);
		if (!unknown)
			continue;
		made.unknown_names += denial_records(&denials->items[i]);
		note_unknown(advisor->oracle, &denials->items[i], &made.unknown);
	}
	if (r == 0)
		r = suppose(&ladder, denials, &judgements, err);
	if (r < 0)
		return r;
	groups_findings(denials, judgements.items, judgements.count, &made);
	refine_booleans(advisor, denials, &made);
	r = refine_companions(advisor, &made, err);
	if (r < 0)
		return r;
	refine_hiding(advisor, &made);
	findings_sort(&made);
	*findings = made;
	made = (struct findings){ 0 };
	return 0;
}
