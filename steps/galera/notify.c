/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdbool.h>
#include <string.h>

#include "steps/galera/notify.h"
#include "wizard/util.h"

/* What a shell takes as it stands. */
#define PLAIN                                                                                      \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"                           \
	"_-./:,@%+="

static bool is_shared(const char *path)
{
	static const char *const directories[] = { "/bin/",      "/sbin/",      "/usr/bin/",
						   "/usr/sbin/", "/lib/",       "/usr/lib/",
						   "/lib64/",    "/usr/lib64/", "/proc/",
						   "/dev/",      "/sys/",       NULL };

	for (size_t i = 0; directories[i]; i++)
		if (str_starts(path, directories[i]))
			return true;
	return false;
}

char *galera_notify_script(const char *command, const char **why)
{
	_cleanup_free_ char *path = NULL;
	size_t blank = strspn(command, " \t");

	*why = NULL;
	path = strndup(command + blank, strcspn(command + blank, " \t"));
	if (!path)
		return NULL;
	if (command[strspn(command, PLAIN " \t")])
		*why = "it is more than the path of a script";
	else if (*path != '/' || strstr(path, "/../") || strstr(path, "//"))
		*why = "it is not the whole path of a script";
	else if (is_shared(path))
		*why = "it is a program of the system";
	return *why ? NULL : TAKE_PTR(path);
}
