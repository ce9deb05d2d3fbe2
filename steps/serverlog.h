/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * serverlog.h - the server's own log, be it a file or the systemd journal
 */
#ifndef STEPS_SERVERLOG_H
#define STEPS_SERVERLOG_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "wizard/session.h"

/* serverlog_path - the error log's file, root included, in new memory (caller frees); *path NULL:
 * the server writes to the journal. */
int serverlog_path(struct session *session, char **path, struct error *err);
/* serverlog_mark, serverlog_since - as logfile_mark and logfile_since, of whichever it is. */
int serverlog_mark(struct session *session, json_t **mark, struct error *err);
int serverlog_since(struct session *session, const json_t *mark, char **text, size_t *length,
		    bool *gap, struct error *err);

#endif
