/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "steps/cluster/evidence.h"
#include "steps/cluster/nodes.h"
#include "steps/exercising/results.h"
#include "steps/exercising/roles.h"
#include "steps/node/logs.h"
#include "steps/node/node.h"
#include "wizard/screen.h"
#include "wizard/strings.h"
#include "wizard/text.h"
#include "wizard/util.h"

/* ---- which files ----------------------------------------------------------------------------- */

/* What else is in a directory is none of our business. */
static int list_directory(const char *path, struct strings *files, struct error *err)
{
	_cleanup_closedir_ DIR *directory = opendir(path);
	struct strings found = { 0 };
	const struct dirent *entry;

	if (!directory)
		return error_set(err, errno, "give a directory that can be read",
				 "cannot read %s: %m", path);
	while ((entry = readdir(directory)))
		if (bundle_is_named(entry->d_name))
			strings_take(&found, str_printf("%s/%s", path, entry->d_name));
	if (!found.count)
		return error_set(err, ENOENT,
				 "write them there: galera-selinux collect -o FILE.tar.zst, on "
				 "each node",
				 "no evidence file (.tar.zst, .tar.gz) is in %s", path);
	strings_sort(&found);
	for (size_t i = 0; i < found.count; i++)
		strings_add(files, found.items[i]);
	strings_clear(&found);
	return 0;
}

/* By their real paths. */
static int list_files(struct strings *files, struct error *err)
{
	_cleanup_(strings_clear) struct strings given = { 0 };

	for (char **name = node_options.evidence; name && *name; name++) {
		struct stat st;
		int r = 0;

		if (stat(*name, &st) == 0 && S_ISDIR(st.st_mode))
			r = list_directory(*name, &given, err);
		else
			strings_add(&given, *name);
		if (r < 0)
			return r;
	}
	for (size_t i = 0; i < given.count; i++) {
		char path[PATH_MAX];

		if (!realpath(given.items[i], path))
			return error_set(err, errno,
					 "give the path of an evidence file with --evidence",
					 "cannot read %s: %m", given.items[i]);
		if (!text_is_utf8(path))
			return error_set(err, EILSEQ, "give it a name that is UTF-8",
					 "the name of %s cannot be kept", path);
		strings_add(files, path);
	}
	return 0;
}

/* Was this path taken, as the file is now? */
static bool is_taken(const json_t *entries, const char *path)
{
	_cleanup_free_ char *stamp = log_stamp(path);

	list_each(entry, entries)
		if (member_is(json_object_get(entry, "paths"), path, stamp))
			return true;
	return false;
}

bool nodes_taken(struct session *session)
{
	_cleanup_(strings_clear) struct strings files = { 0 };
	const json_t *entries = session_recall(session, ROLES_EVIDENCE);

	/* What cannot be read is told when it is to be taken. */
	if (list_files(&files, NULL) < 0)
		return false;
	for (size_t i = 0; i < files.count; i++)
		if (!is_taken(entries, files.items[i]))
			return false;
	return true;
}

/* ---- records that are known ------------------------------------------------------------------ */

/* A record without its node's name: this node's own evidence has none. */
static const char *bare(const char *line)
{
	const char *rest = str_starts(line, "node=");

	rest = rest ? strchr(rest, ' ') : NULL;
	return rest ? rest + 1 : line;
}

static void note_lines(json_t *known, const char *path)
{
	_cleanup_free_ char *text = NULL;
	char *line, *at;

	if (file_read(path, &text, NULL, NULL) < 0)
		return;
	at = text;
	while ((line = strsep(&at, "\n")))
		if (text_is_utf8(line))
			member_set(known, bare(line), json_true());
}

/* Of this node's own exercises, and of what was taken of the node before. */
static json_t *known_lines(struct session *session, const json_t *entries, const char *node)
{
	static const char *const phases[] = { PHASE_PERMISSIVE, PHASE_ENFORCING };
	json_auto_t *own = json_array();
	json_t *known = json_object();
	char name[NODE_NAME_SIZE];

	node_name(session, name);
	for (size_t i = 0; roles_same_node(name, node) && i < ARRAY_SIZE(phases); i++)
		for (int earlier = 0; earlier < 2; earlier++)
			results_evidence(session, phases[i], earlier, own, NULL);
	list_each(source, own)
		note_lines(known, member_text(source, "path"));
	list_each(entry, entries) {
		_cleanup_free_ char *path = session_path(session, member_text(entry, "file"));

		if (roles_same_node(member_text(json_object_get(entry, "node"), "node"), node))
			note_lines(known, path);
	}
	return known;
}

/* What of the records is new, in new memory (caller frees); *left_out: how many are not. */
static char *new_records(const char *records, const json_t *known, size_t *left_out)
{
	_cleanup_free_ char *copy = str_copy(records);
	char *line, *at = copy, *text;
	FILE *out = stream_open(&text, NULL);

	while ((line = strsep(&at, "\n"))) {
		if (!*line && !at)
			break;
		if (json_object_get(known, bare(line)))
			++*left_out;
		else
			fprintf(out, "%s\n", line);
	}
	stream_close(&out);
	return text;
}

/* ---- policies -------------------------------------------------------------------------------- */

int nodes_policy(struct session *session, json_t **policy, struct error *err)
{
	_cleanup_free_ char *type = NULL, *path = NULL, *package = NULL, *bytes = NULL;
	char sum[BUNDLE_SUM_SIZE];
	enum selinux_mode mode;
	size_t length;
	int r = host_selinux_config(session->root, &mode, &type, err)
			?: node_policy(session, &path, NULL, err)
			?: file_read(path, &bytes, &length, err)
			?: bundle_sum(bytes, length, sum, err);

	if (r < 0)
		return r;
	package = node_policy_package(session, type);
	*policy = json_made(json_pack("{s:o, s:o, s:o, s:s}", "type", text_json(type), "package",
				      text_json(package), "version",
				      text_json(strrchr(path, '.') + 1), "sha256", sum));
	return 0;
}

/* Local ports, booleans and modules are changed on purpose, and make no other policy. */
static bool is_other(const json_t *policy, const json_t *own)
{
	static const char *const keys[] = { "type", "package", "version" };

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		const char *theirs = member_text(policy, keys[i]),
			   *ours = member_text(own, keys[i]);

		if (*theirs && *ours && strcmp(theirs, ours) != 0)
			return true;
	}
	return false;
}

static char *policy_text(const json_t *policy)
{
	const char *package = member_text(policy, "package");

	return str_printf("\"%s\", version %s%s%s", member_text(policy, "type"),
			  member_text(policy, "version"), *package ? ", " : "", package);
}

static void say_policy(const char *node, const json_t *policy, const json_t *own)
{
	_cleanup_free_ char *theirs = policy_text(policy), *ours = policy_text(own);

	screen_mark(MARK_WARN,
		    "%s is under another policy: %s; here it is %s. Its files are judged by the "
		    "labels that its own policy wants, its accesses by the policy here",
		    node, theirs, ours);
}

/* ---- to take --------------------------------------------------------------------------------- */

static void note_path(json_t *entry, const char *path)
{
	_cleanup_free_ char *stamp = log_stamp(path);

	member_set(json_object_get(entry, "paths"), path, text_json(stamp));
}

static const char *first_path(json_t *entry)
{
	return json_object_iter_key(json_object_iter(json_object_get(entry, "paths"))) ?: "";
}

static void say_taken(const json_t *node, const char *path, size_t left_out)
{
	const char *name = member_text(node, "node");
	size_t denials = (size_t)member_number(node, "denials");

	screen_mark(MARK_OK, "%s: %zu %s, out of %s", name, COUNTED(denials, "denial", "denials"),
		    path);
	if (left_out)
		screen_mark(MARK_NONE, "%zu of its records %s known already: counted once",
			    left_out, left_out == 1 ? "is" : "are");
	if (member_number(node, "notices"))
		screen_mark(MARK_WARN,
			    "%lld of its records tell of lost events: some denials may be missing",
			    member_number(node, "notices"));
	if (member_number(node, "unsure"))
		screen_mark(MARK_WARN,
			    "%lld lines of its log could not be read: some denials may be missing",
			    member_number(node, "unsure"));
}

static int add_entry(struct session *session, json_t *entries, const json_t *read, const char *path,
		     struct error *err)
{
	const json_t *node = json_object_get(read, "node");
	const char *name = member_text(node, "node");
	json_auto_t *known = known_lines(session, entries, name), *own = NULL;
	size_t left_out = 0;
	_cleanup_free_ char *records = new_records(member_text(read, "records"), known, &left_out);
	_cleanup_free_ char *file = str_printf("evidence-%s.log", member_text(read, "sha256"));
	_cleanup_free_ char *place = session_path(session, file);
	bool other;
	json_t *entry;
	int r = nodes_policy(session, &own, err)
			?: file_write(place, records, strlen(records), 0600, err);

	if (r < 0)
		return r;
	other = is_other(json_object_get(node, "policy"), own);
	entry = json_made(json_pack("{s:O, s:s, s:{}, s:O, s:O*, s:O, s:b}", "sha256",
				    json_object_get(read, "sha256"), "file", file, "paths", "node",
				    node, "exercises", json_object_get(read, "exercises"), "labels",
				    json_object_get(read, "labels"), "other_policy", other));
	note_path(entry, path);
	list_add(entries, entry);
	say_taken(node, path, left_out);
	if (other)
		say_policy(name, json_object_get(node, "policy"), own);
	return 0;
}

static int take(struct session *session, json_t *entries, const char *path, struct error *err)
{
	json_auto_t *read = NULL;
	json_t *same;
	int r = evidence_read(path, &read, err);

	if (r < 0)
		return r;
	same = list_find(entries, "sha256", member_text(read, "sha256"));
	if (!same)
		return add_entry(session, entries, read, path, err);
	screen_mark(MARK_NONE, "%s is the same file as %s: counted once", path, first_path(same));
	note_path(same, path);
	return 0;
}

/* Of those behind the first `kept` entries, whose records nobody would ever read. */
static void drop_records(struct session *session, const json_t *entries, size_t kept)
{
	for (size_t i = kept; i < json_array_size(entries); i++) {
		const char *file = member_text(json_array_get(entries, i), "file");
		_cleanup_free_ char *path = session_path(session, file);

		unlink(path);
	}
}

int nodes_take(struct session *session, struct error *err)
{
	_cleanup_(strings_clear) struct strings files = { 0 };
	json_t *before = session_recall(session, ROLES_EVIDENCE);
	json_auto_t *entries = before ? json_deep_copy(before) : json_array();
	bool changed = false;
	int r = list_files(&files, err);

	for (size_t i = 0; r == 0 && i < files.count; i++) {
		if (is_taken(entries, files.items[i]))
			continue;
		r = take(session, entries, files.items[i], err);
		changed = true;
	}
	if (r == 0 && changed)
		r = session_remember(session, ROLES_EVIDENCE, json_incref(entries), err);
	if (r < 0)
		drop_records(session, entries, json_array_size(before));
	return r;
}

/* ---- what was taken -------------------------------------------------------------------------- */

void nodes_sources(struct session *session, json_t *sources)
{
	list_each(entry, session_recall(session, ROLES_EVIDENCE)) {
		_cleanup_free_ char *path = session_path(session, member_text(entry, "file"));
		const char *node = member_text(json_object_get(entry, "node"), "node");

		list_add(sources, json_pack("{s:o, s:s+, s:s}", "path", text_json(path), "origin",
					    "evidence of ", node, "node", node));
	}
}

bool nodes_label(struct session *session, const char *node, const char *path, const char *tclass,
		 char **type)
{
	bool other = false;

	*type = NULL;
	list_each(entry, session_recall(session, ROLES_EVIDENCE)) {
		if (!member_true(entry, "other_policy") ||
		    !roles_same_node(member_text(json_object_get(entry, "node"), "node"), node))
			continue;
		other = true;
		list_each(file, json_object_get(json_object_get(entry, "labels"), "files"))
			if (!*type && member_is(file, "path", path) &&
			    member_is(file, "class", tclass))
				*type = str_copy(member_or_null(file, "type"));
	}
	return other;
}
