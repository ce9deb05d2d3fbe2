/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * logfile.h - positions in logs that grow and rotate
 *
 * A mark says "here ended the log when we looked": the file's inode and length. What came later is
 * the rest of that file, wherever rotation has moved it (path.1, path.2, path-DATE, ...), and every
 * newer file up to path itself. Compressed rotated files are not read: a mark inside one is a gap.
 * What is no regular file is never opened (-EINVAL), and holes are passed over: a server's log and
 * its directory are the server's, which may be in strange hands.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "wizard/error.h"

/* The end of path's whole lines now, to be remembered (new reference): a line that is being written
 * is later. Of a path that does not exist (yet), all that it holds later is later. */
int logfile_mark(const char *path, json_t **mark, struct error *err);

/*
 * What path got since mark, NUL-terminated (caller frees); the end of a line that is being written
 * is waited for, a second at most. *gap: some of it is missing, as the marked file is gone or was
 * truncated; what can be read is given. mark NULL or JSON null: the whole of path.
 */
int logfile_since(const char *path, const json_t *mark, char **text, size_t *length, bool *gap,
		  struct error *err);

/* Likewise since *mark, which must not be NULL, and *mark (owned by the caller) moves to the end of
 * what was read; on failure it is as it was. So that any log is read in bounded memory, there may
 * be more where *length is LOG_MOST or (up to twice as much) beyond it. */
#define LOG_MOST ((size_t)1 << 20)
int logfile_advance(const char *path, json_t **mark, char **text, size_t *length, bool *gap,
		    struct error *err);
