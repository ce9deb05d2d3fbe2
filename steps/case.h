/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * case.h - the module in the making: evidence -> denials -> findings -> rules -> text
 *
 * What review, build, load and verify share. Evidence is a list of logs that the session keeps; all
 * else follows from it, from the policy without our module, and from the operator's decisions.
 */
#pragma once

#include "steps/advice/finding.h"
#include "steps/audit/denial.h"
#include "steps/host/selinux.h"
#include "steps/module/text.h"
#include "wizard/session.h"

#define CASE_DECIDE_AGAIN "run review build --decide-again" /* for node_command() */

/* case_advisor_of - what is the same whoever asks: the policy, Galera's tables, the options. The
 * labels of ports and files are the caller's to add. */
struct advisor case_advisor_of(struct oracle *oracle, const struct advice_port *ports,
			       size_t port_count);

/* case_judge - as advice_judge(): by the policy without our module, and this node. */
int case_judge(struct session *session, const struct denials *denials, struct findings *findings,
	       struct error *err);

/* case_path_label - as advisor.path_label, out of the labels that a policy wants. */
int case_path_label(struct file_labels *labels, const char *path, const char *tclass, char **type,
		    struct error *err);

/* case_read - the denials of sources, a JSON array of {"path", "origin"}, and "node" where it is
 * known: appended to *denials. */
int case_read(struct session *session, const json_t *sources, struct denials *denials,
	      struct error *err);

/*
 * case_findings - what has been collected, judged against the policy without our module, with the
 * decisions made so far. Borrowed, until the collection or a decision changes. denials may be NULL.
 */
int case_findings(struct session *session, const struct findings **findings,
		  const struct denials **denials, struct error *err);

/* case_decide_all - put into findings the remembered decisions, and what the policy is known to
 * forbid: sorted anew where that changes a fix. */
void case_decide_all(struct session *session, struct findings *findings);

/* case_decide - remember the operator's decision on a finding of case_findings(); companions:
 * on its companion permissions, too. */
int case_decide(struct session *session, const struct finding *finding, enum decision decision,
		bool companions, struct error *err);

/* case_forbid - remember what the module's rules break, so that their findings are refused from
 * now on, and to be noted in review. *fresh: is there any that was not known? None is, where the
 * operator insists (--allow-dangerous). */
int case_forbid(struct session *session, const struct violations *violations, bool *fresh,
		struct error *err);

/* case_pending - is what was built another module than the one that is loaded? */
int case_pending(struct session *session, bool *pending, struct error *err);

/* case_rules - the rules of the accepted findings. Caller clears. */
int case_rules(struct session *session, struct rules *rules, struct error *err);
/* case_texts - the module's two texts; new memory (caller frees); NULL when there are no
 * rules. */
int case_texts(struct session *session, const struct module_header *header, char **te, char **cil,
	       struct error *err);
