/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "steps/audit/reader.h"
#include "steps/audit/record.h"
#include "steps/audit/shown.h"
#include "wizard/util.h"

/* What an event's memory has for its text is kept for the next one, if it is no more than this. */
#define EVENT_USUAL_BYTES (16 * 1024)

struct open_event {
	struct event event;
	size_t size; /* of the memory for its text */
	char node[RECORD_NODE_MAX];
};

struct reader {
	const char *name; /* the log's */
	reader_take_event take;
	void *data;
	struct denials *counts;
	size_t records;      /* lines that are audit records */
	bool old_kernel;     /* its last whole AVC record did not end by permissive=, ... */
	bool knows_kernel;   /* ... and it had one since the last reader_end() */
	struct shown *shown; /* for records in another form; NULL: there was no odd line yet */

	/* The last events seen, in the order of their first records; a ring. */
	struct open_event events[OPEN_EVENTS];
	unsigned long serials[OPEN_EVENTS]; /* theirs: together, because looked through often */
	unsigned long highest;              /* none of them is above */
	size_t used, newest;

	/* A line of which a block has the beginning only. */
	char line[LINE_MAX_BYTES + 1];
	size_t length;
	bool overlong;
};

struct reader *reader_new(const char *name, reader_take_event take, void *data,
			  struct denials *counts)
{
	struct reader *reader = calloc(1, sizeof(*reader));

	if (!reader)
		return NULL;
	reader->name = name;
	reader->take = take;
	reader->data = data;
	reader->counts = counts;
	return reader;
}

void reader_free(struct reader **pointer)
{
	struct reader *reader = *pointer;

	if (!reader)
		return;
	for (size_t i = 0; i < OPEN_EVENTS; i++)
		free(reader->events[i].event.text);
	free(reader->shown);
	free(reader);
	*pointer = NULL;
}

/* ---- events ---------------------------------------------------------------------------------- */

static int close_event(struct reader *reader, struct open_event *open, struct error *err)
{
	struct event *event = &open->event;
	int rc = 0;

	if (event->denied)
		rc = reader->take(reader->data, event, err);
	event->length = 0;
	event->denied = 0;
	if (open->size > EVENT_USUAL_BYTES) {
		free(TAKE_PTR(event->text));
		open->size = 0;
	}
	return rc;
}

/* seen_event - the open event of this id; NULL: there is none. */
static struct open_event *seen_event(struct reader *reader, const struct record_id *id)
{
	if (!reader->used || id->serial > reader->highest)
		return NULL;
	for (size_t i = 0; i < reader->used; i++) {
		/* From the newest backwards: it is nearly always that one. */
		size_t at = (reader->newest + OPEN_EVENTS - i) % OPEN_EVENTS;

		if (reader->serials[at] == id->serial &&
		    record_same_event(&reader->events[at].event.id, id))
			return &reader->events[at];
	}
	/* Serial numbers begin again when the machine does. */
	reader->highest = 0;
	for (size_t i = 0; i < reader->used; i++)
		if (reader->serials[i] > reader->highest)
			reader->highest = reader->serials[i];
	return NULL;
}

/* new_event - in the place of the oldest. */
static int new_event(struct reader *reader, const struct record_id *id, struct open_event **opened,
		     struct error *err)
{
	size_t next =
		reader->used < OPEN_EVENTS ? reader->used : (reader->newest + 1) % OPEN_EVENTS;
	struct open_event *open = &reader->events[next];
	int rc = close_event(reader, open, err);

	if (rc < 0)
		return rc;
	if (reader->used < OPEN_EVENTS)
		reader->used++;
	reader->newest = next;
	reader->serials[next] = id->serial;
	if (id->serial > reader->highest)
		reader->highest = id->serial;
	open->event.id = *id;
	open->event.id.node = memcpy(open->node, id->node, id->node_length);
	reader->counts->events++;
	*opened = open;
	return 0;
}

static int close_all_events(struct reader *reader, struct error *err)
{
	size_t oldest = reader->used < OPEN_EVENTS ? 0 : reader->newest + 1;
	int rc = 0;

	for (size_t i = 0; i < reader->used && rc == 0; i++)
		rc = close_event(reader, &reader->events[(oldest + i) % OPEN_EVENTS], err);
	reader->used = reader->newest = reader->highest = 0;
	return rc;
}

static int add_to_event(struct open_event *open, const char *line, size_t length, struct error *err)
{
	struct event *event = &open->event;
	size_t needed = event->length + length + 1;

	if (needed > open->size) {
		char *text = realloc(event->text, 2 * needed);

		if (!text)
			return error_nomem(err);
		event->text = text;
		open->size = 2 * needed;
	}
	memcpy(event->text + event->length, line, length);
	event->text[needed - 1] = '\n';
	event->length = needed;
	return 0;
}

/* ---- lines ----------------------------------------------------------------------------------- */

/* says_permissive - does this AVC record tell it, as new kernels' do? Usually at the end. */
static bool says_permissive(const char *line, size_t length)
{
	static const char word[] = " permissive=";
	const size_t tail = sizeof(word); /* with its digit */

	return (length > tail && !memcmp(line + length - tail, word, tail - 1)) ||
	       memmem(line, length, word, tail - 1);
}

/* take_denial - is this (USER_)AVC record one that belongs to its event's text? */
static bool take_denial(struct reader *reader, const char *line, const struct record *record,
			bool ended)
{
	enum verdict verdict;

	if (!ended && !record_is_whole(record, reader->old_kernel)) {
		reader->counts->unreadable++;
		return false;
	}
	if (record->kind == RECORD_AVC) {
		reader->knows_kernel = true;
		reader->old_kernel = !says_permissive(line, (size_t)(record->end - line));
	}
	verdict = record_verdict(record);
	if (verdict == VERDICT_GRANTED)
		reader->counts->granted++;
	return verdict == VERDICT_DENIED;
}

/* take_told - a record that tells something of a denial. */
static int take_told(struct reader *reader, const char *line, struct record *record,
		     struct open_event *open, bool ended, struct error *err)
{
	bool avc = record->kind == RECORD_AVC || record->kind == RECORD_USER_AVC;
	int rc;

	if (avc && !take_denial(reader, line, record, ended))
		return 0;
	open->event.denied += avc;
	rc = add_to_event(open, line, (size_t)(record->end - line), err);
	if (!rc && open->event.length > EVENT_MAX_BYTES)
		rc = close_event(reader, open, err);
	return rc;
}

bool reader_is_event(const char *line, struct record *record)
{
	/* The head of a record is all that is read of others. */
	if (record->kind == RECORD_OTHER)
		return true;
	if (record->end[-1] == '\r')
		record->end--;
	return !memchr(line, '\0', (size_t)(record->end - line));
}

static int take_record(struct reader *reader, const char *line, struct record *record, bool ended,
		       struct error *err)
{
	struct open_event *open;
	int rc = 0;

	if (!reader_is_event(line, record)) {
		reader->counts->unreadable++;
		return 0;
	}
	reader->records++;
	open = seen_event(reader, &record->id);
	if (!open)
		rc = new_event(reader, &record->id, &open, err);
	return rc < 0 || record->kind == RECORD_OTHER
		       ? rc
		       : take_told(reader, line, record, open, ended, err);
}

/* take_shown - a line that another program may have made of a record. */
static int take_shown(struct reader *reader, const char *line, size_t length, struct record *record,
		      bool ended, struct error *err)
{
	if (!reader->shown && !(reader->shown = shown_new()))
		return error_nomem(err);
	if (shown_read(reader->shown, line, length) == SHOWN_RECORD) {
		record_parse(reader->shown->text, reader->shown->length, record);
		if (record->kind >= RECORD_AVC) {
			reader->counts->lost_notices += record_tells_loss(record);
			return take_record(reader, reader->shown->text, record, ended, err);
		}
	}
	reader->counts->unreadable++;
	return 0;
}

/* take_odd - a line that is no record as auditd writes it. */
static int take_odd(struct reader *reader, const char *line, size_t length, bool ended,
		    struct error *err)
{
	struct record record;

	if (length && line[length - 1] == '\r')
		length--;
	record_parse(line, length, &record);
	if (record.kind == RECORD_DECORATION)
		return 0;
	if (!record_tells_loss(&record))
		return take_shown(reader, line, length, &record, ended, err);
	reader->counts->lost_notices++;
	return 0;
}

/* take_line - line[length] is its newline; at the end of a log without one, a NUL. */
static inline int take_line(struct reader *reader, const char *line, size_t length, bool ended,
			    struct error *err)
{
	struct record record;

	record_parse(line, length, &record);
	if (record.kind < RECORD_AVC)
		return take_odd(reader, line, length, ended, err);
	if (record.kind == RECORD_OTHER && record_tells_loss(&record))
		reader->counts->lost_notices++;
	return take_record(reader, line, &record, ended, err);
}

/* keep_part - the beginning of a line, or more of it. */
static void keep_part(struct reader *reader, const char *part, size_t length)
{
	if (length > LINE_MAX_BYTES - reader->length) {
		reader->overlong = true;
		return;
	}
	memcpy(reader->line + reader->length, part, length);
	reader->length += length;
}

/* take_parts - the line of which the beginning was kept. */
static int take_parts(struct reader *reader, bool ended, struct error *err)
{
	size_t length = reader->length;

	reader->length = 0;
	reader->counts->lines++;
	if (reader->overlong) {
		reader->overlong = false;
		reader->counts->unreadable++;
		return 0;
	}
	reader->line[length] = '\0';
	return take_line(reader, reader->line, length, ended, err);
}

int reader_take(struct reader *reader, const char *at, size_t size, struct error *err)
{
	const char *end = at + size, *newline;
	size_t lines = 0;
	int rc = 0;

	if (reader->length || reader->overlong) {
		newline = memchr(at, '\n', size);
		keep_part(reader, at, (size_t)((newline ? newline : end) - at));
		if (!newline)
			return 0;
		rc = take_parts(reader, true, err);
		at = newline + 1;
	}
	while (!rc && (newline = memchr(at, '\n', (size_t)(end - at)))) {
		size_t length = (size_t)(newline - at);

		lines++;
		if (length > LINE_MAX_BYTES)
			reader->counts->unreadable++;
		else
			rc = take_line(reader, at, length, true, err);
		at = newline + 1;
	}
	reader->counts->lines += lines;
	if (!rc && at < end)
		keep_part(reader, at, (size_t)(end - at));
	return rc;
}

int reader_end(struct reader *reader, struct error *err)
{
	int rc = 0;

	if (reader->length || reader->overlong)
		rc = take_parts(reader, false, err);
	reader->knows_kernel = false;
	return rc < 0 ? rc : close_all_events(reader, err);
}

void reader_follow(struct reader *reader, const struct reader *before)
{
	if (!reader->knows_kernel)
		reader->old_kernel = before->old_kernel;
}

bool reader_is_plain(const struct reader *reader)
{
	return !reader->shown;
}

size_t reader_records(const struct reader *reader)
{
	return reader->records;
}
