/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * journald.h - the systemd journal of some units, from a mark on (libsystemd)
 *
 * directory NULL: this machine's journal; else any, as for tests.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "wizard/error.h"

/* The end of the journal now, to be remembered (new reference): its last entry's cursor. */
int journald_mark(const char *directory, json_t **mark, struct error *err);

struct journald; /* stays open, to be read on */
/* Of units (NULL-terminated, one at least). Reads from mark on; NULL, or a mark of an empty
 * journal: from the beginning. */
int journald_open(struct journald **journald, const char *directory, const char *const *units,
		  const json_t *mark, struct error *err);
void journald_close(struct journald *journald);
/* Readable when there may be more; borrowed. */
int journald_fd(struct journald *journald, struct error *err);
/* What came since the last call, NUL-terminated (caller frees): the messages, without the journal's
 * prefix, a line each, and of a longer one its first 64 KiB. *gap: the marked entry is gone. There
 * may be more where *length is LOG_MOST (logfile.h) or beyond it. */
int journald_read(struct journald *journald, char **text, size_t *length, bool *gap,
		  struct error *err);
