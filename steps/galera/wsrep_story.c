/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "steps/galera/wsrep_messages.h"
#include "steps/galera/wsrep_story.h"

/* "Shifting" follows "Member ... requested" at once, but for lines of other threads. */
enum { ASKED_LINES = 10 };

/* Old servers hand the SST user's password to the script as an argument. */
static void hide_password(char *text)
{
	for (char *at = text; (at = strstr(at, "--auth ")) != NULL;) {
		at += strlen("--auth ");
		char quote = *at == '\'' || *at == '"' ? *at++ : ' ';

		while (*at && *at != quote)
			*at++ = '*';
	}
}

/* seqno - the number that ends uuid:seqno, or is all there is; -1: undefined, or none. */
static long long seqno(struct span position)
{
	char text[96];
	const char *colon;

	span_copy(text, sizeof(text), span_word(position, "-:"));
	colon = strrchr(text, ':');
	if (!colon)
		return isdigit((unsigned char)*text) ? atoll(text) : -1;
	return isdigit((unsigned char)colon[1]) ? atoll(colon + 1) : -1;
}

static void life_init(struct wsrep_life *life)
{
	*life = (struct wsrep_life){ .story.writesets = -1, .servers = EVERY_SERVER };
}

/* A message, to be kept. */
static void copy_message(char *to, size_t size, struct span from)
{
	span_copy(to, size, from);
	hide_password(to);
}

/* A new transfer: what was known of an earlier one goes; failures since the start stay. */
static void begin_transfer(struct wsrep_life *life, enum transfer_role role)
{
	struct wsrep_story *story = &life->story;

	story->role = role;
	story->kind = TRANSFER_NONE;
	story->synced = false;
	story->writesets = -1;
	*story->method = *story->donor = *story->joiner = *story->position = *story->proof = '\0';
	*life->group_uuid = '\0';
	story->ist_encrypted = story->sst_encrypted = false;
	life->local_known = life->result = life->ended = false;
}

/* May a message of this role be heeded? A joiner's story is not ended by its giving to others. */
static bool take_role(struct wsrep_life *life, enum transfer_role role)
{
	if (life->story.role == ROLE_NONE)
		life->story.role = role;
	return life->story.role == role;
}

/* An SST may be followed by an IST, to catch up, so its proof is the stronger. */
static void prove(struct wsrep_life *life, enum transfer_kind kind, struct span message)
{
	struct wsrep_story *story = &life->story;

	if (story->kind == TRANSFER_SST || story->kind == kind)
		return;
	story->kind = kind;
	if (kind == TRANSFER_SST)
		story->writesets = -1;
	copy_message(story->proof, sizeof(story->proof), message);
}

/* hinder - kept: where the first such message stays. */
static void hinder(struct wsrep_story *story, char kept[256], struct span message)
{
	story->permission_denied |= span_has(message, "Permission denied");
	if (!*kept)
		copy_message(kept, 256, message);
}

static void fail(struct wsrep_story *story, struct span message)
{
	story->failed = true;
	hinder(story, story->failure, message);
}

static void notify_failed(struct wsrep_story *story, struct span message)
{
	story->notify_failed = true;
	hinder(story, story->notify_failure, message);
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

static void take_position(struct wsrep_life *life, struct span position)
{
	struct wsrep_story *story = &life->story;

	position = span_word(position, "-:");
	/* "SST complete" of older servers has the number alone; others say more. */
	if (seqno(position) >= 0 && (span_has(position, ":") || !*story->position))
		span_copy(story->position, sizeof(story->position), position);
}

/* take_end - the position that was reached; false: an undefined one tells of a failure. */
static bool take_end(struct wsrep_life *life, struct span position, struct span message)
{
	if (seqno(position) < 0) {
		fail(&life->story, message);
		return false;
	}
	take_position(life, position);
	return true;
}

static void take_local_state(struct wsrep_life *life, struct span position)
{
	bool same = span_starts(position, life->group_uuid);

	life->local_known = *life->group_uuid;
	life->local_seqno = same ? seqno(position) : -1;
}

/*
 * "N writesets, seqnos FIRST-LAST". FIRST is the seqno after the local one (Galera 4) or the local
 * one itself (2 and 3). Where it is further on, the node's state has moved by other means: an SST.
 */
static void take_writesets(struct wsrep_life *life, struct span numbers, struct span message)
{
	struct span seqnos = span_after(numbers, "seqnos ");
	long long first = seqno(span_until(seqnos, "-"));

	if (life->local_known && (life->local_seqno < 0 || first > life->local_seqno + 1))
		prove(life, TRANSFER_SST, message);
	else
		prove(life, TRANSFER_IST, message);
	if (life->story.kind == TRANSFER_IST)
		life->story.writesets = seqno(span_until(numbers, " "));
}

/* The donor's script is told to leave the data out of an IST. */
static void take_script(struct wsrep_reader *reader, struct span message)
{
	struct wsrep_story *story = &reader->life.story;
	struct span method = span_word(span_after(message, "wsrep_sst_"), "-_");
	bool bypass = span_has(message, " --bypass");

	if (span_has(message, "--role 'joiner'")) {
		if (take_role(&reader->life, ROLE_JOINER))
			span_copy(story->method, sizeof(story->method), method);
	} else if (span_has(message, "--role 'donor'") && story->role != ROLE_JOINER) {
		begin_transfer(&reader->life, ROLE_DONOR);
		span_copy(story->method, sizeof(story->method), method);
		memcpy(story->donor, reader->giver, sizeof(story->donor));
		memcpy(story->joiner, reader->taker, sizeof(story->joiner));
		prove(&reader->life, bypass ? TRANSFER_IST : TRANSFER_SST, message);
		/* The argument that decides is far behind in a long line. */
		snprintf(story->proof, sizeof(story->proof), "wsrep_sst_%s --role 'donor' ... %s",
			 story->method, bypass ? "--bypass" : "(without --bypass)");
	}
}

/* "Member 1.0 (JOINER) requested state transfer from '*any*'. Selected 0.0 (DONOR)(SYNCED) ..." */
static void take_members(struct wsrep_reader *reader, struct span message)
{
	struct span selected = span_after(message, "Selected ");

	span_copy(reader->asking, sizeof(reader->asking),
		  span_until(span_after(message, "("), ") requested state transfer"));
	span_copy(reader->asked, sizeof(reader->asked), span_until(span_after(selected, "("), ")"));
	reader->asked_line = reader->lines;
}

static void take_shift(struct wsrep_reader *reader, enum transfer_role role)
{
	struct wsrep_story *story = &reader->life.story;
	bool asked = *reader->asked && reader->lines - reader->asked_line <= ASKED_LINES;

	if (role == ROLE_DONOR) {
		/* Not asked: an operator's wsrep_desync. */
		memcpy(reader->giver, reader->asked, asked ? sizeof(reader->giver) : 0);
		memcpy(reader->taker, reader->asking, asked ? sizeof(reader->taker) : 0);
	} else if (take_role(&reader->life, ROLE_JOINER) && asked) {
		memcpy(story->donor, reader->asked, sizeof(story->donor));
		memcpy(story->joiner, reader->asking, sizeof(story->joiner));
	}
}

/* "0.0 (DONOR): State transfer to 1.0 (JOINER) complete." or "... failed: -13 (...)", on every
 * node. */
static void take_member_transfer(struct wsrep_life *life, struct span message)
{
	struct wsrep_story *story = &life->story;
	struct span to = span_after(message, "): State transfer to "),
		    joiner = span_until(span_after(to, "("), ") ");
	struct span end = span_after(to, ") ");
	char name[64];

	span_copy(name, sizeof(name), joiner);
	if (story->role == ROLE_NONE || !*name ||
	    (*story->joiner && strcmp(story->joiner, name) != 0))
		return;
	if (span_starts(end, "failed")) {
		fail(&life->story, message);
	} else if (span_starts(end, "complete") && story->role == ROLE_DONOR) {
		life->ended = true;
		story->failed = false;
	}
}

static void take_sent(struct wsrep_life *life, struct span position, struct span message)
{
	if (!take_end(life, position, message))
		return;
	life->ended = true;
	life->story.failed = false;
}

static void take_synced(struct wsrep_story *story)
{
	story->synced = true;
	/* A donor is synced again after a failure, too. */
	if (story->role != ROLE_DONOR)
		story->failed = false;
}

/* garbd's name where it is given none, as the provider has it. */
static bool is_arbitrator(struct span member)
{
	return span_starts(span_after(member, "("), "garb)");
}

static void take_joiner_message(struct wsrep_life *life, enum wsrep_event event, struct span value,
				struct span message)
{
	struct wsrep_story *story = &life->story;

	if (!take_role(life, ROLE_JOINER))
		return;
	if (event == EVENT_JOINER_MONITOR)
		life->expects_result = true;
	else if (event == EVENT_GROUP_STATE)
		span_copy(life->group_uuid, sizeof(life->group_uuid), span_word(value, "-"));
	else if (event == EVENT_LOCAL_STATE)
		take_local_state(life, value);
	else if (event == EVENT_JOINER_SST)
		prove(life, TRANSFER_SST, message);
	else if (event == EVENT_JOINER_IST)
		prove(life, TRANSFER_IST, message);
	else if (event == EVENT_WRITESETS)
		take_writesets(life, value, message);
	else if (event == EVENT_POSITION)
		take_position(life, value);
	else if (event == EVENT_SST_RESULT)
		life->result |= take_end(life, value, message);
	else if (event == EVENT_SST_STATUS && !span_starts(value, "0"))
		fail(&life->story, message);
	else if (event == EVENT_IST_LISTENER)
		story->ist_encrypted = span_has(value, "listening at: ssl://");
	else if (event == EVENT_METHOD && span_has(value, "|"))
		span_copy(story->method, sizeof(story->method),
			  span_word(span_until(value, "|"), "-_"));
}

static void take_donor_message(struct wsrep_life *life, enum wsrep_event event, struct span value,
			       struct span message)
{
	if (!take_role(life, ROLE_DONOR))
		return;
	if (event == EVENT_DONOR_SENT)
		take_sent(life, value, message);
	else if (event == EVENT_DONOR_SIGNAL && !span_starts(value, "0"))
		fail(&life->story, message);
	else if (event != EVENT_DONOR_SIGNAL)
		prove(life, event == EVENT_DONOR_IST ? TRANSFER_IST : TRANSFER_SST, message);
}

static void take_transfer_needed(struct wsrep_life *life)
{
	begin_transfer(life, ROLE_JOINER);
	life->story.transfer_required = true;
}

static void take_gap(struct wsrep_life *life)
{
	const struct wsrep_story *story = &life->story;

	if (story->role != ROLE_JOINER || !story->transfer_required || story->synced)
		take_transfer_needed(life);
}

/* ---- a server's start, where a new story begins ---------------------------------------------- */

static void take_boot(struct wsrep_reader *reader, struct span message)
{
	struct wsrep_story *story = &reader->life.story;
	struct wsrep_life before = reader->life;

	if (!reader->booting)
		reader->before = before;
	life_init(&reader->life);
	/* One start may say several of these lines, and only one of them the version. */
	if (reader->booting)
		memcpy(story->server, before.story.server, sizeof(story->server));
	reader->life.servers = reader->booting ? before.servers : EVERY_SERVER;
	reader->booting = true;
	if (!*story->server)
		reader->life.servers =
			wsrep_server_read(message, story->server, sizeof(story->server));
	story->server_unknown = !reader->life.servers;
}

/* While it runs, a server's saved state has no seqno: one that is found so had not been shut down.
 */
static void take_saved_state(struct wsrep_story *story, struct span position)
{
	static const char none[] = "00000000-0000-0000-0000-000000000000";

	story->crashed = !span_starts(position, none) && seqno(position) < 0;
}

static void take_start(struct wsrep_reader *reader, struct span provider)
{
	if (span_starts(provider, "none'"))
		return;
	/* A log may lack the line before it. */
	if (!reader->booting)
		life_init(&reader->life);
	reader->booting = false;
	/* These say of an SST whether it succeeded. */
	reader->life.expects_result =
		reader->life.servers && !(reader->life.servers & ~(unsigned int)MARIADB_FROM_10_4);
	reader->life.story.started = true;
	reader->starts++;
}

static void take_recovery(struct wsrep_reader *reader)
{
	if (reader->booting)
		reader->life = reader->before;
	reader->booting = false;
}

/* start_take - heed a message that belongs to a server's start; false: it is another. */
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

/* Messages of the server itself, and those that are logged on every node. */
static void take_server_message(struct wsrep_reader *reader, enum wsrep_event event,
				struct span value, struct span message)
{
	struct wsrep_life *life = &reader->life;

	if (start_take(reader, event, value, message))
		return;
	if (event == EVENT_SYNCED)
		take_synced(&life->story);
	else if (event == EVENT_MEMBER_SYNCED)
		life->story.arbitrator |= is_arbitrator(value);
	else if (event == EVENT_SST_ENCRYPTED)
		life->story.sst_encrypted = true;
	else if (event == EVENT_SCRIPT)
		take_script(reader, message);
	else if (event == EVENT_MEMBERS)
		take_members(reader, message);
	else if (event == EVENT_MEMBER_TRANSFER)
		take_member_transfer(life, message);
	else if (event == EVENT_SHIFT_JOINER)
		take_shift(reader, ROLE_JOINER);
	else if (event == EVENT_SHIFT_DONOR)
		take_shift(reader, ROLE_DONOR);
	else if (event == EVENT_NOTIFY_CALLED)
		notify_called(&life->story, value);
	else if (event == EVENT_NOTIFY_FAILED)
		notify_failed(&life->story, message);
	else if (event == EVENT_NOTIFY_UNDEFINED)
		life->story.notify_undefined = true;
	else if (event == EVENT_HINDRANCE && life->story.role == ROLE_JOINER)
		hinder(&life->story, life->story.failure, message);
	else if (event == EVENT_FAILURE || (event == EVENT_ABORTING && !value.length))
		fail(&life->story, message);
}

/* take - heed a message: value is what follows its row's text. */
static void take(struct wsrep_reader *reader, enum wsrep_event event, struct span value,
		 struct span message)
{
	if (event == EVENT_TRANSFER_NEEDED)
		take_transfer_needed(&reader->life);
	else if (event == EVENT_TRANSFER_GAP)
		take_gap(&reader->life);
	else if (event >= EVENT_JOINER && event <= EVENT_METHOD)
		take_joiner_message(&reader->life, event, value, message);
	else if (event >= EVENT_DONOR_SST && event <= EVENT_DONOR_SENT)
		take_donor_message(&reader->life, event, value, message);
	else
		take_server_message(reader, event, value, message);
}

void wsrep_story_begin(struct wsrep_reader *reader)
{
	*reader = (struct wsrep_reader){ 0 };
	life_init(&reader->life);
}

void wsrep_story_line(struct wsrep_reader *reader, struct span line)
{
	struct span message = wsrep_message_of(line);
	const struct wsrep_message *row = message.length ? wsrep_message_find(message) : NULL;

	reader->lines++;
	if (!row || row->event == EVENT_NONE)
		return;
	if (reader->life.servers & row->servers)
		reader->life.servers &= row->servers;
	take(reader, row->event, span_after(message, row->text), message);
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
	*story = reader->life.story;
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
