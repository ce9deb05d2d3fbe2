/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a policy says by itself: names, and the ports. */
#include "steps/oracle/policy.h"

#include <netinet/in.h>
#include <string.h>

#include "steps/oracle/oracle.h"
#include "wizard/util.h"

bool oracle_has_type(struct oracle *oracle, const char *type)
{
	return policy_type(oracle, type, TYPE_TYPE) != NULL;
}

bool oracle_has_attribute(struct oracle *oracle, const char *attribute)
{
	return policy_type(oracle, attribute, TYPE_ATTRIB) != NULL;
}

bool oracle_type_has_attribute(struct oracle *oracle, const char *type, const char *attribute)
{
	const type_datum_t *one = policy_type(oracle, type, TYPE_TYPE);
	const type_datum_t *other = policy_type(oracle, attribute, TYPE_ATTRIB);

	return one && other &&
	       policy_bit(&oracle->policy->p.type_attr_map[one->s.value - 1], other->s.value - 1);
}

bool oracle_is_permissive(struct oracle *oracle, const char *type)
{
	const type_datum_t *datum = policy_type(oracle, type, TYPE_TYPE);

	/* This map alone counts from 1. */
	return datum && policy_bit(&oracle->policy->p.permissive_map, datum->s.value);
}

bool oracle_has_class(struct oracle *oracle, const char *tclass)
{
	return policy_find(oracle->policy->p.p_classes.table, tclass) != NULL;
}

bool oracle_has_permission(struct oracle *oracle, const char *tclass, const char *permission)
{
	uint16_t class;

	return policy_access(&oracle->policy->p, tclass, permission, &class) != 0;
}

static void add_names(const struct hashtab_val *table, bool types, struct strings *names)
{
	for (unsigned int i = 0; i < table->size; i++)
		for (const struct hashtab_node *node = table->htable[i]; node; node = node->next)
			if (!types || ((const type_datum_t *)node->datum)->flavor == TYPE_TYPE)
				strings_add(names, node->key);
}

void oracle_names(const struct oracle *oracle, bool permissions, struct strings *names)
{
	const policydb_t *policy = &oracle->policy->p;

	if (!permissions)
		add_names(policy->p_types.table, true, names);
	for (uint32_t i = 0; permissions && i < policy->p_classes.nprim; i++) {
		const class_datum_t *class = policy->class_val_to_struct[i];

		if (class)
			add_names(class->permissions.table, false, names);
		if (class && class->comdatum)
			add_names(class->comdatum->permissions.table, false, names);
	}
}

/* ---- ports ---------------------------------------------------------------------------------- */

/* As the kernel has it: the first entry that holds the port, local ones standing before ranges. */
const char *oracle_port_type(const struct oracle *oracle, const char *proto, unsigned int number)
{
	const policydb_t *policy = &oracle->policy->p;
	int protocol = !strcmp(proto, "udp") ? IPPROTO_UDP : IPPROTO_TCP;
	const ocontext_t *entry = policy->ocontexts[OCON_PORT];

	while (entry && !(entry->u.port.protocol == protocol && number >= entry->u.port.low_port &&
			  number <= entry->u.port.high_port))
		entry = entry->next;
	return entry ? policy->p_type_val_to_name[entry->context[0].type - 1] : NULL;
}

/* Which sources have rules for one type. */
struct users {
	const policydb_t *policy;
	const ebitmap_t *target; /* the type's attributes, and itself */
	uint16_t class;
	uint32_t mask;
	bool *found; /* by type, from 0 */
};

static void add_users(void *data, const avtab_key_t *key, const avtab_datum_t *datum)
{
	struct users *users = data;
	ebitmap_node_t *node;
	unsigned int bit;

	if (!(key->specified & AVTAB_ALLOWED) || key->target_class != users->class ||
	    !(datum->data & users->mask) || !policy_bit(users->target, key->target_type - 1U))
		return;
	users->found[key->source_type - 1] = true;
	ebitmap_for_each_positive_bit(&users->policy->attr_type_map[key->source_type - 1], node,
				      bit) users->found[bit] = true;
}

void oracle_port_users(const struct oracle *oracle, const char *target, struct strings *names)
{
	const policydb_t *policy = &oracle->policy->p;
	const type_datum_t *type = policy_type(oracle, target, TYPE_TYPE);
	const type_datum_t *domains = policy_type(oracle, "domain", TYPE_ATTRIB);
	_cleanup_free_ bool *found = memory_new(policy->p_types.nprim, sizeof(*found));
	struct users users = { .policy = policy, .found = found };

	users.mask = policy_access(policy, "tcp_socket", "name_connect", &users.class) |
		     policy_access(policy, "tcp_socket", "name_bind", &users.class);
	if (!type || !domains)
		return;
	users.target = &policy->type_attr_map[type->s.value - 1];
	policy_rules(policy, false, -1, add_users, &users);
	for (uint32_t i = 0; i < policy->p_types.nprim; i++)
		if (found[i] && policy_bit(&policy->attr_type_map[domains->s.value - 1], i) &&
		    policy->type_val_to_struct[i]->flavor == TYPE_TYPE)
			strings_add(names, policy->p_type_val_to_name[i]);
	strings_sort(names);
}
