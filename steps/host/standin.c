/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <linux/xattr.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "steps/host/standin.h"
#include "wizard/util.h"

/* Microseconds: a call that is under way finds the program by its second name. */
enum { GRACE = 500000 };

/* The directory is opened once: what is renamed in it stays in it, whoever moves it about. */
struct place {
	const char *path;
	int directory;
	const char *name; /* "wsrep_notify" */
	char *beside;     /* "wsrep_notify.galera-selinux" */
	char *fresh;      /* ours, before it is renamed */
	bool is_there, is_beside;
	struct stat there, other; /* of name and of beside, where they are */
};

static void place_clear(struct place *place)
{
	cleanup_close(&place->directory);
	free(place->beside);
	free(place->fresh);
}

static int failed(const struct place *place, int code, const char *what, struct error *err)
{
	return error_set(err, code, "see that the directory can be written to, and be root",
			 "cannot %s %s: %s", what, place->path, strerror(code));
}

static int look(struct place *place, const char *name, bool *is_there, struct stat *found,
		struct error *err)
{
	*is_there = fstatat(place->directory, name, found, AT_SYMLINK_NOFOLLOW) == 0;
	return *is_there || errno == ENOENT ? 0 : failed(place, errno, "look at", err);
}

static int place_open(struct place *place, const char *path, struct error *err)
{
	const char *name = basename(path);
	_cleanup_free_ char *directory = memory_copy(path, (size_t)(name - path));

	*place = (struct place){ .path = path, .name = name };
	place->beside = str_printf("%s" STANDIN_SUFFIX, place->name);
	place->fresh = str_printf("%s" STANDIN_SUFFIX ".new", place->name);
	place->directory = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (place->directory < 0)
		return errno == ENOENT ? 0 : failed(place, errno, "look at", err);
	return look(place, place->name, &place->is_there, &place->there, err)
		       ?: look(place, place->beside, &place->is_beside, &place->other, err);
}

/* A descriptor of a regular file, or -1. */
static int open_file(const struct place *place, const char *name)
{
	return openat(place->directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
}

/* The length of a text's first two lines. */
static size_t signature(const char *text)
{
	size_t first = strcspn(text, "\n");

	return text[first] ? first + 1 + strcspn(text + first + 1, "\n") : first;
}

/* Is there a regular file, and does it begin with these bytes? */
static bool begins_with(const struct place *place, const char *bytes, size_t length)
{
	_cleanup_close_ int fd = -1;
	_cleanup_free_ char *begin = memory_new(length, 1);

	if (!place->is_there || !S_ISREG(place->there.st_mode))
		return false;
	fd = open_file(place, place->name);
	return fd >= 0 && read(fd, begin, length) == (ssize_t)length &&
	       memcmp(begin, bytes, length) == 0;
}

static bool has_both_names(const struct place *place)
{
	return place->is_there && place->is_beside && place->there.st_ino == place->other.st_ino &&
	       place->there.st_dev == place->other.st_dev;
}

static enum standin_state state_of(const struct place *place, const char *text)
{
	if (begins_with(place, text, signature(text)))
		return place->is_beside ? STANDIN_IN_PLACE : STANDIN_ALONE;
	/* Two names of one file: a crash came before ours was renamed. Only the second name: it is
	 * taken for the program, of which the first name has been removed. */
	return place->is_there && place->is_beside && !has_both_names(place) ? STANDIN_REPLACED
									     : STANDIN_NONE;
}

int standin_state(const char *path, const char *text, enum standin_state *state, struct error *err)
{
	_cleanup_(place_clear) struct place place = { .directory = -1 };
	int r = place_open(&place, path, err);

	if (r == 0)
		*state = state_of(&place, text);
	return r;
}

/* ---- may there be one? ----------------------------------------------------------------------- */

static const char *unfit_file(const struct place *place)
{
	_cleanup_close_ int fd = -1;

	if (!place->is_there)
		return "there is no such file";
	if (S_ISLNK(place->there.st_mode))
		return "it is a symbolic link";
	if (!S_ISREG(place->there.st_mode))
		return "it is no regular file";
	if (!(place->there.st_mode & 0111))
		return "it is not executable";
	if (place->there.st_mode & (S_ISUID | S_ISGID))
		return "it runs as another user (set-user-id)";
	if (faccessat(place->directory, ".", W_OK, AT_EACCESS) < 0)
		return errno == EROFS ? "its file system is read-only"
				      : "its directory cannot be written to";
	fd = open_file(place, place->name);
	if (fd < 0)
		return "it cannot be read";
	if (!begins_with(place, "#!", strlen("#!")))
		return "it is no script (\"#!\")";
	return NULL;
}

int standin_unfit(const char *path, char **why, struct error *err)
{
	_cleanup_(place_clear) struct place place = { .directory = -1 };
	int r = place_open(&place, path, err);

	if (r == 0)
		*why = str_copy(unfit_file(&place));
	return r;
}

/* ---- put ------------------------------------------------------------------------------------- */

/* Without one on either side, as on a system without SELinux, there is nothing to copy. */
static int copy_attribute(int from, int to, const char *name)
{
	char wanted[4096], has[sizeof(wanted)];
	ssize_t length = fgetxattr(from, name, wanted, sizeof(wanted));

	if (length < 0)
		return errno == ENODATA || errno == EOPNOTSUPP ? 0 : -errno;
	if (fgetxattr(to, name, has, sizeof(has)) == length &&
	    memcmp(wanted, has, (size_t)length) == 0)
		return 0;
	return fsetxattr(to, name, wanted, (size_t)length, 0) < 0 ? -errno : 0;
}

static int dress(int from, int to, const char *text)
{
	size_t length = strlen(text);
	struct stat status;
	int r;

	if (fstat(from, &status) < 0)
		return -errno;
	if (write(to, text, length) != (ssize_t)length)
		return errno ? -errno : -ENOSPC;
	if (fchown(to, status.st_uid, status.st_gid) < 0 || fchmod(to, status.st_mode & 01777) < 0)
		return -errno;
	/* A permission that an access list gives would be missing with the mode alone. */
	r = copy_attribute(from, to, XATTR_NAME_POSIX_ACL_ACCESS)
		    ?: copy_attribute(from, to, XATTR_NAME_SELINUX);
	return r == 0 && fsync(to) < 0 ? -errno : r;
}

static int make_fresh(const struct place *place, const char *text)
{
	_cleanup_close_ int from = open_file(place, place->name), to = -1;

	if (from < 0)
		return -errno;
	unlinkat(place->directory, place->fresh, 0);
	to = openat(place->directory, place->fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (to < 0)
		return -errno;
	errno = 0;
	return dress(from, to, text);
}

/* renews: in the place of an earlier one of ours, beside which the program is already. */
static int exchange(const struct place *place, bool renews)
{
	int at = place->directory;

	if (!renews && !has_both_names(place) && linkat(at, place->name, at, place->beside, 0) < 0)
		return -errno;
	if (renameat(at, place->fresh, at, place->name) < 0) {
		int code = errno;

		if (!renews)
			unlinkat(at, place->beside, 0);
		return -code;
	}
	fsync(at);
	return 0;
}

int standin_put(const char *path, const char *text, struct error *err)
{
	_cleanup_(place_clear) struct place place = { .directory = -1 };
	enum standin_state state;
	int r = place_open(&place, path, err);

	if (r < 0)
		return r;
	state = state_of(&place, text);
	if (state == STANDIN_IN_PLACE && place.there.st_size == (off_t)strlen(text) &&
	    begins_with(&place, text, strlen(text)))
		return 0;
	if (!place.is_there || state == STANDIN_ALONE)
		return failed(&place, ENOENT, "put a script before", err);
	if (state == STANDIN_REPLACED)
		return error_set(err, EEXIST, "see whether it is needed, and move it elsewhere",
				 "there is a %s" STANDIN_SUFFIX " already", path);
	r = make_fresh(&place, text) ?: exchange(&place, state == STANDIN_IN_PLACE);
	if (r < 0)
		unlinkat(place.directory, place.fresh, 0);
	return r < 0 ? failed(&place, -r, "put a script before", err) : 0;
}

/* ---- remove ---------------------------------------------------------------------------------- */

static bool same_content(const struct place *place)
{
	_cleanup_close_ int one = open_file(place, place->name), two = -1;
	char left[4096], right[4096];
	ssize_t length;

	two = open_file(place, place->beside);
	if (one < 0 || two < 0 || place->there.st_size != place->other.st_size ||
	    !S_ISREG(place->there.st_mode) || !S_ISREG(place->other.st_mode))
		return false;
	while ((length = read(one, left, sizeof(left))) > 0)
		if (read(two, right, sizeof(right)) != length || memcmp(left, right, length) != 0)
			return false;
	return length == 0;
}

/* The program gets its first name again, over ours, and has both for a while. */
static int bring_back(const struct place *place)
{
	int at = place->directory;

	if (linkat(at, place->beside, at, place->fresh, 0) < 0 ||
	    renameat(at, place->fresh, at, place->name) < 0)
		return -errno;
	fsync(at);
	usleep(GRACE);
	return 0;
}

/* What to do with the second name: it becomes the first, goes, or stays. */
static int settle(const struct place *place, enum standin_state state)
{
	int r = 0;

	if (!place->is_beside || (state == STANDIN_REPLACED && !same_content(place)))
		return 0;
	if (!place->is_there || state == STANDIN_IN_PLACE)
		r = bring_back(place);
	return r < 0 || unlinkat(place->directory, place->beside, 0) == 0 ? r : -errno;
}

int standin_remove(const char *path, const char *text, bool *replaced, struct error *err)
{
	_cleanup_(place_clear) struct place place = { .directory = -1 };
	enum standin_state state;
	int r = place_open(&place, path, err);

	*replaced = false;
	if (r < 0 || place.directory < 0)
		return r;
	state = state_of(&place, text);
	if (state == STANDIN_ALONE)
		return error_set(err, ENOENT, "put your script back there, out of a backup",
				 "%s is a script of ours, and yours beside it (%s" STANDIN_SUFFIX
				 ") is gone",
				 path, path);
	unlinkat(place.directory, place.fresh, 0);
	r = settle(&place, state);
	if (r < 0)
		return failed(&place, -r, "take the script away from before", err);
	fsync(place.directory);
	*replaced = state == STANDIN_REPLACED;
	return 0;
}
