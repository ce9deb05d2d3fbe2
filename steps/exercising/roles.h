/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * roles.h - the nodes' parts in the exercises: this one joins, another is the donor
 *
 * What a donor was denied is in its own audit log alone, which the operator brings here.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "steps/audit/denial.h"
#include "wizard/session.h"

/* Memory: what was taken of other nodes' evidence files (cluster/nodes.h), [{"sha256", "file" (in
 * the session's directory), "paths": {PATH: STAMP}, "node", "exercises", "labels" (as
 * cluster/evidence.h has them), "other_policy": bool}]. */
#define ROLES_EVIDENCE "evidence"

/* Do two names mean one node? Their domains do not count, nor does the case. */
bool roles_same_node(const char *one, const char *other);

/* roles_have_evidence - was evidence of that node taken that was made when an exercise was over
 * (ended): what the node was denied by then is in it. roles_donor_seen - were a donor's denials
 * looked at, in a transfer that was over by then: some were given, or its evidence has them? */
bool roles_have_evidence(struct session *session, const char *node, json_int_t ended);
bool roles_donor_seen(struct session *session, const char *donor, json_int_t ended);

/* Tell of each denial the exercise and the role in it: this node was the joiner in what the wizard
 * has watched, and so is another in what its evidence file tells of; another node's records
 * (collect -o names it) are the donor's if a transfer came from there, in the exercise at whose
 * time they are. What is not known stays NULL. */
void roles_tell(struct session *session, struct denials *denials);

/* The file that a node's evidence is to be written to, as one word of a command line, below no
 * other directory: another node has chosen its name. Caller frees. */
char *roles_evidence_file(const char *node);

/* A node whose audit log was given. */
struct given_node {
	char *name;     /* as its records have it (node=); "": they name none */
	char *log;      /* the file, the last of several; NULL: an evidence file */
	size_t denials; /* of the server's domains */
};

struct given_nodes {
	struct given_node *items;
	size_t count;
};

/* By the name that the joiner's log has for the donor. NULL: it is missing. */
const struct given_node *given_nodes_find(const struct given_nodes *nodes, const char *donor);

/* A table of the results of this era: exercise, this node's and the donor's part, denials; and on
 * which node a donor's side, which --log has not named yet, is to be collected. */
void coverage_show(struct session *session, const char *phase);
