/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ports - the server may only bind and connect to ports that the policy calls mysqld_port_t.
 *
 * Where the base policy labels a port otherwise (4444, and on Fedora 4567), the local label goes
 * over it; undo deletes the local label, and the base label is back.
 */
#include <errno.h>
#include <string.h>

#include "steps/node.h"
#include "steps/steps.h"
#include "wizard/screen.h"
#include "wizard/util.h"

/* `semanage port -a` refuses a port that has a label of its own, and -m one that has none. */
static int add_change(json_t *changes, const struct galera_port *port, const char *type,
		      enum store_label label, struct error *err)
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
	json_t *change;

	if (!what || !command || !undo)
		return error_nomem(err);
	change = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:s?}", "what", what, "from",
			   type ? type : "unlabelled", "to", PORT_TYPE, "command", command, "undo",
			   undo, "proto", port->proto, "number", (int)port->number, "local_type",
			   local ? type : NULL);
	if (own && change)
		json_object_set_new(change, "note", json_string("override"));
	return json_array_append_new(changes, change) < 0 ? error_nomem(err) : 0;
}

static int plan(struct session *session, json_t *changes, struct error *err)
{
	const struct galera_port *ports;
	struct store *store;
	struct oracle *oracle;
	int count = node_ports(session, &ports, err);
	int r;

	if (count < 0)
		return count;
	r = node_loaded(session, &oracle, err);
	if (r < 0)
		return r;
	if (!oracle_type_has_attribute(oracle, PORT_TYPE, "port_type"))
		return error_set(err, ENOENT, "install the policy's MySQL module, then start again",
				 "the policy has no port type " PORT_TYPE);
	r = node_store(session, &store, err);
	for (int i = 0; r == 0 && i < count; i++) {
		_cleanup_free_ char *type = NULL;
		enum store_label label;

		r = store_port_label(store, ports[i].proto, ports[i].number, &type, &label, err);
		if (r == 0 && (!type || strcmp(type, PORT_TYPE) != 0))
			r = add_change(changes, &ports[i], type, label, err);
	}
	return r;
}

static int detect(struct session *session, enum step_state *state, struct error *err)
{
	json_t *changes = json_array();
	int r = plan(session, changes, err);

	if (r == 0)
		*state = json_array_size(changes) ? STEP_TODO : STEP_SATISFIED;
	json_decref(changes);
	return r;
}

static const char *member(const json_t *change, const char *name)
{
	return json_string_value(json_object_get(change, name));
}

static unsigned int port_number(const json_t *change)
{
	return (unsigned int)json_integer_value(json_object_get(change, "number"));
}

/* data: the changes. */
static int set_ports(struct store *store, const void *data, struct error *err)
{
	json_t *change;
	size_t i;
	int r = 0;

	json_array_foreach(data, i, change)
	{
		if (r == 0)
			r = store_port_set(store, member(change, "proto"), port_number(change),
					   PORT_TYPE, err);
	}
	return r;
}

/* Give back what each port had. */
static int unset_ports(struct store *store, const void *data, struct error *err)
{
	json_t *change;
	size_t i;
	int r = 0;

	json_array_foreach(data, i, change)
	{
		const char *before = member(change, "local_type");

		if (r == 0 && before)
			r = store_port_set(store, member(change, "proto"), port_number(change),
					   before, err);
		else if (r == 0)
			r = store_port_unset(store, member(change, "proto"), port_number(change),
					     err);
	}
	/* Without it the policy after an undo is equal in meaning, but not byte for byte. */
	return r < 0 ? r : store_rebuild(store, err);
}

static int apply(struct session *session, const json_t *changes, struct error *err)
{
	return node_change(session, set_ports, changes, err);
}

static int undo(struct session *session, const json_t *changes, struct error *err)
{
	return node_change(session, unset_ports, changes, err);
}

const struct step step_ports = {
	.name = "ports",
	.title = "Label the Galera ports",
	.why = "The server may only use ports that the policy calls " PORT_TYPE ".",
	.flags = STEP_CHANGES_SYSTEM,
	.detect = detect,
	.plan = plan,
	.apply = apply,
	.undo = undo,
};
