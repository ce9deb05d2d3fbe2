/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "steps/galera/wsrep_life.h"
#include "wizard/util.h"

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

long long wsrep_seqno(struct piece position)
{
	char text[96];
	const char *colon;

	piece_copy(text, sizeof(text), piece_word(position, "-:"));
	colon = strrchr(text, ':');
	if (!colon)
		return isdigit((unsigned char)*text) ? atoll(text) : -1;
	return isdigit((unsigned char)colon[1]) ? atoll(colon + 1) : -1;
}

void wsrep_keep(char *to, size_t size, struct piece from)
{
	piece_copy(to, size, from);
	hide_password(to);
}

/* A new transfer: what was known of an earlier one goes; failures since the start stay. */
static void begin_transfer(struct wsrep_life *life, enum transfer_role role)
{
	struct wsrep_story *story = &life->story;

	story->role = role;
	story->kind = TRANSFER_NONE;
	story->synced = false;
	story->late = role == ROLE_JOINER && life->ready;
	story->writesets = -1;
	*story->method = *story->donor = *story->joiner = *story->position = *story->proof = '\0';
	*life->group_uuid = '\0';
	story->ist_encrypted = story->sst_encrypted = false;
	life->local_known = life->result = life->ended = false;
	life->sst_seqno = life->ist_seqno = -1;
}

/* May a message of this role be heeded? A joiner's story is not ended by its giving to others. */
static bool take_role(struct wsrep_life *life, enum transfer_role role)
{
	if (life->story.role == ROLE_NONE) {
		life->story.role = role;
		life->story.late = role == ROLE_JOINER && life->ready;
	}
	return life->story.role == role;
}

/* An SST may be followed by an IST, to catch up, so its proof is the stronger. A joiner gets one
 * before it serves clients: what tells of it later (late) may be theirs. */
static void prove_when(struct wsrep_life *life, enum transfer_kind kind, struct piece message,
		       bool late)
{
	struct wsrep_story *story = &life->story;

	if (story->kind == TRANSFER_SST || story->kind == kind ||
	    (late && kind == TRANSFER_SST && story->role == ROLE_JOINER && !story->late))
		return;
	story->kind = kind;
	if (kind == TRANSFER_SST)
		story->writesets = -1;
	wsrep_keep(story->proof, sizeof(story->proof), message);
}

static void prove(struct wsrep_life *life, enum transfer_kind kind, struct piece message)
{
	prove_when(life, kind, message, life->ready);
}

void wsrep_hinder(struct wsrep_story *story, char kept[256], struct piece message)
{
	if (piece_find(message, "Permission denied"))
		story->permission_denied = true;
	if (!*kept)
		wsrep_keep(kept, 256, message);
}

void wsrep_fail(struct wsrep_life *life, struct piece message)
{
	struct wsrep_story *story = &life->story;

	story->failed |= !life->ready;
	story->failed_late |= life->ready;
	if (piece_find(message, "--role 'joiner'") && story->role == ROLE_NONE)
		story->role = ROLE_JOINER;
	story->permission_denied |= life->denied;
	/* A message that names errno 13 itself says what it was denied; the one before it of a
	 * script that cannot be run says only that it was silent. */
	if (!piece_find(message, "Permission denied")) {
		if (*life->cause)
			message = piece_of(life->cause);
	} else if (str_starts(story->failure, "Failed to read 'ready")) {
		*story->failure = '\0';
	}
	wsrep_hinder(story, story->failure, message);
}

static void take_position(struct wsrep_life *life, struct piece position)
{
	struct wsrep_story *story = &life->story;

	position = piece_word(position, "-:");
	/* "SST complete" of older servers has the number alone; others say more. */
	if (wsrep_seqno(position) >= 0 && (piece_find(position, ":") || !*story->position))
		piece_copy(story->position, sizeof(story->position), position);
}

/* The script is told, and says, the position of an SST's data; of an IST it is the local one. */
static void take_sst_position(struct wsrep_life *life, struct piece position, struct piece message)
{
	take_position(life, position);
	if (life->sst_seqno >= 0)
		return;
	life->sst_seqno = wsrep_seqno(position);
	life->sst_late = life->ready;
	wsrep_keep(life->sst_message, sizeof(life->sst_message), message);
}

void wsrep_transfer_conclude(struct wsrep_life *life)
{
	const struct wsrep_story *story = &life->story;
	enum transfer_kind kind = TRANSFER_NONE;

	if (story->role != ROLE_JOINER || story->kind != TRANSFER_NONE || life->sst_seqno < 0)
		return;
	if (life->local_known && life->sst_seqno > life->local_seqno)
		kind = TRANSFER_SST;
	else if (life->local_known && life->ist_seqno > life->sst_seqno)
		kind = TRANSFER_IST;
	else if (!life->local_known && life->ist_seqno < 0 && !story->started)
		kind = TRANSFER_SST;
	prove_when(life, kind, piece_of(life->sst_message), life->sst_late);
}

/* The position that was reached; false: an undefined one tells of a failure. */
static bool take_end(struct wsrep_life *life, struct piece position, struct piece message)
{
	if (wsrep_seqno(position) < 0) {
		wsrep_fail(life, message);
		return false;
	}
	take_sst_position(life, position, message);
	return true;
}

static void take_group(struct wsrep_life *life, struct piece position)
{
	struct piece uuid = piece_word(position, "-");

	piece_copy(life->group_uuid, sizeof(life->group_uuid), uuid);
	if (!life->ready)
		piece_copy(life->story.group, sizeof(life->story.group), uuid);
}

static void take_local_state(struct wsrep_life *life, struct piece position)
{
	bool same = piece_begins(position, life->group_uuid);

	life->local_known = *life->group_uuid;
	life->local_seqno = same ? wsrep_seqno(position) : -1;
}

/* " for FIRST-LAST, listening at: tcp://...", where Galera 2 and 3 have no numbers. */
static void take_listener(struct wsrep_life *life, struct piece value)
{
	long long first = wsrep_seqno(piece_until(piece_after(value, " for "), "-"));

	life->story.ist_encrypted = piece_find(value, "listening at: ssl://");
	if (!life->local_known && first > 0) {
		life->local_known = true;
		life->local_seqno = first - 1;
	}
}

static void take_ist_position(struct wsrep_life *life, struct piece position)
{
	life->ist_seqno = wsrep_seqno(position);
	take_position(life, position);
}

/*
 * "N writesets, seqnos FIRST-LAST". FIRST is the seqno after the local one (Galera 4) or the local
 * one itself (2 and 3). Where it is further on, the node's state has moved by other means: an SST.
 */
static void take_writesets(struct wsrep_life *life, struct piece numbers, struct piece message)
{
	struct piece seqnos = piece_after(numbers, "seqnos ");
	long long first = wsrep_seqno(piece_until(seqnos, "-"));

	if (life->local_known && (life->local_seqno < 0 || first > life->local_seqno + 1))
		prove(life, TRANSFER_SST, message);
	else
		prove(life, TRANSFER_IST, message);
	if (life->story.kind == TRANSFER_IST)
		life->story.writesets = wsrep_seqno(piece_until(numbers, " "));
}

/* The donor's script is told to leave the data out of an IST. */
static void take_script(struct wsrep_reader *reader, struct piece message)
{
	struct wsrep_story *story = &reader->life.story;
	struct piece method = piece_word(piece_after(message, "wsrep_sst_"), "-_");
	bool bypass = piece_find(message, " --bypass");

	if (piece_find(message, "--role 'joiner'")) {
		if (take_role(&reader->life, ROLE_JOINER))
			piece_copy(story->method, sizeof(story->method), method);
	} else if (piece_find(message, "--role 'donor'") && story->role != ROLE_JOINER) {
		begin_transfer(&reader->life, ROLE_DONOR);
		piece_copy(story->method, sizeof(story->method), method);
		memcpy(story->donor, reader->giver, sizeof(story->donor));
		memcpy(story->joiner, reader->taker, sizeof(story->joiner));
		prove(&reader->life, bypass ? TRANSFER_IST : TRANSFER_SST, message);
		/* The argument that decides is far behind in a long line. */
		snprintf(story->proof, sizeof(story->proof), "wsrep_sst_%s --role 'donor' ... %s",
			 story->method, bypass ? "--bypass" : "(without --bypass)");
	}
}

/* "Member 1.0 (JOINER) requested state transfer from '*any*'. Selected 0.0 (DONOR)(SYNCED) ..." */
static void take_members(struct wsrep_reader *reader, struct piece message)
{
	struct piece selected = piece_after(message, "Selected ");

	piece_copy(reader->asking, sizeof(reader->asking),
		   piece_until(piece_after(message, "("), ") requested state transfer"));
	piece_copy(reader->asked, sizeof(reader->asked),
		   piece_until(piece_after(selected, "("), ")"));
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
static void take_member_transfer(struct wsrep_life *life, struct piece message)
{
	struct wsrep_story *story = &life->story;
	struct piece to = piece_after(message, "): State transfer to "),
		     joiner = piece_until(piece_after(to, "("), ") ");
	struct piece end = piece_after(to, ") ");
	char name[64];

	piece_copy(name, sizeof(name), joiner);
	if (story->role == ROLE_NONE || !*name ||
	    (*story->joiner && strcmp(story->joiner, name) != 0))
		return;
	if (piece_begins(end, "failed")) {
		wsrep_fail(life, message);
	} else if (piece_begins(end, "complete") && story->role == ROLE_DONOR) {
		life->ended = true;
		story->failed = story->failed_late = false;
	}
}

static void take_sent(struct wsrep_life *life, struct piece position, struct piece message)
{
	if (!take_end(life, position, message))
		return;
	life->ended = true;
	life->story.failed = life->story.failed_late = false;
}

static void take_joiner_message(struct wsrep_life *life, enum wsrep_event event, struct piece value,
				struct piece message)
{
	struct wsrep_story *story = &life->story;

	if (!take_role(life, ROLE_JOINER))
		return;
	if (event == EVENT_JOINER_MONITOR)
		life->expects_result = true;
	else if (event == EVENT_GROUP_STATE)
		take_group(life, value);
	else if (event == EVENT_LOCAL_STATE)
		take_local_state(life, value);
	else if (event == EVENT_JOINER_SST)
		prove(life, TRANSFER_SST, message);
	else if (event == EVENT_JOINER_IST)
		prove(life, TRANSFER_IST, message);
	else if (event == EVENT_WRITESETS)
		take_writesets(life, value, message);
	else if (event == EVENT_SST_POSITION)
		take_sst_position(life, value, message);
	else if (event == EVENT_IST_POSITION)
		take_ist_position(life, value);
	else if (event == EVENT_SST_RESULT)
		life->result |= take_end(life, value, message);
	else if (event == EVENT_SST_STATUS && !piece_begins(value, "0"))
		wsrep_fail(life, message);
	else if (event == EVENT_IST_LISTENER)
		take_listener(life, value);
	else if (event == EVENT_METHOD && piece_find(value, "|"))
		piece_copy(story->method, sizeof(story->method),
			   piece_word(piece_until(value, "|"), "-_"));
}

static void take_donor_message(struct wsrep_life *life, enum wsrep_event event, struct piece value,
			       struct piece message)
{
	if (!take_role(life, ROLE_DONOR))
		return;
	if (event == EVENT_DONOR_SENT)
		take_sent(life, value, message);
	else if (event == EVENT_DONOR_SIGNAL && !piece_begins(value, "0"))
		wsrep_fail(life, message);
	else if (event != EVENT_DONOR_SIGNAL)
		prove(life, event == EVENT_DONOR_IST ? TRANSFER_IST : TRANSFER_SST, message);
}

/* gap: older servers say it a little later than that a transfer is required, which may be known. */
static void take_need(struct wsrep_life *life, bool gap)
{
	struct wsrep_story *story = &life->story;
	bool joins = story->role == ROLE_JOINER;

	/* What the node gets in its start is over, or begun, when it serves clients; of another
	 * transfer these may speak, so it does not take the first one's place. */
	if (life->ready && story->pid && joins && !story->late)
		return;
	if (gap && joins && story->transfer_required && !story->synced)
		return;
	begin_transfer(life, ROLE_JOINER);
	story->transfer_required = true;
}

bool wsrep_transfer_take(struct wsrep_reader *reader, enum wsrep_event event, struct piece value,
			 struct piece message)
{
	struct wsrep_life *life = &reader->life;

	if (event == EVENT_TRANSFER_NEEDED || event == EVENT_TRANSFER_GAP)
		take_need(life, event == EVENT_TRANSFER_GAP);
	else if (event >= EVENT_JOINER && event <= EVENT_METHOD)
		take_joiner_message(life, event, value, message);
	else if (event >= EVENT_DONOR_SST && event <= EVENT_DONOR_SENT)
		take_donor_message(life, event, value, message);
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
	else if (event == EVENT_SHIFT_JOINED)
		wsrep_transfer_conclude(life);
	else
		return false;
	return true;
}
