/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the journal's records say of the steps, and how they are taken back. */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "wizard/process.h"
#include "wizard/prompt.h"
#include "wizard/runner.h"
#include "wizard/screen.h"
#include "wizard/strings.h"
#include "wizard/text.h"
#include "wizard/util.h"

static const json_t *record_at(const struct session *session, int index)
{
	return json_array_get(session_records(session), (size_t)index);
}

static int count(const struct session *session)
{
	return (int)json_array_size(session_records(session));
}

static bool is_event(const json_t *record, const char *event, const char *step)
{
	return member_is(record, "event", event) && (!step || member_is(record, "step", step));
}

/* Has the begin at this index been taken back? */
static bool is_undone(const struct session *session, int begin)
{
	for (int i = begin + 1; i < count(session); i++) {
		const json_t *record = record_at(session, i);

		if (is_event(record, "undone", member_text(record_at(session, begin), "step")) &&
		    member_number(record, "begin") == begin)
			return true;
	}
	return false;
}

/* The index behind the last reset; 0: there was none. */
static int last_start(const struct session *session)
{
	int i = count(session);

	while (i > 0 && !is_event(record_at(session, i - 1), "reset", NULL))
		i--;
	return i;
}

int history_open_begin(const struct session *session, const char *step)
{
	for (int i = count(session); i-- > 0;) {
		if (is_event(record_at(session, i), "done", step))
			return -1;
		if (is_event(record_at(session, i), "begin", step))
			return is_undone(session, i) ? -1 : i;
	}
	return -1;
}

json_int_t history_done_at(const struct session *session, const char *step)
{
	int start = last_start(session);

	for (int i = count(session); i-- > start;) {
		if (is_event(record_at(session, i), "undone", step))
			return -1;
		if (is_event(record_at(session, i), "done", step))
			return member_number(record_at(session, i), "time");
	}
	return -1;
}

int history_to_undo(const struct session *session, int before, const char *step)
{
	int end = count(session);

	for (int i = before < end ? before : end; i-- > 0;) {
		const json_t *record = record_at(session, i);

		if (is_event(record, "begin", step) && !is_undone(session, i) &&
		    json_array_size(json_object_get(record, "changes")) > 0)
			return i;
	}
	return -1;
}

bool history_undo_unfinished(const struct session *session)
{
	for (int i = last_start(session); i < count(session); i++)
		if (is_event(record_at(session, i), "undone", NULL))
			return true;
	return false;
}

/* ---- the end of a run ----------------------------------------------------------------------- */

/* Memory: {"fingerprint": TEXT, "record": its own number in the journal}. */
#define FINISHED "finished"

static int fingerprint_now(struct session *session, char **text, struct error *err)
{
	const struct workflow *workflow = session->workflow;

	*text = NULL;
	return workflow->fingerprint ? workflow->fingerprint(session, text, err) : 0;
}

/* What was remembered, if nothing but "done" (of a check) was journaled since; else "". */
static const char *remembered(struct session *session)
{
	const json_t *finished = session_recall(session, FINISHED);

	for (int i = (int)member_number(finished, "record") + 1; i < count(session); i++)
		if (!is_event(record_at(session, i), "done", NULL))
			return "";
	return member_text(finished, "fingerprint");
}

int history_remember_end(struct session *session, struct error *err)
{
	const struct workflow *workflow = session->workflow;
	_cleanup_free_ char *now = NULL;
	int r = workflow->settle ? workflow->settle(session, err) : 0;

	if (r == 0)
		r = fingerprint_now(session, &now, err);
	if (r < 0 || !now || !strcmp(remembered(session), now))
		return r;
	return session_remember(session, FINISHED,
				json_made(json_pack("{ss sI}", "fingerprint", now, "record",
						    (json_int_t)count(session))),
				err);
}

int history_look_for_end(struct session *session, struct error *err)
{
	const char *then = remembered(session);
	_cleanup_free_ char *now = NULL;
	int r;

	session->unchanged = false;
	if (!*then)
		return 0;
	r = fingerprint_now(session, &now, err);
	if (r == 0)
		session->unchanged = now && !strcmp(then, now);
	return r;
}

/* ---- undo ----------------------------------------------------------------------------------- */

enum { STEP, WHAT, NOW, BACK_TO, COLUMNS };

/* The record's step, where it can take back what it did; NULL: nothing of ours can. */
static const struct step *undoer_of(const struct session *session, const json_t *record)
{
	const struct workflow *workflow = session->workflow;
	int index = workflow_find_step(workflow, member_text(record, "step"), NULL);

	return index >= 0 && workflow->steps[index]->undo ? workflow->steps[index] : NULL;
}

/* The cells of a table, row by row; borrowed from the journal. */
struct rows {
	const char *(*items)[COLUMNS];
	size_t count;
};

static const char **rows_find(const struct rows *rows, const char *what)
{
	for (size_t i = 0; i < rows->count; i++)
		if (strcmp(rows->items[i][WHAT], what) == 0)
			return rows->items[i];
	return NULL;
}

/* Newest first: what an older begin found before is where the thing will end. */
static void rows_add(struct rows *rows, const json_t *record)
{
	const json_t *changes = json_object_get(record, "changes");

	list_each(change, changes) {
		const char *what = member_text(change, "what");
		const char **row = rows_find(rows, what);

		if (!row) {
			row = array_push(&rows->items, &rows->count, sizeof(*rows->items));
			row[WHAT] = what;
			row[NOW] = member_text(change, "to");
		}
		row[STEP] = member_text(record, "step");
		row[BACK_TO] = member_text(change, "from");
	}
}

/* Say what nothing of ours takes back, and the command where one is known. */
static void show_left(const json_t *record, const json_t *change)
{
	const char *command = member_text(change, "undo");

	screen_mark(MARK_WARN, "%s: %s stays as it is (before: %s)", member_text(record, "step"),
		    member_text(change, "what"), member_text(change, "from"));
	if (*command)
		screen_detail("to take it back by hand: %s", command);
}

/* Show what will be taken back; returns the number of things. */
static size_t show(const struct session *session)
{
	static const char *const header[COLUMNS] = { "step", "what", "now", "back to" };
	struct rows rows = { 0 };

	for (int at = INT_MAX; (at = history_to_undo(session, at, NULL)) >= 0;) {
		const json_t *record = record_at(session, at);

		if (undoer_of(session, record))
			rows_add(&rows, record);
		else
			list_each(change, json_object_get(record, "changes"))
				show_left(record, change);
	}
	if (rows.count) {
		screen_blank();
		screen_table(header, *rows.items, rows.count, COLUMNS);
		screen_blank();
	}
	free(rows.items);
	return rows.count;
}

static int ask(struct session *session, size_t count, struct error *err)
{
	_cleanup_free_ char *text = count == 1 ? str_copy("Take this change back?")
					       : str_printf("Take these %zu changes back?", count);
	bool yes;
	int r = prompt_yes_no(session, "undo.apply", NULL, text, false, &yes, err);

	return r < 0 ? r : yes ? 0 : STEP_DECLINED;
}

/* Take one begin back, or leave it where nothing can. */
static int reverse(struct session *session, int index, struct error *err)
{
	const json_t *record = record_at(session, index);
	const struct step *step = undoer_of(session, record);
	int r = step ? step->undo(session, json_object_get(record, "changes"), err) : 0;

	if (r < 0)
		error_prefix(err, "undo of %s", member_text(record, "step"));
	return r;
}

static int journal_undone(struct session *session, int index, struct error *err)
{
	const json_t *record = record_at(session, index);
	const struct step *step = undoer_of(session, record);
	int r = session_record(
		session,
		json_made(json_pack("{ss ss si sb}", "event", "undone", "step",
				    member_text(record, "step"), "begin", index, "left", !step)),
		err);

	if (r < 0)
		error_prefix(err, "undo of %s", member_text(record, "step"));
	if (r == 0 && step)
		screen_mark(MARK_OK, "%s: taken back", step->title);
	return r;
}

/* What waits for release is journaled behind it: until then it counts as not taken back. */
static int reverse_held(struct session *session, struct error *err)
{
	const struct workflow *workflow = session->workflow;
	int r = workflow->hold ? workflow->hold(session, err) : 0;
	int ended = 0;

	if (r < 0)
		return r;
	for (int at = INT_MAX; r == 0 && (at = history_to_undo(session, at, NULL)) >= 0;) {
		r = process_interrupted() ? -EINTR : reverse(session, at, err);
		if (r == 0 && !workflow->hold)
			r = journal_undone(session, at, err);
	}
	if (workflow->hold)
		ended = workflow->release(session, r == 0, r == 0 ? err : NULL);
	if (r == 0 && ended < 0)
		error_prefix(err, "undo");
	return r ?: ended;
}

static int reverse_all(struct session *session, struct error *err)
{
	int r = reverse_held(session, err);

	for (int at = INT_MAX; r == 0 && (at = history_to_undo(session, at, NULL)) >= 0;)
		r = journal_undone(session, at, err);
	return r ?: session_reset(session, err);
}

/* It was stopped, or it failed. */
static void say_not_taken_back(const struct session *session)
{
	_cleanup_(strings_clear) struct strings names = { 0 };
	_cleanup_free_ char *list = NULL;

	for (int at = INT_MAX; (at = history_to_undo(session, at, NULL)) >= 0;) {
		const char *name = member_text(record_at(session, at), "step");

		if (!strings_has(&names, name))
			strings_add(&names, name);
	}
	list = strings_join(&names, ", ");
	if (names.count)
		screen_mark(MARK_TODO,
			    "Not taken back, or only in part: %s. The same command goes "
			    "on there.",
			    list);
}

int runner_undo(struct session *session, struct error *err)
{
	size_t count;
	int r;

	if (history_to_undo(session, INT_MAX, NULL) < 0) {
		screen_mark(MARK_OK, "Nothing to take back.");
		/* The last undo may have been stopped right before its end. */
		return history_undo_unfinished(session) ? session_reset(session, err) : 0;
	}
	count = show(session);
	if (count == 0) /* it was said why */
		return 0;
	r = ask(session, count, err);
	if (r != 0)
		return r;
	r = reverse_all(session, err);
	if (r < 0)
		say_not_taken_back(session);
	else if (r == 0)
		screen_mark(MARK_OK, "Done. The next run starts from the beginning.");
	return r;
}

/* ---- a damaged journal ----------------------------------------------------------------------- */

json_t *history_applied(const struct session *session)
{
	json_t *applied = json_array();

	for (int at = INT_MAX; (at = history_to_undo(session, at, NULL)) >= 0;) {
		const json_t *record = record_at(session, at);

		list_add(applied, json_pack("{sO sO sO}", "step", json_object_get(record, "step"),
					    "time", json_object_get(record, "time"), "changes",
					    json_object_get(record, "changes")));
	}
	return applied;
}

static json_t *damage(struct session *session, const struct error *err)
{
	const struct workflow *workflow = session->workflow;
	_cleanup_free_ char *what = text_safe(err->what, true);
	json_t *by_hand = json_array();
	struct error failure = { 0 };
	size_t whole = 0;

	list_each(record, session_records(session))
		whole += !json_is_null(record);
	if (workflow->by_hand && workflow->by_hand(session, by_hand, &failure) < 0) {
		json_decref(by_hand);
		by_hand = json_null();
		screen_mark(MARK_STOP, "%s", failure.what);
	}
	return json_made(json_pack("{ss sI sI so so}", "damaged", what, "lines",
				   (json_int_t)count(session), "whole", (json_int_t)whole,
				   "applied", history_applied(session), "by_hand", by_hand));
}

/* Of all that was done to one thing: the newest, or the oldest, which knows how it was before. */
static const json_t *change_of(const json_t *applied, const char *what, bool oldest)
{
	const json_t *found = NULL;

	list_each(record, applied)
		list_each(change, json_object_get(record, "changes"))
			if (member_is(change, "what", what) && (oldest || !found))
				found = change;
	return found;
}

json_t *history_left(const json_t *applied)
{
	json_t *left = json_array();

	list_each(record, applied)
		list_each(change, json_object_get(record, "changes")) {
			const char *what = member_text(change, "what");
			const json_t *first = change_of(applied, what, true);
			const json_t *last = change_of(applied, what, false);

			if (change == first && !member_is(last, "to", member_text(first, "from")))
				list_add(left, json_pack("{sO sO}", "step",
							 json_object_get(record, "step"), "change",
							 change));
		}
	return left;
}

void runner_damaged(struct session *session, const struct error *err)
{
	json_auto_t *report = damage(session, err);
	json_auto_t *left = history_left(json_object_get(report, "applied"));
	const json_t *by_hand = json_object_get(report, "by_hand");

	if (session->options.json) {
		screen_result_json(report);
		return;
	}
	screen_heading(0, 0, "The journal is damaged");
	if (session_is_scratch(session))
		screen_mark(MARK_WARN,
			    "Commands below are a host's, and would change this one, not the "
			    "scratch root %s.",
			    session->root);
	screen_say("%lld of its %d lines are whole. What they prove to be changed, and not taken "
		   "back:",
		   (long long)member_number(report, "whole"), count(session));
	list_each(record, left)
		show_left(record, json_object_get(record, "change"));
	if (!json_array_size(left))
		screen_mark(MARK_OK, "nothing");
	screen_blank();
	if (json_array_size(by_hand)) {
		screen_say("What the system itself says to be open now, and how to close it:");
		screen_changes(by_hand, true);
	} else if (json_is_array(by_hand)) {
		screen_mark(MARK_OK, "The system itself says that nothing is open.");
	}
	screen_blank();
}
