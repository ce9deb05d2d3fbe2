/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * units.h - which systemd unit is the database server's
 */
#ifndef STEPS_HOST_UNITS_H
#define STEPS_HOST_UNITS_H

#include <sys/types.h>

/*
 * names, in all of these: units without ".service", some as patterns ("mariadb@*"),
 * NULL-terminated.
 *
 * host_running_unit - the unit that the process runs in, when it is one of names; new memory
 * (caller frees). NULL: in none of them, or the process is gone.
 */
char *host_running_unit(pid_t pid, const char *const *names);

/*
 * host_installed_unit - by the unit files below root: the instance of a template ("mariadb@node2")
 * where instance is given and a template of names is there; else the first of names that is
 * enabled, or an enabled instance; else the first that is there. An alias gives the name that it
 * stands for; a masked unit is not there. New memory (caller frees); NULL: none.
 */
char *host_installed_unit(const char *root, const char *const *names, const char *instance);

/* units_in_cgroup - as host_running_unit, out of the text of /proc/PID/cgroup. */
char *units_in_cgroup(const char *text, const char *const *names);

#endif
