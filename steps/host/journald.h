/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * journald.h - journald_mark and journald_since of logfile.h, on a journal in any directory
 *
 * For tests, and behind logfile.h. directory NULL: this machine's journal.
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

#endif
