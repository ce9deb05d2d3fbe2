/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ports - the server may only bind and connect to ports that the policy calls mysqld_port_t, and
 * only use files that have its labels.
 *
 * Newer policies let the server use all unreserved ports, and Kerberos's, too: then nothing is to
 * be labelled.
 *
 * Where the base policy labels a port otherwise (4444, and on Fedora 4567), the local label goes
 * over it; undo deletes the local label, and the base label is back. A data directory or log that
 * is not where the policy expects it gets a file-context rule, in the same transaction, and the
 * files are relabelled: before the exercises, so that what it would deny is never denied.
 */
#include <errno.h>
#include <string.h>

#include "steps/labelling/labels.h"
#include "steps/node/change.h"
#include "steps/node/node.h"
#include "steps/steps.h"
#include "wizard/prompt.h"
#include "wizard/screen.h"
#include "wizard/text.h"
#include "wizard/util.h"

/* `semanage port -a` refuses a port that has a label of its own, and -m one that has none. */
static void add_change(json_t *changes, const struct galera_port *port, const char *type,
		       enum store_label label)
{
	bool own = label == STORE_LABEL_POLICY || label == STORE_LABEL_LOCAL;
	bool local = label == STORE_LABEL_LOCAL;
	_cleanup_free_ char *what =
		str_printf("%u/%s %s", port->number, port->proto, port->purpose);
	_cleanup_free_ char *command = str_printf("semanage port -%c -t " PORT_TYPE " -p %s %u",
						  own ? 'm' : 'a', port->proto, port->number);
	_cleanup_free_ char *undo =
		local ? str_printf("semanage port -m -t %s -p %s %u", type, port->proto,
				   port->number)
		      : str_printf("semanage port -d -p %s %u", port->proto, port->number);
	json_t *change = change_add(changes, json_object(),
				    &(struct change){ .what = what,
						      .from = type ?: "unlabelled",
						      .to = PORT_TYPE,
						      .command = command,
						      .undo = undo });

	member_set(change, "proto", json_string(port->proto));
	member_set(change, "number", json_integer(port->number));
	member_set(change, "local_type", text_json(local ? type : NULL));
	if (own)
		member_set(change, "note",
			   json_string(str_starts(type, "kerberos") ? "taken from Kerberos"
								    : "override"));
}

/* A port that the policy lets the server use as it is needs no label: one would take it from its
 * owner (4444 is Kerberos's), and give it to who else may use ours. */
static bool labels_all(const struct session *session)
{
	const char *answer = prompt_settled(session, "ports.unneeded", NULL, NULL);

	return answer && !strcmp(answer, "label");
}

static int plan_ports(struct session *session, json_t *changes, struct error *err)
{
	const struct galera_port *ports;
	struct store *store = NULL;
	struct oracle *oracle = NULL;
	int count = 0, r = node_ports(session, &ports, &count, err)
			       ?: node_loaded(session, &oracle, err)
			       ?: node_store(session, &store, err);

	if (r < 0)
		return r;
	if (!oracle_type_has_attribute(oracle, PORT_TYPE, "port_type"))
		return error_set(err, ENOENT, "install the policy's MySQL module, then start again",
				 "the policy has no port type " PORT_TYPE);
	for (int i = 0; r == 0 && i < count; i++) {
		_cleanup_free_ char *type = NULL;
		enum store_label label;

		r = store_port_label(store, ports[i].proto, ports[i].number, &type, &label, err);
		if (r == 0 && (!type || strcmp(type, PORT_TYPE) != 0) &&
		    (labels_all(session) ||
		     !oracle_port_is_usable(oracle, node_domain(), ports[i].proto,
					    ports[i].number)))
			add_change(changes, &ports[i], type, label);
	}
	return r;
}

static int plan(struct session *session, json_t *changes, struct error *err)
{
	return plan_ports(session, changes, err) ?: labels_plan(session, changes, err);
}

static unsigned int port_number(const json_t *change)
{
	return (unsigned int)member_number(change, "number");
}

/* A change of a file's label has a path instead. */
static size_t count_ports(const json_t *changes)
{
	size_t count = 0;

	list_each(change, changes)
		count += json_object_get(change, "number") != NULL;
	return count;
}

/* Who else may use every port of this type. */
static int tell_users(struct session *session, struct error *err)
{
	enum { SHOWN = 3 };
	_cleanup_(strings_clear) struct strings names = { 0 }, shown = { 0 };
	_cleanup_free_ char *list = NULL;
	struct oracle *oracle;
	size_t others = 0;
	char more[32] = "";
	int r = node_loaded(session, &oracle, err);

	if (r == 0)
		oracle_port_users(oracle, PORT_TYPE, &names);
	for (size_t i = 0; i < names.count; i++)
		if (strcmp(names.items[i], node_domain()) != 0 && others++ < SHOWN)
			strings_add(&shown, names.items[i]);
	if (r < 0 || !others)
		return r;
	list = strings_join(&shown, ", ");
	if (others > SHOWN)
		snprintf(more, sizeof(more), " and %zu more", others - SHOWN);
	screen_say("Once labelled, %zu %s may use these ports, too, as the policy lets %s use "
		   "every " PORT_TYPE ": %s%s.",
		   COUNTED(others, "other domain", "other domains"), others == 1 ? "it" : "them",
		   list, more);
	return 0;
}

static int ask(struct session *session, json_t *changes, struct error *err)
{
	size_t ports = count_ports(changes);
	bool yes = true;
	int r = ports ? tell_users(session, err) : 0;

	if (r < 0 || ports == json_array_size(changes))
		return r;
	r = prompt_yes_no(session, "ports.files", NULL,
			  ports ? "Label the files, too?" : "Label the files?", true, &yes, err);
	if (r < 0 || yes)
		return r;
	screen_say("The files keep their labels; `check` goes on to tell of them.");
	return labels_decline(session, changes, err);
}

/* data: the changes. */
static int set_labels(struct store *store, const void *data, struct error *err)
{
	int r = labels_set(store, data, false, err);

	list_each(change, data)
		if (r == 0 && json_object_get(change, "number"))
			r = store_port_set(store, member_text(change, "proto"), port_number(change),
					   PORT_TYPE, err);
	return r;
}

/* Give back what each port had. */
static int unset_labels(struct store *store, const void *data, struct error *err)
{
	int r = labels_set(store, data, true, err);

	list_each(change, data) {
		const char *before = member_or_null(change, "local_type");

		if (!json_object_get(change, "number"))
			continue;
		if (r == 0 && before)
			r = store_port_set(store, member_text(change, "proto"), port_number(change),
					   before, err);
		else if (r == 0)
			r = store_port_unset(store, member_text(change, "proto"),
					     port_number(change), err);
	}
	/* Without it the policy after an undo is equal in meaning, but not byte for byte. */
	return r < 0 || !count_ports(data) ? r : store_rebuild(store, err);
}

static int apply(struct session *session, const json_t *changes, struct error *err)
{
	int r = 0;

	if (count_ports(changes) || labels_rules(changes))
		r = node_change(session, set_labels, changes, err);
	return r < 0 ? r : labels_relabel(session, changes, err);
}

static int undo(struct session *session, const json_t *changes, struct error *err)
{
	int r = 0;

	if (count_ports(changes))
		node_say_building(session);
	if (count_ports(changes) || labels_rules(changes))
		r = node_change(session, unset_labels, changes, err);
	return r < 0 ? r : node_then(session, labels_restore, changes, err);
}

const struct step step_ports = {
	.name = "ports",
	.title = "Label the Galera ports and files",
	.why = "The server may only use ports that the policy calls " PORT_TYPE
	       ", and files with its labels.",
	.flags = STEP_CHANGES_SYSTEM | STEP_ASKS_FIRST,
	.plan = plan,
	.ask = ask,
	.apply = apply,
	.undo = undo,
};
