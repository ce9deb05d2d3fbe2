/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plain.h - hostile bytes made harmless, for a comment, a sentence or a command line
 *
 * All give new memory (caller frees).
 */
#ifndef WIZARD_PLAIN_H
#define WIZARD_PLAIN_H

#include <stddef.h>

/* plain_text - text as printable ASCII, every other byte and the backslash as \xNN, "..." in place
 * of what is beyond max characters. */
char *plain_text(const char *text, size_t max);

/* plain_shell - text as one word of a shell's command line, in printable ASCII: as it is where that
 * is safe, else in $'...'. */
char *plain_shell(const char *text);

/* str_quoted - text as one word of a POSIX shell, where it need not be printable: in '...'. */
char *str_quoted(const char *text);

#endif
