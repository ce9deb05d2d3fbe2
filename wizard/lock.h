/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lock.h - one run at a time
 */
#ifndef WIZARD_LOCK_H
#define WIZARD_LOCK_H

#include "wizard/error.h"

/*
 * lock_take - take the lock file at path, creating it (0600), and write our pid and the time into
 * it. Returns its descriptor, which holds the lock until it is closed, or -EBUSY with who holds it
 * and since when, or as open(2). program is for the error's text.
 */
int lock_take(const char *path, const char *program, struct error *err);

#endif
