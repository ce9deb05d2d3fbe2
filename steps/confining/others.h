/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * others.h - modules of others that give the server's domains rules: what they allow is not denied,
 * so it is not learned, and stays when our module is there
 *
 * They are looked for once for each state of the policy that others have made; the session's memory
 * keeps what was found.
 */
#pragma once

#include <stdbool.h>

#include "wizard/session.h"

/*
 * others_active - append to list those that are active now, an object each: "name", "priority",
 * "rules", "accesses", "silenced", "only_ours", "below", as struct width has them; "kept": the
 * operator wants it to stay; "replaced": it was disabled here, and somebody has enabled it. Our own
 * module is none of them, but another of that name is.
 */
int others_active(struct session *session, json_t *list, struct error *err);

/* others_installed - what has our module's name; new memory (caller frees), NULL: nothing. *ours:
 * it is what was loaded here last. */
int others_installed(struct session *session, char **text, bool *ours, struct error *err);

/* others_text - how wide one of the list is: "29 rules, 55 accesses"; new memory (caller frees). */
char *others_text(const json_t *other);
/* others_can_go - can it be disabled at all? Not where the distribution's module of that name, or
 * ours, would be disabled with it. */
bool others_can_go(const json_t *other);

/* others_plan - append the changes (confine.h) that disable them, but for what is to stay. */
int others_plan(struct session *session, json_t *changes, struct error *err);
/* others_plan_back - append the changes that enable again those that were disabled here, while our
 * module is not loaded in their place. */
int others_plan_back(struct session *session, json_t *changes, struct error *err);
/* others_ask - ask about each of these changes; what the operator declines is struck out, and not
 * asked about again. */
int others_ask(struct session *session, json_t *changes, struct error *err);
