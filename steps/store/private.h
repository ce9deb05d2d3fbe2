/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * private.h - what the files of store.h share among themselves; nobody else includes it
 */
#ifndef STEPS_STORE_PRIVATE_H
#define STEPS_STORE_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <semanage/semanage.h>

#include "steps/store/store.h"

struct store {
	semanage_handle_t *handle;
	char *root;      /* "" for "/", else without a slash at its end */
	char *type;      /* SELINUXTYPE */
	char *directory; /* the store's own: ROOT/var/lib/selinux/TYPE */
	bool connected;
	bool in_transaction;
	char *messages; /* a line each */
	size_t messages_length;
	char first_error[512]; /* since the operation began; what follows is its consequence */
};

/* store_open_new - store_open of a store that does not exist yet: an empty one is made. */
int store_open_new(struct store **store, const char *root, struct error *err);

/* store_ready - begin an operation: connect again where a commit failed or was given up. */
int store_ready(struct store *store, struct error *err);

/* store_disconnect - let go of everything, the lock and uncommitted changes included. */
void store_disconnect(struct store *store);

/* store_listen - hear the messages of store->handle. */
void store_listen(struct store *store);

/*
 * The CIL compiler, setfiles and genhomedircon write to standard error: it is turned to memory
 * while they run, and into the messages afterwards. Where that is not possible (saved is -1) they
 * are heard on the screen.
 */
struct store_capture {
	int saved, memory;
};
struct store_capture store_capture_begin(void);
void store_capture_end(struct store *store, struct store_capture *capture);

/* store_error - as error_set, with the library's first message of this operation put behind. */
int store_error(const struct store *store, struct error *err, int code, const char *remedy,
		const char *what, ...) __attribute__((format(printf, 5, 6)));

/* store_in_transaction - 0, or -EINVAL without store_begin. */
int store_in_transaction(const struct store *store, struct error *err);

/* store_context - "system_u:object_r:TYPE", with the lowest level where the policy has levels;
 * *context is to be freed also when it failed (negative: no memory). */
int store_context(struct store *store, const char *type, semanage_context_t **context);

/* store_configured - the value of KEY=value in a file, in new memory (caller frees); *value is NULL
 * when the file does not set it. Errors: as file_read. */
int store_configured(const char *path, const char *key, char **value, struct error *err);

#endif
