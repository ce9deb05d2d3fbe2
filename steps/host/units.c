/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fnmatch.h>
#include <glob.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "steps/host/units.h"
#include "wizard/util.h"

#define SUFFIX ".service"

/* Where systemd looks, the first place before the others. */
static const char *const places[] = { "etc/systemd/system", "run/systemd/system",
				      "usr/local/lib/systemd/system", "usr/lib/systemd/system",
				      "lib/systemd/system" };

static bool is_one_of(const char *unit, const char *const *names)
{
	for (; *names; names++)
		if (fnmatch(*names, unit, 0) == 0)
			return true;
	return false;
}

/* give - a unit's name without its suffix. Returns 1, or -ENOMEM. */
static int give(const char *name, size_t length, char **unit, struct error *err)
{
	*unit = strndup(name, length);
	return *unit ? 1 : error_nomem(err);
}

/* ---- that of a process ----------------------------------------------------------------------- */

int units_in_cgroup(const char *text, const char *const *names, char **unit, struct error *err)
{
	*unit = NULL;
	/* "0::/system.slice/system-mariadb.slice/mariadb@node2.service", a line a hierarchy. */
	for (const char *at = text; (at = strstr(at, SUFFIX)) != NULL; at += strlen(SUFFIX)) {
		const char *begin = at;
		_cleanup_free_ char *name = NULL;

		while (begin > text && begin[-1] != '/' && begin[-1] != '\n')
			begin--;
		name = strndup(begin, (size_t)(at - begin));
		if (!name)
			return error_nomem(err);
		if (is_one_of(name, names)) {
			*unit = TAKE_PTR(name);
			return 0;
		}
	}
	return 0;
}

int host_running_unit(pid_t pid, const char *const *names, char **unit, struct error *err)
{
	_cleanup_free_ char *text = NULL;
	char path[64];

	*unit = NULL;
	snprintf(path, sizeof(path), "/proc/%d/cgroup", (int)pid);
	return file_read(path, &text, NULL, NULL) < 0 ? 0 : units_in_cgroup(text, names, unit, err);
}

/* ---- those that are installed ---------------------------------------------------------------- */

/* canonical - what the file of a unit is called in the end. 1: *unit is it; 0: it is masked, or no
 * unit. */
static int canonical(const char *path, char **unit, struct error *err)
{
	char target[PATH_MAX];
	ssize_t length = readlink(path, target, sizeof(target) - 1);
	const char *name = strrchr(path, '/') + 1;
	struct stat st;
	char *at;

	if (length < 0)
		return lstat(path, &st) == 0 && st.st_size == 0
			       ? 0
			       : give(name, strlen(name) - strlen(SUFFIX), unit, err);
	target[length] = '\0';
	if (!strcmp(target, "/dev/null"))
		return 0;
	at = strrchr(target, '/');
	at = at ? at + 1 : target;
	length = (ssize_t)strlen(at) - (ssize_t)strlen(SUFFIX);
	/* A link of another kind, as one to a file kept elsewhere. */
	if (length <= 0 || strcmp(at + length, SUFFIX) != 0)
		return give(name, strlen(name) - strlen(SUFFIX), unit, err);
	return give(at, (size_t)length, unit, err);
}

/* find_file - of a unit, in the first place that has it. 1: *unit is its name. */
static int find_file(const char *root, const char *name, char **unit, struct error *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		_cleanup_free_ char *path = str_printf("%s/%s/%s" SUFFIX, root, places[i], name);
		struct stat st;

		if (!path)
			return error_nomem(err);
		if (lstat(path, &st) == 0)
			return canonical(path, unit, err);
	}
	return 0;
}

static void cleanup_glob(glob_t *found)
{
	globfree(found);
}

/* find_enabled - the first that a target wants. An instance's name is that of its link. */
static int find_enabled(const char *root, const char *name, char **unit, struct error *err)
{
	_cleanup_free_ char *pattern = str_printf("%s/%s/*.wants/%s" SUFFIX, root, places[0], name);
	_cleanup_(cleanup_glob) glob_t found = { 0 };
	const char *link;

	if (!pattern)
		return error_nomem(err);
	if (glob(pattern, 0, NULL, &found) != 0 || !found.gl_pathc)
		return 0;
	link = found.gl_pathv[0];
	if (!strchr(name, '@'))
		return canonical(link, unit, err);
	link = strrchr(link, '/') + 1;
	return give(link, strlen(link) - strlen(SUFFIX), unit, err);
}

/* find_instance - of the first template that is there. */
static int find_instance(const char *root, const char *const *names, const char *instance,
			 char **unit, struct error *err)
{
	for (; *names; names++) {
		const char *at = strchr(*names, '@');
		_cleanup_free_ char *template = NULL;
		_cleanup_free_ char *found = NULL;
		int r;

		if (!at)
			continue;
		template = strndup(*names, (size_t)(at + 1 - *names));
		r = template ? find_file(root, template, &found, err) : error_nomem(err);
		if (r < 0)
			return r;
		if (!r)
			continue;
		*unit = str_printf("%s%s", found, instance);
		return *unit ? 1 : error_nomem(err);
	}
	return 0;
}

int host_installed_unit(const char *root, const char *const *names, const char *instance,
			char **unit, struct error *err)
{
	int r = 0;

	*unit = NULL;
	if (!strcmp(root, "/"))
		root = "";
	if (instance && *instance)
		r = find_instance(root, names, instance, unit, err);
	for (const char *const *name = names; r == 0 && *name; name++)
		r = find_enabled(root, *name, unit, err);
	for (const char *const *name = names; r == 0 && *name; name++)
		if (!strchr(*name, '@'))
			r = find_file(root, *name, unit, err);
	return r < 0 ? r : 0;
}
