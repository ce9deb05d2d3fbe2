/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * confine - the server's domain is confined again, now, whatever the wizard was about
 *
 * It is what the limit of the step permissive runs (confining/limit.h), and for whoever wants out
 * of it at once: the step enforce without its questions. A module of others that was disabled for
 * the exercises is enabled again, unless ours is in its place: the server gets back what it had. A
 * run that is at work is stopped first, for it may be one that nobody looks at any more.
 */
#include <errno.h>

#include "steps/confining/confine.h"
#include "steps/confining/limit.h"
#include "steps/node/node.h"
#include "steps/steps.h"
#include "wizard/answers.h"
#include "wizard/prompt.h"
#include "wizard/runner.h"
#include "wizard/screen.h"
#include "wizard/util.h"

#define PATIENCE 300 /* seconds, for a run that is building the policy */

/* The journal is damaged; the store is not. */
static void confine_without_journal(struct session *session)
{
	json_auto_t *changes = json_array();
	struct error failure = { 0 };
	int r = confine_plan_strict(session, changes, &failure)
			?: confine_commit(session, changes, false, &failure);

	if (r < 0)
		screen_mark(MARK_STOP, "%s", failure.what);
	else if (json_array_size(changes))
		screen_mark(MARK_OK, "%s is confined", node_domain());
}

static void session_drop(struct session **session)
{
	session_free(*session);
}

/* As somebody sees it who only looks: a run that waits for a confined exercise is left alone. */
static bool is_confined(const struct session *session)
{
	_cleanup_(session_drop) struct session *look = NULL;
	bool done = false;

	if (session_new(&look, session->workflow, &session->options, NULL) < 0 ||
	    session_open(look, true, NULL) < 0)
		return false;
	node_run(look)->confine_now = true;
	return step_detect(look, &step_enforce, &done, NULL) == 0 && done;
}

static int run(struct session *session, struct error *err)
{
	static char step[] = "enforce";
	static char *const steps[] = { step, NULL };
	int r;

	if (is_confined(session)) {
		screen_mark(MARK_OK, "%s is confined already", node_domain());
		return 0;
	}
	r = session_open_instead(session, PATIENCE, err);
	if (r == -EBADMSG && session->is_open)
		confine_without_journal(session);
	if (r < 0)
		return r;
	node_run(session)->confine_now = true;
	r = limit_over(session, err);
	if (r == 0 && !prompt_is_answered(session, "enforce.apply", NULL))
		r = answers_add(session->answers, "enforce.apply=yes", err);
	session->arguments = steps;
	return r < 0 ? r : runner_run(session, err);
}

const struct command command_confine = {
	.name = "confine",
	.summary = "confine the server again, now",
	.example = "confine --yes",
	.run = run,
};
