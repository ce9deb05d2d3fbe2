/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * oracle.h - what a policy allows, asked in memory (libsepol)
 *
 * Several may be open; each takes some 12 MB (Debian 12), and 70 ms to open.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "steps/store/store.h"
#include "wizard/error.h"
#include "wizard/strings.h"

struct oracle;

/* oracle_open - from a kernel policy file (policy.NN). -EINVAL: not a policy. */
int oracle_open(struct oracle **oracle, const char *path, struct error *err);
/* oracle_open_image - from such a file's bytes; takes the image (malloc), also on failure. */
int oracle_open_image(struct oracle **oracle, void *image, size_t length, struct error *err);
/* oracle_save - write the policy to a file, for oracle_open(). Errors: as file_write(). */
int oracle_save(const struct oracle *oracle, const char *path, struct error *err);
void oracle_close(struct oracle *oracle);

/* oracle_same - have both the same rules (booleans aside), labels of ports and permissive domains,
 * in tables of whatever order? Their names must have the same numbers, as those of a policy file
 * and of the kernel that has loaded it do. */
bool oracle_same(const struct oracle *one, const struct oracle *other);

enum verdict {
	VERDICT_ALLOWED,
	VERDICT_NO_RULE,    /* no allow rule (type enforcement); what else denies: oracle_suppose */
	VERDICT_CONSTRAINT, /* a constraint (MLS, UBAC) denies it; an allow rule cannot help */
	VERDICT_ROLE,       /* role allow or role-type rules */
	VERDICT_BOUNDS,     /* a bounded domain exceeds its parent */
	VERDICT_UNKNOWN,    /* the policy does not define a name in it */
};

struct judgement {
	enum verdict verdict;
	bool dontaudit;      /* denied and not logged */
	const char *unknown; /* VERDICT_UNKNOWN: which kind: "source context",
			      * "target context", "class", "permission" */
};

/*
 * oracle_judge - one permission of one access. Source and target are each a context as logged
 * ("u:r:t:s0"), or a type, which stands for the system's own context of it. A context that is
 * invalid in this policy only by its user, role or level is tried again with those of a system
 * object or process, so that a log of another host can be judged by its types.
 */
int oracle_judge(struct oracle *oracle, const char *source, const char *target, const char *tclass,
		 const char *permission, struct judgement *judgement, struct error *err);

/*
 * oracle_obstacle - of an access that a rule allows and something else denies: what, as the policy
 * has it, with "(failed)" behind each part that does not hold: "constrain file { create } ((u1 ==
 * u2 (failed)) or (t1 == x (failed)))". Source and target as above. *text: new memory (caller
 * frees), printable, of no more than OBSTACLE_MAX bytes; NULL: nothing denies it.
 */
#define OBSTACLE_MAX 300
int oracle_obstacle(struct oracle *oracle, const char *source, const char *target,
		    const char *tclass, const char *permission, char **text, struct error *err);

/* Names as the policy defines them. An alias of a type counts as the type. */
bool oracle_has_type(struct oracle *oracle, const char *type); /* a type, not an attribute */
bool oracle_has_attribute(struct oracle *oracle, const char *attribute);
bool oracle_type_has_attribute(struct oracle *oracle, const char *type, const char *attribute);
bool oracle_has_class(struct oracle *oracle, const char *tclass);
bool oracle_has_permission(struct oracle *oracle, const char *tclass, const char *permission);
/* oracle_names - add those of the types, or of the permissions of all classes. */
void oracle_names(const struct oracle *oracle, bool permissions, struct strings *names);
bool oracle_is_permissive(struct oracle *oracle, const char *type);

/* oracle_port_type - the type of a port ("tcp", "udp") in this policy, local labels included,
 * borrowed; NULL: unlabelled. */
const char *oracle_port_type(const struct oracle *oracle, const char *proto, unsigned int number);

/* oracle_port_is_usable - may the domain use the port as this policy labels it, or does not: bind
 * it, and of TCP connect to it? */
bool oracle_port_is_usable(struct oracle *oracle, const char *domain, const char *proto,
			   unsigned int number);

/* oracle_port_users - the domains that may connect to TCP ports of a type, or bind them, as the
 * booleans are: added to names, which is sorted then. */
void oracle_port_users(const struct oracle *oracle, const char *type, struct strings *names);

/*
 * oracle_suppose - answer from now on as if the policy had a rule for each of these accesses, and
 * for none of the last call's: so it tells what denies them besides, which libsepol does not look
 * at as long as a rule is missing. Names that the policy does not have are passed over.
 */
struct supposed {
	const char *source, *target, *tclass, *permission;
};
void oracle_suppose(struct oracle *oracle, const struct supposed *accesses, size_t count);

/*
 * oracle_copy_booleans - give oracle the state that each boolean has in from. Compiled modules have
 * the booleans as the modules set them; the administrator's settings are only in the kernel policy.
 */
void oracle_copy_booleans(struct oracle *oracle, const struct oracle *from);

/* A rule of a candidate module, and the neverallow rule of the policy that it breaks; both as CIL,
 * the latter with the expressions in place of the names that stand for them (MODULE_typeattr_N).
 */
struct violation {
	char *rule, *forbidden;
};
struct violations {
	struct violation *items;
	size_t count;
};
void violations_clear(struct violations *violations);

/*
 * oracle_compile - the store's modules and a candidate module (CIL; may be NULL) built in memory,
 * neverallow rules checked. Gives an oracle over the result. Errors: -EINVAL: the candidate does
 * not compile, with libsepol's message; -EPERM: it violates a neverallow, naming the rule, and all
 * its rules that do are in violations (may be NULL; caller clears; each rule once). A neverallow
 * that the modules themselves violate is passed over. Local ports, users and booleans are not in it
 * (see oracle_copy_booleans). Takes 5 s; of an excerpt (excerpt.h) half a second.
 */
int oracle_compile(struct oracle **oracle, const struct store_cil *modules, size_t count,
		   const char *name, const char *candidate, struct violations *violations,
		   struct error *err);

/* oracle_with_module - the policy of base with a module: what there is, when all that is known of a
 * policy is its compiled file. It labels no ports. Errors: -EINVAL as above; neverallow rules are
 * not in such a file. */
int oracle_with_module(const struct oracle *base, const char *name, const char *cil,
		       struct oracle **with, struct error *err);
