/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "steps/advice/known.h"
#include "steps/advice/relabel.h"
#include "wizard/text.h"
#include "wizard/util.h"

static bool has_path(const struct denial *denial)
{
	return denial->path && *denial->path == '/' && !denial->path_is_name;
}

/* As words: the kernel's own file systems, as it gives the labels in them, and what is mounted
 * below them; and directories of which the system has its own idea. */
static const char kernels[] = "/proc/* /sys/* /selinux/*";
static const char systems[] = "/etc/* /usr/* /var/* /home/* /root/* /run/* /dev/* /boot/*";

/* is_mounts - does the mount give this label, to all that is in it? restorecon changes none there.
 */
static bool is_mounts(const struct advisor *advisor, const char *type)
{
	return oracle_type_has_attribute(advisor->oracle, type, "noxattrfs");
}

int relabel_expected(const struct advisor *advisor, const struct denial *denial, char **type,
		     struct error *err)
{
	struct oracle *oracle = advisor->oracle;

	if (!advisor->path_label || !has_path(denial) || match_words(kernels, denial->path) ||
	    is_mounts(advisor, denial->target) ||
	    !match_words("file dir lnk_file sock_file fifo_file", denial->tclass))
		return 0;
	/* Below /proc the label is the process's, and the like: no file's. */
	if (oracle_has_attribute(oracle, "file_type") &&
	    !oracle_type_has_attribute(oracle, denial->target, "file_type") &&
	    !match_words(known_general_labels, denial->target))
		return 0;
	return advisor->path_label(advisor->data, denial, type, err);
}

/* is_script - is the file run, and no library? */
static bool is_script(const struct denial *denial, const char *permission)
{
	return match_words("execute execute_no_trans entrypoint", permission) &&
	       !match_words("*.so *.so.*", denial->path);
}

/* Only the last component is known, or nothing. Where the policy has no label for a place,
 * restorecon gives it the same one again. */
static char *advise_to_find(const struct advisor *advisor, const struct denial *denial,
			    const char *permission, bool data)
{
	_cleanup_free_ char *name = text_plain(denial->path ? denial->path : "", 60);
	_cleanup_free_ char *type = text_plain(denial->target, 60);

	if (*name && is_script(denial, permission))
		return str_printf("find \"%s\", which is labelled %s, and move it to "
				  "/usr/local/bin; then restorecon -v on it there",
				  name, type);
	if (*name && advisor->data_directory &&
	    (data || match_words("default_t mnt_t", denial->target)))
		return str_printf("find \"%s\", which is labelled %s; in a data directory DIR "
				  "elsewhere than %s: semanage fcontext -a -e %s DIR && restorecon "
				  "-Rv DIR",
				  name, type, advisor->data_directory, advisor->data_directory);
	if (!*name)
		return str_printf("find what is labelled %s there, and run restorecon -v on it",
				  type);
	return str_printf("find \"%s\", which is labelled %s, and run restorecon -v on it", name,
			  type);
}

static char *advise_to_move(const struct denial *denial, const char *permission)
{
	_cleanup_free_ char *path = text_shell(denial->path);
	_cleanup_free_ char *installed =
		str_printf("/usr/local/bin/%s", strrchr(denial->path, '/') + 1);
	_cleanup_free_ char *target = text_shell(installed);

	if (is_script(denial, permission))
		return str_printf("mv %s %s && restorecon -v %s", path, target, target);
	return str_printf("move %s out of the home directory, then restorecon -v where it is now",
			  path);
}

/* configured - the directory of the configuration that the path is, or is in; NULL: none. */
static const char *configured(const struct advisor *advisor, const char *path)
{
	const struct strings *directories = advisor->directories;

	for (size_t i = 0; directories && i < directories->count; i++) {
		const char *rest = str_starts(path, directories->items[i]);

		if (rest && (!*rest || *rest == '/'))
			return directories->items[i];
	}
	return NULL;
}

/*
 * The directory of an object to which the policy gives no label of its own, where it is the
 * service's: by its configuration, or for there is a file of its data. Outside of the system's own
 * trees, and not just below "/". A path that the service merely touched tells nothing. Else NULL;
 * caller frees.
 */
static char *moved_directory(const struct advisor *advisor, const struct denial *denial,
			     const char *label)
{
	const char *path = denial->path, *named = configured(advisor, path);
	size_t length = named ? strlen(named) : (size_t)(strrchr(path, '/') - path);

	if ((!match_words("default_t mnt_t", label) && !str_starts(path, "/srv/")) ||
	    (!named && !relabel_is_data(advisor, denial)) || length == 0 ||
	    !memchr(path + 1, '/', length - 1))
		return NULL;
	return str_printf("%.*s", (int)length, path);
}

/* The expression of a rule for it, as a word of a shell's. */
static int rule_for(const struct advisor *advisor, const char *path, bool below, char **rule,
		    bool *alias, struct error *err)
{
	_cleanup_free_ char *plain = NULL;
	int r = advisor->path_rule
			? advisor->path_rule(advisor->data, path, below, &plain, alias, err)
			: 0;

	if (r == 0)
		*rule = text_shell(plain ? plain : path);
	return r;
}

/* Every file in it as where the policy expects the data. An equivalence of a path that has one, or
 * of one with white space, is refused by semanage: there, one type for all. */
static int advise_data_label(const struct advisor *advisor, const char *path, char **advice,
			     struct error *err)
{
	_cleanup_free_ char *word = text_shell(path), *rule = NULL, *type = NULL;
	/* As it is here, whichever node was denied something. */
	const struct denial data = { .path = (char *)advisor->data_directory,
				     .tclass = (char *)"dir" };
	bool alias = false;
	int r = rule_for(advisor, path, true, &rule, &alias, err);

	alias = alias || strpbrk(path, " \t\n");
	if (r == 0 && alias && advisor->path_label)
		r = advisor->path_label(advisor->data, &data, &type, err);
	if (r < 0)
		return r;
	*advice = type ? str_printf("semanage fcontext -a -t %s %s && restorecon -Rv %s", type,
				    rule, word)
		       : str_printf("semanage fcontext -a -e %s %s && restorecon -Rv %s",
				    advisor->data_directory, word, word);
	return 0;
}

static int advise_own_label(const struct advisor *advisor, const struct denial *denial,
			    const char *permission, const char *label, char **advice,
			    struct error *err)
{
	_cleanup_free_ char *path = text_shell(denial->path), *rule = NULL;
	bool script = is_script(denial, permission);
	_cleanup_free_ char *moved = script ? NULL : moved_directory(advisor, denial, label);
	bool alias;
	int r;

	if (moved && advisor->data_directory)
		return advise_data_label(advisor, moved, advice, err);
	r = rule_for(advisor, denial->path, false, &rule, &alias, err);
	if (r == 0)
		*advice = str_printf("move %s to %s, or give it a type of its own: semanage "
				     "fcontext -a -t %s %s && restorecon -v %s",
				     path,
				     script ? "/usr/local/bin" : "where the service's files belong",
				     script ? "bin_t" : "TYPE", rule, path);
	return r;
}

int relabel_advice(const struct advisor *advisor, const struct denial *denial,
		   const char *permission, const char *expected, char **advice, struct error *err)
{
	const char *label = expected ? expected : denial->target, *path = denial->path;
	_cleanup_free_ char *word = has_path(denial) ? text_shell(path) : NULL;

	if (!word)
		*advice = advise_to_find(advisor, denial, permission, false);
	else if (match_words(known_homes, label) &&
		 (expected || str_starts(path, "/home/") || str_starts(path, "/root/")))
		*advice = advise_to_move(denial, permission);
	else if (match_words("default_t mnt_t", label) ||
		 (expected &&
		  (strcmp(expected, denial->target) == 0 ||
		   (is_script(denial, permission) &&
		    !oracle_type_has_attribute(advisor->oracle, expected, "exec_type")))))
		return advise_own_label(advisor, denial, permission, label, advice, err);
	else
		*advice = str_printf("restorecon -v %s", word);
	return 0;
}

bool relabel_is_data(const struct advisor *advisor, const struct denial *denial)
{
	const char *path = denial->path, *name = path ? strrchr(path, '/') : NULL;

	name = name ? name + 1 : path;
	return name && advisor->data_files && !strcmp(denial->tclass, "file") &&
	       match_words(advisor->data_files, name) &&
	       !match_words(advisor->own_types, denial->target) &&
	       !is_mounts(advisor, denial->target) && !match_words("/tmp/* /var/tmp/*", path) &&
	       !match_words(kernels, path);
}

int relabel_data_advice(const struct advisor *advisor, const struct denial *denial,
			const char *permission, char **advice, struct error *err)
{
	_cleanup_free_ char *expected = NULL;
	int r;

	if (!has_path(denial)) {
		*advice = advise_to_find(advisor, denial, permission, true);
		return 0;
	}
	r = advisor->path_label ? advisor->path_label(advisor->data, denial, &expected, err) : 0;
	if (r < 0)
		return r;
	if (!expected && !match_words(systems, denial->path))
		expected = str_copy("default_t");
	return relabel_advice(advisor, denial, permission, expected, advice, err);
}
