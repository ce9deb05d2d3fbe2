/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Equivalences of file contexts. libselinux applies them and has no function that tells them. */
#include <errno.h>
#include <string.h>

#include "steps/host/selinux.h"
#include "wizard/util.h"

/* The rest of path behind a directory, beginning with its slash or empty; NULL: it is not below. */
static const char *behind(const char *path, const char *directory)
{
	const char *rest = str_starts(path, directory);

	return rest && (*rest == '/' || !*rest) ? rest : NULL;
}

/* The first line "FROM TO" that holds for *path, as libselinux takes it. */
static int replace(const char *root, const char *type, const char *ending, char **path,
		   struct error *err)
{
	_cleanup_free_ char *file = str_printf("%s/etc/selinux/%s/contexts/files/file_contexts.%s",
					       strcmp(root, "/") ? root : "", type, ending);
	_cleanup_free_ char *text = NULL;
	char *rest, *line;
	int r = file ? file_read(file, &text, NULL, err) : error_nomem(err);

	if (r == -ENOENT) {
		*err = (struct error){ 0 };
		return 0;
	}
	if (r < 0)
		return r;
	rest = text;
	while ((line = strsep(&rest, "\n"))) {
		const char *from = strsep(&line, " \t"), *to, *tail;

		to = line ? line + strspn(line, " \t") : "";
		tail = *from && *from != '#' && *to ? behind(*path, from) : NULL;
		if (tail) {
			char *replaced = str_printf("%.*s%s", (int)strcspn(to, " \t\r"), to, tail);

			free(*path);
			*path = replaced;
			return replaced ? 0 : error_nomem(err);
		}
	}
	return 0;
}

int file_labels_alias(const char *root, const char *type, const char *path, char **alias,
		      struct error *err)
{
	_cleanup_free_ char *found = strdup(path);
	int r = found ? replace(root, type, "subs", &found, err) : error_nomem(err);

	/* The distribution's own are applied to what the administrator's have made of it. */
	if (r == 0)
		r = replace(root, type, "subs_dist", &found, err);
	if (r == 0)
		*alias = TAKE_PTR(found);
	return r;
}
