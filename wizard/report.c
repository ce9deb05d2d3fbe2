/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the wizard knows, told without changing anything: plan, steps, status. */
#include <errno.h>
#include <limits.h>
#include <popt.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "wizard/runner.h"
#include "wizard/screen.h"
#include "wizard/text.h"
#include "wizard/util.h"

static const char *state_name(bool done)
{
	return done ? "satisfied" : "todo";
}

/* {"fingerprint": ..., "steps": []} */
static int new_report(struct session *session, json_t **report, struct error *err)
{
	const struct workflow *workflow = session->workflow;
	_cleanup_free_ char *fingerprint = NULL;
	int r = workflow->fingerprint ? workflow->fingerprint(session, &fingerprint, err) : 0;

	if (r == 0)
		*report = json_made(json_pack("{ss? s[]}", "fingerprint", fingerprint, "steps"));
	return r;
}

static int widest_name(const struct workflow *workflow)
{
	size_t widest = 4;

	for (int i = 0; workflow->steps[i]; i++)
		if (strlen(workflow->steps[i]->name) > widest)
			widest = strlen(workflow->steps[i]->name);
	return (int)widest;
}

/* ---- plan ----------------------------------------------------------------------------------- */

/* *pending: is a step before still to do? Then this one may be unable to tell. */
static int plan_step(struct session *session, const struct step *step, bool *pending, json_t *rows,
		     struct error *err)
{
	json_auto_t *changes = json_array();
	bool done = false;
	int r = step_detect(session, step, &done, err);
	/* Where steps are named, whoever names them knows that they can tell. */
	bool later = !done && *pending && (step->flags & STEP_NO_PLAN_YET) && !*session->arguments;
	json_t *row;

	if (r == 0 && !done && !later && step->plan)
		r = step->plan(session, changes, err);
	if (r < 0) {
		error_prefix(err, "%s", step->name);
		return r;
	}
	/* A check is done anew in each run; nothing waits for it. */
	*pending = *pending || (!done && !(step->flags & STEP_EVERY_RUN));
	row = json_pack("{ss ss sO}", "name", step->name, "state", state_name(done), "changes",
			changes);
	list_add(rows, row);
	if (later)
		member_set(row, "later", json_true());
	return 0;
}

static void show_change(const json_t *change)
{
	const char *from = member_text(change, "from"), *to = member_text(change, "to");
	const char *note = member_text(change, "note"), *command = member_text(change, "command");

	screen_result("    %s%s%s%s%s%s%s%s", member_text(change, "what"), *from || *to ? ": " : "",
		      from, *from && *to ? " -> " : "", to, *note ? "  (" : "", note,
		      *note ? ")" : "");
	if (*command)
		screen_result("        %s", command);
}

static void show_plan_row(const struct step *step, const json_t *row)
{
	const json_t *changes = json_object_get(row, "changes");
	const char *instead = "nothing to change";

	if (json_array_size(changes)) {
		screen_result("%s: %s", step->name, step->title);
		list_each(change, changes)
			show_change(change);
		return;
	}
	if (json_object_get(row, "later"))
		instead = "depends on the steps before";
	else if (member_is(row, "state", "todo"))
		instead = step->flags & STEP_CHANGES_SYSTEM
				  ? "to do; what it changes cannot be told beforehand"
				  : "to do; changes nothing of the system";
	screen_result("%s: %s", step->name, instead);
}

int runner_plan_report(struct session *session, json_t **report, struct error *err)
{
	const struct workflow *workflow = session->workflow;
	json_auto_t *made = NULL;
	bool pending = false;
	int r = new_report(session, &made, err);

	for (int i = 0; r == 0 && workflow->steps[i]; i++)
		if (session_takes(session, workflow->steps[i]->name))
			r = plan_step(session, workflow->steps[i], &pending,
				      json_object_get(made, "steps"), err);
	if (r == 0)
		*report = TAKE_PTR(made);
	return r;
}

void runner_plan_show(struct session *session, const json_t *report)
{
	const struct workflow *workflow = session->workflow;
	size_t row = 0;

	if (session->options.json)
		screen_result_json(report);
	for (int i = 0; !session->options.json && workflow->steps[i]; i++)
		if (session_takes(session, workflow->steps[i]->name))
			show_plan_row(workflow->steps[i],
				      json_array_get(json_object_get(report, "steps"), row++));
}

/* ---- for all machines ------------------------------------------------------------------------ */

static int cluster; /* --cluster */

const struct poptOption plan_options[] = {
	{ "cluster", 0, POPT_ARG_NONE, &cluster, 0,
	  "the commands for all nodes of the cluster, in their order", NULL },
	POPT_TABLEEND
};

static void show_stage(size_t number, const json_t *stage)
{
	const char *before = "";

	screen_result("\n%zu. %s", number, member_text(stage, "title"));
	if (member_or_null(stage, "why"))
		screen_result_prose(2, "%s", member_text(stage, "why"));
	list_each(command, json_object_get(stage, "commands")) {
		const char *where = member_text(command, "where");

		if (strcmp(where, before) != 0)
			screen_result("  on %s:", where);
		screen_result("    %s", member_text(command, "command"));
		before = where;
	}
}

static int plan_cluster(struct session *session, struct error *err)
{
	const struct workflow *workflow = session->workflow;
	json_auto_t *runbook = NULL;
	size_t number = 0;
	int r;

	if (!workflow->runbook)
		return error_set(err, ENOTSUP, "leave --cluster out", "%s knows of no other nodes",
				 workflow->program);
	r = workflow->runbook(session, &runbook, err);
	if (r < 0)
		return r;
	if (session->options.json) {
		screen_result_json(runbook);
		return 0;
	}
	screen_result_prose(0, "%s", member_text(runbook, "title"));
	list_each(line, json_object_get(runbook, "lines"))
		screen_result("%s", item_text(line));
	list_each(stage, json_object_get(runbook, "stages"))
		show_stage(++number, stage);
	return 0;
}

int runner_plan(struct session *session, struct error *err)
{
	json_auto_t *report = NULL;
	int r;

	if (cluster)
		return plan_cluster(session, err);
	r = runner_plan_report(session, &report, err);
	if (r == 0)
		runner_plan_show(session, report);
	return r;
}

/* ---- steps ---------------------------------------------------------------------------------- */

int runner_steps(struct session *session, struct error *err)
{
	const struct workflow *workflow = session->workflow;
	int width = widest_name(workflow);
	json_auto_t *list = json_array();
	bool json = session->options.json;

	(void)err;
	for (int i = 0; workflow->steps[i]; i++) {
		const struct step *step = workflow->steps[i];

		list_add(list, json_pack("{ss ss ss? sb}", "name", step->name, "title", step->title,
					 "why", step->why, "changes_system",
					 (step->flags & STEP_CHANGES_SYSTEM) != 0));
		if (!json)
			screen_result("%2d  %-*s  %s", i + 1, width, step->name, step->title);
	}
	if (json)
		screen_result_json(list);
	return 0;
}

/* ---- status --------------------------------------------------------------------------------- */

static int status_step(struct session *session, const struct step *step, json_t *rows)
{
	struct error failure = { 0 };
	bool satisfied = session->unchanged && !(step->flags & STEP_EVERY_RUN);
	json_int_t done = history_done_at(session, step->name);
	bool undoable = step->undo && history_to_undo(session, INT_MAX, step->name) >= 0;
	json_t *row;
	int r = 0;

	/* A check is of this moment. */
	if (!satisfied)
		r = step_detect(session, step, &satisfied, &failure);
	/* An interruption is not the step's. */
	if (r == -EINTR)
		return r;
	row = json_pack("{ss ss so sb}", "name", step->name, "state",
			r < 0 ? "unknown" : state_name(satisfied), "done",
			done < 0 ? json_null() : json_integer(done), "undoable", undoable);
	list_add(rows, row);
	if (r < 0) {
		_cleanup_free_ char *safe = text_safe(failure.what, true);

		member_set(row, "error", json_string(safe));
	}
	return 0;
}

static void show_status_row(const struct step *step, const json_t *row, int width)
{
	const json_t *done = json_object_get(row, "done");
	const char *state = member_text(row, "state"), *why = member_text(row, "error");
	time_t seconds = (time_t)json_integer_value(done);
	char when[32] = "-";

	if (json_is_integer(done))
		screen_time(seconds, when, sizeof(when));
	screen_result("%-*s  %-9s  %-24s  %-4s  %s", width, step->name,
		      strcmp(state, "todo") ? state : "to do", when,
		      member_true(row, "undoable") ? "yes" : "-", step->title);
	if (*why)
		screen_result("    %s", why);
}

/* What cannot be looked at has its error in the row of a step already. */
static int add_drift(struct session *session, json_t *report)
{
	const struct workflow *workflow = session->workflow;
	struct error failure = { 0 };
	json_t *changes = json_array();
	int r = 0;

	member_set(report, "drift", changes);
	if (workflow->drift && !session->unchanged)
		r = workflow->drift(session, changes, &failure);
	return r == -EINTR ? r : 0;
}

static void show_drift(const json_t *changes)
{
	if (json_array_size(changes))
		screen_result("\nChanged by others since it was done:");
	list_each(change, changes) {
		screen_result("  %s: %s", member_text(change, "what"), member_text(change, "why"));
		screen_result("      %s", member_text(change, "do"));
	}
}

/* What may be claimed; where that cannot be found out, the row of a step has the error. */
static void add_standing(struct session *session, json_t *report)
{
	const struct workflow *workflow = session->workflow;
	struct error failure = { 0 };
	json_t *standing = NULL;

	if (!workflow->standing_of || workflow->standing_of(session, &standing, &failure) < 0)
		standing = json_null();
	member_set(report, "ledger", standing);
}

static void show_status(const struct workflow *workflow, const json_t *report)
{
	const json_t *rows = json_object_get(report, "steps");
	const json_t *standing = json_object_get(report, "ledger");
	int width = widest_name(workflow);

	if (*member_text(standing, "open"))
		screen_result("! %s", member_text(standing, "open"));
	if (*member_text(standing, "note"))
		screen_result("! %s", member_text(standing, "note"));
	if (standing)
		screen_result("%s\n", member_text(standing, "claim"));

	screen_result("%-*s  %-9s  %-24s  %-4s  %s", width, "step", "state", "done", "undo",
		      "title");
	for (int i = 0; workflow->steps[i]; i++)
		show_status_row(workflow->steps[i], json_array_get(rows, (size_t)i), width);
	if (json_object_get(standing, "lines"))
		screen_result("%s", "");
	list_each(line, json_object_get(standing, "lines"))
		screen_result("%s", item_text(line));
	show_drift(json_object_get(report, "drift"));
}

/* ---- for a monitor --------------------------------------------------------------------------- */

static struct {
	int check, nagios, prometheus;
	char *against;
} form;

const struct poptOption status_options[] = {
	{ "check", 0, POPT_ARG_NONE, &form.check, 0,
	  "one line: is all as it was made? exit 0: yes, 1: it cannot be told, 3: something is to "
	  "be done, 4: something was changed or denied",
	  NULL },
	{ "nagios", 0, POPT_ARG_NONE, &form.nagios, 0,
	  "the same as a monitoring plugin prints it, and its exit status: 0 OK, 1 WARNING, 2 "
	  "CRITICAL, 3 UNKNOWN",
	  NULL },
	{ "prometheus", 0, POPT_ARG_NONE, &form.prometheus, 0,
	  "the same as metrics, for the textfile directory of its node exporter", NULL },
	{ "against", 0, POPT_ARG_STRING, &form.against, 0,
	  "before an upgrade: what will be of it with this policy file, or this unpacked package? "
	  "exit 0: all as it is, 1: it cannot be told, 3: something will be to do",
	  "PATH" },
	POPT_TABLEEND
};

static const struct state {
	const char *name, *said, *nagios;
	enum exit_status status;
	int plugin; /* the exit status of one */
} states[] = {
	{ "ok", "ok", "OK", EXIT_DONE, 0 },
	{ "todo", "to do", "WARNING", EXIT_PAUSED, 1 },
	{ "wrong", "wrong", "CRITICAL", EXIT_DENIALS, 2 },
	{ "unknown", "cannot tell", "UNKNOWN", EXIT_FAILED, 3 },
};

static void put_metrics(const char *program, enum exit_status status, const json_t *verdict)
{
	_cleanup_free_ char *prefix = str_copy(program);
	json_t *value, *figures = json_object_get(verdict, "figures");
	const char *name;

	for (char *at = prefix; *at; at++)
		*at = *at == '-' ? '_' : *at;
	printf("# HELP %s_state 0: ok, 1: it cannot be told, 3: something is to be done, 4: "
	       "something was changed or denied\n# TYPE %s_state gauge\n%s_state %d\n",
	       prefix, prefix, prefix, status);
	printf("%s_checked_seconds %lld\n", prefix, (long long)time(NULL));
	json_object_foreach(figures, name, value)
		printf("%s_%s %lld\n", prefix, name,
		       json_is_true(value) ? 1LL : (long long)json_integer_value(value));
}

/* Where the report lacks what could not be looked at, that is the verdict. */
static int find_verdict(struct session *session, json_t **verdict, struct error *err)
{
	const struct workflow *workflow = session->workflow;
	json_auto_t *report = json_object(), *drift = json_array();
	json_t *standing = NULL;
	int r = session_open(session, true, err) ?: history_look_for_end(session, err)
		?: workflow->standing_of(session, &standing, err);

	if (standing)
		member_set(report, "ledger", standing);
	if (r == 0 && !session->unchanged)
		r = workflow->drift(session, drift, err);
	json_object_set(report, "drift", drift);
	return r < 0 ? r : workflow->verdict_of(session, report, verdict, err);
}

static int check(struct session *session)
{
	json_auto_t *verdict = NULL;
	const struct state *state = states;
	struct error failure = { 0 };
	int r = find_verdict(session, &verdict, &failure);

	if (r == -EINTR)
		return r;
	if (r < 0) {
		json_decref(verdict);
		verdict = json_made(json_pack("{s:s, s:o}", "state", "unknown", "line",
					      text_json(failure.what)));
	}
	while (strcmp(state->name, member_text(verdict, "state")) != 0)
		state++;
	if (form.nagios) {
		screen_result("%s %s - %s", session->workflow->program, state->nagios,
			      member_text(verdict, "line"));
		return COMMAND_EXIT(state->plugin);
	}
	if (form.prometheus)
		put_metrics(session->workflow->program, state->status, verdict);
	else if (session->options.json)
		screen_result_json(verdict);
	else
		screen_result("%s: %s", state->said, member_text(verdict, "line"));
	return COMMAND_EXIT(state->status);
}

int runner_status_report(struct session *session, json_t **report, struct error *err)
{
	const struct workflow *workflow = session->workflow;
	json_auto_t *made = NULL;
	int r = session_open(session, true, err) ?: new_report(session, &made, err)
		?: history_look_for_end(session, err);

	if (r < 0)
		return r;
	add_standing(session, made);
	member_set(made, "round", json_integer(session->round));
	for (int i = 0; r == 0 && workflow->steps[i]; i++)
		r = status_step(session, workflow->steps[i], json_object_get(made, "steps"));
	if (r == 0)
		r = add_drift(session, made);
	if (r == 0)
		*report = TAKE_PTR(made);
	return r;
}

int runner_status(struct session *session, struct error *err)
{
	json_auto_t *report = NULL;
	int r;

	if (form.check || form.nagios || form.prometheus)
		return check(session);
	if (form.against && session->workflow->against)
		return session_open(session, true, err)
			       ?: session->workflow->against(session, form.against, err);
	r = runner_status_report(session, &report, err);
	if (r < 0)
		return r;
	if (session->options.json)
		screen_result_json(report);
	else
		show_status(session->workflow, report);
	return 0;
}
