/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "wizard/engine.h"
#include "wizard/finished.h"
#include "wizard/history.h"
#include "wizard/util.h"

/* Memory: {"fingerprint": TEXT, "record": its own number in the journal}. */
#define FINISHED "finished"

static int fingerprint_now(struct session *session, char **text, struct error *err)
{
	const struct workflow *workflow = session_workflow(session);

	*text = NULL;
	return workflow->fingerprint ? workflow->fingerprint(session, text, err) : 0;
}

/* What was remembered, if nothing but "done" (of a check) was journaled since; else "". */
static const char *remembered(struct session *session)
{
	const json_t *finished = session_recall(session, FINISHED);
	const json_t *records = session_records(session);
	json_int_t record = member_number(finished, "record");

	for (size_t i = (size_t)record + 1; i < json_array_size(records); i++)
		if (strcmp(member_text(json_array_get(records, i), "event"), "done") != 0)
			return "";
	return member_text(finished, "fingerprint");
}

int finished_remember(struct session *session, struct error *err)
{
	const struct workflow *workflow = session_workflow(session);
	_cleanup_free_ char *now = NULL;
	int r = workflow->settle ? workflow->settle(session, err) : 0;

	if (r == 0)
		r = fingerprint_now(session, &now, err);
	if (r < 0 || !now || !strcmp(remembered(session), now))
		return r;
	return session_remember(session, FINISHED,
				json_pack("{ss sI}", "fingerprint", now, "record",
					  (json_int_t)json_array_size(session_records(session))),
				err);
}

int finished_look(struct session *session, struct error *err)
{
	const char *then = remembered(session);
	_cleanup_free_ char *now = NULL;
	int r;

	session_set_unchanged(session, false);
	if (!*then)
		return 0;
	r = fingerprint_now(session, &now, err);
	if (r == 0)
		session_set_unchanged(session, now && !strcmp(then, now));
	return r;
}
