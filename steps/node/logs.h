/* SPDX-License-Identifier: GPL-2.0-or-later */
/* logs.h - the audit logs that this run has read: each once, as long as it stays as it is */
#pragma once

#include <stdbool.h>

#include "steps/audit/denial.h"
#include "wizard/error.h"

struct log;

/* All zero: none was read yet. */
struct logs {
	struct log *items;
	size_t count;
};
void logs_clear(struct logs *logs);

/* logs_read - as audit_log_read(). */
int logs_read(struct logs *logs, const char *path, bool given, const char *origin,
	      const char *const *domains, struct denials *denials, struct error *err);

/* log_stamp - how a file is now, without reading it: another text when it has changed. New memory
 * (caller frees). */
char *log_stamp(const char *path);
