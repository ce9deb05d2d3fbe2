/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * table - exercise x role x node: what is covered, what is missing, and where it is to be had
 */
#include <stdio.h>
#include <string.h>

#include "steps/exercising/donors.h"
#include "steps/exercising/exercising.h"
#include "steps/exercising/results.h"
#include "steps/node/node.h"
#include "wizard/screen.h"
#include "wizard/util.h"

enum { EXERCISE, HERE, DONOR, DENIALS, COLUMNS, MOST = 16 };

struct row {
	char here[64];
	char donor[160];
	char denials[24];
};

/* What this node is in the exercise. */
static const char *role_of(const struct exercise *exercise)
{
	switch (exercise->kind) {
	case EXERCISE_NOTIFY:
		return "";
	case EXERCISE_BOOTSTRAP:
		return "first node: ";
	case EXERCISE_ARBITRATOR:
		return "peer: ";
	default:
		return "joiner: ";
	}
}

static bool is_proved(const json_t *result)
{
	return !strcmp(member_text(result, "result"), "proved");
}

/* What a donor was denied is in its own audit log alone. */
static void fill_donor(struct session *session, const json_t *result,
		       const struct given_nodes *given, char *cell, size_t size)
{
	const char *donor = member_text(result, "donor");
	const struct given_node *node = donors_find(given, donor);

	if (node_player(session))
		snprintf(cell, size, "%s: not rehearsed", *donor ? donor : "another node");
	else if (node)
		snprintf(cell, size, "%s: done, %zu %s", donor,
			 COUNTED(node->denials, "denial", "denials"));
	else
		snprintf(cell, size, "%s: missing", *donor ? donor : "another node");
}

static void fill_row(struct session *session, const struct exercise *exercise, const json_t *result,
		     const struct given_nodes *given, struct row *row, const char **cells)
{
	snprintf(row->denials, sizeof(row->denials), "%7lld",
		 (long long)member_number(result, "denials"));
	/* A node that rejoins after a crash may have had a donor, too. */
	if (is_proved(result) &&
	    (exercise_is_transfer(exercise) || *member_text(result, "donor")) &&
	    exercise->kind != EXERCISE_NOTIFY)
		fill_donor(session, result, given, row->donor, sizeof(row->donor));
	else
		snprintf(row->donor, sizeof(row->donor), "%s",
			 exercise_is_transfer(exercise) ? "-" : "n/a");
	snprintf(row->here, sizeof(row->here), "%s%s", role_of(exercise),
		 !result ? "missing"
		 : !strcmp(member_text(result, "result"), "not seen")
			 ? "seen, not proved"
			 : member_text(result, "result"));
	cells[EXERCISE] = exercise->title;
	cells[HERE] = row->here;
	cells[DONOR] = row->donor;
	cells[DENIALS] = row->denials;
}

/* say_missing - on which nodes to collect, each once. */
static bool say_missing(struct session *session, const char *phase, const struct given_nodes *given)
{
	const char *said[MOST] = { 0 };
	size_t count = 0;

	for (const struct exercise *e = galera_exercises; e->name && count < MOST; e++) {
		const json_t *result = results_get(session, phase, e->name);
		const char *donor = member_text(result, "donor");
		size_t before = 0;

		if (!is_proved(result) || e->kind == EXERCISE_NOTIFY || !*donor ||
		    donors_find(given, donor))
			continue;
		while (before < count && strcmp(said[before], donor) != 0)
			before++;
		if (before < count)
			continue;
		said[count++] = donor;
		screen_say("The donor's side is in %s's audit log. There:", donor);
		screen_detail("galera-selinux collect -o %s.log", donor);
		screen_say("Bring the file here, and go on with --log %s.log.", donor);
	}
	return count > 0;
}

static bool was_donor(struct session *session, const char *phase, const char *node)
{
	for (const struct exercise *e = galera_exercises; e->name; e++)
		if (donors_same(member_text(results_get(session, phase, e->name), "donor"), node))
			return true;
	return false;
}

/* Where a donor's side is missing: could it be one of those that were given? */
static void say_others(struct session *session, const char *phase, const struct given_nodes *given)
{
	for (size_t i = 0; i < given->count; i++) {
		const struct given_node *node = &given->items[i];

		if (!*node->name)
			screen_mark(MARK_WARN,
				    "%s does not say of which node it is (%zu %s): made there "
				    "by collect -o, it would",
				    node->log, COUNTED(node->denials, "denial", "denials"));
		else if (!was_donor(session, phase, node->name))
			screen_mark(MARK_WARN,
				    "%s is of %s (%zu %s), which was the donor in none of "
				    "these exercises, as this node's log names the donors",
				    node->log, node->name,
				    COUNTED(node->denials, "denial", "denials"));
	}
}

int exercising_table(struct session *session, const char *phase, struct error *err)
{
	static const char *const header[COLUMNS] = { "exercise", "this node", "donor", "denials" };
	_cleanup_(given_nodes_clear) struct given_nodes given = { 0 };
	const char *cells[COLUMNS * MOST];
	struct row made[MOST];
	size_t rows = 0;
	int r = donors_given(session, &given, err);

	if (r < 0)
		return r;
	for (const struct exercise *e = galera_exercises; e->name && rows < MOST; e++) {
		if (!results_wanted(session, e))
			continue;
		fill_row(session, e, results_get(session, phase, e->name), &given, &made[rows],
			 cells + COLUMNS * rows);
		rows++;
	}
	screen_table(header, cells, rows, COLUMNS);
	if (strcmp(phase, PHASE_PERMISSIVE) || node_player(session))
		return 0;
	if (say_missing(session, phase, &given))
		say_others(session, phase, &given);
	return 0;
}
