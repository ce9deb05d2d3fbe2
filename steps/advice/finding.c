/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "steps/advice/generic.h"
#include "steps/advice/match.h"
#include "wizard/util.h"

static void free_words(char **words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(words[i]);
	free(words);
}

void finding_clear(struct finding *finding)
{
	free_words(finding->permissions, finding->permission_count);
	free(finding->source);
	free(finding->target);
	free(finding->tclass);
	free(finding->detail);
	free(finding->why);
	free(finding->rule_target);
	free(finding->evidence);
	free_words(finding->companions, finding->companion_count);
	for (size_t i = 0; i < finding->boolean_count; i++)
		free(finding->booleans[i].name);
	free(finding->booleans);
	free(finding->ioctls);
}

void findings_clear(struct findings *findings)
{
	if (!findings)
		return;
	for (size_t i = 0; i < findings->count; i++)
		finding_clear(&findings->items[i]);
	free(findings->items);
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

int finding_refuse(struct finding *finding, const char *forbidden, struct error *err)
{
	char *detail = strdup(forbidden);
	char *why = strdup("The policy forbids it on purpose (a neverallow rule), whoever asks: "
			   "look for the cause.");

	if (!detail || !why) {
		free(detail);
		free(why);
		return error_nomem(err);
	}
	free(finding->detail);
	free(finding->why);
	finding->detail = detail;
	finding->why = why;
	finding->fix = FIX_REFUSE;
	finding->decision = DECISION_NONE;
	finding->with_companions = false;
	for (size_t i = 0; i < finding->companion_count; i++)
		free(finding->companions[i]);
	finding->companion_count = 0;
	return 0;
}

/* What the two have in common; without permissions. */
static bool copy_head(const struct finding *from, struct finding *to)
{
	*to = (struct finding){ .fix = from->fix,
				.severity = from->severity,
				.known = from->known,
				.permissive_only = from->permissive_only,
				.row = from->row,
				.count = from->count,
				.first = from->first,
				.last = from->last,
				.evidence_count = from->evidence_count };
	to->source = strdup(from->source);
	to->target = strdup(from->target);
	to->tclass = strdup(from->tclass);
	to->detail = strdup(from->detail);
	to->why = strdup(from->why);
	to->rule_target = from->rule_target ? strdup(from->rule_target) : NULL;
	to->permissions = calloc(from->permission_count, sizeof(*to->permissions));
	to->evidence = calloc(from->evidence_count + 1, sizeof(*to->evidence));
	if (to->evidence && from->evidence_count)
		memcpy(to->evidence, from->evidence, from->evidence_count * sizeof(*to->evidence));
	return to->source && to->target && to->tclass && to->detail && to->why && to->permissions &&
	       to->evidence && !to->rule_target == !from->rule_target;
}

int findings_split(struct findings *findings, size_t at, const bool *apart, struct error *err)
{
	struct findings one = { 0 };
	struct finding *made = array_push(&one.items, &one.count, sizeof(*made)), *slot, *finding;
	size_t kept = 0;

	if (!made || !copy_head(&findings->items[at], made) ||
	    !(slot = array_push(&findings->items, &findings->count, sizeof(*slot)))) {
		findings_clear(&one);
		return error_nomem(err);
	}
	finding = &findings->items[at];
	for (size_t i = 0; i < finding->permission_count; i++) {
		char *permission = finding->permissions[i];

		if (apart[i])
			made->permissions[made->permission_count++] = permission;
		else
			finding->permissions[kept++] = permission;
	}
	finding->permission_count = kept;
	*slot = *made;
	free(made);
	return 0;
}

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

/* How dangerous a fix's findings are at most; those that need nothing come behind all others. */
static void measure(const struct findings *findings, int *danger)
{
	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *finding = &findings->items[i];

		if (!finding_needs_nothing(finding) && finding->severity > danger[finding->fix])
			danger[finding->fix] = finding->severity;
	}
}

struct order {
	const struct findings *findings;
	int danger[FIX_ALLOW + 1];
};

static int compare(const void *one, const void *other, void *data)
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
	size_t *indices = calloc(findings->count + 1, sizeof(*indices));

	if (!indices)
		return NULL;
	measure(findings, order.danger);
	for (size_t i = 0; i < findings->count; i++)
		indices[i] = i;
	qsort_r(indices, findings->count, sizeof(*indices), compare, &order);
	return indices;
}

bool advice_insists(char *const *insisted, const char *target, const char *permission)
{
	for (; insisted && *insisted; insisted++)
		if (!strcmp(*insisted, target) || !strcmp(*insisted, permission))
			return true;
	return false;
}

bool advice_is_generic_domain(const char *domain)
{
	return match_words(generic_domains, domain);
}

static char *join(const struct finding *finding, const char *between, const char *prefix)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	if (!out)
		return NULL;
	fputs(prefix, out);
	for (size_t i = 0; i < finding->permission_count; i++)
		fprintf(out, "%s%s", i ? between : "", finding->permissions[i]);
	if (fclose(out) != 0) {
		free(text);
		return NULL;
	}
	return text;
}

char *finding_permissions(const struct finding *finding)
{
	return join(finding, " ", "");
}

char *finding_key(const struct finding *finding)
{
	_cleanup_free_ char *prefix =
		str_printf("%s %s %s ", finding->source, finding->target, finding->tclass);

	return prefix ? join(finding, ",", prefix) : NULL;
}
