/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * policy.h - looking into the tables of a policy
 *
 * To be included before all else: libsepol has a member "bool", which must not be a macro yet.
 */
#pragma once

#include <sepol/policydb/conditional.h>
#include <sepol/policydb/policydb.h>
#include <stdbool.h>

struct oracle {
	sepol_policydb_t *policy;
	sidtab_t sids; /* the contexts that it was asked about */
	struct supposition {
		avtab_datum_t *rule;
		uint32_t before; /* what it allows without the supposition */
	} * suppositions;
	size_t supposition_count;
};

/* policy_type - a type (TYPE_TYPE) or an attribute (TYPE_ATTRIB); NULL: none of that name. */
const type_datum_t *policy_type(const struct oracle *oracle, const char *name, uint32_t flavor);
const perm_datum_t *policy_permission(const class_datum_t *class, const char *name);
/* policy_access - the permission's bit; 0: the class does not have it. *class: its number; 0: there
 * is no such class. */
uint32_t policy_access(const policydb_t *policy, const char *tclass, const char *permission,
		       uint16_t *class);

/* policy_rules - visit each rule that is in force, as the booleans are; whatever: those of both
 * branches of each conditional block. */
typedef int rule_visit(avtab_key_t *key, avtab_datum_t *datum, void *data);
void policy_rules(policydb_t *policy, bool whatever, rule_visit *visit, void *data);
