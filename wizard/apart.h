/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * apart.h - work on bytes that somebody else wrote, in a child process that can only compute
 *
 * A fault in what reads a log, ours or a library's, is then no more than a run that ends with an
 * error: the child can open files to read them, and write to its parent; nothing else: no other
 * file is open, and the kernel refuses it (libseccomp) every system call that would write, start or
 * reach something.
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "wizard/error.h"

/*
 * apart_run - have a child process call work(data, out, err), and give what it wrote to out in new
 * memory (caller frees), NUL-terminated; *length (may be NULL): its bytes. It is as hostile as what
 * was read. name: of that, for the error. Standard input is the child's, too.
 *
 * Returns what work() does, with its error; -EPROTO: the child was ended by a fault; -EINTR: this
 * process was interrupted (process_interrupted()), or the child was.
 */
int apart_run(int (*work)(void *data, FILE *out, struct error *err), void *data, const char *name,
	      char **text, size_t *length, struct error *err);

/* apart_is_held - does this kernel hold the child to that? Else it is a child process only. */
bool apart_is_held(void);
