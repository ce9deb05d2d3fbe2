/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * explain - each denial of any log and its right fix, outside a session: nothing is changed,
 * nothing is remembered, and with a policy file of one's own nothing of the host but its labels is
 * read.
 */
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <popt.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "steps/audit/log.h"
#include "steps/commands/explain.h"
#include "steps/header.h"
#include "steps/galera/exercises.h"
#include "steps/galera/files.h"
#include "steps/host/auditd.h"
#include "steps/advice/advice.h"
#include "steps/advice/known.h"
#include "steps/case.h"
#include "steps/labelling/labels.h"
#include "steps/node/node.h"
#include "steps/steps.h"
#include "wizard/output.h"
#include "wizard/util.h"

static struct {
	char *policy; /* --policy FILE */
	char *te;     /* --te FILE */
	char *cil;    /* --cil FILE */
} chosen;

static const struct poptOption explain_options[] = {
	{ "policy", 0, POPT_ARG_STRING, &chosen.policy, 0,
	  "judge against this policy (policy.NN), not the host's", "FILE" },
	{ "te", 0, POPT_ARG_STRING, &chosen.te, 0,
	  "write a module of the findings for which a rule is the fix (-: to standard output)",
	  "FILE" },
	{ "cil", 0, POPT_ARG_STRING, &chosen.cil, 0, "the same module in CIL", "FILE" },
	POPT_TABLEEND
};

static void explanation_clear(struct explanation *explanation)
{
	findings_clear(&explanation->findings);
	denials_clear(&explanation->denials);
	strings_clear(&explanation->directories);
	file_labels_close(explanation->labels);
	oracle_close(explanation->oracle);
	free(explanation->policy);
}

/* ---- the policy ----------------------------------------------------------------------------- */

static int host_policy(struct session *session, char **path, struct error *err)
{
	_cleanup_free_ char *type = NULL, *inside = NULL, *directory = NULL;
	enum selinux_mode mode;
	int r = host_selinux_config(session->root, &mode, &type, err);

	if (r < 0)
		return error_remedy(err, "name the policy to judge against with --policy FILE");
	inside = str_printf("/etc/selinux/%s/policy", type);
	directory = session_in_root(session, inside);
	if (store_newest_policy(directory, path, NULL) == 0)
		return 0;
	return error_set(err, ENOENT, "name the policy to judge against with --policy FILE",
			 "there is no policy in %s", directory);
}

/*
 * The file contexts that belong to a policy stand beside it:
 * ROOT/etc/selinux/TYPE/policy/policy.NN. Of a policy that lies elsewhere nothing is known of
 * files: labels stays NULL.
 */
static int open_labels(const char *policy, struct file_labels **labels, struct error *err)
{
	char resolved[PATH_MAX], type[NAME_MAX + 1];
	_cleanup_free_ char *contexts = NULL;
	char *at = resolved;
	int end = 0;

	if (!realpath(policy, resolved))
		return 0;
	while ((at = strstr(at, "/etc/selinux/")) &&
	       (sscanf(at, "/etc/selinux/%255[^/]/policy/%*[^/]%n", type, &end) != 1 || at[end]))
		at++;
	if (!at)
		return 0;
	*at = '\0';
	contexts = str_printf("%s/etc/selinux/%s/contexts/files/file_contexts", resolved, type);
	return access(contexts, R_OK) < 0
		       ? 0
		       : file_labels_open(labels, *resolved ? resolved : "/", type, err);
}

/* check_domain - does the policy know the server at all? Those that were asked for are looked at
 * elsewhere. */
static int check_domain(struct oracle *oracle, const char *path, struct error *err)
{
	if (oracle_has_type(oracle, node_domain()))
		return 0;
	return error_set(err, ENOENT,
			 "name the policy of a host that has the server's policy module (mysql) "
			 "with --policy, or the domain that the server has in this one with "
			 "--domain",
			 "%s does not define %s", path, node_domain());
}

static int open_policy(struct session *session, struct explanation *explanation, struct error *err)
{
	int r = 0;

	if (chosen.policy)
		explanation->policy = str_copy(chosen.policy);
	else
		r = host_policy(session, &explanation->policy, err);
	return r ?: oracle_open(&explanation->oracle, explanation->policy, err)
			    ?: node_check_names(explanation->oracle, err)
			    ?: check_domain(explanation->oracle, explanation->policy, err);
}

/* ---- the judgement -------------------------------------------------------------------------- */

static int port_label(void *data, const char *proto, unsigned int number, char **type,
		      struct error *err)
{
	struct explanation *explanation = data;

	(void)err;
	*type = str_copy(oracle_port_type(explanation->oracle, proto, number));
	return 0;
}

/* The labels that belong to the policy, at their first use; none, where it is a file alone. */
static int ask_labels(struct explanation *explanation, struct error *err)
{
	bool asked = explanation->labels_asked;

	explanation->labels_asked = true;
	return asked ? 0 : open_labels(explanation->policy, &explanation->labels, err);
}

static int path_label(void *data, const struct denial *denial, char **type, struct error *err)
{
	struct explanation *explanation = data;
	int r = ask_labels(explanation, err);

	*type = NULL;
	return r < 0 || !explanation->labels ? r
					     : case_path_label(explanation->labels, denial->path,
							       denial->tclass, type, err);
}

static int path_rule(void *data, const char *path, bool below, char **rule, bool *alias,
		     struct error *err)
{
	struct explanation *explanation = data;
	int r = ask_labels(explanation, err);

	return r < 0 || !explanation->labels
		       ? r
		       : labels_rule(explanation->labels, path, below, rule, alias, err);
}

static void add_port(struct explanation *explanation, const struct galera_port *port)
{
	for (size_t i = 0; i < explanation->port_count; i++)
		if (explanation->ports[i].number == port->number &&
		    !strcmp(explanation->ports[i].proto, port->proto))
			return;
	explanation->ports[explanation->port_count++] =
		(struct advice_port){ port->proto, port->number, PORT_TYPE };
}

/* The ports and directories of this host's configuration, as far as it has one, and the ports that
 * Galera uses by default: the log may be another node's. */
static void find_configured(struct session *session, struct explanation *explanation)
{
	static const struct galera_config defaults = { .multicast = true };
	struct galera_config config = { 0 };
	struct galera_port ports[GALERA_PORTS_MAX];
	int count = -1;

	if (node_config_read(session, &config, NULL) == 0) {
		count = galera_ports(&config, ports, NULL);
		galera_directories(&config, &explanation->directories);
	}
	for (int i = 0; i < count; i++)
		add_port(explanation, &ports[i]);
	galera_config_clear(&config);
	count = galera_ports(&defaults, ports, NULL);
	for (int i = 0; i < count; i++)
		add_port(explanation, &ports[i]);
}

static int judge(struct explanation *explanation, struct error *err)
{
	struct advisor advisor =
		case_advisor_of(explanation->oracle, explanation->ports, explanation->port_count);

	advisor.port_label = port_label;
	advisor.path_label = path_label;
	advisor.path_rule = path_rule;
	advisor.directories = &explanation->directories;
	advisor.data = explanation;
	/* Asked about a domain in which a program lands that has none, we say where it belongs. */
	if (match_words(known_general_domains, advisor.domain))
		advisor.domain = galera_domains[0];
	return advice_judge(&advisor, &explanation->denials, &explanation->findings, err);
}

static int read_logs(struct session *session, struct explanation *explanation, struct error *err)
{
	char *const *logs = session->arguments;
	_cleanup_free_ char *path = NULL;
	int r = 0;

	if (!logs || !*logs)
		return host_audit_log_path(session->root, &path, err)
			       ?: audit_log_read(path, false, path, node_domains(),
						 &explanation->denials, err);
	for (; r == 0 && *logs; logs++)
		r = audit_log_read(*logs, !node_log_is_own(session, *logs),
				   strcmp(*logs, "-") ? *logs : "standard input", node_domains(),
				   &explanation->denials, err);
	return r;
}

/* ---- the module ----------------------------------------------------------------------------- */

/* checkmodule wants a module to be named as its file is. */
static void module_name(const char *path, char *name, size_t size)
{
	const char *base = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	size_t length = strspn(base, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "0123456789_");

	snprintf(name, size, "%.*s", (int)length, base);
	if (!length || length >= size || (base[0] >= '0' && base[0] <= '9'))
		snprintf(name, size, MODULE_NAME);
}

static int write_module(struct session *session, const char *path, const struct rules *rules,
			const char *comment, bool te, struct error *err)
{
	_cleanup_free_ char *text = NULL;
	char name[128];
	struct module_header header = { .name = name, .version = "1.0", .comment = comment };

	module_name(path, name, sizeof(name));
	return (te ? te_text : cil_text)(&header, rules, &text, err)
		       ?: output_write(session, path, text, strlen(text), 0644, err);
}

static bool is_stdout(const char *path)
{
	return path && output_is_stdout(path);
}

/* Do both names lead to one file, though it may not be there yet? A device takes both. */
static bool is_one_file(const char *one, const char *other)
{
	_cleanup_free_ char *copy = str_copy(one);
	char first[PATH_MAX], second[PATH_MAX];
	struct stat a, b;

	if (stat(one, &a) == 0 && stat(other, &b) == 0)
		return S_ISREG(a.st_mode) && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
	/* realpath() fills in what is missing, too: the file, where the directory is there. */
	return stat(dirname(copy), &a) == 0 && !realpath(one, first) && errno == ENOENT &&
	       !realpath(other, second) && errno == ENOENT && !strcmp(first, second);
}

/* Before anything is read. */
static int check_outputs(struct session *session, struct error *err)
{
	const char *const paths[] = { chosen.te, chosen.cil };
	int r = 0;

	if (is_stdout(chosen.te) + is_stdout(chosen.cil) + session->options.json > 1)
		return error_set(err, ERROR_USAGE, "give a file for the others",
				 "only one of --te -, --cil - and --json can have standard output");
	if (chosen.te && chosen.cil && is_one_file(chosen.te, chosen.cil))
		return error_set(err, ERROR_USAGE, "give each a file of its own",
				 "--te %s and --cil %s are one file", chosen.te, chosen.cil);
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(paths); i++) {
		if (!paths[i])
			continue;
		r = node_guard_logs(session, paths[i], session->arguments, err)
			    ?: (chosen.policy ? output_guard(paths[i], chosen.policy,
							     "the policy that is read", err)
					      : 0);
	}
	return r;
}

static int write_modules(struct session *session, struct explanation *explanation,
			 struct error *err)
{
	struct findings *findings = &explanation->findings;
	_cleanup_free_ char *comment = NULL;
	struct rules rules = { 0 };
	int r;

	if (!chosen.te && !chosen.cil)
		return 0;
	for (size_t i = 0; i < findings->count; i++)
		if (findings->items[i].fix == FIX_ALLOW)
			findings->items[i].decision = DECISION_ACCEPT;
	r = header_explain(&explanation->denials, &comment, err);
	if (r == 0)
		rules_from_findings(findings, &explanation->denials, &rules);
	if (r == 0 && chosen.te)
		r = write_module(session, chosen.te, &rules, comment, true, err);
	if (r == 0 && chosen.cil)
		r = write_module(session, chosen.cil, &rules, comment, false, err);
	rules_clear(&rules);
	return r;
}

/* ---- the command ---------------------------------------------------------------------------- */

/* is_settled - was every denial judged, and needs none of them anything? */
static bool is_settled(const struct explanation *explanation)
{
	const struct denials *denials = &explanation->denials;
	const struct findings *findings = &explanation->findings;
	size_t i = 0;

	while (i < findings->count && finding_needs_nothing(&findings->items[i]))
		i++;
	return i == findings->count && !findings->unknown_names && !denials->unreadable &&
	       !denials->lost_notices && !denials->apparmor && !denials->summaries &&
	       !denials->refused_ours;
}

static int run(struct session *session, struct error *err)
{
	_cleanup_(explanation_clear) struct explanation explanation = { 0 };
	int r = check_outputs(session, err)
			?: open_policy(session, &explanation, err)
			?: read_logs(session, &explanation, err);

	if (r < 0)
		return r;
	find_configured(session, &explanation);
	r = judge(&explanation, err) ?: write_modules(session, &explanation, err);
	if (r < 0)
		return r;
	/* A module on standard output is all that stands there. */
	if (!is_stdout(chosen.te) && !is_stdout(chosen.cil)) {
		if (session->options.json)
			explanation_json(&explanation);
		else
			explanation_text(&explanation);
	}
	return is_settled(&explanation) ? 0 : STEP_DENIALS;
}

const struct command command_explain = {
	.name = "explain",
	.summary = "the right fix of each denial of a log; change nothing",
	.example = "explain /var/log/audit/audit.log",
	.run = run,
	.options = explain_options,
	.arguments = "[LOG...|-]",
};
