/* SPDX-License-Identifier: GPL-2.0-or-later */
/* left.h - what the module leaves as it is, and what it takes out of the log */
#pragma once

#include <jansson.h>
#include <stddef.h>

#include "wizard/session.h"

/*
 * left_out - append to list, a JSON array, an object for each finding that is not in the module and
 * that the policy does not settle, with the strings
 *   "kind"  needed     rejected, though it is known to be needed
 *           rejected   rejected
 *           refused    never by a rule
 *           undecided  no answer has settled it
 *           action     to be done outside of the module: a label, a boolean, ...
 *           unread     lines of the logs that could not be read; one for all
 *           unknown    denials that name what the policy does not define; one for all
 *   "what"  "12 denials of rsync_exec_t:file { execute open }"
 *   "why"   a sentence
 *   "do"    the command that settles it, or what is to be done; "": there is none
 */
int left_out(struct session *session, json_t *list, struct error *err);

/* left_undecided - at the end of the review: is there something that no answer has settled? Shows a
 * line of an answers file for each, to be pasted. Returns 0, STEP_DENIALS, or a negative errno. */
int left_undecided(struct session *session, struct error *err);

/* left_silenced - on the screen: that the module, once loaded, keeps so many accesses to so many
 * types out of the log, and how to see them. Nothing, where it is none. */
void left_silenced(size_t accesses, size_t types);
