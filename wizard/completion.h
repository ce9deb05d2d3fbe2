/* SPDX-License-Identifier: GPL-2.0-or-later */
/* completion.h - what a shell may offer, from the tables of commands, options, questions and steps
 */
#pragma once

#include "wizard/options.h"

/* completion_print - print for a shell the script that makes it ask this program. Or, of arguments
 * that begin with "words": those that can stand in the place of the last one, each a line, a tab
 * and its meaning; of none of them is nothing printed: files may stand there. -EINVAL: another
 * shell. */
int completion_print(const struct program *program, const struct strings *arguments,
		     struct error *err);
