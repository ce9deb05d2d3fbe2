/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "steps/exercising/results.h"
#include "steps/node/node.h"
#include "wizard/prompt.h"
#include "wizard/screen.h"
#include "wizard/strings.h"
#include "wizard/terminal.h"
#include "wizard/util.h"

bool occasion_is_confined(const struct occasion *at)
{
	return !strcmp(at->phase, PHASE_ENFORCING);
}

static char *era_key(const char *phase)
{
	return str_printf("era %s", phase);
}

json_int_t results_era(struct session *session, const char *phase)
{
	_cleanup_free_ char *key = era_key(phase);
	const json_t *era = session_recall(session, key);

	return era ? json_integer_value(era) : 1;
}

int results_new_era(struct session *session, const char *phase, struct error *err)
{
	_cleanup_free_ char *key = era_key(phase);

	return session_remember(session, key, json_integer(results_era(session, phase) + 1), err);
}

static char *result_key(const char *phase, json_int_t era, const char *exercise)
{
	return str_printf("exercise %s %lld %s", phase, (long long)era, exercise);
}

json_t *results_of_era(struct session *session, const char *phase, json_int_t era,
		       const char *exercise)
{
	_cleanup_free_ char *key = result_key(phase, era, exercise);

	return session_recall(session, key);
}

json_t *results_get(struct session *session, const char *phase, const char *exercise)
{
	return results_of_era(session, phase, results_era(session, phase), exercise);
}

int results_put(const struct occasion *at, json_t *result, struct error *err)
{
	_cleanup_free_ char *key =
		result_key(at->phase, results_era(at->session, at->phase), at->exercise->name);

	return session_remember(at->session, key, result, err);
}

/* In the order of enum observed: for a person, and in the session's memory. */
static const struct {
	const char *name, *result;
} observations[] = {
	[OBSERVED_MISSING] = { "missing", "" },
	[OBSERVED_NEEDLESS] = { "not configured", "n/a" },
	[OBSERVED_SKIPPED] = { "skipped", "skipped" },
	[OBSERVED_FAILED] = { "failed", "failed" },
	[OBSERVED_SEEN] = { "seen, not proved", "not seen" },
	[OBSERVED_PROVED] = { "proved", "proved" },
};

const char *observed_name(enum observed observed)
{
	return observations[observed].name;
}

enum observed results_observed(struct session *session, const json_t *result)
{
	const char *file = member_text(result, "evidence");
	_cleanup_free_ char *path = *file ? session_path(session, file) : NULL;
	size_t i = ARRAY_SIZE(observations) - 1;

	if (path && access(path, F_OK) < 0)
		return OBSERVED_MISSING;
	while (i > 0 && strcmp(observations[i].result, member_text(result, "result")) != 0)
		i--;
	return (enum observed)i;
}

/* By --exercise. */
static bool is_named(const struct exercise *exercise)
{
	for (char **name = node_options.exercises; name && *name; name++)
		if (!strcmp(*name, exercise->name))
			return true;
	return false;
}

bool results_done(struct session *session, const char *phase, const struct exercise *exercise)
{
	const json_t *result = results_get(session, phase, exercise->name);

	if (member_is(result, "result", "skipped"))
		return !is_named(exercise);
	return result && !json_array_size(json_object_get(result, "doubts"));
}

bool results_covered(struct session *session, const char *phase)
{
	for (const struct exercise *e = galera_exercises; e->name; e++)
		if (wanted_in_run(session, e) && !results_done(session, phase, e))
			return false;
	return true;
}

bool results_begun(struct session *session, const char *phase)
{
	for (const struct exercise *e = galera_exercises; e->name; e++)
		if (results_get(session, phase, e->name))
			return true;
	return false;
}

static int add_evidence(struct session *session, const char *phase, json_int_t era, json_t *sources,
			struct error *err)
{
	const char *confined = strcmp(phase, PHASE_PERMISSIVE) ? " confined" : "";

	for (const struct exercise *e = galera_exercises; e->name; e++) {
		const json_t *result = results_of_era(session, phase, era, e->name);
		const char *file = member_text(result, "evidence");
		_cleanup_free_ char *path = *file ? session_path(session, file) : NULL;

		if (path &&
		    json_array_append_new(sources, json_pack("{s:s, s:s+}", "path", path, "origin",
							     e->name, confined)) < 0)
			return error_set(err, EILSEQ, "give --root a path of UTF-8",
					 "the path of %s is not UTF-8", file);
	}
	return 0;
}

int results_evidence(struct session *session, const char *phase, bool earlier, json_t *sources,
		     struct error *err)
{
	json_int_t now = results_era(session, phase);
	json_int_t end = earlier ? now : now + 1;
	int r = 0;

	for (json_int_t era = earlier ? 1 : now; r == 0 && era < end; era++)
		r = add_evidence(session, phase, era, sources, err);
	return r;
}

/* ---- wanted ---------------------------------------------------------------------------------- */

#define KEY  "exercise.also"
#define NONE "none"

int wanted_check(const char *name, struct error *err)
{
	_cleanup_(strings_clear) struct strings names = { 0 };

	if (exercise_find(name))
		return 0;
	for (const struct exercise *exercise = galera_exercises; exercise->name; exercise++)
		strings_add(&names, exercise->name);
	return strings_unknown("exercise", name, &names, err);
}

static char *asked_key(const char *exercise)
{
	return str_printf("exercise also %s", exercise);
}

bool wanted_in_session(struct session *session, const struct exercise *exercise)
{
	_cleanup_free_ char *key = asked_key(exercise->name);

	return !exercise->optional || session_recall(session, key);
}

bool wanted_in_run(struct session *session, const struct exercise *exercise)
{
	return node_options.exercises ? is_named(exercise) : wanted_in_session(session, exercise);
}

static int ask_for(struct session *session, const char *exercise, struct error *err)
{
	_cleanup_free_ char *key = asked_key(exercise);

	return session_recall(session, key) ? 0 : session_remember(session, key, json_true(), err);
}

int wanted_take_named(struct session *session, struct error *err)
{
	int r = 0;

	for (char **name = node_options.exercises; r == 0 && name && *name; name++)
		if (exercise_find(*name)->optional)
			r = ask_for(session, *name, err);
	return r;
}

/* What the configuration speaks for and nobody has asked for. How many. */
static size_t show(struct session *session, const struct galera_config *config)
{
	size_t count = 0;

	for (const struct exercise *e = galera_exercises; e->name; e++) {
		const char *why = exercise_offered(e, config);

		if (!why || wanted_in_run(session, e))
			continue;
		if (!count++) {
			screen_blank();
			screen_say("Beyond the three, this node's configuration speaks for:");
		}
		screen_detail("%-15s %s", e->name, e->what);
		screen_detail("%-15s because: %s", "", why);
	}
	return count;
}

static int take_names(struct session *session, char *names, struct error *err)
{
	const char *name;
	int r = 0;

	for (char *rest = names; r == 0 && (name = strsep(&rest, ", "));) {
		if (!*name || !strcmp(name, NONE))
			continue;
		if (wanted_check(name, err) < 0)
			return error_prefix(err, KEY);
		r = ask_for(session, name, err);
	}
	return r;
}

int wanted_ask(struct session *session, struct error *err)
{
	bool answered = prompt_is_answered(session, KEY, NULL);
	_cleanup_free_ char *names = NULL;
	const struct galera_config *config;
	int r;

	if (node_options.exercises || node_player(session) || session_recall(session, KEY))
		return 0;
	r = node_config(session, &config, err);
	if (r < 0)
		return r;
	if (!show(session, config) && !answered)
		return 0;
	if (!answered && !terminal_present()) {
		screen_say("They are done where --exercise NAME, or the answer " KEY
			   ", names them.");
		return 0;
	}
	/* Asked once in a session. */
	return prompt_text(session, KEY, NULL, "Which of them, too? (names, or none)", NONE, &names,
			   err)
		       ?: take_names(session, names, err)
		       ?: session_remember(session, KEY, json_true(), err);
}
