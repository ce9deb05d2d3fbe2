/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <search.h>
#include <string.h>

#include "steps/advice/advice.h"
#include "steps/advice/ladder.h"
#include "steps/advice/refine.h"
#include "wizard/util.h"

/* What was found out about one permission of one denial. */
struct judged {
	size_t index;
	const char *permission;
	struct rung rung;
};

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

/* ---- equal ones together --------------------------------------------------------------------- */

/* A finding tells so many different commands, and so many types that a scan met. */
#define DETAILS_MAX 8
#define TYPES_MAX   40

/* A finding in the making. */
struct group {
	struct finding finding;
	const char *why;
	bool unsure; /* see struct rung */
	struct strings details;
	bool more_details;
	bool all_ioctls; /* the command of one of its ioctls is not known */
};

struct groups {
	void *tree; /* of struct group, by group_compare() */
	struct group **items;
	size_t count;
	const struct denials *denials;
};

static void group_free(void *node)
{
	struct group *group = node;

	strings_clear(&group->details);
	free(group);
}

static void groups_clear(struct groups *groups)
{
	tdestroy(groups->tree, group_free);
	free(groups->items);
}

static int group_compare(const void *one, const void *other)
{
	return finding_compare(&((const struct group *)one)->finding,
			       &((const struct group *)other)->finding);
}

static struct group *group_new(struct groups *groups, const struct finding *key)
{
	struct group *group = memory_new(1, sizeof(*group));
	struct group **slot = array_push(&groups->items, &groups->count, sizeof(*slot));

	group->finding = (struct finding){
		.fix = key->fix,
		.source = str_copy(key->source),
		.target = str_copy(key->target),
		.tclass = str_copy(key->tclass),
		.rule_target = str_copy(key->rule_target),
		.known = key->known,
		.permissive_only = true,
		.silent = true,
		.severity = -1,
	};
	*slot = group;
	if (!tsearch(group, &groups->tree, group_compare))
		no_memory();
	return group;
}

static void add_detail(struct group *group, const char *detail, size_t max)
{
	if (!detail || strings_has(&group->details, detail))
		return;
	if (group->details.count == max)
		group->more_details = true;
	else
		strings_insert(&group->details, detail);
}

static void add_evidence(struct finding *finding, const struct denial *denial, size_t index)
{
	size_t known = finding->evidence_count;

	if (known && finding->evidence[known - 1] == index)
		return;
	*(size_t *)array_push(&finding->evidence, &finding->evidence_count, sizeof(size_t)) = index;
	finding->count += denial_records(denial);
	if (!known || denial->seconds < finding->first)
		finding->first = denial->seconds;
	if (!known || denial_last(denial) > finding->last)
		finding->last = denial_last(denial);
	finding->permissive_only = finding->permissive_only && denial->permissive;
}

/* The commands of a rule's ioctl permission, as long as every denial tells its own. */
static void add_ioctl(struct group *group, const struct denial *denial)
{
	struct finding *finding = &group->finding;

	group->all_ioctls = group->all_ioctls || !denial->has_ioctl;
	if (group->all_ioctls)
		finding->ioctl_count = 0;
	else
		ioctls_insert(&finding->ioctls, &finding->ioctl_count, denial->ioctl & 0xffff);
}

/* The group of one rung, with the permission; made when there is none yet. */
static struct group *group_of(struct groups *groups, const struct judged *judged)
{
	const struct denial *denial = &groups->denials->items[judged->index];
	const struct rung *rung = &judged->rung;
	struct group key = { .finding = { .source = denial->source,
					  .target = (char *)rung->target,
					  .tclass = denial->tclass,
					  .rule_target = (char *)rung->rule_target,
					  .fix = rung->fix,
					  .known = true } };
	struct group **found = tfind(&key, &groups->tree, group_compare), *group;

	/* Known of one program is known of them all: a rule does not tell them apart. */
	if (!rung->known &&
	    !(found && strings_has(&(*found)->finding.permissions, judged->permission))) {
		key.finding.known = false;
		found = tfind(&key, &groups->tree, group_compare);
	}
	group = found ? *found : group_new(groups, &key.finding);
	strings_insert(&group->finding.permissions, judged->permission);
	return group;
}

static void add_rung(struct groups *groups, const struct judged *judged)
{
	const struct denial *denial = &groups->denials->items[judged->index];
	const struct rung *rung = &judged->rung;
	struct group *group = group_of(groups, judged);
	struct finding *finding = &group->finding;

	/* Of a known group what is known, whoever else does the same. */
	if (rung->known == finding->known) {
		/* One sentence for them all: that of the most severe access. */
		if (rung->severity > finding->severity ||
		    (rung->severity == finding->severity && strcmp(rung->why, group->why) < 0))
			group->why = rung->why;
		if (rung->severity > finding->severity) {
			finding->severity = rung->severity;
			finding->row = rung->row;
		}
		group->unsure = group->unsure || rung->unsure;
	}
	finding->silent = finding->silent && rung->silent;
	if (rung->fix == FIX_ALLOW && !strcmp(judged->permission, "ioctl"))
		add_ioctl(group, denial);
	if (rung->rule_target)
		add_detail(group, denial->target, TYPES_MAX);
	else
		add_detail(group, rung->detail, DETAILS_MAX);
	add_evidence(finding, denial, judged->index);
}

static int by_time(const void *one, const void *other, void *data)
{
	const struct denials *denials = data;
	size_t i = *(const size_t *)one, j = *(const size_t *)other;
	const struct denial *a = &denials->items[i], *b = &denials->items[j];

	if (a->seconds != b->seconds)
		return a->seconds < b->seconds ? -1 : 1;
	if (a->millis != b->millis)
		return a->millis < b->millis ? -1 : 1;
	return i < j ? -1 : i > j;
}

static char *detail_text(const struct group *group)
{
	const struct finding *finding = &group->finding;
	const char *between = finding->fix == FIX_PORT || finding->rule_target ? ", " : "; ";
	_cleanup_free_ char *text = strings_join(&group->details, between);
	_cleanup_free_ char *permissions = NULL;

	/* The rule that will not be made, as a reader of .te knows it. */
	if (finding->fix == FIX_REFUSE && !group->details.count) {
		permissions = strings_join(&finding->permissions, " ");
		return str_printf("refused: allow %s %s:%s { %s };", finding->source,
				  strcmp(finding->source, finding->target) ? finding->target
									   : "self",
				  finding->tclass, permissions);
	}
	return str_printf("%s%s%s%s", finding->rule_target && group->details.count ? "seen: " : "",
			  text, group->more_details ? between : "",
			  group->more_details ? "and more" : "");
}

/* The finding, taken out of its group. */
static struct finding finish(struct group *group, struct denials *denials)
{
	struct finding *finding = &group->finding;

	qsort_r(finding->evidence, finding->evidence_count, sizeof(*finding->evidence), by_time,
		denials);
	finding->why = group->unsure
			       ? str_printf("%s But the program's path is not in the log: anything "
					    "can call itself so.",
					    group->why)
			       : str_copy(group->why);
	finding->detail = detail_text(group);
	return *finding;
}

/* Append the findings, in no order; of each permission its place among the denials is told, and its
 * rung. What the policy does not know makes none. */
static void make_findings(const struct denials *denials, const struct judgements *judgements,
			  struct findings *findings)
{
	_cleanup_(groups_clear) struct groups groups = { .denials = denials };

	/* What is known comes first, so that it is found by what is not. */
	for (size_t i = 0; i < judgements->count; i++)
		if (judgements->items[i].rung.known)
			group_of(&groups, &judgements->items[i]);
	for (size_t i = 0; i < judgements->count; i++)
		if (!judgements->items[i].rung.unknown)
			add_rung(&groups, &judgements->items[i]);
	for (size_t i = 0; i < groups.count; i++) {
		struct finding *finding =
			array_push(&findings->items, &findings->count, sizeof(*finding));

		*finding = finish(groups.items[i], (struct denials *)denials);
	}
}

/* ---- all of them ----------------------------------------------------------------------------- */

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
	make_findings(denials, &judgements, &made);
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
