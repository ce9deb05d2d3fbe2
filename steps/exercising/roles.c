/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "steps/exercising/exercising.h"
#include "steps/exercising/results.h"
#include "steps/galera/exercises.h"
#include "wizard/util.h"

/* Two nodes' clocks may differ so much. */
#define CLOCKS_DIFFER 30

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

/* is_node - is this a record of the node? Its host's name may have a domain, or not. */
static bool is_node(const struct denial *denial, const char *name)
{
	size_t length = strcspn(name, ".");

	return length && denial->node && strcspn(denial->node, ".") == length &&
	       !strncmp(denial->node, name, length);
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

	for (size_t i = 0; i < ARRAY_SIZE(phases) && !denial->exercise; i++) {
		for (const struct exercise *e = galera_exercises; e->name; e++) {
			const json_t *result = results_get(session, phases[i], e->name);
			const char *donor = json_string_value(json_object_get(result, "donor"));

			if (!donor || !is_node(denial, donor))
				continue;
			denial->role = DENIAL_DONOR;
			if (is_meanwhile(denial, result))
				denial->exercise = e->name;
		}
	}
}

void exercising_roles(struct session *session, struct denials *denials)
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
		denial->role = strcmp(exercise->name, "notify") ? DENIAL_JOINER : NULL;
	}
}
