/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * labels_change - the labels of the server's files as changes: planned, made, taken back
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "steps/labelling/labels.h"
#include "steps/labelling/labels_private.h"
#include "steps/node/node.h"
#include "wizard/screen.h"
#include "wizard/util.h"

#define DECLINED "ports.files.declined" /* paths that the operator does not want labelled */

enum store_files labels_kind(const char *name)
{
	return strcmp(name, LABEL_WAY) ? STORE_FILES_ALL : STORE_FILES_DIR;
}

bool labels_declined(struct session *session, const char *path)
{
	const json_t *declined = session_recall(session, DECLINED);
	json_t *item;
	size_t i;

	json_array_foreach(declined, i, item)
	{
		if (!strcmp(json_string_value(item), path))
			return true;
	}
	return false;
}

/* ---- the plan ------------------------------------------------------------------------------- */

int labels_command(const struct label *label, bool modify, char **command, char **undo,
		   struct error *err)
{
	const char *directory = labels_kind(label->name) == STORE_FILES_DIR ? "-f d " : "";
	const char *deep = label->alone ? "" : "R";
	_cleanup_free_ char *path = str_quoted(label->path);
	_cleanup_free_ char *spec = label->spec ? str_quoted(label->spec) : NULL;

	*command = NULL;
	if (undo)
		*undo = NULL;
	if (label->state != LABEL_WRONG && label->state != LABEL_RULE)
		return 0;
	if (!path || (label->spec && !spec))
		return error_nomem(err);
	if (!spec)
		*command = str_printf("restorecon -%sv %s", deep, path);
	else
		*command =
			str_printf("semanage fcontext -%c %s-t %s %s && restorecon -%sv %s",
				   modify ? 'm' : 'a', directory, label->wanted, spec, deep, path);
	if (undo && spec)
		*undo = str_printf("semanage fcontext -d %s%s && restorecon -%sv %s", directory,
				   spec, deep, path);
	else if (undo)
		*undo = strdup("the labels before are kept");
	return *command && (!undo || *undo) ? 0 : error_nomem(err);
}

/* Where the labels before are kept: a file that is not there yet. */
static char *free_record(struct session *session, size_t *number)
{
	for (;;) {
		_cleanup_free_ char *name = str_printf("labels.%zu", ++*number);
		_cleanup_free_ char *path = name ? session_path(session, name) : NULL;

		if (!path)
			return NULL;
		if (access(path, F_OK) < 0)
			return TAKE_PTR(name);
	}
}

static int add_change(struct session *session, json_t *changes, const struct label *label,
		      size_t *records, struct error *err)
{
	_cleanup_free_ char *command = NULL, *undo = NULL, *local = NULL, *from = NULL;
	_cleanup_free_ char *note = NULL, *record = free_record(session, records);
	bool rule = label->state == LABEL_RULE;
	struct store *store;
	json_t *change;
	int r = node_store(session, &store, err);

	if (r == 0 && rule)
		r = store_fcontext_local(store, label->spec, labels_kind(label->name), &local, err);
	if (r == 0)
		r = labels_command(label, local != NULL, &command, &undo, err);
	if (r < 0)
		return r;
	from = str_printf("%s%s", label->type ? label->type : "unlabelled",
			  label->type && !strcmp(label->type, label->wanted) ? " by hand" : "");
	note = rule               ? strdup(label->alone ? "rule" : "rule, with all that is in it")
	       : label->files > 1 ? str_printf("%zu of %zu files", label->wrong, label->files)
				  : strdup("relabel");
	if (!from || !note || !record)
		return error_nomem(err);
	change =
		json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:s, s:s?, s:s?}", "what",
			  label->path, "from", from, "to", label->wanted, "note", note, "command",
			  command, "undo", undo, "name", label->name, "path", label->path, "alone",
			  label->alone, "record", record, "spec", label->spec, "local_type", local);
	return json_array_append_new(changes, change) < 0 ? error_nomem(err) : 0;
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
	json_t *declined = session_recall(session, DECLINED)
				   ? json_copy(session_recall(session, DECLINED))
				   : json_array();

	for (size_t i = json_array_size(changes); i-- > 0;) {
		const char *path = member_or_null(json_array_get(changes, i), "path");

		if (!path)
			continue;
		if (json_array_append_new(declined, json_string(path)) < 0) {
			json_decref(declined);
			return error_nomem(err);
		}
		json_array_remove(changes, i);
	}
	return session_remember(session, DECLINED, declined, err);
}

/* ---- the rules ------------------------------------------------------------------------------ */

size_t labels_rules(const json_t *changes)
{
	size_t count = 0, i;
	json_t *change;

	json_array_foreach(changes, i, change) count += member_or_null(change, "spec") != NULL;
	return count;
}

int labels_set(struct store *store, const json_t *changes, struct error *err)
{
	json_t *change;
	size_t i;
	int r = 0;

	json_array_foreach(changes, i, change)
	{
		const char *spec = member_or_null(change, "spec");

		if (r == 0 && spec)
			r = store_fcontext_set(store, spec,
					       labels_kind(member_or_null(change, "name")),
					       member_or_null(change, "to"), err);
	}
	return r;
}

int labels_unset(struct store *store, const json_t *changes, struct error *err)
{
	json_t *change;
	size_t i;
	int r = 0;

	json_array_foreach(changes, i, change)
	{
		const char *spec = member_or_null(change, "spec"),
			   *before = member_or_null(change, "local_type");
		enum store_files kind;

		if (r < 0 || !spec)
			continue;
		kind = labels_kind(member_or_null(change, "name"));
		r = before ? store_fcontext_set(store, spec, kind, before, err)
			   : store_fcontext_unset(store, spec, kind, err);
	}
	return r;
}

/* ---- the files ------------------------------------------------------------------------------ */

/* What they have now goes to the disk before any of it is changed. */
static int keep(const struct label_tree *tree, const char *kept, struct error *err)
{
	_cleanup_free_ char *record = NULL;
	size_t length;
	int r = label_tree_record(tree, &record, &length, err);

	return r < 0 ? r : file_write(kept, record, length, 0600, err);
}

static int relabel(struct session *session, struct file_labels *wants, const json_t *change,
		   struct error *err)
{
	const char *path = member_or_null(change, "path");
	_cleanup_free_ char *kept = session_path(session, member_or_null(change, "record"));
	struct label_tree tree =
		labels_tree(session, wants, path, json_is_true(json_object_get(change, "alone")));
	size_t changed = 0;
	int r = kept ? keep(&tree, kept, err) : error_nomem(err);

	if (r == 0)
		r = label_tree_apply(&tree, &changed, err);
	if (r < 0)
		return r;
	if (changed || !session_is_scratch(session))
		screen_mark(MARK_OK, "%s: files labelled: %zu", path, changed);
	else
		screen_mark(MARK_OK, "%s: no file there has a label, in this scratch root", path);
	return 0;
}

int labels_relabel(struct session *session, const json_t *changes, struct error *err)
{
	struct file_labels *wants;
	json_t *change;
	size_t i;
	int r = 0;

	json_array_foreach(changes, i, change)
	{
		if (r < 0 || !member_or_null(change, "path"))
			continue;
		r = node_labels(session, &wants, err);
		if (r == 0)
			r = relabel(session, wants, change, err);
	}
	return r;
}

static int restore(struct session *session, struct file_labels *wants, const json_t *change,
		   struct error *err)
{
	const char *path = member_or_null(change, "path");
	_cleanup_free_ char *kept = session_path(session, member_or_null(change, "record"));
	_cleanup_free_ char *record = NULL;
	struct label_tree tree =
		labels_tree(session, wants, path, json_is_true(json_object_get(change, "alone")));
	size_t length, changed = 0;
	int r;

	if (!kept)
		return error_nomem(err);
	/* It was stopped before the first label was set, or taken back before. */
	if (access(kept, F_OK) < 0)
		return 0;
	r = file_read(kept, &record, &length, err);
	if (r == 0)
		r = label_tree_restore(&tree, record, length, &changed, err);
	if (r < 0)
		return r;
	if (changed)
		screen_mark(MARK_OK, "%s: labels put back: %zu", path, changed);
	if (unlink(kept) < 0 && errno != ENOENT)
		return error_set(err, errno, "remove it by hand", "removing %s: %m", kept);
	return 0;
}

int labels_restore(struct session *session, const json_t *changes, struct error *err)
{
	struct file_labels *wants;
	int r = 0;

	for (size_t i = json_array_size(changes); r == 0 && i-- > 0;) {
		const json_t *change = json_array_get(changes, i);

		if (!member_or_null(change, "path"))
			continue;
		r = node_labels(session, &wants, err);
		if (r == 0)
			r = restore(session, wants, change, err);
	}
	return r;
}
