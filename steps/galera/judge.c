/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * judge - does what the server's log told prove an exercise?
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "steps/galera/exercises.h"
#include "wizard/util.h"

#define JOINING "the server has started and is joining"

static enum proof say(char **why, enum proof proof, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
static enum proof say(char **why, enum proof proof, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	if (vasprintf(why, format, args) < 0)
		no_memory();
	va_end(args);
	return proof;
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
	return say(why, PROOF_WRONG, "it was %s, not %s%s%s%s", transfer_words(story->kind),
		   transfer_words(wanted), *story->failure ? "; before that: \"" : "",
		   story->failure, *story->failure ? "\"" : "");
}

/* Synced, and no failure: did it run? */
static enum proof judge_runs(const struct wsrep_story *story, int runs, char **why)
{
	static const char synced[] = "the node restarted and synced";

	if (story->notify_calls)
		return say(why, PROOF_OK, "%s, and the notify command ran %zu time%s (%s)", synced,
			   story->notify_calls, story->notify_calls == 1 ? "" : "s",
			   story->notify_statuses);
	if (runs > 0)
		return say(why, PROOF_OK, "%s, and the audit log has the notify command %d time%s",
			   synced, runs, runs == 1 ? "" : "s");
	if (runs == 0)
		return say(why, PROOF_WRONG,
			   "%s, but did not run the notify command: is it set in the "
			   "configuration that this server reads?",
			   synced);
	return say(why, PROOF_SILENT,
		   "%s, and its log tells of no failure of the notify command; it tells of "
		   "no success either",
		   synced);
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

/* Seen by a node that need not start in it. */
static enum proof judge_arbitrator(const struct wsrep_story *story, char **why)
{
	return say(why, story->arbitrator ? PROOF_OK : PROOF_NONE,
		   story->arbitrator
			   ? "garbd joined, and is synced with the group"
			   : "no member named garb has synced yet (a garbd of another name is not "
			     "known by it)");
}

enum proof exercise_judge(const struct exercise *exercise, const struct wsrep_story *story,
			  int notify_runs, char **why)
{
	if (exercise->kind == EXERCISE_ARBITRATOR)
		return judge_arbitrator(story, why);
	if (!story->started) {
		if (story->failed && story->role != ROLE_DONOR)
			return judge_failure(story, why);
		return say(why, PROOF_NONE, "no start of the server is in its log yet");
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
