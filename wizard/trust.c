/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "wizard/trust.h"
#include "wizard/text.h"
#include "wizard/util.h"

static bool is_ours(const struct stat *status)
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
		if (!is_ours(&status))
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
	if (stat("/", &top) == 0 && !is_ours(&top))
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
