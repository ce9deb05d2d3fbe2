/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "wizard/consent.h"
#include "wizard/engine.h"
#include "wizard/finished.h"
#include "wizard/history.h"
#include "wizard/runner.h"
#include "wizard/screen.h"
#include "wizard/util.h"

#define MOST_ROUNDS 20 /* in one process; a person would have given up long before */

struct walk {
	struct session *session;
	const struct step *const *steps;
	unsigned int total;
	bool *selected; /* one for each step */
	bool *skipped;
	bool all;
};

static void walk_clear(struct walk *walk)
{
	free(walk->selected);
	free(walk->skipped);
}

int runner_check(const struct workflow *workflow, char *const *only, struct error *err)
{
	for (; only && *only; only++)
		if (workflow_find_step(workflow, *only) < 0)
			return workflow_unknown_step(workflow, *only, err);
	return 0;
}

static int walk_init(struct walk *walk, struct session *session, char *const *only,
		     struct error *err)
{
	const struct workflow *workflow = session_workflow(session);
	int r = runner_check(workflow, only, err);

	*walk = (struct walk){ .session = session, .steps = workflow->steps, .all = !only };
	if (r < 0)
		return r;
	while (walk->steps[walk->total])
		walk->total++;
	walk->selected = calloc(walk->total + 1, sizeof(*walk->selected));
	walk->skipped = calloc(walk->total + 1, sizeof(*walk->skipped));
	if (!walk->selected || !walk->skipped)
		return error_nomem(err);
	for (unsigned int i = 0; i < walk->total; i++)
		walk->selected[i] = walk->all;
	for (; only && *only; only++)
		walk->selected[workflow_find_step(workflow, *only)] = true;
	return 0;
}

/* An interruption has no text of its own. */
static int step_failed(const struct step *step, int r, struct error *err)
{
	if (r < 0 && err && err->code)
		error_prefix(err, "%s", step->name);
	return r;
}

static int record_step(struct session *session, const char *event, const struct step *step,
		       json_t *changes, struct error *err)
{
	json_t *record = json_pack("{ss ss}", "event", event, "step", step->name);

	/* A copy: the step has the array in its hands, and the record is history. */
	if (record && changes &&
	    json_object_set_new(record, "changes", json_deep_copy(changes)) < 0) {
		json_decref(record);
		return error_nomem(err);
	}
	return session_record(session, record, err);
}

/* The step is as it should be. Where a run before began it and did not come to say so, say it now.
 */
static int settle(const struct walk *walk, unsigned int index, struct error *err)
{
	const struct step *step = walk->steps[index];
	struct history history __attribute__((cleanup(history_clear))) = { 0 };
	const char *how = "already done";
	int r = history_init(&history, session_records(walk->session), err);

	if (r < 0)
		return r;
	if (history_open_begin(&history, step->name) >= 0) {
		how = "was finished before the interruption";
		r = record_step(walk->session, "done", step, NULL, err);
	}
	if (r == 0)
		screen_mark(MARK_OK, "[%u/%u] %s: %s", index + 1, walk->total, step->title, how);
	return r;
}

/* ---- one step ------------------------------------------------------------------------------- */

static int consent(const struct walk *walk, const struct step *step, json_t *changes,
		   struct error *err)
{
	int r;

	consent_show(walk->session, changes, step->undo != NULL);
	if (step->ask) {
		r = step->ask(walk->session, changes, err);
		/* It may have struck out all there was. */
		if (r != 0 || !(step->flags & STEP_ASKS_FIRST) || !json_array_size(changes))
			return r;
	}
	if (step->flags & STEP_CHANGES_SYSTEM)
		return consent_ask(walk->session, step->name, changes, err);
	return 0;
}

/* Write ahead what will be changed. After an interruption the same begin is already there. */
static int begin(const struct walk *walk, const struct step *step, json_t *changes,
		 struct error *err)
{
	struct history history __attribute__((cleanup(history_clear))) = { 0 };
	const json_t *records = session_records(walk->session);
	int r = history_init(&history, records, err), open;

	if (r < 0)
		return r;
	open = history_open_begin(&history, step->name);
	if (open >= 0 &&
	    json_equal(json_object_get(json_array_get(records, (size_t)open), "changes"), changes))
		return 0;
	return record_step(walk->session, "begin", step, changes, err);
}

static int prove(const struct walk *walk, const struct step *step, struct error *err)
{
	_cleanup_free_ char *undo = NULL;
	enum step_state state = STEP_TODO;
	int r = step->detect(walk->session, &state, err);

	if (r < 0)
		return step_failed(step, r, err);
	if (state == STEP_SATISFIED)
		return 0;
	error_set(err, EIO, NULL, "%s: it was applied, and the system is still not as it should be",
		  step->name);
	undo = session_command(walk->session, "undo");
	return error_remedy(err,
			    "look for what else changes the same things, then start again; "
			    "\"%s\" takes the changes back",
			    undo ? undo : "undo");
}

static double seconds_since(const struct timespec *start)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - start->tv_sec) + (double)(now.tv_nsec - start->tv_nsec) / 1e9;
}

static int carry_out(const struct walk *walk, const struct step *step, json_t *changes,
		     struct error *err)
{
	/* A check leaves nothing that could be half done, and nothing to detect. */
	bool check = (step->flags & STEP_EVERY_RUN) && json_array_size(changes) == 0;
	int r = check ? 0 : begin(walk, step, changes, err);
	struct timespec start;

	if (r < 0)
		return r;
	clock_gettime(CLOCK_MONOTONIC, &start);
	r = step->apply ? step->apply(walk->session, changes, err) : 0;
	if (r != 0)
		return step_failed(step, r, err);
	r = check ? 0 : prove(walk, step, err);
	if (r == 0)
		r = record_step(walk->session, "done", step, NULL, err);
	if (r == 0 && json_array_size(changes))
		screen_mark(MARK_OK, "done in %.1f s", seconds_since(&start));
	return r;
}

static int run_step(const struct walk *walk, unsigned int index, struct error *err)
{
	const struct step *step = walk->steps[index];
	json_auto_t *changes = json_array();
	enum step_state state = STEP_TODO;
	int r = 0;

	if (!changes)
		return error_nomem(err);
	if (!(step->flags & STEP_EVERY_RUN))
		r = step->detect(walk->session, &state, err);
	if (r == 0 && state == STEP_SATISFIED)
		return settle(walk, index, err);
	screen_heading(index + 1, walk->total, step->title);
	if (step->why)
		screen_say("%s", step->why);
	if (r == 0 && step->plan)
		r = step->plan(walk->session, changes, err);
	if (r == 0)
		r = consent(walk, step, changes, err);
	if (r != 0)
		return step_failed(step, r, err);
	return session_interrupted() ? -EINTR : carry_out(walk, step, changes, err);
}

/* ---- the walk ------------------------------------------------------------------------------- */

static int introduce(struct session *session, struct error *err)
{
	const struct workflow *workflow = session_workflow(session);
	_cleanup_free_ char *line = NULL, *title = NULL;
	struct error failure = { 0 };
	int r = workflow->describe ? workflow->describe(session, &line, &failure) : 0;

	title = str_printf("%s %s%s%s", workflow->program, workflow->version, line ? " - " : "",
			   line ? line : "");
	if (!title)
		return error_nomem(err);
	screen_heading(0, 0, title);
	if (r < 0)
		screen_mark(MARK_WARN, "%s", failure.what);
	if (workflow->follows)
		screen_say("Follows %s. Ctrl-C stops; nothing is lost.", workflow->follows);
	if (session_is_scratch(session))
		screen_say("Works in the scratch root %s; nothing else is changed.",
			   session_root(session));
	if (session_torn(session))
		screen_mark(MARK_WARN, "The last run was cut off while it wrote its journal. That "
				       "entry is dropped; the system tells what was done.");
	screen_blank();
	return 0;
}

/* An undo that did not come to its end has made part of the memory untrue. */
static int forget_half_undone(struct session *session, struct error *err)
{
	struct history history __attribute__((cleanup(history_clear))) = { 0 };
	int r = history_init(&history, session_records(session), err);

	if (r < 0 || !history_undo_unfinished(&history))
		return r;
	screen_mark(MARK_WARN,
		    "An undo was stopped before its end, so the workflow starts from its "
		    "beginning. What is not taken back yet still can be.");
	return session_reset(session, err);
}

/* Where to go on after STEP_BACK, or a negative errno. */
static int go_back(const struct walk *walk, const struct step *from, unsigned int *rounds,
		   struct error *err)
{
	const char *to = session_take_back(walk->session);
	int index = to ? workflow_find_step(session_workflow(walk->session), to) : -1;

	if (index < 0)
		return error_set(err, EINVAL, "this is a mistake in the program: please report it",
				 "%s: it goes back, and to no step", from->name);
	if (++*rounds > MOST_ROUNDS)
		return error_set(
			err, ELOOP,
			"find out by hand why it does not come to an end, then start again",
			"%s: it goes back to %s again, after %d rounds", from->name, to,
			MOST_ROUNDS);
	screen_blank();
	screen_say("Back to \"%s\": round %u.", walk->steps[index]->title,
		   session_round(walk->session));
	for (unsigned int i = (unsigned int)index; i < walk->total; i++)
		walk->skipped[i] = false;
	return index;
}

/* After single steps, too, when these were the last that were to do. */
static int note_end(const struct walk *walk, struct error *err)
{
	for (unsigned int i = 0; !walk->all && i < walk->total; i++) {
		enum step_state state = STEP_TODO;
		struct error failure = { 0 };

		if (walk->steps[i]->detect(walk->session, &state, &failure) < 0 ||
		    state != STEP_SATISFIED)
			return 0;
	}
	return finished_remember(walk->session, err);
}

/* Steps that were skipped. False: none was. */
static bool say_left(const struct walk *walk)
{
	_cleanup_free_ char *list = NULL;
	size_t length, left = 0;
	FILE *out = open_memstream(&list, &length);

	for (unsigned int i = 0; out && i < walk->total; i++)
		if (walk->skipped[i])
			fprintf(out, "%s%s", left++ ? ", " : "", walk->steps[i]->name);
	if (!out || fclose(out) != 0 || !left)
		return false;
	screen_mark(MARK_TODO, "Left for another run: %s", list);
	return true;
}

/*
 * The end of a walk. A whole run that has come to its last step tells what was reached, however
 * that ended.
 */
static int finish(const struct walk *walk, int outcome, struct error *err)
{
	const struct workflow *workflow = session_workflow(walk->session);
	bool whole = walk->all && workflow->summary_of;
	int r = 0;

	screen_blank();
	if (say_left(walk) && outcome == 0)
		outcome = STEP_PAUSED;
	if (outcome == 0)
		r = note_end(walk, err);
	if (r == 0 && outcome == 0 && !whole)
		screen_mark(MARK_OK,
			    walk->all ? "All steps are done." : "The steps named are done.");
	if (r == 0 && whole)
		r = workflow->summary_of(walk->session, err);
	return r < 0 ? r : outcome;
}

static int walk_steps(const struct walk *walk, struct error *err)
{
	unsigned int rounds = 1;

	for (unsigned int i = 0; i < walk->total; i++) {
		int r;

		if (!walk->selected[i])
			continue;
		r = session_interrupted() ? -EINTR : run_step(walk, i, err);
		if (r == STEP_SKIPPED) {
			screen_mark(MARK_TODO, "skipped in this run");
			walk->skipped[i] = true;
		} else if (r == STEP_BACK) {
			r = go_back(walk, walk->steps[i], &rounds, err);
			if (r < 0)
				return r;
			i = (unsigned int)r - 1; /* wraps at 0, and back */
		} else if ((r == STEP_INCOMPLETE || r == STEP_DENIALS) && i + 1 == walk->total) {
			return finish(walk, r, err);
		} else if (r != 0) {
			return r;
		}
	}
	return finish(walk, 0, err);
}

int runner_run(struct session *session, char *const *only, struct error *err)
{
	struct walk walk __attribute__((cleanup(walk_clear)));
	int r = walk_init(&walk, session, only, err);

	if (r == 0)
		r = introduce(session, err);
	if (r == 0)
		r = forget_half_undone(session, err);
	return r < 0 ? r : walk_steps(&walk, err);
}
