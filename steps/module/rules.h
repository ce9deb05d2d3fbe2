/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rules.h - accepted findings -> the rules of a module, with their evidence
 */
#pragma once

#include "steps/advice/finding.h"
#include "steps/audit/denial.h"

enum rule_kind { RULE_ALLOW, RULE_DONTAUDIT };

struct rule {
	enum rule_kind kind;
	char *source, *target, *tclass; /* target "self" where it is the source itself */
	bool target_is_attribute;
	struct strings permissions; /* sorted, each once */
	struct strings unobserved;  /* of these, those that no event needs: approved companions */
	struct strings given;       /* of these, those that another node has evidence of */
	unsigned int *ioctls; /* the only commands of its ioctl permission, sorted; none: all */
	size_t ioctl_count;
	bool all_ioctls; /* some ioctl was seen whose command is not known */
	char *comment;   /* why, and the evidence: lines of plain text */
};

struct rules {
	struct rule *items; /* sorted: allow before dontaudit, then source, target, class */
	size_t count;
};

/* rules_from_findings - those that were decided to be a rule (finding_rule), merged by kind,
 * source, target and class. Appends to *rules and keeps it sorted. */
void rules_from_findings(const struct findings *findings, const struct denials *denials,
			 struct rules *rules);
void rules_clear(struct rules *rules);

/* rules_at - the rule of the kind, source, target ("self" where it is the source) and class that
 * key has; made when there is none. rules_sort - once all are made: in the order of struct rules.
 */
struct rule *rules_at(struct rules *rules, const struct rule *key);
void rules_sort(struct rules *rules);

/* rules_permissions - the permissions of the rules of one kind, added up. */
size_t rules_permissions(const struct rules *rules, enum rule_kind kind);

/* rule_keyword - "allow", "dontaudit". rule_target - the target, where it is "self" the source. */
const char *rule_keyword(const struct rule *rule);
const char *rule_target(const struct rule *rule);
