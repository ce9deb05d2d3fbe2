/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lock.h - one run at a time: a file that is locked by flock(2), with its holder's pid and since
 * when */
#pragma once

#include "wizard/error.h"

/* lock_take - take the lock file at path, creating it, and write our pid and the time into it. Its
 * descriptor, which holds the lock until it is closed, or a negative errno: -EBUSY with who holds
 * it and since when. program: what a holder is called. */
int lock_take(const char *path, const char *program, struct error *err);

/* lock_stop_holder - send the process that holds it a SIGTERM, and say so; it ends when it can.
 * Nobody holds it, or it is not known who: nothing is done. */
void lock_stop_holder(const char *path);
