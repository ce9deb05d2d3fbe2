/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "steps/audit/log.h"
#include "steps/exercising/donors.h"
#include "steps/node/node.h"
#include "wizard/util.h"

void given_nodes_clear(struct given_nodes *nodes)
{
	for (size_t i = 0; i < nodes->count; i++) {
		free(nodes->items[i].name);
		free(nodes->items[i].log);
	}
	free(nodes->items);
	*nodes = (struct given_nodes){ 0 };
}

bool donors_same(const char *one, const char *other)
{
	size_t length = strcspn(one, ".");

	return length && length == strcspn(other, ".") && !strncasecmp(one, other, length);
}

const struct given_node *donors_find(const struct given_nodes *nodes, const char *donor)
{
	for (size_t i = 0; i < nodes->count; i++)
		if (donors_same(nodes->items[i].name, donor))
			return &nodes->items[i];
	return NULL;
}

static int count(struct given_nodes *nodes, const char *name, const char *log, size_t denials,
		 struct error *err)
{
	struct given_node *node = NULL;
	char *copy = strdup(log);

	for (size_t i = 0; i < nodes->count; i++)
		if (!strcmp(nodes->items[i].name, name))
			node = &nodes->items[i];
	if (!node) {
		node = array_push(&nodes->items, &nodes->count, sizeof(*node));
		if (node)
			node->name = strdup(name);
	}
	if (!node || !node->name || !copy) {
		free(copy);
		return error_nomem(err);
	}
	free(node->log);
	node->log = copy;
	node->denials += denials;
	return 0;
}

static int read_given(struct given_nodes *nodes, const char *log, struct error *err)
{
	struct denials denials = { 0 };
	int r = 0;

	if (audit_log_read(log, "", node_domains(), &denials, NULL) < 0) {
		denials_clear(&denials);
		return 0;
	}
	for (size_t i = 0; r == 0 && i < denials.count; i++)
		r = count(nodes, denials.items[i].node ? denials.items[i].node : "", log,
			  denial_records(&denials.items[i]), err);
	denials_clear(&denials);
	return r;
}

static bool is_named(const char *path)
{
	for (char **log = node_options.logs; log && *log; log++) {
		_cleanup_free_ char *real = realpath(*log, NULL);

		if (real && !strcmp(real, path))
			return true;
	}
	return false;
}

int donors_given(struct session *session, struct given_nodes *nodes, struct error *err)
{
	json_t *before = json_object_get(session_recall(session, "collect"), "given");
	json_t *source;
	size_t i;
	int r = 0;

	for (char **log = node_options.logs; r == 0 && log && *log; log++)
		r = read_given(nodes, *log, err);
	json_array_foreach(before, i, source)
	{
		const char *path = json_string_value(json_object_get(source, "path"));

		if (r == 0 && path && !is_named(path))
			r = read_given(nodes, path, err);
	}
	return r;
}
