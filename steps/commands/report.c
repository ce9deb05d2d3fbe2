/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `report -o FILE`: what was done here and why, for who must approve the module; `--runbook`: what
 * is to be done, for a maintenance window
 *
 * One document is made of what export and status say, and written as HTML, Markdown or JSON. The
 * session is only read.
 */
#include <popt.h>
#include <string.h>

#include "steps/case.h"
#include "steps/commands/export.h"
#include "steps/exercising/instructions.h"
#include "steps/left.h"
#include "steps/ledger.h"
#include "steps/node/node.h"
#include "steps/reporting/documents.h"
#include "steps/steps.h"
#include "wizard/output.h"
#include "wizard/runner.h"
#include "wizard/screen.h"
#include "wizard/text.h"
#include "wizard/util.h"

static struct {
	char *output;
	int html, markdown, runbook;
} chosen;

static const struct poptOption report_options[] = {
	{ "output", 'o', POPT_ARG_STRING, &chosen.output, 0,
	  "the file to be written; -: standard output, as without it but for HTML", "FILE" },
	{ "html", 0, POPT_ARG_NONE, &chosen.html, 0, "as one HTML file (so without another form)",
	  NULL },
	{ "md", 0, POPT_ARG_NONE, &chosen.markdown, 0, "as Markdown (--json: as JSON)", NULL },
	{ "runbook", 0, POPT_ARG_NONE, &chosen.runbook, 0,
	  "the change plan for a maintenance window instead; Markdown, if not said otherwise",
	  NULL },
	POPT_TABLEEND
};

/* ---- the denials, by node, exercise and role ------------------------------------------------- */

static json_t *find_lane(json_t *lanes, const char *node, const char *exercise, const char *role)
{
	json_t *lane;

	list_each(known, lanes)
		if (member_is(known, "node", node) && member_is(known, "exercise", exercise) &&
		    member_is(known, "role", role))
			return known;
	lane = json_made(json_pack("{s:o, s:o, s:o, s:[]}", "node", text_json(node), "exercise",
				   text_json(exercise), "role", text_json(role), "at"));
	json_array_append_new(lanes, lane);
	return lane;
}

/* Seconds are of the clock until all are known: then of the lane's first one. */
static void count_denials(json_t *lane, json_int_t second, size_t records)
{
	json_int_t began = member_number(lane, "began"), ended = member_number(lane, "ended");
	bool first = !json_object_get(lane, "began");

	if (!records)
		return;
	list_add(json_object_get(lane, "at"), json_pack("[I, I]", second, (json_int_t)records));
	member_set(lane, "began", json_integer(first || second < began ? second : began));
	member_set(lane, "ended", json_integer(first || second > ended ? second : ended));
	member_set(lane, "count", json_integer(member_number(lane, "count") + (json_int_t)records));
}

static int add_denials(struct session *session, json_t *document, struct error *err)
{
	const struct findings *findings;
	const struct denials *denials;
	json_t *lanes = json_array();
	char own[NODE_NAME_SIZE];
	int r = case_findings(session, &findings, &denials, err);

	member_set(document, "denials", lanes);
	node_name(session, own);
	for (size_t i = 0; r == 0 && i < denials->count; i++) {
		const struct denial *denial = &denials->items[i];
		_cleanup_free_ char *origin = text_safe(denial->origin ?: "", false);
		_cleanup_free_ char *node = text_safe(denial->node ?: own, false);
		json_t *lane =
			find_lane(lanes, node, denial->exercise ?: origin, denial->role ?: "");

		count_denials(lane, denial->seconds, 1);
		count_denials(lane, denial_last(denial), denial->more);
	}
	list_each(lane, lanes)
		list_each(at, json_object_get(lane, "at"))
			json_array_set_new(at, 0,
					   json_integer(json_integer_value(json_array_get(at, 0)) -
							member_number(lane, "began")));
	return r;
}

/* ---- what the change plan has besides -------------------------------------------------------- */

static int add_exercise(struct session *session, const char *name, json_t *list, struct error *err)
{
	const struct exercise *exercise = exercise_find(name);
	_cleanup_(strings_clear) struct strings lines = { 0 };
	_cleanup_free_ char *commands = NULL;
	int r = exercise ? instructions_read(session, exercise, &lines, err) : 0;

	if (r < 0 || !exercise)
		return r;
	commands = strings_join(&lines, "\n");
	list_add(list, json_pack("{s:s, s:s, s:s?, s:o}", "title", exercise->title, "what",
				 exercise->what, "safety", exercise->safety, "commands",
				 text_json(commands)));
	return 0;
}

static void add_commands(struct session *session, json_t *document)
{
	static const char *const names[] = { "run", "undo", "status", "plan" };
	json_t *commands = json_object();
	_cleanup_free_ char *wizard = node_command(session, "");

	member_set(commands, "wizard", text_json(str_trim(wizard)));
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		_cleanup_free_ char *command = node_command(session, names[i]);

		member_set(commands, names[i], text_json(command));
	}
	member_set(document, "commands", commands);
}

static int add_plan(struct session *session, json_t *document, struct error *err)
{
	_cleanup_(node_units_clear) struct node_units units = { 0 };
	const struct galera_config *config;
	json_auto_t *plan = NULL;
	json_t *exercises = json_array();
	char node[NODE_NAME_SIZE];
	int r = runner_plan_report(session, &plan, err) ?: node_config(session, &config, err)
		?: node_units(session, &units, err);

	member_set(document, "exercises", exercises);
	if (r < 0)
		return r;
	node_name(session, node);
	json_object_set(document, "plan", json_object_get(plan, "steps"));
	member_set(document, "server",
		   json_pack("{s:o, s:o, s:o, s:o, s:o}", "node", text_json(node), "unit",
			     text_json(units.unit), "data_directory",
			     text_json(config->data_directory), "sst_method",
			     text_json(config->sst_method), "notify_command",
			     text_json(config->notify_command)));
	add_commands(session, document);
	list_each(row, json_object_get(json_object_get(document, "ledger"), "exercises"))
		if (r == 0)
			r = add_exercise(session, member_text(row, "exercise"), exercises, err);
	return r;
}

/* ---- the document ---------------------------------------------------------------------------- */

static void name_steps(const struct session *session, const json_t *rows)
{
	const struct step *const *step = session->workflow->steps;

	list_each(row, rows) {
		member_set(row, "title", json_string((*step)->title));
		member_set(row, "why", json_string((*step)->why));
		step++;
	}
}

/* Opens the session, as status does. */
static int compose(struct session *session, json_t *document, struct error *err)
{
	json_auto_t *status = NULL, *left = json_array();
	bool built;
	int r = runner_status_report(session, &status, err)
			?: export_compose(session, &built, document, err)
			?: left_out(session, left, err)
			?: add_denials(session, document, err);

	if (r < 0)
		return r;
	name_steps(session, json_object_get(status, "steps"));
	json_object_update(document, status);
	json_object_set(document, "left", left);
	member_set(document, "changes", history_applied(session));
	return chosen.runbook ? add_plan(session, document, err) : 0;
}

/* ---- the command ----------------------------------------------------------------------------- */

static char *text_of(struct session *session, const json_t *document)
{
	enum markup markup =
		chosen.markdown || (chosen.runbook && !chosen.html) ? SHEET_MARKDOWN : SHEET_HTML;

	if (session->options.json) {
		_cleanup_free_ char *text =
			json_dumps(document, JSON_INDENT(2) | JSON_ENSURE_ASCII);

		return str_printf("%s\n", text);
	}
	return chosen.runbook ? change_plan_text(markup, document) : report_text(markup, document);
}

/* A page is for a browser, and no text for a terminal. */
static int check_form(const struct session *session, struct error *err)
{
	int forms = !!chosen.html + !!chosen.markdown + session->options.json;

	if (forms > 1)
		return error_set(err, ERROR_USAGE, "give one of them",
				 "only one of --html, --md and --json can be written");
	if (!chosen.output && (chosen.html || (!forms && !chosen.runbook)))
		return error_set(err, ERROR_USAGE,
				 "write: galera-selinux report -o FILE; or --md, which can be read "
				 "at a terminal",
				 "report needs the name of a file to write");
	return 0;
}

static int run(struct session *session, struct error *err)
{
	json_auto_t *document =
		json_pack("{s:s, s:i}", "kind",
			  chosen.runbook ? "galera-selinux change plan" : "galera-selinux report",
			  "format", 1);
	const char *output = chosen.output ?: "-";
	_cleanup_free_ char *text = NULL;
	int r = check_form(session, err) ?: node_guard_logs(session, output, NULL, err)
		?: compose(session, document, err);

	if (r < 0)
		return r;
	text = text_of(session, document);
	r = output_write(session, output, text, strlen(text), 0600, err);
	if (r < 0 || output_is_stdout(output))
		return r;
	screen_mark(MARK_OK, "%s: %s", chosen.runbook ? "change plan" : "report", output);
	ledger_say(json_object_get(document, "ledger"));
	return 0;
}

const struct command command_report = {
	.name = "report",
	.summary = "write what was done and why, for who must approve it",
	.example = "report --html -o report.html",
	.run = run,
	.options = report_options,
};
