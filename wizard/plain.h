/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plain.h - hostile bytes made harmless, for a comment, a sentence or a command line
 */
#ifndef WIZARD_PLAIN_H
#define WIZARD_PLAIN_H

#include <stddef.h>

/* plain_text - text as printable ASCII, every other byte and the backslash as \xNN, "..." in place
 * of what is beyond max characters. New memory (caller frees); NULL: out of memory. */
char *plain_text(const char *text, size_t max);

/* plain_shell - text as one word of a shell's command line, in printable ASCII: as it is where that
 * is safe, else in $'...'. New memory (caller frees); NULL: out of memory. */
char *plain_shell(const char *text);

#endif
