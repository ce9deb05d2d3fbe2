/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ledger.h - what was observed, and what may be claimed of it
 *
 * Exercise x role x phase; of the confined phase also whether it was confined for its whole length.
 * Every claim of the program comes from here: verify's last lines, the summary, status, their JSON,
 * the header of galera.te, the exit status. What nobody has seen is missing, and said to be.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "steps/exercising/results.h"
#include "wizard/session.h"

/* Memory: {"at" (seconds), "denials", "left", "fresh", "era", "module", "denied"} of the confined
 * run, once it was judged: with which module, and as struct ledger has it. */
#define LEDGER_JUDGED "judged"

enum ledger_phase { LEDGER_LEARNING, LEDGER_CONFINED, LEDGER_PHASES };

/* What this node did: as the joiner in a transfer. A donor's part is in its own audit log alone. */
struct ledger_row {
	const struct exercise *exercise;
	enum observed observed[LEDGER_PHASES];
	unsigned int doubts; /* of the confined phase, enum doubt (evidence.h) */
	bool strict, hidden; /* learned from a confined server; without hidden denials */
	const char *donors[LEDGER_PHASES]; /* as the log names them; ""; borrowed */
	bool donor_given;                  /* in the learning phase: what it was denied was given */
	json_int_t began[LEDGER_PHASES], ended[LEDGER_PHASES]; /* 0: not known */
};

#define LEDGER_ROWS 16

struct ledger {
	struct ledger_row rows[LEDGER_ROWS]; /* those that are wanted */
	size_t count;
	bool rehearsed;       /* a scratch root: no kernel has said anything */
	unsigned int now;     /* enum doubt: is the server confined at this moment? */
	bool begun;           /* a module was built, or the confined phase begun */
	bool pending;         /* what was built is not what is loaded */
	const json_t *denied; /* of the confined run, what stays denied though it is needed, or
				 refused: strings; borrowed; may be NULL */
	bool judged;          /* the denials of the confined phase were looked at */
	size_t fresh;         /* of these, accesses that nobody has decided about */
	size_t unread;        /* lines of that phase's evidence that could not be read */
};

/* ledger_read - as the session remembers it, the system is and the command line has it. Borrows
 * from the session: valid until it remembers something else. */
int ledger_read(struct session *session, struct ledger *ledger, struct error *err);

/* ledger_count - the exercises of which this was observed in a phase. */
size_t ledger_count(const struct ledger *ledger, enum ledger_phase phase, enum observed observed);

/* How the workflow ends by it, as what a step returns. */
enum ledger_end {
	LEDGER_VERIFIED = 0,                 /* of a scratch root: rehearsed */
	LEDGER_UNVERIFIED = STEP_INCOMPLETE, /* something is missing */
	LEDGER_DENIALS = STEP_DENIALS,       /* confined, something was denied or failed */
};
enum ledger_end ledger_end(const struct ledger *ledger);

/* ledger_claim - one sentence that says how it ends, without a full stop; new memory (caller
 * frees). domain: the server's. */
char *ledger_claim(const struct ledger *ledger, const char *domain);

/* ledger_missing - append to list, a JSON array, what stands between the ledger and "verified":
 * {"what": a clause, "do": the one command that supplies it}. program: how the command begins,
 * "galera-selinux --root DIR". */
void ledger_missing(const struct ledger *ledger, const char *program, json_t *list);

/* ledger_limits - append, as strings, what holds though it is verified: learned without an
 * exercise, seen but not proved, a donor's side that nobody has seen. */
void ledger_limits(const struct ledger *ledger, json_t *list);

/* ledger_unlearned - append, as ledger_missing(), the wanted exercises without evidence in the
 * learning phase. */
void ledger_unlearned(const struct ledger *ledger, const char *program, json_t *list);

/* ledger_json - all of it: {"end": "verified"|"rehearsed"|"not verified"|"denials", "claim",
 * "missing": [...], "limits": [...], "exercises": [{"exercise", "role", "learning", "confined",
 * "donor": NAME or null, "donor_confined", "donor_seen", "doubts": [...], "began", "ended",
 * "began_confined", "ended_confined"}], "cluster": as ledger_cluster()}. */
int ledger_json(struct session *session, json_t **object, struct error *err);

/* ledger_cluster - of each node, as far as this node's exercises, the evidence files that were
 * taken and the donors that they name reach: [{"node" ("": none is known), "exercise", "role"
 * ("joiner", "donor"), "learning", "confined" (observed_name(); of a donor also "seen", "nothing
 * denied"), "denials", "do": the command that supplies what is missing, for that node; null:
 * nothing is}]. own: this node's rows, as "exercises" has them. New (caller decrefs). */
json_t *ledger_cluster(struct session *session, const json_t *own);

/* ledger_cluster_lines - the same as lines: a table, and what is missing with its commands; new
 * (caller decrefs). ledger_cluster_missing - append these alone.
 * ledger_cluster_show - on the screen, where there are other nodes. */
json_t *ledger_cluster_lines(const json_t *rows);
void ledger_cluster_missing(const json_t *rows, json_t *lines);
void ledger_cluster_show(struct session *session, const json_t *rows);

/* ledger_is_reached - of ledger_json()'s object: verified, or rehearsed? */
bool ledger_is_reached(const json_t *object);

/* ledger_say - print the claim, what is missing with its commands, and what is limited: messages,
 * or a result's lines. */
void ledger_say(const json_t *object);
void ledger_print(const json_t *object);

/* ledger_ask - before something that builds upon the exercises: 0 where each wanted exercise has
 * evidence, or the operator goes on without (question collect.incomplete, asked once for the same
 * gaps); else STEP_INCOMPLETE, and it is said what is missing and which command supplies it. */
int ledger_ask(struct session *session, struct error *err);
