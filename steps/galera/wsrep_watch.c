/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "steps/galera/wsrep_messages.h"
#include "steps/galera/wsrep_watch.h"
#include "wizard/util.h"

/* No line that matters is longer; of one that is, the beginning counts. */
enum { LINE_MAX_BYTES = 65536 };

struct wsrep_watch {
	struct wsrep_reader reader;
	struct wsrep_story told;           /* the story as it was told */
	const struct wsrep_teller *teller; /* of the text at hand */
	struct wsrep_news news;            /* clock and seconds of the last line that has a time */
	char *half;                        /* the beginning of a line */
	size_t half_length;
};

struct wsrep_watch *wsrep_watch_new(void)
{
	struct wsrep_watch *watch = memory_new(1, sizeof(*watch));

	wsrep_story_begin(&watch->reader);
	wsrep_story_end(&watch->reader, &watch->told);
	watch->news.seconds = -1;
	return watch;
}

void wsrep_watch_free(struct wsrep_watch *watch)
{
	if (!watch)
		return;
	free(watch->half);
	free(watch);
}

void wsrep_watch_story(const struct wsrep_watch *watch, struct wsrep_story *story)
{
	wsrep_story_end(&watch->reader, story);
}

static void tell(struct wsrep_watch *watch, enum news_kind kind, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
static void tell(struct wsrep_watch *watch, enum news_kind kind, const char *format, ...)
{
	va_list args;

	watch->news.kind = kind;
	va_start(args, format);
	vsnprintf(watch->news.text, sizeof(watch->news.text), format, args);
	va_end(args);
	watch->teller->tell(watch->teller->data, &watch->news);
}

static void tell_stage(struct wsrep_watch *watch, struct span line)
{
	bool unstamped;
	struct span message = wsrep_message_of(line, &unstamped);
	const struct wsrep_message *row = wsrep_message_find(message);
	char rest[128] = "";

	/* "-nan%" is how the provider says "0 of 0". */
	if (!row || !row->words || span_has(message, "nan%"))
		return;
	if (row->rest)
		span_copy(
			rest, sizeof(rest),
			span_until(span_after(message, row->text), *row->rest ? row->rest : "\n"));
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

static void take_line(struct wsrep_watch *watch, struct span line)
{
	struct wsrep_story now;

	wsrep_time(line, false, watch->news.clock, &watch->news.seconds);
	wsrep_story_line(&watch->reader, line);
	wsrep_story_end(&watch->reader, &now);
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
static void keep_half(struct wsrep_watch *watch, const char *text, size_t length)
{
	if (length > LINE_MAX_BYTES - watch->half_length)
		length = LINE_MAX_BYTES - watch->half_length;
	watch->half = memory_resize(watch->half, watch->half_length + length + 1, 1);
	memcpy(watch->half + watch->half_length, text, length);
	watch->half_length += length;
}

void wsrep_watch_feed(struct wsrep_watch *watch, const char *text, size_t length,
		      const struct wsrep_teller *teller)
{
	struct span rest = { text, length };

	watch->teller = teller;
	while (rest.length) {
		struct span line = span_until(rest, "\n");
		bool whole = line.length < rest.length;

		rest = span_rest(rest, line.length + whole);
		if (!whole || watch->half_length) {
			keep_half(watch, line.text, line.length);
			line = (struct span){ watch->half, watch->half_length };
		}
		if (!whole)
			break;
		take_line(watch, line);
		watch->half_length = 0;
	}
}
