/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "wizard/runner.h"
#include "wizard/util.h"

static const json_t *record_at(const struct session *session, size_t index)
{
	return json_array_get(session_records(session), index);
}

static size_t count(const struct session *session)
{
	return json_array_size(session_records(session));
}

static bool is_event(const json_t *record, const char *event, const char *step)
{
	return strcmp(member_text(record, "event"), event) == 0 &&
	       (!step || strcmp(member_text(record, "step"), step) == 0);
}

/* Has the begin at this index been taken back? */
static bool is_undone(const struct session *session, size_t begin)
{
	for (size_t i = begin + 1; i < count(session); i++) {
		const json_t *record = record_at(session, i);

		if (is_event(record, "undone", NULL) &&
		    member_number(record, "begin") == (json_int_t)begin)
			return true;
	}
	return false;
}

/* The index behind the last reset; 0: there was none. */
static size_t last_start(const struct session *session)
{
	size_t i = count(session);

	while (i > 0 && !is_event(record_at(session, i - 1), "reset", NULL))
		i--;
	return i;
}

int history_open_begin(const struct session *session, const char *step)
{
	for (size_t i = count(session); i-- > 0;) {
		if (is_event(record_at(session, i), "done", step))
			return -1;
		if (is_event(record_at(session, i), "begin", step))
			return is_undone(session, i) ? -1 : (int)i;
	}
	return -1;
}

json_int_t history_done_at(const struct session *session, const char *step)
{
	size_t start = last_start(session);

	for (size_t i = count(session); i-- > start;) {
		if (is_event(record_at(session, i), "undone", step))
			return -1;
		if (is_event(record_at(session, i), "done", step))
			return member_number(record_at(session, i), "time");
	}
	return -1;
}

int history_to_undo(const struct session *session, size_t before, const char *step)
{
	size_t end = count(session);

	for (size_t i = before < end ? before : end; i-- > 0;) {
		const json_t *record = record_at(session, i);

		if (is_event(record, "begin", step) && !is_undone(session, i) &&
		    json_array_size(json_object_get(record, "changes")) > 0)
			return (int)i;
	}
	return -1;
}

bool history_undo_unfinished(const struct session *session)
{
	for (size_t i = last_start(session); i < count(session); i++)
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

	for (size_t i = (size_t)member_number(finished, "record") + 1; i < count(session); i++)
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
