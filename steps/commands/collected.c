/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include <time.h>

#include "steps/audit/log.h"
#include "steps/case.h"
#include "steps/cluster/evidence.h"
#include "steps/cluster/nodes.h"
#include "steps/commands/collected.h"
#include "steps/exercising/results.h"
#include "steps/ledger.h"
#include "steps/node/node.h"
#include "wizard/text.h"
#include "wizard/util.h"

/* ---- the node -------------------------------------------------------------------------------- */

/* As the logs of the exercises have them. */
static void add_versions(struct session *session, json_t *node)
{
	for (const struct exercise *e = galera_exercises; e->name; e++) {
		const json_t *result = results_get(session, PHASE_PERMISSIVE, e->name);

		if (!*member_text(result, "server"))
			continue;
		member_set(node, "server", json_string(member_text(result, "server")));
		member_set(node, "provider", json_string(member_text(result, "provider")));
		return;
	}
}

static int describe_node(struct session *session, const char *name, const struct extract *extract,
			 json_t **node, struct error *err)
{
	json_t *policy = NULL, *domains = json_array();
	_cleanup_free_ char *address = NULL;
	const struct galera_config *config;
	int r = node_config(session, &config, err) ?: nodes_policy(session, &policy, err);

	for (const char *const *domain = node_domains(); *domain; domain++)
		list_add(domains, json_string(*domain));
	address = r < 0 ? NULL : galera_own_address(config);
	*node = json_made(json_pack(
		"{s:s, s:o*, s:I, s:o, s:o*, s:I, s:I, s:I, s:I}", "node", name, "address",
		address ? text_json(address) : NULL, "collected", (json_int_t)time(NULL), "domains",
		domains, "policy", policy, "denials", (json_int_t)extract->denials, "records",
		(json_int_t)extract->records, "notices", (json_int_t)extract->notices, "unsure",
		(json_int_t)extract->unsure));
	add_versions(session, *node);
	return r;
}

/* ---- labels ---------------------------------------------------------------------------------- */

static int list_ports(struct session *session, json_t *list, struct error *err)
{
	const struct galera_port *ports;
	struct store *store;
	int count = node_ports(session, &ports, err);
	int r = count < 0 ? count : node_store(session, &store, err);

	for (int i = 0; r == 0 && i < count; i++) {
		_cleanup_free_ char *type = NULL;

		r = store_port_label(store, ports[i].proto, ports[i].number, &type, NULL, err);
		if (r == 0)
			list_add(list,
				 json_pack("{s:s, s:I, s:s?}", "proto", ports[i].proto, "number",
					   (json_int_t)ports[i].number, "type", type));
	}
	return r;
}

/* Of each path that was denied, as this policy wants it. */
static int list_files(struct session *session, const struct extract *extract, json_t *list,
		      struct error *err)
{
	_cleanup_(denials_clear) struct denials denials = { 0 };
	json_auto_t *seen = json_object();
	struct file_labels *labels;
	int r = node_labels(session, &labels, err);

	audit_text_read(extract->text, extract->length, "", node_domains(), &denials);
	for (size_t i = 0; r == 0 && i < denials.count; i++) {
		const struct denial *denial = &denials.items[i];
		_cleanup_free_ char *type = NULL, *key = NULL;

		if (!denial->path || *denial->path != '/' || !text_is_utf8(denial->path))
			continue;
		key = str_printf("%s %s", denial->tclass, denial->path);
		if (!text_is_utf8(key) || json_object_get(seen, key))
			continue;
		member_set(seen, key, json_true());
		r = case_path_label(labels, denial->path, denial->tclass, &type, err);
		if (r == 0)
			list_add(list, json_pack("{s:s, s:s, s:s?}", "path", denial->path, "class",
						 denial->tclass, "type", type));
	}
	return r;
}

/* ---- all of it ------------------------------------------------------------------------------- */

/* The kernel writes nothing else, but programs do. */
static void make_text(char *text, size_t length)
{
	for (char *at = text; (at = memchr(at, '\0', (size_t)(text + length - at)));)
		*at = '?';
	if (text_is_utf8(text))
		return;
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)text[i] >= 0x80)
			text[i] = '?';
}

static void add_member(json_t *members, const char *name, const json_t *object)
{
	_cleanup_free_ char *text = json_dumps(object, JSON_INDENT(1));

	member_set(members, name, json_string(text));
}

int collected_members(struct session *session, const char *node, const struct extract *extract,
		      json_t **members, struct error *err)
{
	json_auto_t *about = NULL, *ledger = NULL;
	json_auto_t *labels = json_pack("{s:[], s:[]}", "ports", "files");
	_cleanup_free_ char *records = memory_copy(extract->text ?: "", extract->length);
	int r = describe_node(session, node, extract, &about, err)
			?: list_ports(session, json_object_get(labels, "ports"), err)
			?: list_files(session, extract, json_object_get(labels, "files"), err)
			?: ledger_json(session, &ledger, err);

	if (r < 0)
		return r;
	make_text(records, extract->length);
	*members = json_object();
	add_member(*members, EVIDENCE_NODE, about);
	add_member(*members, EVIDENCE_EXERCISES, ledger);
	add_member(*members, EVIDENCE_LABELS, labels);
	member_set(*members, EVIDENCE_RECORDS, json_string(records));
	return 0;
}
