/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * drift.h - what a policy upgrade, or somebody else, has made of what the workflow reached
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "wizard/session.h"

struct oracle;
struct rule;

/* A policy with our module, and without it. */
struct drift_policies {
	struct oracle *with, *base;
	bool silences; /* dontaudit rules are in force: no `semodule -DB` */
};

/* drift_policies - both stay the caller's; looks whether they silence anything. */
int drift_policies(struct oracle *with, struct oracle *base, const char *domain,
		   struct drift_policies *policies, struct error *err);

/* drift_of_rule - what has become of one of the module's rules: appends as drift_find() does, of
 * the kinds rule-dropped and rule-unneeded; nothing where it is needed, and there. */
int drift_of_rule(const struct drift_policies *policies, const struct rule *rule, json_t *changes,
		  struct error *err);

/* drift_settle - the workflow's settle: remember the labels that the policy itself gives. */
int drift_settle(struct session *session, struct error *err);

/* The plan of the step that labels ports and files: what it would do now. */
typedef int drift_plan(struct session *session, json_t *changes, struct error *err);

/*
 * drift_find - nothing before a module was loaded, or the end reached. Kinds:
 *   module-removed, module-disabled, module-shadowed, module-changed
 *   module-enabled another module, which ours replaces, is enabled again
 *   rule-dropped   the policy does not define one of its names any more, or is without it
 *   rule-unneeded  the policy allows (or silences) it without the module now
 *   label-lost     a port or file has not the label that it was given: plan (NULL: not asked)
 *   policy-unloaded the kernel has another policy than the one that was built last
 *   label-base     the policy itself gives another one than before
 */
int drift_find(struct session *session, drift_plan *plan, json_t *changes, struct error *err);
