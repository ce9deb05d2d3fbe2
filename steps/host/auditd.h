/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * auditd.h - is the kernel's audit system telling us every denial? (libaudit)
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <time.h>

#include "wizard/error.h"
#include "wizard/strings.h"

struct audit_state {
	bool enabled;            /* the kernel's audit is on */
	pid_t daemon;            /* auditd's, 0: not running */
	unsigned int lost;       /* events that the kernel dropped since boot */
	unsigned int rate_limit; /* messages a second, 0: none */
	bool excludes_avc;       /* a rule keeps AVC records out of the log: */
	char exclusion[256];     /* as auditctl -l shows it */
};

/* Of the running kernel. -EPERM: not root; -EPROTONOSUPPORT: it has no audit. */
int host_audit_state(struct audit_state *state, struct error *err);

/*
 * Can this rule of the kernel's keep an AVC record out of the log? text, cut to size: as auditctl
 * -l shows it. A rule with further conditions (of a user, of a domain) keeps some of them out,
 * which is enough. "never,task" and the like lose the SYSCALL records, not the AVC records.
 */
struct audit_rule_data;
bool auditd_rule_excludes_avc(const struct audit_rule_data *rule, char *text, size_t size);

/* log_file of ROOT/etc/audit/auditd.conf, else /var/log/audit/audit.log: below the root. Caller
 * frees. */
int host_audit_log_path(const char *root, char **path, struct error *err);

/* That log, behind those that auditd has rotated (LOG.1 is the newest of them), the oldest first,
 * as far as something was written to them since then. */
int host_audit_logs(const char *root, time_t since, struct strings *paths, struct error *err);
