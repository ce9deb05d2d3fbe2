/* SPDX-License-Identifier: GPL-2.0-or-later */
/* process.h - this process's environment and signals; child programs */
#pragma once

#include <stdbool.h>

#include "wizard/error.h"

/*
 * What a caller's environment says is not believed: it may come from an account that is less than
 * root, through sudo or su, and libraries and programs open what it names (LD_*, LOCPATH, HOME,
 * MYSQL_HOME, TMPDIR, ...).
 *
 * process_clean - before anything else is done: of this process's environment only what says how a
 * person sees text, or who it is, stays: COLUMNS, LANG, LC_ALL, LC_CTYPE, LINES, NO_COLOR,
 * SUDO_USER, TERM, TZ; where its value could be a path, it goes, too.
 */
void process_clean(void);

/*
 * process_capture - run argv with standard input closed, wait for its end, and give its standard
 * output in new memory (caller frees). argv[0] is a path, or the name of a program of the system,
 * in /usr/sbin, /usr/bin, /sbin, /bin, /usr/local/sbin or /usr/local/bin, which nobody else may be
 * able to change (trust.h); its environment is the same for every caller. Its standard error goes
 * to *messages (may be NULL: dropped; caller frees). Returns its exit status (0..255) or a negative
 * errno when it could not be started (-ENOENT: no such program) or was ended by a signal (-EINTR).
 */
int process_capture(const char *const argv[], char **output, char **messages, struct error *err);

/* process_watch_signals - from now on SIGINT, SIGTERM and SIGHUP make process_interrupted() true;
 * they also end a blocking system call. SIGPIPE is ignored. */
void process_watch_signals(void);

/* process_interrupted - has SIGINT, SIGTERM or SIGHUP come? Prompts return -EINTR then; a step with
 * a long loop of its own asks here and returns -EINTR. wizard_main() turns that into exit 3 and
 * prints how to resume. */
bool process_interrupted(void);
