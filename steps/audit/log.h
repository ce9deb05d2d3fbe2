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
 * is one of domains (NULL-terminated), tagging it with origin; add up the counts. given: the log is
 * not this host's own; it may be pasted text of any kind.
 *
 * An empty log, or one without a denial, is success with nothing appended. Errors: as open(2);
 * -EINVAL: no line of it is an audit record that can be read. On failure *denials is as before.
 * Each call is one host's log: equal event ids of two hosts are never joined.
 */
int audit_log_read(const char *path, bool given, const char *origin, const char *const *domains,
		   struct denials *denials, struct error *err);

/* audit_text_read - as audit_log_read(), of records in memory. What cannot be read, be it all of
 * it, only counts as unreadable. */
void audit_text_read(const char *text, size_t length, const char *origin,
		     const char *const *domains, struct denials *denials);

struct record;
struct record_id;

/* Who looks on while a log is read; either may be NULL. record: each record that can be read, as
 * auditd has it, from line up to its end. denied: an event in which one of the domains was denied
 * something, later than its last record. Both are borrowed. */
struct log_witness {
	void (*record)(void *data, const char *line, const struct record *record);
	void (*denied)(void *data, const struct record_id *id);
	void *data;
};

/* audit_log_witness - as audit_log_read(), but a log without a record is no error. */
int audit_log_witness(const char *path, bool given, const char *const *domains,
		      const struct log_witness *witness, struct denials *denials,
		      struct error *err);
