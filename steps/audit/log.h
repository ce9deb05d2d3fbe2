/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * log.h - audit logs -> denials (libauparse)
 *
 * Raw and enriched logs, and what plain.h reads besides. What cannot be read in one way only counts
 * as unreadable. A log is hostile, and so it is read apart (wizard/apart.h); -EPROTO: that broke
 * off.
 */
#pragma once

#include "steps/audit/denial.h"
#include "wizard/error.h"

/*
 * audit_log_read - append to *denials each denial of path ("-": standard input) whose source type
 * is one of domains (NULL-terminated), tagging it with origin; add up the counts.
 *
 * An empty log, or one without a denial, is success with nothing appended. Errors: as open(2);
 * -EINVAL: no line of it is an audit record that can be read. On failure *denials is as before.
 * Each call is one host's log: equal event ids of two hosts are never joined.
 */
int audit_log_read(const char *path, const char *origin, const char *const *domains,
		   struct denials *denials, struct error *err);

/* audit_given_read - the same of a log that somebody gives: pasted text of any kind, too. */
int audit_given_read(const char *path, const char *origin, const char *const *domains,
		     struct denials *denials, struct error *err);

/* audit_text_read - as audit_log_read(), of records in memory. What cannot be read, be it all of
 * it, only counts as unreadable. */
void audit_text_read(const char *text, size_t length, const char *origin,
		     const char *const *domains, struct denials *denials);
