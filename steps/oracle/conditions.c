/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "steps/oracle/private.h"

/* The member's name is a keyword of C by now, and another one in later releases of libsepol; its
 * place is the same. */
uint32_t condition_boolean(const cond_expr_t *part)
{
	uint32_t words[2];

	_Static_assert(offsetof(cond_expr_t, next) == sizeof(words), "type and boolean come first");
	memcpy(words, part, sizeof(words));
	return words[1];
}

/* An expression in reverse polish notation; a boolean that is flipped counts as its other state. */
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
