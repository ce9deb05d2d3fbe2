/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <libaudit.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <strings.h>
#include <unistd.h>

#include "steps/host/auditd.h"
#include "wizard/util.h"

/* The kernel answers at once; when it does not, something is wrong. */
#define ANSWER_MS 5000

/* ---- rules ----------------------------------------------------------------------------------- */

/* An operator is a set of bits, of the relations that it holds for: ">=" of two. */
static bool holds(__u32 left, __u32 operator, __u32 right)
{
	__u32 relation = left < right   ? AUDIT_LESS_THAN
			 : left > right ? AUDIT_GREATER_THAN
					: AUDIT_EQUAL;

	return !operator||(operator&(relation | AUDIT_BIT_MASK));
}

static bool is_text(__u32 field)
{
	return (field >= AUDIT_SUBJ_USER && field <= AUDIT_SUBJ_CLR) || field == AUDIT_EXE;
}

/* As `auditctl -l` does. */
static void show_rule(const struct audit_rule_data *rule, __u32 fields, FILE *out)
{
	static const char *const operators[] = { "=", "<", ">", "!=", "=", "<=", ">=", "=" };
	__u32 used = 0;

	fprintf(out, "-a %s,exclude", rule->action == AUDIT_NEVER ? "never" : "always");
	for (__u32 i = 0; i < fields; i++) {
		const char *name = audit_field_to_name((int)rule->fields[i]), *type;
		__u32 value = rule->values[i];

		fprintf(out, " -F %s%s", name ? name : "?",
			operators[rule->fieldflags[i] >> 28 & 7]);
		type = rule->fields[i] == AUDIT_MSGTYPE ? audit_msg_type_to_name((int)value) : NULL;
		if (type) {
			fputs(type, out);
		} else if (is_text(rule->fields[i]) && value <= rule->buflen - used) {
			fprintf(out, "%.*s", (int)value, rule->buf + used);
			used += value;
		} else {
			fprintf(out, "%d", (int)value);
		}
	}
}

bool auditd_rule_excludes_avc(const struct audit_rule_data *rule, char *text, size_t size)
{
	__u32 fields = rule->field_count;
	FILE *out;

	if ((rule->flags & ~(__u32)AUDIT_FILTER_PREPEND) != AUDIT_FILTER_EXCLUDE)
		return false;
	if (fields > AUDIT_MAX_FIELDS)
		fields = AUDIT_MAX_FIELDS;
	/* All conditions of a rule must hold; its action does not matter in this list. */
	for (__u32 i = 0; i < fields; i++)
		if (rule->fields[i] == AUDIT_MSGTYPE &&
		    !holds(AUDIT_AVC, rule->fieldflags[i] & AUDIT_OPERATORS, rule->values[i]))
			return false;
	memset(text, 0, size);
	out = fmemopen(text, size - 1, "w");
	if (out) {
		setbuf(out, NULL);
		show_rule(rule, fields, out);
		fclose(out);
	}
	return true;
}

/* ---- the kernel ------------------------------------------------------------------------------ */

static void cleanup_audit(int *fd)
{
	if (*fd >= 0)
		audit_close(*fd);
}

static int refused(int code, struct error *err)
{
	switch (code) {
	case EPERM:
	case EACCES:
		return error_set(err, EPERM, "run it as root, outside of a container",
				 "the kernel does not let us look at its audit system");
	case EPROTONOSUPPORT:
	case EAFNOSUPPORT:
	case EINVAL:
	case ECONNREFUSED:
		return error_set(err, EPROTONOSUPPORT,
				 "boot a kernel with audit, without audit=0 on its command line",
				 "this kernel has no audit system");
	default:
		return error_set(err, code, "see what `auditctl -s` says",
				 "cannot ask the kernel about its audit system: %s",
				 strerror(code));
	}
}

/* The kernel's next message that is not a mere acknowledgement. */
static int next_reply(int fd, struct audit_reply *reply, struct error *err)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };

	for (;;) {
		int rc = poll(&poll_fd, 1, ANSWER_MS);

		if (rc < 0 && errno == EINTR)
			continue;
		if (rc <= 0)
			return refused(rc < 0 ? errno : ETIMEDOUT, err);
		rc = audit_get_reply(fd, reply, GET_REPLY_NONBLOCKING, 0);
		if (rc == -EAGAIN || rc == -EINTR)
			continue;
		if (rc <= 0)
			return refused(rc < 0 ? -rc : EIO, err);
		if (reply->type != NLMSG_ERROR)
			return 0;
		if (reply->error->error)
			return refused(-reply->error->error, err);
	}
}

static int read_status(int fd, struct audit_state *state, struct error *err)
{
	struct audit_reply reply = { 0 };

	if (audit_request_status(fd) < 0)
		return refused(errno, err);
	do {
		int rc = next_reply(fd, &reply, err);

		if (rc < 0)
			return rc;
	} while (reply.type != AUDIT_GET);
	state->enabled = reply.status->enabled != 0;
	state->daemon = (pid_t)reply.status->pid;
	state->lost = reply.status->lost;
	state->rate_limit = reply.status->rate_limit;
	return 0;
}

static int read_rules(int fd, struct audit_state *state, struct error *err)
{
	struct audit_reply reply = { 0 };

	if (audit_request_rules_list_data(fd) < 0)
		return refused(errno, err);
	for (;;) {
		int rc = next_reply(fd, &reply, err);

		if (rc < 0)
			return rc;
		if (reply.type == NLMSG_DONE)
			return 0;
		if (reply.type == AUDIT_LIST_RULES && !state->excludes_avc)
			state->excludes_avc = auditd_rule_excludes_avc(
				reply.ruledata, state->exclusion, sizeof(state->exclusion));
	}
}

int host_audit_state(struct audit_state *state, struct error *err)
{
	_cleanup_(cleanup_audit) int fd = audit_open();

	*state = (struct audit_state){ 0 };
	if (fd < 0)
		return refused(errno, err);
	return read_status(fd, state, err) ?: read_rules(fd, state, err);
}

/* ---- auditd's configuration ------------------------------------------------------------------ */

int host_audit_log_path(const char *root, char **path, struct error *err)
{
	_cleanup_free_ char *config = path_in_root(root, "/etc/audit/auditd.conf"), *text = NULL;
	char key[32], value[PATH_MAX], found[PATH_MAX] = "/var/log/audit/audit.log";
	char *line;

	if (access(config, F_OK) == 0 || errno != ENOENT) {
		int r = file_read(config, &text, NULL, err);

		if (r < 0)
			return r;
	}
	/* As auditd reads it. */
	for (char *rest = text; (line = strsep(&rest, "\n"));)
		if (sscanf(line, " %31[^= \t] = %4095s", key, value) == 2 && *value == '/' &&
		    !strcasecmp(key, "log_file"))
			strcpy(found, value);
	*path = path_in_root(root, found);
	return 0;
}

int host_audit_logs(const char *root, time_t since, struct strings *paths, struct error *err)
{
	_cleanup_free_ char *log = NULL;
	unsigned int last = 0;
	struct stat info;
	int r = host_audit_log_path(root, &log, err);

	if (r < 0)
		return r;
	for (bool there = true; there; last += there) {
		_cleanup_free_ char *path = str_printf("%s.%u", log, last + 1);

		there = stat(path, &info) == 0 && info.st_mtime >= since;
	}
	for (; last > 0; last--)
		strings_take(paths, str_printf("%s.%u", log, last));
	strings_add(paths, log);
	return 0;
}
