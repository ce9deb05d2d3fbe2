/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * log.h - audit logs -> denials (libauparse)
 *
 * Raw and enriched logs. Interpreted text (`ausearch -i`) is refused with what to give instead: its
 * dates and names depend on the locale of whoever made it.
 */
#ifndef STEPS_AUDIT_LOG_H
#define STEPS_AUDIT_LOG_H

#include "steps/audit/denial.h"
#include "wizard/error.h"

/*
 * audit_log_read - append to *denials each denial of path ("-": standard input) whose source type
 * is one of domains (NULL-terminated), tagging it with origin; add up the counts.
 *
 * An empty log, or one without a denial, is success with nothing appended. Errors: as open(2);
 * -EINVAL: interpreted text, or no line of it is an audit record. On failure *denials is as before.
 * Each call is one host's log: equal event ids of two hosts are never joined.
 */
int audit_log_read(const char *path, const char *origin, const char *const *domains,
		   struct denials *denials, struct error *err);

#endif
