/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "steps/audit/kinds.h"
#include "steps/audit/log.h"
#include "steps/audit/plain.h"
#include "steps/audit/record.h"
#include "steps/audit/source.h"
#include "wizard/apart.h"
#include "wizard/util.h"

/*
 * The records of one event stand together but for a few of another processor's events: so many
 * events are open at a time, and a record of none of them opens a new one in the place of the
 * oldest, which is handed over.
 */
#define OPEN_EVENTS 64
/* No honest event has so much to say; what comes after is read as another event's. */
#define EVENT_MAX_BYTES (128 * 1024)
/* Two records, one of a denial, are longer. */
#define TWO_RECORDS_BYTES 256
/* What an event's memory has for its text is kept for the next one, if it is no more than this. */
#define EVENT_USUAL_BYTES (16 * 1024)

struct open_event {
	struct event event;
	size_t size; /* of the memory for its text */
	char node[RECORD_NODE_MAX];
};

struct log_reader {
	struct kinds *kinds;
	const char *const *domains;
	struct denials counts;
	bool given;           /* by somebody: not the host's own log */
	bool dressed;         /* a record was, so others may be */
	bool old_kernel;      /* its last whole AVC record did not end by permissive= */
	struct record record; /* of the line at hand */
	struct plain *plain;  /* NULL: there was no odd line yet */
	const struct log_witness *witness; /* NULL: there is none */

	/* The last events seen, in the order of their first records; a ring. */
	struct open_event events[OPEN_EVENTS], *newest;
	unsigned long highest; /* none of their serial numbers is above */
};

/* ---- events ---------------------------------------------------------------------------------- */

static void close_event(struct log_reader *reader, struct open_event *open)
{
	struct event *event = &open->event;
	const struct log_witness *witness = reader->witness;
	size_t ours = event->denied ? kinds_add(reader->kinds, event) : 0;

	if (ours && witness && witness->denied)
		witness->denied(witness->data, &event->id);
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

static inline void show_witness(const struct log_reader *reader, const char *line)
{
	if (reader->witness && reader->witness->record)
		reader->witness->record(reader->witness->data, line, &reader->record);
}

/* take_denial - is this (USER_)AVC record one that belongs to its event's text? */
static bool take_denial(struct log_reader *reader, const char *line)
{
	const struct record *record = &reader->record;
	enum avc_verdict verdict;

	if (record->kind == RECORD_AVC)
		reader->old_kernel = !says_permissive(line, (size_t)(record->end - line));
	verdict = record_verdict(record);
	reader->counts.granted += verdict == VERDICT_GRANTED;
	reader->counts.apparmor += verdict == VERDICT_APPARMOR;
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
	if (avc && !ended && !record_is_whole(record, reader->old_kernel)) {
		reader->counts.unreadable++;
		return;
	}
	show_witness(reader, line);
	if (avc && !take_denial(reader, line))
		return;
	open->event.denied += avc;
	add_to_event(open, line, (size_t)(record->end - line));
	if (open->event.length > EVENT_MAX_BYTES)
		close_event(reader, open);
}

/* take_notice - what is told beside the denials; a SELINUX_ERR record as it is written. */
static void take_notice(struct log_reader *reader)
{
	const struct record *record = &reader->record;
	struct piece body = { record->body, record->end };

	body.at += piece_span(body, " ");
	body.end = memchr(body.at, ENRICHED_SEPARATOR, piece_size(body)) ?: body.end;
	if (record->kind == RECORD_NOTICE)
		reader->counts.lost_notices += record_tells_loss(record);
	else if (record->kind == RECORD_APPARMOR)
		reader->counts.apparmor++;
	else
		denials_add_refusal(&reader->counts, body.at, piece_size(body), reader->domains);
}

/* take_other - nothing is read of most but their heads. */
static inline void take_other(struct log_reader *reader, const char *line)
{
	show_witness(reader, line);
	if (reader->record.kind > RECORD_OTHER)
		take_notice(reader);
	event_of(reader, &reader->record.id);
}

/* take_plain - what an odd line was. */
static void take_plain(void *data, enum plain_as as, const char *text, size_t length)
{
	struct log_reader *reader = data;
	struct record *record = &reader->record;

	if (as == PLAIN_RECORD || as == PLAIN_PASTED) {
		record_parse(text, record);
		if (as == PLAIN_PASTED && record->kind >= RECORD_AVC)
			reader->counts.pasted++;
		if (record->kind >= RECORD_OTHER)
			take_other(reader, text);
		else if (record->kind >= RECORD_AVC)
			take_record(reader, text, true);
		else
			reader->counts.unreadable++;
		return;
	}
	record_odd(text, text + length, record);
	record->end = text + length;
	if (record_tells_loss(record))
		reader->counts.lost_notices++;
	else if (as == PLAIN_SUMMARY)
		reader->counts.summaries++;
	else if (as == PLAIN_UNSURE || !reader->given)
		reader->counts.unreadable++;
	else
		reader->counts.passed++;
}

/* take_odd - a line that is no record as auditd writes it, but may show one. Returns the end of the
 * last line that it is in. */
static const char *take_odd(struct log_reader *reader, const char *line, const char *stop)
{
	struct record *record = &reader->record;
	const char *end = record->end;

	if (end > line && end[-1] == '\r')
		record_odd(line, end - 1, record);
	if (record->kind == RECORD_DECORATION)
		return end;
	if (!reader->plain)
		reader->plain = plain_new(reader->given, take_plain, reader);
	return plain_read(reader->plain, line, stop);
}

/* is_dressed - of a given log: is there more to this record than the line? What tells of no denial
 * matters only for what may stand behind it. */
static inline bool is_dressed(struct log_reader *reader, const char *line, const char *stop)
{
	const struct record *record = &reader->record;
	bool denial = record->kind == RECORD_AVC || record->kind == RECORD_USER_AVC;

	if (record->kind < RECORD_OTHER && plain_goes_on(record->end, stop))
		return true;
	if (record->kind >= RECORD_OTHER || (!denial && !reader->dressed))
		return plain_has_more(record->body, record->end);
	reader->dressed |= plain_is_dressed(line, record->body, record->end);
	return reader->dressed;
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
		/* The most of all lines, first: nothing fits in behind it. */
		if (record->kind >= RECORD_OTHER && end - at <= TWO_RECORDS_BYTES)
			take_other(reader, at);
		else if (record->kind < RECORD_AVC ||
			 (reader->given && is_dressed(reader, at, stop)))
			end = take_odd(reader, at, stop);
		else if (record->kind >= RECORD_OTHER)
			take_other(reader, at);
		else
			take_record(reader, at, end < stop || reader->given);
	}
}

/* ---- logs ------------------------------------------------------------------------------------ */

static void reader_free(struct log_reader **pointer)
{
	struct log_reader *reader = *pointer;

	kinds_free(reader->kinds);
	for (size_t i = 0; i < OPEN_EVENTS; i++)
		free(reader->events[i].event.text);
	plain_free(reader->plain);
	denials_clear(&reader->counts);
	free(reader);
}

static struct log_reader *reader_new(const char *const *domains, bool given)
{
	struct log_reader *reader = memory_new(1, sizeof(*reader));

	reader->kinds = kinds_new(domains, &reader->counts);
	reader->domains = domains;
	reader->given = given;
	reader->newest = reader->events;
	/* No record has this id. */
	for (size_t i = 0; i < OPEN_EVENTS; i++)
		reader->events[i].event.id.seconds = -1;
	return reader;
}

/* nothing_read - of a log in which no line is a record. */
static int nothing_read(const struct log_reader *reader, const char *name, struct error *err)
{
	if (reader->counts.summaries)
		return error_set(err, EINVAL,
				 "give the records themselves: ausearch -m avc,user_avc -ts recent "
				 "--raw | galera-selinux explain -",
				 "%s has what setroubleshoot says of denials, but no record of one",
				 name);
	if (reader->given && reader->counts.unreadable)
		return error_set(
			err, EINVAL,
			"give it whole, as the log has it: ausearch --raw -m avc,user_avc -ts "
			"recent | galera-selinux explain -",
			"%s tells of a denial, but has no record of one that can be read: it is "
			"cut off, or in a form that is not known",
			name);
	return error_set(err, EINVAL,
			 "give an audit log (usually /var/log/audit/audit.log), or what "
			 "`ausearch --raw -m avc,user_avc` prints, best without -i (--interpret)",
			 "%s is no audit log: no line of it is an audit record that can be read",
			 name);
}

struct log_input {
	const char *path; /* NULL: text */
	const char *text;
	size_t length;
	const char *const *domains;
	bool given;
};

static int read_source(struct log_reader *reader, const char *path, struct log_source **source,
		       struct error *err)
{
	const char *lines;
	size_t size;
	int rc = source_open(path, source, err);

	while (rc == 0 && (rc = source_next(*source, &lines, &size, err)) == 0 && size)
		take_lines(reader, lines, size);
	return rc;
}

static int read_path(const struct log_input *reading, struct log_reader *reader, struct error *err)
{
	_cleanup_(source_close) struct log_source *source = NULL;
	const struct denials *counts = &reader->counts;
	int rc = read_source(reader, reading->path, &source, err);

	if (rc == -ENOENT && !reading->given)
		return error_remedy(err, "look whether auditd is installed and running (systemctl "
					 "status auditd), or name another log");
	if (rc == 0 && !counts->events &&
	    (counts->unreadable || counts->passed || counts->summaries))
		rc = nothing_read(reader, source_name(source), err);
	return rc;
}

static void read_text(const struct log_input *reading, struct log_reader *reader)
{
	_cleanup_free_ char *copy = memory_new(reading->length + LINE_SLACK, 1);

	memset(mempcpy(copy, reading->text, reading->length), '\n', LINE_SLACK);
	take_lines(reader, copy, reading->length);
}

/* Apart from all else: what is read there is hostile. */
static int work(void *data, FILE *out, struct error *err)
{
	const struct log_input *reading = data;
	_cleanup_(reader_free) struct log_reader *reader =
		reader_new(reading->domains, reading->given);
	int r = 0;

	if (reading->path)
		r = read_path(reading, reader, err);
	else
		read_text(reading, reader);
	if (r < 0)
		return r;
	close_all_events(reader);
	denials_write(&reader->counts, out);
	return 0;
}

static int read_apart(struct log_input *reading, const char *origin, struct denials *denials,
		      struct error *err)
{
	const char *name =
		reading->path && strcmp(reading->path, "-") != 0 ? reading->path : "standard input";
	_cleanup_(denials_clear) struct denials more = { 0 };
	_cleanup_free_ char *said = NULL;
	size_t length;
	int r = apart_run(work, reading, name, &said, &length, err);

	if (r < 0)
		return r;
	r = denials_read(said, length, &more);
	if (r < 0)
		return error_set(err, -r, "report it: it should have been read, or refused",
				 "what reading %s gave is damaged", name);
	denials_append(denials, &more, origin);
	return 0;
}

int audit_log_read(const char *path, bool given, const char *origin, const char *const *domains,
		   struct denials *denials, struct error *err)
{
	struct log_input reading = { .path = path, .domains = domains, .given = given };

	return read_apart(&reading, origin, denials, err);
}

void audit_text_read(const char *text, size_t length, const char *origin,
		     const char *const *domains, struct denials *denials)
{
	struct log_input reading = { .text = text, .length = length, .domains = domains };

	if (read_apart(&reading, origin, denials, NULL) < 0)
		denials->unreadable++;
}

int audit_log_witness(const char *path, bool given, const char *const *domains,
		      const struct log_witness *witness, struct denials *denials, struct error *err)
{
	_cleanup_(reader_free) struct log_reader *reader = reader_new(domains, given);
	_cleanup_(source_close) struct log_source *source = NULL;
	int rc;

	reader->witness = witness;
	rc = read_source(reader, path, &source, err);
	if (rc < 0)
		return rc;
	close_all_events(reader);
	denials_append(denials, &reader->counts, path);
	return 0;
}
