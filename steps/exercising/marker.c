/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "steps/exercising/evidence.h"
#include "steps/exercising/marker.h"
#include "steps/exercising/results.h"
#include "steps/galera/exercises.h"
#include "steps/galera/files.h"
#include "steps/host/selinux.h"
#include "steps/host/standin.h"
#include "steps/node/node.h"
#include "wizard/prompt.h"
#include "wizard/screen.h"
#include "wizard/text.h"
#include "wizard/util.h"

#define EXERCISE "notify"
#define MEMORY   "notify script"

extern const char template_notify[];

/* Of the script that is agreed to in this phase, its "path" or "mark"; NULL: none is. Borrowed. */
static const char *agreed(struct session *session, const char *phase, const char *member)
{
	const json_t *memory = session_recall(session, MEMORY);

	return memory && member_is(memory, "phase", phase) ? member_or_null(memory, member) : NULL;
}

/* 128 random bits. */
static int new_mark(char mark[33], struct error *err)
{
	unsigned char bytes[16];

	if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
		return error_set(err, errno, "try again", "the kernel gives no random bytes: %m");
	for (size_t i = 0; i < sizeof(bytes); i++)
		sprintf(mark + 2 * i, "%02x", bytes[i]);
	return 0;
}

/* ---- may there be one? ----------------------------------------------------------------------- */

/* *path: the script, with *why it can have none before it, or NULL. Caller frees both. */
static int look(struct session *session, char **path, char **why, struct error *err)
{
	const struct galera_config *config;
	_cleanup_free_ char *real = NULL, *type = NULL;
	const char *reason = NULL;
	int r = node_config(session, &config, err);

	if (r < 0 || !config->notify_command)
		return r;
	*path = galera_notify_script(config->notify_command, &reason);
	*why = str_copy(reason);
	if (reason)
		return 0;
	real = session_in_root(session, *path);
	r = standin_unfit(real, why, err);
	if (r == 0 && !*why && !session_is_scratch(session))
		r = host_exec_type(node_domain(), real, &type, err);
	/* Ours would run the operator's from within that one. */
	if (r == 0 && type && strcmp(type, node_domain()) != 0)
		*why = str_printf("it runs in a domain of its own, %s", type);
	return r;
}

/* ---- the change ------------------------------------------------------------------------------ */

int marker_plan(struct session *session, const char *phase, json_t *changes, struct error *err)
{
	_cleanup_free_ char *path = NULL, *why = NULL, *undo = NULL;
	json_t *change;
	int r;

	/* A recorded server runs nothing. */
	if (node_player(session) || !wanted_in_run(session, exercise_find(EXERCISE)) ||
	    results_done(session, phase, exercise_find(EXERCISE)))
		return 0;
	r = look(session, &path, &why, err);
	if (r < 0 || !path || why)
		return r;
	/* Of plain characters: galera_notify_script(). */
	undo = str_printf("mv %s" STANDIN_SUFFIX " %s", path, path);
	change = change_add(
		changes, json_object(),
		&(struct change){ .what = path,
				  .from = "your notify command",
				  .to = "the same, behind a mark until its exercise is over",
				  .undo = undo });
	member_set(change, "script", json_string(path));
	return 0;
}

/* The path of the script that one of the changes, at *at, is about; NULL: none is. */
static const char *planned(const json_t *changes, size_t *at)
{
	const char *path = NULL;
	size_t i;

	for (i = 0; !path && i < json_array_size(changes); i++)
		path = member_or_null(json_array_get(changes, i), "script");
	*at = i - 1;
	return path;
}

int marker_ask(struct session *session, json_t *changes, struct error *err)
{
	size_t at;
	const char *path = planned(changes, &at);
	_cleanup_free_ char *text = NULL;
	bool yes = true;
	int r;

	if (!path)
		return 0;
	screen_say("The server logs nothing when its notify command succeeds. A script of ours can "
		   "stand before yours until the exercise is over: it writes a line to the "
		   "server's log and runs yours, which is %s" STANDIN_SUFFIX
		   " meanwhile, with the same arguments and exit status.",
		   path);
	text = str_printf("Put it before %s?", path);
	r = prompt_yes_no(session, "exercise.notify", NULL, text, true, &yes, err);
	if (r == 0 && !yes)
		json_array_remove(changes, at);
	return r;
}

/* ---- put and taken away ---------------------------------------------------------------------- */

static int take_away(struct session *session, const char *path, struct error *err)
{
	_cleanup_free_ char *real = session_in_root(session, path);
	bool replaced = false;
	int r = standin_remove(real, template_notify, &replaced, err);

	if (r == 0 && replaced)
		screen_mark(
			MARK_WARN,
			"%s was replaced meanwhile: it stays as it is now. What was there before "
			"is %s" STANDIN_SUFFIX ", where it differs.",
			path, path);
	return r;
}

static int take_away_and_forget(struct session *session, const char *path, struct error *err)
{
	return take_away(session, path, err) ?: session_remember(session, MEMORY, NULL, err);
}

int marker_end(struct session *session, const char *phase, struct error *err)
{
	const char *path = agreed(session, phase, "path");

	return path ? take_away_and_forget(session, path, err) : 0;
}

int marker_agree(struct session *session, const char *phase, const json_t *changes,
		 struct error *err)
{
	size_t at;
	const char *path = planned(changes, &at);
	const char *before = member_or_null(session_recall(session, MEMORY), "path");
	char mark[33];
	int r = 0;

	if (!wanted_in_run(session, exercise_find(EXERCISE)))
		return 0;
	if (before && (!path || strcmp(path, before) != 0))
		r = take_away_and_forget(session, before, err);
	if (r < 0 || !path || agreed(session, phase, "mark"))
		return r;
	return new_mark(mark, err)
		       ?: session_remember(session, MEMORY,
					   json_made(json_pack("{s:s, s:s, s:s}", "phase", phase,
							       "path", path, "mark", mark)),
					   err);
}

static int put(struct session *session, const char *phase, const char *path, char **mark,
	       struct error *err)
{
	const struct occasion at = { session, phase, exercise_find(EXERCISE) };
	const char *agreed_mark = agreed(session, phase, "mark");
	const struct template_value values[] = { { "mark", agreed_mark ? agreed_mark : "none" },
						 { 0 } };
	_cleanup_free_ char *real = session_in_root(session, path), *script = NULL;
	enum standin_state before = STANDIN_NONE;
	struct error failure = { 0 };
	int r = template_fill(template_notify, TEMPLATE_TEXT, values, &script, err)
			?: standin_state(real, template_notify, &before, err);

	if (r < 0)
		return r;
	if (standin_put(real, script, &failure) < 0) {
		screen_mark(MARK_WARN, "%s: whether the notify command succeeds will not be seen",
			    failure.what);
		return session_remember(session, MEMORY, NULL, err);
	}
	*mark = str_copy(values[0].value);
	if (before == STANDIN_IN_PLACE || !evidence_is_begun(&at))
		return 0;
	/* What the server has done before the script was there, has no mark. */
	screen_mark(MARK_WARN, "our script was not there all the time: this exercise begins anew");
	return evidence_forget(&at, err);
}

int marker_begin(struct session *session, const char *phase, char **mark, char **script,
		 struct error *err)
{
	const struct player *player = node_player(session);
	_cleanup_free_ char *why = NULL;
	const char *path = agreed(session, phase, "path");
	int r = look(session, script, &why, err);

	if (r < 0)
		return r;
	if (path)
		return put(session, phase, path, mark, err);
	*mark = player ? str_copy(player_told(player, "marks", phase)) : NULL;
	if (*script && player)
		screen_say("On a node a script of ours stands before the command for this "
			   "exercise, and marks each call. %s",
			   *mark ? "It did where this was recorded."
				 : "It did not where this was recorded.");
	else if (why)
		screen_mark(
			MARK_WARN,
			"whether the notify command succeeds will not be seen: no script of ours "
			"can stand before it, since %s",
			why);
	return 0;
}

bool marker_is_left(struct session *session, const char *phase)
{
	return agreed(session, phase, "path") && results_get(session, phase, EXERCISE);
}

void marker_say_left(struct session *session, const char *phase)
{
	const char *path = agreed(session, phase, "path");

	if (path)
		screen_mark(MARK_WARN,
			    "our script stays before %s until the exercise is over, or undo", path);
}

int marker_stray(struct session *session, char **what, char **remedy, struct error *err)
{
	_cleanup_free_ char *path = NULL, *why = NULL, *real = NULL;
	enum standin_state state = STANDIN_NONE;
	int r = look(session, &path, &why, err);

	if (r < 0 || !path || session_recall(session, MEMORY))
		return r;
	real = session_in_root(session, path);
	r = standin_state(real, template_notify, &state, err);
	if (r < 0 || state == STANDIN_NONE)
		return r;
	if (state == STANDIN_REPLACED)
		*what = str_printf("%s" STANDIN_SUFFIX " is left of an exercise", path);
	else
		*what = str_printf("%s is this program's script, left of an exercise", path);
	if (state == STANDIN_IN_PLACE)
		*remedy = str_printf("mv %s" STANDIN_SUFFIX " %s", path, path);
	else
		*remedy = str_copy(state == STANDIN_ALONE
					   ? "put your notify command back there, out of a backup"
					   : "remove it, when it is not needed any more");
	return 0;
}

int marker_undo(struct session *session, const json_t *changes, struct error *err)
{
	size_t at;
	const char *path = planned(changes, &at);

	return path ? take_away(session, path, err) : 0;
}
