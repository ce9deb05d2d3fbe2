/* SPDX-License-Identifier: GPL-2.0-or-later */
/* manager.h - what systemd says of its units (libsystemd, by D-Bus) */
#pragma once

#include <sys/types.h>

/* The main process of the system's unit, named without ".service". 0: it has none, or systemd does
 * not say (as in a container). */
pid_t host_main_pid(const char *unit);
