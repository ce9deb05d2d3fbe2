/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "steps/exercising/results.h"
#include "steps/exercising/wanted.h"
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

bool results_done(struct session *session, const char *phase, const struct exercise *exercise)
{
	const json_t *result = results_get(session, phase, exercise->name);

	if (!strcmp(member_text(result, "result"), "skipped"))
		return !wanted_by_name(exercise);
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
