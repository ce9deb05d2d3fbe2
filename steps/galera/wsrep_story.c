/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "steps/galera/wsrep_story.h"
#include "wizard/util.h"

static void life_init(struct wsrep_life *life)
{
	*life = (struct wsrep_life){ .story.writesets = -1, .sst_seqno = -1, .ist_seqno = -1 };
}

/* What a script meets with need not end anything: it is kept until a failure tells that it did. A
 * cause that has a name counts for more than errno 13 alone. */
static void take_cause(struct wsrep_life *life, struct span message, bool denied)
{
	if (life->story.synced)
		return;
	life->denied |= denied;
	if (!denied || !*life->cause)
		wsrep_keep(life->cause, sizeof(life->cause), message);
}

/* What the script said is why it was not ready, and follows that. */
static void take_read(struct wsrep_life *life, struct span said, struct span message)
{
	char *failure = life->story.failure;

	if (span_starts(said, "(null)") || !str_starts(failure, "Failed to read 'ready"))
		return;
	*failure = '\0';
	wsrep_fail(life, message);
}

static void notify_failed(struct wsrep_story *story, struct span message)
{
	story->notify_failed = true;
	wsrep_hinder(story, story->notify_failure, message);
}

/* A status that is repeated is said once; of a long list the beginning is kept. */
static void notify_called(struct wsrep_story *story, struct span status)
{
	size_t length = strlen(story->notify_statuses);
	char word[33];
	const char *last = strrchr(story->notify_statuses, ' ');

	story->notify_calls++;
	span_copy(word, sizeof(word), span_word(status, "()-"));
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
		story->failed = false;
}

/* ---- a server's start, where a new story begins ---------------------------------------------- */

static void take_boot(struct wsrep_reader *reader, struct span message)
{
	struct wsrep_story *story = &reader->life.story;
	struct wsrep_life before = reader->life;
	unsigned int servers;

	life_init(&reader->life);
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
static void take_saved_state(struct wsrep_story *story, struct span position)
{
	static const char none[] = "00000000-0000-0000-0000-000000000000";

	story->crashed = !span_starts(position, none) && wsrep_seqno(position) < 0;
}

static void take_start(struct wsrep_reader *reader, struct span provider)
{
	if (span_starts(provider, "none'"))
		return;
	/* A log may lack the line before it. */
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

/* Heed a message that belongs to a server's start; false: it is another. */
static bool start_take(struct wsrep_reader *reader, enum wsrep_event event, struct span value,
		       struct span message)
{
	if (event == EVENT_BOOT)
		take_boot(reader, message);
	else if (event == EVENT_RECOVERY)
		take_recovery(reader);
	else if (event == EVENT_START)
		take_start(reader, value);
	else if (event == EVENT_PROVIDER)
		span_copy(reader->life.story.provider, sizeof(reader->life.story.provider),
			  span_word(value, "."));
	else if (event == EVENT_BOOTSTRAP)
		reader->life.story.bootstrapped = true;
	else if (event == EVENT_SAVED_STATE)
		take_saved_state(&reader->life.story, value);
	else
		return false;
	return true;
}

/* ---- all messages ---------------------------------------------------------------------------- */

static void take_other(struct wsrep_life *life, enum wsrep_event event, struct span value,
		       struct span message)
{
	struct wsrep_story *story = &life->story;

	if (event == EVENT_SYNCED)
		take_synced(life);
	else if (event == EVENT_MEMBER_SYNCED)
		/* garbd's name where it is given none, as the provider has it. */
		story->arbitrator |= span_starts(span_after(value, "("), "garb)");
	else if (event == EVENT_NOTIFY_CALLED)
		notify_called(story, value);
	else if (event == EVENT_NOTIFY_FAILED)
		notify_failed(story, message);
	else if (event == EVENT_NOTIFY_UNDEFINED)
		story->notify_undefined = true;
	else if (event == EVENT_HINDRANCE && story->role == ROLE_JOINER)
		wsrep_hinder(story, story->failure, message);
	else if (event == EVENT_CAUSE || event == EVENT_DENIED)
		take_cause(life, message, event == EVENT_DENIED);
	else if (event == EVENT_READ)
		take_read(life, value, message);
	else if (event == EVENT_FAILURE || (event == EVENT_ABORTING && !value.length))
		wsrep_fail(life, message);
}

void wsrep_story_begin(struct wsrep_reader *reader)
{
	*reader = (struct wsrep_reader){ 0 };
	life_init(&reader->life);
}

void wsrep_story_line(struct wsrep_reader *reader, struct span line)
{
	bool unstamped;
	struct span message = wsrep_message_of(line, &unstamped), value;
	const struct wsrep_message *row;

	reader->lines++;
	/* A server that stamps its lines stamps them all. */
	if (unstamped && (reader->booting || reader->life.story.started))
		message = line;
	row = wsrep_message_find(message);
	if (!row || row->event == EVENT_NONE || (unstamped && row->event <= EVENT_START))
		return;
	value = span_after(message, row->text);
	if (!start_take(reader, row->event, value, message) &&
	    !wsrep_transfer_take(reader, row->event, value, message))
		take_other(&reader->life, row->event, value, message);
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

void wsrep_story_end(const struct wsrep_reader *reader, struct wsrep_story *story)
{
	const struct wsrep_life *life = &reader->life;

	*story = life->story;
	/* A start that goes no further, and does not say so. */
	if (reader->booting && life->denied && !*story->failure) {
		memcpy(story->failure, life->cause, sizeof(story->failure));
		story->permission_denied = true;
	}
	story->complete = is_complete(&reader->life);
	story->lines = reader->lines;
	story->starts = reader->starts;
}

void wsrep_story_read(const char *text, size_t length, struct wsrep_story *story)
{
	struct span rest = { text, length };
	struct wsrep_reader reader;

	wsrep_story_begin(&reader);
	while (rest.length) {
		struct span line = span_until(rest, "\n");

		wsrep_story_line(&reader, line);
		rest = span_rest(rest, line.length + (line.length < rest.length));
	}
	wsrep_story_end(&reader, story);
}
