/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * text.h - rules <-> text: the module as checkmodule reads it, and as the store keeps it
 */
#pragma once

#include <stdio.h>

#include "steps/module/rules.h"

struct module_header {
	const char *name;    /* "galera" */
	const char *version; /* "1.0" */
	const char *comment; /* lines of plain text, put in a comment at the top */
};

/* te_text - the module as checkmodule reads it; new memory (caller frees). The same rules and
 * header give the same bytes. -EINVAL: as rules_check(). */
int te_text(const struct module_header *header, const struct rules *rules, char **text,
	    struct error *err);

/*
 * refpolicy_texts - as a source module, as refpolicy and mysql-selinux have them: MODULE.te and
 * MODULE.if, each in new memory (caller frees). The rules of each source stand in an interface of
 * its own, which the te calls and another module may; those about other modules' types are
 * optional. calls[i]: the interface of another module to be called in place of rule i, see
 * interfaces_find(); NULL: none, as most open more than a rule that was made of what was seen.
 * header: its comment goes into the te. -EINVAL: as rules_check().
 */
int refpolicy_texts(const struct module_header *header, const struct rules *rules,
		    char *const *calls, char **te, char **interfaces, struct error *err);

/* cil_text - the same module in CIL, each rule in an optional block of its own. */
int cil_text(const struct module_header *header, const struct rules *rules, char **text,
	     struct error *err);

/* cil_rules - the rules of such a text, as it is in a store: appended to *rules, in its order,
 * without comments. -EINVAL: there is a rule of another form. Caller clears, also on failure. */
int cil_rules(const char *text, struct rules *rules, struct error *err);

/* rule_text - "allow SOURCE TARGET:CLASS { PERMISSION... }", of the permissions those that are set
 * in only (NULL: all). New memory (caller frees). */
char *rule_text(const struct rule *rule, const bool *only);

/* rules_check - -EINVAL: a name is not [A-Za-z0-9_.-]+, or a rule has no permission. */
int rules_check(const struct module_header *header, const struct rules *rules, struct error *err);

/* rules_comment - text as lines of at most 100 columns, each behind mark; no byte of it can end the
 * comment. text may be NULL. */
void rules_comment(FILE *out, const char *mark, const char *text);
