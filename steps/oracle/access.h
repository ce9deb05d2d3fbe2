/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * access.h - everything that a domain may do, as a set
 *
 * By the rules of type enforcement alone, attributes taken apart, over every type and class of a
 * policy. A set is numbered as one policy (its space) is, so that the sets of two policies can be
 * compared, name by name.
 */
#pragma once

#include "steps/oracle/oracle.h"

enum access_kind {
	ACCESS_ALLOWED,  /* allow rules, the conditional ones as the booleans are */
	ACCESS_POSSIBLE, /* allow rules, the conditional ones of whatever state */
	ACCESS_SILENCED, /* dontaudit rules, the conditional ones as the booleans are */
};

struct access_set;

/*
 * access_of - what source may do by the policy `of`, numbered as `space`. Both must stay open as
 * long as the set. A source that `of` does not have may do nothing. -ENOTUNIQ: `of` grants
 * something that `space` has no name for.
 */
int access_of(const struct oracle *space, const struct oracle *of, const char *source,
	      enum access_kind kind, struct access_set **set, struct error *err);
/*
 * access_gained - how many accesses source has by the policy `with` and not by base. What is done
 * to types that base does not have is not among them: the rules of attributes give that to any new
 * type.
 */
size_t access_gained(const struct oracle *base, const struct oracle *with, const char *source,
		     enum access_kind kind);
/* access_new - the empty set. Caller frees, as all sets here, by access_free: a clean-up helper. */
struct access_set *access_new(const struct oracle *space);
void access_free(struct access_set **set);

/* access_add - a permission on a type, or on each type of an attribute. Names that the space does
 * not have are passed over. */
void access_add(struct access_set *set, const char *target, const char *tclass,
		const char *permission);

/* access_subtract - take out of set what is in other, of the same space. */
void access_subtract(struct access_set *set, const struct access_set *other);

/* access_count - how many accesses (type, class, permission) are in set and not in without (may be
 * NULL: all). access_types - to how many types. access_first - one of them; false: there is none.
 * Names are borrowed. */
struct access_names {
	const char *target, *tclass, *permission;
};
size_t access_count(const struct access_set *set, const struct access_set *without);
size_t access_types(const struct access_set *set, const struct access_set *without);
bool access_first(const struct access_set *set, const struct access_set *without,
		  struct access_names *access);

/* ---- booleans ------------------------------------------------------------------------------- */

struct access_boolean {
	const char *name; /* borrowed from the oracle */
	bool state;       /* to be set to */
};

/* access_booleans - each boolean that alone, were it changed, would allow it: *count of them in new
 * memory (caller frees), or NULL. */
struct access_boolean *access_booleans(const struct oracle *oracle, const char *source,
				       const char *target, const char *tclass,
				       const char *permission, size_t *count);

/* access_opened - what source may do once a boolean of the policy is changed, and may not now. */
struct access_set *access_opened(const struct oracle *oracle, const char *source,
				 const char *boolean);

/* ---- extended permissions ------------------------------------------------------------------- */

/* access_ioctl - of an ioctl that a rule allows: is this command left out by the policy's
 * allowxperm rules for source, target and class? Without such rules every command is allowed. */
bool access_ioctl_denied(const struct oracle *oracle, const char *source, const char *target,
			 const char *tclass, unsigned int command);
