/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "steps/galera/exercises.h"

#define CHECK_OTHER                                                                                \
	"mysql -e \"SHOW STATUS LIKE 'wsrep_local_state_comment'\"  # on another node: Synced?"

#define CARRIED "Only while another node is Primary and Synced: it carries the cluster meanwhile."
#define DATA_REPLACED                                                                              \
	"Only while another node is Primary and Synced: this node's data is replaced by that "     \
	"node's."

static const char *const sst_commands[] = {
	CHECK_OTHER,
	"systemctl stop {{running}}",
	"rm {{datadir}}/grastate.dat",
	"systemctl start {{service}}",
	NULL,
};

/* Without IF NOT EXISTS: a database that is there already is not dropped. */
static const char *const ist_commands[] = {
	CHECK_OTHER,
	"systemctl stop {{running}}",
	"mysql -e 'CREATE DATABASE galera_selinux_probe'  # on another node",
	"mysql -e 'DROP DATABASE galera_selinux_probe'    # there, too",
	"systemctl start {{service}}",
	NULL,
};

/* An SST by another method than the configured one, for one start. */
#define SST_BY(its_name, its_method, its_title, setting, programs)                                 \
	{                                                                                          \
		.name = (its_name), .kind = EXERCISE_SST, .method = (its_method),                  \
		.title = (its_title), .what = "the whole data set is copied, by this method",      \
		.covers = (programs), .safety = DATA_REPLACED, .optional = true,                   \
		.commands = (const char *const[])                                                  \
		{                                                                                  \
			CHECK_OTHER, "systemctl stop {{running}}", (setting),                      \
				"rm {{datadir}}/grastate.dat", "systemctl start {{service}}",      \
				"# afterwards, in the configuration: the method as it was", NULL,  \
		}                                                                                  \
	}
#define SETTING "# in the configuration: wsrep_sst_method = "

const struct exercise galera_exercises[] = {
	{
		.name = "sst",
		.kind = EXERCISE_SST,
		.title = "SST",
		.what = "the whole data set is copied",
		.safety = DATA_REPLACED,
		.commands = sst_commands,
	},
	{
		.name = "ist",
		.kind = EXERCISE_IST,
		.title = "IST",
		.what = "only the missing transactions are sent",
		.safety = CARRIED,
		.commands = ist_commands,
	},
	{
		.name = "notify",
		.kind = EXERCISE_NOTIFY,
		.title = "notify command",
		.what = "the server runs wsrep_notify_cmd at each change of its state",
		.safety = CARRIED,
		.commands =
			(const char *const[]){
				"{{restart}}",
				NULL,
			},
	},
	SST_BY("sst-rsync", "rsync", "SST by rsync", SETTING "rsync",
	       "the script wsrep_sst_rsync, with rsync"),
	SST_BY("sst-mariabackup", "mariabackup", "SST by mariabackup", SETTING "mariabackup",
	       "the script wsrep_sst_mariabackup, with socat and mariadb-backup"),
	SST_BY("sst-xtrabackup", "xtrabackup", "SST by xtrabackup", SETTING "xtrabackup-v2",
	       "the script wsrep_sst_xtrabackup-v2, with socat and xtrabackup"),
	SST_BY("sst-mysqldump", "mysqldump", "SST by mysqldump", SETTING "mysqldump",
	       "the script wsrep_sst_mysqldump, with the client programs"),
	SST_BY("sst-clone", "clone", "SST by clone", SETTING "clone",
	       "the script wsrep_sst_clone, with the server's clone plugin"),
	{
		.name = "sst-encrypted",
		.kind = EXERCISE_SST,
		.encrypted = true,
		.optional = true,
		.title = "encrypted SST",
		.what = "the whole data set is copied, encrypted",
		.covers = "reading the SST's key and certificates; socat's or stunnel's part",
		.safety = DATA_REPLACED,
		.commands = sst_commands,
	},
	{
		.name = "ist-encrypted",
		.kind = EXERCISE_IST,
		.encrypted = true,
		.optional = true,
		.title = "encrypted IST",
		.what = "only the missing transactions are sent, encrypted",
		.covers = "reading the provider's key and certificates",
		.safety = CARRIED,
		.commands = ist_commands,
	},
	{
		.name = "bootstrap",
		.kind = EXERCISE_BOOTSTRAP,
		.optional = true,
		.title = "bootstrap",
		.what = "this node begins the cluster, with no other",
		.covers = "the start as the first node; its commands and files",
		.safety = "Only while no other node of the cluster runs, and on the node that was "
			  "stopped last: beside a running cluster it would begin a second one.",
		.commands =
			(const char *const[]){
				"systemctl stop {{running}}",
				"grep safe_to_bootstrap {{datadir}}/grastate.dat  # must be 1",
				"{{bootstrap}}",
				NULL,
			},
	},
	{
		.name = "garbd",
		.kind = EXERCISE_ARBITRATOR,
		.optional = true,
		.title = "arbitrator",
		.what = "garbd joins the cluster, which this node sees",
		.covers = "garbd's connections to this node; what garbd itself needs is in the "
			  "audit log of its host",
		.safety = "Only while the cluster has a majority without garbd.",
		.commands =
			(const char *const[]){
				"systemctl restart garb  # on garbd's host; the unit may be garbd",
				NULL,
			},
	},
	{
		.name = "crash",
		.kind = EXERCISE_CRASH,
		.optional = true,
		.title = "crash and rejoin",
		.what = "the server is killed, finds its position again, and rejoins",
		.covers = "the run that recovers the position (galera_recovery), and its files",
		.safety = "Only while another node is Primary and Synced, and on data that can be "
			  "lost: an SST replaces them where the position is not found.",
		.commands =
			(const char *const[]){
				CHECK_OTHER,
				"systemctl kill --signal=KILL {{running}}",
				"systemctl start {{service}}  # unless systemd does it by itself",
				NULL,
			},
	},
	{ 0 },
};

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
