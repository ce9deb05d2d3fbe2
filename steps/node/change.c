/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "steps/node/change.h"
#include "steps/node/node.h"
#include "steps/node/whole.h"
#include "wizard/screen.h"
#include "wizard/util.h"

/* Keys of the memory with the state of the policy that something was made of. Our own changes leave
 * that as it is. */
static const char *const stamps[] = { NODE_BASE, NODE_OTHERS };

struct follower {
	node_follower *call;
	const json_t *changes;
};

struct held {
	bool begun;                       /* a change was made: the store's lock is held */
	bool current[ARRAY_SIZE(stamps)]; /* were they, before? */
	struct follower *followers;
	size_t count;
};

/* What was read of the policy is old after a commit of ours. current: of which stamps the state is
 * to be the new one; the others are forgotten. */
static int committed(struct session *session, const bool *current, struct error *err)
{
	json_auto_t *stamp = NULL;
	int r = node_stamp(session, &stamp, err);

	node_forget(session);
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(stamps); i++)
		if (current[i] || session_recall(session, stamps[i]))
			r = session_remember(session, stamps[i],
					     current[i] ? json_incref(stamp) : NULL, err);
	return r;
}

/* Whoever was cut off: what was made of the policy before is not of this one. */
int node_make_whole(struct session *session, struct error *err)
{
	static const bool none[ARRAY_SIZE(stamps)] = { false };
	struct store *store;
	bool built = false;
	int r = node_store(session, &store, err) ?: whole_files(session, store, &built, err);

	return r < 0 || !built ? r : committed(session, none, err);
}

void node_say_building(struct session *session)
{
	if (!node_run(session)->held)
		screen_say("Building the policy; this usually takes 5 to 15 seconds ...");
}

static int begin(struct session *session, struct store *store, struct held *held, struct error *err)
{
	int r = store_begin(store, err);

	held->begun = r == 0;
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(stamps); i++)
		r = node_is_current(session, stamps[i], &held->current[i], err);
	return r;
}

/* r: what came of the changes; below 0: none is made. */
static int end(struct session *session, struct store *store, const struct held *held, int r,
	       struct error *err)
{
	struct error late = { 0 };

	if (r == 0)
		r = store_commit(store, err);
	if (r == 0)
		return committed(session, held->current, err);
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
	struct held *held = node_run(session)->held, alone = { 0 }, *of = held ? held : &alone;
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
