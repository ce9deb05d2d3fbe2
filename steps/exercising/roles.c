/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include <strings.h>

#include "steps/exercising/results.h"
#include "steps/exercising/roles.h"
#include "steps/node/node.h"
#include "wizard/util.h"

/* Two nodes' clocks may differ so much. */
#define CLOCKS_DIFFER 30

bool roles_same_node(const char *one, const char *other)
{
	size_t length = strcspn(one, ".");

	return length && length == strcspn(other, ".") && !strncasecmp(one, other, length);
}

/* ---- of denials ------------------------------------------------------------------------------ */

/* exercise_of - the exercise whose evidence this is: its origin is "sst", or "sst confined". */
static const struct exercise *exercise_of(const struct denial *denial)
{
	for (const struct exercise *e = galera_exercises; e->name && denial->origin; e++) {
		const char *rest = str_starts(denial->origin, e->name);

		if (rest && (!*rest || *rest == ' '))
			return e;
	}
	return NULL;
}

static bool is_meanwhile(const struct denial *denial, const json_t *result)
{
	json_int_t began = member_number(result, "began");
	json_int_t ended = member_number(result, "ended");

	return began && denial_last(denial) >= began - CLOCKS_DIFFER &&
	       denial->seconds <= ended + CLOCKS_DIFFER;
}

/* tell_donor - of a record in another node's log. */
static void tell_donor(struct session *session, struct denial *denial)
{
	static const char *const phases[] = { PHASE_PERMISSIVE, PHASE_ENFORCING };

	for (size_t i = 0; i < ARRAY_SIZE(phases) && denial->node && !denial->exercise; i++) {
		for (const struct exercise *e = galera_exercises; e->name; e++) {
			const json_t *result = results_get(session, phases[i], e->name);

			if (!roles_same_node(denial->node, member_text(result, "donor")))
				continue;
			denial->role = DENIAL_DONOR;
			if (is_meanwhile(denial, result))
				denial->exercise = e->name;
		}
	}
}

void roles_tell(struct session *session, struct denials *denials)
{
	for (size_t i = 0; i < denials->count; i++) {
		struct denial *denial = &denials->items[i];
		const struct exercise *exercise = exercise_of(denial);

		if (!exercise) {
			tell_donor(session, denial);
			continue;
		}
		denial->exercise = exercise->name;
		/* What proves a transfer is what this node got. */
		denial->role = exercise->kind == EXERCISE_NOTIFY ? NULL : DENIAL_JOINER;
	}
}

/* ---- the logs of others ---------------------------------------------------------------------- */

void given_nodes_clear(struct given_nodes *nodes)
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

void given_nodes_read(struct session *session, struct given_nodes *nodes)
{
	const json_t *before = json_object_get(session_recall(session, "collect"), "given");
	json_t *source;
	size_t i;

	for (char **log = node_options.logs; log && *log; log++)
		read_log(session, nodes, *log);
	json_array_foreach(before, i, source)
	{
		const char *path = member_or_null(source, "path");

		if (path && !is_named(path))
			read_log(session, nodes, path);
	}
}
