/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "steps/audit/event.h"
#include "steps/audit/log.h"
#include "steps/audit/record.h"
#include "wizard/util.h"

#define CHUNK 65536
/* The kernel's records are below 8970 bytes, and enriching does not double that. */
#define LINE_MAX_BYTES 65536
/* The records of an event stand together but for a few of another processor's events. */
#define OPEN_EVENTS 64
/* No honest event has so much to say; what comes after is read as another event's. */
#define EVENT_MAX_BYTES (256 * 1024)

struct log_reader {
	struct event_reader *events_reader;
	struct denials *denials;
	size_t records;  /* lines that are audit records */
	bool old_kernel; /* its last whole AVC record did not end by permissive= */

	/* The last events seen, in the order of their first records; a ring. */
	struct event events[OPEN_EVENTS];
	unsigned long serials[OPEN_EVENTS]; /* theirs: together, because looked through often */
	size_t used, newest;

	char line[LINE_MAX_BYTES + 1];
	size_t length; /* of the part that has been read */
	bool overlong;
};

static void log_reader_clear(struct log_reader **pointer)
{
	struct log_reader *reader = *pointer;

	if (!reader)
		return;
	for (size_t i = 0; i < reader->used; i++)
		free(reader->events[i].text);
	event_reader_free(reader->events_reader);
	free(reader);
}

/* ---- events ---------------------------------------------------------------------------------- */

static int close_event(struct log_reader *reader, struct event *event, struct error *err)
{
	int rc = 0;

	if (event->denied)
		rc = event_read(reader->events_reader, event, err);
	event->length = 0;
	event->denied = 0;
	return rc;
}

/* find_event - the open event of this id; a new one, if there is none. */
static int find_event(struct log_reader *reader, const struct record_id *id, struct event **event,
		      struct error *err)
{
	size_t next;
	int rc;

	for (size_t i = 0; i < reader->used; i++) {
		/* From the newest backwards: it is nearly always that one. */
		size_t at = (reader->newest + OPEN_EVENTS - i) % OPEN_EVENTS;

		if (reader->serials[at] == id->serial &&
		    record_same_event(&reader->events[at].id, id)) {
			*event = &reader->events[at];
			return 0;
		}
	}
	next = reader->used < OPEN_EVENTS ? reader->used : (reader->newest + 1) % OPEN_EVENTS;
	rc = close_event(reader, &reader->events[next], err);
	if (rc < 0)
		return rc;
	if (reader->used < OPEN_EVENTS)
		reader->used++;
	reader->newest = next;
	reader->serials[next] = id->serial;
	reader->events[next].id = *id;
	reader->denials->events++;
	*event = &reader->events[next];
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

static int add_to_event(struct event *event, const char *line, size_t length, struct error *err)
{
	size_t needed = event->length + length + 1;
	char *text = realloc(event->text, needed);

	if (!text)
		return error_nomem(err);
	memcpy(text + event->length, line, length);
	text[needed - 1] = '\n';
	event->text = text;
	event->length = needed;
	return 0;
}

/* ---- lines ----------------------------------------------------------------------------------- */

static int take_record(struct log_reader *reader, const struct record *record, bool ended,
		       struct error *err)
{
	bool avc = record->kind == RECORD_AVC || record->kind == RECORD_USER_AVC;
	struct event *event;
	int rc;

	reader->records++;
	rc = find_event(reader, &record->id, &event, err);
	if (rc < 0 || record->kind == RECORD_OTHER)
		return rc;
	if (avc && !ended && !record_is_whole(record, reader->old_kernel)) {
		reader->denials->unreadable++;
		return 0;
	}
	if (record->kind == RECORD_AVC)
		reader->old_kernel = !strstr(record->body, " permissive=");
	if (avc) {
		enum verdict verdict = record_verdict(record);

		if (verdict == VERDICT_GRANTED)
			reader->denials->granted++;
		if (verdict != VERDICT_DENIED)
			return 0;
		event->denied++;
	}
	rc = add_to_event(event, reader->line, reader->length, err);
	if (!rc && event->length > EVENT_MAX_BYTES)
		rc = close_event(reader, event, err);
	return rc;
}

static int take_line(struct log_reader *reader, bool ended, const char *path, struct error *err)
{
	struct record record;

	reader->denials->lines++;
	if (reader->length && reader->line[reader->length - 1] == '\r')
		reader->length--;
	reader->line[reader->length] = '\0';
	if (reader->overlong || memchr(reader->line, '\0', reader->length)) {
		reader->denials->unreadable++;
		return 0;
	}
	record_parse(reader->line, &record);
	if (record_tells_loss(reader->line, &record)) {
		reader->denials->lost_notices++;
		if (record.kind == RECORD_NONE)
			return 0;
	}
	switch (record.kind) {
	case RECORD_NONE:
		reader->denials->unreadable++;
		return 0;
	case RECORD_DECORATION:
		return 0;
	case RECORD_INTERPRETED:
		return error_set(err, EINVAL,
				 "give the log itself, or what `ausearch --raw -m avc,user_avc "
				 "-ts recent` prints: without -i (--interpret)",
				 "%s is interpreted text (ausearch -i), which cannot be read "
				 "reliably",
				 path);
	default:
		return take_record(reader, &record, ended, err);
	}
}

/* keep_part - more of the line at hand. */
static void keep_part(struct log_reader *reader, const char *part, size_t length)
{
	if (length > LINE_MAX_BYTES - reader->length) {
		reader->overlong = true;
		return;
	}
	memcpy(reader->line + reader->length, part, length);
	reader->length += length;
}

static int take_chunk(struct log_reader *reader, const char *chunk, size_t size, const char *path,
		      struct error *err)
{
	for (const char *at = chunk, *end = chunk + size; at < end;) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		int rc;

		keep_part(reader, at, (size_t)((newline ? newline : end) - at));
		if (!newline)
			return 0;
		rc = take_line(reader, true, path, err);
		if (rc < 0)
			return rc;
		reader->length = 0;
		reader->overlong = false;
		at = newline + 1;
	}
	return 0;
}

static int read_log(struct log_reader *reader, int fd, const char *path, struct error *err)
{
	char chunk[CHUNK];
	size_t unreadable = reader->denials->unreadable;
	ssize_t got;
	int rc;

	while ((got = read(fd, chunk, sizeof(chunk))) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_set(err, errno, "give the path of an audit log",
					 "cannot read %s: %s", path, strerror(errno));
		rc = take_chunk(reader, chunk, (size_t)got, path, err);
		if (rc < 0)
			return rc;
	}
	if (reader->length || reader->overlong) {
		rc = take_line(reader, false, path, err);
		if (rc < 0)
			return rc;
	}
	if (!reader->records && reader->denials->unreadable > unreadable)
		return error_set(err, EINVAL,
				 "give an audit log (usually /var/log/audit/audit.log), or what "
				 "`ausearch --raw -m avc,user_avc` prints",
				 "%s is no audit log: no line of it is an audit record", path);
	return close_all_events(reader, err);
}

/* ---- the log --------------------------------------------------------------------------------- */

/* roll_back - *denials as it was. */
static void roll_back(struct denials *denials, const struct denials *before)
{
	struct denial *items = denials->items;

	for (size_t i = before->count; i < denials->count; i++)
		denial_clear(&items[i]);
	*denials = *before;
	denials->items = items;
}

int audit_log_read(const char *path, const char *origin, const char *const *domains,
		   struct denials *denials, struct error *err)
{
	bool is_stdin = strcmp(path, "-") == 0;
	_cleanup_(log_reader_clear) struct log_reader *reader = calloc(1, sizeof(*reader));
	_cleanup_close_ int opened = is_stdin ? -1 : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	const struct denials before = *denials;
	int rc;

	if (!is_stdin && opened < 0)
		return error_set(err, errno,
				 errno == ENOENT ? "look whether auditd is installed and running "
						   "(systemctl status auditd), or name another log"
						 : "read it as root, or name another log",
				 "cannot open %s: %s", path, strerror(errno));
	if (!reader)
		return error_nomem(err);
	reader->denials = denials;
	reader->events_reader = event_reader_new(origin, domains, denials);
	if (!reader->events_reader)
		return error_nomem(err);
	rc = read_log(reader, is_stdin ? STDIN_FILENO : opened, is_stdin ? "standard input" : path,
		      err);
	if (rc < 0)
		roll_back(denials, &before);
	return rc;
}
