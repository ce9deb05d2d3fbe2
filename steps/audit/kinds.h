/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kinds.h - events -> denials, each kind of event read once
 *
 * Of a million denials few differ in more than time, process and inode. So an event's text without
 * these is looked up first, byte by byte; only what is new goes to auparse.
 */
#pragma once

#include "steps/audit/denial.h"
#include "steps/audit/event.h"

struct kinds;

/* kinds_new - domains as of audit_log_read(), which must outlive it. */
struct kinds *kinds_new(const char *const *domains);
void kinds_free(struct kinds *kinds);

/* kinds_add - count the denials of an event, add up avc and unreadable of *counts. Returns how many
 * are of the domains. */
size_t kinds_add(struct kinds *kinds, const struct event *event, struct denials *counts);

/* kinds_take - move the denials to the end of *denials, in the order of the log. */
void kinds_take(struct kinds *kinds, struct denials *denials);
