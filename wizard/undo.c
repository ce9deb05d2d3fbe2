/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "wizard/engine.h"
#include "wizard/history.h"
#include "wizard/prompt.h"
#include "wizard/runner.h"
#include "wizard/screen.h"
#include "wizard/util.h"

enum { STEP, WHAT, NOW, BACK_TO, COLUMNS };

static const struct step *step_of(const struct session *session, const json_t *record)
{
	const struct workflow *workflow = session_workflow(session);
	int index = workflow_find_step(workflow, member_text(record, "step"));

	return index < 0 ? NULL : workflow->steps[index];
}

static const json_t *record_at(const struct session *session, int index)
{
	return json_array_get(session_records(session), (size_t)index);
}

static bool can_undo(const struct session *session, const json_t *record)
{
	const struct step *step = step_of(session, record);

	return step && step->undo;
}

/* The cells of a table, row by row; borrowed from the journal. */
struct rows {
	const char **cells;
	size_t count; /* of cells */
};

static const char **rows_find(const struct rows *rows, const char *step, const char *what)
{
	for (size_t i = 0; i < rows->count; i += COLUMNS)
		if (strcmp(rows->cells[i + STEP], step) == 0 &&
		    strcmp(rows->cells[i + WHAT], what) == 0)
			return &rows->cells[i];
	return NULL;
}

/* Newest first: what an older begin found before is where the thing will end. */
static int rows_add(struct rows *rows, const json_t *record, struct error *err)
{
	const json_t *changes = json_object_get(record, "changes");
	const char *step = member_text(record, "step");
	json_t *change;
	size_t index;

	json_array_foreach(changes, index, change)
	{
		const char **row = rows_find(rows, step, member_text(change, "what"));
		const char *cells[COLUMNS] = { step, member_text(change, "what"),
					       member_text(change, "to"),
					       member_text(change, "from") };

		if (row) {
			row[BACK_TO] = cells[BACK_TO];
			continue;
		}
		for (int i = 0; i < COLUMNS; i++) {
			const char **cell =
				array_push(&rows->cells, &rows->count, sizeof(*rows->cells));

			if (!cell)
				return error_nomem(err);
			*cell = cells[i];
		}
	}
	return 0;
}

/* Say which changes nothing of ours takes back, and the command where one is known. */
static void show_left(const json_t *record)
{
	const json_t *changes = json_object_get(record, "changes");
	json_t *change;
	size_t index;

	json_array_foreach(changes, index, change)
	{
		const char *command = member_text(change, "undo");

		screen_mark(MARK_WARN, "%s: %s stays as it is (before: %s)",
			    member_text(record, "step"), member_text(change, "what"),
			    member_text(change, "from"));
		if (*command)
			screen_detail("to take it back by hand: %s", command);
	}
}

/* Show what will be taken back; *count gets the number of things. */
static int show(const struct session *session, const struct history *history, size_t *count,
		struct error *err)
{
	static const char *const header[COLUMNS] = { "step", "what", "now", "back to" };
	struct rows rows = { 0 };
	_cleanup_free_ const char **cells = NULL;
	int r = 0;

	for (int at = history_to_undo(history, SIZE_MAX, NULL); at >= 0 && r == 0;
	     at = history_to_undo(history, (size_t)at, NULL)) {
		const json_t *record = record_at(session, at);

		if (can_undo(session, record))
			r = rows_add(&rows, record, err);
		else
			show_left(record);
	}
	cells = rows.cells;
	*count = rows.count / COLUMNS;
	if (r == 0 && *count) {
		screen_blank();
		screen_table(header, cells, *count, COLUMNS);
		screen_blank();
	}
	return r;
}

static int ask(struct session *session, size_t count, struct error *err)
{
	_cleanup_free_ char *text = count == 1 ? strdup("Take this change back?")
					       : str_printf("Take these %zu changes back?", count);
	bool yes;
	int r;

	if (!text)
		return error_nomem(err);
	r = prompt_yes_no(session, "undo.apply", NULL, text, false, &yes, err);
	return r < 0 ? r : yes ? 0 : STEP_DECLINED;
}

/* Take one begin back, or leave it where nothing can, and journal that. */
static int reverse(struct session *session, int index, struct error *err)
{
	const json_t *record = record_at(session, index);
	const struct step *step = step_of(session, record);
	bool able = can_undo(session, record);
	int r = able ? step->undo(session, json_object_get(record, "changes"), err) : 0;

	if (r == 0)
		r = session_record(session,
				   json_pack("{ss ss si sb}", "event", "undone", "step",
					     member_text(record, "step"), "begin", index, "left",
					     !able),
				   err);
	if (r < 0 && err && err->code)
		error_prefix(err, "undo of %s", member_text(record, "step"));
	if (r == 0 && able)
		screen_mark(MARK_OK, "%s: taken back", step->title);
	return r;
}

static int reverse_all(struct session *session, const struct history *history, struct error *err)
{
	for (int at = history_to_undo(history, SIZE_MAX, NULL); at >= 0;
	     at = history_to_undo(history, (size_t)at, NULL)) {
		int r = session_interrupted() ? -EINTR : reverse(session, at, err);

		if (r != 0)
			return r;
	}
	return session_reset(session, err);
}

int runner_undo(struct session *session, struct error *err)
{
	struct history history __attribute__((cleanup(history_clear))) = { 0 };
	size_t count;
	int r = history_init(&history, session_records(session), err);

	if (r < 0)
		return r;
	if (history_to_undo(&history, SIZE_MAX, NULL) < 0) {
		screen_mark(MARK_OK, "Nothing to take back.");
		/* The last undo may have been stopped right before its end. */
		return history_undo_unfinished(&history) ? session_reset(session, err) : 0;
	}
	r = show(session, &history, &count, err);
	if (r == 0 && count == 0) /* it was said why */
		return 0;
	if (r == 0)
		r = ask(session, count, err);
	if (r == 0)
		r = reverse_all(session, &history, err);
	if (r == 0)
		screen_mark(MARK_OK, "Done. The next run starts from the beginning.");
	return r;
}
