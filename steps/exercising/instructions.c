/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "steps/exercising/instructions.h"
#include "steps/host/server.h"
#include "steps/node/node.h"
#include "wizard/screen.h"
#include "wizard/text.h"
#include "wizard/util.h"

/* Percona's unit that begins a new cluster: it is stopped, but never started again. */
#define BOOTSTRAP_UNIT "mysql@bootstrap"

/* What the commands call things. */
struct names {
	char *unit;      /* to be started */
	char *running;   /* to be stopped; the same, but after a bootstrap */
	char *restart;   /* the command for both */
	char *bootstrap; /* the command that begins a new cluster */
};

static void names_clear(struct names *names)
{
	free(names->unit);
	free(names->running);
	free(names->restart);
	free(names->bootstrap);
}

static bool has_program(struct session *session, const char *name)
{
	_cleanup_free_ char *path =
		host_program_path(session->root, (const char *const[]){ name, NULL });

	return path;
}

/* Where no unit file is there: MariaDB's packages have mariadb, MySQL's mysql on Debian, else
 * mysqld. */
static const char *usual_unit(struct session *session)
{
	_cleanup_free_ char *debian = session_in_root(session, "/etc/debian_version");

	if (has_program(session, "mariadbd") || !has_program(session, "mysqld"))
		return "mariadb";
	return access(debian, F_OK) == 0 ? "mysql" : "mysqld";
}

/* Of several servers it is not known which is meant, but by the suffix of its groups. */
static int find_running(struct session *session, char **unit, struct error *err)
{
	_cleanup_(server_process_clear) struct server_process process = { 0 };
	int r;

	if (session_is_scratch(session) || node_options.group_suffix)
		return 0;
	r = host_find_server(galera_servers, &process, err);
	if (r == 0 && process.pid && !process.others)
		*unit = host_running_unit(process.pid, galera_units);
	return r;
}

static int find_units(struct session *session, struct names *names, struct error *err)
{
	const char *suffix = node_options.group_suffix;
	int r = find_running(session, &names->running, err);

	if (r < 0)
		return r;
	if (names->running && strcmp(names->running, BOOTSTRAP_UNIT) != 0)
		names->unit = str_copy(names->running);
	else
		names->unit = host_installed_unit(session->root, galera_units,
						  suffix && *suffix == '.' ? suffix + 1 : NULL);
	if (!names->unit)
		names->unit = str_copy(usual_unit(session));
	if (!names->running)
		names->running = str_copy(names->unit);
	return 0;
}

static void find_bootstrap(struct session *session, struct names *names)
{
	static const char *const units[] = { "mysql@*", NULL };
	_cleanup_free_ char *of_percona = host_installed_unit(session->root, units, "bootstrap");

	/* MariaDB's script knows the plain unit only. */
	if (strchr(names->unit, '@'))
		names->bootstrap = str_printf(
			"systemctl set-environment _WSREP_NEW_CLUSTER=--wsrep-new-cluster; "
			"systemctl start %s; systemctl unset-environment _WSREP_NEW_CLUSTER",
			names->unit);
	else if (has_program(session, "galera_new_cluster"))
		names->bootstrap = str_copy("galera_new_cluster");
	else if (has_program(session, "mysqld_bootstrap"))
		names->bootstrap = str_copy("mysqld_bootstrap");
	else
		names->bootstrap = str_copy(of_percona ? "systemctl start " BOOTSTRAP_UNIT
						       : "galera_new_cluster");
}

int instructions_show(struct session *session, const struct exercise *exercise, struct error *err)
{
	_cleanup_(names_clear) struct names names = { 0 };
	const struct galera_config *config;
	int r = node_config(session, &config, err);

	if (r == 0)
		r = find_units(session, &names, err);
	if (r < 0)
		return r;
	find_bootstrap(session, &names);
	names.restart = strcmp(names.unit, names.running)
				? str_printf("systemctl stop %s; systemctl start %s", names.running,
					     names.unit)
				: str_printf("systemctl restart %s", names.unit);
	/* The commands come from a table of ours; what is put into them, from the configuration. */
	for (const char *const *command = exercise->commands; *command; command++) {
		_cleanup_free_ char *line = NULL;
		struct template_value values[] = {
			{ "datadir", config->data_directory }, { "service", names.unit },
			{ "running", names.running },          { "restart", names.restart },
			{ "bootstrap", names.bootstrap },      { 0 },
		};

		r = template_fill(*command, TEMPLATE_COMMENT, values, &line, err);
		if (r < 0)
			return r;
		screen_detail("%s", line);
	}
	return 0;
}
