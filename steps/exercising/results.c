/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "steps/exercising/exercising.h"
#include "steps/galera/exercises.h"
#include "steps/node/node.h"
#include "steps/exercising/results.h"
#include "wizard/util.h"

json_int_t results_era(struct session *session, const char *phase)
{
	_cleanup_free_ char *key = str_printf("era %s", phase);
	json_t *era = key ? session_recall(session, key) : NULL;

	return era ? json_integer_value(era) : 1;
}

static char *result_key(const char *phase, json_int_t era, const char *exercise)
{
	return str_printf("exercise %s %lld %s", phase, (long long)era, exercise);
}

json_t *results_of_era(struct session *session, const char *phase, json_int_t era,
		       const char *exercise)
{
	_cleanup_free_ char *key = result_key(phase, era, exercise);

	return key ? session_recall(session, key) : NULL;
}

json_t *results_get(struct session *session, const char *phase, const char *exercise)
{
	return results_of_era(session, phase, results_era(session, phase), exercise);
}

int results_put(struct session *session, const char *phase, const char *exercise, json_t *result,
		struct error *err)
{
	_cleanup_free_ char *key = result_key(phase, results_era(session, phase), exercise);

	if (!key || !result) {
		json_decref(result);
		return error_nomem(err);
	}
	return session_remember(session, key, result, err);
}

static char *asked_key(const char *exercise)
{
	return str_printf("exercise also %s", exercise);
}

int results_ask_for(struct session *session, const char *exercise, struct error *err)
{
	_cleanup_free_ char *key = asked_key(exercise);

	if (!key)
		return error_nomem(err);
	return session_recall(session, key) ? 0 : session_remember(session, key, json_true(), err);
}

bool results_asked(struct session *session, const struct exercise *exercise)
{
	_cleanup_free_ char *key = exercise->optional ? asked_key(exercise->name) : NULL;

	return !exercise->optional || (key && session_recall(session, key));
}

static bool is_named(const struct exercise *exercise)
{
	for (char **name = node_options.exercises; name && *name; name++)
		if (!strcmp(*name, exercise->name))
			return true;
	return false;
}

bool results_wanted(struct session *session, const struct exercise *exercise)
{
	return node_options.exercises ? is_named(exercise) : results_asked(session, exercise);
}

bool results_done(struct session *session, const char *phase, const struct exercise *exercise)
{
	const json_t *result = results_get(session, phase, exercise->name);

	if (!strcmp(member_text(result, "result"), "skipped"))
		return !is_named(exercise);
	return result && !json_array_size(json_object_get(result, "doubts"));
}

bool exercising_covered(struct session *session, const char *phase)
{
	for (const struct exercise *e = galera_exercises; e->name; e++)
		if (results_wanted(session, e) && !results_done(session, phase, e))
			return false;
	return true;
}

bool exercising_begun(struct session *session, const char *phase)
{
	for (const struct exercise *e = galera_exercises; e->name; e++)
		if (results_get(session, phase, e->name))
			return true;
	return false;
}

int exercising_again(struct session *session, const char *phase, struct error *err)
{
	_cleanup_free_ char *key = str_printf("era %s", phase);

	if (!key)
		return error_nomem(err);
	return session_remember(session, key, json_integer(results_era(session, phase) + 1), err);
}

int exercising_evidence(struct session *session, const char *phase, bool earlier, json_t *sources,
			struct error *err)
{
	const char *confined = strcmp(phase, PHASE_PERMISSIVE) ? " confined" : "";
	json_int_t now = results_era(session, phase);

	for (json_int_t era = earlier ? 1 : now; era < now + (earlier ? 0 : 1); era++) {
		for (const struct exercise *e = galera_exercises; e->name; e++) {
			_cleanup_free_ char *key = result_key(phase, era, e->name);
			_cleanup_free_ char *path = NULL;
			const char *file;

			if (!key)
				return error_nomem(err);
			file = member_text(session_recall(session, key), "evidence");
			if (!*file)
				continue;
			path = session_path(session, file);
			if (!path ||
			    json_array_append_new(sources, json_pack("{s:s, s:s+}", "path", path,
								     "origin", e->name, confined)))
				return error_nomem(err);
		}
	}
	return 0;
}
