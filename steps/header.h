/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * header.h - what galera.te says of itself: where, when, by whom and of what it was made
 *
 * Made anew at each build, which raises the module's version; kept in the session's memory, so that
 * the texts of what was built stay the same bytes.
 */
#pragma once

#include "steps/audit/denial.h"
#include "steps/module/text.h"
#include "wizard/session.h"

/* Memory, by session_note(): who or what has answered for a rule: "--yes", "answers file", ... */
#define HEADER_DECIDERS "deciders"

/* header_make - out of the ledger, the collection, the decisions and this host, as they are now.
 * The same again for a build that did not come to its end (it remembers its version in "build"). */
int header_make(struct session *session, struct error *err);

/* header_take - the header of another node's module, "module" of its result, with a line of this
 * node's behind it (may be NULL): for the same rules the same text on every node. */
int header_take(struct session *session, const json_t *module, const char *line, struct error *err);

/* header_of - of the last build; before any, a header that says so. Borrows from the session, until
 * the next header_make(). */
struct module_header header_of(struct session *session);

/* header_explain - for a module of explain, which is of no session: from the denials alone, never
 * from the clock. New memory (caller frees). */
int header_explain(const struct denials *denials, char **comment, struct error *err);
