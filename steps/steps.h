/* SPDX-License-Identifier: GPL-2.0-or-later */
/* steps.h - the steps and commands of the workflow, each in the file of its name, and what else its
 * table names */
#pragma once

#include "wizard/step.h"

extern const struct step step_check;
extern const struct step step_ports;
extern const struct step step_permissive;
extern const struct step step_exercise;
extern const struct step step_collect;
extern const struct step step_review;
extern const struct step step_build;
extern const struct step step_load;
extern const struct step step_enforce;
extern const struct step step_verify;

extern const struct command command_apply;
extern const struct command command_collect;
extern const struct command command_confine;
extern const struct command command_explain;
extern const struct command command_export;
extern const struct command command_rehearse;
extern const struct command command_report;

/* build_headed - what the step build does, under the header that the session has: the module of
 * whatever is decided or given, compiled in memory, proved, and written. In a session that is only
 * read nothing is written. Returns as a step's apply. */
int build_headed(struct session *session, struct error *err);

/* The workflow's summary_of, standing_of and leave: what was reached, what may be claimed (the
 * ledger's JSON, with "open" where the server is not confined, "limit" as limit_json() has it, and
 * "note" where that has confined it), and what is left open. */
int summary_print(struct session *session, struct error *err);
int summary_standing(struct session *session, json_t **standing, struct error *err);
void summary_leave(struct session *session);

/* monitor_judge - the workflow's verdict_of. Figures: confined, verified (0 or 1), drift (changes
 * by others), denied (accesses of the domain that were denied since it was verified, by the audit
 * log, and that nobody has decided about). Errors: where one of them cannot be found out. */
int monitor_judge(struct session *session, const json_t *report, json_t **verdict,
		  struct error *err);

/* runbook_make - the workflow's runbook, for `plan --cluster`: by this node's configuration and
 * what its session knows of the others. "lines": the nodes, and what is missing of their evidence;
 * beside what is shown, "cluster" (wsrep_cluster_name or null), "nodes": [{"name" or null,
 * "address" or null, "here", "evidence": when it was collected, in seconds, or null}], "ledger": as
 * ledger_cluster(). Each command is escaped for a shell. */
int runbook_make(struct session *session, json_t **runbook, struct error *err);

/* against_report - the workflow's against. path: a compiled policy (policy.NN), or the directory of
 * an unpacked package, or of a system that has it. Modules are put into a scratch copy of this
 * node's store and built, twice, without the module and with it; of a compiled policy neverallow
 * rules are not known. STEP_INCOMPLETE: something will be to do. Nothing is changed. */
int against_report(struct session *session, const char *path, struct error *err);

extern const struct workflow workflow;
