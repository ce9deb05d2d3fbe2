/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * probes.h - what the check looks at, one probe a subject
 */
#ifndef STEPS_PROBES_H
#define STEPS_PROBES_H

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
	bool silent; /* count, do not print */
	size_t warnings;
	size_t stops; /* not waived */
};

/*
 * report_add - one finding. name is what --ignore NAME waives. remedy (may be NULL) says what to do
 * about a warning or a stop.
 */
void report_add(struct report *report, enum level level, const char *name, const char *remedy,
		const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Every name that a finding can have, in the order of the alphabet; NULL-terminated. */
extern const char *const checking_names[];

/* report_knows_policy - a silent look at a policy that has not changed since all was well: nothing
 * is to be looked at that needs it to be loaded. */
bool report_knows_policy(const struct report *report);

/* A probe reports what it finds; a negative errno means that it could not even look. */
struct probe {
	const char *name;
	int (*look)(struct report *report, struct error *err);
};

/* probe_drift - what others have changed since the workflow came to its end. */
int probe_drift(struct report *report, struct error *err);

/* probe_others - modules of others that give the server's domains rules. */
int probe_others(struct report *report, struct error *err);

/* probe_labels - the labels of the server's files; in a file of its own. */
int probe_labels(struct report *report, struct error *err);

/* All probes, in the order in which one builds on the other, up to one with name NULL. */
extern const struct probe probes[];

#endif
