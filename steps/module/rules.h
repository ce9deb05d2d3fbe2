/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rules.h - accepted findings -> the rules of a module, with their evidence
 */
#ifndef STEPS_MODULE_RULES_H
#define STEPS_MODULE_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "steps/advice/advice.h"

enum rule_kind { RULE_ALLOW, RULE_DONTAUDIT };

struct rule {
	enum rule_kind kind;
	char *source, *target, *tclass; /* target "self" where it is the source itself */
	bool target_is_attribute;
	char **permissions; /* sorted, each once */
	size_t permission_count;
	char **unobserved; /* of these, those that no event needs: approved companions */
	size_t unobserved_count;
	unsigned int *ioctls; /* the only commands of its ioctl permission; none: all */
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
int rules_from_findings(const struct findings *findings, const struct denials *denials,
			struct rules *rules, struct error *err);
void rules_clear(struct rules *rules);

/* rules_permissions - the permissions of the rules of one kind, added up. */
size_t rules_permissions(const struct rules *rules, enum rule_kind kind);

struct module_header {
	const char *name;    /* "galera" */
	const char *version; /* "1.0" */
	const char *comment; /* lines of plain text, put in a comment at the top */
};

/* For te.c and cil.c: what differs between them. The comments are written by rules_text(). */
struct rules_language {
	const char *comment; /* what begins one: "#" */
	void (*write_head)(FILE *out, const struct module_header *header);
	void (*write_rule)(FILE *out, const struct module_header *header, const struct rule *rule);
};

/* rule_text - "allow SOURCE TARGET:CLASS { PERMISSION... }", of the permissions those that are set
 * in only (NULL: all). New memory (caller frees); NULL: there is none. */
char *rule_text(const struct rule *rule, const bool *only);

/* rules_text - the module in a language, as te_text() and cil_text(). rules_check: -EINVAL when a
 * name in it is not [A-Za-z0-9_.-]+, or a rule has no permission. rules_comment: text as lines of
 * at most 100 columns, each behind mark; no byte of it can end the comment. */
int rules_text(const struct rules_language *language, const struct module_header *header,
	       const struct rules *rules, char **text, struct error *err);
int rules_check(const struct module_header *header, const struct rules *rules, struct error *err);
void rules_comment(FILE *out, const char *mark, const char *text);

/* te_text - the module as checkmodule reads it; new memory (caller frees). The same rules and
 * header give the same bytes. */
int te_text(const struct module_header *header, const struct rules *rules, char **text,
	    struct error *err);
/* cil_text - the same module in CIL, each rule in an optional block of its own. */
int cil_text(const struct module_header *header, const struct rules *rules, char **text,
	     struct error *err);
/* cil_rules - the rules of such a text, as it is in a store: appended to *rules, in its order,
 * without comments. -EINVAL: there is a rule of another form. Caller clears, also on failure. */
int cil_rules(const char *text, struct rules *rules, struct error *err);

#endif
