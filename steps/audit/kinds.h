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

/* kinds_new - domains as of audit_log_read(); counts gets the denials, in the order of the
 * log, and how many there are. Both must outlive it. */
struct kinds *kinds_new(const char *const *domains, struct denials *counts);
void kinds_free(struct kinds *kinds);

/* kinds_add - count the denials of an event, and those that are unreadable. Returns how many are of
 * the domains. */
size_t kinds_add(struct kinds *kinds, const struct event *event);
