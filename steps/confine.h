/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * confine.h - the permissive status of the server's domain, put and taken
 *
 * It is a module, permissive_DOMAIN, exactly as `semanage permissive` makes it, so that semanage
 * lists and removes it.
 */
#ifndef STEPS_CONFINE_H
#define STEPS_CONFINE_H

#include <stdbool.h>

#include "wizard/session.h"

/* confine_module - "permissive_mysqld_t" in new memory (caller frees); NULL: no memory. */
char *confine_module(void);

/* confine_set - commit: the domain is permissive, or not any more. priority: of the module.
 * Already so: success, without a commit. */
int confine_set(struct session *session, bool permissive, unsigned int priority, struct error *err);

#endif
