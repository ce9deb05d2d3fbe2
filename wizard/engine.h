/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * engine.h - what the engine's own files need of a session; steps include session.h alone
 */
#ifndef WIZARD_ENGINE_H
#define WIZARD_ENGINE_H

#include "wizard/journal.h"
#include "wizard/session.h"

/* session_records - the journal's records, oldest first; borrowed. Empty before session_open(). */
const json_t *session_records(const struct session *session);

/* session_torn - did session_open() drop a line that a crash had torn? */
bool session_torn(const struct session *session);

/* session_record - append an event (stolen, also on failure) to the journal; 0: it is on disk. */
int session_record(struct session *session, json_t *record, struct error *err);

/* session_reset - journal that the workflow starts anew: no memory, and the first round. */
int session_reset(struct session *session, struct error *err);

/* session_take_back - the step that session_go_back() named, once; NULL: nobody went back. */
const char *session_take_back(struct session *session);

/* session_set_unchanged - what session_unchanged() says from now on; false before. */
void session_set_unchanged(struct session *session, bool unchanged);

/* session_resume - the command to go on with, in new memory (caller frees); NULL: no memory. */
char *session_resume(const struct session *session);

/* session_watch_signals - from now on SIGINT, SIGTERM and SIGHUP make session_interrupted() true;
 * they also end a blocking system call. SIGPIPE is ignored. */
void session_watch_signals(void);

/* workflow_find_step - the index of the workflow's step with this name, or -1. */
int workflow_find_step(const struct workflow *workflow, const char *name);

/* workflow_unknown_step - the error for a step's name that the workflow does not have: -EINVAL. */
int workflow_unknown_step(const struct workflow *workflow, const char *name, struct error *err);

#endif
