/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "wizard/trust.h"
#include "wizard/text.h"
#include "wizard/util.h"

#define MOST_LINKS 40 /* as the kernel has it */

static bool only_we_change(const struct stat *status)
{
	bool group = status->st_gid == 0 || status->st_gid == getegid();

	if (status->st_uid != 0 && status->st_uid != geteuid())
		return false;
	if (S_ISLNK(status->st_mode) || (S_ISDIR(status->st_mode) && status->st_mode & S_ISVTX))
		return true;
	return !(status->st_mode & S_IWOTH) && (group || !(status->st_mode & S_IWGRP));
}

/* 1: so much of it is all that is there. */
static int walk(const char *path, struct error *err)
{
	const char *end = path;
	int r = 0;

	do {
		_cleanup_free_ char *part = NULL, *real = NULL;
		struct stat status;

		end += strspn(end, "/");
		end += strcspn(end, "/");
		part = memory_copy(path, (size_t)(end - path));
		if (lstat(part, &status) < 0)
			return errno == ENOENT || errno == ENOTDIR
				       ? 1
				       : error_set(err, errno, "be root", "cannot look at %s: %m",
						   part);
		if (!only_we_change(&status))
			return error_set(err, EPERM, NULL,
					 "somebody else can change %s (owner %u, group %u, mode "
					 "%04o)",
					 part, status.st_uid, status.st_gid,
					 status.st_mode & 07777);
		/* Of a link also what it leads to, which has none on its way. */
		real = S_ISLNK(status.st_mode) ? realpath(part, NULL) : NULL;
		r = real ? walk(real, err) : 0;
	} while (r == 0 && *end);
	return r;
}

int path_trusted(const char *path, const char *what, struct error *err)
{
	_cleanup_free_ char *here = *path == '/' ? NULL : getcwd(NULL, 0);
	_cleanup_free_ char *whole = here ? str_printf("%s/%s", here, path) : str_copy(path);
	_cleanup_free_ char *quoted = text_quoted(whole);
	struct stat top;
	int r;

	if (!text_is_utf8(whole))
		return error_set(err, EILSEQ, "give it a name of plain letters",
				 "%s: the name of %s is not UTF-8", what, whole);
	/* The way begins at the top, which has no name of its own. */
	if (stat("/", &top) == 0 && !only_we_change(&top))
		r = error_set(err, EPERM, NULL, "somebody else can change /");
	else
		r = walk(whole, err);
	if (r == -EPERM) {
		error_remedy(err,
			     "give a place that only you and root can write to, as one below "
			     "/root or /var/lib; who can: namei -l %s",
			     quoted);
		error_prefix(err, "%s", what);
	}
	return r < 0 ? r : 0;
}

/* What the link at path, in the directory done, leads to. */
static int follow(const char *path, const char *done, const struct stat *link, char **target,
		  struct error *err)
{
	char text[PATH_MAX];
	ssize_t length;

	if (!only_we_change(link))
		return error_set(err, EPERM, "name what it leads to, in place of it",
				 "somebody else has made the link %s", path);
	if (path_trusted(*done ? done : "/", path, err) < 0)
		return -EPERM;
	length = readlink(path, text, sizeof(text) - 1);
	if (length < 0)
		return error_set(err, errno, "try again", "cannot read the link %s: %m", path);
	*target = memory_copy(text, (size_t)length);
	return 0;
}

/* One part of the way, at *rest, goes to the end of *done; of a link, what it leads to into *rest.
 */
static int step(char **done, char **rest, struct error *err)
{
	const char *name = *rest + strspn(*rest, "/");
	size_t length = strcspn(name, "/");
	_cleanup_free_ char *path = str_printf("%s/%.*s", *done, (int)length, name), *target = NULL;
	_cleanup_free_ char *before = TAKE_PTR(*rest);
	struct stat status;
	int r = 0;

	*rest = str_copy(name + length);
	if (length == 1 && *name == '.')
		return 0;
	if (length == 2 && !strncmp(name, "..", 2)) {
		char *slash = strrchr(*done, '/');

		if (slash)
			*slash = '\0';
		return 0;
	}
	if (lstat(path, &status) == 0 && S_ISLNK(status.st_mode))
		r = follow(path, *done, &status, &target, err);
	if (target) {
		char *further = str_printf("%s/%s", target, *rest);

		free(*rest);
		*rest = further;
	}
	if (!target || *target == '/') {
		free(*done);
		*done = target ? str_copy("") : TAKE_PTR(path);
	}
	return r < 0 ? r : target != NULL;
}

int path_resolve(const char *path, char **resolved, struct error *err)
{
	_cleanup_free_ char *done = str_copy(""), *rest = str_copy(path);
	int links = 0, r = 0;

	while (r == 0 && rest[strspn(rest, "/")]) {
		r = step(&done, &rest, err);
		links += r > 0;
		r = r < 0 ? r : 0;
		if (links > MOST_LINKS)
			r = error_set(err, ELOOP, "correct the links",
				      "%s leads through too many links", path);
	}
	if (r == 0)
		*resolved = *done ? TAKE_PTR(done) : str_copy("/");
	return r;
}
