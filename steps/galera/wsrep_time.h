/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * wsrep_time.h - the time in a line of the server's log
 */
#ifndef STEPS_GALERA_WSREP_TIME_H
#define STEPS_GALERA_WSREP_TIME_H

#include <stdbool.h>
#include <time.h>

#include "steps/galera/span.h"

/*
 * wsrep_time - false: the line has none. All prefixes of the versions: "261124 11:33:19",
 * "2026-11-24 11:33:19" (hour padded by a space), "2026-11-24T11:33:19.123456Z", and a script's
 * "(20261124 11:33:19.123)" at the line's end. clock gets "11:33:19"; seconds since the epoch, a
 * time without a zone being in UTC, or else in this machine's.
 */
bool wsrep_time(struct span line, bool utc, char clock[9], time_t *seconds);

#endif
