/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "steps/exercising/roles.h"
#include "steps/exercising/evidence.h"
#include "steps/exercising/exercising.h"
#include "steps/exercising/instructions.h"
#include "steps/exercising/marker.h"
#include "steps/exercising/results.h"
#include "steps/exercising/watch.h"
#include "steps/node/node.h"
#include "wizard/prompt.h"
#include "wizard/screen.h"
#include "wizard/terminal.h"
#include "wizard/text.h"
#include "wizard/util.h"

#define USUAL_PACE 10 /* times as fast as recorded, for an eye that looks on */

/* ---- options --------------------------------------------------------------------------------- */

/* In milliseconds. */
static int read_timeout(const char *text, int64_t *limit, struct error *err)
{
	*limit = text_duration(text);
	if (*limit > 0)
		return 0;
	return error_set(err, EINVAL, "write it as 90s, 15m or 1h30m",
			 "--timeout %s is no length of time", text);
}

static int read_pace(double usual, double *pace, struct error *err)
{
	char *end;

	*pace = usual;
	if (!node_options.pace)
		return 0;
	*pace = strtod(node_options.pace, &end);
	if (*end || end == node_options.pace || !(*pace >= 0 && *pace <= 1e6))
		return error_set(err, EINVAL,
				 "give how many times as fast as recorded: 10; 0: at once",
				 "--pace %s is no number", node_options.pace);
	return 0;
}

int exercising_check(struct error *err)
{
	int64_t limit;
	double pace;
	int r = (node_options.timeout ? read_timeout(node_options.timeout, &limit, err) : 0)
			?: read_pace(0, &pace, err);

	for (char **name = node_options.exercises; r == 0 && name && *name; name++)
		if (wanted_check(*name, err) < 0)
			r = error_prefix(err, "--exercise");
	return r;
}

/* ---- the dialogue ---------------------------------------------------------------------------- */

enum answer { ANSWER_DONE, ANSWER_WAIT, ANSWER_SKIP, ANSWER_QUIT };

static int ask_done(const struct occasion *at, enum answer *answer, struct error *err)
{
	static const struct choice choices[] = {
		{ "done", "[f]inished", 'f', "you have done it: the logs are looked at now" },
		{ "wait", "wait [u]ntil it is seen", 'u', "the logs are watched while you do it" },
		{ "skip", "[s]kip", 's', "it is not done; what only it shows is not learned" },
		{ "quit", "[q]uit", 'q', "the run stops, to be gone on with" },
		{ 0 },
	};
	const char *timeout = node_options.timeout, *title = at->exercise->title;
	_cleanup_free_ char *text =
		timeout ? str_printf("%s: wait for it, at most %s?", title, timeout)
			: str_printf("%s: have you done it?", title);
	int chosen = 0;
	int r = prompt_choice(at->session, "exercise.done", at->exercise->name, text, choices, 0,
			      &chosen, err);

	if (r == -ENOTTY) {
		_cleanup_free_ char *remedy = str_copy(err->remedy);

		error_remedy(err, "wait for the exercise with --timeout 15m, or %s", remedy);
	}
	*answer = (enum answer)chosen;
	return r;
}

/*
 * How the end of the exercise is found: an operator at a terminal sees it happen; --timeout waits
 * for it without one; an answer that was given beforehand says that it is over, or is to be waited
 * for.
 */
static int plan_watch(struct watch_order *order, enum answer *answer, struct error *err)
{
	const struct occasion *at = &order->at;
	bool answered = prompt_is_answered(at->session, "exercise.done", at->exercise->name);
	bool rehearsal = node_player(at->session);
	int r;

	*answer = ANSWER_WAIT;
	order->limit = -1;
	order->keys = terminal_present() && !answered;
	order->patient = !terminal_present();
	order->play = rehearsal;
	/* Both have been understood: exercising_check(). */
	if (node_options.timeout)
		(void)read_timeout(node_options.timeout, &order->limit, NULL);
	(void)read_pace(order->keys ? USUAL_PACE : 0, &order->pace, NULL);
	/* Nothing to be asked, as it will be seen. */
	if (!rehearsal && !answered && (order->keys || node_options.timeout))
		return 0;
	r = ask_done(at, answer, err);
	if (*answer == ANSWER_DONE && !node_options.timeout && !(order->play && order->pace > 0))
		order->limit = 0;
	return r;
}

/* What to do with an exercise that was not proved: 0 again, STEP_SKIPPED, STEP_PAUSED. */
static int ask_unproved(const struct occasion *at, struct error *err)
{
	static const struct choice choices[] = {
		{ "again", "a[g]ain", 'g', "the logs are looked at once more" },
		{ "skip", "[s]kip", 's', "it stays unproved; the run goes on without it" },
		{ "quit", "[q]uit", 'q', "the run stops, to be gone on with" },
		{ 0 },
	};
	static const int outcomes[] = { 0, STEP_SKIPPED, STEP_PAUSED };
	_cleanup_free_ char *text = str_printf(
		"%s is not proved. Look again, skip it, or stop here?", at->exercise->title);
	int chosen = 0;
	int r = prompt_choice(at->session, "exercise.unproved", at->exercise->name, text, choices,
			      0, &chosen, err);

	return r < 0 ? r : outcomes[chosen];
}

/* ---- what came out --------------------------------------------------------------------------- */

static void explain_failure(const struct watched *watched)
{
	const struct wsrep_story *story = &watched->story;
	const char *message = story->notify_failed ? story->notify_failure : story->failure;
	_cleanup_free_ char *text = NULL;

	if (!*message)
		return;
	text = failure_explain(message, story->permission_denied, &watched->moment);
	screen_say("%s", text);
}

static void show_result(const struct occasion *at, const char *result,
			const struct watched *watched, const struct evidence *evidence)
{
	const struct exercise *exercise = at->exercise;
	bool proved = !strcmp(result, "proved"), seen = !strcmp(result, "not seen");

	screen_mark(proved ? MARK_OK
		    : seen ? MARK_WARN
			   : MARK_STOP,
		    "%s %s: %s; %zu %s", exercise->title, seen ? "seen, not proved" : result,
		    watched->why, COUNTED(evidence->denials, "denial", "denials"));
	for (unsigned int doubt = 1; occasion_is_confined(at) && doubt < DOUBT_END; doubt <<= 1)
		if (evidence->doubts & doubt)
			screen_mark(MARK_WARN, "it does not count as confined: %s",
				    doubt_text(doubt));
}

static json_t *result_json(const struct occasion *at, const char *result,
			   const struct wsrep_story *story, const struct evidence *evidence)
{
	return json_made(json_pack(
		"{s:s, s:s, s:I, s:o, s:o, s:o, s:o, s:I, s:I, s:b, s:b, s:o*}", "result", result,
		"evidence", evidence->file, "denials", (json_int_t)evidence->denials, "donor",
		text_json(story->donor), "method", text_json(story->method), "server",
		text_json(story->server), "provider", text_json(story->provider), "began",
		(json_int_t)evidence->began, "ended", (json_int_t)time(NULL), "strict",
		evidence->strict, "hidden", evidence->hidden, "doubts",
		occasion_is_confined(at) ? doubts_json(evidence->doubts) : NULL));
}

static int finish(const struct occasion *at, json_t *result, struct error *err)
{
	return results_put(at, result, err) ?: evidence_forget(at, err);
}

static int record(const struct occasion *at, const char *result, const struct watched *watched,
		  struct error *err)
{
	_cleanup_(evidence_clear) struct evidence evidence = { 0 };
	const char *missing;
	int r = evidence_keep(at, &evidence, err);

	if (r < 0)
		return r;
	missing = evidence_missing(&evidence);
	if (missing) {
		screen_mark(MARK_WARN,
			    "%s, but evidence is missing, so the exercise is not covered. Do it "
			    "again: %s.",
			    watched->why, missing);
		return evidence_forget(at, err);
	}
	if (evidence.loads)
		screen_mark(MARK_WARN, "somebody has loaded a policy meanwhile: what was denied "
				       "before and after may differ");
	show_result(at, result, watched, &evidence);
	return finish(at, result_json(at, result, &watched->story, &evidence), err);
}

/* Not proved: what was seen, and what next. 0: look again. */
static int not_proved(const struct watch_order *order, const struct watched *watched,
		      struct error *err)
{
	bool alone = node_options.timeout && order->patient;
	int r;

	if (watched->end == WATCH_LIMIT && alone) {
		screen_mark(MARK_WARN, "%s is not proved within %s: %s", order->at.exercise->title,
			    node_options.timeout, watched->why);
		return STEP_PAUSED;
	}
	/* The server's own words about a failure have just been shown. */
	if (watched->proof == PROOF_FAILED)
		screen_mark(MARK_STOP, "%s failed", order->at.exercise->title);
	else
		screen_mark(MARK_WARN, "%s", watched->why);
	explain_failure(watched);
	/* Nobody is there who could repeat it: the next run begins anew. */
	if (watched->proof == PROOF_FAILED && alone) {
		r = evidence_forget(&order->at, err);
		return r < 0 ? r : STEP_DENIALS;
	}
	r = ask_unproved(&order->at, err);
	/* What was something else is over: what comes next begins anew. */
	if (r == 0 && (watched->proof == PROOF_WRONG || watched->proof == PROOF_FAILED) &&
	    !order->play)
		r = evidence_forget(&order->at, err);
	return r;
}

/* One look, or one watch. 0: it has a result, or is to be done again. */
static int attempt(const struct watch_order *order, struct error *err)
{
	_cleanup_(watched_clear) struct watched watched = { 0 };
	int r = watch_exercise(order, &watched, err);

	if (r < 0)
		return r;
	if (watched.end == WATCH_SKIP)
		return STEP_SKIPPED;
	if (watched.end == WATCH_QUIT)
		return STEP_PAUSED;
	if (watched.proof == PROOF_OK)
		return record(&order->at, "proved", &watched, err);
	if (watched.proof == PROOF_SILENT)
		return record(&order->at, "not seen", &watched, err);
	if (watched.proof != PROOF_FAILED || !occasion_is_confined(&order->at))
		return not_proved(order, &watched, err);
	/* Confined, a failure is a result: its denials are what is looked for. */
	explain_failure(&watched);
	return record(&order->at, "failed", &watched, err);
}

/* A result without anything done: "skipped", or "n/a". */
static json_t *undone(const char *result)
{
	return json_made(
		json_pack("{s:s, s:s, s:i}", "result", result, "evidence", "", "denials", 0));
}

static int do_exercise(struct watch_order *order, struct error *err)
{
	const struct occasion *at = &order->at;
	enum answer answer = ANSWER_QUIT;
	int r = 0;

	while (r == 0 && !results_get(at->session, at->phase, at->exercise->name)) {
		r = evidence_begin(at, err) ?: plan_watch(order, &answer, err);
		if (r < 0)
			return r;
		if (answer == ANSWER_QUIT)
			return STEP_PAUSED;
		r = answer == ANSWER_SKIP ? STEP_SKIPPED : attempt(order, err);
	}
	if (r != STEP_SKIPPED)
		return r;
	screen_mark(MARK_WARN, "%s skipped: what it needs will not be known", at->exercise->title);
	return finish(at, undone("skipped"), err);
}

/* With our script before the notify command, until there is a result, or nobody waits for one. */
static int do_marked(struct watch_order *order, struct error *err)
{
	const struct occasion *at = &order->at;
	_cleanup_free_ char *script = NULL, *mark = NULL;
	int ended, r = marker_begin(at->session, at->phase, &mark, &script, err);

	if (r < 0)
		return r;
	order->script = script;
	order->mark = mark;
	r = do_exercise(order, err);
	if (r != 0 && r != STEP_DENIALS) {
		marker_say_left(at->session, at->phase);
		return r;
	}
	ended = marker_end(at->session, at->phase, err);
	return ended < 0 ? ended : r;
}

static int exercise_one(const struct occasion *at, struct error *err)
{
	_cleanup_(strings_clear) struct strings commands = { 0 };
	struct watch_order order = { .at = *at };
	const struct exercise *exercise = at->exercise;
	const struct player *player = node_player(at->session);
	const char *recorded = player ? player_told(player, "notes", exercise->name) : NULL;
	/* One that was skipped, or not confined, is done anew. */
	int r = results_put(at, json_null(), err);

	if (r < 0)
		return r;
	screen_blank();
	screen_say("%s: %s.", exercise->title, exercise->what);
	if (exercise->covers)
		screen_say("Only in it is seen: %s.", exercise->covers);
	if (exercise->safety)
		screen_mark(MARK_WARN, "%s", exercise->safety);
	if (terminal_present() && !player)
		screen_say("Type these in another terminal; this one shows what happens:");
	r = instructions_read(at->session, exercise, &commands, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < commands.count; i++)
		screen_detail("%s", commands.items[i]);
	if (recorded)
		screen_say("%s", recorded);
	return exercise->kind == EXERCISE_NOTIFY ? do_marked(&order, err)
						 : do_exercise(&order, err);
}

static int exercise_each(struct session *session, const char *phase, struct error *err)
{
	const struct galera_config *config;
	int r = node_config(session, &config, err);

	for (const struct exercise *e = galera_exercises; r == 0 && e->name; e++) {
		const struct occasion at = { session, phase, e };

		if (!wanted_in_run(session, e) || results_done(session, phase, e))
			continue;
		if (e->kind == EXERCISE_NOTIFY && !config->notify_command)
			r = results_put(&at, undone("n/a"), err);
		else
			r = exercise_one(&at, err);
	}
	return r;
}

int exercising_run(struct session *session, const char *phase, const json_t *changes,
		   struct error *err)
{
	bool learning = !strcmp(phase, PHASE_PERMISSIVE);
	int r = marker_is_left(session, phase) ? marker_end(session, phase, err)
					       : marker_agree(session, phase, changes, err);

	/* What is asked for once is done in the confined phase, too. */
	r = r ?: (learning ? wanted_take_named(session, err) : 0)
		    ?: exercise_each(session, phase, err)
		    ?: (learning ? wanted_ask(session, err) : 0)
		    ?: exercise_each(session, phase, err);
	if (r)
		return r;
	screen_blank();
	coverage_show(session, phase);
	return 0;
}
