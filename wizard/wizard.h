/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * wizard.h - a guided, journaled, undoable workflow as a command-line program
 */
#ifndef WIZARD_WIZARD_H
#define WIZARD_WIZARD_H

#include "wizard/step.h"

/* What wizard_main returns; the man page has the same table. */
enum exit_status {
	EXIT_DONE = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_PAUSED = 3,  /* paused, declined or interrupted: start again to resume */
	EXIT_DENIALS = 4, /* denials found that the policy does not allow */
};

/*
 * wizard_main - options -> session -> runner -> exit status, for any workflow. Prints errors, with
 * their remedies, and, where a run stopped before its end, the command that resumes it.
 */
int wizard_main(int argc, char **argv, const struct workflow *workflow);

#endif
