/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "steps/advice/groups.h"
#include "steps/advice/ladder.h"
#include "steps/advice/refine.h"
#include "wizard/util.h"

const char *fix_name(enum fix fix)
{
	static const char *const names[] = {
		[FIX_ALLOWED] = "allowed",
		[FIX_DOMAIN] = "domain",
		[FIX_PORT] = "port",
		[FIX_LABEL] = "label",
		[FIX_INVALID_LABEL] = "invalid-label",
		[FIX_CONSTRAINT] = "constraint",
		[FIX_BOOLEAN] = "boolean",
		[FIX_DONTAUDIT] = "dontaudit",
		[FIX_REFUSE] = "refuse",
		[FIX_ALLOW] = "allow",
	};

	return names[fix];
}

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

static int judge_denial(struct ladder *ladder, struct judgements *judgements, size_t index,
			const struct denial *denial, bool *unknown, struct error *err)
{
	for (size_t i = 0; i < denial->permission_count; i++) {
		struct judged *slot,
			judged = { .index = index, .permission = denial->permissions[i] };
		int r = ladder_judge(ladder, denial, judged.permission, &judged.rung, err);

		if (r < 0) {
			free(judged.rung.detail);
			return r;
		}
		*unknown = *unknown || judged.rung.unknown;
		if (judged.rung.unknown)
			continue;
		slot = array_push(&judgements->items, &judgements->count, sizeof(*slot));
		if (!slot) {
			free(judged.rung.detail);
			return error_nomem(err);
		}
		*slot = judged;
	}
	return 0;
}

/* What would be allowed, with the rules for it: something else may deny it all the same. */
static int suppose(struct ladder *ladder, const struct denials *denials,
		   struct judgements *judgements, struct error *err)
{
	_cleanup_free_ struct supposed *accesses = NULL;
	struct oracle *supposed = NULL;
	size_t count = 0;
	int r;

	for (size_t i = 0; i < judgements->count; i++) {
		const struct judged *judged = &judgements->items[i];
		const struct denial *denial = &denials->items[judged->index];
		struct supposed *slot;

		if (judged->rung.fix != FIX_ALLOW)
			continue;
		slot = array_push(&accesses, &count, sizeof(*slot));
		if (!slot)
			return error_nomem(err);
		*slot = (struct supposed){ denial->source, judged->rung.target, denial->tclass,
					   judged->permission };
	}
	if (!count)
		return 0;
	r = oracle_suppose(ladder->advisor->oracle, accesses, count, &supposed, err);
	for (size_t i = 0; r == 0 && i < judgements->count; i++) {
		struct judged *judged = &judgements->items[i];

		if (judged->rung.fix == FIX_ALLOW)
			r = ladder_suppose(ladder, supposed, &denials->items[judged->index],
					   judged->permission, &judged->rung, err);
	}
	oracle_close(supposed);
	return r;
}

void findings_sort(struct findings *findings)
{
	if (findings->count)
		qsort(findings->items, findings->count, sizeof(*findings->items), groups_order);
}

int advice_judge(const struct advisor *advisor, const struct denials *denials,
		 struct findings *findings, struct error *err)
{
	_cleanup_(judgements_clear) struct judgements judgements = { 0 };
	_cleanup_(ladder_clear) struct ladder ladder = { 0 };
	_cleanup_(findings_clear) struct findings made = { .denials = denials_total(denials) };
	int r = ladder_init(&ladder, advisor, err);

	for (size_t i = 0; r == 0 && i < denials->count; i++) {
		bool unknown = false;

		r = judge_denial(&ladder, &judgements, i, &denials->items[i], &unknown, err);
		made.unknown_names += unknown ? denial_records(&denials->items[i]) : 0;
	}
	if (r == 0)
		r = suppose(&ladder, denials, &judgements, err);
	if (r == 0)
		r = groups_findings(denials, judgements.items, judgements.count, &made, err);
	if (r == 0)
		r = boolean_advise(advisor, denials, &made, err);
	if (r == 0)
		r = companions_find(advisor, &made, err);
	if (r == 0)
		r = hiding_find(advisor, &made, err);
	if (r < 0)
		return r;
	findings_sort(&made);
	*findings = made;
	made = (struct findings){ 0 };
	return 0;
}
