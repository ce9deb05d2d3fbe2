/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "steps/node/change.h"
#include "steps/node/node.h"
#include "wizard/screen.h"
#include "wizard/util.h"

struct follower {
	node_follower *call;
	const json_t *changes;
};

struct held {
	bool begun;                /* a change was made: the store's lock is held */
	bool current[NODE_STAMPS]; /* node_are_current(), before */
	struct follower *followers;
	size_t count;
};

void node_say_building(struct session *session)
{
	if (!node_run(session)->held)
		screen_say("Building the policy; this usually takes 5 to 15 seconds ...");
}

static int begin(struct session *session, struct store *store, struct held *held, struct error *err)
{
	int r = store_begin(store, err);

	held->begun = r == 0;
	return r < 0 ? r : node_are_current(session, held->current, err);
}

/* r: what came of the changes; below 0: none is made. */
static int end(struct session *session, struct store *store, const struct held *held, int r,
	       struct error *err)
{
	struct error late = { 0 };

	if (r == 0)
		r = store_commit(store, err);
	if (r == 0)
		return node_committed(session, held->current, err);
	store_abort(store);
	/* It may have failed after it had put a part in place. */
	if (node_make_whole(session, &late) < 0)
		screen_mark(MARK_WARN, "%s", late.what);
	return r;
}

int node_change(struct session *session,
		int (*change)(struct store *store, const void *data, struct error *err),
		const void *data, struct error *err)
{
	struct held *held = node_run(session)->held, alone = { 0 }, *of = held ?: &alone;
	struct store *store;
	int r = node_store(session, &store, err);

	if (r == 0 && !of->begun)
		r = begin(session, store, of, err);
	if (r == 0)
		r = change(store, data, err);
	return held || !of->begun ? r : end(session, store, of, r, err);
}

int node_then(struct session *session, node_follower *follower, const json_t *changes,
	      struct error *err)
{
	struct held *held = node_run(session)->held;
	struct follower *last;

	if (!held)
		return follower(session, changes, err);
	last = array_push(&held->followers, &held->count, sizeof(*last));
	*last = (struct follower){ follower, changes };
	return 0;
}

int node_hold(struct session *session, struct error *err)
{
	(void)err;
	node_run(session)->held = memory_new(1, sizeof(struct held));
	return 0;
}

int node_release(struct session *session, bool commit, struct error *err)
{
	struct held *held = TAKE_PTR(node_run(session)->held);
	struct store *store;
	int r = held->begun ? node_store(session, &store, err) : 0;

	if (r == 0 && held->begun && commit) {
		node_say_building(session);
		r = end(session, store, held, 0, err);
	} else if (r == 0 && held->begun) {
		store_abort(store);
	}
	for (size_t i = 0; commit && r == 0 && i < held->count; i++)
		r = held->followers[i].call(session, held->followers[i].changes, err);
	free(held->followers);
	free(held);
	return r;
}
