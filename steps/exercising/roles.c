/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "steps/exercising/results.h"
#include "steps/exercising/roles.h"
#include "steps/node/node.h"
#include "wizard/screen.h"
#include "wizard/strings.h"
#include "wizard/text.h"
#include "wizard/util.h"

/* Two nodes' clocks may differ so much. */
#define CLOCKS_DIFFER 30

bool roles_same_node(const char *one, const char *other)
{
	size_t length = strcspn(one, ".");

	return length && length == strcspn(other, ".") && !strncasecmp(one, other, length);
}

/* ---- of other nodes ------------------------------------------------------------------------- */

bool roles_have_evidence(struct session *session, const char *node, json_int_t ended)
{
	list_each(entry, session_recall(session, ROLES_EVIDENCE)) {
		const json_t *about = json_object_get(entry, "node");

		if (ended && member_number(about, "collected") >= ended &&
		    roles_same_node(member_text(about, "node"), node))
			return true;
	}
	return false;
}

bool roles_donor_seen(struct session *session, const char *donor, json_int_t ended)
{
	list_each(name, json_object_get(session_recall(session, "collect"), "nodes"))
		if (roles_same_node(item_text(name), donor))
			return true;
	return roles_have_evidence(session, donor, ended);
}

/* ---- of denials ------------------------------------------------------------------------------ */

/* The exercise whose evidence this is: its origin is "sst", or "sst confined". */
static const struct exercise *exercise_of(const struct denial *denial)
{
	for (const struct exercise *e = galera_exercises; e->name && denial->origin; e++) {
		const char *rest = str_starts(denial->origin, e->name);

		if (rest && (!*rest || *rest == ' '))
			return e;
	}
	return NULL;
}

/* ---- parts in exercises ---------------------------------------------------------------------- */

/* A node's exercise in a phase; all borrowed. */
struct part {
	const char *node; /* "": this one */
	const struct exercise *exercise;
	const char *donor;
	json_int_t began, ended;
};

struct parts {
	struct part *items;
	size_t count;
};

static void add_part(struct parts *parts, const char *node, const struct exercise *exercise,
		     const json_t *row, bool confined)
{
	struct part part = {
		.node = node,
		.exercise = exercise,
		.donor = member_text(row, confined ? "donor_confined" : "donor"),
		.began = member_number(row, confined ? "began_confined" : "began"),
		.ended = member_number(row, confined ? "ended_confined" : "ended"),
	};

	if (exercise && (part.began || *part.donor))
		*(struct part *)array_push(&parts->items, &parts->count, sizeof(part)) = part;
}

/* This node's results, and what the evidence files of others tell. Caller frees the items. */
static struct parts all_parts(struct session *session)
{
	static const char *const phases[] = { PHASE_PERMISSIVE, PHASE_ENFORCING };
	struct parts parts = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(phases); i++)
		for (const struct exercise *e = galera_exercises; e->name; e++)
			add_part(&parts, "", e, results_get(session, phases[i], e->name), false);
	list_each(entry, session_recall(session, ROLES_EVIDENCE)) {
		const char *node = member_text(json_object_get(entry, "node"), "node");

		list_each(row, json_object_get(entry, "exercises"))
			for (int confined = 0; confined < 2; confined++)
				add_part(&parts, node, exercise_find(member_text(row, "exercise")),
					 row, confined);
	}
	return parts;
}

static bool is_meanwhile(const struct denial *denial, const struct part *part)
{
	return part->began && denial_last(denial) >= part->began - CLOCKS_DIFFER &&
	       denial->seconds <= part->ended + CLOCKS_DIFFER;
}

/* What proves a transfer is what the node got. */
static const char *own_role(const struct exercise *exercise)
{
	return exercise->kind == EXERCISE_NOTIFY ? NULL : DENIAL_JOINER;
}

/* Of a record in another node's log: its own exercise, or that of one to which it gave. */
static void tell_other(const struct parts *parts, struct denial *denial)
{
	for (size_t i = 0; i < parts->count && denial->node; i++) {
		const struct part *part = &parts->items[i];

		if (roles_same_node(denial->node, part->node) && is_meanwhile(denial, part)) {
			denial->exercise = part->exercise->name;
			denial->role = own_role(part->exercise);
			return;
		}
	}
	for (size_t i = 0; i < parts->count && denial->node && !denial->exercise; i++) {
		const struct part *part = &parts->items[i];

		if (!roles_same_node(denial->node, part->donor))
			continue;
		denial->role = DENIAL_DONOR;
		if (is_meanwhile(denial, part))
			denial->exercise = part->exercise->name;
	}
}

void roles_tell(struct session *session, struct denials *denials)
{
	struct parts parts = all_parts(session);

	for (size_t i = 0; i < denials->count; i++) {
		struct denial *denial = &denials->items[i];
		const struct exercise *exercise = exercise_of(denial);

		if (!exercise) {
			tell_other(&parts, denial);
			continue;
		}
		denial->exercise = exercise->name;
		denial->role = own_role(exercise);
	}
	free(parts.items);
}

/* ---- the logs of others ---------------------------------------------------------------------- */

static void given_nodes_clear(struct given_nodes *nodes)
{
	for (size_t i = 0; i < nodes->count; i++) {
		free(nodes->items[i].name);
		free(nodes->items[i].log);
	}
	free(nodes->items);
	*nodes = (struct given_nodes){ 0 };
}

const struct given_node *given_nodes_find(const struct given_nodes *nodes, const char *donor)
{
	for (size_t i = 0; i < nodes->count; i++)
		if (roles_same_node(nodes->items[i].name, donor))
			return &nodes->items[i];
	return NULL;
}

static struct given_node *node_named(struct given_nodes *nodes, const char *name)
{
	struct given_node *node;

	for (size_t i = 0; i < nodes->count; i++)
		if (!strcmp(nodes->items[i].name, name))
			return &nodes->items[i];
	node = array_push(&nodes->items, &nodes->count, sizeof(*node));
	node->name = str_copy(name);
	return node;
}

static void read_log(struct session *session, struct given_nodes *nodes, const char *log)
{
	_cleanup_(denials_clear) struct denials denials = { 0 };

	if (node_log_read(session, log, "", &denials, NULL) < 0)
		return;
	for (size_t i = 0; i < denials.count; i++) {
		const struct denial *denial = &denials.items[i];
		struct given_node *node = node_named(nodes, denial->node ? denial->node : "");

		free(node->log);
		node->log = str_copy(log);
		node->denials += denial_records(denial);
	}
}

static bool is_named(const char *path)
{
	for (char **log = node_options.logs; log && *log; log++) {
		_cleanup_free_ char *real = realpath(*log, NULL);

		if (real && !strcmp(real, path))
			return true;
	}
	return false;
}

/* Whose denials are in the logs that --log names, or named in an earlier run, and in evidence
 * files. A log that cannot be read counts for nothing here: collect, which reads them all, says so.
 */
static void given_nodes_read(struct session *session, struct given_nodes *nodes)
{
	const json_t *before = json_object_get(session_recall(session, "collect"), "given");

	for (char **log = node_options.logs; log && *log; log++)
		read_log(session, nodes, *log);
	list_each(source, before) {
		const char *path = member_or_null(source, "path");

		if (path && !is_named(path))
			read_log(session, nodes, path);
	}
	list_each(entry, session_recall(session, ROLES_EVIDENCE)) {
		const json_t *about = json_object_get(entry, "node");

		node_named(nodes, member_text(about, "node"))->denials +=
			(size_t)member_number(about, "denials");
	}
}

/* ---- coverage -------------------------------------------------------------------------------- */

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
	return member_is(result, "result", "proved") && exercise->kind != EXERCISE_NOTIFY &&
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

char *roles_evidence_file(const char *node)
{
	_cleanup_free_ char *name = str_printf("%s.tar.zst", node);

	for (char *at = name; (at = strchr(at, '/'));)
		*at = '_';
	return text_shell(name);
}

/* On which nodes to collect, each once. */
static bool say_missing(struct session *session, const char *phase, const struct given_nodes *given)
{
	_cleanup_(strings_clear) struct strings said = { 0 };

	for (const struct exercise *e = galera_exercises; e->name; e++) {
		const json_t *result = results_get(session, phase, e->name);
		const char *donor = member_text(result, "donor");
		_cleanup_free_ char *file = roles_evidence_file(donor);

		if (!has_donor(e, result) || !*donor || given_nodes_find(given, donor) ||
		    strings_has(&said, donor))
			continue;
		strings_add(&said, donor);
		screen_say("The donor's side is in %s's audit log. There:", donor);
		screen_detail("galera-selinux collect -o %s", file);
		screen_say("Bring the file here, and go on with --evidence %s.", file);
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
		else if (node->log && !was_donor(session, phase, node->name))
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
