/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "steps/oracle/policy.h"

#include <string.h>

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

const perm_datum_t *policy_permission(const class_datum_t *class, const char *name)
{
	const perm_datum_t *permission = policy_find(class->permissions.table, name);

	if (!permission && class->comdatum)
		permission = policy_find(class->comdatum->permissions.table, name);
	return permission;
}

uint32_t policy_access(const policydb_t *policy, const char *tclass, const char *permission,
		       uint16_t *class)
{
	const class_datum_t *datum = policy_find(policy->p_classes.table, tclass);
	const perm_datum_t *found = datum ? policy_permission(datum, permission) : NULL;

	*class = datum ? (uint16_t)datum->s.value : 0;
	return found ? UINT32_C(1) << (found->s.value - 1) : 0;
}

/* The member's name is a keyword of C by now, and another one in later releases of libsepol; its
 * place is the same. */
uint32_t condition_boolean(const cond_expr_t *part)
{
	uint32_t words[2];

	_Static_assert(offsetof(cond_expr_t, next) == sizeof(words), "type and boolean come first");
	memcpy(words, part, sizeof(words));
	return words[1];
}

/* It is in reverse polish notation. */
bool condition_holds(const policydb_t *policy, const cond_expr_t *expression, int flipped)
{
	bool stack[COND_EXPR_MAXDEPTH] = { false };
	int top = -1;

	for (; expression; expression = expression->next) {
		if (expression->expr_type == COND_BOOL && top + 1 < COND_EXPR_MAXDEPTH) {
			int number = (int)condition_boolean(expression) - 1;
			bool state = policy->bool_val_to_struct[number]->state;

			stack[++top] = number == flipped ? !state : state;
			continue;
		}
		if (expression->expr_type == COND_NOT && top >= 0) {
			stack[top] = !stack[top];
			continue;
		}
		if (top < 1)
			return false;
		top--;
		switch (expression->expr_type) {
		case COND_OR:
			stack[top] |= stack[top + 1];
			break;
		case COND_AND:
			stack[top] &= stack[top + 1];
			break;
		case COND_XOR:
		case COND_NEQ:
			stack[top] = stack[top] != stack[top + 1];
			break;
		default:
			stack[top] = stack[top] == stack[top + 1];
		}
	}
	return top == 0 && stack[0];
}

static void visit_list(const cond_av_list_t *list, rule_visit *visit, void *data)
{
	for (; list; list = list->next)
		visit(data, &list->node->key, &list->node->datum);
}

void policy_rules(const policydb_t *policy, bool whatever, int flipped, rule_visit *visit,
		  void *data)
{
	for (uint32_t i = 0; i < policy->te_avtab.nslot; i++)
		for (avtab_ptr_t node = policy->te_avtab.htable[i]; node; node = node->next)
			visit(data, &node->key, &node->datum);
	for (const cond_node_t *node = policy->cond_list; node; node = node->next) {
		bool holds = condition_holds(policy, node->expr, flipped);

		if (holds || whatever)
			visit_list(node->true_list, visit, data);
		if (!holds || whatever)
			visit_list(node->false_list, visit, data);
	}
}
