/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <netinet/in.h>
#include <string.h>

#include "steps/oracle/private.h"
#include "wizard/util.h"

/* hashtab_search is not exported by the shared library, but the table brings its own functions. */
void *policy_find(hashtab_t table, const char *name)
{
	hashtab_ptr_t node = table->htable[table->hash_value(table, name)];

	while (node && table->keycmp(table, name, node->key) != 0)
		node = node->next;
	return node ? node->datum : NULL;
}

bool policy_bit(const ebitmap_t *map, uint32_t bit)
{
	const ebitmap_node_t *node = map->node;

	while (node && bit >= node->startbit + MAPSIZE)
		node = node->next;
	return node && bit >= node->startbit && ebitmap_node_get_bit(node, bit);
}

const type_datum_t *policy_type(const struct oracle *oracle, const char *name, uint32_t flavor)
{
	const type_datum_t *type = policy_find(oracle->policy->p.p_types.table, name);

	return type && type->flavor == flavor ? type : NULL;
}

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

const perm_datum_t *policy_permission(const class_datum_t *class, const char *name)
{
	const perm_datum_t *permission = policy_find(class->permissions.table, name);

	if (!permission && class->comdatum)
		permission = policy_find(class->comdatum->permissions.table, name);
	return permission;
}

bool oracle_has_permission(struct oracle *oracle, const char *tclass, const char *permission)
{
	const class_datum_t *class = policy_find(oracle->policy->p.p_classes.table, tclass);

	return class && policy_permission(class, permission);
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

/* As the kernel has it: the first entry that holds the port, local ones standing before ranges. */
int oracle_port_type(struct oracle *oracle, const char *proto, unsigned int number, char **type,
		     struct error *err)
{
	const policydb_t *policy = &oracle->policy->p;
	int protocol = !strcmp(proto, "udp") ? IPPROTO_UDP : IPPROTO_TCP;
	const ocontext_t *entry = policy->ocontexts[OCON_PORT];

	*type = NULL;
	while (entry && !(entry->u.port.protocol == protocol && number >= entry->u.port.low_port &&
			  number <= entry->u.port.high_port))
		entry = entry->next;
	if (!entry)
		return 0;
	*type = strdup(policy->p_type_val_to_name[entry->context[0].type - 1]);
	return *type ? 0 : error_nomem(err);
}
