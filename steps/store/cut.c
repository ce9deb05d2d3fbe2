/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cut - was a change of the policy cut off, and what makes it whole
 *
 * libsemanage's commit moves the store that was (active) to previous, the new one to active, and
 * then copies what SELinux reads from there to /etc/selinux, a file after the other
 * (semanage_store.c, semanage_commit_sandbox; libsemanage 3.4 to 3.11). So a commit that has come
 * to its end leaves copies that are equal to the byte. One that failed while it copied moves the
 * store back, and copies the new files all the same.
 */
#include <errno.h>
#include <glob.h>
#include <string.h>
#include <unistd.h>

#include "steps/store/handle.h"
#include "steps/store/store.h"
#include "wizard/util.h"

/* What the steps rely on: in the store, and below /etc/selinux/TYPE, as glob(3) finds it. */
static const struct copy {
	const char *stored, *installed;
} copies[] = {
	{ "file_contexts", "contexts/files/file_contexts" },
	{ "file_contexts.local", "contexts/files/file_contexts.local" },
	{ "policy.kern", "policy/policy.[0-9]*[0-9]" },
};

/* Is what path holds these bytes? */
static int holds(const char *path, const char *bytes, size_t length, bool *same, struct error *err)
{
	_cleanup_free_ char *text = NULL;
	size_t found = 0;
	int r = file_read(path, &text, &found, err);

	*same = r == 0 && found == length && !memcmp(text, bytes, length);
	return r == -ENOENT ? 0 : r;
}

/* *differs: the copy that is not as the store has it (caller frees); what the store does not have
 * has none. */
static int compare(const struct store *store, const struct copy *copy, char **differs,
		   struct error *err)
{
	_cleanup_free_ char *stored = str_printf("%s/active/%s", store->directory, copy->stored);
	_cleanup_free_ char *pattern =
		str_printf("%s/etc/selinux/%s/%s", store->root, store->type, copy->installed);
	_cleanup_(globfree) glob_t paths = { 0 };
	_cleanup_free_ char *bytes = NULL;
	size_t length = 0;
	bool same = false;
	int r = file_read(stored, &bytes, &length, err);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	/* A policy of another version may lie beside it. */
	glob(pattern, 0, NULL, &paths);
	for (size_t i = 0; r == 0 && !same && i < paths.gl_pathc; i++)
		r = holds(paths.gl_pathv[i], bytes, length, &same, err);
	if (r == 0 && !same)
		*differs = str_copy(paths.gl_pathc ? paths.gl_pathv[paths.gl_pathc - 1] : pattern);
	return r;
}

static int look(const struct store *store, char **what, struct error *err)
{
	int r = 0;

	*what = store_is_away(store) ? str_printf("%s/active", store->directory) : NULL;
	for (size_t i = 0; r == 0 && !*what && i < ARRAY_SIZE(copies); i++)
		r = compare(store, &copies[i], what, err);
	return r;
}

int store_cut(struct store *store, char **what, struct error *err)
{
	int r = look(store, what, err);

	if (r < 0 || !*what)
		return r;
	/* Another program may be in the middle of it. */
	free(TAKE_PTR(*what));
	return store_lock_wait(store, err) ?: look(store, what, err);
}

/* The new store, whole or not, is dropped with the rest of that commit by the next one. */
static int put_back(struct store *store, struct error *err)
{
	_cleanup_free_ char *active = str_printf("%s/active", store->directory);
	_cleanup_free_ char *previous = str_printf("%s/previous", store->directory);
	int r = store_lock_wait(store, err);

	if (r < 0 || !store_is_away(store))
		return r;
	if (rename(previous, active) < 0 || sync_directory_of(active) < 0)
		return error_set(
			err, errno, "move it by hand, then start again",
			"the policy store was moved away by a change that was cut off, and "
			"cannot be moved back from %s to %s: %m",
			previous, active);
	return 0;
}

int store_mend(struct store *store, struct error *err)
{
	int r = put_back(store, err);

	/* What it knows of the store is of before. */
	store_disconnect(store);
	r = r ?: store_begin(store, err) ?: store_rebuild(store, err) ?: store_commit(store, err);
	if (r < 0)
		store_abort(store);
	return r;
}
