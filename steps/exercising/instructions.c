/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "steps/exercising/instructions.h"
#include "steps/host/server.h"
#include "steps/node/node.h"
#include "wizard/text.h"
#include "wizard/util.h"

/* What the commands call things. */
struct names {
	struct node_units units;
	char *restart;   /* the command that stops one and starts the other */
	char *bootstrap; /* the command that begins a new cluster */
};

static void names_clear(struct names *names)
{
	node_units_clear(&names->units);
	free(names->restart);
	free(names->bootstrap);
}

static void find_bootstrap(struct session *session, struct names *names)
{
	static const char *const units[] = { "mysql@*", NULL };
	_cleanup_free_ char *of_percona = host_installed_unit(session->root, units, "bootstrap");

	/* MariaDB's script knows the plain unit only. */
	if (strchr(names->units.unit, '@'))
		names->bootstrap = str_printf(
			"systemctl set-environment _WSREP_NEW_CLUSTER=--wsrep-new-cluster; "
			"systemctl start %s; systemctl unset-environment _WSREP_NEW_CLUSTER",
			names->units.unit);
	else if (node_has_program(session, "galera_new_cluster"))
		names->bootstrap = str_copy("galera_new_cluster");
	else if (node_has_program(session, "mysqld_bootstrap"))
		names->bootstrap = str_copy("mysqld_bootstrap");
	else
		names->bootstrap = str_copy(of_percona ? "systemctl start " NODE_BOOTSTRAP_UNIT
						       : "galera_new_cluster");
}

int instructions_read(struct session *session, const struct exercise *exercise,
		      struct strings *lines, struct error *err)
{
	_cleanup_(names_clear) struct names names = { 0 };
	const struct galera_config *config;
	const char *client;
	int r = node_config(session, &config, err) ?: node_units(session, &names.units, err);

	if (r < 0)
		return r;
	/* Its own name first: the other one is a link to it. */
	client = node_has_program(session, "mariadb") ? "mariadb" : "mysql";
	find_bootstrap(session, &names);
	names.restart = strcmp(names.units.unit, names.units.running)
				? str_printf("systemctl stop %s; systemctl start %s",
					     names.units.running, names.units.unit)
				: str_printf("systemctl restart %s", names.units.unit);
	/* The commands come from a table of ours; what is put into them, from the configuration. */
	for (const char *const *command = exercise->commands; *command; command++) {
		_cleanup_free_ char *line = NULL;
		struct template_value values[] = {
			{ "datadir", config->data_directory },
			{ "service", names.units.unit },
			{ "running", names.units.running },
			{ "restart", names.restart },
			{ "bootstrap", names.bootstrap },
			{ "client", client },
			{ 0 },
		};

		r = template_fill(*command, TEMPLATE_COMMENT, values, &line, err);
		if (r < 0)
			return r;
		strings_add(lines, line);
	}
	return 0;
}
