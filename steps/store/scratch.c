/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A scratch root of its own, with a copy of the host's policy store. */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "steps/store/handle.h"
#include "steps/store/store.h"
#include "wizard/util.h"

#define REMEDY_ROOT "run it as root"
#define REMEDY_DIR  "name an empty directory on a disk with 100 MB to spare"

/* What the distributions' own modules are installed at. */
#define PACKAGE_PRIORITY 100

static int copy_file(const char *from, const char *to, const struct stat *stat, struct error *err)
{
	_cleanup_close_ int in = open(from, O_RDONLY | O_CLOEXEC), out = -1;
	ssize_t moved;

	if (in < 0)
		return error_set(err, errno, REMEDY_ROOT, "cannot read %s: %m", from);
	out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (out < 0)
		return error_set(err, errno, REMEDY_DIR, "cannot create %s: %m", to);
	do
		moved = sendfile(out, in, NULL, 1 << 20);
	while (moved > 0);
	if (moved < 0 || fchmod(out, stat->st_mode & 0777) < 0)
		return error_set(err, errno, REMEDY_DIR, "cannot copy %s to %s: %m", from, to);
	return 0;
}

static int copy_directory(const char *to, const struct stat *stat, struct error *err)
{
	/* The copy is for the one who made it to work with, whatever the original's mode. */
	if (mkdir(to, (stat->st_mode & 0777) | 0700) == 0 || errno == EEXIST)
		return 0;
	return error_set(err, errno, REMEDY_DIR, "cannot create %s: %m", to);
}

static bool is_lock(const char *name)
{
	return !strcmp(name, "semanage.read.LOCK") || !strcmp(name, "semanage.trans.LOCK");
}

/* Links are followed, so that nothing below the copy leads back to the host. */
static int copy_entry(const FTSENT *entry, const char *to, bool skip_unreadable, struct error *err)
{
	switch (entry->fts_info) {
	case FTS_D:
		return copy_directory(to, entry->fts_statp, err);
	case FTS_F:
		if (is_lock(entry->fts_name) ||
		    (skip_unreadable && access(entry->fts_path, R_OK) < 0))
			return 0;
		return copy_file(entry->fts_path, to, entry->fts_statp, err);
	case FTS_DNR:
	case FTS_NS:
	case FTS_ERR:
		if (skip_unreadable)
			return 0;
		return error_set(err, entry->fts_errno, REMEDY_ROOT, "cannot read %s: %s",
				 entry->fts_path, strerror(entry->fts_errno));
	default: /* sockets, loops, links to nowhere; a directory seen again on the way out */
		return 0;
	}
}

int store_copy_tree(const char *from, const char *to, bool skip_unreadable, struct error *err)
{
	char *const paths[] = { (char *)from, NULL };
	_cleanup_fts_ FTS *tree = fts_open(paths, FTS_LOGICAL | FTS_NOCHDIR, NULL);
	size_t length = strlen(from);
	FTSENT *entry;
	int r = make_directories(to, 0755, err);

	if (!tree)
		no_memory();
	while (r == 0 && (errno = 0, entry = fts_read(tree))) {
		_cleanup_free_ char *path = str_printf("%s%s", to, entry->fts_path + length);

		r = copy_entry(entry, path, skip_unreadable, err);
	}
	if (r == 0 && errno)
		return error_set(err, errno, REMEDY_ROOT, "cannot read %s: %m", from);
	return r;
}

static int install_all(struct store *store, const glob_t *modules, struct error *err)
{
	int r = store_begin(store, err);

	if (r < 0)
		return r;
	if (semanage_set_default_priority(store->handle, PACKAGE_PRIORITY) < 0)
		no_memory();
	for (size_t i = 0; i < modules->gl_pathc; i++)
		if (semanage_module_install_file(store->handle, modules->gl_pathv[i]) < 0)
			return store_error(store, err, EIO, REMEDY_ROOT, "cannot install %s",
					   modules->gl_pathv[i]);
	return store_commit(store, err);
}

/* As the policy package's installation does it, but that it has a few unusual modules disabled. */
static int build(const char *root, const char *from, const char *type, struct error *err)
{
	_cleanup_free_ char *directory = str_printf("%s/usr/share/selinux/%s", from, type);
	_cleanup_free_ char *pattern = str_printf("%s/*.pp{,.bz2}", directory);
	_cleanup_free_ char *var = str_printf("%s/var/lib/selinux", root);
	_cleanup_(globfree) glob_t modules = { 0 };
	struct store *store = NULL;
	int r;

	if (glob(pattern, GLOB_BRACE, NULL, &modules) != 0)
		return error_set(
			err, EACCES,
			"run it with sudo, or copy a store that you may read: --store DIR",
			"only root may read the policy store of %s/, and %s has no modules "
			"to build one from",
			from, directory);
	r = make_directories(var, 0755, err)
		?: store_open_new(&store, root, err)
		?: install_all(store, &modules, err);
	store_close(store);
	return r;
}

static int create(const char *root, const char *from, struct error *err)
{
	_cleanup_free_ char *etc_from = str_printf("%s/etc/selinux", from);
	_cleanup_free_ char *etc = str_printf("%s/etc/selinux", root);
	_cleanup_free_ char *config = str_printf("%s/etc/selinux/config", from);
	_cleanup_free_ char *var_from = str_printf("%s/var/lib/selinux", from);
	_cleanup_free_ char *var = str_printf("%s/var/lib/selinux", root);
	_cleanup_free_ char *type = NULL, *active = NULL;
	bool readable;
	int r = store_setting(config, "SELINUXTYPE", &type, err);

	if (r < 0)
		return r;
	active = str_printf("%s/%s/active/modules", var_from, type ? type : "");
	readable = access(active, R_OK | X_OK) == 0 || errno != EACCES;
	r = store_copy_tree(etc_from, etc, !readable, err);
	if (r < 0)
		return r;
	if (!readable)
		return build(root, from, type, err);
	return access(var_from, F_OK) == 0 ? store_copy_tree(var_from, var, false, err) : 0;
}

int store_create(const char *root, const char *from_root, struct error *err)
{
	_cleanup_free_ char *from = realpath(from_root, NULL), *to = NULL;
	int r;

	if (!from)
		return error_set(err, errno, "name a directory that exists", "no root %s: %m",
				 from_root);
	r = make_directories(root, 0700, err);
	if (r < 0)
		return r;
	to = realpath(root, NULL);
	if (!to)
		return error_set(err, errno, REMEDY_DIR, "cannot use %s: %m", root);
	if (!strcmp(from, to) || !strcmp(to, "/"))
		return error_set(err, EINVAL, REMEDY_DIR,
				 "%s is no place for a scratch copy of the policy store", to);
	return create(to, strcmp(from, "/") ? from : "", err);
}

int store_scratch(const char *name, char **root, struct error *err)
{
	_cleanup_free_ char *path = str_printf("/var/tmp/galera-selinux-%s.XXXXXX", name);

	if (!mkdtemp(path))
		return error_set(err, errno, "have 100 MB free there, and run it as root",
				 "cannot make a scratch root %s: %m", path);
	*root = TAKE_PTR(path);
	return 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *walk)
{
	(void)st, (void)type, (void)walk;
	return remove(path);
}

void store_discard(const char *root)
{
	nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}
