/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * policy.h - the tables of a policy, and what libsepol does not export for looking into them
 *
 * To be included before all else: libsepol has a member "bool", which must not be a macro yet.
 */
#ifndef STEPS_ORACLE_POLICY_H
#define STEPS_ORACLE_POLICY_H

#include <sepol/policydb/conditional.h>
#include <sepol/policydb/policydb.h>
#include <stdbool.h>

struct oracle {
	void *image;
	size_t length;
	unsigned long serial; /* of the image, among all that there were in this process */
	/* For names and rules. libsepol's own copy, which judges, cannot be looked into. */
	sepol_policydb_t *policy;
};

/* policy_find - the datum of a name; NULL: none. */
void *policy_find(hashtab_t table, const char *name);
bool policy_bit(const ebitmap_t *map, uint32_t bit);
/* policy_type - a type (TYPE_TYPE) or an attribute (TYPE_ATTRIB); NULL: none of that name. */
const type_datum_t *policy_type(const struct oracle *oracle, const char *name, uint32_t flavor);
const perm_datum_t *policy_permission(const class_datum_t *class, const char *name);
/* policy_access - the permission's bit; 0: the class does not have it. *class: its number; 0: there
 * is no such class. */
uint32_t policy_access(const policydb_t *policy, const char *tclass, const char *permission,
		       uint16_t *class);

/* condition_boolean - which boolean a part (COND_BOOL) of an expression names, from 1. */
uint32_t condition_boolean(const cond_expr_t *part);
/* condition_holds - of a conditional block, under the booleans as they are; but the one that is
 * flipped (from 0; -1: none) counts as its other state. */
bool condition_holds(const policydb_t *policy, const cond_expr_t *expression, int flipped);

/* policy_rules - visit each rule that is in force, under the booleans as above; whatever: those of
 * both branches of each conditional block. */
typedef void rule_visit(void *data, const avtab_key_t *key, const avtab_datum_t *datum);
void policy_rules(const policydb_t *policy, bool whatever, int flipped, rule_visit *visit,
		  void *data);

#endif
