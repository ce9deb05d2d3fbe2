/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * judge - does what the server's log told prove an exercise?
 */
#include <string.h>

#include "steps/galera/exercises.h"
#include "wizard/util.h"

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

/* By another method, or not encrypted. PROOF_OK: there is nothing to be said against it. */
static enum proof judge_manner(const struct exercise *exercise, const struct wsrep_story *story,
			       char **why)
{
	const char *kind = kind_name(story->kind), *method = exercise->method;

	if (method && strncmp(story->method, method, strlen(method)) != 0) {
		*why = str_printf("it was %s by %s, not by %s", kind,
				  *story->method ? story->method : "a method that is not named",
				  method);
		return PROOF_WRONG;
	}
	if (exercise->encrypted &&
	    !(story->kind == TRANSFER_SST ? story->sst_encrypted : story->ist_encrypted)) {
		*why = str_printf("it was %s, but the log does not say that it was encrypted",
				  kind);
		return PROOF_WRONG;
	}
	return PROOF_OK;
}

/* The kind that was wanted. */
static enum proof judge_end(const struct exercise *exercise, const struct wsrep_story *story,
			    char **why)
{
	const char *kind = kind_name(story->kind), *method;

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
	if (judge_manner(exercise, story, why) != PROOF_OK)
		return PROOF_WRONG;
	/* The script of the configured method is started for an IST, too, and does nothing. */
	method = story->kind == TRANSFER_SST ? story->method : "";
	*why = str_printf("%s%s%s%s%s%s%s%s", exercise->encrypted ? "encrypted, " : "", kind,
			  *story->donor ? " from " : "", story->donor, *method ? " by " : "",
			  method, *story->position ? ", up to " : "", story->position);
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

static enum proof judge_transfer(const struct exercise *exercise, const struct wsrep_story *story,
				 char **why)
{
	enum transfer_kind wanted = exercise->kind == EXERCISE_SST ? TRANSFER_SST : TRANSFER_IST;

	if (story->failed)
		return judge_failure(story, why);
	if (story->role == ROLE_JOINER && story->kind == wanted)
		return judge_end(exercise, story, why);
	if (story->role != ROLE_JOINER || story->kind == TRANSFER_NONE)
		return judge_unnamed(wanted, story, why);
	*why = str_printf("it was %s, not %s%s%s%s", kind_name(story->kind), kind_name(wanted),
			  *story->failure ? "; before that: \"" : "", story->failure,
			  *story->failure ? "\"" : "");
	return PROOF_WRONG;
}

/* Synced, and no failure: did it run? */
static enum proof judge_runs(const struct wsrep_story *story, int runs, char **why)
{
	static const char synced[] = "the node restarted and synced";

	if (story->notify_calls) {
		*why = str_printf("%s, and the notify command ran %zu time%s (%s)", synced,
				  story->notify_calls, story->notify_calls == 1 ? "" : "s",
				  story->notify_statuses);
		return PROOF_OK;
	}
	if (runs > 0) {
		*why = str_printf("%s, and the audit log has the notify command %d time%s", synced,
				  runs, runs == 1 ? "" : "s");
		return PROOF_OK;
	}
	if (runs == 0) {
		*why = str_printf("%s, but did not run the notify command: is it set in the "
				  "configuration that this server reads?",
				  synced);
		return PROOF_WRONG;
	}
	*why = str_printf("%s, and its log tells of no failure of the notify command; it tells of "
			  "no success either",
			  synced);
	return PROOF_SILENT;
}

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
	if (story->synced)
		return judge_runs(story, runs, why);
	*why = strdup("the server has started and is joining");
	return PROOF_NONE;
}

static enum proof judge_bootstrap(const struct wsrep_story *story, char **why)
{
	if (story->failed)
		return judge_failure(story, why);
	if (story->transfer_required || (story->synced && !story->bootstrapped)) {
		*why = strdup("the node joined a cluster that was there: nothing was begun");
		return PROOF_WRONG;
	}
	*why = strdup(story->synced ? "a new group was begun, and the node is synced in it"
				    : "the server has started and is joining");
	return story->synced ? PROOF_OK : PROOF_NONE;
}

/* What rejoins after a crash may need an IST, an SST or nothing: each is a way back. */
static enum proof judge_crash(const struct wsrep_story *story, char **why)
{
	const char *way = story->kind == TRANSFER_NONE  ? "without a state transfer"
			  : story->kind == TRANSFER_SST ? "by an SST"
							: "by an IST";

	if (story->failed)
		return judge_failure(story, why);
	if (!story->synced) {
		*why = strdup("the server has started and is joining");
		return PROOF_NONE;
	}
	if (!story->crashed) {
		*why = strdup("the node rejoined, but its saved state does not tell of a crash");
		return PROOF_WRONG;
	}
	if (story->kind == TRANSFER_NONE ? story->transfer_required : !story->complete) {
		*why = strdup("the node rejoined after a crash, but the log does not say how");
		return PROOF_WRONG;
	}
	*why = str_printf("after a crash the node rejoined %s", way);
	return PROOF_OK;
}

/* Seen by a node that need not start in it. */
static enum proof judge_arbitrator(const struct wsrep_story *story, char **why)
{
	*why = strdup(
		story->arbitrator
			? "garbd joined, and is synced with the group"
			: "no member named garb has synced yet (a garbd of another name is not "
			  "known by it)");
	return story->arbitrator ? PROOF_OK : PROOF_NONE;
}

enum proof exercise_judge(const struct exercise *exercise, const struct wsrep_story *story,
			  int notify_runs, char **why)
{
	if (exercise->kind == EXERCISE_ARBITRATOR)
		return judge_arbitrator(story, why);
	if (!story->started) {
		if (story->failed && story->role != ROLE_DONOR)
			return judge_failure(story, why);
		*why = strdup("no start of the server is in its log yet");
		return PROOF_NONE;
	}
	switch (exercise->kind) {
	case EXERCISE_NOTIFY:
		return judge_notify(story, notify_runs, why);
	case EXERCISE_BOOTSTRAP:
		return judge_bootstrap(story, why);
	case EXERCISE_CRASH:
		return judge_crash(story, why);
	default:
		return judge_transfer(exercise, story, why);
	}
}
