/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ladder.h - the rung of the ladder on which one permission of one denial stands
 */
#pragma once

#include "steps/advice/finding.h"
#include "steps/audit/denial.h"

struct ladder {
	const struct advisor *advisor;
	struct ladder_port *ports; /* the labels of the advisor's ports, each asked once */
};

void ladder_init(struct ladder *ladder, const struct advisor *advisor);
void ladder_clear(struct ladder *ladder);

struct rung {
	enum fix fix;
	bool unknown;            /* the policy does not define a name: nothing else is set then */
	const char *target;      /* the type that it is about; borrowed */
	const char *rule_target; /* FIX_DONTAUDIT: the attribute that a rule is to name; borrowed */
	const char *why;         /* borrowed */
	char *detail;            /* what to do about this one; NULL: the finding's rule */
	int severity;
	const struct known_denial *row; /* what is known of it; borrowed; may be NULL */
	bool silent;                    /* denied, and not logged, by the policy as it is */
	bool known;                     /* a rule: as in struct finding */
	bool unsure;                    /* the row matches a program, and its path is not known */
};

/* ladder_judge - fill *rung; its strings live as long as the ladder, the denial and the tables, but
 * the detail (caller frees). */
int ladder_judge(struct ladder *ladder, const struct denial *denial, const char *permission,
		 struct rung *rung, struct error *err);

/* ladder_ask - one permission of a denial, of a policy, its target taken to be the type target. An
 * ioctl is allowed where its command is, too. Errors: as oracle_judge(). */
int ladder_ask(struct oracle *oracle, const struct denial *denial, const char *target,
	       const char *permission, struct judgement *judgement, struct error *err);

/* ladder_suppose - of a rung of FIX_ALLOW, while the policy supposes the rule: does something else
 * deny it all the same? Then FIX_CONSTRAINT. */
int ladder_suppose(struct ladder *ladder, const struct denial *denial, const char *permission,
		   struct rung *rung, struct error *err);
