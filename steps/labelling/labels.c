/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * labels - which labels the server's files have, and what they should be
 */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "steps/galera/files.h"
#include "steps/labelling/labels.h"
#include "steps/node/node.h"
#include "wizard/process.h"
#include "wizard/text.h"
#include "wizard/trust.h"
#include "wizard/util.h"

enum store_files labels_kind(const struct label *label)
{
	if (!label->alone)
		return STORE_FILES_ALL;
	return S_ISDIR(label->mode)   ? STORE_FILES_DIR
	       : S_ISREG(label->mode) ? STORE_FILES_REGULAR
				      : STORE_FILES_ALL;
}

/* What a directory above the server's files gets, where the policy knows it for nothing: every
 * domain may pass through such a one, and may do nothing else with it. */
#define WAY_TYPE "var_t"

#define MOST_LINKS 8

struct look {
	struct session *session;
	struct file_labels *wants;
	struct oracle *oracle;
	struct labels *labels;
};

void labels_clear(struct labels *labels)
{
	for (size_t i = 0; i < labels->count; i++) {
		struct label *label = &labels->items[i];

		free(label->path);
		free(label->type);
		free(label->wanted);
		free(label->first);
		free(label->spec);
		free(label->advice);
	}
	free(labels->items);
	*labels = (struct labels){ 0 };
}

static struct label *find(const struct labels *labels, const char *path)
{
	for (size_t i = 0; i < labels->count; i++)
		if (!strcmp(labels->items[i].path, path))
			return &labels->items[i];
	return NULL;
}

/* *label is NULL, with success, when the file does not exist, or was looked at before. */
static int add_label(struct look *look, const struct galera_file *file, const char *path,
		     struct label **label, struct error *err)
{
	_cleanup_free_ char *real = session_in_root(look->session, path);
	struct label *added;
	struct stat st;
	int r;

	*label = NULL;
	if (!*path || find(look->labels, path) || lstat(real, &st) < 0)
		return 0;
	added = array_push(&look->labels->items, &look->labels->count, sizeof(*added));
	*added = (struct label){ .name = file->name,
				 .what = file->what,
				 .path = str_copy(path),
				 .mode = st.st_mode & S_IFMT };
	r = host_file_type(real, &added->type, err)
		    ?: file_labels_expect(look->wants, path, st.st_mode, &added->wanted, err);
	*label = added;
	return r;
}

struct label_tree labels_tree(struct session *session, struct file_labels *wants, const char *path,
			      bool alone)
{
	return (struct label_tree){
		.root = session->root,
		.labels = wants,
		.path = path,
		.alone = alone,
		/* What the server makes itself is right, as a socket in the data directory is. */
		.own = "mysqld_",
		/* What a rehearsal puts into its scratch root has no labels, and needs none. */
		.bare = session_is_scratch(session),
		.stop = process_interrupted,
	};
}

/* The policy knows the path: is every file of it as it should be? */
static int look_at_files(struct look *look, struct label *label, struct error *err)
{
	struct label_tree tree = labels_tree(look->session, look->wants, label->path, label->alone);
	struct label_tree_found found;
	int r = label_tree_look(&tree, &found, err);

	if (r < 0)
		return r;
	label->files = found.files;
	label->wrong = found.wrong;
	if (found.wrong) {
		label->state = LABEL_WRONG;
		label->first = TAKE_PTR(found.first);
		free(label->type);
		label->type = TAKE_PTR(found.type);
		free(label->wanted);
		label->wanted = TAKE_PTR(found.wanted);
	}
	label_tree_found_clear(&found);
	return 0;
}

/* No label helps where it is. */
static void misplace(struct label *label, const char *advice)
{
	label->state = LABEL_PLACE;
	free(label->advice);
	label->advice = str_copy(advice);
}

/* Does a type do for the file? */
static bool fits(const struct galera_file *file, const char *type)
{
	return type && (!strcmp(type, file->type) || (file->also && !strcmp(type, file->also)));
}

int labels_rule(const struct file_labels *wants, const char *path, bool below, char **rule,
		bool *alias, struct error *err)
{
	_cleanup_free_ char *named = NULL;
	int r = file_labels_alias(wants, path, &named, err);

	if (r < 0)
		return r;
	if (alias)
		*alias = strcmp(named, path) != 0;
	*rule = store_fcontext_spec(named, below);
	return 0;
}

/* The policy does not know the path for what it is: a rule for it, as its equivalences want it. */
static int make_rule(struct look *look, struct label *label, const char *type, struct error *err)
{
	_cleanup_free_ char *local = NULL;
	struct error why = { 0 };
	struct store *store;
	int r = node_store(look->session, &store, err)
			?: labels_rule(look->wants, label->path, !label->alone, &label->spec, NULL,
				       err);

	if (r < 0)
		return r;
	free(label->wanted);
	label->wanted = str_copy(type);
	label->state = LABEL_RULE;
	r = store_fcontext_local(store, label->spec, labels_kind(label), &local, &why);
	if (r == -EINVAL) {
		misplace(label, why.remedy);
		return 0;
	}
	if (r < 0)
		*err = why;
	return r;
}

/* ---- the directories above ------------------------------------------------------------------ */

/* 1: the server may, as far as is known; 0: it may not. */
static int may(struct look *look, const char *type, const char *tclass, const char *permission,
	       struct error *err)
{
	struct judgement judgement;
	int r = oracle_judge(look->oracle, node_domain(), type, tclass, permission, &judgement,
			     err);

	return r < 0 ? r
		     : judgement.verdict == VERDICT_ALLOWED || judgement.verdict == VERDICT_UNKNOWN;
}

static int look_at_directory(struct look *look, const char *path, struct error *err)
{
	static const struct galera_file above = { .name = LABEL_WAY, .what = "a directory above" };
	struct label *label;
	const char *type;
	int r = add_label(look, &above, path, &label, err);

	if (r < 0 || !label)
		return r;
	label->alone = true;
	type = label->type ?: label->wanted;
	r = type ? may(look, type, "dir", "search", err) : 1;
	if (r != 0)
		return r < 0 ? r : 0;
	r = label->wanted ? may(look, label->wanted, "dir", "search", err) : 0;
	if (r > 0) {
		label->state = LABEL_WRONG;
		label->wrong = label->files = 1;
		return 0;
	}
	if (r == 0 && label->wanted && !strcmp(label->wanted, "default_t"))
		r = may(look, WAY_TYPE, "dir", "search", err);
	if (r > 0)
		return make_rule(look, label, WAY_TYPE, err);
	if (r == 0)
		misplace(label, "the server may not pass through it; move the files below /srv or "
				"/var/lib, or mount their file system there");
	return r;
}

static int look_above(struct look *look, const char *path, struct error *err)
{
	_cleanup_free_ char *directory = str_copy(path);
	int r = 0;

	for (char *slash = strchr(directory + 1, '/'); r == 0 && slash;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		r = look_at_directory(look, directory, err);
		*slash = '/';
	}
	return r;
}

/* ---- a file of the server's ----------------------------------------------------------------- */

static size_t depth(const char *path)
{
	size_t slashes = 0;

	for (; *path; path++)
		slashes += *path == '/' && path[1];
	return slashes;
}

/* Is it a directory that others' files may be in? A rule for all below it would take them along.
 * log: the file whose directory it is; NULL: it is looked at itself. */
static bool is_shared(const struct look *look, const char *path, const char *wanted, bool own,
		      const char *log)
{
	bool unknown = !wanted || !strcmp(wanted, "default_t");

	for (size_t i = 0; i < look->labels->count; i++) {
		const char *other = look->labels->items[i].path, *rest = str_starts(other, path);

		if (rest && *rest == '/' && other != log)
			return true;
	}
	if (own)
		return depth(path) < (unknown ? 1 : 2);
	return depth(path) < (str_starts(path, "/var/") ? 3 : unknown ? 1 : 2);
}

static int look_at_tree(struct look *look, const struct galera_file *file, struct label *label,
			struct error *err)
{
	if (label->type && oracle_type_has_attribute(look->oracle, label->type, "noxattrfs")) {
		misplace(label, "its file system keeps no labels: mount it with the option "
				"context=system_u:object_r:mysqld_db_t:s0");
		return 0;
	}
	if (fits(file, label->wanted))
		return look_at_files(look, label, err);
	if (!oracle_has_type(look->oracle, file->type))
		return 0;
	if (!is_shared(look, label->path, label->wanted, file->kind == GALERA_FILE_TREE, NULL))
		return make_rule(look, label, file->type, err);
	misplace(label, "give it a directory of its own, as /srv/mysql");
	return 0;
}

/* The server makes the log anew, so its directory must be its own, where it has one. */
static int look_at_log(struct look *look, const struct galera_file *file, struct label *label,
		       struct error *err)
{
	_cleanup_free_ char *directory =
		memory_copy(label->path, (size_t)(strrchr(label->path, '/') - label->path));
	_cleanup_free_ char *wanted = NULL;
	int r;

	label->alone = true;
	if (fits(file, label->wanted))
		return look_at_files(look, label, err);
	if (!oracle_has_type(look->oracle, file->type))
		return 0;
	r = file_labels_expect(look->wants, directory, S_IFDIR, &wanted, err);
	if (r < 0)
		return r;
	/* A directory that is right has a file in it that the policy names: only that same name
	 * goes over it. */
	if (!fits(file, wanted) && !is_shared(look, directory, wanted, false, label->path)) {
		free(label->path);
		label->path = TAKE_PTR(directory);
		label->alone = false;
	}
	return make_rule(look, label, file->type, err);
}

static int look_at_program(struct look *look, struct label *label, struct error *err)
{
	int r = label->wanted ? may(look, label->wanted, "file", "execute", err) : 1;

	if (r > 0)
		return look_at_files(look, label, err);
	if (r == 0)
		misplace(label, "move it to /usr/local/bin, run restorecon -v on it there, and "
				"correct wsrep_notify_cmd");
	return r;
}

/* One step of a link, within the root, in new memory; NULL: it is none. */
static char *read_link(struct session *session, const char *path)
{
	_cleanup_free_ char *real = session_in_root(session, path);
	char text[4096];
	ssize_t length = readlink(real, text, sizeof(text) - 1);

	if (length <= 0)
		return NULL;
	text[length] = '\0';
	while (length > 1 && text[length - 1] == '/')
		text[--length] = '\0';
	return *text == '/' ? str_copy(text)
			    : str_printf("%.*s/%s", (int)(strrchr(path, '/') - path), path, text);
}

static int look_at_kind(struct look *look, const struct galera_file *file, const char *path,
			struct error *err)
{
	struct label *label;
	int r = add_label(look, file, path, &label, err);
	bool data = file->kind != GALERA_FILE_PROGRAM && file->kind != GALERA_FILE_PLAIN;

	if (r < 0 || !label)
		return r;
	/* What a recorded server leaves in its root has no label, and needs none. */
	if (!label->type && node_player(look->session))
		return 0;
	label->alone = !S_ISDIR(label->mode);
	if (!text_is_utf8(path)) { /* the journal is JSON */
		misplace(label, "give it a name of plain letters");
		return 0;
	}
	if (S_ISLNK(label->mode) || file->kind == GALERA_FILE_PLAIN)
		r = look_at_files(look, label, err);
	else if (file->kind == GALERA_FILE_PROGRAM)
		r = look_at_program(look, label, err);
	else if (file->kind == GALERA_FILE_LOG)
		r = look_at_log(look, file, label, err);
	else
		r = look_at_tree(look, file, label, err);
	return r < 0 || !data || S_ISLNK(label->mode) ? r : look_above(look, path, err);
}

/* The path without links in its directories, where they stay within the root. -EPERM: a link that
 * the server could have made is on the way, or at its end; root is not to follow it. */
static int settle_path(struct session *session, char **path, struct error *err)
{
	const char *root = session_is_scratch(session) ? session->root : "";
	_cleanup_free_ char *directory =
		str_printf("%s%.*s/", root, (int)(strrchr(*path, '/') - *path), *path);
	_cleanup_free_ char *whole = str_printf("%s%s", root, *path), *real = NULL, *end = NULL;
	const char *inside;
	char *settled;
	int r = path_resolve(whole, &end, err) ?: path_resolve(directory, &real, err);

	if (r < 0)
		return r;
	inside = str_starts(real, root);
	if (!inside || (*inside && *inside != '/'))
		return 0;
	settled = str_printf("%s%s", strcmp(inside, "/") ? inside : "", strrchr(*path, '/'));
	free(*path);
	*path = settled;
	return 0;
}

/* What it leads to is not known, but by somebody who may be led astray by it. */
static int look_no_further(struct look *look, const struct galera_file *file, const char *path,
			   struct error *err)
{
	struct label *label;
	int r = add_label(look, file, path, &label, err);

	if (r < 0 || !label)
		return r;
	label->alone = true;
	misplace(label, "a link on the way to it could be changed by others than root, to lead "
			"anywhere: name in the configuration what it leads to");
	return 0;
}

/* The links themselves, and what they lead to: a data directory is often moved behind one. */
static int look_at(struct look *look, const struct galera_file *file, struct error *err)
{
	_cleanup_free_ char *path = str_copy(file->path);
	int r = 0;

	for (int links = 0; r == 0 && path && links < MOST_LINKS; links++) {
		char *target;

		if (settle_path(look->session, &path, NULL) < 0)
			return look_no_further(look, file, path, err);
		r = look_at_kind(look, file, path, err);
		target = read_link(look->session, path);
		free(path);
		path = target;
	}
	return r;
}

int labels_look(struct session *session, struct labels *labels, struct error *err)
{
	struct look look = { .session = session, .labels = labels };
	const struct galera_config *config;
	struct galera_file *files = NULL;
	size_t count = 0;
	int r = node_config(session, &config, err)
			?: node_labels(session, &look.wants, err)
			?: node_loaded(session, &look.oracle, err);

	if (r == 0)
		count = galera_files(config, &files);
	for (size_t i = 0; r == 0 && i < count; i++)
		r = look_at(&look, &files[i], err);
	galera_files_free(files, count);
	return r;
}
