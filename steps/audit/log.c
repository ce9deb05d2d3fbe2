/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "steps/audit/kinds.h"
#include "steps/audit/log.h"
#include "steps/audit/record.h"
#include "steps/audit/interpreted.h"
#include "steps/audit/source.h"
#include "wizard/util.h"

/*
 * The records of one event stand together but for a few of another processor's events: so many
 * events are open at a time, and a record of none of them opens a new one in the place of the
 * oldest, which is handed over.
 */
#define OPEN_EVENTS 64
/* No honest event has so much to say; what comes after is read as another event's. */
#define EVENT_MAX_BYTES (128 * 1024)
/* What an event's memory has for its text is kept for the next one, if it is no more than this. */
#define EVENT_USUAL_BYTES (16 * 1024)

struct open_event {
	struct event event;
	size_t size; /* of the memory for its text */
	char node[RECORD_NODE_MAX];
};

struct log_reader {
	struct kinds *kinds;
	struct denials counts;
	bool old_kernel;                 /* its last whole AVC record did not end by permissive= */
	struct record record;            /* of the line at hand */
	struct interpreted *interpreted; /* NULL: there was no odd line yet */

	/* The last events seen, in the order of their first records; a ring. */
	struct open_event events[OPEN_EVENTS], *newest;
	unsigned long highest; /* none of their serial numbers is above */
};

/* ---- events ---------------------------------------------------------------------------------- */

static void close_event(struct log_reader *reader, struct open_event *open)
{
	struct event *event = &open->event;

	if (event->denied)
		kinds_add(reader->kinds, event, &reader->counts);
	event->length = 0;
	event->denied = 0;
	if (open->size > EVENT_USUAL_BYTES) {
		free(TAKE_PTR(event->text));
		open->size = 0;
	}
}

static bool is_event(const struct record_id *one, const struct record_id *other)
{
	return one->serial == other->serial && one->millis == other->millis &&
	       one->seconds == other->seconds && one->node_length == other->node_length &&
	       !memcmp(one->node, other->node, one->node_length);
}

/* seen_event - the open event of this id; NULL: there is none. */
static struct open_event *seen_event(struct log_reader *reader, const struct record_id *id)
{
	struct open_event *events = reader->events, *open = reader->newest;

	/* From the newest backwards: it is nearly always that one. */
	for (size_t i = 0; i < OPEN_EVENTS; i++) {
		if (is_event(&open->event.id, id))
			return open;
		open = open > events ? open - 1 : events + OPEN_EVENTS - 1;
	}
	/* Serial numbers begin again when the machine does. */
	reader->highest = id->serial;
	for (size_t i = 0; i < OPEN_EVENTS; i++)
		if (events[i].event.id.serial > reader->highest)
			reader->highest = events[i].event.id.serial;
	return NULL;
}

static struct open_event *oldest_event(struct log_reader *reader)
{
	struct open_event *next = reader->newest + 1;

	return next < reader->events + OPEN_EVENTS ? next : reader->events;
}

/* event_of - the open event of this id; a new one is in the place of the oldest. */
static inline struct open_event *event_of(struct log_reader *reader, const struct record_id *id)
{
	struct open_event *open;

	if (id->serial > reader->highest)
		reader->highest = id->serial;
	else if ((open = seen_event(reader, id)))
		return open;
	open = oldest_event(reader);
	if (open->event.length)
		close_event(reader, open);
	reader->newest = open;
	open->event.id = *id;
	if (id->node_length)
		open->event.id.node = memcpy(open->node, id->node, id->node_length);
	reader->counts.events++;
	return open;
}

/* close_all_events - in their order. */
static void close_all_events(struct log_reader *reader)
{
	for (size_t i = 0; i < OPEN_EVENTS; i++) {
		reader->newest = oldest_event(reader);
		close_event(reader, reader->newest);
	}
}

static void add_to_event(struct open_event *open, const char *line, size_t length)
{
	struct event *event = &open->event;
	size_t needed = event->length + length + 1 + LINE_SLACK;

	if (needed > open->size) {
		event->text = memory_resize(event->text, 2 * needed, 1);
		/* What is behind the text is looked at, though nothing depends on it. */
		memset(event->text + open->size, 0, 2 * needed - open->size);
		open->size = 2 * needed;
	}
	memcpy(event->text + event->length, line, length);
	event->length += length;
	event->text[event->length++] = '\n';
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
static bool take_denial(struct log_reader *reader, const char *line, bool ended)
{
	const struct record *record = &reader->record;
	enum avc_verdict verdict;

	if (!ended && !record_is_whole(record, reader->old_kernel)) {
		reader->counts.unreadable++;
		return false;
	}
	if (record->kind == RECORD_AVC)
		reader->old_kernel = !says_permissive(line, (size_t)(record->end - line));
	verdict = record_verdict(record);
	if (verdict == VERDICT_GRANTED)
		reader->counts.granted++;
	return verdict == VERDICT_DENIED;
}

/* take_record - of a type that tells of denials. */
static void take_record(struct log_reader *reader, const char *line, bool ended)
{
	struct record *record = &reader->record;
	bool avc = record->kind == RECORD_AVC || record->kind == RECORD_USER_AVC;
	struct open_event *open;

	if (record->end[-1] == '\r')
		record->end--;
	if (memchr(record->body, '\0', (size_t)(record->end - record->body))) {
		reader->counts.unreadable++;
		return;
	}
	open = event_of(reader, &record->id);
	if (avc && !take_denial(reader, line, ended))
		return;
	open->event.denied += avc;
	add_to_event(open, line, (size_t)(record->end - line));
	if (open->event.length > EVENT_MAX_BYTES)
		close_event(reader, open);
}

/* take_other - nothing is read of it but its head. */
static inline void take_other(struct log_reader *reader)
{
	if (reader->record.kind == RECORD_NOTICE)
		reader->counts.lost_notices += record_tells_loss(&reader->record);
	event_of(reader, &reader->record.id);
}

/* take_odd - a line that is no record as auditd writes it, but may show one. */
static void take_odd(struct log_reader *reader, const char *line, bool ended)
{
	struct record *record = &reader->record;

	if (record->end > line && record->end[-1] == '\r')
		record_odd(line, record->end - 1, record);
	if (record->kind == RECORD_DECORATION)
		return;
	if (record_tells_loss(record)) {
		reader->counts.lost_notices++;
		return;
	}
	if (!reader->interpreted)
		reader->interpreted = interpreted_new();
	if (interpreted_read(reader->interpreted, line, (size_t)(record->end - line)) ==
	    INTERPRETED_RECORD) {
		line = reader->interpreted->text;
		record_parse(line, record);
		if (record->kind >= RECORD_OTHER) {
			take_other(reader);
			return;
		}
		if (record->kind >= RECORD_AVC) {
			take_record(reader, line, ended);
			return;
		}
	}
	reader->counts.unreadable++;
}

/* take_lines - whole ones but for the log's last. */
static void take_lines(struct log_reader *reader, const char *at, size_t size)
{
	struct record *record = &reader->record;
	const char *stop = at + size;

	for (const char *end; at < stop; at = end + 1) {
		record_parse(at, record);
		end = record->end;
		reader->counts.lines++;
		if (record->kind >= RECORD_OTHER)
			take_other(reader);
		else if (record->kind >= RECORD_AVC)
			take_record(reader, at, end < stop);
		else
			take_odd(reader, at, end < stop);
	}
}

/* ---- logs ------------------------------------------------------------------------------------ */

static void reader_free(struct log_reader **pointer)
{
	struct log_reader *reader = *pointer;

	kinds_free(&reader->kinds);
	for (size_t i = 0; i < OPEN_EVENTS; i++)
		free(reader->events[i].event.text);
	free(reader->interpreted);
	free(reader);
}

/* reader_new - counts: those of the logs before. */
static struct log_reader *reader_new(const char *origin, const char *const *domains,
				     const struct denials *counts)
{
	struct log_reader *reader = memory_new(1, sizeof(*reader));

	reader->kinds = kinds_new(origin, domains);
	reader->counts = *counts;
	reader->newest = reader->events;
	/* No record has this id. */
	for (size_t i = 0; i < OPEN_EVENTS; i++)
		reader->events[i].event.id.seconds = -1;
	return reader;
}

/* reader_end - *denials gets what was read. */
static void reader_end(struct log_reader *reader, struct denials *denials)
{
	close_all_events(reader);
	kinds_take(reader->kinds, &reader->counts);
	*denials = reader->counts;
}

int audit_log_read(const char *path, const char *origin, const char *const *domains,
		   struct denials *denials, struct error *err)
{
	_cleanup_(reader_free) struct log_reader *reader = reader_new(origin, domains, denials);
	_cleanup_(source_close) struct log_source *source = NULL;
	const char *lines;
	size_t size;
	int rc = source_open(path, &source, err);

	while (rc == 0 && (rc = source_next(source, &lines, &size, err)) == 0 && size)
		take_lines(reader, lines, size);
	if (rc < 0)
		return rc;
	if (reader->counts.events == denials->events &&
	    reader->counts.unreadable > denials->unreadable)
		return error_set(
			err, EINVAL,
			"give an audit log (usually /var/log/audit/audit.log), or what "
			"`ausearch --raw -m avc,user_avc` prints, without -i (--interpret)",
			"%s is no audit log: no line of it is an audit record that can "
			"be read",
			source_name(source));
	reader_end(reader, denials);
	return 0;
}

void audit_text_read(const char *text, size_t length, const char *origin,
		     const char *const *domains, struct denials *denials)
{
	_cleanup_(reader_free) struct log_reader *reader = reader_new(origin, domains, denials);
	_cleanup_free_ char *copy = memory_new(length + LINE_SLACK, 1);

	memset(mempcpy(copy, text, length), '\n', LINE_SLACK);
	take_lines(reader, copy, length);
	reader_end(reader, denials);
}
