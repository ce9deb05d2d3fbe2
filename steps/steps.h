/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * steps.h - the steps and commands of the workflow, each in the file of its name
 */
#ifndef STEPS_STEPS_H
#define STEPS_STEPS_H

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

extern const struct command command_collect;
extern const struct command command_explain;
extern const struct command command_rehearse;

/* summary_print - what was reached; the workflow's summary_of. */
int summary_print(struct session *session, struct error *err);

extern const struct workflow workflow;

#endif
