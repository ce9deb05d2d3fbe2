/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <glob.h>
#include <string.h>

#include "steps/host/package.h"
#include "wizard/process.h"
#include "wizard/util.h"

/* argv's first line, in new memory; NULL: it is not installed, or knows nothing of it. */
static int first_line(const char *const argv[], char **line, struct error *err)
{
	_cleanup_free_ char *output = NULL, *messages = NULL;
	struct error why = { 0 };
	int r = process_capture(argv, &output, &messages, &why);

	*line = r == 0 && *output ? memory_copy(output, strcspn(output, "\n")) : NULL;
	if (r >= 0 || r == -ENOENT)
		return 0;
	*err = why;
	return r;
}

/* Where rpm's database is, as in the root; NULL: there is none. Asked all the same, rpm makes one,
 * in the home if the system has no place for it. */
static const char *rpm_database(const char *root)
{
	static const char *const places[] = { "/usr/lib/sysimage/rpm", "/var/lib/rpm" };

	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		_cleanup_free_ char *place = path_in_root(root, places[i]);
		_cleanup_free_ char *pattern =
			str_printf("%s/{Packages,Packages.db,rpmdb.sqlite}", place);
		_cleanup_(globfree) glob_t files = { 0 };

		if (glob(pattern, GLOB_BRACE, NULL, &files) == 0)
			return places[i];
	}
	return NULL;
}

/* "NAME VERSION" of the package that a file is of, in new memory; NULL: of none. Which database has
 * it decides, not the distribution: a host can have both programs. */
static int package_of(const char *root, const char *path, char **package, struct error *err)
{
	const char *database = rpm_database(root);
	const char *const rpm[] = {
		"rpm", "--root", root, "--dbpath", database,
		"-qf", "--queryformat", "%{NAME} %{VERSION}-%{RELEASE}\n", path, NULL
	};
	_cleanup_free_ char *dpkg_root = str_printf("--root=%s", root), *owner = NULL;
	const char *const search[] = { "dpkg-query", dpkg_root, "-S", path, NULL };
	int r = database ? first_line(rpm, package, err) : 0;

	if (r == 0 && !*package)
		r = first_line(search, &owner, err);
	if (r < 0 || !owner)
		return r;
	/* "NAME: PATH", or "NAME:ARCHITECTURE, NAME: PATH". */
	owner[strcspn(owner, ":,")] = '\0';
	return first_line((const char *const[]){ "dpkg-query", dpkg_root, "-W", "-f",
						 "${Package} ${Version}\n", owner, NULL },
			  package, err);
}

int host_packages(const char *root, const char *const *patterns, struct strings *packages,
		  struct error *err)
{
	size_t prefix = strcmp(root, "/") ? strlen(root) : 0;
	int r = 0;

	for (; r == 0 && *patterns; patterns++) {
		_cleanup_free_ char *pattern = path_in_root(root, *patterns);
		_cleanup_(globfree) glob_t files = { 0 };

		if (glob(pattern, GLOB_BRACE, NULL, &files) != 0)
			continue;
		for (size_t i = 0; r == 0 && i < files.gl_pathc; i++) {
			_cleanup_free_ char *package = NULL;

			r = package_of(root, files.gl_pathv[i] + prefix, &package, err);
			if (package)
				strings_insert(packages, package);
		}
	}
	return r;
}
