/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "steps/store/handle.h"
#include "steps/store/store.h"
#include "wizard/util.h"

#define LOCK_TRIES    50
#define LOCK_PAUSE_NS 100000000 /* 50 times: 5 s */

/*
 * libsemanage waits 5 s for its lock and then says only that it failed; newer versions wait for
 * ever. So the lock is tried here first, let go at once, and taken by libsemanage.
 */
static int lock_wait(const struct store *store, struct error *err)
{
	_cleanup_free_ char *path = str_printf("%s/semanage.trans.LOCK", store->directory);
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return 0; /* nobody has locked it yet; what else is wrong, libsemanage will say */
	for (int tries = 0; flock(fd, LOCK_EX | LOCK_NB) < 0; tries++) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return 0;
		if (tries == LOCK_TRIES) {
			error_set(err, EBUSY, NULL,
				  "another program (semodule, semanage, a package's installation) "
				  "is changing the policy and holds %s",
				  path);
			return error_remedy(
				err, "wait until it is done, or find it: fuser -v %s; then go on",
				path);
		}
		nanosleep(&(struct timespec){ .tv_nsec = LOCK_PAUSE_NS }, NULL);
	}
	return 0;
}

int store_begin(struct store *store, struct error *err)
{
	int r = store_ready(store, err);

	if (r < 0)
		return r;
	if (store->in_transaction)
		return error_set(err, EALREADY, "report this: it is a fault of the program",
				 "a transaction of the policy store is open already");
	r = lock_wait(store, err);
	if (r < 0)
		return r;
	errno = 0;
	if (semanage_begin_transaction(store->handle) < 0)
		return store_error(
			store, err, errno == EACCES ? EACCES : EIO,
			"see that you are root and that the disk is neither full nor read-only",
			"cannot begin a change of the policy store %s", store->directory);
	store->in_transaction = true;
	return 0;
}

int store_rebuild(struct store *store, struct error *err)
{
	int r = store_in_transaction(store, err);

	if (r == 0)
		semanage_set_rebuild(store->handle, 1);
	return r;
}

int store_shows_hidden(struct store *store, bool *shown, struct error *err)
{
	int r;

	/* libsemanage looks when it connects, and never again. */
	if (!store->in_transaction)
		store_disconnect(store);
	r = store_ready(store, err);
	if (r == 0)
		*shown = semanage_get_disable_dontaudit(store->handle) == 1;
	return r;
}

int store_show_hidden(struct store *store, bool show, struct error *err)
{
	int r = store_in_transaction(store, err);

	if (r < 0)
		return r;
	semanage_set_disable_dontaudit(store->handle, show);
	semanage_set_rebuild(store->handle, 1);
	return 0;
}

int store_commit(struct store *store, struct error *err)
{
	static const int held_back[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP };
	struct store_capture capture;
	sigset_t signals, before;
	int r = store_in_transaction(store, err);

	if (r < 0)
		return r;
	/* A half-written policy is worse than a deaf program. Children (setfiles) inherit this. */
	sigemptyset(&signals);
	for (size_t i = 0; i < ARRAY_SIZE(held_back); i++)
		sigaddset(&signals, held_back[i]);
	sigprocmask(SIG_BLOCK, &signals, &before);
	capture = store_capture_begin();
	r = semanage_commit(store->handle);
	store_capture_end(store, &capture);
	store->in_transaction = false;
	semanage_set_rebuild(store->handle, 0);
	if (r < 0) {
		r = store_error(store, err, EIO,
				"nothing was changed; correct the cause and run the step again",
				"the policy store did not take the change");
		/* libsemanage keeps the rejected records in memory, and would try them again. */
		store_disconnect(store);
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	return r < 0 ? r : 0;
}

void store_abort(struct store *store)
{
	if (store && store->in_transaction)
		store_disconnect(store);
}
