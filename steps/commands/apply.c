/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `apply FILE`: what another node has reached and `export` has written, for this one
 *
 * The file is looked at against this node's policy; then its ports and rules are as good as this
 * node's own, the module is built of what the policy lacks of them, and the steps ports and load do
 * the rest: their plan, their questions, their journal, their undo.
 */
#include <errno.h>
#include <popt.h>
#include <string.h>
#include <unistd.h>

#include "steps/case.h"
#include "steps/given.h"
#include "steps/header.h"
#include "steps/host/auditd.h"
#include "steps/node/node.h"
#include "steps/steps.h"
#include "wizard/runner.h"
#include "wizard/screen.h"
#include "wizard/strings.h"
#include "wizard/util.h"

static int dry; /* --dry-run */

static const struct poptOption apply_options[] = {
	{ "dry-run", 'n', POPT_ARG_NONE, &dry, 0,
	  "show what would be changed; change nothing (exit status 3: there is something)", NULL },
	POPT_TABLEEND
};

/* ---- does it fit this node? ------------------------------------------------------------------ */

/* The three that every cluster has, unless it is configured otherwise. */
static bool is_usual_port(const char *proto, unsigned int number)
{
	const struct galera_config none = { 0 };
	struct galera_port usual[GALERA_PORTS_MAX];

	return galera_has_port(usual, galera_ports(&none, usual, NULL), proto, number);
}

/* A port that has an owner here is not taken away from it by a file, but by this node's own
 * configuration. */
static int check_port(struct session *session, const json_t *port, struct error *err)
{
	const char *proto = member_text(port, "proto");
	unsigned int number = (unsigned int)member_number(port, "number");
	_cleanup_free_ char *type = NULL;
	enum store_label label;
	const struct galera_port *own;
	struct store *store;
	int count, r = node_ports(session, &own, &count, err)
			       ?: node_store(session, &store, err)
			       ?: store_port_label(store, proto, number, &type, &label, err);

	if (r < 0 || galera_has_port(own, count, proto, number))
		return r;
	if (!member_is(port, "type", PORT_TYPE))
		return error_set(err, EPERM, "label it by hand, if that is what you want",
				 "the result would label the port %u/%s otherwise than " PORT_TYPE,
				 number, proto);
	if (!type || !strcmp(type, PORT_TYPE) || label == STORE_LABEL_RANGE ||
	    is_usual_port(proto, number))
		return 0;
	return error_set(err, EPERM,
			 "if this cluster uses it, set it in this node's configuration, too; then "
			 "it may be labelled",
			 "the result would label the port %u/%s, which is %s here, and which this "
			 "node's configuration does not name",
			 number, proto, type);
}

static int check_names(const json_t *result, const struct result_account *account,
		       struct error *err)
{
	const char *type = member_text(json_object_get(result, "policy"), "type");
	const char *host = member_text(json_object_get(result, "made"), "host");

	if (account->foreign) {
		error_set(err, EPERM, NULL,
			  "%zu %s of %s, which is none of the server's domains here",
			  COUNTED(account->foreign, "rule of the result is",
				  "rules of the result are"),
			  account->first);
		return error_remedy(err,
				    "if it is the server's, name the domains as on the node that "
				    "has written it (%s), with --domain",
				    host);
	}
	if (!account->unknown)
		return 0;
	error_set(err, ENOENT, NULL, "this node's policy has no %s, which %zu %s", account->first,
		  COUNTED(account->unknown, "rule of the result needs",
			  "rules of the result need, or another name"));
	return error_remedy(err,
			    "install the policy (\"%s\") in the version that %s has; or have this "
			    "node learn by itself: galera-selinux",
			    type, host);
}

/* What would be refused if it had been learned here is not taken from a file either. */
static int check_dangers(struct session *session, const json_t *rules, struct error *err)
{
	_cleanup_(denials_clear) struct denials denials = { 0 };
	_cleanup_(findings_clear) struct findings findings = { 0 };
	int r;

	result_denials(rules, node_domains(), &denials);
	r = case_judge(session, &denials, &findings, err);
	for (size_t i = 0; r == 0 && i < findings.count; i++) {
		const struct finding *finding = &findings.items[i];
		_cleanup_free_ char *permissions = NULL;

		if (finding->fix != FIX_REFUSE)
			continue;
		permissions = strings_join(&finding->permissions, " ");
		error_set(err, EPERM, NULL,
			  "the result allows what is refused as dangerous: %s %s:%s { %s }. %s",
			  finding->source, finding->target, finding->tclass, permissions,
			  finding->why);
		return error_remedy(err,
				    "ask whoever has accepted it; to have it all the same: "
				    "--allow-dangerous %s",
				    finding->target);
	}
	return r;
}

static int check(struct session *session, const json_t *result, struct result_account *account,
		 struct error *err)
{
	const json_t *list = json_object_get(result, "rules");
	_cleanup_(rules_clear) struct rules rules = { 0 };
	struct oracle *base;
	int r = node_base(session, &base, err);

	list_each(port, json_object_get(result, "ports"))
		if (r == 0)
			r = check_port(session, port, err);
	return r < 0 ? r
		     : (result_take(list, base, node_domains(), &rules, account, err)
				?: check_names(result, account, err)
				?: check_dangers(session, list, err));
}

/* ---- it becomes this node's ------------------------------------------------------------------ */

static void say_taken(const json_t *result, const struct result_account *account)
{
	const char *host = member_text(json_object_get(result, "made"), "host");
	time_t made = (time_t)member_number(json_object_get(result, "made"), "time");
	char when[64];

	screen_time(made, when, sizeof(when));
	screen_say("The result of %s, of %s: %zu %s, %zu %s.", host, when,
		   COUNTED(json_array_size(json_object_get(result, "ports")), "port", "ports"),
		   COUNTED(json_array_size(json_object_get(result, "rules")), "rule", "rules"));
	if (account->granted)
		screen_mark(MARK_OK,
			    "this node needs less: its policy gives %zu %s already; %zu of %zu %s "
			    "left",
			    COUNTED(account->granted, "permission", "permissions"), account->rules,
			    COUNTED(json_array_size(json_object_get(result, "rules")), "rule is",
				    "rules are"));
}

/* The same rules are the same text on every node; this node's own denials, or less, are not. */
static int head(struct session *session, const json_t *result, const struct result_account *account,
		struct error *err)
{
	_cleanup_(rules_clear) struct rules own = { 0 };
	_cleanup_free_ char *line = NULL;
	const struct findings *findings;
	const struct denials *denials;
	int r = case_findings(session, &findings, &denials, err);

	if (r < 0)
		return r;
	rules_from_findings(findings, denials, &own);
	if (own.count)
		return header_make(session, err);
	if (account->granted)
		line = str_printf("Here without %zu permissions that this node's policy gives.",
				  account->granted);
	return header_take(session, json_object_get(result, "module"), line, err);
}

/* What was collected here is decided here. */
static int check_review(struct session *session, struct error *err)
{
	_cleanup_free_ char *command = node_command(session, "run review");
	bool done = false;
	int r = step_review.detect(session, &done, err);

	if (r < 0 || done)
		return r;
	error_set(err, ENODATA, NULL, "denials were collected on this node that are not decided");
	return error_remedy(err, "decide them, then apply again: %s", command);
}

/* A build that fails leaves nothing given. */
static int take(struct session *session, const json_t *result, const struct result_account *account,
		struct error *err)
{
	json_auto_t *before = json_incref(session_recall(session, NODE_RESULT));
	const json_t *made = json_object_get(result, "made");
	json_t *given = json_made(
		json_pack("{s:O, s:O, s:O, s:O}", "host", json_object_get(made, "host"), "made",
			  json_object_get(made, "time"), "ports", json_object_get(result, "ports"),
			  "rules", json_object_get(result, "rules")));
	bool done = false;
	struct error late = { 0 };
	int r = given_decide(session, result, err)
			?: session_remember(session, NODE_RESULT, given, err);

	if (r < 0)
		return r;
	r = check_review(session, err) ?: step_build.detect(session, &done, err);
	if (r == 0 && !done)
		r = head(session, result, account, err) ?: build_headed(session, err);
	if (r != 0)
		session_remember(session, NODE_RESULT, TAKE_PTR(before), &late);
	return r;
}

/* ---- this node's own denials ----------------------------------------------------------------- */

static bool is_covered(const struct finding *finding, const struct rules *rules)
{
	for (size_t i = 0; i < rules->count; i++) {
		const struct rule *rule = &rules->items[i];
		size_t found = 0;

		if (rule->kind != RULE_ALLOW || strcmp(rule->source, finding->source) != 0 ||
		    strcmp(rule_target(rule), finding->target) != 0 ||
		    strcmp(rule->tclass, finding->tclass) != 0)
			continue;
		while (found < finding->permissions.count &&
		       strings_has(&rule->permissions, finding->permissions.items[found]))
			found++;
		return found == finding->permissions.count;
	}
	return false;
}

/* Neither the policy nor the result settles it, and no label of a port. */
static bool is_left(const struct finding *finding, const struct rules *rules)
{
	return finding->fix != FIX_ALLOWED && finding->fix != FIX_DONTAUDIT &&
	       finding->fix != FIX_PORT && !is_covered(finding, rules);
}

/* Of what this node's log, and what was rotated of it, has been denied. */
static int compare_log(struct session *session, json_t *list, struct error *err)
{
	_cleanup_(denials_clear) struct denials denials = { 0 };
	_cleanup_(findings_clear) struct findings findings = { 0 };
	_cleanup_(rules_clear) struct rules rules = { 0 };
	_cleanup_(strings_clear) struct strings logs = { 0 };
	int r = host_audit_logs(session->root, 0, &logs, err);

	for (size_t i = 0; r == 0 && i < logs.count; i++)
		if (access(logs.items[i], R_OK) == 0)
			r = node_log_read(session, logs.items[i], "this node", &denials, err);
		else
			screen_mark(MARK_WARN,
				    "whether the result settles what is in %s was not looked at: "
				    "it cannot be read: %m",
				    logs.items[i]);
	if (r < 0)
		return r;
	r = case_judge(session, &denials, &findings, err) ?: case_rules(session, &rules, err);
	for (size_t i = 0; r == 0 && i < findings.count; i++) {
		const struct finding *finding = &findings.items[i];
		_cleanup_free_ char *permissions = strings_join(&finding->permissions, " ");

		if (is_left(finding, &rules))
			list_add(list, json_sprintf("%s %s %s:%s { %s }, %zu %s",
						    fix_name(finding->fix), finding->source,
						    finding->target, finding->tclass, permissions,
						    COUNTED(finding->count, "time", "times")));
	}
	return r;
}

static void say_uncovered(const json_t *list)
{
	if (!json_array_size(list))
		return;
	screen_mark(MARK_WARN, "this node's own audit log has denials that the result does not "
			       "settle; `galera-selinux explain` tells more:");
	list_each(item, list)
		screen_detail("%s", item_text(item));
}

/* ---- the command ----------------------------------------------------------------------------- */

/* Has the run done a step that was not done: is there such a record behind the first `before`? Also
 * what a run that was interrupted had begun. */
static bool has_done(const struct session *session, size_t before)
{
	const json_t *records = session_records(session);

	for (size_t i = before; i < json_array_size(records); i++)
		if (member_is(json_array_get(records, i), "event", "done"))
			return true;
	return false;
}

static bool has_changes(const json_t *report)
{
	size_t count = 0;

	list_each(row, json_object_get(report, "steps"))
		count += json_array_size(json_object_get(row, "changes"));
	return count;
}

/* The plan, and for a result that is wanted the steps. */
static int carry_out(struct session *session, json_t **report, bool *changed, struct error *err)
{
	size_t before = json_array_size(session_records(session));
	int r = dry || session->options.json ? runner_plan_report(session, report, err) : 0;

	if (r == 0 && !dry)
		r = runner_run(session, err);
	*changed = dry ? has_changes(*report) : has_done(session, before);
	return r;
}

static void show(struct session *session, json_t *report, bool changed,
		 const struct result_account *account, json_t *uncovered)
{
	_cleanup_free_ char *verify = node_command(session, "run verify");

	if (report) {
		member_set(report, "changed", json_boolean(changed));
		member_set(report, "granted", json_integer((json_int_t)account->granted));
		json_object_set(report, "uncovered", uncovered);
		runner_plan_show(session, report);
	}
	say_uncovered(uncovered);
	if (!changed)
		screen_mark(MARK_OK, "nothing to change: this node has it already");
	if (dry)
		return;
	screen_say("What it is worth on this node its own exercises tell, confined:");
	screen_detail("%s", verify);
}

static int apply_result(struct session *session, const json_t *result, struct error *err)
{
	static char ports[] = "ports", load[] = "load";
	static char *const steps[] = { ports, load, NULL };
	json_auto_t *report = NULL, *uncovered = json_array();
	struct result_account account = { 0 };
	bool changed = false;
	int r = check(session, result, &account, err);

	if (r < 0)
		return r;
	session->arguments = steps;
	node_run(session)->applies = true;
	say_taken(result, &account);
	r = take(session, result, &account, err)
		    ?: compare_log(session, uncovered, err)
		    ?: carry_out(session, &report, &changed, err);
	if (r)
		return r;
	show(session, report, changed, &account, uncovered);
	return dry && changed ? STEP_INCOMPLETE : 0;
}

static int run(struct session *session, struct error *err)
{
	json_auto_t *result = NULL;

	if (!session->arguments[0] || session->arguments[1])
		return error_set(err, ERROR_USAGE, "write: galera-selinux apply FILE",
				 "apply needs the file that `export` has written");
	return result_read(session->arguments[0], &result, err)
		       ?: session_open(session, dry, err)
		       ?: apply_result(session, result, err);
}

const struct command command_apply = {
	.name = "apply",
	.summary = "give this node the ports and the module of another node's result",
	.example = "apply galera.json --dry-run",
	.run = run,
	.options = apply_options,
	.arguments = "FILE",
};
