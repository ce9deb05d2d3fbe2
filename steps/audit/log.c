/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "steps/audit/event.h"
#include "steps/audit/kinds.h"
#include "steps/audit/log.h"
#include "steps/audit/record.h"
#include "steps/audit/source.h"
#include "wizard/util.h"

/* The kernel's records are below 8970 bytes, and enriching does not double that. */
#define LINE_MAX_BYTES 65536
/* The records of an event stand together but for a few of another processor's events. */
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
	struct denials *denials;
	size_t records;  /* lines that are audit records */
	bool old_kernel; /* its last whole AVC record did not end by permissive= */

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

static void log_reader_clear(struct log_reader **pointer)
{
	struct log_reader *reader = *pointer;

	if (!reader)
		return;
	for (size_t i = 0; i < reader->used; i++)
		free(reader->events[i].event.text);
	kinds_free(&reader->kinds);
	free(reader);
}

/* ---- events ---------------------------------------------------------------------------------- */

static int close_event(struct log_reader *reader, struct open_event *open, struct error *err)
{
	struct event *event = &open->event;
	int rc = 0;

	if (event->denied)
		rc = kinds_add(reader->kinds, event, reader->denials, err);
	event->length = 0;
	event->denied = 0;
	if (open->size > EVENT_USUAL_BYTES) {
		free(TAKE_PTR(event->text));
		open->size = 0;
	}
	return rc;
}

/* seen_event - the open event of this id; NULL: there is none. */
static struct open_event *seen_event(struct log_reader *reader, const struct record_id *id)
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
static int new_event(struct log_reader *reader, const struct record_id *id,
		     struct open_event **opened, struct error *err)
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
	reader->denials->events++;
	*opened = open;
	return 0;
}

static int close_all_events(struct log_reader *reader, struct error *err)
{
	size_t oldest = reader->used < OPEN_EVENTS ? 0 : reader->newest + 1;

	for (size_t i = 0; i < reader->used; i++) {
		int rc = close_event(reader, &reader->events[(oldest + i) % OPEN_EVENTS], err);

		if (rc < 0)
			return rc;
	}
	return 0;
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
static bool take_denial(struct log_reader *reader, const char *line, const struct record *record,
			bool ended)
{
	enum verdict verdict;

	if (!ended && !record_is_whole(record, reader->old_kernel)) {
		reader->denials->unreadable++;
		return false;
	}
	if (record->kind == RECORD_AVC)
		reader->old_kernel = !says_permissive(line, (size_t)(record->end - line));
	verdict = record_verdict(record);
	if (verdict == VERDICT_GRANTED)
		reader->denials->granted++;
	return verdict == VERDICT_DENIED;
}

/* take_told - a record that tells something of a denial. */
static int take_told(struct log_reader *reader, const char *line, struct record *record,
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

static int take_record(struct log_reader *reader, const char *line, struct record *record,
		       bool ended, struct error *err)
{
	struct open_event *open;
	int rc = 0;

	if (record->kind != RECORD_OTHER) {
		if (record->end[-1] == '\r')
			record->end--;
		if (memchr(line, '\0', (size_t)(record->end - line))) {
			reader->denials->unreadable++;
			return 0;
		}
	}
	reader->records++;
	open = seen_event(reader, &record->id);
	if (!open)
		rc = new_event(reader, &record->id, &open, err);
	return rc < 0 || record->kind == RECORD_OTHER
		       ? rc
		       : take_told(reader, line, record, open, ended, err);
}

/* take_odd - a line that is no record. */
static int take_odd(struct log_reader *reader, const char *line, size_t length, const char *name,
		    struct error *err)
{
	struct record record;

	if (length && line[length - 1] == '\r')
		length--;
	record_parse(line, length, &record);
	if (record.kind == RECORD_DECORATION)
		return 0;
	if (record.kind == RECORD_INTERPRETED)
		return error_set(err, EINVAL,
				 "give the log itself, or what `ausearch --raw -m avc,user_avc "
				 "-ts recent` prints: without -i (--interpret)",
				 "%s is interpreted text (ausearch -i), which cannot be read "
				 "reliably",
				 name);
	if (record_tells_loss(&record))
		reader->denials->lost_notices++;
	else
		reader->denials->unreadable++;
	return 0;
}

/* take_line - line[length] is its newline; at the end of a log without one, a NUL. */
static inline int take_line(struct log_reader *reader, const char *line, size_t length, bool ended,
			    const char *name, struct error *err)
{
	struct record record;

	record_parse(line, length, &record);
	if (record.kind < RECORD_AVC)
		return take_odd(reader, line, length, name, err);
	if (record.kind == RECORD_OTHER && record_tells_loss(&record))
		reader->denials->lost_notices++;
	return take_record(reader, line, &record, ended, err);
}

/* keep_part - the beginning of a line, or more of it. */
static void keep_part(struct log_reader *reader, const char *part, size_t length)
{
	if (length > LINE_MAX_BYTES - reader->length) {
		reader->overlong = true;
		return;
	}
	memcpy(reader->line + reader->length, part, length);
	reader->length += length;
}

/* take_parts - the line of which the beginning was kept. */
static int take_parts(struct log_reader *reader, bool ended, const char *name, struct error *err)
{
	size_t length = reader->length;

	reader->length = 0;
	reader->denials->lines++;
	if (reader->overlong) {
		reader->overlong = false;
		reader->denials->unreadable++;
		return 0;
	}
	reader->line[length] = '\0';
	return take_line(reader, reader->line, length, ended, name, err);
}

static int take_block(struct log_reader *reader, const char *at, size_t size, const char *name,
		      struct error *err)
{
	const char *end = at + size, *newline;
	size_t lines = 0;
	int rc = 0;

	if (reader->length || reader->overlong) {
		newline = memchr(at, '\n', size);
		keep_part(reader, at, (size_t)((newline ? newline : end) - at));
		if (!newline)
			return 0;
		rc = take_parts(reader, true, name, err);
		at = newline + 1;
	}
	while (!rc && (newline = memchr(at, '\n', (size_t)(end - at)))) {
		size_t length = (size_t)(newline - at);

		lines++;
		if (length > LINE_MAX_BYTES)
			reader->denials->unreadable++;
		else
			rc = take_line(reader, at, length, true, name, err);
		at = newline + 1;
	}
	reader->denials->lines += lines;
	if (!rc && at < end)
		keep_part(reader, at, (size_t)(end - at));
	return rc;
}

static int read_log(struct log_reader *reader, struct source *source, struct error *err)
{
	const char *name = source_name(source), *block;
	size_t unreadable = reader->denials->unreadable, size;
	int rc;

	while ((rc = source_next(source, &block, &size, err)) == 0 && size) {
		rc = take_block(reader, block, size, name, err);
		if (rc < 0)
			return rc;
	}
	if (rc == 0 && (reader->length || reader->overlong))
		rc = take_parts(reader, false, name, err);
	if (rc < 0)
		return rc;
	if (!reader->records && reader->denials->unreadable > unreadable)
		return error_set(err, EINVAL,
				 "give an audit log (usually /var/log/audit/audit.log), or what "
				 "`ausearch --raw -m avc,user_avc` prints",
				 "%s is no audit log: no line of it is an audit record", name);
	rc = close_all_events(reader, err);
	return rc < 0 ? rc : kinds_take(reader->kinds, reader->denials, err);
}

/* ---- the log --------------------------------------------------------------------------------- */

int audit_log_read(const char *path, const char *origin, const char *const *domains,
		   struct denials *denials, struct error *err)
{
	_cleanup_(log_reader_clear) struct log_reader *reader = calloc(1, sizeof(*reader));
	_cleanup_(source_close) struct source *source = NULL;
	struct denials read = *denials;
	int rc = source_open(path, &source, err);

	if (rc < 0)
		return rc;
	if (!reader || !(reader->kinds = kinds_new(origin, domains)))
		return error_nomem(err);
	reader->denials = &read;
	rc = read_log(reader, source, err);
	if (rc == 0)
		*denials = read;
	denials->items = read.items;
	return rc;
}
