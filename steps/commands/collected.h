/* SPDX-License-Identifier: GPL-2.0-or-later */
/* collected.h - what a node's evidence file says of it beside the records */
#pragma once

#include <jansson.h>

#include "steps/audit/extract.h"
#include "wizard/session.h"

/* collected_members - the texts of its members, by their names (cluster/evidence.h), new (caller
 * decrefs). The session is open. node: the node's name. */
int collected_members(struct session *session, const char *node, const struct extract *extract,
		      json_t **members, struct error *err);
