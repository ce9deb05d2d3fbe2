/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * wsrep_start - a server's start: where a new story begins, and what the start itself tells
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "steps/galera/wsrep_story.h"

long long wsrep_seqno(struct span position)
{
	char text[96];
	const char *colon;

	span_copy(text, sizeof(text), span_word(position, "-:"));
	colon = strrchr(text, ':');
	if (!colon)
		return isdigit((unsigned char)*text) ? atoll(text) : -1;
	return isdigit((unsigned char)colon[1]) ? atoll(colon + 1) : -1;
}

void wsrep_life_init(struct wsrep_life *life)
{
	*life = (struct wsrep_life){ .story.writesets = -1, .servers = EVERY_SERVER };
}

static void take_boot(struct wsrep_reader *reader, struct span message)
{
	struct wsrep_story *story = &reader->life.story;
	struct wsrep_life before = reader->life;

	if (!reader->booting)
		reader->before = before;
	wsrep_life_init(&reader->life);
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

	story->crashed = !span_starts(position, none) && wsrep_seqno(position) < 0;
}

static void take_start(struct wsrep_reader *reader, struct span provider)
{
	if (span_starts(provider, "none'"))
		return;
	/* A log may lack the line before it. */
	if (!reader->booting)
		wsrep_life_init(&reader->life);
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

bool wsrep_start_take(struct wsrep_reader *reader, enum wsrep_event event, struct span value,
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
