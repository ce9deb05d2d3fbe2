/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "steps/galera/exercises.h"

#define CHECK_OTHER                                                                                \
	"# on another node; it is to say Synced:",                                                 \
		"mysql -e \"SHOW STATUS LIKE 'wsrep_local_state_comment'\""

#define CARRIED "Only while another node is Primary and Synced: it carries the cluster meanwhile."
#define DATA_REPLACED                                                                              \
	"Only while another node is Primary and Synced: this node's data is replaced by that "     \
	"node's."

#define COMMANDS(...)                                                                              \
	(const char *const[])                                                                      \
	{                                                                                          \
		__VA_ARGS__, NULL                                                                  \
	}
#define SST_COMMANDS                                                                               \
	COMMANDS(CHECK_OTHER, "systemctl stop {{running}}", "rm {{datadir}}/grastate.dat",         \
		 "systemctl start {{service}}")
/* Without IF NOT EXISTS: a database that is there already is not dropped. */
#define IST_COMMANDS                                                                               \
	COMMANDS(CHECK_OTHER, "systemctl stop {{running}}",                                        \
		 "mysql -e 'CREATE DATABASE galera_selinux_probe'  # on another node",             \
		 "mysql -e 'DROP DATABASE galera_selinux_probe'    # there, too",                  \
		 "systemctl start {{service}}")

/* clang-format off */
/* An SST by another method than the configured one, for one start. */
#define SST_BY(its_method, setting, programs)                                                      \
	{                                                                                          \
		.name = "sst-" its_method, .kind = EXERCISE_SST, .optional = true,                 \
		.method = (its_method), .title = "SST by " its_method,                             \
		.what = "the whole data set is copied, by this method",                            \
		.covers = "the script wsrep_sst_" setting ", with " programs,                      \
		.safety = DATA_REPLACED,                                                           \
		.commands = COMMANDS(CHECK_OTHER, "systemctl stop {{running}}",                    \
				     ("# in the configuration: wsrep_sst_method = " setting),      \
				     "rm {{datadir}}/grastate.dat",                                \
				     "systemctl start {{service}}",                                \
				     "# afterwards, in the configuration: the method as it was"),  \
	}

const struct exercise galera_exercises[] = {
	{ .name = "sst", .kind = EXERCISE_SST,
	  .title = "SST", .what = "the whole data set is copied",
	  .safety = DATA_REPLACED,
	  .commands = SST_COMMANDS },
	{ .name = "ist", .kind = EXERCISE_IST,
	  .title = "IST", .what = "only the missing transactions are sent",
	  .safety = CARRIED,
	  .commands = IST_COMMANDS },
	{ .name = "notify", .kind = EXERCISE_NOTIFY,
	  .title = "notify command",
	  .what = "the server runs wsrep_notify_cmd at each change of its state",
	  .safety = CARRIED,
	  .commands = COMMANDS("{{restart}}") },
	SST_BY("rsync", "rsync", "rsync"),
	SST_BY("mariabackup", "mariabackup", "socat and mariadb-backup"),
	SST_BY("xtrabackup", "xtrabackup-v2", "socat and xtrabackup"),
	SST_BY("mysqldump", "mysqldump", "the client programs"),
	SST_BY("clone", "clone", "the server's clone plugin"),
	{ .name = "sst-encrypted", .kind = EXERCISE_SST, .encrypted = true, .optional = true,
	  .title = "encrypted SST", .what = "the whole data set is copied, encrypted",
	  .covers = "reading the SST's key and certificates; socat's or stunnel's part",
	  .safety = DATA_REPLACED,
	  .commands = SST_COMMANDS },
	{ .name = "ist-encrypted", .kind = EXERCISE_IST, .encrypted = true, .optional = true,
	  .title = "encrypted IST", .what = "only the missing transactions are sent, encrypted",
	  .covers = "reading the provider's key and certificates",
	  .safety = CARRIED,
	  .commands = IST_COMMANDS },
	{ .name = "bootstrap", .kind = EXERCISE_BOOTSTRAP, .optional = true,
	  .title = "bootstrap", .what = "this node begins the cluster, with no other",
	  .covers = "the start as the first node; its commands and files",
	  .safety = "Only while no other node of the cluster runs, and on the node that was "
		    "stopped last: beside a running cluster it would begin a second one.",
	  .commands = COMMANDS("systemctl stop {{running}}",
			       "grep safe_to_bootstrap {{datadir}}/grastate.dat  # must be 1",
			       "{{bootstrap}}") },
	{ .name = "garbd", .kind = EXERCISE_ARBITRATOR, .optional = true,
	  .title = "arbitrator", .what = "garbd joins the cluster, which this node sees",
	  .covers = "garbd's connections to this node; what garbd itself needs is in the audit "
		    "log of its host",
	  .safety = "Only while the cluster has a majority without garbd.",
	  .commands =
		COMMANDS("systemctl restart garb  # on garbd's host; the unit may be garbd") },
	{ .name = "crash", .kind = EXERCISE_CRASH, .optional = true,
	  .title = "crash and rejoin",
	  .what = "the server is killed, finds its position again, and rejoins",
	  .covers = "the run that recovers the position (galera_recovery), and its files",
	  .safety = "Only while another node is Primary and Synced, and on data that can be "
		    "lost: an SST replaces them where the position is not found.",
	  .commands = COMMANDS(CHECK_OTHER, "systemctl kill --signal=KILL {{running}}",
			       "systemctl start {{service}}  # unless systemd does it by itself") },
	{ 0 },
};
/* clang-format on */

const struct exercise *exercise_find(const char *name)
{
	for (const struct exercise *exercise = galera_exercises; exercise->name; exercise++)
		if (!strcmp(exercise->name, name))
			return exercise;
	return NULL;
}

/* ---- which optional ones the configuration speaks for -----------------------------------------
 */

/* Is the method set somewhere, though a later line of the configuration sets another? */
static bool is_mentioned(const struct galera_config *config, const char *method)
{
	for (size_t i = 0; i < config->option_count; i++) {
		const struct galera_option *option = &config->options[i];

		if (strstr(option->name, "wsrep_sst_method") && option->value &&
		    !strncmp(option->value, method, strlen(method)))
			return true;
	}
	return false;
}

static bool is_percona(const struct galera_config *config)
{
	for (size_t i = 0; i < config->option_count; i++)
		if (!strncmp(config->options[i].name, "pxc_", strlen("pxc_")))
			return true;
	return false;
}

/* The configured method itself is what the SST of the three shows. */
static const char *offer_method(const char *method, const struct galera_config *config)
{
	const char *backup = is_percona(config) ? "xtrabackup" : "mariabackup";

	if (!strncmp(config->sst_method, method, strlen(method)))
		return NULL;
	if (is_mentioned(config, method))
		return "the configuration has this method, too";
	if (!strcmp(method, backup) && !strcmp(config->sst_method, "rsync") &&
	    galera_config_get(config, "wsrep_sst_auth"))
		return "wsrep_sst_auth has an account for it, which rsync does not need";
	return NULL;
}

const char *exercise_offered(const struct exercise *exercise, const struct galera_config *config)
{
	if (!exercise->optional || !config->wsrep_on)
		return NULL;
	switch (exercise->kind) {
	case EXERCISE_SST:
		if (exercise->method)
			return offer_method(exercise->method, config);
		return config->sst_encrypted ? "the group [sst] has it encrypted" : NULL;
	case EXERCISE_IST:
		return config->ist_encrypted ? "the provider has a key (socket.ssl_key)" : NULL;
	case EXERCISE_BOOTSTRAP:
		return "each cluster is begun on one of its nodes";
	case EXERCISE_ARBITRATOR:
		return config->arbitrator ? "garbd's own configuration names the nodes" : NULL;
	case EXERCISE_CRASH:
		return "each server may crash one day";
	default:
		return NULL;
	}
}

const char *const galera_units[] = { "mariadb", "mysql",    "mysqld", "mariadb@*",
				     "mysql@*", "mysqld@*", NULL };
const char *const galera_servers[] = { "mariadbd", "mysqld", NULL };
const char *const galera_domains[] = { "mysqld_t", "mysqld_safe_t", NULL };
