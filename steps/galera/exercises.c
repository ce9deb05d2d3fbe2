/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "steps/galera/exercises.h"
#include "wizard/util.h"

#define CHECK_OTHER                                                                                \
	"# on another node; it is to say Synced:",                                                 \
		"{{client}} -e \"SHOW STATUS LIKE 'wsrep_local_state_comment'\""

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
		 "{{client}} -e 'CREATE DATABASE galera_selinux_probe'  # on another node",        \
		 "{{client}} -e 'DROP DATABASE galera_selinux_probe'    # there, too",             \
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

/* ---- which optional ones the configuration speaks for ---------------------------------------- */

/* Is there an option of this kind, with such a value, though a later line may set another? */
static bool is_mentioned(const struct galera_config *config, const char *name, const char *value)
{
	for (size_t i = 0; i < config->option_count; i++) {
		const struct galera_option *option = &config->options[i];

		if (strstr(option->name, name) &&
		    str_starts(option->value ? option->value : "", value))
			return true;
	}
	return false;
}

/* The configured method itself is what the SST of the three shows. */
static const char *offer_method(const char *method, const struct galera_config *config)
{
	/* Percona has options of its own. */
	bool percona = is_mentioned(config, "pxc_", "");

	if (str_starts(config->sst_method, method))
		return NULL;
	if (is_mentioned(config, "wsrep_sst_method", method))
		return "the configuration has this method, too";
	if (!strcmp(method, percona ? "xtrabackup" : "mariabackup") &&
	    !strcmp(config->sst_method, "rsync") && galera_config_get(config, "wsrep_sst_auth"))
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

/* ---- does what the server's log told prove one? ---------------------------------------------- */

#define JOINING "the server has started and is joining"
#define SYNCED  "the node restarted and synced"

__attribute__((format(printf, 3, 4))) static enum proof say(char **why, enum proof proof,
							    const char *format, ...)
{
	va_list args;

	va_start(args, format);
	*why = str_vprintf(format, args);
	va_end(args);
	return proof;
}

/* What was judged, and what is to be added to it. */
__attribute__((format(printf, 3, 4))) static enum proof but(char **why, enum proof proof,
							    const char *format, ...)
{
	_cleanup_free_ char *judged = *why, *more = NULL;
	va_list args;

	va_start(args, format);
	more = str_vprintf(format, args);
	va_end(args);
	return say(why, proof, "%s; but %s", judged, more);
}

/* A failure that the log tells of, with its text. */
static enum proof judge_failure(const struct wsrep_story *story, char **why)
{
	return say(why, PROOF_FAILED, "%s: \"%s\"%s",
		   story->started ? "it failed" : "the server did not start", story->failure,
		   story->permission_denied ? " (permission was denied: see the denials)" : "");
}

/* By another method, or not encrypted. PROOF_OK: there is nothing to be said against it. */
static enum proof judge_manner(const struct exercise *exercise, const struct wsrep_story *story,
			       char **why)
{
	const char *kind = transfer_words(story->kind), *method = exercise->method;

	if (method && strncmp(story->method, method, strlen(method)) != 0)
		return say(why, PROOF_WRONG, "it was %s by %s, not by %s", kind,
			   *story->method ? story->method : "a method that is not named", method);
	if (exercise->encrypted &&
	    !(story->kind == TRANSFER_SST ? story->sst_encrypted : story->ist_encrypted))
		return say(why, PROOF_WRONG,
			   "it was %s, but the log does not say that it was encrypted", kind);
	return PROOF_OK;
}

/* The kind that was wanted. */
static enum proof judge_end(const struct exercise *exercise, const struct wsrep_story *story,
			    char **why)
{
	const char *kind = transfer_words(story->kind), *method;

	if (!story->synced)
		return say(why, PROOF_NONE, "%s is under way", kind);
	if (!story->complete)
		return say(why, PROOF_WRONG,
			   "%s was begun and the node is synced, but the log does not say that "
			   "it succeeded",
			   kind);
	if (judge_manner(exercise, story, why) != PROOF_OK)
		return PROOF_WRONG;
	/* The script of the configured method is started for an IST, too, and does nothing. */
	method = story->kind == TRANSFER_SST ? story->method : "";
	return say(why, PROOF_OK, "%s%s%s%s%s%s%s%s", exercise->encrypted ? "encrypted, " : "",
		   kind, *story->donor ? " from " : "", story->donor, *method ? " by " : "", method,
		   *story->position ? ", up to " : "", story->position);
}

/* A start that needed no transfer, or one whose transfer the log does not name. */
static enum proof judge_unnamed(enum transfer_kind wanted, const struct wsrep_story *story,
				char **why)
{
	if (!story->synced)
		return say(why, PROOF_NONE, "%s%s%s%s",
			   story->transfer_required ? "a state transfer is under way" : JOINING,
			   *story->failure ? "; it had: \"" : "", story->failure,
			   *story->failure ? "\"" : "");
	if (story->transfer_required)
		return say(why, PROOF_WRONG,
			   "a state transfer ended, but the log does not tell whether it was an "
			   "SST or an IST");
	return say(
		why, PROOF_WRONG, "the node synced without a state transfer, since %s",
		wanted == TRANSFER_IST
			? "it had missed nothing: write on another node while this one is stopped"
			: "its state was known: remove grastate.dat while it is stopped");
}

/* What the log tells of a transfer only when clients can write into it. */
static enum proof judge_late(const struct exercise *exercise, const struct wsrep_story *story,
			     const struct witness *witness, char **why)
{
	enum proof proof = judge_end(exercise, story, why);

	if (proof != PROOF_OK)
		return proof;
	return witness->serves_joining
		       ? but(why, PROOF_SILENT, "in the log only: the server served clients then")
		       : but(why, PROOF_WRONG,
			     "its log says so only since it serves clients, who can write into it");
}

static enum proof judge_transfer(const struct exercise *exercise, const struct wsrep_story *story,
				 const struct witness *witness, char **why)
{
	enum transfer_kind wanted = exercise->kind == EXERCISE_SST ? TRANSFER_SST : TRANSFER_IST;

	if (story->failed)
		return judge_failure(story, why);
	if (story->role == ROLE_JOINER && story->kind == wanted)
		return story->late ? judge_late(exercise, story, witness, why)
				   : judge_end(exercise, story, why);
	if (story->role != ROLE_JOINER || story->kind == TRANSFER_NONE)
		return judge_unnamed(wanted, story, why);
	return say(why, PROOF_WRONG, "it was %s, not %s%s%s%s", transfer_words(story->kind),
		   transfer_words(wanted), *story->failure ? "; before that: \"" : "",
		   story->failure, *story->failure ? "\"" : "");
}

/* Synced, and no failure: did it run? */
static enum proof judge_runs(const struct wsrep_story *story, int runs, char **why)
{
	if (story->notify_calls)
		return say(why, PROOF_OK, SYNCED ", and the notify command ran %zu %s (%s)",
			   COUNTED(story->notify_calls, "time", "times"), story->notify_statuses);
	if (runs > 0)
		return say(why, PROOF_OK, SYNCED ", and the audit log has the notify command %d %s",
			   COUNTED(runs, "time", "times"));
	if (runs == 0)
		return say(why, PROOF_WRONG,
			   SYNCED ", but did not run the notify command: is it set in the "
				  "configuration that this server reads?");
	return say(why, PROOF_SILENT,
		   SYNCED ", and its log tells of no failure of the notify command; it tells of "
			  "no success either");
}

static enum proof judge_notify(const struct wsrep_story *story, int runs, char **why)
{
	if (story->notify_failed)
		return say(why, PROOF_FAILED, "the notify command failed: \"%s\"",
			   story->notify_failure);
	if (story->notify_undefined)
		return say(why, PROOF_WRONG, "wsrep_notify_cmd is not set");
	if (story->failed)
		return judge_failure(story, why);
	if (story->synced)
		return judge_runs(story, runs, why);
	return say(why, PROOF_NONE, JOINING);
}

static enum proof judge_bootstrap(const struct wsrep_story *story, char **why)
{
	if (story->failed)
		return judge_failure(story, why);
	if (story->transfer_required || (story->synced && !story->bootstrapped))
		return say(why, PROOF_WRONG,
			   "the node joined a cluster that was there: nothing was begun");
	return say(why, story->synced ? PROOF_OK : PROOF_NONE,
		   story->synced ? "a new group was begun, and the node is synced in it" : JOINING);
}

/* What rejoins after a crash may need an IST, an SST or nothing: each is a way back. */
static enum proof judge_crash(const struct wsrep_story *story, char **why)
{
	bool transferred = story->kind != TRANSFER_NONE;

	if (story->failed)
		return judge_failure(story, why);
	if (!story->synced)
		return say(why, PROOF_NONE, JOINING);
	if (!story->crashed)
		return say(why, PROOF_WRONG,
			   "the node rejoined, but its saved state does not tell of a crash");
	if (transferred ? !story->complete : story->transfer_required)
		return say(why, PROOF_WRONG,
			   "the node rejoined after a crash, but the log does not say how");
	return say(why, PROOF_OK, "after a crash the node rejoined %s%s", transferred ? "by " : "",
		   transferred ? transfer_words(story->kind) : "without a state transfer");
}

/* Seen by a node that need not start in it, and so serves clients. */
static enum proof judge_arbitrator(const struct wsrep_story *story, char **why)
{
	return say(why, story->arbitrator ? PROOF_SILENT : PROOF_NONE,
		   story->arbitrator
			   ? "garbd joined, and is synced with the group, by the log alone"
			   : "no member named garb has synced yet (a garbd of another name is not "
			     "known by it)");
}

static enum proof judge_story(const struct exercise *exercise, const struct wsrep_story *story,
			      const struct witness *witness, char **why)
{
	switch (exercise->kind) {
	case EXERCISE_NOTIFY:
		return judge_notify(story, witness->notify_runs, why);
	case EXERCISE_BOOTSTRAP:
		return judge_bootstrap(story, why);
	case EXERCISE_CRASH:
		return judge_crash(story, why);
	default:
		return judge_transfer(exercise, story, witness, why);
	}
}

/* ---- is that borne out? ---------------------------------------------------------------------- */

/* Beside the log there is the server's process, and what the provider keeps. */
static enum proof bear_out(enum proof proof, const struct wsrep_story *story,
			   const struct witness *witness, char **why)
{
	static const char none[] = "00000000-";

	if (!story->pid)
		return but(why, PROOF_SILENT,
			   "in the log only: the server's start names no process");
	if (story->pid != witness->pid)
		return but(why, PROOF_NONE,
			   "in the log only: no server works in the node's data directory as the "
			   "process %ld that it names",
			   story->pid);
	if (!*witness->group || str_starts(witness->group, none) ||
	    (*story->group && strcmp(story->group, witness->group) != 0))
		return but(why, PROOF_NONE,
			   "in the log only: grastate.dat does not have the group's state (yet)");
	return proof;
}

/* What a server does that goes on is no failure where its clients may have said so, or where it is
 * another one's. */
static enum proof believe_failure(bool early, const struct wsrep_story *story,
				  const struct witness *witness, char **why)
{
	if (!witness->pid || (early && witness->pid == story->pid))
		return PROOF_FAILED;
	return but(why, PROOF_WRONG,
		   "the server goes on, and clients may have put that into its log: a hint");
}

enum proof exercise_judge(const struct exercise *exercise, const struct wsrep_story *story,
			  const struct witness *witness, char **why)
{
	enum proof proof;

	if (exercise->kind == EXERCISE_ARBITRATOR)
		return judge_arbitrator(story, why);
	if (witness->pid && !witness->restarted)
		return say(why, PROOF_NONE,
			   "the server has not been restarted since the exercise began (process "
			   "%ld)",
			   witness->pid);
	if (story->ambiguous)
		return say(why, PROOF_NONE,
			   "the log has several starts of one process, or too many: somebody else "
			   "writes into it, so the exercise is to be done again");
	if (!story->started && (!story->failed || story->role == ROLE_DONOR))
		return say(why, PROOF_NONE, "no start of the server is in its log yet");
	if (!story->started || (story->failed_late && !witness->pid)) {
		judge_failure(story, why);
		return believe_failure(true, story, witness, why);
	}
	proof = judge_story(exercise, story, witness, why);
	if (proof == PROOF_OK || proof == PROOF_SILENT)
		return bear_out(proof, story, witness, why);
	if (proof == PROOF_FAILED)
		return believe_failure(story->failed || story->notify_failed_early, story, witness,
				       why);
	return proof;
}
