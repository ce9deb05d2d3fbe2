/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "steps/galera/wsrep_story.h"

/* A line's time, thread and level end before this byte. */
enum { PREFIX_MAX = 128 };

static bool is_level(struct span span)
{
	return span_starts(span, "[Note] ") || span_starts(span, "[Warning] ") ||
	       span_starts(span, "[ERROR] ") || span_starts(span, "[System] ");
}

/* What the line quotes from others comes later, so its first level is the server's own. */
struct span wsrep_message_of(struct span line)
{
	line = span_trim(line);
	for (size_t i = 0; i < line.length && i < PREFIX_MAX; i++) {
		struct span here = span_rest(line, i);

		if (line.text[i] == '[' && is_level(here)) {
			/* MySQL 8 has an error number and a subsystem in brackets after it. */
			while (span_starts(here, "[") && span_has(here, "] "))
				here = span_after(here, "] ");
			return span_starts(here, "WSREP: ") ? span_after(here, "WSREP: ") : here;
		}
		if (line.text[i] == 'W' && span_starts(here, "WSREP_SST: ["))
			return span_after(here, "] ");
	}
	return line;
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
	wsrep_story_take(reader, row->event, span_after(message, row->text), message);
}

void wsrep_log_read(const char *text, size_t length, struct wsrep_story *story)
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
