/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a policy would say if it had some rules more. avtab_insert is not exported by the shared
 * library; but what is written goes through the whole table, and what reads it puts each rule where
 * it belongs. So a new one may stand anywhere, as long as its key is not there already.
 */
#include <string.h>

#include "steps/oracle/private.h"
#include "wizard/util.h"

struct rule {
	avtab_key_t key;
	uint32_t bits;
	bool present;
};

static int compare(const void *one, const void *other)
{
	const avtab_key_t *a = &((const struct rule *)one)->key;
	const avtab_key_t *b = &((const struct rule *)other)->key;

	if (a->source_type != b->source_type)
		return a->source_type < b->source_type ? -1 : 1;
	if (a->target_type != b->target_type)
		return a->target_type < b->target_type ? -1 : 1;
	return (a->target_class > b->target_class) - (a->target_class < b->target_class);
}

static bool translate(const struct oracle *oracle, const struct supposed *access, struct rule *rule)
{
	const type_datum_t *source = policy_type(oracle, access->source, TYPE_TYPE);
	const type_datum_t *target = policy_type(oracle, access->target, TYPE_TYPE);
	const class_datum_t *class = policy_find(oracle->policy->p.p_classes.table, access->tclass);
	const perm_datum_t *permission =
		class ? policy_permission(class, access->permission) : NULL;

	if (!source || !target || !permission)
		return false;
	*rule = (struct rule){ .key = { .source_type = (uint16_t)source->s.value,
					.target_type = (uint16_t)target->s.value,
					.target_class = (uint16_t) class->s.value,
					.specified = AVTAB_ALLOWED },
			       .bits = UINT32_C(1) << (permission->s.value - 1) };
	return true;
}

/* One rule for each source, target and class; how many. */
static size_t merge(struct rule *rules, size_t count)
{
	size_t kept = 0;

	qsort(rules, count, sizeof(*rules), compare);
	for (size_t i = 0; i < count; i++) {
		if (kept && compare(&rules[kept - 1], &rules[i]) == 0)
			rules[kept - 1].bits |= rules[i].bits;
		else
			rules[kept++] = rules[i];
	}
	return kept;
}

static int add(avtab_t *table, struct rule *rules, size_t count)
{
	for (uint32_t i = 0; i < table->nslot; i++)
		for (avtab_ptr_t node = table->htable[i]; node; node = node->next) {
			struct rule key = { .key = node->key };
			struct rule *rule =
				node->key.specified & AVTAB_ALLOWED
					? bsearch(&key, rules, count, sizeof(key), compare)
					: NULL;

			if (!rule)
				continue;
			node->datum.data |= rule->bits;
			rule->present = true;
		}
	for (size_t i = 0; i < count; i++) {
		/* libsepol frees it, with the others. */
		avtab_ptr_t node = rules[i].present ? NULL : calloc(1, sizeof(*node));

		if (rules[i].present)
			continue;
		if (!node)
			return -1;
		node->key = rules[i].key;
		node->datum.data = rules[i].bits;
		node->next = table->htable[0];
		table->htable[0] = node;
		table->nel++;
	}
	return 0;
}

int oracle_suppose(const struct oracle *oracle, const struct supposed *accesses, size_t count,
		   struct oracle **result, struct error *err)
{
	_cleanup_free_ struct rule *rules = calloc(count + 1, sizeof(*rules));
	void *image = malloc(oracle->length);
	struct oracle *with = NULL;
	size_t known = 0;
	int r;

	if (!rules || !image) {
		free(image);
		return error_nomem(err);
	}
	memcpy(image, oracle->image, oracle->length);
	r = oracle_open_image(&with, image, oracle->length, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < count; i++)
		known += translate(with, &accesses[i], &rules[known]);
	if (add(&with->policy->p.te_avtab, rules, merge(rules, known)) < 0)
		r = error_nomem(err);
	if (r == 0)
		r = oracle_renew(with, err);
	if (r < 0)
		oracle_close(with);
	else
		*result = with;
	return r;
}
