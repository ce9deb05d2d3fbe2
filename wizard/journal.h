/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * journal.h - an append-only file of JSON objects, one a line, fsynced one by one
 *
 * Each line is "CRC JSON\n", CRC being the CRC-32 (IEEE) of the JSON text in eight hex digits. A
 * last line without a newline, or whose CRC does not match, was torn by a crash: it is dropped on
 * open and cut off before the next append. A damaged line elsewhere is an error: somebody edited
 * the file, and guessing would be worse.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <sys/types.h>

#include "wizard/error.h"

struct journal {
	json_t *records; /* oldest first; grows by appends */
	bool torn;       /* was a torn last line dropped when it was opened? */

	/* For journal.c alone. */
	char *path;
	int fd;       /* -1: read only */
	off_t length; /* of the good lines; what is behind them is cut off */
};

/* journal_open - open path, creating it (0600) unless read_only; read all its records.
 * A missing file with read_only is an empty journal. Errors: as open(2); -EBADMSG: damaged, with
 * the line's number. */
int journal_open(struct journal **journal, const char *path, bool read_only, struct error *err);
void journal_close(struct journal *journal);

/* journal_append - write record (stolen, also on failure; an object), adding "time" (seconds since
 * the epoch) where it has none, and fdatasync. 0 means it is on the disk. On failure (disk full)
 * the file is cut back to its length before, and the error says so. */
int journal_append(struct journal *journal, json_t *record, struct error *err);
