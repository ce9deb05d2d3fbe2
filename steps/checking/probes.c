/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "steps/checking/drift.h"
#include "steps/checking/probes.h"
#include "steps/confining/confine.h"
#include "steps/confining/limit.h"
#include "steps/confining/others.h"
#include "steps/exercising/marker.h"
#include "steps/exercising/results.h"
#include "steps/host/auditd.h"
#include "steps/host/server.h"
#include "steps/labelling/labels.h"
#include "steps/node/node.h"
#include "wizard/apart.h"
#include "wizard/util.h"

static int look_root(struct report *report, struct error *err)
{
	(void)err;
	if (geteuid() == 0 || session_is_scratch(report->session))
		report_add(report, LEVEL_OK, "root", NULL, "running as %s",
			   geteuid() ? "an ordinary user, in a scratch root" : "root");
	else
		report_add(report, LEVEL_STOP, "root", "start it with sudo",
			   "not root: the policy cannot be changed");
	return 0;
}

static int look_mode(struct report *report, struct error *err)
{
	const char *root = report->session->root;
	_cleanup_free_ char *type = NULL;
	enum selinux_mode mode = SELINUX_MODE_DISABLED, boot = SELINUX_MODE_DISABLED;
	int r = host_selinux_config(root, &boot, &type, err) ?: host_selinux_mode(root, &mode, err);

	if (r < 0)
		return r;
	if (mode == SELINUX_MODE_DISABLED)
		report_add(
			report, LEVEL_STOP, "selinux",
			"set SELINUX=permissive in /etc/selinux/config; on the kernel's command "
			"line have security=selinux where it is not the default (Debian, Ubuntu: "
			"selinux-activate), and no selinux=0; `touch /.autorelabel`, reboot, start "
			"again",
			"SELinux is disabled: nothing is denied, nothing can be learned");
	else if (mode == SELINUX_MODE_PERMISSIVE)
		report_add(report, LEVEL_WARNING, "selinux",
			   "go on: step 9 offers to make it enforcing",
			   "the whole system is permissive (policy \"%s\")", type);
	else
		report_add(report, LEVEL_OK, "selinux", NULL,
			   "SELinux is enforcing (policy \"%s\")", type);
	if (mode != boot && mode != SELINUX_MODE_DISABLED)
		report_add(report, LEVEL_WARNING, "selinux-boot", "see /etc/selinux/config",
			   "after the next boot SELinux will be %s", selinux_mode_name(boot));
	return 0;
}

static int look_audit(struct report *report, struct error *err)
{
	struct audit_state state;
	int r;

	if (session_is_scratch(report->session)) {
		report_add(report, LEVEL_UNSEEN, "audit", NULL,
			   "not looked at, in a scratch root: the kernel's audit");
		return 0;
	}
	r = host_audit_state(&state, err);
	if (r < 0)
		return r;
	if (!state.enabled)
		report_add(report, LEVEL_STOP, "audit", "auditctl -e 1",
			   "the kernel's audit is off");
	else if (!state.daemon)
		report_add(report, LEVEL_STOP, "audit", "systemctl enable --now auditd",
			   "auditd is not running: denials do not reach the audit log");
	else
		report_add(report, LEVEL_OK, "audit", NULL, "auditd is running (pid %d)",
			   (int)state.daemon);
	if (state.excludes_avc)
		report_add(report, LEVEL_STOP, "audit-exclude",
			   "remove that rule from /etc/audit/rules.d, then `augenrules --load`",
			   "an audit rule keeps denials out of the log: %s", state.exclusion);
	if (state.rate_limit)
		report_add(report, LEVEL_WARNING, "audit-rate", "auditctl -r 0 for the time being",
			   "audit is limited to %u messages a second", state.rate_limit);
	if (state.lost)
		report_add(report, LEVEL_WARNING, "audit-lost",
			   "auditctl -b 8192 gives more room; an exercise during which events are "
			   "lost does not count",
			   "the kernel has lost %u audit events since boot", state.lost);
	return 0;
}

static int look_audit_log(struct report *report, struct error *err)
{
	const char *path;
	int r = node_audit_log(report->session, &path, err);

	if (r == 0 && access(path, R_OK) == 0)
		report_add(report, LEVEL_OK, "audit-log", NULL, "%s is readable", path);
	else if (r == 0)
		report_add(report, LEVEL_STOP, "audit-log",
			   "start auditd, or set log_file in /etc/audit/auditd.conf",
			   "%s cannot be read: %s", path, strerror(errno));
	if (!apart_is_held())
		report_add(report, LEVEL_UNSEEN, "audit-log", NULL,
			   "no system-call filter (seccomp) holds the process that reads logs");
	return r;
}

static void report_domain(struct report *report, const char *context, pid_t pid)
{
	_cleanup_free_ char *type = context_type(context);

	if (type && !strcmp(type, node_domain()))
		report_add(report, LEVEL_OK, "domain", NULL, "the server (pid %d) runs in %s",
			   (int)pid, type);
	else
		report_add(report, LEVEL_STOP, "domain",
			   "see that its executable is labelled " EXECUTABLE_TYPE
			   "; start it by its systemd unit, not by hand",
			   "the server (pid %d) runs in %s, not in %s: nothing would be learned",
			   (int)pid, type ?: context, node_domain());
}

static int look_server(struct report *report, struct error *err)
{
	_cleanup_(server_process_clear) struct server_process process = { 0 };
	_cleanup_free_ char *context = NULL;
	int r;

	if (session_is_scratch(report->session)) {
		report_add(report, LEVEL_UNSEEN, "server", NULL,
			   "not looked at, in a scratch root: the running server");
		return executable_look(report, err);
	}
	r = node_server(report->session, &process, err);
	if (r < 0)
		return r;
	if (process.pid) {
		r = host_process_context(process.pid, &context, err);
		if (r == 0)
			report_domain(report, context, process.pid);
		if (process.others && !node_options.group_suffix && !node_options.defaults_file)
			report_add(
				report, LEVEL_WARNING, "servers",
				"give the right one's --defaults-group-suffix or --defaults-file",
				"further database servers that run here: %zu", process.others);
	} else {
		report_add(report, LEVEL_WARNING, "server",
			   "start it, so that its domain can be seen",
			   "no database server is running");
	}
	return r < 0 ? r : executable_look(report, err);
}

static int look_config(struct report *report, struct error *err)
{
	const struct galera_config *config;
	const struct galera_port *ports;
	int count = 0, r = node_config(report->session, &config, err)
				   ?: node_ports(report->session, &ports, &count, err);

	if (r < 0)
		return r;
	if (!config->read)
		report_add(report, LEVEL_WARNING, "config",
			   "give it with --defaults-file; else Galera's default ports are taken",
			   "no server configuration was found");
	else if (!config->wsrep_on)
		report_add(report, LEVEL_WARNING, "wsrep",
			   "set wsrep_on, wsrep_provider and wsrep_cluster_address first",
			   "the configuration does not switch Galera on");
	else
		report_add(report, LEVEL_OK, "config", NULL,
			   "Galera is configured: node %s, SST by %s, %d ports",
			   config->node_name ?: "(no name)", config->sst_method, count);
	if (!config->notify_command)
		report_add(
			report, LEVEL_WARNING, "notify",
			"if you want one later, set it now: what is not exercised is not learned",
			"wsrep_notify_cmd is not set: it cannot be exercised");
	return 0;
}

static int look_disk(struct report *report, struct error *err)
{
	const struct galera_config *config;
	_cleanup_free_ char *path = NULL;
	uint64_t used = 0, available = 0;
	int r = node_config(report->session, &config, err);

	if (r < 0)
		return r;
	path = session_in_root(report->session, config->data_directory);
	if (access(path, R_OK) < 0)
		return 0;
	r = host_tree_bytes(path, &used, err) ?: host_free_bytes(path, &available, err);
	if (r < 0)
		return r;
	if (available < used)
		report_add(report, LEVEL_WARNING, "disk", "make room before the SST",
			   "%" PRIu64 " MiB free beside %" PRIu64
			   " MiB of data: an SST may not fit",
			   available >> 20, used >> 20);
	else
		report_add(report, LEVEL_OK, "disk", NULL,
			   "%" PRIu64 " MiB free beside %" PRIu64 " MiB of data", available >> 20,
			   used >> 20);
	return 0;
}

/* ---- the policy: what it knows, and what is left in it ------------------------------------- */

static int look_policy(struct report *report, struct error *err)
{
	static const char no_module[] = "install the policy package of your distribution, with its "
					"MySQL module";
	struct oracle *oracle;
	int r = node_loaded(report->session, &oracle, err);

	if (r == 0 && !oracle_has_type(oracle, node_domain()))
		report_add(report, LEVEL_STOP, "policy",
			   node_options.domain ? "give the server's domain with --domain"
					       : no_module,
			   "the policy has no domain %s", node_domain());
	else if (r == 0 && !oracle_has_type(oracle, PORT_TYPE))
		report_add(report, LEVEL_STOP, "policy", no_module,
			   "the policy has no port type " PORT_TYPE);
	else if (r == 0)
		r = needs_look(report, oracle, err);
	return r;
}

/* ---- labels ---------------------------------------------------------------------------------- */

/* What step 2 mends is not to be settled first, unless the operator has declined it there. */
static char *remedy_of(struct session *session, const struct label *label)
{
	if (labels_declined(session, label->path))
		return labels_command(label, false);
	return str_copy(label->state == LABEL_RULE
				? "step 2 offers a rule for it, and to relabel it"
				: "step 2 offers to relabel it");
}

static void report_label(struct report *report, const struct label *label)
{
	const char *type = label->type ?: "unlabelled";
	enum level level = !strcmp(label->name, "label-datadir") ? LEVEL_STOP : LEVEL_WARNING;
	_cleanup_free_ char *remedy = NULL;

	if (label->state == LABEL_RIGHT) {
		/* In a scratch root there may be none; and of a directory above nobody asks. */
		if (label->type && strcmp(label->name, LABEL_WAY) != 0)
			report_add(report, LEVEL_OK, label->name, NULL, "%s is %s", label->path,
				   type);
		return;
	}
	if (label->state == LABEL_PLACE) {
		report_add(report, level, label->name, label->advice, "%s (%s) is %s", label->path,
			   label->what, type);
		return;
	}
	remedy = remedy_of(report->session, label);
	if (label->state == LABEL_RULE && !strcmp(label->name, LABEL_WAY))
		report_add(report, LEVEL_WARNING, label->name, remedy,
			   "%s is %s: the server may not pass through it to its files", label->path,
			   type);
	else if (label->state == LABEL_RULE)
		report_add(report, LEVEL_WARNING, label->name, remedy,
			   "%s (%s) is %s, and must be %s: the policy has no rule for this place",
			   label->path, label->what, type, label->wanted);
	else if (label->files > 1)
		report_add(report, LEVEL_WARNING, label->name, remedy,
			   "%s (%s): %zu of %zu files have a wrong label, as %s, which is %s and "
			   "should be %s",
			   label->path, label->what, label->wrong, label->files, label->first, type,
			   label->wanted);
	else
		report_add(report, LEVEL_WARNING, label->name, remedy, "%s is %s, and should be %s",
			   label->path, type, label->wanted);
}

static int look_labels(struct report *report, struct error *err)
{
	struct labels labels = { 0 };
	int r = labels_look(report->session, &labels, err);

	for (size_t i = 0; r == 0 && i < labels.count; i++)
		report_label(report, &labels.items[i]);
	labels_clear(&labels);
	return r;
}

/* ---- what was left --------------------------------------------------------------------------- */

static void report_limit(struct report *report, bool permissive)
{
	json_auto_t *limit = limit_json(report->session);
	bool wrong;
	_cleanup_free_ char *told = limit_text(limit, permissive, &wrong);

	if (told && wrong)
		report_add(report, LEVEL_WARNING, "limit",
			   permissive ? "galera-selinux confine"
				      : "step 3 offers to go on learning, where that is not done",
			   "%s%s%s", permissive ? node_domain() : "",
			   permissive ? " is permissive: " : "", told);
}

static int look_leftovers(struct report *report, struct error *err)
{
	_cleanup_free_ char *stray = NULL, *todo = NULL;
	bool permissive = false, misspelt = false, shown = false;
	struct store *store;
	/* The documentation ended with `semanage permissive -d mysql_t` from 2015 to 2024. */
	int r = node_is_permissive(report->session, &permissive, err)
			?: node_store(report->session, &store, err)
			?: store_module_active(store, "permissive_mysql_t", &misspelt, NULL, err)
			?: store_shows_hidden(store, &shown, err);

	if (r < 0)
		return r;
	if (shown && !confine_shows_hidden(report->session))
		report_add(report, LEVEL_WARNING, "hidden-shown",
			   "step 9 offers to hide them again",
			   "denials that the policy hides are shown (semodule -DB), by somebody "
			   "before this wizard: the audit log fills faster");
	if (permissive && !session_recall(report->session, "collect") &&
	    !confine_made_permissive(report->session))
		report_add(report, LEVEL_WARNING, "permissive", "step 9 offers to remove it",
			   "%s is permissive already, by somebody before this wizard",
			   node_domain());
	report_limit(report, permissive);
	if (misspelt)
		report_add(report, LEVEL_WARNING, "permissive-misspelt",
			   "semanage permissive -d mysql_t",
			   "mysql_t is permissive: a misspelling of old documentation");
	r = marker_stray(report->session, &stray, &todo, err);
	if (r == 0 && stray)
		report_add(report, LEVEL_WARNING, "notify-script", todo, "%s", stray);
	return r;
}

/* ---- others ---------------------------------------------------------------------------------- */

/* What is to be done about it, in new memory. */
static char *remedy(struct session *session, const json_t *other)
{
	const char *name = member_text(other, "name");

	if (!others_can_go(other))
		return str_printf("see whose it is; semodule -X %lld -r %s takes it away",
				  (long long)member_number(other, "priority"), name);
	if (member_true(other, "kept"))
		return str_printf("left as it is, as was decided; another time: semodule -d %s",
				  name);
	if (results_covered(session, PHASE_PERMISSIVE))
		return str_printf("it was not disabled while the server learned: semodule -d %s, "
				  "then galera-selinux",
				  name);
	if (!member_true(other, "only_ours"))
		return str_printf("it has other things, too: step 3 disables it only with "
				  "permissive.modules[%s] = yes",
				  name);
	return str_copy(strcmp(name, MODULE_NAME)
				? "step 3 offers to disable it; undo enables it again"
				: "step 3 offers to disable it, and step 8 to replace it: the "
				  "difference is shown before");
}

static void report_other(struct report *report, const json_t *other)
{
	_cleanup_free_ char *width = others_text(other);
	_cleanup_free_ char *todo = NULL;

	/* Once ours is loaded, that is told as drift. */
	if (member_true(other, "replaced") && session_recall(report->session, MODULE_LOADED))
		return;
	todo = remedy(report->session, other);
	report_add(report, LEVEL_WARNING, "others", todo,
		   "the module %s (priority %lld), not the distribution's, gives %s more than the "
		   "policy does: %s",
		   member_text(other, "name"), (long long)member_number(other, "priority"),
		   node_domain(), width);
}

static int look_others(struct report *report, struct error *err)
{
	json_auto_t *list = json_array();
	int r = others_active(report->session, list, err);

	if (r < 0)
		return r;
	list_each(other, list)
		report_other(report, other);
	return 0;
}

/* A label that was lost is told above, or planned by the next step. */
static int look_drift(struct report *report, struct error *err)
{
	json_auto_t *changes = json_array();
	int r = report->silent ? 0 : drift_find(report->session, NULL, changes, err);

	if (r < 0)
		return r;
	list_each(change, changes)
		report_add(report, LEVEL_WARNING, "drift", member_text(change, "do"), "%s: %s",
			   member_text(change, "what"), member_text(change, "why"));
	return 0;
}

const struct probe probes[] = {
	{ "root", look_root },
	{ "selinux", look_mode },
	{ "policy", look_policy, true },
	{ "audit", look_audit },
	{ "audit-log", look_audit_log },
	{ "server", look_server },
	{ "config", look_config },
	{ "labels", look_labels, true },
	{ "leftovers", look_leftovers, true },
	{ "others", look_others, true },
	{ "drift", look_drift },
	{ "disk", look_disk },
	{ 0 },
};
