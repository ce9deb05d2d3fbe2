/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * journal.h - an append-only file of JSON objects, one a line, fsynced one by one
 *
 * Each line is "CRC JSON\n", CRC being a CRC-32 (IEEE) in eight hex digits: of the digits of the
 * line before and the JSON text, so that lines that were altered, removed, inserted or exchanged
 * show. It is root's own file: what is to be seen is damage and careless editing, not a forger, who
 * could reckon any sum anew.
 *
 * The first line says the format, {"event":"journal","format":2}; its CRC is of its text alone, as
 * in every format. Format 1 has no such line, and each CRC is of the line's own text: it is read,
 * and gone on with in format 2, behind a line that says so.
 *
 * A last line without a newline, or whose text is no JSON, was torn by a crash: it is dropped on
 * open and cut off before the next append. What else is wrong is damage: somebody edited the file,
 * or the disk fails, and guessing would be worse.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <sys/types.h>

#include "wizard/error.h"

struct journal {
	json_t *records; /* oldest first, one a line; grows by appends. null: of a damaged line */
	bool torn;       /* was a torn last line dropped when it was opened? */
	bool damaged;    /* there is damage: nothing can be appended */
	char *path;

	/* For journal.c alone. */
	int fd;       /* -1: read only */
	off_t length; /* of the good lines; what is behind them is cut off */
	bool chained; /* format 2: the next line's CRC is of the last one's digits, too */
	char last[9]; /* the digits of the last line */
};

/* journal_open - open path, creating it (0600) unless read_only; read all its records.
 * A missing file with read_only is an empty journal. Errors: as open(2); -ENOTSUP: of a newer
 * format. -EBADMSG: damaged, with the first such line's number; *journal is given all the same, for
 * reading: its records are those that can be proved, each by the digits in front of it. */
int journal_open(struct journal **journal, const char *path, bool read_only, struct error *err);
void journal_close(struct journal *journal);

/* journal_damaged - record number `index` is not what it should be, though its CRC is right: it
 * becomes null, and the journal is damaged from now on. Returns -EBADMSG. */
int journal_damaged(struct journal *journal, size_t index, const char *how, struct error *err);

/* journal_append - write record (stolen, also on failure; an object), adding "time" (seconds since
 * the epoch) where it has none, and fdatasync. 0 means it is on the disk. On failure (disk full)
 * the file is cut back to its length before, and the error says so. */
int journal_append(struct journal *journal, json_t *record, struct error *err);
