/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * who.h - who changes this machine, and telling the system's log of it
 */
#pragma once

#include <sys/types.h>

/* The login name of the person who started this program, also behind sudo and su; caller frees. */
char *host_who(void);
/* Likewise, out of the text of /proc/self/loginuid, sudo's variable (each may be NULL) and the user
 * that the program runs as. A name that the system does not know is not taken. */
char *who_named(const char *loginuid, const char *sudo_user, uid_t user);

/* A line of `program` for the system's log, where auditors look (authpriv, notice). */
void host_note(const char *program, const char *format, ...) __attribute__((format(printf, 2, 3)));
