/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * proof.h - a module is not narrower than its findings, not wider than its rules, and no rule is
 * without evidence
 */
#pragma once

#include "steps/module/rules.h"
#include "steps/oracle/oracle.h"

struct replay {
	size_t replayed;   /* denied permissions, one by one */
	size_t allowed;    /* the policy allows them */
	size_t silenced;   /* denied and not logged */
	size_t left;       /* denied and logged, as was decided or as another fix will settle */
	size_t broken;     /* accepted, and yet not as accepted */
	char failure[768]; /* the first broken one, and why */
};

/* proof_replay - each denial behind findings, against the policy of oracle. */
int proof_replay(struct oracle *oracle, const struct findings *findings,
		 const struct denials *denials, struct replay *replay, struct error *err);

struct comparison {
	size_t compared; /* accesses that the domains have with the module, all of them looked at */
	size_t opened;   /* of these, those that it opens: exactly the approved rules */
	size_t silenced; /* denied accesses that are no longer logged, with the module, ... */
	size_t silenced_types; /* ... to so many types */
	size_t unobserved; /* permissions approved as companions, without an event of their own */
	size_t given;      /* permissions that another node has evidence of, and this one has not */
	size_t broken;
	char failure[512]; /* the first that is broken, and why */
};

/*
 * proof_width - compare everything that the rules' sources, and the domains (NULL-terminated), may
 * do by the policy base and by the policy with the module, over all types and classes: the
 * difference is to be what the rules say, neither more nor less. Every permission of a rule is to
 * be needed by an event behind an accepted finding, but for approved companions and what is given;
 * no allow rule may name an attribute. What does not hold is counted in broken and told in failure;
 * an error is that it could not be looked at.
 */
int proof_width(const struct oracle *base, const struct oracle *with, const char *const *domains,
		const struct rules *rules, const struct findings *findings,
		const struct denials *denials, struct comparison *proof, struct error *err);

/* proof_belongs - is the rule made of this finding, among others? */
bool proof_belongs(const struct rule *rule, const struct finding *finding);

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

/* Where, and on how many nodes, a rule was seen. */
struct coverage {
	size_t denials, nodes;
	char *names; /* of the origins: "sst, ist", printable; caller frees */
};
struct coverage proof_coverage(const struct rule *rule, const struct findings *findings,
			       const struct denials *denials);
