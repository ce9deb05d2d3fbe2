/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report.h - what the check has found, on the screen and counted
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "wizard/session.h"

enum level {
	LEVEL_OK,
	LEVEL_UNSEEN,  /* nobody can look here, and nothing is claimed */
	LEVEL_WARNING, /* the rest is still worth doing */
	LEVEL_STOP,    /* the rest would be worthless or harmful */
};

struct report {
	struct session *session;
	bool silent;  /* count, do not print */
	size_t stops; /* not waived */
};

/*
 * report_add - one finding. name is what --ignore NAME waives. remedy (may be NULL) says what to do
 * about a warning or a stop.
 */
void report_add(struct report *report, enum level level, const char *name, const char *remedy,
		const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Every name that a finding can have, in the order of the alphabet, with a space between two. */
extern const char checking_names[];
