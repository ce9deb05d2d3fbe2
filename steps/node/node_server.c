/* SPDX-License-Identifier: GPL-2.0-or-later */
/* node_server - which server of this machine is the node's, and how its units are called */
#include <string.h>
#include <unistd.h>

#include "steps/galera/exercises.h"
#include "steps/node/node.h"
#include "wizard/util.h"

/* Instances are told from each other by the suffix of their groups: ".node2" is mariadb@node2's. */
static const char *instance(void)
{
	const char *suffix = node_options.group_suffix;

	return suffix && *suffix == '.' ? suffix + 1 : NULL;
}

int node_server(const struct session *session, struct server_process *process, struct error *err)
{
	*process = (struct server_process){ 0 };
	return session_is_scratch(session)
		       ? 0
		       : host_find_server(galera_servers, galera_units, instance(), process, err);
}

bool node_has_program(const struct session *session, const char *name)
{
	_cleanup_free_ char *path =
		host_program_path(session->root, (const char *const[]){ name, NULL });

	return path;
}

/* Where no unit file is there: MariaDB's packages have mariadb, MySQL's mysql on Debian, else
 * mysqld. */
static const char *usual_unit(const struct session *session)
{
	_cleanup_free_ char *debian = session_in_root(session, "/etc/debian_version");

	if (node_has_program(session, "mariadbd") || !node_has_program(session, "mysqld"))
		return "mariadb";
	return access(debian, F_OK) == 0 ? "mysql" : "mysqld";
}

int node_units(const struct session *session, struct node_units *units, struct error *err)
{
	_cleanup_(server_process_clear) struct server_process process = { 0 };
	int r = node_server(session, &process, err);

	*units = (struct node_units){ 0 };
	if (r < 0)
		return r;
	/* Of several servers it is not known which is meant, but by the suffix of its groups. */
	if (instance() ? server_is_instance(&process, instance()) : !process.others)
		units->running = TAKE_PTR(process.unit);
	if (units->running && strcmp(units->running, NODE_BOOTSTRAP_UNIT) != 0)
		units->unit = str_copy(units->running);
	else
		units->unit = host_installed_unit(session->root, galera_units, instance());
	if (!units->unit)
		units->unit = str_copy(usual_unit(session));
	if (!units->running)
		units->running = str_copy(units->unit);
	return 0;
}

void node_units_clear(struct node_units *units)
{
	free(units->unit);
	free(units->running);
}
