/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * change.h - changes of the policy store
 *
 * Each builds the policy, which takes its time. Where several are made one after the other, as undo
 * does, they can be held back, and are then one transaction: all of it becomes real, or nothing.
 */
#pragma once

#include <jansson.h>

#include "steps/store/store.h"
#include "wizard/session.h"

/* node_say_building - on the screen, before a change that builds the policy: how long that takes.
 * Of those that are held back it is said once. */
void node_say_building(struct session *session);

/* node_change - change is called with the store's lock held, then what it changed is made real, or
 * nothing; or it is held back. What was read of the policy is read anew afterwards. */
int node_change(struct session *session,
		int (*change)(struct store *store, const void *data, struct error *err),
		const void *data, struct error *err);

/* node_then - what is to follow once the change is real: at once, or when what is held back has
 * become so. changes are borrowed until then. */
typedef int node_follower(struct session *session, const json_t *changes, struct error *err);
int node_then(struct session *session, node_follower *follower, const json_t *changes,
	      struct error *err);

/* node_hold, node_release - the workflow's hold and release. */
int node_hold(struct session *session, struct error *err);
int node_release(struct session *session, bool commit, struct error *err);
