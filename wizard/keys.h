/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * keys.h - single keys from the terminal, while something else is waited for
 *
 * Between keys_open() and keys_close() the terminal hands over each key at once and does not show
 * it; Ctrl-C and Ctrl-Z are signals as ever. Ctrl-Z stops the program with the terminal as it was.
 */
#ifndef WIZARD_KEYS_H
#define WIZARD_KEYS_H

#include <stdbool.h>

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

#endif
