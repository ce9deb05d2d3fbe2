/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * executable.h - the label of the server's program, by which it comes into its domain
 */
#pragma once

#include "steps/checking/report.h"

#define EXECUTABLE_TYPE "mysqld_exec_t"

/* executable_look - is it right? Else with the command that mends it. */
int executable_look(struct report *report, struct error *err);
