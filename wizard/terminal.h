/* SPDX-License-Identifier: GPL-2.0-or-later */
/* terminal.h - reads an edited line (the only user of libedit) or single keys from the terminal */
#pragma once

#include <stdbool.h>

#include "wizard/error.h"

/* terminal_present - are standard input and standard error a terminal, so that one can ask? */
bool terminal_present(void);

/*
 * terminal_line - show prompt (safe text, one line) on standard error and read a line, with
 * editing, from standard input. *line is in new memory (caller frees), without its newline. What
 * was typed before is thrown away.
 *
 * -EINTR: SIGINT, SIGTERM, SIGHUP (process_interrupted()), end of input or hang-up. However it
 * returns, the terminal is in the mode in which it was, and the cursor at the start of a line.
 * Ctrl-Z stops the program with the terminal restored; the line goes on where it was afterwards.
 */
int terminal_line(const char *prompt, char **line, struct error *err);

/*
 * Single keys, while something else is waited for.
 *
 * Between keys_open() and keys_close() the terminal hands over each key at once and does not show
 * it; Ctrl-C and Ctrl-Z are signals as ever. Ctrl-Z stops the program with the terminal as it was.
 */

/* keys_open - the descriptor to wait for, or -1: there is no terminal to ask at. */
int keys_open(void);
void keys_close(void);

/* keys_read - a key, after the descriptor became readable: '\n' for Enter, letters in lower case;
 * 0: none that counts; -1: end of input. */
int keys_read(void);

/* keys_suspended - has Ctrl-Z been typed? Then keys_suspend() is due, which returns when the
 * program has been resumed. */
bool keys_suspended(void);
void keys_suspend(void);
