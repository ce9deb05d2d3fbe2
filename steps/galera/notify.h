/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * notify.h - wsrep_notify_cmd: which script it runs
 */
#ifndef STEPS_GALERA_NOTIFY_H
#define STEPS_GALERA_NOTIFY_H

/*
 * galera_notify_script - the path of the script that the command runs, where it can be told for
 * sure: the server hands "COMMAND --status ..." to `sh -c`, so the command has to be an absolute
 * path, with plain words behind it at most. New memory (caller frees), or NULL: *why says why it
 * cannot ("it is more than the path of a script"; static), or is NULL, too: no memory.
 *
 * What every program of the system may run (/usr/bin and such) is none: it is an interpreter, or is
 * not the notify command's alone.
 */
char *galera_notify_script(const char *command, const char **why);

#endif
