/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * server.h - the database server's process and files on this machine
 */
#ifndef STEPS_HOST_SERVER_H
#define STEPS_HOST_SERVER_H

#include <stdint.h>
#include <sys/types.h>

#include "wizard/error.h"

struct server_process {
	pid_t pid;     /* 0: no server runs */
	char *exe;     /* /proc/PID/exe */
	char *name;    /* mariadbd, mysqld, ... */
	size_t others; /* further servers that run here */
};

/* host_find_server - the oldest process whose executable is named one of names (NULL-terminated).
 * The strings are owned by *process; clear with server_process_clear. */
int host_find_server(const char *const *names, struct server_process *process, struct error *err);
void server_process_clear(struct server_process *process);

/* host_program_path - first executable of that name in the usual directories below root; a path
 * without the root, new memory (caller frees); NULL: none. */
char *host_program_path(const char *root, const char *const *names);

/* host_free_bytes - free space, for a user, on path's file system. */
int host_free_bytes(const char *path, uint64_t *bytes, struct error *err);
/* host_tree_bytes - disk space that a directory's files take, one file system; symbolic links not
 * followed. */
int host_tree_bytes(const char *path, uint64_t *bytes, struct error *err);

/*
 * Which systemd unit is it? names, in all of these: units without ".service", some as patterns
 * ("mariadb@*"), NULL-terminated.
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
