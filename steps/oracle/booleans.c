/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "steps/oracle/private.h"
#include "wizard/util.h"

int access_opened(const struct oracle *oracle, const char *source, const char *boolean,
		  struct access_set **result, struct error *err)
{
	const cond_bool_datum_t *datum = policy_find(oracle->policy->p.p_bools.table, boolean);
	struct access_set *now, *then;
	int r = access_of(oracle, oracle, source, ACCESS_ALLOWED, &now, err);

	if (r < 0)
		return r;
	r = access_read(oracle, oracle, source, ACCESS_ALLOWED,
			datum ? (int)datum->s.value - 1 : -1, &then, err);
	if (r == 0)
		access_subtract(then, now);
	access_free(now);
	if (r == 0)
		*result = then;
	return r;
}

/* The access that is asked about, in numbers. */
struct asked {
	const policydb_t *policy;
	const ebitmap_t *source, *target;
	uint16_t class;
	uint32_t mask;
};

static bool asked_init(struct asked *asked, const struct oracle *oracle, const char *source,
		       const char *target, const char *tclass, const char *permission)
{
	const policydb_t *policy = &oracle->policy->p;
	const type_datum_t *from = policy_type(oracle, source, TYPE_TYPE);
	const type_datum_t *to = policy_type(oracle, target, TYPE_TYPE);
	const class_datum_t *class = policy_find(policy->p_classes.table, tclass);
	const perm_datum_t *datum = class ? policy_permission(class, permission) : NULL;

	if (!from || !to || !datum)
		return false;
	*asked = (struct asked){ .policy = policy,
				 .source = &policy->type_attr_map[from->s.value - 1],
				 .target = &policy->type_attr_map[to->s.value - 1],
				 .class = (uint16_t) class->s.value,
				 .mask = UINT32_C(1) << (datum->s.value - 1) };
	return true;
}

static bool key_matches(const struct asked *asked, const avtab_key_t *key)
{
	return key->target_class == asked->class &&
	       policy_bit(asked->source, key->source_type - 1U) &&
	       policy_bit(asked->target, key->target_type - 1U);
}

static bool list_grants(const struct asked *asked, const cond_av_list_t *list)
{
	for (; list; list = list->next)
		if ((list->node->key.specified & AVTAB_ALLOWED) &&
		    (list->node->datum.data & asked->mask) && key_matches(asked, &list->node->key))
			return true;
	return false;
}

static int add_boolean(const struct asked *asked, uint32_t number, struct access_boolean **booleans,
		       size_t *count)
{
	const char *name = asked->policy->p_bool_val_to_name[number];
	struct access_boolean *boolean;

	for (size_t i = 0; i < *count; i++)
		if ((*booleans)[i].name == name)
			return 0;
	boolean = array_push(booleans, count, sizeof(*boolean));
	if (!boolean)
		return -ENOMEM;
	*boolean =
		(struct access_boolean){ name, !asked->policy->bool_val_to_struct[number]->state };
	return 0;
}

int access_booleans(const struct oracle *oracle, const char *source, const char *target,
		    const char *tclass, const char *permission, struct access_boolean **booleans,
		    size_t *count, struct error *err)
{
	struct asked asked;

	*booleans = NULL;
	*count = 0;
	if (!asked_init(&asked, oracle, source, target, tclass, permission))
		return 0;
	for (const cond_node_t *node = asked.policy->cond_list; node; node = node->next) {
		bool by_true = list_grants(&asked, node->true_list);
		bool by_false = list_grants(&asked, node->false_list);

		if (by_true == by_false)
			continue;
		for (const cond_expr_t *part = node->expr; part; part = part->next) {
			uint32_t number = condition_boolean(part) - 1;

			if (part->expr_type != COND_BOOL ||
			    condition_holds(asked.policy, node->expr, (int)number) != by_true)
				continue;
			if (add_boolean(&asked, number, booleans, count) < 0)
				return error_nomem(err);
		}
	}
	return 0;
}

/* ---- extended permissions -------------------------------------------------------------------- */

static bool xperms_have(const avtab_extended_perms_t *xperms, unsigned int command)
{
	unsigned int driver = command >> 8 & 0xff, function = command & 0xff;

	if (xperms->specified == AVTAB_XPERMS_IOCTLDRIVER)
		return xperms->perms[driver / 32] >> driver % 32 & 1;
	return xperms->driver == driver && xperms->perms[function / 32] >> function % 32 & 1;
}

bool access_ioctl_denied(const struct oracle *oracle, const char *source, const char *target,
			 const char *tclass, unsigned int command)
{
	struct asked asked;
	bool limited = false;

	if (!asked_init(&asked, oracle, source, target, tclass, "ioctl"))
		return false;
	for (uint32_t i = 0; i < asked.policy->te_avtab.nslot; i++)
		for (avtab_ptr_t node = asked.policy->te_avtab.htable[i]; node; node = node->next) {
			if (!(node->key.specified & AVTAB_XPERMS_ALLOWED) || !node->datum.xperms ||
			    !key_matches(&asked, &node->key))
				continue;
			if (xperms_have(node->datum.xperms, command))
				return false;
			limited = true;
		}
	return limited;
}
