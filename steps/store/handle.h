/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * handle.h - the connection to libsemanage that the files of the store share
 */
#ifndef STEPS_STORE_HANDLE_H
#define STEPS_STORE_HANDLE_H

#include <stdbool.h>
#include <semanage/semanage.h>

#include "wizard/error.h"

struct store {
	semanage_handle_t *handle;
	char *root;      /* "" for "/", else without a slash at its end */
	char *type;      /* SELINUXTYPE */
	char *directory; /* the store's own: ROOT/var/lib/selinux/TYPE */
	bool connected;
	bool in_transaction;
	char first_error[512]; /* since the operation began; what follows is its consequence */
};

/* store_connect - create: the store does not exist yet, and an empty one is made. */
int store_connect(struct store *store, bool create, struct error *err);

/* store_disconnect - let go of everything, the lock and uncommitted changes included. */
void store_disconnect(struct store *store);

/* store_ready - begin an operation: connect again where a commit failed or was given up. */
int store_ready(struct store *store, struct error *err);

/* store_in_transaction - 0, or -EINVAL without store_begin. */
int store_in_transaction(const struct store *store, struct error *err);

/*
 * The CIL compiler, setfiles and genhomedircon write to standard error: it is turned to memory
 * while they run, and what they said first is an error of this operation afterwards. Where that is
 * not possible (saved is -1) they are heard on the screen.
 */
struct store_capture {
	int saved, memory;
};
struct store_capture store_capture_begin(void);
void store_capture_end(struct store *store, struct store_capture *capture);

/* store_error - as error_set, with the library's first message of this operation put behind. */
int store_error(const struct store *store, struct error *err, int code, const char *remedy,
		const char *what, ...) __attribute__((format(printf, 5, 6)));

#endif
