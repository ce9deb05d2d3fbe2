/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "steps/galera/wsrep_messages.h"
#include "steps/galera/wsrep_story.h"
#include "wizard/util.h"

static void life_init(struct wsrep_life *life)
{
	*life = (struct wsrep_life){ .story.writesets = -1, .sst_seqno = -1, .ist_seqno = -1 };
}

/* What a script meets with need not end anything: it is kept until a failure tells that it did. A
 * cause that has a name counts for more than errno 13 alone. */
static void take_cause(struct wsrep_life *life, struct piece message, bool denied)
{
	if (life->story.synced)
		return;
	life->denied |= denied;
	if (!denied || !*life->cause)
		wsrep_keep(life->cause, sizeof(life->cause), message);
}

/* What the script said is why it was not ready, and follows that. */
static void take_read(struct wsrep_life *life, struct piece said, struct piece message)
{
	char *failure = life->story.failure;

	if (piece_begins(said, "(null)") || !str_starts(failure, "Failed to read 'ready"))
		return;
	*failure = '\0';
	wsrep_fail(life, message);
}

static void notify_failed(struct wsrep_life *life, struct piece message)
{
	struct wsrep_story *story = &life->story;

	story->notify_failed = true;
	story->notify_failed_early |= !life->ready;
	wsrep_hinder(story, story->notify_failure, message);
}

/* A status that is repeated is said once; of a long list the beginning is kept. */
static void notify_called(struct wsrep_story *story, struct piece status, const char *mark)
{
	size_t length = strlen(story->notify_statuses);
	char word[33], said[64];
	const char *last = strrchr(story->notify_statuses, ' ');

	piece_copy(said, sizeof(said), piece_after(status, ", mark "));
	if (mark && (!*mark || strcmp(said, mark) != 0))
		return;
	story->notify_calls++;
	piece_copy(word, sizeof(word), piece_word(status, "()-"));
	if (!*word || !strcmp(last ? last + 1 : story->notify_statuses, word) ||
	    length + strlen(", ") + strlen(word) >= sizeof(story->notify_statuses))
		return;
	snprintf(story->notify_statuses + length, sizeof(story->notify_statuses) - length, "%s%s",
		 length ? ", " : "", word);
}

static void take_synced(struct wsrep_life *life)
{
	struct wsrep_story *story = &life->story;

	wsrep_transfer_conclude(life);
	*life->cause = '\0';
	life->denied = false;
	story->synced = true;
	/* A donor is synced again after a failure, too. */
	if (story->role != ROLE_DONOR)
		story->failed = story->failed_late = false;
}

/* ---- a server's start, where a new story begins ---------------------------------------------- */

/* A process starts once: a line that names it again is not the server's. False: it has been, or
 * there are too many to tell. */
static bool take_pid(struct wsrep_reader *reader, long pid)
{
	for (size_t i = 0; i < reader->pid_count; i++)
		reader->ambiguous |= reader->pids[i] == pid;
	reader->ambiguous |= reader->pid_count == STARTS_TOLD;
	if (pid && !reader->ambiguous)
		reader->pids[reader->pid_count++] = pid;
	return !reader->ambiguous;
}

static void take_boot(struct wsrep_reader *reader, struct piece message)
{
	struct wsrep_story *story = &reader->life.story;
	struct wsrep_life before = reader->life;
	long pid = wsrep_server_pid(message);
	unsigned int servers;

	/* One that names no process beside one that does: not the server's either. */
	if (!take_pid(reader, pid) || (!pid && before.ready && before.story.pid))
		return;
	life_init(&reader->life);
	story->pid = pid ? pid : reader->booting ? before.story.pid : 0;
	/* One start may say several of these lines, and only one of them the version. */
	if (reader->booting && *before.story.server) {
		memcpy(story->server, before.story.server, sizeof(story->server));
		story->server_unknown = before.story.server_unknown;
		reader->life.expects_result = before.expects_result;
		return;
	}
	if (!reader->booting)
		reader->before = before;
	reader->booting = true;
	servers = wsrep_server_read(message, story->server, sizeof(story->server));
	story->server_unknown = !servers;
	/* These say of an SST whether it succeeded. */
	reader->life.expects_result = servers && !(servers & ~(unsigned int)MARIADB_FROM_10_4);
}

/* While it runs, a server's saved state has no seqno: one that is found so had not been shut down.
 */
static void take_saved_state(struct wsrep_story *story, struct piece position)
{
	static const char none[] = "00000000-0000-0000-0000-000000000000";

	story->crashed = !piece_begins(position, none) && wsrep_seqno(position) < 0;
}

static void take_start(struct wsrep_reader *reader, struct piece provider)
{
	if (piece_begins(provider, "none'"))
		return;
	/* A log may lack the line before it, unless it has had one. */
	if (!reader->booting && reader->life.story.pid)
		return;
	if (!reader->booting)
		life_init(&reader->life);
	reader->booting = false;
	reader->life.story.started = true;
	reader->starts++;
}

static void take_recovery(struct wsrep_reader *reader)
{
	if (reader->booting)
		reader->life = reader->before;
	reader->booting = false;
}

static void take_ready(struct wsrep_life *life)
{
	/* By what is known until now, which is the server's own word. */
	wsrep_transfer_conclude(life);
	life->ready = true;
}

/* Heed a message that belongs to a server's start; false: it is another. */
static bool start_take(struct wsrep_reader *reader, enum wsrep_event event, struct piece value,
		       struct piece message)
{
	if (event == EVENT_BOOT)
		take_boot(reader, message);
	else if (event == EVENT_RECOVERY)
		take_recovery(reader);
	else if (event == EVENT_START)
		take_start(reader, value);
	else if (event == EVENT_READY)
		take_ready(&reader->life);
	else if (event == EVENT_PROVIDER)
		piece_copy(reader->life.story.provider, sizeof(reader->life.story.provider),
			   piece_word(value, "."));
	else if (event == EVENT_BOOTSTRAP)
		reader->life.story.bootstrapped |= !reader->life.ready;
	else if (event == EVENT_SAVED_STATE && !reader->life.ready)
		take_saved_state(&reader->life.story, value);
	else
		return false;
	return true;
}

/* ---- all messages ---------------------------------------------------------------------------- */

static void take_other(struct wsrep_reader *reader, enum wsrep_event event, struct piece value,
		       struct piece message)
{
	struct wsrep_life *life = &reader->life;
	struct wsrep_story *story = &life->story;

	if (event == EVENT_SYNCED)
		take_synced(life);
	else if (event == EVENT_MEMBER_SYNCED)
		/* garbd's name where it is given none, as the provider has it. */
		story->arbitrator |= piece_begins(piece_after(value, "("), "garb)");
	else if (event == EVENT_NOTIFY_CALLED)
		notify_called(story, value, reader->mark);
	else if (event == EVENT_NOTIFY_FAILED)
		notify_failed(life, message);
	else if (event == EVENT_NOTIFY_UNDEFINED)
		story->notify_undefined = true;
	else if (event == EVENT_HINDRANCE && story->role == ROLE_JOINER)
		wsrep_hinder(story, story->failure, message);
	else if (event == EVENT_CAUSE || event == EVENT_DENIED)
		take_cause(life, message, event == EVENT_DENIED);
	else if (event == EVENT_READ)
		take_read(life, value, message);
	else if (event == EVENT_FAILURE || (event == EVENT_ABORTING && !piece_size(value)))
		wsrep_fail(life, message);
}

/* A server that stamps its lines stamps them all: what programs say that it runs, has none. Nor may
 * a line without a stamp begin what could prove an exercise (exercises.h). */
static bool may_lack_stamp(const struct wsrep_reader *reader, enum wsrep_event event)
{
	if (reader->booting || reader->life.story.started)
		return event >= EVENT_FAILURE;
	return event > EVENT_START && event != EVENT_MEMBER_SYNCED;
}

/* Heed a line of the log, without its newline. */
static void story_line(struct wsrep_reader *reader, struct piece line)
{
	bool unstamped;
	struct piece message = wsrep_message_of(line, &unstamped), value;
	const struct wsrep_message *row = wsrep_message_find(message);

	reader->lines++;
	if (!row || row->event == EVENT_NONE || (unstamped && !may_lack_stamp(reader, row->event)))
		return;
	value = piece_after(message, row->text);
	if (!start_take(reader, row->event, value, message) &&
	    !wsrep_transfer_take(reader, row->event, value, message))
		take_other(reader, row->event, value, message);
}

static bool is_complete(const struct wsrep_life *life)
{
	const struct wsrep_story *story = &life->story;

	if (story->kind == TRANSFER_NONE || story->failed)
		return false;
	if (story->role == ROLE_DONOR)
		return life->ended;
	return story->synced &&
	       (story->kind == TRANSFER_IST || !life->expects_result || life->result);
}

static void story_end(const struct wsrep_reader *reader, struct wsrep_story *story)
{
	const struct wsrep_life *life = &reader->life;

	*story = life->story;
	story->ambiguous = reader->ambiguous;
	/* A start that goes no further, and does not say so. */
	if (reader->booting && life->denied && !*story->failure) {
		memcpy(story->failure, life->cause, sizeof(story->failure));
		story->permission_denied = true;
	}
	story->complete = is_complete(&reader->life);
	story->lines = reader->lines;
	story->starts = reader->starts;
}

/* ---- a log as it grows ----------------------------------------------------------------------- */

/* No line that matters is longer; of one that is, the beginning counts. */
enum { LINE_MAX_BYTES = 65536 };

struct wsrep_watch {
	struct wsrep_reader reader;
	char *mark;
	struct wsrep_story told;           /* the story as it was told */
	const struct wsrep_teller *teller; /* of the text at hand */
	struct wsrep_news news;            /* clock and seconds of the last line that has a time */
	char *half;                        /* the beginning of a line */
	size_t half_length;
};

struct wsrep_watch *wsrep_watch_new(const char *mark)
{
	struct wsrep_watch *watch = memory_new(1, sizeof(*watch));

	watch->mark = str_copy(mark);
	wsrep_watch_void(watch);
	watch->news.seconds = -1;
	return watch;
}

void wsrep_watch_void(struct wsrep_watch *watch)
{
	watch->reader = (struct wsrep_reader){ .mark = watch->mark };
	life_init(&watch->reader.life);
	story_end(&watch->reader, &watch->told);
}

void wsrep_watch_free(struct wsrep_watch *watch)
{
	if (!watch)
		return;
	free(watch->half);
	free(watch->mark);
	free(watch);
}

void wsrep_watch_story(const struct wsrep_watch *watch, struct wsrep_story *story)
{
	story_end(&watch->reader, story);
}

__attribute__((format(printf, 3, 4))) static void tell(struct wsrep_watch *watch,
						       enum news_kind kind, const char *format, ...)
{
	va_list args;

	watch->news.kind = kind;
	va_start(args, format);
	vsnprintf(watch->news.text, sizeof(watch->news.text), format, args);
	va_end(args);
	watch->teller->tell(watch->teller->data, &watch->news);
}

static void tell_stage(struct wsrep_watch *watch, struct piece line)
{
	bool unstamped;
	struct piece message = wsrep_message_of(line, &unstamped);
	const struct wsrep_message *row = wsrep_message_find(message);
	char rest[128] = "";

	/* "-nan%" is how the provider says "0 of 0". */
	if (!row || !row->words || piece_find(message, "nan%"))
		return;
	if (row->rest)
		piece_copy(rest, sizeof(rest),
			   piece_until(piece_after(message, row->text),
				       *row->rest ? row->rest : "\n"));
	tell(watch, row->lasting ? NEWS_EVENT : NEWS_PROGRESS, "%s%s", row->words, rest);
}

static void tell_transfer(struct wsrep_watch *watch, const struct wsrep_story *now)
{
	const struct wsrep_story *then = &watch->told;
	bool other = now->starts != then->starts || now->role != then->role;

	if (now->role == ROLE_DONOR) {
		if (now->kind != TRANSFER_NONE && (other || now->kind != then->kind))
			tell(watch, NEWS_EVENT, "this node gives %s to %s",
			     transfer_words(now->kind), *now->joiner ? now->joiner : "another");
		if (now->complete && !then->complete)
			tell(watch, NEWS_EVENT, "the %s is given",
			     transfer_words(now->kind) + strlen("an "));
		return;
	}
	if (now->transfer_required && !then->transfer_required)
		tell(watch, NEWS_EVENT, "it asks for a state transfer");
	if (now->kind != TRANSFER_NONE && now->kind != then->kind)
		tell(watch, NEWS_EVENT, "this is %s: %s", transfer_words(now->kind), now->proof);
	if (*now->donor && strcmp(now->donor, then->donor) != 0)
		tell(watch, NEWS_EVENT, "from %s%s%s", now->donor,
		     !*now->method || now->kind == TRANSFER_IST ? ""
		     : now->kind == TRANSFER_SST                ? ", by "
								: "; an SST would be by ",
		     now->kind == TRANSFER_IST ? "" : now->method);
	if (now->writesets >= 0 && now->writesets != then->writesets)
		tell(watch, NEWS_EVENT, "write-sets to be received: %lld", now->writesets);
}

static void tell_end(struct wsrep_watch *watch, const struct wsrep_story *now)
{
	const struct wsrep_story *then = &watch->told;
	const char *colon = strrchr(now->position, ':');
	const char *blank = strrchr(now->notify_statuses, ' ');

	if (now->failed && !then->failed)
		tell(watch, NEWS_FAILURE, "%s", now->failure);
	else if (*now->failure && strcmp(now->failure, then->failure) != 0)
		tell(watch, NEWS_WARNING, "%s", now->failure);
	if (now->notify_calls > then->notify_calls)
		tell(watch, NEWS_EVENT, "the notify command is called%s%s",
		     *now->notify_statuses ? ": " : "", blank ? blank + 1 : now->notify_statuses);
	if (now->notify_failed && !then->notify_failed)
		tell(watch, NEWS_FAILURE, "%s", now->notify_failure);
	if (now->notify_undefined && !then->notify_undefined)
		tell(watch, NEWS_PROGRESS, "no notification command is set");
	if (!now->synced || then->synced || now->role == ROLE_DONOR)
		return;
	if (now->complete)
		tell(watch, NEWS_EVENT, "%s complete, up to seqno %s; synced",
		     now->kind == TRANSFER_SST ? "SST" : "IST", colon ? colon + 1 : now->position);
	else if (now->transfer_required)
		tell(watch, NEWS_EVENT, "synced with the group");
	else
		tell(watch, NEWS_EVENT, "synced, without a state transfer");
}

static void tell_unknown(struct wsrep_watch *watch)
{
	char known[256];

	wsrep_servers_words(EVERY_SERVER, known, sizeof(known));
	tell(watch, NEWS_EVENT,
	     "this version's messages may differ from those that are known (%s); what is not "
	     "recognised is not claimed",
	     known);
}

static void take_line(struct wsrep_watch *watch, struct piece line)
{
	struct wsrep_story now;

	wsrep_time(line, false, watch->news.clock, &watch->news.seconds);
	story_line(&watch->reader, line);
	story_end(&watch->reader, &now);
	/* It may be a run that only recovers the position: then the story before it goes on. */
	if (watch->reader.booting) {
		if (now.failed && !watch->told.failed)
			tell(watch, NEWS_FAILURE, "%s", now.failure);
		watch->told.failed = now.failed;
		return;
	}
	if (now.starts > watch->told.starts) {
		watch->told = (struct wsrep_story){ .starts = now.starts, .writesets = -1 };
		tell(watch, NEWS_EVENT, "the server starts%s%s", *now.server ? ": " : "",
		     now.server);
		if (now.server_unknown)
			tell_unknown(watch);
	}
	tell_transfer(watch, &now);
	tell_end(watch, &now);
	tell_stage(watch, line);
	watch->told = now;
}

/* The beginning of a line, until its end comes. */
static void keep_half(struct wsrep_watch *watch, struct piece line)
{
	size_t length = piece_size(line);

	if (length > LINE_MAX_BYTES - watch->half_length)
		length = LINE_MAX_BYTES - watch->half_length;
	watch->half = memory_resize(watch->half, watch->half_length + length + 1, 1);
	memcpy(watch->half + watch->half_length, line.at, length);
	watch->half_length += length;
}

void wsrep_watch_feed(struct wsrep_watch *watch, const char *text, size_t length,
		      const struct wsrep_teller *teller)
{
	struct piece rest = { text, text + length };

	watch->teller = teller;
	while (piece_size(rest)) {
		struct piece line = piece_until(rest, "\n");
		bool whole = line.end < rest.end;

		rest.at = line.end + whole;
		if (!whole || watch->half_length) {
			keep_half(watch, line);
			line = (struct piece){ watch->half, watch->half + watch->half_length };
		}
		if (!whole)
			break;
		take_line(watch, line);
		watch->half_length = 0;
	}
}
