/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * extract.h - of audit logs, what is needed to judge the denials of some domains elsewhere
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "wizard/error.h"

struct extract {
	char *text; /* an audit log again; with NULs where the logs have some */
	size_t length;
	size_t denials; /* denying records of the domains */
	size_t records; /* lines of text */
	size_t notices; /* of these, those that tell of lost events */
	size_t unsure;  /* lines that cannot be read, as log.h counts them */
};

/*
 * extract_read - all records of each event in which one of domains (NULL-terminated) was denied
 * something, and those that tell of lost events, in the order of the logs at paths
 * (NULL-terminated; files, also compressed: each is read twice). Each is given node's name, as
 * auditd's name_format does, unless it has one. given: the logs are not this host's own (plain.h).
 *
 * Records in another form become raw ones. Without a denial it is empty. Errors: as
 * source_open() and source_next(). Caller clears.
 */
int extract_read(char *const *paths, bool given, const char *const *domains, const char *node,
		 struct extract *extract, struct error *err);
void extract_clear(struct extract *extract);
