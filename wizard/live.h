/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * live.h - a line at the bottom of the screen that is drawn anew in place
 *
 * Only on a terminal that can go back in a line, and not with --plain, which is for screen readers
 * and for logs. Everything that screen.h prints stands above it: it takes the line away before.
 */
#ifndef WIZARD_LIVE_H
#define WIZARD_LIVE_H

#include <stdbool.h>

/* live_init - plain: never redraw. Before it is called, nothing is redrawn. */
void live_init(bool plain);

/* live_possible - is there a line that can be redrawn? */
bool live_possible(void);

/* live_show - draw the line: text made safe and cut to the screen's width. Nothing happens where it
 * is not possible. */
void live_show(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* live_clear - take the line away; the cursor is at the begin of an empty line then. */
void live_clear(void);

#endif
