/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "steps/advice/finding.h"
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

void finding_clear(struct finding *finding)
{
	strings_clear(&finding->permissions);
	free(finding->source);
	free(finding->target);
	free(finding->tclass);
	free(finding->detail);
	free(finding->why);
	free(finding->rule_target);
	free(finding->evidence);
	strings_clear(&finding->companions);
	for (size_t i = 0; i < finding->boolean_count; i++)
		free(finding->booleans[i].name);
	free(finding->booleans);
	free(finding->ioctls);
}

void findings_clear(struct findings *findings)
{
	for (size_t i = 0; i < findings->count; i++)
		finding_clear(&findings->items[i]);
	free(findings->items);
	strings_clear(&findings->unknown);
	*findings = (struct findings){ 0 };
}

bool finding_needs_nothing(const struct finding *finding)
{
	return finding->fix == FIX_ALLOWED || (finding->fix == FIX_DONTAUDIT && finding->silent);
}

bool finding_is_rule(const struct finding *finding)
{
	return finding->fix == FIX_ALLOW || finding->fix == FIX_DONTAUDIT;
}

bool finding_recommended(const struct finding *finding)
{
	switch (finding->fix) {
	case FIX_ALLOW:
	case FIX_DONTAUDIT:
		return finding->known;
	case FIX_BOOLEAN:
		return finding->severity < SEVERITY_ASKED;
	default:
		return finding->fix != FIX_REFUSE && finding->fix != FIX_CONSTRAINT;
	}
}

bool finding_is_needed(const struct finding *finding)
{
	return finding->fix == FIX_ALLOW && finding->known && finding->row->without;
}

enum fix finding_rule(const struct finding *finding)
{
	if (finding_needs_nothing(finding))
		return FIX_ALLOWED;
	switch (finding->decision) {
	case DECISION_ACCEPT:
		return finding_is_rule(finding) ? finding->fix : FIX_ALLOWED;
	case DECISION_ALLOW:
		/* Never for all types of an attribute. */
		return finding->rule_target ? FIX_ALLOWED : FIX_ALLOW;
	case DECISION_DONTAUDIT:
		return FIX_DONTAUDIT;
	default:
		return FIX_ALLOWED;
	}
}

void ioctls_insert(unsigned int **ioctls, size_t *count, unsigned int command)
{
	size_t at = 0;

	while (at < *count && (*ioctls)[at] < command)
		at++;
	if (at < *count && (*ioctls)[at] == command)
		return;
	array_push(ioctls, count, sizeof(**ioctls));
	memmove(&(*ioctls)[at + 1], &(*ioctls)[at], (*count - 1 - at) * sizeof(**ioctls));
	(*ioctls)[at] = command;
}

void finding_refuse(struct finding *finding, const char *forbidden)
{
	free(finding->detail);
	free(finding->why);
	finding->detail = str_copy(forbidden);
	finding->why = str_copy("The policy forbids it on purpose (a neverallow rule), whoever "
				"asks: look for the cause.");
	finding->fix = FIX_REFUSE;
	finding->decision = DECISION_NONE;
	finding->with_companions = false;
	strings_clear(&finding->companions);
}

void findings_split(struct findings *findings, size_t at, const bool *apart)
{
	struct finding *made = array_push(&findings->items, &findings->count, sizeof(*made));
	struct finding *from = &findings->items[at];
	struct strings all = from->permissions;

	*made = (struct finding){
		.source = str_copy(from->source),
		.target = str_copy(from->target),
		.tclass = str_copy(from->tclass),
		.fix = from->fix,
		.detail = str_copy(from->detail),
		.why = str_copy(from->why),
		.rule_target = str_copy(from->rule_target),
		.severity = from->severity,
		.known = from->known,
		.permissive_only = from->permissive_only,
		.row = from->row,
		.count = from->count,
		.first = from->first,
		.last = from->last,
		.evidence = memory_new(from->evidence_count, sizeof(*from->evidence)),
		.evidence_count = from->evidence_count,
	};
	for (size_t i = 0; i < from->evidence_count; i++)
		made->evidence[i] = from->evidence[i];
	from->permissions = (struct strings){ 0 };
	for (size_t i = 0; i < all.count; i++)
		strings_add(apart[i] ? &made->permissions : &from->permissions, all.items[i]);
	strings_clear(&all);
}

/* ---- their order ----------------------------------------------------------------------------- */

int finding_compare(const struct finding *one, const struct finding *other)
{
	int order = (one->fix > other->fix) - (one->fix < other->fix);

	if (order == 0)
		order = strcmp(one->source, other->source);
	if (order == 0)
		order = strcmp(one->target, other->target);
	if (order == 0)
		order = strcmp(one->tclass, other->tclass);
	if (order == 0)
		order = other->known - one->known;
	/* One attribute may have the name of no type, but be safe. */
	return order != 0 ? order : !one->rule_target - !other->rule_target;
}

static int by_severity(const void *one, const void *other)
{
	const struct finding *a = one, *b = other;

	if (a->fix == b->fix && a->severity != b->severity)
		return a->severity > b->severity ? -1 : 1;
	return finding_compare(a, b);
}

void findings_sort(struct findings *findings)
{
	if (findings->count)
		qsort(findings->items, findings->count, sizeof(*findings->items), by_severity);
}

struct order {
	const struct findings *findings;
	int danger[FIX_ALLOW + 1]; /* of a fix's findings at most */
};

static int by_danger(const void *one, const void *other, void *data)
{
	const struct order *order = data;
	size_t i = *(const size_t *)one, j = *(const size_t *)other;
	const struct finding *a = &order->findings->items[i], *b = &order->findings->items[j];
	bool a_last = finding_needs_nothing(a), b_last = finding_needs_nothing(b);

	if (a_last != b_last)
		return a_last ? 1 : -1;
	if (!a_last && order->danger[a->fix] != order->danger[b->fix])
		return order->danger[a->fix] > order->danger[b->fix] ? -1 : 1;
	/* They are sorted within each fix, and the fixes by the ladder. */
	return i < j ? -1 : i > j;
}

size_t *findings_by_danger(const struct findings *findings)
{
	struct order order = { .findings = findings };
	size_t *indices = memory_new(findings->count, sizeof(*indices));

	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *finding = &findings->items[i];
		int *danger = &order.danger[finding->fix];

		indices[i] = i;
		if (!finding_needs_nothing(finding) && finding->severity > *danger)
			*danger = finding->severity;
	}
	qsort_r(indices, findings->count, sizeof(*indices), by_danger, &order);
	return indices;
}

/* ---- for a person ---------------------------------------------------------------------------- */

const char *finding_heading(const struct finding *finding)
{
	static const char *const headings[] = {
		[FIX_ALLOWED] = "Nothing to do: the policy allows it",
		[FIX_DOMAIN] = "Wrong domain: the program is to run in its own",
		[FIX_PORT] = "Label the port",
		[FIX_LABEL] = "Label the file",
		[FIX_INVALID_LABEL] = "A label that the policy does not know",
		[FIX_CONSTRAINT] = "Denied by something that no allow rule changes",
		[FIX_BOOLEAN] = "Set a boolean",
		[FIX_DONTAUDIT] = "Not needed: silence it, allow nothing",
		[FIX_REFUSE] = "Never by a rule",
		[FIX_ALLOW] = "An allow rule",
	};

	if (finding->fix != FIX_ALLOWED && finding_needs_nothing(finding))
		return "Nothing to do: the policy denies it silently";
	return headings[finding->fix];
}

char *finding_key(const struct finding *finding)
{
	_cleanup_free_ char *permissions = strings_join(&finding->permissions, ",");

	return str_printf("%s %s %s %s", finding->source, finding->target, finding->tclass,
			  permissions);
}
