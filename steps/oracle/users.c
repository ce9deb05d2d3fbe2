/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "steps/oracle/private.h"
#include "wizard/util.h"

/* Which sources have rules for one type. */
struct users {
	const policydb_t *policy;
	const ebitmap_t *target; /* the type's attributes, and itself */
	uint16_t class;
	uint32_t mask;
	bool *found; /* by type, from 0 */
};

static void add_rule(struct users *users, const avtab_key_t *key, uint32_t data)
{
	ebitmap_node_t *node;
	unsigned int bit;

	if (!(key->specified & AVTAB_ALLOWED) || key->target_class != users->class ||
	    !(data & users->mask) || !policy_bit(users->target, key->target_type - 1U))
		return;
	users->found[key->source_type - 1] = true;
	ebitmap_for_each_positive_bit(&users->policy->attr_type_map[key->source_type - 1], node,
				      bit) users->found[bit] = true;
}

static void add_rules(struct users *users)
{
	const policydb_t *policy = users->policy;

	for (uint32_t i = 0; i < policy->te_avtab.nslot; i++)
		for (avtab_ptr_t node = policy->te_avtab.htable[i]; node; node = node->next)
			add_rule(users, &node->key, node->datum.data);
	for (const cond_node_t *node = policy->cond_list; node; node = node->next) {
		const cond_av_list_t *list = condition_holds(policy, node->expr, -1)
						     ? node->true_list
						     : node->false_list;

		for (; list; list = list->next)
			add_rule(users, &list->node->key, list->node->datum.data);
	}
}

static uint32_t bit_of(const class_datum_t *class, const char *permission)
{
	const perm_datum_t *datum = policy_permission(class, permission);

	return datum ? UINT32_C(1) << (datum->s.value - 1) : 0;
}

static int compare_names(const void *one, const void *other)
{
	return strcmp(*(const char *const *)one, *(const char *const *)other);
}

int oracle_port_users(const struct oracle *oracle, const char *target, const char ***names,
		      size_t *count, struct error *err)
{
	const policydb_t *policy = &oracle->policy->p;
	const type_datum_t *type = policy_type(oracle, target, TYPE_TYPE);
	const type_datum_t *among = policy_type(oracle, "domain", TYPE_ATTRIB);
	const class_datum_t *class = policy_find(policy->p_classes.table, "tcp_socket");
	_cleanup_free_ bool *found = calloc(policy->p_types.nprim, sizeof(*found));
	struct users users = { .policy = policy, .found = found };

	*names = NULL;
	*count = 0;
	if (!type || !among || !class)
		return 0;
	*names = calloc(policy->p_types.nprim, sizeof(**names));
	if (!found || !*names) {
		free(*names);
		return error_nomem(err);
	}
	users.target = &policy->type_attr_map[type->s.value - 1];
	users.class = (uint16_t) class->s.value;
	users.mask = bit_of(class, "name_connect") | bit_of(class, "name_bind");
	add_rules(&users);
	for (uint32_t i = 0; i < policy->p_types.nprim; i++)
		if (found[i] && policy_bit(&policy->attr_type_map[among->s.value - 1], i) &&
		    policy->type_val_to_struct[i]->flavor == TYPE_TYPE)
			(*names)[(*count)++] = policy->p_type_val_to_name[i];
	qsort(*names, *count, sizeof(**names), compare_names);
	return 0;
}
