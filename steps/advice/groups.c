/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <search.h>
#include <string.h>

#include "steps/advice/groups.h"
#include "wizard/util.h"

/* A finding tells so many different commands, and so many types that a scan met. */
#define DETAILS_MAX 8
#define TYPES_MAX   40

/* A finding in the making. */
struct group {
	struct finding finding;
	const char *why;
	bool unsure; /* see struct rung */
	char **details;
	size_t detail_count;
	bool more_details;
	bool all_ioctls; /* the command of one of its ioctls is not known */
};

struct groups {
	void *tree; /* of struct group, by group_compare() */
	struct group **items;
	size_t count;
	const struct denials *denials;
};

static void free_words(char **words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(words[i]);
	free(words);
}

static void group_free(struct group *group)
{
	finding_clear(&group->finding);
	free_words(group->details, group->detail_count);
	free(group);
}

static void keep_node(void *node)
{
	(void)node;
}

static void groups_clear(struct groups *groups)
{
	tdestroy(groups->tree, keep_node);
	for (size_t i = 0; i < groups->count; i++)
		group_free(groups->items[i]);
	free(groups->items);
}

static int group_compare(const void *one, const void *other)
{
	const struct finding *a = &((const struct group *)one)->finding;
	const struct finding *b = &((const struct group *)other)->finding;
	int order = (a->fix > b->fix) - (a->fix < b->fix);

	if (order == 0)
		order = strcmp(a->source, b->source);
	if (order == 0)
		order = strcmp(a->target, b->target);
	if (order == 0)
		order = strcmp(a->tclass, b->tclass);
	if (order == 0)
		order = b->known - a->known;
	/* One attribute may have the name of no type, but be safe. */
	return order != 0 ? order : !a->rule_target - !b->rule_target;
}

static struct group *group_new(const struct group *key)
{
	const struct finding *from = &key->finding;
	struct group *group = calloc(1, sizeof(*group));
	struct finding *finding = group ? &group->finding : NULL;

	if (!group)
		return NULL;
	finding->fix = from->fix;
	finding->source = strdup(from->source);
	finding->target = strdup(from->target);
	finding->tclass = strdup(from->tclass);
	finding->rule_target = from->rule_target ? strdup(from->rule_target) : NULL;
	finding->known = from->known;
	finding->permissive_only = finding->silent = true;
	finding->severity = -1;
	if (!finding->source || !finding->target || !finding->tclass ||
	    !finding->rule_target != !from->rule_target) {
		group_free(group);
		return NULL;
	}
	return group;
}

/* Insert a copy of word into sorted words that have it not yet. */
static int words_insert(char ***words, size_t *count, const char *word)
{
	size_t at = 0;
	char *copy, **slot;

	while (at < *count && strcmp((*words)[at], word) < 0)
		at++;
	if (at < *count && strcmp((*words)[at], word) == 0)
		return 0;
	copy = strdup(word);
	slot = copy ? array_push(words, count, sizeof(*slot)) : NULL;
	if (!slot) {
		free(copy);
		return -1;
	}
	memmove(&(*words)[at + 1], &(*words)[at], (*count - 1 - at) * sizeof(*slot));
	(*words)[at] = copy;
	return 0;
}

static bool words_have(char *const *words, size_t count, const char *word)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(words[i], word) == 0)
			return true;
	}
	return false;
}

static int add_detail(struct group *group, const char *detail, size_t max)
{
	if (!detail || words_have(group->details, group->detail_count, detail))
		return 0;
	if (group->detail_count == max) {
		group->more_details = true;
		return 0;
	}
	return words_insert(&group->details, &group->detail_count, detail);
}

static int add_evidence(struct finding *finding, const struct denial *denial, size_t index)
{
	size_t *slot, known = finding->evidence_count;

	if (known && finding->evidence[known - 1] == index)
		return 0;
	slot = array_push(&finding->evidence, &finding->evidence_count, sizeof(*slot));
	if (!slot)
		return -1;
	*slot = index;
	finding->count += denial_records(denial);
	if (!known || denial->seconds < finding->first)
		finding->first = denial->seconds;
	if (!known || denial_last(denial) > finding->last)
		finding->last = denial_last(denial);
	finding->permissive_only = finding->permissive_only && denial->permissive;
	return 0;
}

/* The commands of a rule's ioctl permission, as long as every denial tells its own. */
static int add_ioctl(struct group *group, const struct denial *denial)
{
	struct finding *finding = &group->finding;
	unsigned int *slot, command = denial->ioctl & 0xffff;
	size_t at = 0;

	group->all_ioctls = group->all_ioctls || !denial->has_ioctl;
	if (group->all_ioctls) {
		finding->ioctl_count = 0;
		return 0;
	}
	while (at < finding->ioctl_count && finding->ioctls[at] < command)
		at++;
	if (at < finding->ioctl_count && finding->ioctls[at] == command)
		return 0;
	slot = array_push(&finding->ioctls, &finding->ioctl_count, sizeof(*slot));
	if (!slot)
		return -1;
	memmove(&finding->ioctls[at + 1], &finding->ioctls[at],
		(finding->ioctl_count - 1 - at) * sizeof(*slot));
	finding->ioctls[at] = command;
	return 0;
}

/* The group of one rung; made when there is none yet. NULL: out of memory. */
static struct group *group_for(struct groups *groups, const struct judged *judged)
{
	const struct denial *denial = &groups->denials->items[judged->index];
	const struct rung *rung = &judged->rung;
	struct group key = { .finding = { .source = denial->source,
					  .target = (char *)rung->target,
					  .tclass = denial->tclass,
					  .rule_target = (char *)rung->rule_target,
					  .fix = rung->fix,
					  .known = true } };
	struct group **found = tfind(&key, &groups->tree, group_compare), *group, **slot;

	/* Known of one program is known of them all: a rule does not tell them apart. */
	if (found &&
	    (rung->known || words_have((*found)->finding.permissions,
				       (*found)->finding.permission_count, judged->permission)))
		return *found;
	if (!rung->known) {
		key.finding.known = false;
		found = tfind(&key, &groups->tree, group_compare);
	}
	if (found)
		return *found;
	group = group_new(&key);
	slot = group ? array_push(&groups->items, &groups->count, sizeof(*slot)) : NULL;
	if (!slot) {
		if (group)
			group_free(group);
		return NULL;
	}
	*slot = group;
	return tsearch(group, &groups->tree, group_compare) ? group : NULL;
}

/* ... which has the permission. */
static struct group *group_of(struct groups *groups, const struct judged *judged)
{
	struct group *group = group_for(groups, judged);

	return group && words_insert(&group->finding.permissions, &group->finding.permission_count,
				     judged->permission) == 0
		       ? group
		       : NULL;
}

static int add_rung(struct groups *groups, const struct judged *judged, struct error *err)
{
	const struct denial *denial = &groups->denials->items[judged->index];
	const struct rung *rung = &judged->rung;
	struct group *group = group_of(groups, judged);
	int r;

	if (!group)
		return error_nomem(err);
	/* Of a known group what is known, whoever else does the same. */
	if (rung->known == group->finding.known) {
		/* One sentence for them all: that of the most severe access. */
		if (rung->severity > group->finding.severity ||
		    (rung->severity == group->finding.severity &&
		     strcmp(rung->why, group->why) < 0))
			group->why = rung->why;
		if (rung->severity > group->finding.severity) {
			group->finding.severity = rung->severity;
			group->finding.row = rung->row;
		}
		group->unsure = group->unsure || rung->unsure;
	}
	group->finding.silent = group->finding.silent && rung->silent;
	if (rung->fix == FIX_ALLOW && !strcmp(judged->permission, "ioctl") &&
	    add_ioctl(group, denial) < 0)
		return error_nomem(err);
	r = rung->rule_target ? add_detail(group, denial->target, TYPES_MAX)
			      : add_detail(group, rung->detail, DETAILS_MAX);
	if (r < 0 || add_evidence(&group->finding, denial, judged->index) < 0)
		return error_nomem(err);
	return 0;
}

/* What is known comes first, so that it is found by what is not. */
static int group_all(struct groups *groups, const struct judged *items, size_t count,
		     struct error *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < count; i++)
		if (items[i].rung.known && !group_of(groups, &items[i]))
			r = error_nomem(err);
	for (size_t i = 0; r == 0 && i < count; i++)
		r = add_rung(groups, &items[i], err);
	return r;
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

/* The rule that will not be made, as a reader of .te knows it. */
static void write_refused(FILE *out, const struct finding *finding)
{
	bool self = strcmp(finding->source, finding->target) == 0;

	fprintf(out, "refused: allow %s %s:%s {", finding->source, self ? "self" : finding->target,
		finding->tclass);
	for (size_t i = 0; i < finding->permission_count; i++)
		fprintf(out, " %s", finding->permissions[i]);
	fputs(" };", out);
}

static int write_detail(struct group *group, struct error *err)
{
	struct finding *finding = &group->finding;
	const char *between = finding->fix == FIX_PORT || finding->rule_target ? ", " : "; ";
	size_t length = 0;
	FILE *out = open_memstream(&finding->detail, &length);
	int failed;

	if (!out)
		return error_nomem(err);
	if (finding->rule_target && group->detail_count)
		fputs("seen: ", out);
	else if (finding->fix == FIX_REFUSE && !group->detail_count)
		write_refused(out, finding);
	for (size_t i = 0; i < group->detail_count; i++)
		fprintf(out, "%s%s", i ? between : "", group->details[i]);
	if (group->more_details)
		fprintf(out, "%sand more", between);
	failed = ferror(out);
	return fclose(out) != 0 || failed ? error_nomem(err) : 0;
}

static int group_finish(struct group *group, struct denials *denials, struct error *err)
{
	struct finding *finding = &group->finding;

	qsort_r(finding->evidence, finding->evidence_count, sizeof(*finding->evidence), by_time,
		denials);
	finding->why = group->unsure
			       ? str_printf("%s But the program's path is not in the log: anything "
					    "can call itself so.",
					    group->why)
			       : strdup(group->why);
	return finding->why ? write_detail(group, err) : error_nomem(err);
}

int groups_order(const void *one, const void *other)
{
	const struct finding *a = one, *b = other;

	if (a->fix != b->fix)
		return a->fix < b->fix ? -1 : 1;
	if (a->severity != b->severity)
		return a->severity > b->severity ? -1 : 1;
	return group_compare(one, other);
}

static int finish(struct groups *groups, struct findings *findings, struct error *err)
{
	struct denials *denials = (struct denials *)groups->denials;

	for (size_t i = 0; i < groups->count; i++) {
		struct finding *finding;
		int r = group_finish(groups->items[i], denials, err);

		if (r < 0)
			return r;
		finding = array_push(&findings->items, &findings->count, sizeof(*finding));
		if (!finding)
			return error_nomem(err);
		*finding = groups->items[i]->finding;
		groups->items[i]->finding = (struct finding){ 0 };
	}
	return 0;
}

int groups_findings(const struct denials *denials, const struct judged *items, size_t count,
		    struct findings *findings, struct error *err)
{
	_cleanup_(groups_clear) struct groups groups = { .denials = denials };
	int r = group_all(&groups, items, count, err);

	return r < 0 ? r : finish(&groups, findings, err);
}
