/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * journald.h - the systemd journal of some units, from a mark on (libsystemd)
 *
 * Behind logfile.h and follow.h. directory NULL: this machine's journal; else any, as for tests.
 */
#ifndef STEPS_HOST_JOURNALD_H
#define STEPS_HOST_JOURNALD_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "wizard/error.h"

int journald_mark_in(const char *directory, json_t **mark, struct error *err);
int journald_since_in(const char *directory, const char *const *units, const json_t *mark,
		      char **text, size_t *length, bool *gap, struct error *err);

/* A journal that stays open, to be read on. */
struct journald;
/* journald_open - units must outlive it. Reads from mark on; NULL, or a mark of an empty journal:
 * from its beginning. */
int journald_open(struct journald **journald, const char *directory, const char *const *units,
		  const json_t *mark, struct error *err);
void journald_close(struct journald *journald);
/* journald_fd - readable when there may be more; borrowed. */
int journald_fd(struct journald *journald, struct error *err);
/* journald_read - what came since the last call, as journald_since gives it. */
int journald_read(struct journald *journald, char **text, size_t *length, bool *gap,
		  struct error *err);

#endif
