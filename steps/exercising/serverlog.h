/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * serverlog.h - the server's own log, be it a file or the systemd journal
 */
#ifndef STEPS_SERVERLOG_H
#define STEPS_SERVERLOG_H

#include <jansson.h>

#include "steps/host/follow.h"
#include "wizard/session.h"

/* serverlog_path - the error log's file, root included, in new memory (caller frees); *path NULL:
 * the server writes to the journal. */
int serverlog_path(struct session *session, char **path, struct error *err);
/* serverlog_mark - as logfile_mark, of whichever it is. */
int serverlog_mark(struct session *session, json_t **mark, struct error *err);
/* serverlog_follow - add it to what is followed, from mark on. Returns the source's number. */
int serverlog_follow(struct session *session, struct follow *follow, const json_t *mark,
		     struct error *err);

#endif
