/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * server.h - the database server's process and files on this machine
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "wizard/error.h"

struct server_process {
	pid_t pid;                  /* 0: no server runs */
	char *exe;                  /* /proc/PID/exe */
	char *name;                 /* mariadbd, mysqld, ... */
	char *unit;                 /* the system's unit that it is of, "mariadb"; NULL: of none */
	bool is_main;               /* systemd calls it the unit's main process */
	unsigned long long started; /* clock ticks since boot */
	size_t others;              /* further servers that run here */
};

/*
 * The database server: a process whose executable is named one of names, in one of units (as
 * below). Of several: one of that instance (may be NULL) of a unit; else the unit's main process;
 * else the oldest. Where none is in a unit, one that a system account or the caller runs. Processes
 * of containers, and of other users, are none; those of one unit are one server.
 */
int host_find_server(const char *const *names, const char *const *units, const char *instance,
		     struct server_process *process, struct error *err);
void server_process_clear(struct server_process *process);
/* Is it that instance of a template unit, as mariadb@node2 is node2? */
bool server_is_instance(const struct server_process *process, const char *instance);

/* A process, told from a later one that has its number. */
struct server_life {
	pid_t pid;                  /* 0: none */
	unsigned long long started; /* clock ticks since boot */
};

/*
 * The oldest of such processes that works in data, a server's data directory (it makes it its
 * current one), and belongs to the owner of that or of its grastate.dat; life->pid 0: none. pid:
 * only this one; 0: any. Of a scratch root it is those that the root's own /proc has.
 */
int host_server_of(const char *root, const char *data, const char *const *names, long pid,
		   struct server_life *life, struct error *err);

/* The first executable of these names in the usual directories below root; without the root, caller
 * frees; NULL: none. */
char *host_program_path(const char *root, const char *const *names);

/* Free space, for a user, on path's file system. */
int host_free_bytes(const char *path, uint64_t *bytes, struct error *err);
/* Disk space that a directory's files take, one file system; symbolic links not followed. */
int host_tree_bytes(const char *path, uint64_t *bytes, struct error *err);

/*
 * Which systemd unit is it? names, in all of these: units without ".service", some as patterns
 * ("mariadb@*"), NULL-terminated. New memory (caller frees); NULL: none.
 *
 * host_running_unit - the one of the system's manager that the process runs in, not a user's own or
 * a container's.
 * units_in_cgroup - likewise, out of the text of /proc/PID/cgroup.
 * host_installed_unit - by the unit files below root: the instance of a template ("mariadb@node2")
 * where instance is given and a template of names is there; else the first of names that is
 * enabled, or an enabled instance; else the first that is there. An alias gives the name that it
 * stands for; a masked unit is not there.
 */
char *host_running_unit(pid_t pid, const char *const *names);
char *units_in_cgroup(const char *text, const char *const *names);
char *host_installed_unit(const char *root, const char *const *names, const char *instance);
