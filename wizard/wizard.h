/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * wizard.h - a guided, journaled, undoable workflow as a command-line program
 */
#pragma once

#include "wizard/step.h"

/*
 * wizard_main - options -> session -> runner -> exit status, for any workflow. Prints errors, with
 * their remedies, and, where a run stopped before its end, the command that resumes it.
 */
int wizard_main(int argc, char **argv, const struct workflow *workflow);
