/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "steps/exercising/coverage.h"
#include "steps/exercising/results.h"
#include "steps/exercising/roles.h"
#include "steps/exercising/wanted.h"
#include "steps/node/node.h"
#include "wizard/screen.h"
#include "wizard/strings.h"
#include "wizard/util.h"

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

/* Had another node a part in it? One that rejoins after a crash may have had a donor, too. */
static bool has_donor(const struct exercise *exercise, const json_t *result)
{
	return !strcmp(member_text(result, "result"), "proved") &&
	       exercise->kind != EXERCISE_NOTIFY &&
	       (exercise_is_transfer(exercise) || *member_text(result, "donor"));
}

static char *donor_cell(struct session *session, const char *donor, const struct given_nodes *given)
{
	const struct given_node *node = given_nodes_find(given, donor);

	if (node_player(session))
		return str_printf("%s: not rehearsed", *donor ? donor : "another node");
	if (node)
		return str_printf("%s: done, %zu %s", donor,
				  COUNTED(node->denials, "denial", "denials"));
	return str_printf("%s: missing", *donor ? donor : "another node");
}

static void add_row(struct strings *cells, struct session *session, const struct exercise *exercise,
		    const json_t *result, const struct given_nodes *given)
{
	const char *outcome = result ? member_text(result, "result") : "missing";

	strings_add(cells, exercise->title);
	strings_take(cells, str_printf("%s%s", role_of(exercise),
				       strcmp(outcome, "not seen") ? outcome : "seen, not proved"));
	if (has_donor(exercise, result))
		strings_take(cells, donor_cell(session, member_text(result, "donor"), given));
	else
		strings_add(cells, exercise_is_transfer(exercise) ? "-" : "n/a");
	strings_take(cells, str_printf("%7lld", (long long)member_number(result, "denials")));
}

/* say_missing - on which nodes to collect, each once. */
static bool say_missing(struct session *session, const char *phase, const struct given_nodes *given)
{
	_cleanup_(strings_clear) struct strings said = { 0 };

	for (const struct exercise *e = galera_exercises; e->name; e++) {
		const json_t *result = results_get(session, phase, e->name);
		const char *donor = member_text(result, "donor");

		if (!has_donor(e, result) || !*donor || given_nodes_find(given, donor) ||
		    strings_has(&said, donor))
			continue;
		strings_add(&said, donor);
		screen_say("The donor's side is in %s's audit log. There:", donor);
		screen_detail("galera-selinux collect -o %s.log", donor);
		screen_say("Bring the file here, and go on with --log %s.log.", donor);
	}
	return said.count > 0;
}

static bool was_donor(struct session *session, const char *phase, const char *node)
{
	for (const struct exercise *e = galera_exercises; e->name; e++)
		if (roles_same_node(member_text(results_get(session, phase, e->name), "donor"),
				    node))
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

void coverage_show(struct session *session, const char *phase)
{
	static const char *const header[] = { "exercise", "this node", "donor", "denials" };
	_cleanup_(given_nodes_clear) struct given_nodes given = { 0 };
	_cleanup_(strings_clear) struct strings cells = { 0 };

	given_nodes_read(session, &given);
	for (const struct exercise *e = galera_exercises; e->name; e++)
		if (wanted_in_run(session, e))
			add_row(&cells, session, e, results_get(session, phase, e->name), &given);
	screen_table(header, (const char *const *)cells.items, cells.count / ARRAY_SIZE(header),
		     ARRAY_SIZE(header));
	if (!strcmp(phase, PHASE_PERMISSIVE) && !node_player(session) &&
	    say_missing(session, phase, &given))
		say_others(session, phase, &given);
}
