/* SPDX-License-Identifier: GPL-2.0-or-later */
/* workflow.c - the table of contents: the steps in their order, the questions, the options */
#include <popt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "steps/checking/drift.h"
#include "steps/checking/probes.h"
#include "steps/confining/confine.h"
#include "steps/confining/limit.h"
#include "steps/exercising/exercising.h"
#include "steps/galera/exercises.h"
#include "steps/host/selinux.h"
#include "steps/node/change.h"
#include "steps/node/node.h"
#include "steps/steps.h"
#include "steps/subjects.h"
#include "wizard/strings.h"
#include "wizard/util.h"

static const struct step *const steps[] = {
	&step_check, &step_ports, &step_permissive, &step_exercise, &step_collect, &step_review,
	&step_build, &step_load,  &step_enforce,    &step_verify,   NULL,
};

static const struct question questions[] = {
	{ "ports.apply", "yes skip quit", "yes", "label the ports?" },
	{ "ports.unneeded", "skip label", "skip",
	  "label also a port that the policy lets the server use as it is? Not asked at a "
	  "terminal" },
	{ "ports.files", "yes no", "yes", "label the server's files, too, where they need it?" },
	{ "permissive.apply", "yes skip quit", "yes", "make the server's domain permissive?" },
	{ "permissive.limit", NULL, "24h",
	  "how long may it stay so? after that it is confined by itself (none: no limit)",
	  .check = limit_check },
	{ "permissive.hidden", "yes no", "yes",
	  "show hidden denials (dontaudit) while the exercises run?" },
	{ "permissive.modules", "yes no", "yes",
	  "disable a module of others that gives the server rules? subject: its name",
	  .check = subjects_any },
	{ "exercise.notify", "yes no", "yes",
	  "put our script before the notify command, until its exercise is over?" },
	{ "exercise.done", "done wait skip quit", "done",
	  "the operator has done the exercise; subject: sst, ist, notify",
	  .check = subjects_exercise },
	{ "exercise.also", NULL, "none",
	  "further exercises, by their names: what the configuration speaks for is shown",
	  .check = subjects_exercises },
	{ "exercise.unproved", "skip quit", "quit",
	  "an exercise is not proved by the log; subject: sst, ist, notify",
	  .check = subjects_exercise },
	{ "collect.incomplete", "quit go-on", "quit",
	  "a wanted exercise has no evidence: build upon the others alone?" },
	{ "review.rule", "accept companions reject allow dontaudit all quit", "accept",
	  "does the rule enter the module? subject: as `review` shows it", subjects_finding,
	  subjects_same_finding, "reject" },
	{ "review.dangerous", NULL, "none",
	  "the target type of a dangerous rule that was accepted at a terminal, typed; subject: as "
	  "review.rule",
	  subjects_finding, subjects_same_finding },
	{ "review.silence", "yes no", "yes",
	  "silence what is not needed, so that it leaves no trace? no: load the allow rules "
	  "alone" },
	{ "review.note", "accept quit", "accept", "a finding that is not for the module is noted",
	  subjects_finding, subjects_same_finding },
	{ "load.apply", "yes skip quit", "yes", "install the module?" },
	{ "enforce.apply", "yes skip quit", "yes",
	  "confine the server again? (asked with load.apply)" },
	{ "enforce.system", "yes no", "no",
	  "make the whole system enforcing, where it is permissive?" },
	{ "verify.back", "review exercise quit", "quit",
	  "new denials in the confined run: where to go back to? Beforehand: to review, once, with "
	  "what is known" },
	{ 0 },
};

static const struct poptOption options[] = {
	{ "domain", 0, POPT_ARG_ARGV, &node_options.domain, 0,
	  "the server's domain, not mysqld_t; repeated: others whose denials count", "TYPE" },
	{ "log", 0, POPT_ARG_ARGV, &node_options.logs, 0,
	  "a further audit log to collect from, as the donor's (repeatable)", "FILE" },
	{ "evidence", 0, POPT_ARG_ARGV, &node_options.evidence, 0,
	  "another node's evidence file (collect -o), or a directory of them (repeatable)",
	  "FILE" },
	{ "ignore", 0, POPT_ARG_ARGV, &node_options.ignore, 0,
	  "waive a finding of the check (repeatable)", "NAME" },
	{ "allow-dangerous", 0, POPT_ARG_ARGV, &node_options.dangerous, 0,
	  "offer a rule for this type or permission, though it is refused (repeatable)", "NAME" },
	{ "decide-again", 0, POPT_ARG_NONE, &node_options.decide_again, 0,
	  "the step review asks about everything anew, also what was decided before", NULL },
	{ "defaults-file", 0, POPT_ARG_STRING, &node_options.defaults_file, 0,
	  "the server's configuration file", "FILE" },
	{ "defaults-group-suffix", 0, POPT_ARG_STRING, &node_options.group_suffix, 0,
	  "the suffix of this server's option groups", "SUFFIX" },
	{ "exercise", 0, POPT_ARG_ARGV, &node_options.exercises, 0,
	  "only this exercise: sst, ist, notify, or a further one (repeatable)", "NAME" },
	{ "timeout", 0, POPT_ARG_STRING, &node_options.timeout, 0,
	  "wait so long for each exercise, also without a terminal: 90s, 15m, 1h", "TIME" },
	{ "pace", 0, POPT_ARG_STRING, &node_options.pace, 0,
	  "in a rehearsal: play so many times as fast as recorded (10; without a terminal 0: at "
	  "once)",
	  "N" },
	POPT_TABLEEND
};

static const struct command *const commands[] = {
	&command_apply,
	&command_collect,
	&command_confine,
	&command_explain,
	&command_export,
	&command_rehearse,
	&command_report,
	NULL,
};

extern const char template_galera_selinux_bash[], template_galera_selinux_zsh[],
	template_galera_selinux_fish[];

static const struct completion completions[] = { { "bash", template_galera_selinux_bash },
						 { "zsh", template_galera_selinux_zsh },
						 { "fish", template_galera_selinux_fish },
						 { 0 } };

static void option_names(const char *option, struct strings *names)
{
	if (strcmp(option, "exercise") == 0)
		for (const struct exercise *at = galera_exercises; at->name; at++)
			strings_add(names, at->name);
	if (strcmp(option, "ignore") == 0)
		strings_split(names, checking_names, " ");
}

static int check_options(struct error *err)
{
	_cleanup_(strings_clear) struct strings known = { 0 };

	option_names("ignore", &known);
	for (char **name = node_options.ignore; name && *name; name++) {
		if (strings_has(&known, *name))
			continue;
		strings_unknown("finding of the check", *name, &known, err);
		return error_prefix(err, "--ignore");
	}
	return exercising_check(err);
}

/* PRETTY_NAME of the host's os-release, or "Linux". Caller frees. */
static char *system_name(void)
{
	static const char key[] = "PRETTY_NAME=\"";
	_cleanup_free_ char *text = NULL;
	const char *found = NULL;

	if (file_read("/etc/os-release", &text, NULL, NULL) == 0)
		found = strstr(text, key);
	found = found ? found + strlen(key) : "Linux";
	return memory_copy(found, strcspn(found, "\"\n"));
}

static int describe(struct session *session, char **line, struct error *err)
{
	_cleanup_free_ char *type = NULL, *system = system_name();
	char host[256] = "this node";
	enum selinux_mode mode = SELINUX_MODE_DISABLED, boot = SELINUX_MODE_DISABLED;
	int r = host_selinux_config(session->root, &boot, &type, err)
			?: host_selinux_mode(session->root, &mode, err);

	if (r < 0)
		return r;
	gethostname(host, sizeof(host) - 1);
	*line = str_printf("node %s, %s, SELinux %s (policy \"%s\")", host, system,
			   selinux_mode_name(mode), type);
	return 0;
}

static int find_drift(struct session *session, json_t *changes, struct error *err)
{
	return drift_find(session, step_ports.plan, changes, err);
}

const struct workflow workflow = {
	.program = "galera-selinux",
	.version = PROGRAM_VERSION,
	.summary = "takes a Galera Cluster node to SELinux enforcing, proved",
	.follows = "\"SELinux Configuration\", Galera Cluster documentation",
	.steps = steps,
	.questions = questions,
	.commands = commands,
	.options = options,
	.completions = completions,
	.names_of = option_names,
	.check = check_options,
	.describe = describe,
	.fingerprint = node_fingerprint,
	.hold = node_hold,
	.release = node_release,
	.settle = drift_settle,
	.drift = find_drift,
	.summary_of = summary_print,
	.standing_of = summary_standing,
	.verdict_of = monitor_judge,
	.runbook = runbook_make,
	.against = against_report,
	.by_hand = confine_plan_strict,
	.leave = summary_leave,
	.open = node_open,
	.close = node_close,
};
