/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ledger_cluster - the ledger of the whole cluster, node by node, as far as its evidence reaches */
#include <string.h>

#include "steps/exercising/roles.h"
#include "steps/galera/exercises.h"
#include "steps/ledger.h"
#include "steps/node/node.h"
#include "wizard/screen.h"
#include "wizard/text.h"
#include "wizard/util.h"

#define NOTHING "nothing denied"

struct table {
	struct session *session;
	const json_t *seen; /* as the step collect remembers it */
	json_t *rows;
};

static bool is_part(const json_t *row, const char *node, const char *exercise, const char *role)
{
	return member_is(row, "exercise", exercise) && member_is(row, "role", role) &&
	       roles_same_node(member_text(row, "node"), node);
}

static json_int_t seen_denials(const struct table *table, const char *node, const char *exercise,
			       const char *role)
{
	json_int_t count = 0;

	list_each(seen, table->seen)
		if (is_part(seen, node, exercise, role))
			count += member_number(seen, "denials");
	return count;
}

static json_t *find_row(const struct table *table, const char *node, const char *exercise,
			const char *role)
{
	list_each(row, table->rows)
		if (is_part(row, node, exercise, role))
			return row;
	return NULL;
}

/* The command that is to be given there, where something is missing; new memory. A donor that is
 * known has all of it in its log. */
static char *to_do(const char *node, const char *exercise, const char *role)
{
	_cleanup_free_ char *file = roles_evidence_file(node);

	return *node && !strcmp(role, DENIAL_DONOR)
		       ? str_printf("galera-selinux collect -o %s", file)
		       : str_printf("galera-selinux run permissive exercise --exercise %s",
				    exercise);
}

static void add_row(struct table *table, const char *node, const char *exercise, const char *role,
		    const char *const observed[LEDGER_PHASES])
{
	bool missing = !strcmp(observed[0], observed_name(OBSERVED_MISSING));
	_cleanup_free_ char *command = to_do(node, exercise, role);

	list_add(table->rows,
		 json_pack("{s:o, s:s, s:s, s:s, s:s, s:I, s:o}", "node", text_json(node),
			   "exercise", exercise, "role", role, "learning", observed[0], "confined",
			   observed[1], "denials", seen_denials(table, node, exercise, role), "do",
			   missing ? text_json(command) : json_null()));
}

/* What a joiner's log says of its donor; that is the donor's row. */
static void add_donor(struct table *table, const json_t *row, enum ledger_phase phase)
{
	bool confined = phase == LEDGER_CONFINED;
	const char *donor = member_text(row, confined ? "donor_confined" : "donor");
	const char *exercise = member_text(row, "exercise");
	json_int_t ended = member_number(row, confined ? "ended_confined" : "ended");
	const char *missing = observed_name(OBSERVED_MISSING);
	const char *observed[LEDGER_PHASES] = { missing, missing };
	json_t *known;

	if (!*donor || !exercise_find(exercise))
		return;
	if (roles_have_evidence(table->session, donor, ended))
		observed[phase] = NOTHING;
	if (!confined && seen_denials(table, donor, exercise, DENIAL_DONOR))
		observed[phase] = "seen";
	known = find_row(table, donor, exercise, DENIAL_DONOR);
	if (!known)
		add_row(table, donor, exercise, DENIAL_DONOR, observed);
	else if (strcmp(observed[phase], missing) != 0)
		member_set(known, confined ? "confined" : "learning", json_string(observed[phase]));
	if (known && !member_is(known, "learning", missing))
		member_set(known, "do", json_null());
}

/* Another node's file may say anything. */
static const char *known_name(const json_t *row, const char *phase)
{
	for (enum observed observed = OBSERVED_MISSING; observed <= OBSERVED_PROVED; observed++)
		if (member_is(row, phase, observed_name(observed)))
			return observed_name(observed);
	return observed_name(OBSERVED_MISSING);
}

/* A node's own rows, and those of its donors. */
static void add_node(struct table *table, const char *node, const json_t *rows, bool donors)
{
	list_each(row, rows) {
		const char *exercise = member_text(row, "exercise");
		const char *const observed[LEDGER_PHASES] = { known_name(row, "learning"),
							      known_name(row, "confined") };

		if (!exercise_find(exercise))
			continue;
		if (donors) {
			add_donor(table, row, LEDGER_LEARNING);
			add_donor(table, row, LEDGER_CONFINED);
		} else if (!find_row(table, node, exercise, member_text(row, "role"))) {
			add_row(table, node, exercise, member_text(row, "role"), observed);
		}
	}
}

/* A transfer that no node is known to have given. */
static void add_unknown_donors(struct table *table, const json_t *own)
{
	const char *missing = observed_name(OBSERVED_MISSING);
	const char *const observed[LEDGER_PHASES] = { missing, missing };

	list_each(row, own) {
		const struct exercise *exercise = exercise_find(member_text(row, "exercise"));
		bool given = false;

		if (!exercise || !exercise_is_transfer(exercise))
			continue;
		list_each(known, table->rows)
			given = given || (member_is(known, "exercise", exercise->name) &&
					  member_is(known, "role", DENIAL_DONOR));
		if (!given)
			add_row(table, "", exercise->name, DENIAL_DONOR, observed);
	}
}

json_t *ledger_cluster(struct session *session, const json_t *own)
{
	struct table table = { .session = session,
			       .seen = json_object_get(session_recall(session, "collect"), "seen"),
			       .rows = json_array() };
	const json_t *evidence = session_recall(session, ROLES_EVIDENCE);
	char name[NODE_NAME_SIZE];

	node_name(session, name);
	add_node(&table, name, own, false);
	for (int donors = 0; donors < 2; donors++) {
		/* The newest of a node's files comes last, and its rows count. */
		for (size_t i = json_array_size(evidence); i > 0; i--) {
			const json_t *entry = json_array_get(evidence, i - 1);

			add_node(&table, member_text(json_object_get(entry, "node"), "node"),
				 json_object_get(entry, "exercises"), donors);
		}
		if (!donors)
			add_node(&table, name, own, true);
	}
	add_unknown_donors(&table, own);
	return table.rows;
}

/* ---- shown ----------------------------------------------------------------------------------- */

/* Has another node done what this one has not? A donor that is named has its own denials. */
static bool is_covered(const json_t *rows, const json_t *row)
{
	if (member_is(row, "role", DENIAL_DONOR))
		return false;
	list_each(other, rows)
		if (!member_or_null(other, "do") &&
		    member_is(other, "exercise", member_text(row, "exercise")) &&
		    member_is(other, "role", member_text(row, "role")))
			return true;
	return false;
}

json_t *ledger_cluster_lines(const json_t *rows)
{
	json_t *lines = json_array();

	list_add(lines, json_sprintf("%-16s  %-20s  %-6s  %-16s  %-16s  %s", "node", "exercise",
				     "role", "learning", "confined", "denials"));
	list_each(row, rows) {
		_cleanup_free_ char *node = text_plain(member_text(row, "node"), 40);

		list_add(lines,
			 json_sprintf("%-16s  %-20s  %-6s  %-16s  %-16s  %7lld",
				      *node ? node : "(no node)", member_text(row, "exercise"),
				      *member_text(row, "role") ? member_text(row, "role") : "-",
				      member_text(row, "learning"), member_text(row, "confined"),
				      member_number(row, "denials")));
	}
	ledger_cluster_missing(rows, lines);
	return lines;
}

void ledger_cluster_missing(const json_t *rows, json_t *lines)
{
	list_each(row, rows) {
		_cleanup_free_ char *node = text_plain(member_text(row, "node"), 40);

		if (!member_or_null(row, "do") || is_covered(rows, row))
			continue;
		list_add(lines,
			 json_sprintf("missing: %s, %s; on %s:", member_text(row, "exercise"),
				      *member_text(row, "role") ? member_text(row, "role")
								: "this node",
				      *node ? node : "a node that joins"));
		list_add(lines, json_sprintf("    %s", member_text(row, "do")));
	}
}

void ledger_cluster_show(struct session *session, const json_t *rows)
{
	json_auto_t *lines = NULL;

	if (!session_recall(session, ROLES_EVIDENCE))
		return;
	lines = ledger_cluster_lines(rows);
	screen_blank();
	list_each(line, lines)
		screen_detail("%s", item_text(line));
}
