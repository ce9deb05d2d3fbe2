/* SPDX-License-Identifier: GPL-2.0-or-later */
/* steps.h - the steps and commands of the workflow, each in the file of its name */
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

extern const struct workflow workflow;
