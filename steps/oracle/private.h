/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * private.h - what the files of the oracle share: the policy's own tables
 */
#ifndef STEPS_ORACLE_PRIVATE_H
#define STEPS_ORACLE_PRIVATE_H

#include <sepol/policydb/conditional.h>
#include <sepol/policydb/policydb.h>

#include "steps/oracle/access.h"

struct oracle {
	void *image;
	size_t length;
	/* For names and rules. libsepol's own copy, which judges, cannot be looked into. */
	sepol_policydb_t *policy;
};

/* oracle_renew - our own copy was changed: what judges shall know it, too. */
int oracle_renew(struct oracle *oracle, struct error *err);

/* What libsepol does not export. policy_find: the datum of a name; NULL: none. */
void *policy_find(hashtab_t table, const char *name);
bool policy_bit(const ebitmap_t *map, uint32_t bit);
/* policy_type - a type (TYPE_TYPE) or an attribute (TYPE_ATTRIB); NULL: none of that name. */
const type_datum_t *policy_type(const struct oracle *oracle, const char *name, uint32_t flavor);
const perm_datum_t *policy_permission(const class_datum_t *class, const char *name);

struct access_set {
	const policydb_t *space;
	uint32_t *bits; /* by type and class: the permissions */
};
/* access_read - as access_of(); the boolean `flipped` (from 0; -1: none) counts as its other state.
 */
int access_read(const struct oracle *space, const struct oracle *of, const char *source,
		enum access_kind kind, int flipped, struct access_set **set, struct error *err);

/* condition_boolean - which boolean a part (COND_BOOL) of an expression names, from 1. */
uint32_t condition_boolean(const cond_expr_t *part);
/* condition_holds - of a conditional block, under the booleans as they are, but for one. */
bool condition_holds(const policydb_t *policy, const cond_expr_t *expression, int flipped);

#endif
