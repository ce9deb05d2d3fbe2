/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "steps/oracle/policy.h"

const type_datum_t *policy_type(const struct oracle *oracle, const char *name, uint32_t flavor)
{
	const type_datum_t *type = hashtab_search(oracle->policy->p.p_types.table, name);

	return type && type->flavor == flavor ? type : NULL;
}

const perm_datum_t *policy_permission(const class_datum_t *class, const char *name)
{
	const perm_datum_t *permission = hashtab_search(class->permissions.table, name);

	if (!permission && class->comdatum)
		permission = hashtab_search(class->comdatum->permissions.table, name);
	return permission;
}

uint32_t policy_access(const policydb_t *policy, const char *tclass, const char *permission,
		       uint16_t *class)
{
	const class_datum_t *datum = hashtab_search(policy->p_classes.table, tclass);
	const perm_datum_t *found = datum ? policy_permission(datum, permission) : NULL;

	*class = datum ? (uint16_t)datum->s.value : 0;
	return found ? UINT32_C(1) << (found->s.value - 1) : 0;
}

static void visit_list(cond_av_list_t *list, rule_visit *visit, void *data)
{
	for (; list; list = list->next)
		visit(&list->node->key, &list->node->datum, data);
}

void policy_rules(policydb_t *policy, bool whatever, rule_visit *visit, void *data)
{
	avtab_map(&policy->te_avtab, visit, data);
	for (cond_node_t *node = policy->cond_list; node; node = node->next) {
		bool holds = cond_evaluate_expr(policy, node->expr) > 0;

		if (holds || whatever)
			visit_list(node->true_list, visit, data);
		if (!holds || whatever)
			visit_list(node->false_list, visit, data);
	}
}
