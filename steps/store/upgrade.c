/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a policy package brings, put into a scratch root as its installation does it. */
#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <string.h>
#include <unistd.h>

#include "steps/store/handle.h"
#include "steps/store/store.h"
#include "wizard/process.h"
#include "wizard/strings.h"
#include "wizard/util.h"

/* Debian's package has its modules there, and installs them; one of a product's, as mysql-selinux,
 * has its own. Both, with the priority that its installation gives them. */
static const struct place {
	const char *directory;
	bool of_type; /* in a directory of the policy's type there */
	const char *priority;
} places[] = {
	{ "usr/share/selinux", true, "100" },
	{ "usr/share/selinux/packages", true, "200" },
	{ "usr/share/selinux/packages", false, "200" },
};

/* semodule without loading anything; what it says, in *said (caller frees). Returns its exit
 * status. */
static int semodule(const char *root, const char *type, const struct strings *words, char **said,
		    struct error *err)
{
	_cleanup_(strings_clear) struct strings all = { 0 };
	_cleanup_free_ char *output = NULL;

	strings_split(&all, "semodule -n -p", " ");
	strings_add(&all, root);
	strings_add(&all, "-s");
	strings_add(&all, type);
	for (size_t i = 0; i < words->count; i++)
		strings_add(&all, words->items[i]);
	return process_capture((const char *const *)all.items, &output, said, err);
}

static int is_module(const struct dirent *entry)
{
	return fnmatch("?*.@(pp|pp.bz2|cil)", entry->d_name, FNM_EXTMATCH) == 0;
}

/* The modules in a directory, as words of semodule; *whole: the policy's base is among them. */
static void list_modules(const char *directory, struct strings *words, bool *whole)
{
	struct dirent **entries = NULL;
	int count = scandir(directory, &entries, is_module, alphasort);

	for (int i = 0; i < count; i++) {
		*whole = *whole || str_starts(entries[i]->d_name, "base.");
		strings_add(words, "-i");
		strings_take(words, str_printf("%s/%s", directory, entries[i]->d_name));
		free(entries[i]);
	}
	free(entries);
}

/* A whole policy goes in place of the one before: what it does not have any more is removed. */
static void take_files(const char *modules, const char *type, const char *package,
		       struct strings *words, char **found)
{
	for (size_t i = 0; !*found && i < ARRAY_SIZE(places); i++) {
		_cleanup_free_ char *directory = str_printf(
			"%s/%s/%s", package, places[i].directory, places[i].of_type ? type : "");
		_cleanup_free_ char *before = str_printf("%s/%s", modules, places[i].priority);
		size_t options = words->count;
		bool whole = false;

		strings_add(words, "-X");
		strings_add(words, places[i].priority);
		options = words->count - options;
		list_modules(directory, words, &whole);
		if (words->count == options) {
			strings_clear(words);
			continue;
		}
		*found = str_printf("%zu modules of %s", (words->count - options) / 2, directory);
		if (whole)
			store_discard(before);
	}
}

/* Fedora's has a store's directories, those below an administrator's priority, and builds it. */
static int take_store(const char *modules, const char *type, const char *package, char **found,
		      struct error *err)
{
	_cleanup_free_ char *from =
		str_printf("%s/var/lib/selinux/%s/active/modules", package, type);
	int r = 0;

	for (unsigned int i = 1; r == 0 && i < STORE_PRIORITY_OTHERS; i++) {
		_cleanup_free_ char *directory = str_printf("%s/%u", from, i);
		_cleanup_free_ char *to = str_printf("%s/%u", modules, i);

		if (access(directory, F_OK) < 0)
			continue;
		store_discard(to);
		r = store_copy_tree(directory, to, false, err);
		if (!*found)
			*found = str_printf("the modules of %s", from);
	}
	return r;
}

static void forget_module(const char *modules, const char *name)
{
	_cleanup_free_ char *own = str_printf("%s/%u/%s", modules, STORE_PRIORITY, name);
	_cleanup_free_ char *disabled = str_printf("%s/disabled/%s", modules, name);

	store_discard(own);
	unlink(disabled);
}

int store_upgrade(const char *root, const char *type, const char *package, const char *without,
		  char **found, struct error *err)
{
	_cleanup_free_ char *modules =
		str_printf("%s/var/lib/selinux/%s/active/modules", root, type);
	_cleanup_(strings_clear) struct strings words = { 0 };
	_cleanup_free_ char *said = NULL;
	int r;

	*found = NULL;
	if (access(modules, F_OK) < 0)
		return error_set(err, ENOTSUP, "give the compiled policy itself, a policy.NN",
				 "the policy store is not in /var/lib/selinux/%s", type);
	r = take_store(modules, type, package, found, err);
	if (r < 0)
		return r;
	if (*found)
		strings_add(&words, "-B");
	else
		take_files(modules, type, package, &words, found);
	if (!*found)
		return 0;
	forget_module(modules, without);
	r = semodule(root, type, &words, &said, err);
	return r <= 0 ? r
		      : error_set(err, EINVAL,
				  "its installation would end so, too: mend or remove the module "
				  "that it names, or report it to whoever made the package",
				  "%s do not make a policy with what else this node has: %s",
				  *found, str_trim(said));
}

/* neverallow rules are looked at by a commit only where that is asked for. */
static int ask_check(const char *root, bool check, struct error *err)
{
	_cleanup_free_ char *path = str_printf("%s/etc/selinux/semanage.conf", root);
	_cleanup_free_ char *text = NULL, *asked = NULL;
	int r = file_read(path, &text, NULL, err);

	if (r < 0)
		return r;
	asked = str_printf("%s\nexpand-check = %d\n", text, check);
	return file_write(path, asked, strlen(asked), 0644, err);
}

/* Of the compiler's report: a rule of the module, and the first neverallow rule that it breaks, in
 * new memory; NULL: it breaks none. Cuts up said. */
static char *find_violation(char *said, const char *name)
{
	_cleanup_free_ char *place = str_printf("/%s/cil:", name);
	const char *forbidden = NULL, *line;
	bool ours = false;

	while ((line = strsep(&said, "\n"))) {
		line += strspn(line, " ");
		if (str_starts(line, "(neverallow"))
			forbidden = line;
		else if (ours && forbidden && *line == '(')
			return str_printf("%s against %s", line, forbidden);
		ours = strstr(line, place);
	}
	return NULL;
}

int store_upgrade_try(const char *root, const char *type, const char *name, const char *cil,
		      char **refused, bool *forbids, struct error *err)
{
	_cleanup_free_ char *file = str_printf("%s/%s.cil", root, name);
	_cleanup_(strings_clear) struct strings words = { 0 };
	_cleanup_free_ char *checked = NULL, *said = NULL;
	int r = file_write(file, cil, strlen(cil), 0600, err) ?: ask_check(root, true, err);

	*refused = NULL;
	*forbids = false;
	strings_add(&words, "-X");
	strings_take(&words, str_printf("%d", STORE_PRIORITY));
	strings_add(&words, "-i");
	strings_add(&words, file);
	r = r ?: semodule(root, type, &words, &checked, err);
	if (r <= 0)
		return r;
	/* It may be that the policy's own modules break one, which its commits let pass. */
	*refused = find_violation(checked, name);
	r = ask_check(root, false, err) ?: semodule(root, type, &words, &said, err);
	*forbids = r == 0 && *refused;
	if (r > 0) {
		free(*refused);
		*refused = str_copy(str_trim(said));
	}
	return r < 0 ? r : 0;
}
