/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * failures.h - a failure in the server's log: what it means, whether SELinux did it, what to do
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* What the audit log has of the moments before the failure. */
struct failure_moment {
	size_t denied;  /* accesses that were denied (permissive=0) */
	size_t granted; /* accesses that were logged and granted (permissive=1) */
};

struct failure {
	const char *what;   /* what happened; a sentence without a full stop */
	const char *remedy; /* what to do, when SELinux is not the cause */
	bool goes_on;       /* the attempt does; else it is to be repeated after that */
};

/* What a message of the log means; never NULL: an unknown one is told as such. */
const struct failure *failure_find(const char *message);

/* Is SELinux the cause? In new memory (caller frees), sentences. message as logged. permission: did
 * it, or one before it, have errno 13? */
char *failure_explain(const char *message, bool permission, const struct failure_moment *moment);
