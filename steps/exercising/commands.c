/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include <unistd.h>

#include "steps/exercising/commands.h"
#include "steps/host/server.h"
#include "steps/host/units.h"
#include "steps/node/node.h"
#include "wizard/screen.h"
#include "wizard/template.h"
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

static int copy(char **to, const char *text, struct error *err)
{
	*to = strdup(text);
	return *to ? 0 : error_nomem(err);
}

/* Where no unit file is there: MariaDB's packages have mariadb, MySQL's mysql on Debian, else
 * mysqld. */
static int usual_unit(const char *root, char **unit, struct error *err)
{
	static const char *const mariadb[] = { "mariadbd", NULL }, *const mysql[] = { "mysqld",
										      NULL };
	_cleanup_free_ char *debian = str_printf("%s/etc/debian_version", root);
	_cleanup_free_ char *of_mariadb = NULL, *of_mysql = NULL;
	int r = debian ? host_program_path(root, mariadb, &of_mariadb, err) : error_nomem(err);

	if (r == 0)
		r = host_program_path(root, mysql, &of_mysql, err);
	if (r < 0)
		return r;
	return copy(unit,
		    of_mariadb || !of_mysql     ? "mariadb"
		    : access(debian, F_OK) == 0 ? "mysql"
						: "mysqld",
		    err);
}

/* Of several servers it is not known which is meant, but by the suffix of its groups. */
static int find_running(struct session *session, char **unit, struct error *err)
{
	_cleanup_(server_process_clear) struct server_process process = { 0 };
	int r;

	if (session_is_scratch(session) || node_options.group_suffix)
		return 0;
	r = host_find_server(galera_servers, &process, err);
	if (r < 0 || !process.pid || process.others)
		return r;
	return host_running_unit(process.pid, galera_units, unit, err);
}

static int find_units(struct session *session, struct names *names, struct error *err)
{
	const char *root = session_root(session), *suffix = node_options.group_suffix;
	int r = find_running(session, &names->running, err);

	if (r == 0 && names->running && strcmp(names->running, BOOTSTRAP_UNIT) != 0)
		return copy(&names->unit, names->running, err);
	if (r == 0)
		r = host_installed_unit(root, galera_units,
					suffix && *suffix == '.' ? suffix + 1 : NULL, &names->unit,
					err);
	if (r == 0 && !names->unit)
		r = usual_unit(root, &names->unit, err);
	return r < 0 || names->running ? r : copy(&names->running, names->unit, err);
}

static int find_bootstrap(struct session *session, struct names *names, struct error *err)
{
	static const char *const mariadb[] = { "galera_new_cluster", NULL },
				 *const mysql[] = { "mysqld_bootstrap", NULL },
				 *const percona[] = { "mysql@*", NULL };
	const char *root = session_root(session), *at = strchr(names->unit, '@');
	_cleanup_free_ char *of_mariadb = NULL, *of_mysql = NULL, *of_percona = NULL;
	int r = host_program_path(root, mariadb, &of_mariadb, err);

	if (r == 0)
		r = host_program_path(root, mysql, &of_mysql, err);
	if (r == 0)
		r = host_installed_unit(root, percona, "bootstrap", &of_percona, err);
	if (r < 0)
		return r;
	/* MariaDB's script knows the plain unit only. */
	if (at)
		names->bootstrap = str_printf(
			"systemctl set-environment _WSREP_NEW_CLUSTER=--wsrep-new-cluster; "
			"systemctl start %s; systemctl unset-environment _WSREP_NEW_CLUSTER",
			names->unit);
	else
		names->bootstrap = strdup(of_mariadb   ? "galera_new_cluster"
					  : of_mysql   ? "mysqld_bootstrap"
					  : of_percona ? "systemctl start " BOOTSTRAP_UNIT
						       : "galera_new_cluster");
	return names->bootstrap ? 0 : error_nomem(err);
}

static int find_names(struct session *session, struct names *names, struct error *err)
{
	int r = find_units(session, names, err);

	if (r == 0)
		r = find_bootstrap(session, names, err);
	if (r < 0)
		return r;
	names->restart = strcmp(names->unit, names->running)
				 ? str_printf("systemctl stop %s; systemctl start %s",
					      names->running, names->unit)
				 : str_printf("systemctl restart %s", names->unit);
	return names->restart ? 0 : error_nomem(err);
}

int commands_show(struct session *session, const struct exercise *exercise, struct error *err)
{
	_cleanup_(names_clear) struct names names = { 0 };
	const struct galera_config *config;
	int r = node_config(session, &config, err);

	if (r == 0)
		r = find_names(session, &names, err);
	if (r < 0)
		return r;
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
