/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * donors.h - the donor's side of the exercises: which nodes' audit logs have been given
 */
#ifndef STEPS_DONORS_H
#define STEPS_DONORS_H

#include <stdbool.h>
#include <stddef.h>

#include "wizard/session.h"

struct given_node {
	char *name;     /* as its records have it (node=); "": they name none */
	char *log;      /* the file, the last of several */
	size_t denials; /* of the server's domains */
};

struct given_nodes {
	struct given_node *items;
	size_t count;
};
void given_nodes_clear(struct given_nodes *nodes);

/*
 * donors_given - whose denials are in the logs that --log names, or named in an earlier run. A log
 * that cannot be read counts for nothing here: collect, which reads them all, says so.
 */
int donors_given(struct session *session, struct given_nodes *nodes, struct error *err);

/* donors_find - that of a donor, by the name that the joiner's log has for it: both without their
 * domain, in any case. NULL: it is missing. */
const struct given_node *donors_find(const struct given_nodes *nodes, const char *donor);

/* donors_same - do two names mean one node? */
bool donors_same(const char *one, const char *other);

#endif
