/* SPDX-License-Identifier: GPL-2.0-or-later */
/* process.h - child programs */
#pragma once

#include "wizard/error.h"

/*
 * process_capture - run argv (argv[0] looked up in PATH) with standard input closed, wait for its
 * end, and give its standard output in new memory (caller frees). Its standard error goes to
 * *messages (may be NULL: dropped; caller frees). Returns its exit status (0..255) or a negative
 * errno when it could not be started (-ENOENT: no such program) or was ended by a signal (-EINTR).
 */
int process_capture(const char *const argv[], char **output, char **messages, struct error *err);
