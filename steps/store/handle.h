/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * handle.h - the connection to libsemanage that the files of the store share
 */
#pragma once

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

/* store_open_new - as store_open, of a store that does not exist yet: an empty one is made. */
int store_open_new(struct store **store, const char *root, struct error *err);

/* store_ready - begin an operation: connect again where a commit failed or was given up. */
int store_ready(struct store *store, struct error *err);

/* store_disconnect - let go of everything, the lock and uncommitted changes included. */
void store_disconnect(struct store *store);

/* store_lock_wait - until no other program changes the store. -EBUSY: one does for longer than
 * that. */
int store_lock_wait(const struct store *store, struct error *err);

/* store_is_away - has a commit that was cut off moved the store away, and none into its place? */
bool store_is_away(const struct store *store);

/* store_in_transaction - 0, or -EINVAL without store_begin. */
int store_in_transaction(const struct store *store, struct error *err);

/* store_error - as error_set, with the library's first message of this operation put behind. */
int store_error(const struct store *store, struct error *err, int code, const char *remedy,
		const char *what, ...) __attribute__((format(printf, 5, 6)));

/* store_copy_tree - all that is below a directory, links followed, to another that may be there;
 * skip_unreadable: without what may not be read. */
int store_copy_tree(const char *from, const char *to, bool skip_unreadable, struct error *err);

/* store_setting - the value of KEY=value in a file, in new memory (caller frees); *value is NULL
 * when the file does not set it. Errors: as file_read. */
int store_setting(const char *path, const char *key, char **value, struct error *err);
