/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "steps/module/rules.h"
#include "wizard/text.h"
#include "wizard/util.h"

/* What a comment tells of each kind of evidence: the first few, each cut. */
#define EVIDENCE_KEPT  4
#define EVIDENCE_WIDTH 60

static void rule_clear(struct rule *rule)
{
	strings_clear(&rule->permissions);
	strings_clear(&rule->unobserved);
	strings_clear(&rule->given);
	free(rule->ioctls);
	free(rule->source);
	free(rule->target);
	free(rule->tclass);
	free(rule->comment);
}

void rules_clear(struct rules *rules)
{
	for (size_t i = 0; i < rules->count; i++)
		rule_clear(&rules->items[i]);
	free(rules->items);
	*rules = (struct rules){ 0 };
}

const char *rule_keyword(const struct rule *rule)
{
	return rule->kind == RULE_ALLOW ? "allow" : "dontaudit";
}

const char *rule_target(const struct rule *rule)
{
	return strcmp(rule->target, "self") ? rule->target : rule->source;
}

/* One more than are kept shows that there are more. */
static void add_word(struct strings *words, const char *word)
{
	if (word && words->count <= EVIDENCE_KEPT && !strings_has(words, word))
		strings_add(words, word);
}

/* Where it was seen: in an exercise of this node, or "sst on db2 (donor)"; else by what was read.
 */
static void add_place(struct strings *places, const struct denial *denial)
{
	_cleanup_free_ char *place = NULL;

	if (denial->node && denial->exercise)
		place = str_printf("%s on %s%s%s%s", denial->exercise, denial->node,
				   denial->role ? " (" : "", denial->role ? denial->role : "",
				   denial->role ? ")" : "");
	add_word(places, place ? place : denial->origin);
}

static void write_words(FILE *out, const struct strings *words)
{
	for (size_t i = 0; i < words->count; i++) {
		_cleanup_free_ char *plain = text_plain(words->items[i], EVIDENCE_WIDTH);

		fprintf(out, "%s%s", i ? ", " : "; ", i < EVIDENCE_KEPT ? plain : "...");
	}
}

/* "why\nSeen 6 times: sst, ist; rsync; /usr/bin/rsync" */
static void write_evidence(FILE *out, const struct finding *finding, const struct denials *denials)
{
	_cleanup_(strings_clear) struct strings origins = { 0 }, programs = { 0 }, paths = { 0 };
	_cleanup_free_ char *why = text_plain(finding->why ? finding->why : "", 1000);
	_cleanup_free_ char *companions = strings_join(&finding->companions, " ");

	if (finding->unobserved) {
		fprintf(out, "%s\nNot observed; approved all the same.", why);
		return;
	}
	for (size_t i = 0; i < finding->evidence_count; i++) {
		const struct denial *denial = &denials->items[finding->evidence[i]];

		add_place(&origins, denial);
		add_word(&programs, denial->comm);
		add_word(&paths, denial->path);
	}
	fprintf(out, "%s\nSeen %zu %s%s", why, COUNTED(finding->count, "time", "times"),
		finding->permissive_only ? " while permissive" : "");
	write_words(out, &origins);
	write_words(out, &programs);
	write_words(out, &paths);
	if (finding->with_companions && finding->companions.count)
		fprintf(out, "\nNot observed, but approved: %s", companions);
}

static void append_comment(struct rule *rule, const struct finding *finding,
			   const struct denials *denials)
{
	_cleanup_free_ char *before = rule->comment;
	_cleanup_fclose_ FILE *out = stream_open(&rule->comment, NULL);

	if (before)
		fprintf(out, "%s\n", before);
	write_evidence(out, finding, denials);
	stream_close(&out);
}

static void add_unobserved(struct rule *rule, const struct strings *permissions)
{
	for (size_t i = 0; i < permissions->count; i++) {
		if (strings_has(&rule->permissions, permissions->items[i]))
			continue;
		strings_insert(&rule->unobserved, permissions->items[i]);
		strings_insert(&rule->permissions, permissions->items[i]);
	}
}

static void add_ioctls(struct rule *rule, const struct finding *finding)
{
	if (!strings_has(&finding->permissions, "ioctl"))
		return;
	rule->all_ioctls = rule->all_ioctls || !finding->ioctl_count;
	for (size_t i = 0; i < finding->ioctl_count; i++)
		ioctls_insert(&rule->ioctls, &rule->ioctl_count, finding->ioctls[i]);
	if (rule->all_ioctls)
		rule->ioctl_count = 0;
}

static void add_finding(struct rule *rule, const struct finding *finding,
			const struct denials *denials)
{
	append_comment(rule, finding, denials);
	if (finding->unobserved) {
		add_unobserved(rule, &finding->permissions);
		return;
	}
	for (size_t i = 0; i < finding->permissions.count; i++)
		strings_insert(&rule->permissions, finding->permissions.items[i]);
	if (rule->kind != RULE_ALLOW)
		return;
	if (finding->with_companions)
		add_unobserved(rule, &finding->companions);
	add_ioctls(rule, finding);
}

static int rule_compare(const void *one, const void *other)
{
	const struct rule *a = one, *b = other;
	int order = (a->kind > b->kind) - (a->kind < b->kind);

	if (order == 0)
		order = strcmp(a->source, b->source);
	if (order == 0)
		order = strcmp(a->target, b->target);
	return order != 0 ? order : strcmp(a->tclass, b->tclass);
}

struct rule *rules_at(struct rules *rules, const struct rule *key)
{
	struct rule *rule;

	for (size_t i = 0; i < rules->count; i++)
		if (rule_compare(&rules->items[i], key) == 0)
			return &rules->items[i];
	rule = array_push(&rules->items, &rules->count, sizeof(*rule));
	*rule = (struct rule){ .kind = key->kind,
			       .source = str_copy(key->source),
			       .target = str_copy(key->target),
			       .tclass = str_copy(key->tclass),
			       .target_is_attribute = key->target_is_attribute };
	return rule;
}

void rules_sort(struct rules *rules)
{
	if (rules->count)
		qsort(rules->items, rules->count, sizeof(*rules->items), rule_compare);
}

static struct rule *rule_for(struct rules *rules, const struct finding *finding)
{
	bool self = strcmp(finding->source, finding->target) == 0;
	const char *target = self ? "self" : finding->target;

	return rules_at(
		rules,
		&(struct rule){
			.kind = finding_rule(finding) == FIX_ALLOW ? RULE_ALLOW : RULE_DONTAUDIT,
			.source = finding->source,
			.target = (char *)(finding->rule_target ? finding->rule_target : target),
			.tclass = finding->tclass,
			.target_is_attribute = finding->rule_target != NULL,
		});
}

void rules_from_findings(const struct findings *findings, const struct denials *denials,
			 struct rules *rules)
{
	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *finding = &findings->items[i];

		if (finding_rule(finding) != FIX_ALLOWED)
			add_finding(rule_for(rules, finding), finding, denials);
	}
	rules_sort(rules);
}

size_t rules_permissions(const struct rules *rules, enum rule_kind kind)
{
	size_t count = 0;

	for (size_t i = 0; i < rules->count; i++)
		if (rules->items[i].kind == kind)
			count += rules->items[i].permissions.count;
	return count;
}
