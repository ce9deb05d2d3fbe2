/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * drift_labels - the labels of ports and files: those that were given, and those of the policy
 */
#include <string.h>

#include "steps/checking/drift.h"
#include "steps/checking/drift_private.h"
#include "steps/labelling/labels.h"
#include "steps/node/node.h"
#include "steps/steps.h"
#include "wizard/util.h"

#define REACHED "reached" /* memory: {"ports": {"4567/tcp": TYPE}, "files": {PATH: TYPE}} */

/* The labels that the modules alone give the ports, without ours over them. */
static int base_ports(struct session *session, json_t *types, struct error *err)
{
	_cleanup_free_ char *path = NULL;
	const struct galera_port *ports;
	struct oracle *oracle = NULL;
	struct store *store;
	int count = node_ports(session, &ports, err);
	int r = count < 0 ? count : node_store(session, &store, err);

	if (r < 0)
		return r;
	path = store_linked_policy(store);
	if (!path)
		return 0;
	r = oracle_open(&oracle, path, err);
	for (int i = 0; r == 0 && i < count; i++) {
		_cleanup_free_ char *type = NULL, *key = NULL;

		key = str_printf("%u/%s", ports[i].number, ports[i].proto);
		r = oracle_port_type(oracle, ports[i].proto, ports[i].number, &type, err);
		if (r == 0 && (!key || json_object_set_new(types, key,
							   json_string(type ? type : "none")) < 0))
			r = error_nomem(err);
	}
	oracle_close(oracle);
	return r;
}

static int wanted_files(struct session *session, json_t *types, struct error *err)
{
	struct labels labels = { 0 };
	int r = labels_look(session, &labels, err);

	for (size_t i = 0; r == 0 && i < labels.count; i++) {
		const struct label *label = &labels.items[i];

		if (label->state == LABEL_RIGHT &&
		    json_object_set_new(types, label->path,
					json_string(label->wanted ? label->wanted : "none")) < 0)
			r = error_nomem(err);
	}
	labels_clear(&labels);
	return r;
}

static int look(struct session *session, json_t **reached, struct error *err)
{
	json_t *ports = json_object(), *files = json_object();
	int r = base_ports(session, ports, err);

	if (r == 0)
		r = wanted_files(session, files, err);
	*reached = json_pack("{s:o, s:o}", "ports", ports, "files", files);
	return r < 0 ? r : *reached ? 0 : error_nomem(err);
}

int drift_settle(struct session *session, struct error *err)
{
	json_auto_t *reached = NULL;
	int r = look(session, &reached, err);

	if (r < 0 || json_equal(reached, session_recall(session, REACHED)))
		return r;
	return session_remember(session, REACHED, json_incref(reached), err);
}

/* What the step would do now is what was lost. */
static int lost(struct session *session, json_t *changes, struct error *err)
{
	json_auto_t *plan = json_array();
	json_t *change;
	size_t i;
	int r = plan ? step_ports.plan(session, plan, err) : error_nomem(err);

	json_array_foreach(plan, i, change)
	{
		const char *what = json_string_value(json_object_get(change, "what"));
		_cleanup_free_ char *why =
			str_printf("its label is lost, it is %s and should be %s",
				   json_string_value(json_object_get(change, "from")),
				   json_string_value(json_object_get(change, "to")));

		if (r < 0)
			continue;
		r = why ? drift_add(changes, "label-lost", what, why,
				    "run galera-selinux: it is labelled again", err)
			: error_nomem(err);
	}
	return r;
}

static int compare(const json_t *then, const json_t *now, const char *todo, json_t *changes,
		   struct error *err)
{
	const char *name;
	json_t *type;
	int r = 0;

	json_object_foreach((json_t *)then, name, type)
	{
		const char *before = json_string_value(type);
		const char *present = json_string_value(json_object_get(now, name));
		_cleanup_free_ char *why = NULL;

		if (r < 0 || !present || !strcmp(before, present))
			continue;
		why = str_printf("the policy itself labels it %s now, and %s before", present,
				 before);
		r = why ? drift_add(changes, "label-base", name, why, todo, err) : error_nomem(err);
	}
	return r;
}

int drift_labels(struct session *session, json_t *changes, struct error *err)
{
	const json_t *reached = session_recall(session, REACHED);
	json_auto_t *now = NULL;
	int r;

	if (!reached)
		return 0;
	r = lost(session, changes, err);
	if (r == 0)
		r = look(session, &now, err);
	if (r == 0)
		r = compare(json_object_get(reached, "ports"), json_object_get(now, "ports"),
			    "nothing: your local label stands over it", changes, err);
	if (r == 0)
		r = compare(json_object_get(reached, "files"), json_object_get(now, "files"),
			    "nothing, if that is right: a relabel follows the policy", changes,
			    err);
	return r;
}
