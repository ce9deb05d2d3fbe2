/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "steps/exercising/exercising.h"
#include "steps/galera/exercises.h"
#include "steps/node.h"
#include "steps/exercising/results.h"
#include "wizard/screen.h"
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

json_t *results_get(struct session *session, const char *phase, const char *exercise)
{
	_cleanup_free_ char *key = result_key(phase, results_era(session, phase), exercise);

	return key ? session_recall(session, key) : NULL;
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

bool results_wanted(const char *exercise)
{
	if (!node_options.exercises)
		return true;
	for (char **name = node_options.exercises; *name; name++)
		if (!strcmp(*name, exercise))
			return true;
	return false;
}

static const char *member(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : "";
}

bool exercising_covered(struct session *session, const char *phase)
{
	for (const struct exercise *e = galera_exercises; e->name; e++)
		if (results_wanted(e->name) && !results_get(session, phase, e->name))
			return false;
	return true;
}

static size_t count_results(struct session *session, const char *phase, const char *result)
{
	size_t count = 0;

	for (const struct exercise *e = galera_exercises; e->name; e++)
		if (!strcmp(member(results_get(session, phase, e->name), "result"), result))
			count++;
	return count;
}

size_t exercising_skipped(struct session *session, const char *phase)
{
	return count_results(session, phase, "skipped");
}

size_t exercising_failed(struct session *session, const char *phase)
{
	return count_results(session, phase, "failed");
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
			file = member(session_recall(session, key), "evidence");
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

/* ---- the table: exercise x role, and which node has the role --------------------------------- */

enum { EXERCISE, JOINER, DONOR, DENIALS, COLUMNS, MOST = 16 };

struct row {
	char donor[96];
	char denials[24];
};

static const char *node_of(const json_t *result)
{
	const char *donor = member(result, "donor");

	return *donor ? donor : "another node";
}

static const char *donors_side(struct session *session)
{
	if (node_player(session))
		return "not rehearsed";
	return node_options.logs ? "given (--log)" : "to be collected";
}

static void fill_row(struct session *session, const struct exercise *exercise, const json_t *result,
		     struct row *row, const char **cells)
{
	bool transfer = strcmp(exercise->name, "notify") != 0;

	snprintf(row->denials, sizeof(row->denials), "%7lld",
		 (long long)json_integer_value(json_object_get(result, "denials")));
	if (transfer && !strcmp(member(result, "result"), "proved"))
		snprintf(row->donor, sizeof(row->donor), "%s: %s", node_of(result),
			 donors_side(session));
	else
		snprintf(row->donor, sizeof(row->donor), "%s", transfer ? "-" : "n/a");
	cells[EXERCISE] = exercise->title;
	cells[JOINER] = result ? member(result, "result") : "-";
	cells[DONOR] = row->donor;
	cells[DENIALS] = row->denials;
}

/* What a donor is denied is in its own audit log alone. */
static void say_donors(struct session *session, const char *phase)
{
	const char *said = "";

	if (node_options.logs || node_player(session))
		return;
	for (const struct exercise *e = galera_exercises; e->name; e++) {
		const json_t *result = results_get(session, phase, e->name);
		const char *donor = member(result, "donor");

		if (!*donor || !strcmp(donor, said))
			continue;
		screen_say("The donor's side is in %s's audit log. There:", donor);
		screen_detail("galera-selinux collect -o %s.log", donor);
		screen_say("Bring the file here, and go on with --log %s.log.", donor);
		said = donor;
	}
}

void exercising_table(struct session *session, const char *phase)
{
	static const char *const header[COLUMNS] = { "exercise", "joiner (this node)", "donor",
						     "denials" };
	const char *cells[COLUMNS * MOST];
	struct row made[MOST];
	size_t rows = 0;

	for (const struct exercise *e = galera_exercises; e->name && rows < MOST; e++) {
		if (!results_wanted(e->name))
			continue;
		fill_row(session, e, results_get(session, phase, e->name), &made[rows],
			 cells + COLUMNS * rows);
		rows++;
	}
	screen_table(header, cells, rows, COLUMNS);
	if (!strcmp(phase, PHASE_PERMISSIVE))
		say_donors(session, phase);
}
