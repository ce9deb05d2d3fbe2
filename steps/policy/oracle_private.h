/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * oracle_private.h - what the files of the oracle share: the policy's own tables
 */
#ifndef STEPS_POLICY_ORACLE_PRIVATE_H
#define STEPS_POLICY_ORACLE_PRIVATE_H

#include <sepol/policydb/policydb.h>

#include "steps/policy/oracle.h"

struct oracle {
	void *image;
	size_t length;
	/* For names and rules. libsepol's own copy, which judges, cannot be looked into. */
	sepol_policydb_t *policy;
};

/* What libsepol does not export. policy_find: the datum of a name; NULL: none. */
void *policy_find(hashtab_t table, const char *name);
bool policy_bit(const ebitmap_t *map, uint32_t bit);
/* policy_type - a type (TYPE_TYPE) or an attribute (TYPE_ATTRIB); NULL: none of that name. */
const type_datum_t *policy_type(const struct oracle *oracle, const char *name, uint32_t flavor);
const perm_datum_t *policy_permission(const class_datum_t *class, const char *name);

#endif
