/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * session.h - one run of the wizard: its root, directory, lock, memory and answers
 *
 * The session's directory is ROOT/var/lib/PROGRAM, mode 0700:
 *   journal    append-only; see journal.h
 *   lock       held by flock(2) while a run is under way; holds the pid and the start time
 *   ...        files that steps keep (session_path)
 *
 * Memory is a set of JSON values by key, replayed from the journal: what session_remember() has
 * returned from is on the disk.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "wizard/error.h"
#include "wizard/step.h"

struct answers;
struct journal;

/* What the command line said, as popt leaves it. Strings are owned by the caller. */
struct session_options {
	const char *root;         /* "/" or a scratch root; an absolute path */
	int yes, json, force;     /* --yes, --json, --force */
	int no_color, plain;      /* --no-color; --plain: for screen readers */
	const char *answers_file; /* --answers FILE; may be NULL */
	char **answers;           /* --answer KEY=VALUE, NULL-terminated; may be NULL */
};

/* For everyone to read; the engine alone writes. */
struct session {
	const struct workflow *workflow;
	struct session_options options;
	struct answers *answers; /* what is settled beforehand; see answers.h */
	char *root;              /* "/" or a scratch root, without a slash at its end */
	char *const *arguments;  /* the words after the command's name, NULL-terminated */
	char *resume;            /* the command to go on with; NULL: the usual one */

	/* From session_open() on. */
	bool is_open, is_read_only;
	int lock;
	struct journal *journal; /* NULL: nothing was ever written */
	json_t *memory;
	unsigned int round; /* 1 for the first pass, one more for each session_go_back() */
	int back_to;        /* the index of session_go_back()'s step, for the runner; -1: nowhere */
	void *data;         /* what workflow->open gave */

	/* For a status alone: is the system, by its fingerprint, as it was when a run came to its
	 * end, and nothing has been done since? Then a look that costs much can be spared. */
	bool unchanged;
};

/* session_new - a session that is not open yet: options and answers are read and checked (unknown
 * keys, values that a question does not accept: -EINVAL naming file and line), and
 * workflow->check() looks at the workflow's options; nothing is created. */
int session_new(struct session **session, const struct workflow *workflow,
		const struct session_options *options, struct error *err);
void session_free(struct session *session);

/* session_open - create the directory where it is missing, take the lock, replay the journal and
 * call workflow->open. Errors: -EBUSY with who holds the lock and since when; -EACCES when not
 * permitted; -ENOTSUP: of a newer version. -EBADMSG when the journal is damaged elsewhere than in a
 * torn last line: the session is open then, for reading alone what can be proved.
 * With read_only (status, steps, plan) nothing is created, no lock is taken, and a missing
 * directory is an empty session; session_remember() then keeps its value for this process alone. */
int session_open(struct session *session, bool read_only, struct error *err);

/* session_open_instead - as session_open() to write, but a run that is at work here is told to stop
 * (SIGTERM), and its end is waited for, so many seconds at most. */
int session_open_instead(struct session *session, unsigned int seconds, struct error *err);

/* session_move - before session_open: work in another root from now on (the rehearsal's scratch
 * root). The path is copied. */
int session_move(struct session *session, const char *root, struct error *err);

bool session_is_scratch(const struct session *session); /* root is not "/" */
/* session_takes - is this step among those that this run goes through? */
bool session_takes(const struct session *session, const char *step);

/* session_in_root - path below the root, in new memory (caller frees). */
char *session_in_root(const struct session *session, const char *path);
/* session_path - name in the session's directory, in new memory (caller frees). */
char *session_path(const struct session *session, const char *name);

/* session_recall - the remembered value or NULL; borrowed, valid until the key is written again. */
json_t *session_recall(const struct session *session, const char *key);
/* session_remember - set key to value (stolen, also on failure) and write it to the journal. It is
 * on the disk when this returns 0. NULL or JSON null forgets the key. */
int session_remember(struct session *session, const char *key, json_t *value, struct error *err);
/* session_note - remember name as a member, true, of the object that key is. */
int session_note(struct session *session, const char *key, const char *name, struct error *err);

/* session_go_back - for a step that returns STEP_BACK: journal that all steps from `step` on are to
 * be looked at again in this run, and count a new round. */
int session_go_back(struct session *session, const char *step, struct error *err);
/* session_command - "PROGRAM [--root DIR] WORDS", to be copied into a shell, in new memory (caller
 * frees). */
char *session_command(const struct session *session, const char *words);

/* session_set_resume - the command that a person is told to go on with when this run stops before
 * its end, where it is not the usual "PROGRAM [--root DIR]". Copied; printed as it is. */
void session_set_resume(struct session *session, const char *command);

/* ---- for the engine's own files ------------------------------------------------------------- */

/* session_records - the journal's records, oldest first; borrowed. Empty before session_open(). */
const json_t *session_records(const struct session *session);

/* session_record - append an event (stolen, also on failure) to the journal; 0: it is on disk. */
int session_record(struct session *session, json_t *record, struct error *err);

/* session_reset - journal that the workflow starts anew: no memory, and the first round. */
int session_reset(struct session *session, struct error *err);

/* session_resume - the command to go on with, in new memory (caller frees). */
char *session_resume(const struct session *session);
