/* SPDX-License-Identifier: GPL-2.0-or-later */
/* runbook.h - for `plan --cluster`: what is to be done on which node, in its order */
#pragma once

#include <jansson.h>

#include "wizard/session.h"

/*
 * runbook_make - the workflow's `runbook`: by this node's configuration and what its session knows
 * of the others. *runbook, new (caller decrefs): {"title", "lines": [the nodes, and what is missing
 * of their evidence], "stages": [{"title", "why", "commands": [{"where", "command"}]}], and beside
 * what is shown "cluster" (wsrep_cluster_name or null), "nodes": [{"name" or null, "address" or
 * null, "here", "evidence": when it was collected, in seconds, or null}], "ledger": as
 * ledger_cluster()}. Each command is escaped for a shell. It changes nothing.
 */
int runbook_make(struct session *session, json_t **runbook, struct error *err);
