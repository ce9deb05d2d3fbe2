/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `export -o FILE`: what was reached here, as a file that `apply` takes on the other nodes
 *
 * The session is only read, and so is the policy.
 */
#include <errno.h>
#include <popt.h>
#include <limits.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "steps/case.h"
#include "steps/cluster/bundle.h"
#include "steps/commands/export.h"
#include "steps/given.h"
#include "steps/header.h"
#include "steps/labelling/labels.h"
#include "steps/ledger.h"
#include "steps/module/interfaces.h"
#include "steps/module/text.h"
#include "steps/node/node.h"
#include "steps/steps.h"
#include "wizard/output.h"
#include "wizard/runner.h"
#include "wizard/screen.h"
#include "wizard/text.h"
#include "wizard/util.h"

static struct {
	char *output;    /* -o FILE */
	char *ansible;   /* --ansible DIR */
	char *refpolicy; /* --refpolicy DIR */
} chosen;

static const struct poptOption export_options[] = {
	{ "output", 'o', POPT_ARG_STRING, &chosen.output, 0,
	  "the file to be written; -: standard output", "FILE" },
	{ "ansible", 0, POPT_ARG_STRING, &chosen.ansible, 0,
	  "write it there as variables of the role linux-system-roles.selinux", "DIR" },
	{ "refpolicy", 0, POPT_ARG_STRING, &chosen.refpolicy, 0,
	  "write its module there as source for refpolicy: galera.te, galera.if, galera.fc",
	  "DIR" },
	POPT_TABLEEND
};

static int add_made(struct session *session, json_t *result, struct error *err)
{
	_cleanup_free_ char *path = NULL, *image = NULL;
	char host[256] = "", sum[BUNDLE_SUM_SIZE];
	struct store *store;
	size_t length;
	int r = node_store(session, &store, err)
			?: node_policy(session, &path, NULL, err)
			?: file_read(path, &image, &length, err)
			?: bundle_sum(image, length, sum, err);

	if (r < 0)
		return r;
	gethostname(host, sizeof(host) - 1);
	member_set(result, "made",
		   json_pack("{s:o, s:I, s:s}", "host", text_json(host), "time",
			     (json_int_t)time(NULL), "by", "galera-selinux " PROGRAM_VERSION));
	member_set(result, "policy",
		   json_pack("{s:s, s:s, s:s}", "type", store_type(store), "file",
			     strrchr(path, '/') + 1, "sha256", sum));
	return 0;
}

/* All that the cluster uses: another node's policy may label what this one's lets the server use.
 */
static int add_ports(struct session *session, json_t *result, struct error *err)
{
	const struct galera_port *ports;
	json_t *list = json_array();
	struct store *store;
	int count = 0;
	int r = node_ports(session, &ports, &count, err) ?: node_store(session, &store, err);

	member_set(result, "ports", list);
	for (int i = 0; r == 0 && i < count; i++) {
		_cleanup_free_ char *type = NULL;

		r = store_port_label(store, ports[i].proto, ports[i].number, &type, NULL, err);
		list_add(list,
			 json_pack("{s:s, s:i, s:s, s:s, s:b}", "proto", ports[i].proto, "number",
				   (int)ports[i].number, "type", PORT_TYPE, "purpose",
				   ports[i].purpose, "labelled", type && !strcmp(type, PORT_TYPE)));
	}
	return r;
}

/* The rules for files that the step ports has made, and not taken back. */
static void add_files(struct session *session, json_t *result)
{
	json_t *list = json_array();

	member_set(result, "file_contexts", list);
	for (int at = INT_MAX; (at = history_to_undo(session, at, step_ports.name)) >= 0;) {
		const json_t *begin = json_array_get(session_records(session), (size_t)at);

		list_each(change, json_object_get(begin, "changes")) {
			const char *spec = member_or_null(change, "spec");
			const char *letter = member_text(change, "kind");
			const char *files = *letter == 'd'   ? "dir"
					    : *letter == 'f' ? "file"
							     : "all";

			if (spec)
				list_add(list, json_pack("{s:s, s:s, s:s}", "spec", spec, "files",
							 files, "type", member_text(change, "to")));
		}
	}
}

static int add_module(struct session *session, json_t *result, struct error *err)
{
	const json_t *given = json_object_get(session_recall(session, NODE_RESULT), "rules");
	struct module_header header = header_of(session);
	_cleanup_(rules_clear) struct rules rules = { 0 };
	_cleanup_free_ char *te = NULL, *cil = NULL;
	const struct findings *findings;
	const struct denials *denials;
	int r = case_findings(session, &findings, &denials, err)
			?: case_rules(session, &rules, err)
			?: case_texts(session, &header, &te, &cil, err);

	if (r < 0)
		return r;
	member_set(result, "module",
		   json_pack("{s:s, s:s, s:i, s:s, s:s?, s:s?}", "name", header.name, "version",
			     header.version, "priority", STORE_PRIORITY, "comment", header.comment,
			     "te", te, "cil", cil));
	member_set(result, "rules", result_rules(&rules, findings, denials, given));
	return 0;
}

int export_compose(struct session *session, bool *built, json_t *result, struct error *err)
{
	json_t *ledger = NULL;
	int r = step_build.detect(session, built, err)
			?: add_made(session, result, err)
			?: add_ports(session, result, err)
			?: add_module(session, result, err)
			?: ledger_json(session, &ledger, err);

	if (r < 0)
		return r;
	*built = *built && session_recall(session, "build");
	add_files(session, result);
	member_set(result, "domain", json_string(node_domain()));
	member_set(result, "decisions", given_decisions(session));
	member_set(result, "proof",
		   *built ? json_deep_copy(session_recall(session, "build")) : json_null());
	member_set(result, "ledger", ledger);
	return 0;
}

/* What is not built, or not any more, was proved of nothing. */
static int compose(struct session *session, json_t *result, struct error *err)
{
	_cleanup_free_ char *go_on = node_command(session, "");
	bool built = false;
	int r = export_compose(session, &built, result, err);

	if (r < 0 || built)
		return r < 0 ? r : result_seal(result, err);
	error_set(err, ENODATA, NULL, "there is no module here that is built, and no result");
	return error_remedy(err, "do the steps up to build first: %s", go_on);
}

static void say_written(const json_t *result)
{
	const json_t *ledger = json_object_get(result, "ledger");

	screen_mark(MARK_OK, "%zu %s, %zu %s of the module %s: %s",
		    COUNTED(json_array_size(json_object_get(result, "ports")), "port", "ports"),
		    COUNTED(json_array_size(json_object_get(result, "rules")), "rule", "rules"),
		    MODULE_NAME,
		    output_is_stdout(chosen.output) ? "standard output" : chosen.output);
	if (member_is(ledger, "end", "verified"))
		screen_say("Here: %s.", member_text(ledger, "claim"));
	else
		screen_mark(MARK_WARN, "here: %s", member_text(ledger, "claim"));
	screen_say("Take the file to each other node, and there: galera-selinux apply FILE");
}

/* ---- for a role that others have written ------------------------------------------------------
 */

/* What the role's README calls the variables; what is labelled here by ourselves alone. */
static json_t *role_ports(const json_t *result)
{
	json_t *list = json_array();

	list_each(port, json_object_get(result, "ports"))
		if (member_true(port, "labelled"))
			list_add(list,
				 json_pack("{s:o, s:O, s:O, s:s, s:b}", "ports",
					   json_sprintf("%lld", member_number(port, "number")),
					   "proto", json_object_get(port, "proto"), "setype",
					   json_object_get(port, "type"), "state", "present",
					   "local", true));
	return list;
}

static json_t *role_files(const json_t *result)
{
	json_t *list = json_array();

	list_each(rule, json_object_get(result, "file_contexts"))
		list_add(list,
			 json_pack("{s:O, s:O, s:s, s:s}", "target", json_object_get(rule, "spec"),
				   "setype", json_object_get(rule, "type"), "ftype",
				   member_is(rule, "files", "dir")    ? "d"
				   : member_is(rule, "files", "file") ? "f"
								      : "a",
				   "state", "present"));
	return list;
}

static json_t *role_modules(const char *cil)
{
	json_t *list = json_array();
	_cleanup_free_ char *priority = str_printf("%d", STORE_PRIORITY);

	if (cil)
		list_add(list, json_pack("{s:s, s:s, s:s}", "path", MODULE_CIL, "priority",
					 priority, "state", "enabled"));
	return list;
}

static int write_text(struct session *session, const char *directory, const char *name,
		      const char *text, struct error *err)
{
	_cleanup_free_ char *path = str_printf("%s/%s", directory, name);
	int r = output_write(session, path, text, strlen(text), 0644, err);

	if (r == 0)
		screen_detail("%s", path);
	return r;
}

/* JSON is YAML. */
static int write_role(struct session *session, const json_t *result, struct error *err)
{
	const char *cil = member_or_null(json_object_get(result, "module"), "cil");
	json_auto_t *variables = json_pack("{s:o, s:o, s:o}", "selinux_ports", role_ports(result),
					   "selinux_fcontexts", role_files(result),
					   "selinux_modules", role_modules(cil));
	_cleanup_free_ char *text = json_dumps(variables, JSON_INDENT(2));
	_cleanup_free_ char *whole = str_printf("%s\n", text);
	int r = make_directories(chosen.ansible, 0755, err)
			?: write_text(session, chosen.ansible, "galera-selinux.yml", whole, err);

	return r < 0 || !cil ? r : write_text(session, chosen.ansible, MODULE_CIL, cil, err);
}

/* ---- for the policy's own source --------------------------------------------------------------
 */

/* Labels are of other files of a policy's source, and of this node: they are told, not made. */
static char *refpolicy_labels(const json_t *result)
{
	const json_t *files = json_object_get(result, "file_contexts");
	char *text = NULL;
	FILE *out = stream_open(&text, NULL);

	fputs("# What was labelled on the node that this was made on. Ports, for "
	      "corenetwork.te.in:\n",
	      out);
	list_each(port, json_object_get(result, "ports"))
		if (member_true(port, "labelled"))
			fprintf(out, "#   network_port(mysqld, %s,%lld,s0)\n",
				member_text(port, "proto"), member_number(port, "number"));
	if (json_array_size(files))
		fputs("# Files, for mysql.fc, where they are not this node's alone:\n", out);
	list_each(rule, files)
		fprintf(out, "#   %s%s\tgen_context(system_u:object_r:%s,s0)\n",
			member_text(rule, "spec"),
			member_is(rule, "files", "dir")    ? "\t-d"
			: member_is(rule, "files", "file") ? "\t--"
							   : "",
			member_text(rule, "type"));
	stream_close(&out);
	return text;
}

static void say_calls(size_t known, const struct rules *rules, char *const *calls)
{
	size_t called = 0;

	for (size_t i = 0; i < rules->count; i++)
		called += calls[i] != NULL;
	if (known)
		screen_mark(MARK_OK,
			    "compared with %zu interfaces of the policy: %zu of %zu rules %s "
			    "exactly one of them, and called so",
			    known, called, rules->count, called == 1 ? "is" : "are");
	else
		screen_mark(MARK_NONE,
			    "no interfaces of the policy in " INTERFACES_HEADERS
			    " (selinux-policy-dev or -devel): the rules stand as they are");
}

static int find_calls(const struct rules *rules, char **calls, struct error *err)
{
	_cleanup_free_ char *work = NULL;
	size_t known = 0;
	int r = store_scratch("interfaces", &work, err);

	if (r < 0)
		return r;
	r = interfaces_find(INTERFACES_HEADERS, work, rules, calls, &known, err);
	store_discard(work);
	if (r == 0)
		say_calls(known, rules, calls);
	return r;
}

static int write_sources(struct session *session, const json_t *result, const struct rules *rules,
			 char **calls, struct error *err)
{
	struct module_header header = header_of(session);
	_cleanup_free_ char *te = NULL, *interfaces = NULL, *labels = refpolicy_labels(result);

	return find_calls(rules, calls, err)
		       ?: refpolicy_texts(&header, rules, calls, &te, &interfaces, err)
		       ?: make_directories(chosen.refpolicy, 0755, err)
		       ?: write_text(session, chosen.refpolicy, MODULE_NAME ".te", te, err)
		       ?: write_text(session, chosen.refpolicy, MODULE_NAME ".if", interfaces, err)
		       ?: write_text(session, chosen.refpolicy, MODULE_NAME ".fc", labels, err);
}

static int write_refpolicy(struct session *session, const json_t *result, struct error *err)
{
	_cleanup_(rules_clear) struct rules rules = { 0 };
	_cleanup_free_ char **calls = NULL;
	int r = case_rules(session, &rules, err);

	if (r == 0 && !rules.count)
		return error_set(err, ENODATA, "there is nothing to write: -o FILE has the rest",
				 "no rule is needed here, and so no module");
	calls = memory_new(rules.count + 1, sizeof(*calls));
	if (r == 0)
		r = write_sources(session, result, &rules, calls, err);
	for (size_t i = 0; i < rules.count; i++)
		free(calls[i]);
	return r;
}

/* ---- the command ----------------------------------------------------------------------------- */

static int write_result(struct session *session, const json_t *result, struct error *err)
{
	_cleanup_free_ char *text = json_dumps(result, JSON_INDENT(2));
	_cleanup_free_ char *whole = str_printf("%s\n", text);
	int r;

	if (strlen(whole) > RESULT_BYTES_MAX)
		return error_set(err, EFBIG, "reject rules that are not needed, and build again",
				 "the result would be larger than one may be (%u MB)",
				 RESULT_BYTES_MAX >> 20);
	r = output_write(session, chosen.output, whole, strlen(whole), 0600, err);
	if (r == 0)
		say_written(result);
	return r;
}

static int run(struct session *session, struct error *err)
{
	json_auto_t *result = json_pack("{s:s, s:i}", "kind", RESULT_KIND, "format", RESULT_FORMAT);

	if (!chosen.output && !chosen.ansible && !chosen.refpolicy)
		return error_set(err, ERROR_USAGE, "write: galera-selinux export -o FILE",
				 "export needs the name of a file to write");
	return (chosen.output ? node_guard_logs(session, chosen.output, NULL, err) : 0)
		       ?: compose(session, result, err)
		       ?: (chosen.output ? write_result(session, result, err) : 0)
		       ?: (chosen.ansible ? write_role(session, result, err) : 0)
		       ?: (chosen.refpolicy ? write_refpolicy(session, result, err) : 0);
}

const struct command command_export = {
	.name = "export",
	.summary = "write what was reached to a file, for the other nodes",
	.example = "export -o galera.json",
	.run = run,
	.options = export_options,
	.opens_session = SESSION_TO_READ,
};
