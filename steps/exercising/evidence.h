/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * evidence.h - the logs of an exercise, from its mark on: the server's tells what happened, the
 * audit log's part is kept as evidence
 */
#ifndef STEPS_EVIDENCE_H
#define STEPS_EVIDENCE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "steps/exercising/results.h"
#include "steps/host/follow.h"

struct evidence {
	char *file;          /* its name in the session's directory */
	size_t denials;      /* of the server's domains */
	bool gap;            /* some of it was rotated away, or truncated */
	json_int_t lost;     /* events that the kernel has lost meanwhile */
	size_t notices;      /* records in it that tell of lost events */
	time_t began;        /* when it was begun */
	json_int_t loads;    /* policies loaded meanwhile, by others */
	bool strict, hidden; /* of the learning phase: confined; hidden denials not shown */
	unsigned int doubts; /* of the confined phase, enum doubt: at its begin, end, or between */
};
void evidence_clear(struct evidence *evidence);

/*
 * evidence_begin - where do the logs end now? Remembered, so that an interrupted exercise is gone
 * on with: what came since the first time counts. On a live SELinux kernel the policy is loaded
 * anew before, so that denials which have been logged already are logged again.
 */
int evidence_begin(const struct occasion *at, struct error *err);
bool evidence_is_begun(const struct occasion *at);
/* evidence_follow - add both logs to what is followed, from there on; the sources' numbers. */
int evidence_follow(const struct occasion *at, struct follow *follow, int *audit, int *server,
		    struct error *err);
/* evidence_forget - the exercise is over, or to be done again. */
int evidence_forget(const struct occasion *at, struct error *err);

/* evidence_keep - write it into the session's directory, and look at it. Caller clears. */
int evidence_keep(const struct occasion *at, struct evidence *evidence, struct error *err);

/* evidence_server_log - the server's error log, root included, in new memory (caller frees); *path
 * NULL: it writes to the journal. */
int evidence_server_log(struct session *session, char **path, struct error *err);

/* evidence_missing - why it is not all that was denied; NULL: it is. */
const char *evidence_missing(const struct evidence *evidence);

#endif
