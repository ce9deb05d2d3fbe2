/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "steps/cluster/evidence.h"
#include "steps/node/node.h"
#include "wizard/util.h"

/* What is kept of one: the longest path, and more exercises and labels than a node has. */
#define TEXT_KEPT  4096
#define ITEMS_KEPT 4096

static const char *const members[] = { EVIDENCE_NODE, EVIDENCE_EXERCISES, EVIDENCE_LABELS,
				       EVIDENCE_RECORDS, NULL };

const struct bundle_format evidence_format = {
	.name = "galera-selinux evidence",
	.version = 1,
	.members = members,
	.title = "an evidence file",
	.made_by = "galera-selinux collect -o FILE.tar.zst",
};

/* What an object may have. */
struct kept_field {
	const char *name;
	json_type type;
	const struct kept_field *inner; /* of an object, or of each item of an array; NULL: texts */
};

static const struct kept_field policy_fields[] = { { "type", JSON_STRING },
						   { "package", JSON_STRING },
						   { "version", JSON_STRING },
						   { "sha256", JSON_STRING },
						   { 0 } };
static const struct kept_field node_fields[] = { { "node", JSON_STRING },
						 { "address", JSON_STRING },
						 { "collected", JSON_INTEGER },
						 { "domains", JSON_ARRAY },
						 { "policy", JSON_OBJECT, policy_fields },
						 { "server", JSON_STRING },
						 { "provider", JSON_STRING },
						 { "denials", JSON_INTEGER },
						 { "records", JSON_INTEGER },
						 { "notices", JSON_INTEGER },
						 { "unsure", JSON_INTEGER },
						 { 0 } };
static const struct kept_field exercise_fields[] = { { "exercise", JSON_STRING },
						     { "role", JSON_STRING },
						     { "learning", JSON_STRING },
						     { "confined", JSON_STRING },
						     { "donor", JSON_STRING },
						     { "began", JSON_INTEGER },
						     { "ended", JSON_INTEGER },
						     { "donor_confined", JSON_STRING },
						     { "began_confined", JSON_INTEGER },
						     { "ended_confined", JSON_INTEGER },
						     { 0 } };
static const struct kept_field port_fields[] = {
	{ "proto", JSON_STRING }, { "number", JSON_INTEGER }, { "type", JSON_STRING }, { 0 }
};
static const struct kept_field file_fields[] = {
	{ "path", JSON_STRING }, { "class", JSON_STRING }, { "type", JSON_STRING }, { 0 }
};
static const struct kept_field label_fields[] = { { "ports", JSON_ARRAY, port_fields },
						  { "files", JSON_ARRAY, file_fields },
						  { 0 } };
static const struct kept_field whole_fields[] = { { "exercises", JSON_ARRAY, exercise_fields },
						  { 0 } };

/* ---- what is known, and no more -------------------------------------------------------------- */

static json_t *take_fields(const json_t *from, const struct kept_field *fields);

static bool is_kept(const json_t *value)
{
	return !json_is_string(value) || json_string_length(value) <= TEXT_KEPT;
}

static json_t *take_items(const json_t *from, const struct kept_field *fields)
{
	json_t *taken = json_array();

	list_each(item, from)
		if (json_array_size(taken) < ITEMS_KEPT &&
		    (fields ? json_is_object(item) : json_is_string(item)) && is_kept(item))
			list_add(taken, fields ? take_fields(item, fields) : json_incref(item));
	return taken;
}

static json_t *take_fields(const json_t *from, const struct kept_field *fields)
{
	json_t *taken = json_object();

	for (; fields->name; fields++) {
		json_t *value = json_object_get(from, fields->name);

		if (!value || json_typeof(value) != fields->type || !is_kept(value))
			continue;
		if (fields->type == JSON_OBJECT)
			member_set(taken, fields->name, take_fields(value, fields->inner));
		else if (fields->type == JSON_ARRAY)
			member_set(taken, fields->name, take_items(value, fields->inner));
		else
			json_object_set(taken, fields->name, value);
	}
	return taken;
}

static int take_member(const json_t *texts, const char *member, const struct kept_field *fields,
		       const char *path, json_t **taken, struct error *err)
{
	json_auto_t *whole = json_loads(member_text(texts, member), JSON_REJECT_DUPLICATES, NULL);

	if (!json_is_object(whole))
		return error_set(err, EBADMSG, "make it anew on its node", "%s in %s is no object",
				 member, path);
	*taken = take_fields(whole, fields);
	return 0;
}

int evidence_read(const char *path, json_t **object, struct error *err)
{
	json_auto_t *bundle = NULL, *node = NULL, *exercises = NULL, *labels = NULL;
	const json_t *texts;
	int r = bundle_read(path, &evidence_format, &bundle, err);

	if (r < 0)
		return r;
	texts = json_object_get(bundle, "members");
	r = take_member(texts, EVIDENCE_NODE, node_fields, path, &node, err)
		    ?: take_member(texts, EVIDENCE_EXERCISES, whole_fields, path, &exercises, err)
		    ?: take_member(texts, EVIDENCE_LABELS, label_fields, path, &labels, err);
	if (r < 0)
		return r;
	if (!node_is_name(member_text(node, "node")))
		return error_set(err, EBADMSG,
				 "give the node a name of letters, digits, \"-\", \"_\" and \".\" "
				 "(wsrep_node_name, or the host's), and collect there again",
				 "%s does not say of which node it is", path);
	if (!json_object_get(exercises, "exercises"))
		member_set(exercises, "exercises", json_array());
	*object = json_made(json_pack("{s:O, s:O, s:O, s:O, s:O}", "sha256",
				      json_object_get(bundle, "sha256"), "node", node, "exercises",
				      json_object_get(exercises, "exercises"), "labels", labels,
				      "records", json_object_get(texts, EVIDENCE_RECORDS)));
	return 0;
}
