/* SPDX-License-Identifier: GPL-2.0-or-later */
/* monitor - is the node still what it was made: for `status --check`, which a monitor calls */
#include <errno.h>

#include "steps/case.h"
#include "steps/host/auditd.h"
#include "steps/ledger.h"
#include "steps/node/node.h"
#include "steps/steps.h"
#include "wizard/screen.h"
#include "wizard/strings.h"
#include "wizard/util.h"

struct seen {
	time_t since;  /* verified at; 0: never */
	size_t denied; /* accesses that nobody has decided about */
	char *first;   /* one of them, in words; NULL: none */
};

static int read_logs(struct session *session, time_t since, struct denials *denials,
		     struct error *err)
{
	_cleanup_(strings_clear) struct strings logs = { 0 };
	int r = host_audit_logs(session->root, since, &logs, err);

	for (size_t i = 0; r == 0 && i < logs.count; i++)
		r = node_log_read(session, logs.items[i], logs.items[i], denials, err);
	return r;
}

static int find_denied(struct session *session, struct seen *seen, struct error *err)
{
	_cleanup_(denials_clear) struct denials denials = { 0 };
	_cleanup_(findings_clear) struct findings findings = { 0 };
	int r = read_logs(session, seen->since, &denials, err)
			?: case_judge(session, &denials, &findings, err);

	if (r == 0)
		case_decide_all(session, &findings);
	for (size_t i = 0; r == 0 && i < findings.count; i++) {
		const struct finding *finding = &findings.items[i];

		if (finding->last < seen->since || finding_needs_nothing(finding) ||
		    finding->decision != DECISION_NONE || finding->permissive_only)
			continue;
		if (seen->denied++ == 0)
			seen->first = str_printf("%s %s:%s", finding->source, finding->target,
						 finding->tclass);
	}
	return r;
}

/* What the kernel has is what confines: without its word all is not as it was, nor otherwise. */
static int look_at_kernel(struct session *session, struct error *err)
{
	struct oracle *oracle;
	int r = node_loaded(session, &oracle, err);

	if (r < 0 || node_run(session)->in_kernel != IN_KERNEL_UNSEEN)
		return r;
	return error_set(err, EACCES,
			 "start it as root, in a domain that may read it (security read_policy)",
			 "cannot read which policy the kernel has loaded");
}

/* The worst comes first. */
static const char *conclude(const struct seen *seen, const json_t *standing, const json_t *drift,
			    char **line)
{
	const json_t *change = json_array_get(drift, 0);
	const char *open = member_text(standing, "open"), *claim = member_text(standing, "claim");
	size_t changes = json_array_size(drift);
	char when[32];

	screen_time(seen->since, when, sizeof(when));
	if (seen->denied) {
		*line = str_printf("%zu %s denied since %s, that nobody has decided about: %s%s; "
				   "see galera-selinux explain",
				   COUNTED(seen->denied, "access was", "accesses were"), when,
				   seen->first, seen->denied > 1 ? ", ..." : "");
		return "wrong";
	}
	if (changes) {
		*line = str_printf("%zu %s by others since it was done: %s: %s%s; see "
				   "galera-selinux status",
				   COUNTED(changes, "change", "changes"),
				   member_text(change, "what"), member_text(change, "why"),
				   changes > 1 ? ", ..." : "");
		return "wrong";
	}
	if (member_is(standing, "end", "denials")) {
		*line = str_copy(claim);
		return "wrong";
	}
	if (*open || !ledger_is_reached(standing)) {
		*line = str_copy(*open ? open : claim);
		return "todo";
	}
	*line = str_printf("%s; since %s nothing was changed, and nothing new denied", claim, when);
	return "ok";
}

int monitor_judge(struct session *session, const json_t *report, json_t **verdict,
		  struct error *err)
{
	const json_t *standing = json_object_get(report, "ledger");
	const json_t *drift = json_object_get(report, "drift");
	bool verified = ledger_is_reached(standing);
	struct seen seen = {
		.since = (time_t)member_number(session_recall(session, LEDGER_JUDGED), "at"),
	};
	_cleanup_free_ char *line = NULL;
	int r = verified ? find_denied(session, &seen, err) ?: look_at_kernel(session, err) : 0;

	if (r == 0) {
		const char *state = conclude(&seen, standing, drift, &line);

		*verdict = json_made(
			json_pack("{s:s, s:s, s:{s:b, s:b, s:I, s:I}}", "state", state, "line",
				  line, "figures", "confined", !*member_text(standing, "open"),
				  "verified", verified, "drift", (json_int_t)json_array_size(drift),
				  "denied", (json_int_t)seen.denied));
	}
	free(seen.first);
	return r;
}
