/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "wizard/plain.h"
#include "steps/module/rules.h"
#include "wizard/util.h"

/* What a comment tells of each kind of evidence: the first few, each cut. */
#define EVIDENCE_KEPT  4
#define EVIDENCE_WIDTH 60

struct words {
	const char *items[EVIDENCE_KEPT];
	size_t count;
	bool more;
};

static void rule_clear(struct rule *rule)
{
	for (size_t i = 0; i < rule->permission_count; i++)
		free(rule->permissions[i]);
	for (size_t i = 0; i < rule->unobserved_count; i++)
		free(rule->unobserved[i]);
	free(rule->permissions);
	free(rule->unobserved);
	free(rule->ioctls);
	free(rule->source);
	free(rule->target);
	free(rule->tclass);
	free(rule->comment);
}

void rules_clear(struct rules *rules)
{
	if (!rules)
		return;
	for (size_t i = 0; i < rules->count; i++)
		rule_clear(&rules->items[i]);
	free(rules->items);
	*rules = (struct rules){ 0 };
}

static void words_add(struct words *words, const char *word)
{
	if (!word)
		return;
	for (size_t i = 0; i < words->count; i++) {
		if (strcmp(words->items[i], word) == 0)
			return;
	}
	if (words->count == EVIDENCE_KEPT)
		words->more = true;
	else
		words->items[words->count++] = word;
}

static int words_write(FILE *out, const struct words *words, struct error *err)
{
	for (size_t i = 0; i < words->count; i++) {
		_cleanup_free_ char *plain = plain_text(words->items[i], EVIDENCE_WIDTH);

		if (!plain)
			return error_nomem(err);
		fprintf(out, "%s%s", i ? ", " : "; ", plain);
	}
	if (words->more)
		fputs(", ...", out);
	return 0;
}

/* "why\nSeen 6 times: sst, ist; rsync; /usr/bin/rsync" */
static int write_evidence(FILE *out, const struct finding *finding, const struct denials *denials,
			  struct error *err)
{
	struct words origins = { 0 }, programs = { 0 }, paths = { 0 };
	_cleanup_free_ char *why = plain_text(finding->why ? finding->why : "", 1000);
	int r;

	if (!why)
		return error_nomem(err);
	for (size_t i = 0; i < finding->evidence_count; i++) {
		const struct denial *denial = &denials->items[finding->evidence[i]];

		words_add(&origins, denial->origin);
		words_add(&programs, denial->comm);
		words_add(&paths, denial->path);
	}
	if (finding->unobserved) {
		fprintf(out, "%s\nNot observed; approved all the same.", why);
		return 0;
	}
	fprintf(out, "%s\nSeen %zu time%s%s", why, finding->count, finding->count == 1 ? "" : "s",
		finding->permissive_only ? " while permissive" : "");
	r = words_write(out, &origins, err);
	if (r == 0)
		r = words_write(out, &programs, err);
	if (r == 0)
		r = words_write(out, &paths, err);
	if (finding->with_companions && finding->companion_count)
		fputs("\nNot observed, but approved:", out);
	for (size_t i = 0; finding->with_companions && i < finding->companion_count; i++)
		fprintf(out, " %s", finding->companions[i]);
	return r;
}

static int append_comment(struct rule *rule, const struct finding *finding,
			  const struct denials *denials, struct error *err)
{
	_cleanup_free_ char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);
	int r;

	if (!out)
		return error_nomem(err);
	if (rule->comment)
		fprintf(out, "%s\n", rule->comment);
	r = write_evidence(out, finding, denials, err);
	if (r == 0 && ferror(out))
		r = error_nomem(err);
	if (fclose(out) != 0 && r == 0)
		r = error_nomem(err);
	if (r < 0)
		return r;
	free(rule->comment);
	rule->comment = TAKE_PTR(text);
	return 0;
}

/* Insert a copy of word into sorted words, where it is not among them yet. */
static int add_word(char ***words, size_t *count, const char *word, struct error *err)
{
	char **slot, *copy;
	size_t at = 0;

	while (at < *count && strcmp((*words)[at], word) < 0)
		at++;
	if (at < *count && strcmp((*words)[at], word) == 0)
		return 0;
	copy = strdup(word);
	slot = copy ? array_push(words, count, sizeof(*slot)) : NULL;
	if (!slot) {
		free(copy);
		return error_nomem(err);
	}
	memmove(&(*words)[at + 1], &(*words)[at], (*count - 1 - at) * sizeof(*slot));
	(*words)[at] = copy;
	return 0;
}

static bool has_word(char *const *words, size_t count, const char *word)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(words[i], word) == 0)
			return true;
	return false;
}

static int add_unobserved(struct rule *rule, char *const *words, size_t count, struct error *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < count; i++) {
		if (has_word(rule->permissions, rule->permission_count, words[i]))
			continue;
		r = add_word(&rule->unobserved, &rule->unobserved_count, words[i], err);
		if (r == 0)
			r = add_word(&rule->permissions, &rule->permission_count, words[i], err);
	}
	return r;
}

static int number_compare(const void *one, const void *other)
{
	unsigned int a = *(const unsigned int *)one, b = *(const unsigned int *)other;

	return a < b ? -1 : a > b;
}

static int add_ioctls(struct rule *rule, const struct finding *finding, struct error *err)
{
	if (!has_word(finding->permissions, finding->permission_count, "ioctl"))
		return 0;
	rule->all_ioctls = rule->all_ioctls || !finding->ioctl_count;
	for (size_t i = 0; i < finding->ioctl_count; i++) {
		unsigned int *slot;
		bool known = false;

		for (size_t j = 0; j < rule->ioctl_count; j++)
			known = known || rule->ioctls[j] == finding->ioctls[i];
		if (known)
			continue;
		slot = array_push(&rule->ioctls, &rule->ioctl_count, sizeof(*slot));
		if (!slot)
			return error_nomem(err);
		*slot = finding->ioctls[i];
	}
	if (rule->ioctl_count)
		qsort(rule->ioctls, rule->ioctl_count, sizeof(*rule->ioctls), number_compare);
	if (rule->all_ioctls)
		rule->ioctl_count = 0;
	return 0;
}

static int add_finding(struct rule *rule, const struct finding *finding,
		       const struct denials *denials, struct error *err)
{
	int r = append_comment(rule, finding, denials, err);

	if (r == 0 && finding->unobserved)
		return add_unobserved(rule, finding->permissions, finding->permission_count, err);
	for (size_t i = 0; r == 0 && i < finding->permission_count; i++)
		r = add_word(&rule->permissions, &rule->permission_count, finding->permissions[i],
			     err);
	if (r == 0 && finding->with_companions && rule->kind == RULE_ALLOW)
		r = add_unobserved(rule, finding->companions, finding->companion_count, err);
	if (r == 0 && rule->kind == RULE_ALLOW)
		r = add_ioctls(rule, finding, err);
	return r;
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

/* The rule for kind, source, target and class; made when there is none. NULL: out of memory. */
static struct rule *rule_for(struct rules *rules, const struct finding *finding)
{
	bool self = strcmp(finding->source, finding->target) == 0;
	const char *target = self ? "self" : finding->target;
	struct rule key = {
		.kind = finding_rule(finding) == FIX_ALLOW ? RULE_ALLOW : RULE_DONTAUDIT,
		.source = finding->source,
		.target = (char *)(finding->rule_target ? finding->rule_target : target),
		.tclass = finding->tclass,
		.target_is_attribute = finding->rule_target != NULL,
	};
	struct rule *rule;

	for (size_t i = 0; i < rules->count; i++) {
		if (rule_compare(&rules->items[i], &key) == 0)
			return &rules->items[i];
	}
	key.source = strdup(key.source);
	key.target = strdup(key.target);
	key.tclass = strdup(key.tclass);
	rule = key.source && key.target && key.tclass
		       ? array_push(&rules->items, &rules->count, sizeof(*rule))
		       : NULL;
	if (!rule) {
		rule_clear(&key);
		return NULL;
	}
	*rule = key;
	return rule;
}

int rules_from_findings(const struct findings *findings, const struct denials *denials,
			struct rules *rules, struct error *err)
{
	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *finding = &findings->items[i];
		struct rule *rule;
		int r;

		if (finding_rule(finding) == FIX_ALLOWED)
			continue;
		rule = rule_for(rules, finding);
		if (!rule)
			return error_nomem(err);
		r = add_finding(rule, finding, denials, err);
		if (r < 0)
			return r;
	}
	if (rules->count)
		qsort(rules->items, rules->count, sizeof(*rules->items), rule_compare);
	return 0;
}

size_t rules_permissions(const struct rules *rules, enum rule_kind kind)
{
	size_t count = 0;

	for (size_t i = 0; i < rules->count; i++) {
		if (rules->items[i].kind == kind)
			count += rules->items[i].permission_count;
	}
	return count;
}
