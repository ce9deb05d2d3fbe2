/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * evidence.h - the audit log's part that belongs to an exercise: from a mark to its end
 */
#ifndef STEPS_EVIDENCE_H
#define STEPS_EVIDENCE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "wizard/session.h"

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
int evidence_begin(struct session *session, const char *phase, const char *exercise,
		   struct error *err);
/* evidence_mark - of the log "audit" or "server", to read on from; borrowed. NULL: not begun. */
const json_t *evidence_mark(struct session *session, const char *phase, const char *exercise,
			    const char *log);
/* evidence_forget - the exercise is over, or to be done again. */
int evidence_forget(struct session *session, const char *phase, const char *exercise,
		    struct error *err);

/* evidence_keep - write it into the session's directory, and look at it. Caller clears. */
int evidence_keep(struct session *session, const char *phase, const char *exercise,
		  struct evidence *evidence, struct error *err);

/* evidence_missing - why it is not all that was denied; NULL: it is. */
const char *evidence_missing(const struct evidence *evidence);

#endif
