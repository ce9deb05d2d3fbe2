/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * evidence.h - the logs of an exercise, from its mark on: the server's tells what happened, the
 * audit log's part is kept as evidence
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "steps/exercising/results.h"
#include "steps/host/follow.h"
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

/* Where do the logs end now? Remembered, so that an interrupted exercise is gone on with: what came
 * since the first time counts. On a live SELinux kernel the policy is loaded anew before, so that
 * denials which have been logged already are logged again. */
int evidence_begin(const struct occasion *at, struct error *err);
bool evidence_is_begun(const struct occasion *at);
/* Add both logs to what is followed, from there on; the sources' numbers. */
int evidence_follow(const struct occasion *at, struct follow *follow, int *audit, int *server,
		    struct error *err);
/* Of a rehearsal, before its recording is played: what a playing that was cut off has written goes
 * out of both logs. */
int evidence_cut_back(const struct occasion *at, struct error *err);
/* What is known of the server now beside its log: its process, which may be the one that the log
 * has named, and grastate.dat. In a scratch root that is what the root has. notify_runs stays. */
int evidence_witness(const struct occasion *at, long named, struct witness *witness,
		     struct error *err);
/* The exercise is over, or to be done again. */
int evidence_forget(const struct occasion *at, struct error *err);

/* Write it into the session's directory, and look at it. Caller clears. */
int evidence_keep(const struct occasion *at, struct evidence *evidence, struct error *err);

/* The server's error log, root included, in new memory (caller frees); *path NULL: it writes to the
 * journal. */
int evidence_server_log(struct session *session, char **path, struct error *err);

/* Why it is not all that was denied; NULL: it is. */
const char *evidence_missing(const struct evidence *evidence);

/* ---- was the server confined while it was exercised? ----------------------------------------- */

/* A reason why an exercise of the confined phase proves nothing. It is the kernel's word where
 * there is one: its mode, and whether it treats the domain as permissive; in a scratch root the
 * configuration's and the store's. */
enum doubt {
	DOUBT_SYSTEM = 1 << 0,  /* the whole system was permissive */
	DOUBT_DOMAIN = 1 << 1,  /* the server's domain was permissive */
	DOUBT_RECORDS = 1 << 2, /* records of the domain say permissive=1 */
	DOUBT_SHOWN = 1 << 3,   /* the policy's dontaudit rules were not in force */
	DOUBT_UNKNOWN = 1 << 4, /* nobody was asked */
	DOUBT_END = 1 << 5,
};

/* A clause for a person: "the whole system was permissive"; doubt_now_text: "... is permissive".
 * Static. */
const char *doubt_text(enum doubt doubt);
const char *doubt_now_text(enum doubt doubt);

/* Enum doubt, ored: as it is at this moment. A kernel that cannot be asked is DOUBT_UNKNOWN. */
int doubts_now(struct session *session, unsigned int *doubts, struct error *err);

/* As stable words, to be kept with a result. doubts_from - back; what is no list is
 * DOUBT_UNKNOWN. */
json_t *doubts_json(unsigned int doubts);
unsigned int doubts_from(const json_t *list);
