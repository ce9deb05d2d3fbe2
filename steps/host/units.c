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

/* unit_name - out of that of its file, in new memory; NULL: it is none of a service. */
static char *unit_name(const char *file)
{
	ssize_t length = (ssize_t)strlen(file) - (ssize_t)strlen(SUFFIX);

	return length > 0 && !strcmp(file + length, SUFFIX) ? memory_copy(file, (size_t)length)
							    : NULL;
}

/* ---- that of a process ----------------------------------------------------------------------- */

char *units_in_cgroup(const char *text, const char *const *names)
{
	/* "0::/system.slice/system-mariadb.slice/mariadb@node2.service", a line a hierarchy. */
	for (const char *at = text; (at = strstr(at, SUFFIX)) != NULL; at += strlen(SUFFIX)) {
		const char *begin = at;
		_cleanup_free_ char *name = NULL;

		while (begin > text && begin[-1] != '/' && begin[-1] != '\n')
			begin--;
		name = memory_copy(begin, (size_t)(at - begin));
		if (is_one_of(name, names))
			return TAKE_PTR(name);
	}
	return NULL;
}

char *host_running_unit(pid_t pid, const char *const *names)
{
	_cleanup_free_ char *path = str_printf("/proc/%d/cgroup", (int)pid), *text = NULL;

	return file_read(path, &text, NULL, NULL) < 0 ? NULL : units_in_cgroup(text, names);
}

/* ---- those that are installed ---------------------------------------------------------------- */

/* canonical - what the file of a unit is called in the end; NULL: it is masked, or no unit. */
static char *canonical(const char *path)
{
	char target[PATH_MAX];
	ssize_t length = readlink(path, target, sizeof(target) - 1);
	struct stat st;
	char *unit;

	if (length < 0)
		return lstat(path, &st) == 0 && st.st_size == 0 ? NULL : unit_name(basename(path));
	target[length] = '\0';
	if (!strcmp(target, "/dev/null"))
		return NULL;
	unit = unit_name(basename(target));
	/* A link of another kind, as one to a file kept elsewhere. */
	return unit ? unit : unit_name(basename(path));
}

/* find_file - of a unit, in the first place that has it. */
static char *find_file(const char *root, const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		_cleanup_free_ char *path = str_printf("%s/%s/%s" SUFFIX, root, places[i], name);
		struct stat st;

		if (lstat(path, &st) == 0)
			return canonical(path);
	}
	return NULL;
}

/* find_enabled - the first that a target wants. An instance's name is that of its link. */
static char *find_enabled(const char *root, const char *name)
{
	_cleanup_free_ char *pattern = str_printf("%s/%s/*.wants/%s" SUFFIX, root, places[0], name);
	_cleanup_(globfree) glob_t found = { 0 };

	if (glob(pattern, 0, NULL, &found) != 0 || !found.gl_pathc)
		return NULL;
	return strchr(name, '@') ? unit_name(basename(found.gl_pathv[0]))
				 : canonical(found.gl_pathv[0]);
}

/* find_instance - of the first template that is there. */
static char *find_instance(const char *root, const char *const *names, const char *instance)
{
	for (; *names; names++) {
		const char *at = strchr(*names, '@');
		_cleanup_free_ char *template =
			at ? memory_copy(*names, (size_t)(at + 1 - *names)) : NULL;
		_cleanup_free_ char *found = at ? find_file(root, template) : NULL;

		if (found)
			return str_printf("%s%s", found, instance);
	}
	return NULL;
}

char *host_installed_unit(const char *root, const char *const *names, const char *instance)
{
	char *unit = NULL;

	if (!strcmp(root, "/"))
		root = "";
	if (instance && *instance)
		unit = find_instance(root, names, instance);
	for (const char *const *name = names; !unit && *name; name++)
		unit = find_enabled(root, *name);
	for (const char *const *name = names; !unit && *name; name++)
		if (!strchr(*name, '@'))
			unit = find_file(root, *name);
	return unit;
}
