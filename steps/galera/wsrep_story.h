/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * wsrep_story.h - what each message does to the story (for wsrep_log.c, wsrep_watch.c)
 */
#ifndef STEPS_GALERA_WSREP_STORY_H
#define STEPS_GALERA_WSREP_STORY_H

#include "steps/galera/span.h"
#include "steps/galera/wsrep_log.h"
#include "steps/galera/wsrep_messages.h"

/* What is known since one server start. */
struct wsrep_life {
	struct wsrep_story story;
	char group_uuid[64]; /* "": not said */
	bool local_known;
	long long local_seqno; /* before the transfer; -1: not a state of this group */
	bool expects_result;   /* this server says "SST succeeded" */
	bool result;           /* ... and did, with a position */
	bool ended;            /* donor: it has sent all */
	unsigned int servers;  /* enum wsrep_server: of those whose log it may be */
};

struct wsrep_reader {
	struct wsrep_life life;
	struct wsrep_life before; /* the life before this boot, should that be a recovery */
	bool booting;             /* the program has begun, the provider is not loaded yet */
	size_t lines, starts;
	char asking[64], asked[64]; /* the two of the last "Member ... requested state transfer" */
	size_t asked_line;
	char giver[64], taker[64]; /* the same two, when this node became the donor */
};

/* wsrep_seqno - the number that ends uuid:seqno, or is all there is; -1: undefined, or none. */
long long wsrep_seqno(struct span position);
void wsrep_life_init(struct wsrep_life *life);
/* wsrep_start_take - heed a message that belongs to a server's start; false: it is another. */
bool wsrep_start_take(struct wsrep_reader *reader, enum wsrep_event event, struct span value,
		      struct span message);

void wsrep_story_begin(struct wsrep_reader *reader);
/* wsrep_message_of - a line without what the server, or its script, puts before its messages. */
struct span wsrep_message_of(struct span line);
/* wsrep_story_line - heed a line of the log, without its newline (in wsrep_log.c). */
void wsrep_story_line(struct wsrep_reader *reader, struct span line);
/* wsrep_story_take - heed a message: value is what follows its row's text. */
void wsrep_story_take(struct wsrep_reader *reader, enum wsrep_event event, struct span value,
		      struct span message);
void wsrep_story_end(const struct wsrep_reader *reader, struct wsrep_story *story);

#endif
