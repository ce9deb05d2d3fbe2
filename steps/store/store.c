/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "steps/store/private.h"
#include "wizard/util.h"

#define REMEDY_PACKAGE                                                                             \
	"install the policy package: selinux-policy-default (Debian, Ubuntu) or "                  \
	"selinux-policy-targeted (Fedora, RHEL and kin)"
#define REMEDY_ROOT "run it as root, or rehearse on a scratch root"

/* libsemanage keeps its paths for the life of the process. */
static char *process_root, *process_type;

static void cleanup_store(struct store **store)
{
	store_close(*store);
}

int store_configured(const char *path, const char *key, char **value, struct error *err)
{
	_cleanup_free_ char *text = NULL;
	int r = file_read(path, &text, NULL, err);

	if (r == 0)
		*value = text_setting(text, key);
	return r;
}

static int type_read(struct store *store, struct error *err)
{
	_cleanup_free_ char *path = str_printf("%s/etc/selinux/config", store->root);
	struct error why = { 0 };
	int r;

	if (!path)
		return error_nomem(err);
	r = store_configured(path, "SELINUXTYPE", &store->type, &why);
	if (r == -ENOENT)
		return error_set(err, ENOENT, REMEDY_PACKAGE, "no SELinux configuration: %s", path);
	if (r < 0)
		return error_set(err, -r, r == -EACCES ? REMEDY_ROOT : why.remedy, "%s", why.what);
	if (!store->type || !store->type[0] || strchr(store->type, '/') || store->type[0] == '.')
		return error_set(err, ENOENT, "set SELINUXTYPE to the installed policy's name",
				 "no usable SELINUXTYPE in %s", path);
	return 0;
}

static int directory_find(struct store *store, struct error *err)
{
	_cleanup_free_ char *path = str_printf("%s/etc/selinux/semanage.conf", store->root);
	_cleanup_free_ char *store_root = NULL;
	struct error why = { 0 };
	int r;

	if (!path)
		return error_nomem(err);
	/* Systems with a read-only /var move the store, with this setting. */
	r = store_configured(path, "store-root", &store_root, &why);
	if (r < 0 && r != -ENOENT)
		return error_set(err, -r, r == -EACCES ? REMEDY_ROOT : why.remedy, "%s", why.what);
	store->directory = str_printf("%s%s/%s", store->root,
				      store_root ? store_root : "/var/lib/selinux", store->type);
	return store->directory ? 0 : error_nomem(err);
}

static int directory_check(const struct store *store, struct error *err)
{
	_cleanup_free_ char *active = str_printf("%s/active", store->directory);

	if (!active)
		return error_nomem(err);
	if (access(active, R_OK | X_OK) == 0)
		return 0;
	if (errno == ENOENT || errno == ENOTDIR)
		return error_set(err, ENOENT, REMEDY_PACKAGE,
				 "no policy store of type \"%s\": %s does not exist", store->type,
				 active);
	return error_set(err, errno, REMEDY_ROOT, "cannot read the policy store %s: %s", active,
			 strerror(errno));
}

static int process_claim(const struct store *store, struct error *err)
{
	_cleanup_free_ char *root = NULL, *type = NULL;

	if (process_root && process_type) {
		if (!strcmp(process_root, store->root) && !strcmp(process_type, store->type))
			return 0;
		return error_set(err, EBUSY, "start the program anew for another root",
				 "this process already works on the policy store \"%s\" of %s/",
				 process_type, process_root);
	}
	root = strdup(store->root);
	type = strdup(store->type);
	if (!root || !type)
		return error_nomem(err);
	if (store->root[0] && semanage_set_root(store->root) < 0)
		return error_nomem(err);
	process_root = TAKE_PTR(root);
	process_type = TAKE_PTR(type);
	return 0;
}

/* Is this the running system's own root, with a kernel that has its policy? */
static bool is_live(const struct store *store)
{
	return !store->root[0] && access("/sys/fs/selinux/enforce", F_OK) == 0;
}

static int connect_handle(struct store *store, bool create, struct error *err)
{
	store->handle = semanage_handle_create();
	if (!store->handle)
		return error_set(err, ENOENT, "look at /etc/selinux/semanage.conf",
				 "libsemanage cannot read its configuration below %s/",
				 store->root);
	store_listen(store);
	semanage_select_store(store->handle, store->type, SEMANAGE_CON_DIRECT);
	if (create)
		semanage_set_create_store(store->handle, 1);
	else if (semanage_is_managed(store->handle) != 1)
		return store_error(store, err, ENODEV,
				   "set `module-store = direct` in semanage.conf",
				   "the policy \"%s\" is not managed by libsemanage", store->type);
	if (!is_live(store)) {
		semanage_set_reload(store->handle, 0);
		semanage_set_check_contexts(store->handle, 0);
	}
	if (semanage_connect(store->handle) < 0)
		return store_error(store, err, errno == EACCES ? EACCES : EIO, REMEDY_ROOT,
				   "cannot connect to the policy store %s", store->directory);
	store->connected = true;
	return 0;
}

void store_disconnect(struct store *store)
{
	if (store->connected)
		semanage_disconnect(store->handle);
	if (store->handle)
		semanage_handle_destroy(store->handle);
	store->handle = NULL;
	store->connected = store->in_transaction = false;
}

int store_ready(struct store *store, struct error *err)
{
	int r;

	store->first_error[0] = '\0';
	if (store->connected)
		return 0;
	r = connect_handle(store, false, err);
	if (r < 0)
		store_disconnect(store);
	return r;
}

static int open_store(struct store **result, const char *root, bool create, struct error *err)
{
	_cleanup_(cleanup_store) struct store *store = calloc(1, sizeof(*store));
	_cleanup_free_ char *path = realpath(root, NULL);
	int r;

	if (!store)
		return error_nomem(err);
	if (!path)
		return error_set(err, errno, "name a directory that exists", "no root %s: %s", root,
				 strerror(errno));
	store->root = strdup(strcmp(path, "/") ? path : "");
	if (!store->root)
		return error_nomem(err);
	r = type_read(store, err);
	if (r < 0 || !store->type)
		return r < 0 ? r : -ENOENT;
	r = directory_find(store, err);
	if (r == 0 && !create)
		r = directory_check(store, err);
	if (r == 0)
		r = process_claim(store, err);
	if (r == 0)
		r = connect_handle(store, create, err);
	if (r < 0)
		return r;
	*result = TAKE_PTR(store);
	return 0;
}

int store_open(struct store **store, const char *root, struct error *err)
{
	return open_store(store, root, false, err);
}

int store_open_new(struct store **store, const char *root, struct error *err)
{
	return open_store(store, root, true, err);
}

void store_close(struct store *store)
{
	if (!store)
		return;
	store_disconnect(store);
	free(store->root);
	free(store->type);
	free(store->directory);
	free(store->messages);
	free(store);
}

const char *store_type(const struct store *store)
{
	return store->type;
}

int store_kernel_policy(struct store *store, char **path, struct error *err)
{
	_cleanup_free_ char *directory =
		str_printf("%s/etc/selinux/%s/policy", store->root, store->type);
	_cleanup_closedir_ DIR *entries = NULL;
	struct dirent *entry;
	long highest = 0;

	if (!directory)
		return error_nomem(err);
	entries = opendir(directory);
	if (!entries)
		return error_set(err, errno, REMEDY_PACKAGE, "no compiled policy: %s: %s",
				 directory, strerror(errno));
	while ((entry = readdir(entries))) {
		const char *digits = str_starts(entry->d_name, "policy.");
		char *end = NULL;
		long version;

		if (!digits || !isdigit((unsigned char)*digits))
			continue;
		version = strtol(digits, &end, 10);
		if (version > highest && !*end)
			highest = version;
	}
	if (!highest)
		return error_set(err, ENOENT, "build it: semodule -B",
				 "no compiled policy: %s has no policy.NN", directory);
	*path = str_printf("%s/policy.%ld", directory, highest);
	return *path ? 0 : error_nomem(err);
}

int store_linked_policy(struct store *store, char **path, struct error *err)
{
	_cleanup_free_ char *linked = str_printf("%s/active/policy.linked", store->directory);

	if (!linked)
		return error_nomem(err);
	*path = access(linked, R_OK) == 0 ? TAKE_PTR(linked) : NULL;
	return 0;
}
