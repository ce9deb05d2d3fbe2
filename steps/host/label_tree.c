/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <linux/xattr.h>
#include <selinux/selinux.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "steps/host/label_tree.h"
#include "steps/host/tree.h"
#include "wizard/util.h"

struct recorded {
	const char *name, *label; /* label "": it had none */
};

/* label_tree_record, label_tree_restore: a directory leaves to what is in it the label that is
 * recorded for it. */
struct tree_walk {
	const struct label_tree *tree;
	int (*visit)(struct tree_walk *walk, struct tree_file *file, struct error *err);
	char place[32];    /* of the file that is looked at, "/proc/self/fd/N" */
	const char *label; /* its own; NULL: it has none */
	size_t changed;
	struct label_tree_found *found;
	FILE *record;
	struct recorded *recorded;
	size_t recorded_count;
};

static int cannot(int code, const char *what, const char *path, struct error *err)
{
	const char *remedy = "be root, and see: ls -dZ on it";

	if (code == EOPNOTSUPP)
		remedy = "its file system keeps no labels: mount it with the option "
			 "context=system_u:object_r:mysqld_db_t:s0, or move the files to one that "
			 "does";
	else if (code == EROFS)
		remedy = "mount its file system writable";
	return error_set(err, code, remedy, "cannot %s the label of %s: %s", what, path,
			 strerror(code));
}

static int visit(void *data, struct tree_file *file, struct error *err)
{
	struct tree_walk *walk = data;
	_cleanup_(cleanup_con) char *label = NULL;

	snprintf(walk->place, sizeof(walk->place), "/proc/self/fd/%d", file->fd);
	if (getfilecon_raw(walk->place, &label) < 0 && errno != ENODATA && errno != EOPNOTSUPP)
		return cannot(errno, "read", file->path, err);
	walk->label = label;
	return walk->visit(walk, file, err);
}

static int walk_tree(struct tree_walk *walk, size_t *files, struct error *err)
{
	const struct tree tree = {
		.root = walk->tree->root,
		.path = walk->tree->path,
		.alone = walk->tree->alone,
		.stop = walk->tree->stop,
	};

	return tree_walk(&tree, visit, walk, files, err);
}

/* ---- what the policy wants ------------------------------------------------------------------- */

/* *wanted: the whole label that the policy wants, NULL: the file is right, or not ours to judge. */
static int find_wanted(const struct tree_walk *walk, const struct tree_file *file, char **wanted,
		       struct error *err)
{
	const struct label_tree *tree = walk->tree;
	_cleanup_free_ char *type = context_type(walk->label), *expected = NULL;
	_cleanup_free_ char *label = NULL;
	int r;

	*wanted = NULL;
	if (!walk->label && tree->bare)
		return 0;
	if (type && *file->name && tree->own && str_starts(type, tree->own))
		return 0;
	r = file_labels_expect_whole(tree->labels, file->path, file->status.st_mode, &label, err);
	if (r < 0 || !label)
		return r;
	expected = context_type(label);
	if (!expected ||
	    (type && (!strcmp(type, expected) || is_context_customizable(walk->label) > 0)))
		return 0;
	*wanted = TAKE_PTR(label);
	return 0;
}

static int look_at(struct tree_walk *walk, struct tree_file *file, struct error *err)
{
	struct label_tree_found *found = walk->found;
	_cleanup_free_ char *wanted = NULL;
	int r = find_wanted(walk, file, &wanted, err);

	if (r < 0 || !wanted)
		return r;
	if (found->wrong++ == 0) {
		found->first = str_copy(file->path);
		found->type = context_type(walk->label);
		found->wanted = context_type(wanted);
	}
	return 0;
}

int label_tree_look(const struct label_tree *tree, struct label_tree_found *found,
		    struct error *err)
{
	struct tree_walk walk = { .tree = tree, .visit = look_at, .found = found };
	int r;

	*found = (struct label_tree_found){ 0 };
	r = walk_tree(&walk, &found->files, err);
	if (r < 0)
		label_tree_found_clear(found);
	return r;
}

void label_tree_found_clear(struct label_tree_found *found)
{
	free(found->first);
	free(found->type);
	free(found->wanted);
	*found = (struct label_tree_found){ 0 };
}

/* label "": take it away. */
static int set_label(struct tree_walk *walk, const struct tree_file *file, const char *label,
		     struct error *err)
{
	int r = *label ? setfilecon_raw(walk->place, label)
		       : removexattr(walk->place, XATTR_NAME_SELINUX);

	if (r < 0 && errno != ENOENT)
		return cannot(errno, "set", file->path, err);
	walk->changed++;
	return 0;
}

static int relabel_file(struct tree_walk *walk, struct tree_file *file, struct error *err)
{
	_cleanup_free_ char *wanted = NULL;
	int r = find_wanted(walk, file, &wanted, err);

	return r < 0 || !wanted ? r : set_label(walk, file, wanted, err);
}

int label_tree_apply(const struct label_tree *tree, size_t *changed, struct error *err)
{
	struct tree_walk walk = { .tree = tree, .visit = relabel_file };
	int r = walk_tree(&walk, NULL, err);

	*changed = walk.changed;
	return r;
}

/* ---- as it was ------------------------------------------------------------------------------- */

/* "NAME\0LABEL\0" of the top, and of each file whose label is not the one of its directory. */
static int record_file(struct tree_walk *walk, struct tree_file *file, struct error *err)
{
	const char *label = walk->label ?: "";

	(void)err;
	if (file->inherited && !strcmp(label, file->inherited))
		return 0;
	fwrite(file->name, strlen(file->name) + 1, 1, walk->record);
	fwrite(label, strlen(label) + 1, 1, walk->record);
	file->leaves = str_copy(label);
	return 0;
}

int label_tree_record(const struct label_tree *tree, char **record, size_t *length,
		      struct error *err)
{
	_cleanup_free_ char *made = NULL;
	struct tree_walk walk = { .tree = tree,
				  .visit = record_file,
				  .record = stream_open(&made, length) };
	int r = walk_tree(&walk, NULL, err);

	stream_close(&walk.record);
	if (r == 0)
		*record = TAKE_PTR(made);
	return r;
}

static int recorded_compare(const void *one, const void *other)
{
	return strcmp(((const struct recorded *)one)->name, ((const struct recorded *)other)->name);
}

static int restore_file(struct tree_walk *walk, struct tree_file *file, struct error *err)
{
	const struct recorded key = { .name = file->name };
	const struct recorded *own =
		bsearch(&key, walk->recorded, walk->recorded_count, sizeof(key), recorded_compare);
	const char *label = own ? own->label : file->inherited;

	file->leaves = own ? str_copy(own->label) : NULL;
	return !label || !strcmp(walk->label ?: "", label) ? 0 : set_label(walk, file, label, err);
}

static int record_parse(const char *record, size_t length, struct tree_walk *walk,
			struct error *err)
{
	const char *end = record + length;

	while (record < end) {
		const char *label = memchr(record, '\0', (size_t)(end - record));
		const char *stop =
			label ? memchr(label + 1, '\0', (size_t)(end - label - 1)) : NULL;
		struct recorded *item;

		if (!stop)
			return error_set(err, EINVAL, "use restorecon -Rv instead",
					 "the record of the labels before is damaged");
		item = array_push(&walk->recorded, &walk->recorded_count, sizeof(*item));
		*item = (struct recorded){ .name = record, .label = label + 1 };
		record = stop + 1;
	}
	if (walk->recorded)
		qsort(walk->recorded, walk->recorded_count, sizeof(*walk->recorded),
		      recorded_compare);
	return 0;
}

int label_tree_restore(const struct label_tree *tree, const char *record, size_t length,
		       size_t *changed, struct error *err)
{
	struct tree_walk walk = { .tree = tree, .visit = restore_file };
	int r = record_parse(record, length, &walk, err);

	if (r == 0)
		r = walk_tree(&walk, NULL, err);
	free(walk.recorded);
	*changed = walk.changed;
	return r;
}
