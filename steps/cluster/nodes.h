/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nodes.h - the other nodes, as the evidence files that --evidence names have them
 *
 * What was taken of a file stays in the session, whatever becomes of the file: the records in its
 * directory, the rest in its memory (ROLES_EVIDENCE, exercising/roles.h).
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "wizard/session.h"

/* nodes_take - what --evidence names, files and directories of them, and was not taken yet; it is
 * said of which node each is, and where that is under another policy than this one. A file that was
 * taken, by whatever name, is not taken again, nor is a record of a node that is known of it.
 * Errors: as evidence_read(); -ENOENT: a directory without one. */
int nodes_take(struct session *session, struct error *err);

/* nodes_taken - was all of it taken, as it is now? */
bool nodes_taken(struct session *session);

/* nodes_sources - append to sources, for case_read(), {"path", "origin", "node"} of each. */
void nodes_sources(struct session *session, json_t *sources);

/* nodes_label - the type that the policy of this node wants path to have; *type NULL: it says
 * nothing (caller frees). Whether it is known: the node is under another policy than this one. */
bool nodes_label(struct session *session, const char *node, const char *path, const char *tclass,
		 char **type);

/* nodes_policy - this node's: {"type", "package", "version", "sha256"}, new (caller decrefs). */
int nodes_policy(struct session *session, json_t **policy, struct error *err);
