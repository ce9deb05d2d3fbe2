/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * terminal.h - reads an edited line from the terminal (the only user of libedit)
 */
#ifndef WIZARD_TERMINAL_H
#define WIZARD_TERMINAL_H

#include <stdbool.h>

#include "wizard/error.h"

/* terminal_present - are standard input and standard error a terminal, so that one can ask? */
bool terminal_present(void);

/*
 * terminal_line - show prompt (safe text, one line) on standard error and read a line, with
 * editing, from standard input. *line is in new memory (caller frees), without its newline. What
 * was typed before is thrown away.
 *
 * -EINTR: SIGINT, SIGTERM, SIGHUP (session_interrupted()), end of input or hang-up. However it
 * returns, the terminal is in the mode in which it was, and the cursor at the start of a line.
 * Ctrl-Z stops the program with the terminal restored; the line goes on where it was afterwards.
 */
int terminal_line(const char *prompt, char **line, struct error *err);

#endif
