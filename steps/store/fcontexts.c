/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "steps/store/private.h"
#include "wizard/util.h"

#define REMEDY_READ "see `semanage fcontext -l -C`; `semodule -B` builds the policy anew"

static void cleanup_fcontext(semanage_fcontext_t **fcontext)
{
	if (*fcontext)
		semanage_fcontext_free(*fcontext);
}

static void cleanup_fcontext_key(semanage_fcontext_key_t **key)
{
	if (*key) /* unlike that of a port, it would be read */
		semanage_fcontext_key_free(*key);
}

static void cleanup_context(semanage_context_t **context)
{
	semanage_context_free(*context);
}

static int kind_number(enum store_files files)
{
	return files == STORE_FILES_DIR ? SEMANAGE_FCONTEXT_DIR : SEMANAGE_FCONTEXT_ALL;
}

/* The file that keeps them has a line for each, its columns divided by white space. */
static int spec_check(const char *spec, struct error *err)
{
	if (*spec != '/')
		return error_set(err, EINVAL, "begin it with a slash",
				 "not a path of a file context: %s", spec);
	for (const char *byte = spec; *byte; byte++)
		if ((unsigned char)*byte <= ' ' || *byte == 0x7f)
			return error_set(err, EINVAL,
					 "give the directory a name without white space",
					 "a file context cannot name a path with white space");
	return 0;
}

static int key_make(struct store *store, const char *spec, enum store_files files,
		    semanage_fcontext_key_t **key, struct error *err)
{
	int r = spec_check(spec, err);

	if (r < 0)
		return r;
	if (semanage_fcontext_key_create(store->handle, spec, kind_number(files), key) < 0)
		return error_nomem(err);
	return 0;
}

char *store_fcontext_spec(const char *path, bool below)
{
	_cleanup_free_ char *spec = calloc(1, 2 * strlen(path) + sizeof("(/.*)?"));
	char *end = spec;

	if (!spec)
		return NULL;
	for (; *path; path++) {
		if (strchr(".^$*+?()[]{}|\\", *path))
			*end++ = '\\';
		*end++ = *path;
	}
	if (below)
		strcpy(end, "(/.*)?");
	return TAKE_PTR(spec);
}

int store_fcontext_local(struct store *store, const char *spec, enum store_files files, char **type,
			 struct error *err)
{
	_cleanup_(cleanup_fcontext_key) semanage_fcontext_key_t *key = NULL;
	_cleanup_(cleanup_fcontext) semanage_fcontext_t *record = NULL;
	semanage_context_t *context;
	int exists = 0, r = store_ready(store, err);

	if (r == 0)
		r = key_make(store, spec, files, &key, err);
	if (r < 0)
		return r;
	*type = NULL;
	if (semanage_fcontext_exists_local(store->handle, key, &exists) < 0 ||
	    (exists && semanage_fcontext_query_local(store->handle, key, &record) < 0))
		return store_error(store, err, EIO, REMEDY_READ,
				   "cannot read the local file contexts of the policy store %s",
				   store->directory);
	if (!exists)
		return 0;
	context = semanage_fcontext_get_con(record);
	*type = strdup(context ? semanage_context_get_type(context) : "<<none>>");
	return *type ? 0 : error_nomem(err);
}

static int record_make(struct store *store, const char *spec, enum store_files files,
		       const char *type, semanage_fcontext_t **record)
{
	_cleanup_(cleanup_context) semanage_context_t *context = NULL;
	semanage_handle_t *handle = store->handle;

	if (semanage_fcontext_create(handle, record) < 0 ||
	    semanage_fcontext_set_expr(handle, *record, spec) < 0)
		return -1;
	semanage_fcontext_set_type(*record, kind_number(files));
	if (!strcmp(type, "<<none>>"))
		return 0;
	if (store_context(store, type, &context) < 0)
		return -1;
	return semanage_fcontext_set_con(handle, *record, context);
}

int store_fcontext_set(struct store *store, const char *spec, enum store_files files,
		       const char *type, struct error *err)
{
	_cleanup_(cleanup_fcontext_key) semanage_fcontext_key_t *key = NULL;
	_cleanup_(cleanup_fcontext) semanage_fcontext_t *record = NULL;
	int r = store_in_transaction(store, err);

	if (r == 0)
		r = key_make(store, spec, files, &key, err);
	if (r < 0)
		return r;
	if (record_make(store, spec, files, type, &record) < 0)
		return error_nomem(err);
	if (semanage_fcontext_modify_local(store->handle, key, record) < 0)
		return store_error(store, err, EIO, REMEDY_READ,
				   "cannot give %s the file context %s", spec, type);
	return 0;
}

int store_fcontext_unset(struct store *store, const char *spec, enum store_files files,
			 struct error *err)
{
	_cleanup_(cleanup_fcontext_key) semanage_fcontext_key_t *key = NULL;
	int exists = 0, r = store_in_transaction(store, err);

	if (r == 0)
		r = key_make(store, spec, files, &key, err);
	if (r < 0)
		return r;
	if (semanage_fcontext_exists_local(store->handle, key, &exists) < 0 ||
	    (exists && semanage_fcontext_del_local(store->handle, key) < 0))
		return store_error(store, err, EIO, REMEDY_READ,
				   "cannot delete the local file context of %s", spec);
	return 0;
}
