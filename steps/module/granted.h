/* SPDX-License-Identifier: GPL-2.0-or-later */
/* granted.h - a rule, and what a policy says of it: its names, and what it grants by itself */
#pragma once

#include "steps/module/rules.h"
#include "steps/oracle/oracle.h"

/* rule_missing - the first of its names that the policy does not define, "type x_t", in new memory
 * (caller frees); NULL: it defines them all. */
char *rule_missing(struct oracle *oracle, const struct rule *rule);

/*
 * rule_granted - granted[i]: does the policy `of` give the rule's permission i by itself: allow it,
 * or, of a dontaudit rule, allow or silence it? Of an ioctl: each of the rule's commands. *count:
 * how many of them. space: the policy by whose numbers they are compared, see access_of().
 */
int rule_granted(const struct oracle *space, const struct oracle *of, const struct rule *rule,
		 bool *granted, size_t *count, struct error *err);
