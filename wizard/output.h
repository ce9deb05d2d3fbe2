/* SPDX-License-Identifier: GPL-2.0-or-later */
/* output.h - a file that the operator names as a command's output */
#pragma once

#include <sys/types.h>

#include "wizard/session.h"

/* output_is_stdout - is "-" given? */
bool output_is_stdout(const char *path);

/* output_guard - -EINVAL where path is the same file as input ("-": standard input), by whatever
 * name; `what` says what that is: "the log that is read". An input that is not there is none. */
int output_guard(const char *path, const char *input, const char *what, struct error *err);

/* output_write - "-", and what else standard output is called (/dev/stdout), is standard output. A
 * new file gets mode. A symbolic link is followed; a device node or a pipe is written to. A file
 * that is there is written into, so that its owner, mode, label and other names stay, with --force
 * or a yes to the question output.replace; else -EEXIST. Errors: as open(2) and write(2); the room
 * that a file needs is reserved before its content is touched. */
int output_write(struct session *session, const char *path, const void *bytes, size_t length,
		 mode_t mode, struct error *err);
