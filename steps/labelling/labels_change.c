/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * labels_change - the labels of the server's files as changes: planned, made, taken back
 */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "steps/labelling/labels.h"
#include "steps/node/node.h"
#include "wizard/step.h"
#include "wizard/text.h"
#include "wizard/screen.h"
#include "wizard/util.h"

#define DECLINED "ports.files.declined" /* paths that the operator does not want labelled */

bool labels_declined(struct session *session, const char *path)
{
	const json_t *declined = session_recall(session, DECLINED);

	list_each(item, declined)
		if (!strcmp(item_text(item), path))
			return true;
	return false;
}

/* ---- the plan ------------------------------------------------------------------------------- */

static const char *kind_option(const struct label *label)
{
	static const char *const options[] = {
		[STORE_FILES_ALL] = "",
		[STORE_FILES_DIR] = "-f d ",
		[STORE_FILES_REGULAR] = "-f f ",
	};

	return options[labels_kind(label)];
}

static char *restorecon(const struct label *label)
{
	_cleanup_free_ char *path = text_quoted(label->path);

	return str_printf("restorecon -%sv %s", label->alone ? "" : "R", path);
}

char *labels_command(const struct label *label, bool modify)
{
	_cleanup_free_ char *relabel = restorecon(label), *spec = NULL;

	if (!label->spec)
		return TAKE_PTR(relabel);
	spec = text_quoted(label->spec);
	return str_printf("semanage fcontext -%c %s-t %s %s && %s", modify ? 'm' : 'a',
			  kind_option(label), label->wanted, spec, relabel);
}

static char *undo_command(const struct label *label)
{
	_cleanup_free_ char *relabel = NULL, *spec = NULL;

	if (!label->spec)
		return str_copy("the labels before are kept");
	relabel = restorecon(label);
	spec = text_quoted(label->spec);
	return str_printf("semanage fcontext -d %s%s && %s", kind_option(label), spec, relabel);
}

/* Where the labels before are kept: a file that is not there yet. */
static char *free_record(struct session *session, size_t *number)
{
	for (;;) {
		_cleanup_free_ char *name = str_printf("labels.%zu", ++*number);
		_cleanup_free_ char *path = session_path(session, name);

		if (access(path, F_OK) < 0)
			return TAKE_PTR(name);
	}
}

static char *note_of(const struct label *label)
{
	if (label->state == LABEL_RULE)
		return str_copy(label->alone ? "rule" : "rule, with all that is in it");
	if (label->files > 1)
		return str_printf("%zu of %zu files", label->wrong, label->files);
	return str_copy("relabel");
}

static int add_change(struct session *session, json_t *changes, const struct label *label,
		      size_t *records, struct error *err)
{
	_cleanup_free_ char *command = NULL, *undo = undo_command(label), *local = NULL;
	_cleanup_free_ char *note = note_of(label), *record = free_record(session, records);
	_cleanup_free_ char *from = NULL;
	struct store *store;
	json_t *change;
	int r = node_store(session, &store, err);

	if (r == 0 && label->state == LABEL_RULE)
		r = store_fcontext_local(store, label->spec, labels_kind(label), &local, err);
	if (r < 0)
		return r;
	command = labels_command(label, local != NULL);
	from = str_printf("%s%s", label->type ?: "unlabelled",
			  label->type && !strcmp(label->type, label->wanted) ? " by hand" : "");
	change = change_add(changes, json_object(),
			    &(struct change){ .what = label->path,
					      .from = from,
					      .to = label->wanted,
					      .note = note,
					      .command = command,
					      .undo = undo });
	member_set(change, "name", json_string(label->name));
	member_set(change, "path", json_string(label->path));
	member_set(change, "alone", json_boolean(label->alone));
	member_set(change, "record", json_string(record));
	member_set(change, "spec", text_json(label->spec));
	member_set(change, "kind", json_stringn(&STORE_FILES_LETTERS[labels_kind(label)], 1));
	member_set(change, "local_type", text_json(local));
	return 0;
}

int labels_plan(struct session *session, json_t *changes, struct error *err)
{
	struct labels labels = { 0 };
	size_t records = 0;
	int r = labels_look(session, &labels, err);

	for (size_t i = 0; r == 0 && i < labels.count; i++) {
		const struct label *label = &labels.items[i];

		if ((label->state == LABEL_WRONG || label->state == LABEL_RULE) &&
		    !node_ignored(label->name) && !labels_declined(session, label->path))
			r = add_change(session, changes, label, &records, err);
	}
	labels_clear(&labels);
	return r;
}

int labels_decline(struct session *session, json_t *changes, struct error *err)
{
	json_t *before = session_recall(session, DECLINED);
	json_t *declined = json_is_array(before) ? json_copy(before) : json_array();

	for (size_t i = json_array_size(changes); i-- > 0;) {
		const char *path = member_or_null(json_array_get(changes, i), "path");

		if (!path)
			continue;
		list_add(declined, json_string(path));
		json_array_remove(changes, i);
	}
	return session_remember(session, DECLINED, declined, err);
}

/* ---- the rules ------------------------------------------------------------------------------ */

size_t labels_rules(const json_t *changes)
{
	size_t count = 0;

	list_each(change, changes)
		count += member_or_null(change, "spec") != NULL;
	return count;
}

static enum store_files files_of(const json_t *change)
{
	const char *letter = strchr(STORE_FILES_LETTERS, *member_text(change, "kind"));

	return letter && *letter ? (enum store_files)(letter - STORE_FILES_LETTERS)
				 : STORE_FILES_ALL;
}

/* Each rule gets its change's type, or back the one before, or goes. */
int labels_set(struct store *store, const json_t *changes, bool back, struct error *err)
{
	int r = 0;

	list_each(change, changes) {
		const char *spec = member_or_null(change, "spec");
		const char *type = member_or_null(change, back ? "local_type" : "to");

		if (r < 0 || !spec)
			continue;
		r = type ? store_fcontext_set(store, spec, files_of(change), type, err)
			 : store_fcontext_unset(store, spec, files_of(change), err);
	}
	return r;
}

/* ---- the files ------------------------------------------------------------------------------ */

/* What they have now goes to the disk before any of it is changed. */
static int keep_labels(const struct label_tree *tree, const char *kept, struct error *err)
{
	_cleanup_free_ char *record = NULL;
	size_t length;
	int r = label_tree_record(tree, &record, &length, err);

	return r < 0 ? r : file_write(kept, record, length, 0600, err);
}

/* The tree of a change, and the file that keeps its labels (caller frees); 1: it has none. */
static int tree_of(struct session *session, const json_t *change, struct label_tree *tree,
		   char **kept, struct error *err)
{
	const char *path = member_or_null(change, "path");
	struct file_labels *wants;
	int r = path ? node_labels(session, &wants, err) : 1;

	if (r != 0)
		return r;
	*tree = labels_tree(session, wants, path, member_true(change, "alone"));
	*kept = session_path(session, member_text(change, "record"));
	return 0;
}

/* Another rule may stand over the one that was made: what does the policy say of the path now? */
static int rule_holds(struct session *session, const struct label_tree *tree, const json_t *change,
		      struct error *err)
{
	_cleanup_free_ char *real = session_in_root(session, tree->path), *type = NULL;
	const char *wanted = member_text(change, "to");
	struct stat status;
	int r;

	if (!member_or_null(change, "spec") || lstat(real, &status) < 0)
		return 0;
	r = file_labels_expect(tree->labels, tree->path, status.st_mode, &type, err);
	if (r < 0 || (type && !strcmp(type, wanted)))
		return r;
	return error_set(err, EEXIST,
			 "choose a path without a rule of its own: see semanage fcontext -l",
			 "%s would not be %s, but %s: a rule for just this path stands over the "
			 "one that was made",
			 tree->path, wanted, type ?: "without a label");
}

static int relabel(struct session *session, const json_t *change, struct error *err)
{
	_cleanup_free_ char *kept = NULL;
	struct label_tree tree;
	size_t changed = 0;
	int r = tree_of(session, change, &tree, &kept, err)
			?: rule_holds(session, &tree, change, err)
			?: keep_labels(&tree, kept, err)
			?: label_tree_apply(&tree, &changed, err);

	if (r != 0)
		return r < 0 ? r : 0;
	if (changed || !session_is_scratch(session))
		screen_mark(MARK_OK, "%s: files labelled: %zu", tree.path, changed);
	else
		screen_mark(MARK_OK, "%s: no file there has a label, in this scratch root",
			    tree.path);
	return 0;
}

int labels_relabel(struct session *session, const json_t *changes, struct error *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < json_array_size(changes); i++)
		r = relabel(session, json_array_get(changes, i), err);
	return r;
}

static int restore(struct session *session, const json_t *change, struct error *err)
{
	_cleanup_free_ char *kept = NULL, *record = NULL;
	struct label_tree tree;
	size_t length, changed = 0;
	int r = tree_of(session, change, &tree, &kept, err);

	if (r != 0)
		return r < 0 ? r : 0;
	/* It was stopped before the first label was set, or taken back before. */
	if (access(kept, F_OK) < 0)
		return 0;
	r = file_read(kept, &record, &length, err)
		    ?: label_tree_restore(&tree, record, length, &changed, err);
	if (r < 0)
		return r;
	if (changed)
		screen_mark(MARK_OK, "%s: labels put back: %zu", tree.path, changed);
	if (unlink(kept) < 0 && errno != ENOENT)
		return error_set(err, errno, "remove it by hand", "removing %s: %m", kept);
	return 0;
}

int labels_restore(struct session *session, const json_t *changes, struct error *err)
{
	int r = 0;

	for (size_t i = json_array_size(changes); r == 0 && i-- > 0;)
		r = restore(session, json_array_get(changes, i), err);
	return r;
}
