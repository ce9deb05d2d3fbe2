/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * timer.h - a transient timer of systemd's that starts a program once (libsystemd's sd-bus: the
 * manager's StartTransientUnit, org.freedesktop.systemd1(5))
 *
 * The units NAME.timer and NAME.service are of this boot: with a reboot they are gone. A program
 * that fails is started again after five minutes, and after each failure again.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "wizard/error.h"

struct host_timer {
	const char *name;        /* without ".timer" */
	const char *description; /* of both units, as systemctl shows it */
	const char *const *argv; /* NULL-terminated; the first is an absolute path */
	uint64_t seconds;        /* from now on */
};

/* host_timer_start - in the place of one of that name, which is stopped. Errors: those of the bus
 * (-ENOENT, -ECONNREFUSED: no systemd runs here), and systemd's. */
int host_timer_start(const struct host_timer *timer, struct error *err);
/* host_timer_stop - it will not start anything any more; where there is none, that is success. What
 * it has started already goes on. */
int host_timer_stop(const char *name, struct error *err);
/* host_timer_waits - is there one that has not started its program for good: is it still to come,
 * or at work, or to be tried again? */
int host_timer_waits(const char *name, bool *waits, struct error *err);
