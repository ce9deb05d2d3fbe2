/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/xattr.h>
#include <selinux/selinux.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "steps/host/relabel.h"
#include "wizard/util.h"

#define ASK_EVERY 1024 /* files */

/* One file of the tree, while it is looked at. */
struct file {
	const char *path; /* without the root */
	const char *name; /* below the tree's top; "" for the top itself */
	char fd_path[32]; /* "/proc/self/fd/N": the file itself, whatever its name is by now */
	mode_t mode;
	char *label; /* NULL: it has none */
	/* relabel_record, relabel_restore: the label that is recorded for its directory. */
	const char *inherited;
};

static void file_clear(struct file *file)
{
	free(file->label);
}

struct walk {
	const struct relabel *relabel;
	/* What is done with a file; *below is what its entries get as inherited. 1: enough. */
	int (*visit)(struct walk *walk, const struct file *file, const char **below,
		     struct error *err);
	size_t files, changed, most;
	struct relabel_found *found;
	FILE *record;
	const struct recorded *recorded;
	size_t recorded_count;
};

struct recorded {
	const char *name, *label; /* label "": it had none */
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

/* ---- the walk ------------------------------------------------------------------------------- */

static int read_label(struct file *file, struct error *err)
{
	char *raw = NULL;

	if (getfilecon_raw(file->fd_path, &raw) < 0) {
		if (errno != ENODATA && errno != EOPNOTSUPP)
			return cannot(errno, "read", file->path, err);
		file->label = NULL;
		return 0;
	}
	file->label = strdup(raw);
	freecon(raw);
	return file->label ? 0 : error_nomem(err);
}

static int visit_below(struct walk *walk, int fd, const struct file *directory,
		       const char *inherited, struct error *err);

/* parent: where name is found. */
static int visit(struct walk *walk, int parent, const char *entry, const char *path,
		 const char *name, const char *inherited, struct error *err)
{
	/* O_PATH opens nothing: no device, no pipe is disturbed. */
	_cleanup_close_ int fd = openat(parent, entry, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	_cleanup_(file_clear) struct file file = { .path = path,
						   .name = name,
						   .inherited = inherited };
	const char *below = inherited;
	struct stat st;
	int r;

	if (fd < 0 || fstat(fd, &st) < 0) /* a server at work removes files */
		return errno == ENOENT ? 0 : cannot(errno, "read", path, err);
	if (walk->files % ASK_EVERY == 0 && walk->relabel->go_on &&
	    !walk->relabel->go_on(walk->relabel->data, walk->files))
		return -EINTR;
	walk->files++;
	file.mode = st.st_mode;
	snprintf(file.fd_path, sizeof(file.fd_path), "/proc/self/fd/%d", fd);
	r = read_label(&file, err);
	if (r == 0)
		r = walk->visit(walk, &file, &below, err);
	if (r == 0 && S_ISDIR(st.st_mode) && !walk->relabel->alone)
		r = visit_below(walk, fd, &file, below, err);
	return r;
}

static int visit_below(struct walk *walk, int fd, const struct file *directory,
		       const char *inherited, struct error *err)
{
	_cleanup_closedir_ DIR *entries = NULL;
	int opened = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), r = 0;
	struct dirent *entry;

	if (opened >= 0)
		entries = fdopendir(opened);
	if (!entries) {
		r = cannot(errno, "read", directory->path, err);
		cleanup_close(&opened);
		return r;
	}
	while (r == 0 && (entry = readdir(entries))) {
		_cleanup_free_ char *path = NULL, *name = NULL;

		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		path = str_printf("%s/%s", directory->path, entry->d_name);
		name = str_printf("%s%s%s", directory->name, *directory->name ? "/" : "",
				  entry->d_name);
		if (!path || !name)
			return error_nomem(err);
		r = visit(walk, fd, entry->d_name, path, name, inherited, err);
	}
	return r;
}

static int walk_tree(struct walk *walk, struct error *err)
{
	const char *root = walk->relabel->root;
	_cleanup_free_ char *top =
		str_printf("%s%s", strcmp(root, "/") ? root : "", walk->relabel->path);
	int r;

	if (!top)
		return error_nomem(err);
	r = visit(walk, AT_FDCWD, top, walk->relabel->path, "", NULL, err);
	return r > 0 ? 0 : r;
}

/* ---- what the policy wants ------------------------------------------------------------------ */

/* *wanted: the whole label that the policy wants, NULL: the file is right, or not ours to judge. */
static int judge(const struct walk *walk, const struct file *file, char **wanted, struct error *err)
{
	const struct relabel *relabel = walk->relabel;
	_cleanup_free_ char *type = file->label ? context_type(file->label) : NULL;
	_cleanup_free_ char *label = NULL, *expected = NULL;
	int r;

	*wanted = NULL;
	if (!file->label && relabel->bare)
		return 0;
	if (type && *file->name && relabel->own && str_starts(type, relabel->own))
		return 0;
	r = file_labels_expect_whole(relabel->labels, file->path, file->mode, &label, err);
	if (r < 0 || !label)
		return r;
	expected = context_type(label);
	if (!expected)
		return error_nomem(err);
	if (type && (!strcmp(type, expected) || is_context_customizable(file->label) > 0))
		return 0;
	*wanted = TAKE_PTR(label);
	return 0;
}

static int look_at(struct walk *walk, const struct file *file, const char **below,
		   struct error *err)
{
	struct relabel_found *found = walk->found;
	_cleanup_free_ char *wanted = NULL;
	int r = judge(walk, file, &wanted, err);

	(void)below;
	if (r < 0 || !wanted)
		return r;
	if (found->wrong++ == 0) {
		found->first = strdup(file->path);
		found->type = file->label ? context_type(file->label) : NULL;
		found->wanted = context_type(wanted);
		if (!found->first || !found->wanted || (file->label && !found->type))
			return error_nomem(err);
	}
	found->unlabelled += !file->label;
	return walk->most && found->wrong >= walk->most;
}

int relabel_look(const struct relabel *relabel, size_t most, struct relabel_found *found,
		 struct error *err)
{
	struct walk walk = { .relabel = relabel, .visit = look_at, .most = most, .found = found };
	int r;

	*found = (struct relabel_found){ 0 };
	r = walk_tree(&walk, err);
	found->files = walk.files;
	if (r < 0)
		relabel_found_clear(found);
	return r;
}

void relabel_found_clear(struct relabel_found *found)
{
	free(found->first);
	free(found->type);
	free(found->wanted);
	*found = (struct relabel_found){ 0 };
}

/* label NULL: take it away. */
static int set_label(struct walk *walk, const struct file *file, const char *label,
		     struct error *err)
{
	int r = label ? setfilecon_raw(file->fd_path, label)
		      : removexattr(file->fd_path, XATTR_NAME_SELINUX);

	if (r < 0 && errno != ENOENT)
		return cannot(errno, "set", file->path, err);
	walk->changed++;
	return 0;
}

static int relabel_file(struct walk *walk, const struct file *file, const char **below,
			struct error *err)
{
	_cleanup_free_ char *wanted = NULL;
	int r = judge(walk, file, &wanted, err);

	(void)below;
	return r < 0 || !wanted ? r : set_label(walk, file, wanted, err);
}

int relabel_apply(const struct relabel *relabel, size_t *changed, struct error *err)
{
	struct walk walk = { .relabel = relabel, .visit = relabel_file };
	int r = walk_tree(&walk, err);

	*changed = walk.changed;
	return r;
}

/* ---- as it was ------------------------------------------------------------------------------ */

static const char *label_or_none(const struct file *file)
{
	return file->label ? file->label : "";
}

/*
 * "NAME\0LABEL\0" of the top, and of each file whose label is not the one of its directory. What a
 * directory's entries inherit is kept for as long as they are visited.
 */
static int record_file(struct walk *walk, const struct file *file, const char **below,
		       struct error *err)
{
	(void)err;
	if (file->inherited && !strcmp(label_or_none(file), file->inherited))
		return 0;
	fwrite(file->name, strlen(file->name) + 1, 1, walk->record);
	fwrite(label_or_none(file), strlen(label_or_none(file)) + 1, 1, walk->record);
	*below = label_or_none(file);
	return 0;
}

int relabel_record(const struct relabel *relabel, char **record, size_t *length, struct error *err)
{
	struct walk walk = { .relabel = relabel, .visit = record_file };
	_cleanup_free_ char *made = NULL;
	bool failed;
	int r;

	walk.record = open_memstream(&made, length);
	if (!walk.record)
		return error_nomem(err);
	r = walk_tree(&walk, err);
	failed = ferror(walk.record);
	if ((fclose(walk.record) != 0 || failed) && r == 0)
		r = error_nomem(err);
	if (r == 0)
		*record = TAKE_PTR(made);
	return r;
}

static int recorded_compare(const void *one, const void *other)
{
	return strcmp(((const struct recorded *)one)->name, ((const struct recorded *)other)->name);
}

static int restore_file(struct walk *walk, const struct file *file, const char **below,
			struct error *err)
{
	const struct recorded key = { .name = file->name };
	const struct recorded *own =
		bsearch(&key, walk->recorded, walk->recorded_count, sizeof(key), recorded_compare);

	if (own)
		*below = own->label;
	if (!*below || !strcmp(label_or_none(file), *below))
		return 0;
	return set_label(walk, file, **below ? *below : NULL, err);
}

static int record_parse(const char *record, size_t length, struct recorded **items, size_t *count,
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
		item = array_push(items, count, sizeof(*item));
		if (!item)
			return error_nomem(err);
		*item = (struct recorded){ .name = record, .label = label + 1 };
		record = stop + 1;
	}
	if (*count)
		qsort(*items, *count, sizeof(**items), recorded_compare);
	return 0;
}

int relabel_restore(const struct relabel *relabel, const char *record, size_t length,
		    size_t *changed, struct error *err)
{
	struct walk walk = { .relabel = relabel, .visit = restore_file };
	_cleanup_free_ struct recorded *items = NULL;
	int r = record_parse(record, length, &items, &walk.recorded_count, err);

	walk.recorded = items;
	if (r == 0)
		r = walk_tree(&walk, err);
	*changed = walk.changed;
	return r;
}
