/* SPDX-License-Identifier: GPL-2.0-or-later */
/* manager.h - what systemd says of its units (libsystemd, by D-Bus) */
#pragma once

#include <sys/types.h>

#include "wizard/strings.h"

/* The main process of the system's unit, named without ".service". 0: it has none, or systemd does
 * not say (as in a container). */
pid_t host_main_pid(const char *unit);

/* Add the words that the unit's programs are started with, and those of the variables that it sets
 * (Environment=, and EnvironmentFile= where only root can write it), out of which command lines are
 * made: the server's options are among them. A later word stands over an earlier one. None where
 * systemd does not say. */
void host_unit_words(const char *unit, struct strings *words);
