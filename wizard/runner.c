/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "wizard/journal.h"
#include "wizard/process.h"
#include "wizard/prompt.h"
#include "wizard/runner.h"
#include "wizard/screen.h"
#include "wizard/strings.h"
#include "wizard/util.h"

#define MOST_ROUNDS 20 /* in one process; a person would have given up long before */

struct walk {
	struct session *session;
	const struct step *const *steps;
	unsigned int total;
	bool *skipped; /* one for each step */
};

static int step_failed(const struct step *step, int r, struct error *err)
{
	if (r < 0)
		error_prefix(err, "%s", step->name);
	return r;
}

static int record_step(const struct walk *walk, const char *event, const struct step *step,
		       const json_t *changes, struct error *err)
{
	json_t *record = json_made(json_pack("{ss ss}", "event", event, "step", step->name));

	/* A copy: the step has the array in its hands, and the record is history. */
	if (changes)
		member_set(record, "changes", json_deep_copy(changes));
	return session_record(walk->session, record, err);
}

/* The step is as it should be. Where a run before began it and did not come to say so, say it
 * now. */
static int settle(const struct walk *walk, unsigned int index, struct error *err)
{
	const struct step *step = walk->steps[index];
	bool begun = history_open_begin(walk->session, step->name) >= 0;
	int r = begun ? record_step(walk, "done", step, NULL, err) : 0;

	if (r == 0)
		screen_mark(MARK_OK, "[%u/%u] %s: %s", index + 1, walk->total, step->title,
			    begun ? "was finished before the interruption" : "already done");
	return r;
}

/* ---- one step ------------------------------------------------------------------------------- */

static void show_equivalent(const json_t *changes)
{
	_cleanup_(strings_clear) struct strings commands = { 0 };

	list_each(change, changes)
		if (*member_text(change, "command"))
			strings_add(&commands, member_text(change, "command"));
	if (commands.count > 1)
		screen_detail("as: %s   (d: %zu more)", commands.items[0], commands.count - 1);
	else if (commands.count)
		screen_detail("as: %s", commands.items[0]);
}

/* The changes as a table, the documented command, and how to take them back. */
static void show_changes(const struct walk *walk, const struct step *step, const json_t *changes)
{
	_cleanup_free_ char *undo = session_command(walk->session, "undo");

	if (json_array_size(changes) == 0)
		return;
	screen_blank();
	screen_changes(changes, false);
	show_equivalent(changes);
	if (step->undo)
		screen_detail("back: %s", undo);
	else
		screen_say("Undo cannot take this back for you.");
	screen_blank();
}

/* The question "STEP.apply", which the workflow declares. */
static int ask(const struct walk *walk, const struct step *step, const json_t *changes,
	       struct error *err)
{
	static const struct choice choices[] = {
		{ "yes", "[y]es", 'y', "all that is listed above is done now" },
		{ "details", "[d]etails", 'd', "each change with its command; then this question" },
		{ "skip", "[s]kip", 's',
		  "nothing of it is done; the run goes on with the next step" },
		{ "quit", "[q]uit", 'q',
		  "nothing of it is done; the run stops, to be gone on with" },
		{ 0 },
	};
	static const int outcomes[] = { 0, 0, STEP_SKIPPED, STEP_DECLINED };
	size_t count = json_array_size(changes);
	_cleanup_free_ char *key = str_printf("%s.apply", step->name);
	_cleanup_free_ char *text =
		count > 1 ? str_printf("Apply these %zu changes?", count)
			  : str_copy(count ? "Apply this change?" : "Apply this step?");
	int chosen;

	for (;;) {
		int r = prompt_choice(walk->session, key, NULL, text, choices, 0, &chosen, err);

		if (r < 0)
			return r;
		if (strcmp(choices[chosen].value, "details") != 0)
			return outcomes[chosen];
		screen_blank();
		screen_changes(changes, true);
		screen_blank();
	}
}

static int consent(const struct walk *walk, const struct step *step, json_t *changes,
		   struct error *err)
{
	show_changes(walk, step, changes);
	if (step->ask) {
		int r = step->ask(walk->session, changes, err);

		/* It may have struck out all there was. */
		if (r != 0 || !(step->flags & STEP_ASKS_FIRST) || !json_array_size(changes))
			return r;
	}
	return step->flags & STEP_CHANGES_SYSTEM ? ask(walk, step, changes, err) : 0;
}

/* Write ahead what will be changed. After an interruption the same begin is already there. */
static int begin(const struct walk *walk, const struct step *step, const json_t *changes,
		 struct error *err)
{
	int open = history_open_begin(walk->session, step->name);
	const json_t *record = json_array_get(session_records(walk->session), (size_t)open);

	if (open >= 0 && json_equal(json_object_get(record, "changes"), changes))
		return 0;
	return record_step(walk, "begin", step, changes, err);
}

static int prove(const struct walk *walk, const struct step *step, struct error *err)
{
	_cleanup_free_ char *undo = session_command(walk->session, "undo");
	bool done = false;
	int r = step_detect(walk->session, step, &done, err);

	if (r < 0)
		return step_failed(step, r, err);
	if (done)
		return 0;
	error_set(err, EIO, NULL, "%s: it was applied, and the system is still not as it should be",
		  step->name);
	return error_remedy(err,
			    "look for what else changes the same things, then start again; "
			    "\"%s\" takes the changes back",
			    undo);
}

static double seconds_since(const struct timespec *start)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - start->tv_sec) + (double)(now.tv_nsec - start->tv_nsec) / 1e9;
}

/* Is the thing that was to change planned now as it was then? NULL: it is not planned any more. */
static const char *state_of(const json_t *change, const json_t *planned)
{
	list_each(now, planned)
		if (member_is(now, "what", member_text(change, "what")))
			return member_is(now, "from", member_text(change, "from")) &&
					       member_is(now, "note", member_text(change, "note"))
				       ? ""
				       : "in part";
	return NULL;
}

/* Of a step that failed: what it has changed by then. The system tells: what would be planned now
 * is not done. */
static void say_stays(const struct walk *walk, const struct step *step, const json_t *changes)
{
	_cleanup_free_ char *undo = session_command(walk->session, "undo");
	json_auto_t *planned = json_array();
	struct error failure = { 0 };
	bool known = step->plan && step->plan(walk->session, planned, &failure) == 0;
	size_t stays = 0;

	list_each(change, changes) {
		const char *state = state_of(change, planned);

		if (known && state && !*state)
			continue;
		stays++;
		screen_mark(MARK_TODO, "%s: %s%s", member_text(change, "what"),
			    member_text(change, "to"),
			    !known  ? ", or not: that could not be looked at"
			    : state ? ", but only in part"
				    : " by now");
	}
	if (stays) {
		screen_say("This stays. The next run goes on with the rest; or take it back:");
		screen_detail("%s", undo);
	} else if (json_array_size(changes)) {
		screen_say("Nothing of this step is changed.");
	}
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
	if (r < 0)
		say_stays(walk, step, changes);
	if (r != 0)
		return step_failed(step, r, err);
	r = check ? 0 : prove(walk, step, err);
	if (r == 0)
		r = record_step(walk, "done", step, NULL, err);
	if (r == 0 && json_array_size(changes))
		screen_mark(MARK_OK, "done in %.1f s", seconds_since(&start));
	return r;
}

static int run_step(const struct walk *walk, unsigned int index, struct error *err)
{
	const struct step *step = walk->steps[index];
	json_auto_t *changes = json_array();
	bool done = false;
	int r = 0;

	if (!(step->flags & STEP_EVERY_RUN))
		r = step_detect(walk->session, step, &done, err);
	if (r == 0 && done)
		return settle(walk, index, err);
	screen_heading(index + 1, walk->total, step->title);
	if (step->why)
		screen_say("%s", step->why);
	if (r == 0 && step->plan)
		r = step->plan(walk->session, changes, err);
	r = r ?: consent(walk, step, changes, err);
	if (r != 0)
		return step_failed(step, r, err);
	return process_interrupted() ? -EINTR : carry_out(walk, step, changes, err);
}

/* ---- the walk ------------------------------------------------------------------------------- */

static void introduce(struct session *session)
{
	const struct workflow *workflow = session->workflow;
	_cleanup_free_ char *line = NULL, *title = NULL;
	struct error failure = { 0 };
	int r = workflow->describe ? workflow->describe(session, &line, &failure) : 0;

	title = str_printf("%s %s%s%s", workflow->program, workflow->version, line ? " - " : "",
			   line ?: "");
	screen_heading(0, 0, title);
	if (r < 0)
		screen_mark(MARK_WARN, "%s", failure.what);
	if (workflow->follows)
		screen_say("Follows %s. Ctrl-C stops; nothing is lost.", workflow->follows);
	if (session_is_scratch(session))
		screen_say("Works in the scratch root %s; nothing else is changed.", session->root);
	if (session->journal && session->journal->torn)
		screen_mark(MARK_WARN, "The last run was cut off while it wrote its journal. That "
				       "entry is dropped; the system tells what was done.");
	screen_blank();
}

/* An undo that did not come to its end has made part of the memory untrue. */
static int forget_half_undone(struct session *session, struct error *err)
{
	if (!history_undo_unfinished(session))
		return 0;
	screen_mark(MARK_WARN,
		    "An undo was stopped before its end, so the workflow starts from its "
		    "beginning. What is not taken back yet still can be.");
	return session_reset(session, err);
}

/* Where to go on after STEP_BACK, or a negative errno. */
static int go_back(const struct walk *walk, const struct step *from, unsigned int *rounds,
		   struct error *err)
{
	int index = walk->session->back_to;

	walk->session->back_to = -1;
	if (index < 0)
		return error_set(err, EINVAL, "this is a mistake in the program: please report it",
				 "%s: it goes back, and to no step", from->name);
	if (++*rounds > MOST_ROUNDS)
		return error_set(
			err, ELOOP,
			"find out by hand why it does not come to an end, then start again",
			"%s: it goes back to %s again, after %d rounds", from->name,
			walk->steps[index]->name, MOST_ROUNDS);
	screen_blank();
	screen_say("Back to \"%s\": round %u.", walk->steps[index]->title, walk->session->round);
	for (unsigned int i = (unsigned int)index; i < walk->total; i++)
		walk->skipped[i] = false;
	return index;
}

/* Are single steps named? Then the others are left alone. */
static bool is_partial(const struct walk *walk)
{
	return *walk->session->arguments != NULL;
}

/* After single steps, too, when these were the last that were to do. */
static int note_end(const struct walk *walk, struct error *err)
{
	for (unsigned int i = 0; is_partial(walk) && i < walk->total; i++) {
		bool done = false;
		struct error failure = { 0 };

		if (step_detect(walk->session, walk->steps[i], &done, &failure) < 0 || !done)
			return 0;
	}
	return history_remember_end(walk->session, err);
}

/* Steps that were skipped. False: none was. */
static bool say_left(const struct walk *walk)
{
	_cleanup_(strings_clear) struct strings left = { 0 };
	_cleanup_free_ char *list = NULL;

	for (unsigned int i = 0; i < walk->total; i++)
		if (walk->skipped[i])
			strings_add(&left, walk->steps[i]->name);
	if (!left.count)
		return false;
	list = strings_join(&left, ", ");
	screen_mark(MARK_TODO, "Left for another run: %s", list);
	return true;
}

/* The end of a walk. A whole run that has come to its last step tells what was reached, however
 * that ended. */
static int finish(const struct walk *walk, int outcome, struct error *err)
{
	const struct workflow *workflow = walk->session->workflow;
	bool whole = !is_partial(walk) && workflow->summary_of;
	int r = 0;

	screen_blank();
	if (say_left(walk) && outcome == 0)
		outcome = STEP_PAUSED;
	if (outcome == 0)
		r = note_end(walk, err);
	if (r == 0 && outcome == 0 && !whole)
		screen_mark(MARK_OK,
			    is_partial(walk) ? "The steps named are done." : "All steps are done.");
	if (r == 0 && whole)
		r = workflow->summary_of(walk->session, err);
	return r < 0 ? r : outcome;
}

static int walk_steps(const struct walk *walk, struct error *err)
{
	unsigned int rounds = 1;

	for (unsigned int i = 0; i < walk->total; i++) {
		int r;

		if (!session_takes(walk->session, walk->steps[i]->name))
			continue;
		r = process_interrupted() ? -EINTR : run_step(walk, i, err);
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

int runner_run(struct session *session, struct error *err)
{
	struct walk walk = { .session = session, .steps = session->workflow->steps };
	_cleanup_free_ bool *skipped = NULL;

	while (walk.steps[walk.total])
		walk.total++;
	skipped = memory_new(walk.total, sizeof(*skipped));
	walk.skipped = skipped;
	introduce(session);
	return forget_half_undone(session, err) ?: walk_steps(&walk, err);
}
