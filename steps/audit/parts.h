/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parts.h - a large log, read by several threads, each a part of it at a time
 *
 * The result is the same as that of one reader, to the byte: parts begin at seams (seam.h), the
 * first thread counts kinds of denials as it goes, and what the others found is counted after it in
 * the order of the log.
 */
#ifndef STEPS_AUDIT_PARTS_H
#define STEPS_AUDIT_PARTS_H

#include <sys/types.h>

#include "steps/audit/denial.h"
#include "steps/audit/kinds.h"
#include "wizard/error.h"

#define PARTS_MAX 4

struct parts_log {
	int fd; /* of a regular file, not compressed; where it stands makes no difference */
	off_t size;
	const char *name;
	unsigned int threads; /* up to PARTS_MAX */
	off_t part;           /* the size of a part, about */
};

/* parts_threads - how many are worth while for a log of this size on this machine; 1: do not call
 * parts_read(). *part: the size of their parts. */
unsigned int parts_threads(off_t size, off_t *part);

/* parts_read - all of the log, what was added to it meanwhile included. *records: lines that were
 * audit records. Errors: as read(2); -ENOMEM; and -EAGAIN, without an error set: the log has lines
 * in another form than auditd's (shown.h), so that it is to be read anew by one reader, with other
 * kinds and counts. */
int parts_read(const struct parts_log *log, struct kinds *kinds, struct denials *counts,
	       size_t *records, struct error *err);

#endif
