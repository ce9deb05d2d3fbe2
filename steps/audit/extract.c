/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "steps/audit/extract.h"
#include "steps/audit/plain.h"
#include "steps/audit/record.h"
#include "steps/audit/source.h"
#include "wizard/apart.h"
#include "wizard/util.h"

struct extraction {
	char *const *paths;
	struct extract *extract;
	const char *node;
	const char *const *domains;
	struct record_id *ids; /* of the events that are wanted, without their nodes */
	size_t count;
	FILE *out; /* NULL: the first pass */

	/* Of the log that is read now. */
	bool given;
	struct record record;
	struct plain *plain;
};

static int compare_ids(const void *left, const void *right)
{
	const struct record_id *a = left, *b = right;

	if (a->seconds != b->seconds)
		return (a->seconds > b->seconds) - (a->seconds < b->seconds);
	if (a->millis != b->millis)
		return (a->millis > b->millis) - (a->millis < b->millis);
	return (a->serial > b->serial) - (a->serial < b->serial);
}

/* is_ours - is the source of an access in one of the server's domains? *unsure: it has none. */
static bool is_ours(const struct extraction *reading, const char *line, const char *end,
		    bool *unsure)
{
	const char *at = NULL, *stop;
	size_t length = 0;

	/* What stands before the last one may be somebody's text. */
	for (const char *next = line; (next = text_find(next, end, " scontext=")); next++)
		at = next + 1;
	if (at) {
		stop = memchr(at, ' ', (size_t)(end - at));
		at = str_field(at, (size_t)((stop ?: end) - at), ':', 2, &length);
	}
	*unsure = !at;
	for (const char *const *domain = reading->domains; at && *domain; domain++)
		if (strlen(*domain) == length && !memcmp(at, *domain, length))
			return true;
	return false;
}

/* note_event - in the first pass. */
static void note_event(struct extraction *reading, const char *line)
{
	const struct record *record = &reading->record;
	struct record_id *id;
	bool unsure = false;

	if ((record->kind != RECORD_AVC && record->kind != RECORD_USER_AVC) ||
	    record_verdict(record) != VERDICT_DENIED)
		return;
	if (!is_ours(reading, line, record->end, &unsure)) {
		reading->extract->unsure += unsure;
		return;
	}
	id = array_push(&reading->ids, &reading->count, sizeof(*reading->ids));
	*id = record->id;
	reading->extract->denials++;
}

/* write_record - in the second pass. */
static void write_record(struct extraction *reading, const char *line)
{
	const struct record *record = &reading->record;
	bool notice = record_tells_loss(record);

	if (!notice && (!reading->count || !bsearch(&record->id, reading->ids, reading->count,
						    sizeof(record->id), compare_ids)))
		return;
	if (strncmp(line, "node=", strlen("node=")) != 0)
		fprintf(reading->out, "node=%s ", reading->node);
	fwrite(line, 1, (size_t)(record->end - line), reading->out);
	fputc('\n', reading->out);
	reading->extract->records++;
	reading->extract->notices += notice;
}

static void take_record(struct extraction *reading, const char *line)
{
	if (reading->out)
		write_record(reading, line);
	else
		note_event(reading, line);
}

/* take_plain - what an odd line shows. */
static void take_plain(void *data, enum plain_as as, const char *text, size_t length)
{
	struct extraction *reading = data;

	(void)length;
	reading->extract->unsure += as == PLAIN_UNSURE && !reading->out;
	if (as != PLAIN_RECORD && as != PLAIN_PASTED)
		return;
	record_parse(text, &reading->record);
	if (reading->record.kind >= RECORD_AVC)
		take_record(reading, text);
}

static void take_lines(struct extraction *reading, const char *at, size_t size)
{
	struct record *record = &reading->record;
	const char *stop = at + size;

	for (const char *end; at < stop; at = end + 1) {
		record_parse(at, record);
		end = record->end;
		if (record->kind >= RECORD_AVC &&
		    !(reading->given &&
		      (plain_goes_on(end, stop) || plain_is_dressed(at, record->body, end))))
			take_record(reading, at);
		else if (record->kind != RECORD_DECORATION)
			end = plain_read(reading->plain, at, stop);
	}
}

static int read_logs(struct extraction *reading, struct error *err)
{
	int r = 0;

	for (char *const *paths = reading->paths; r == 0 && *paths; paths++) {
		_cleanup_(source_close) struct log_source *source = NULL;
		const char *lines;
		size_t size;

		reading->plain = plain_new(reading->given, take_plain, reading);
		r = source_open(*paths, &source, err);
		while (r == 0 && (r = source_next(source, &lines, &size, err)) == 0 && size)
			take_lines(reading, lines, size);
		plain_free(reading->plain);
	}
	return r;
}

void extract_clear(struct extract *extract)
{
	free(extract->text);
	*extract = (struct extract){ 0 };
}

/* Twice: which events, and then their records. */
static int work(void *data, FILE *out, struct error *err)
{
	struct extraction *reading = data;
	struct extract *extract = reading->extract;
	int r = read_logs(reading, err);

	if (reading->count)
		qsort(reading->ids, reading->count, sizeof(*reading->ids), compare_ids);
	if (r == 0) {
		reading->out = stream_open(&extract->text, &extract->length);
		r = read_logs(reading, err);
		stream_close(&reading->out);
	}
	if (r < 0)
		return r;
	fwrite(extract, sizeof(*extract), 1, out);
	fwrite(extract->text, 1, extract->length, out);
	return 0;
}

int extract_read(char *const *paths, bool given, const char *const *domains, const char *node,
		 struct extract *extract, struct error *err)
{
	struct extraction reading = {
		.paths = paths, .extract = extract, .node = node, .domains = domains, .given = given
	};
	_cleanup_free_ char *said = NULL;
	size_t length;
	int r;

	*extract = (struct extract){ 0 };
	r = apart_run(work, &reading, *paths, &said, &length, err);
	if (r < 0)
		return r;
	if (length < sizeof(*extract))
		return error_set(err, EBADMSG, "report it: it should have been read, or refused",
				 "what reading %s gave is damaged", *paths);
	memcpy(extract, said, sizeof(*extract));
	extract->length = length - sizeof(*extract);
	extract->text = memory_copy(said + sizeof(*extract), extract->length);
	return 0;
}
