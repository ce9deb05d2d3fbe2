/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "steps/galera/exercises.h"
#include "wizard/util.h"

#define CHECK_OTHER                                                                                \
	"mysql -e \"SHOW STATUS LIKE 'wsrep_local_state_comment'\"  # on another node: Synced?"

const struct exercise galera_exercises[] = {
	{
		.name = "sst",
		.title = "SST",
		.what = "the whole data set is copied",
		.safety = "Only while another node is Primary and Synced: this node's data is "
			  "replaced by that node's.",
		.commands =
			(const char *const[]){
				CHECK_OTHER,
				"systemctl stop {{service}}",
				"rm {{datadir}}/grastate.dat",
				"systemctl start {{service}}",
				NULL,
			},
	},
	{
		.name = "ist",
		.title = "IST",
		.what = "only the missing transactions are sent",
		.safety = "Only while another node is Primary and Synced: it carries the cluster "
			  "meanwhile.",
		/* Without IF NOT EXISTS: a database that is there already is not dropped. */
		.commands =
			(const char *const[]){
				CHECK_OTHER,
				"systemctl stop {{service}}",
				"mysql -e 'CREATE DATABASE galera_selinux_probe'  # on another "
				"node",
				"mysql -e 'DROP DATABASE galera_selinux_probe'    # there, too",
				"systemctl start {{service}}",
				NULL,
			},
	},
	{
		.name = "notify",
		.title = "notify command",
		.what = "the server runs wsrep_notify_cmd at each change of its state",
		.safety = "Only while another node is Primary and Synced: it carries the cluster "
			  "meanwhile.",
		.commands =
			(const char *const[]){
				"systemctl restart {{service}}",
				NULL,
			},
	},
	{ 0 },
};

const char *const galera_units[] = { "mariadb", "mysql",    "mysqld", "mariadb@*",
				     "mysql@*", "mysqld@*", NULL };
const char *const galera_servers[] = { "mariadbd", "mysqld", NULL };
const char *const galera_domains[] = { "mysqld_t", "mysqld_safe_t", NULL };

/* ---- judging --------------------------------------------------------------------------------- */

static const char *kind_name(enum transfer_kind kind)
{
	return kind == TRANSFER_SST ? "an SST" : "an IST";
}

/* A failure that the log tells of, with its text. */
static enum proof judge_failure(const struct wsrep_story *story, char **why)
{
	*why = str_printf("%s: \"%s\"%s", story->started ? "it failed" : "the server did not start",
			  story->failure,
			  story->permission_denied ? " (permission was denied: see the denials)"
						   : "");
	return PROOF_FAILED;
}

/* The kind that was wanted. */
static enum proof judge_end(const struct wsrep_story *story, char **why)
{
	const char *kind = kind_name(story->kind);

	if (!story->synced) {
		*why = str_printf("%s is under way", kind);
		return PROOF_NONE;
	}
	if (!story->complete) {
		*why = str_printf(
			"%s was begun and the node is synced, but the log does not say that "
			"it succeeded",
			kind);
		return PROOF_WRONG;
	}
	*why = str_printf("%s%s%s%s%s%s%s", kind, *story->donor ? " from " : "", story->donor,
			  *story->method ? " by " : "", story->method,
			  *story->position ? ", up to " : "", story->position);
	return PROOF_OK;
}

/* A start that needed no transfer, or one whose transfer the log does not name. */
static enum proof judge_unnamed(enum transfer_kind wanted, const struct wsrep_story *story,
				char **why)
{
	if (!story->synced) {
		*why = str_printf("%s%s%s%s",
				  story->transfer_required
					  ? "a state transfer is under way"
					  : "the server has started and is joining",
				  *story->failure ? "; it had: \"" : "", story->failure,
				  *story->failure ? "\"" : "");
		return PROOF_NONE;
	}
	if (story->transfer_required)
		*why = strdup("a state transfer ended, but the log does not tell whether it was an "
			      "SST or an IST");
	else if (wanted == TRANSFER_IST)
		*why = strdup("the node synced without a state transfer, since it had missed "
			      "nothing: write on another node while this one is stopped");
	else
		*why = strdup("the node synced without a state transfer, since its state was "
			      "known: remove grastate.dat while it is stopped");
	return PROOF_WRONG;
}

static enum proof judge_transfer(enum transfer_kind wanted, const struct wsrep_story *story,
				 char **why)
{
	if (story->failed)
		return judge_failure(story, why);
	if (story->role == ROLE_JOINER && story->kind == wanted)
		return judge_end(story, why);
	if (story->role != ROLE_JOINER || story->kind == TRANSFER_NONE)
		return judge_unnamed(wanted, story, why);
	*why = str_printf("it was %s, not %s%s%s%s", kind_name(story->kind), kind_name(wanted),
			  *story->failure ? "; before that: \"" : "", story->failure,
			  *story->failure ? "\"" : "");
	return PROOF_WRONG;
}

/* Success is silent: it is inferred from what the server would have logged otherwise. */
static enum proof judge_notify(const struct wsrep_story *story, int runs, char **why)
{
	if (story->notify_failed) {
		*why = str_printf("the notify command failed: \"%s\"", story->notify_failure);
		return PROOF_FAILED;
	}
	if (story->notify_undefined) {
		*why = strdup("wsrep_notify_cmd is not set");
		return PROOF_WRONG;
	}
	if (story->failed)
		return judge_failure(story, why);
	if (!story->synced || runs == 0) {
		*why = strdup(story->synced
				      ? "the node restarted and synced, but the notify command "
					"did not run"
				      : "the server has started and is joining");
		return PROOF_NONE;
	}
	*why = runs > 0
		       ? str_printf("the node restarted and synced, and the notify command ran %d "
				    "time%s",
				    runs, runs == 1 ? "" : "s")
		       : strdup("the node restarted and synced, and the log tells of no failure of "
				"the notify command, which it would");
	return PROOF_OK;
}

enum proof exercise_judge(const struct exercise *exercise, const struct wsrep_story *story,
			  int notify_runs, char **why)
{
	bool notify = strcmp(exercise->name, "notify") == 0;

	if (!story->started) {
		if (story->failed && story->role != ROLE_DONOR)
			return judge_failure(story, why);
		*why = strdup("no start of the server is in its log yet");
		return PROOF_NONE;
	}
	if (notify)
		return judge_notify(story, notify_runs, why);
	return judge_transfer(strcmp(exercise->name, "sst") == 0 ? TRANSFER_SST : TRANSFER_IST,
			      story, why);
}
