/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the wizard knows, told without changing anything: plan, steps, status. */
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include "wizard/engine.h"
#include "wizard/finished.h"
#include "wizard/history.h"
#include "wizard/runner.h"
#include "wizard/screen.h"
#include "wizard/util.h"

static const char *const state_names[] = {
	[STEP_TODO] = "todo",
	[STEP_SATISFIED] = "satisfied",
};

/* {"fingerprint": ..., "steps": []} */
static int new_report(struct session *session, json_t **report, struct error *err)
{
	const struct workflow *workflow = session_workflow(session);
	_cleanup_free_ char *fingerprint = NULL;
	int r = workflow->fingerprint ? workflow->fingerprint(session, &fingerprint, err) : 0;

	if (r < 0)
		return r;
	*report = json_pack("{ss? s[]}", "fingerprint", fingerprint, "steps");
	return *report ? 0 : error_nomem(err);
}

static int add_row(json_t *report, json_t *row, struct error *err)
{
	if (!row || json_array_append_new(json_object_get(report, "steps"), row) < 0)
		return error_nomem(err);
	return 0;
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
static int plan_step(struct session *session, const struct step *step, bool *pending, json_t **row,
		     struct error *err)
{
	json_auto_t *changes = json_array();
	enum step_state state = STEP_TODO;
	int r = changes ? step->detect(session, &state, err) : error_nomem(err);
	bool todo = state == STEP_TODO,
	     later = todo && *pending && (step->flags & STEP_NO_PLAN_YET);

	if (r == 0 && todo && !later && step->plan)
		r = step->plan(session, changes, err);
	if (r < 0) {
		if (err && err->code)
			error_prefix(err, "%s", step->name);
		return r;
	}
	/* A check is done anew in each run; nothing waits for it. */
	*pending = *pending || (todo && !(step->flags & STEP_EVERY_RUN));
	*row = json_pack("{ss ss sO}", "name", step->name, "state", state_names[state], "changes",
			 changes);
	if (*row && later)
		json_object_set_new(*row, "later", json_true());
	return *row ? 0 : error_nomem(err);
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
	json_t *change;
	size_t index;

	if (json_array_size(changes)) {
		screen_result("%s: %s", step->name, step->title);
		json_array_foreach(changes, index, change) show_change(change);
		return;
	}
	if (json_object_get(row, "later"))
		instead = "depends on the steps before";
	else if (strcmp(member_text(row, "state"), "todo") == 0)
		instead = step->flags & STEP_CHANGES_SYSTEM
				  ? "to do; what it changes cannot be told beforehand"
				  : "to do; changes nothing of the system";
	screen_result("%s: %s", step->name, instead);
}

int runner_plan(struct session *session, struct error *err)
{
	const struct workflow *workflow = session_workflow(session);
	json_auto_t *report = NULL;
	bool pending = false;
	json_t *row;
	int r = new_report(session, &report, err);

	for (int i = 0; r == 0 && workflow->steps[i]; i++) {
		row = NULL;
		r = plan_step(session, workflow->steps[i], &pending, &row, err);
		if (r == 0)
			r = add_row(report, row, err);
	}
	if (r < 0)
		return r;
	if (session_json(session)) {
		screen_result_json(report);
		return 0;
	}
	for (int i = 0; workflow->steps[i]; i++)
		show_plan_row(workflow->steps[i],
			      json_array_get(json_object_get(report, "steps"), (size_t)i));
	return 0;
}

/* ---- steps ---------------------------------------------------------------------------------- */

int runner_steps(struct session *session, struct error *err)
{
	const struct workflow *workflow = session_workflow(session);
	int width = widest_name(workflow);
	json_auto_t *list = json_array();

	for (int i = 0; workflow->steps[i]; i++) {
		const struct step *step = workflow->steps[i];
		json_t *row = json_pack("{ss ss ss? sb}", "name", step->name, "title", step->title,
					"why", step->why, "changes_system",
					(step->flags & STEP_CHANGES_SYSTEM) != 0);

		if (!row || json_array_append_new(list, row) < 0)
			return error_nomem(err);
		if (!session_json(session))
			screen_result("%2d  %-*s  %s", i + 1, width, step->name, step->title);
	}
	if (session_json(session))
		screen_result_json(list);
	return 0;
}

/* ---- status --------------------------------------------------------------------------------- */

static int status_step(struct session *session, const struct step *step,
		       const struct history *history, json_t **row, struct error *err)
{
	struct error failure = { 0 };
	enum step_state state = STEP_TODO;
	json_int_t done = history_done_at(history, step->name);
	bool undoable = step->undo && history_to_undo(history, SIZE_MAX, step->name) >= 0;
	int r = 0;

	/* A check is of this moment. */
	if (session_unchanged(session) && !(step->flags & STEP_EVERY_RUN))
		state = STEP_SATISFIED;
	else
		r = step->detect(session, &state, &failure);
	/* An interruption is not the step's. */
	if (r == -EINTR)
		return r;
	*row = json_pack("{ss ss so sb}", "name", step->name, "state",
			 r < 0 ? "unknown" : state_names[state], "done",
			 done < 0 ? json_null() : json_integer(done), "undoable", undoable);
	if (*row && r < 0) {
		_cleanup_free_ char *safe = screen_safe(failure.what);

		json_object_set_new(*row, "error", json_string(safe ? safe : "out of memory"));
	}
	return *row ? 0 : error_nomem(err);
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
		      json_is_true(json_object_get(row, "undoable")) ? "yes" : "-", step->title);
	if (*why)
		screen_result("    %s", why);
}

/* What cannot be looked at has its error in the row of a step already. */
static int add_drift(struct session *session, json_t *report, struct error *err)
{
	const struct workflow *workflow = session_workflow(session);
	struct error failure = { 0 };
	json_t *changes = json_array();
	int r = 0;

	if (workflow->drift && !session_unchanged(session))
		r = workflow->drift(session, changes, &failure);
	if (json_object_set_new(report, "drift", changes) < 0)
		return error_nomem(err);
	return r == -EINTR ? r : 0;
}

static void show_drift(const json_t *changes)
{
	json_t *change;
	size_t i;

	if (json_array_size(changes))
		screen_result("\nChanged by others since it was done:");
	json_array_foreach(changes, i, change)
	{
		screen_result("  %s: %s", member_text(change, "what"), member_text(change, "why"));
		screen_result("      %s", member_text(change, "do"));
	}
}

/* What may be claimed; where that cannot be found out, the row of a step has the error. */
static int add_standing(struct session *session, json_t *report, struct error *err)
{
	const struct workflow *workflow = session_workflow(session);
	struct error failure = { 0 };
	json_t *standing = NULL;

	if (!workflow->standing_of || workflow->standing_of(session, &standing, &failure) < 0)
		standing = json_null();
	return json_object_set_new(report, "ledger", standing) < 0 ? error_nomem(err) : 0;
}

static void show_status(const struct workflow *workflow, const json_t *report)
{
	const json_t *rows = json_object_get(report, "steps");
	const json_t *standing = json_object_get(report, "ledger");
	int width = widest_name(workflow);

	if (*member_text(standing, "open"))
		screen_result("! %s", member_text(standing, "open"));
	if (standing)
		screen_result("%s\n", member_text(standing, "claim"));

	screen_result("%-*s  %-9s  %-24s  %-4s  %s", width, "step", "state", "done", "undo",
		      "title");
	for (int i = 0; workflow->steps[i]; i++)
		show_status_row(workflow->steps[i], json_array_get(rows, (size_t)i), width);
	show_drift(json_object_get(report, "drift"));
}

int runner_status(struct session *session, struct error *err)
{
	const struct workflow *workflow = session_workflow(session);
	struct history history __attribute__((cleanup(history_clear))) = { 0 };
	json_auto_t *report = NULL;
	json_t *row;
	int r = history_init(&history, session_records(session), err);

	if (r == 0)
		r = new_report(session, &report, err);
	if (r == 0)
		r = finished_look(session, err);
	if (r == 0)
		r = add_standing(session, report, err);
	if (r == 0 &&
	    json_object_set_new(report, "round", json_integer(session_round(session))) < 0)
		r = error_nomem(err);
	for (int i = 0; r == 0 && workflow->steps[i]; i++) {
		row = NULL;
		r = status_step(session, workflow->steps[i], &history, &row, err);
		if (r == 0)
			r = add_row(report, row, err);
	}
	if (r == 0)
		r = add_drift(session, report, err);
	if (r < 0)
		return r;
	if (session_json(session))
		screen_result_json(report);
	else
		show_status(workflow, report);
	return 0;
}
