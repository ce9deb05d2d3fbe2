/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "steps/audit/extract.h"
#include "steps/audit/record.h"
#include "steps/audit/interpreted.h"
#include "steps/audit/source.h"
#include "wizard/util.h"

struct extraction {
	struct extract *extract;
	const char *node;
	const char *const *domains;
	struct record_id *ids; /* of the events that are wanted, without their nodes */
	size_t count;
	FILE *out; /* NULL: the first pass */

	/* Of the log that is read now. */
	struct record record;
	struct interpreted *interpreted;
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

/* is_ours - is the source of an access in one of the server's domains? */
static bool is_ours(const struct extraction *reading, const char *line, const char *end)
{
	const char *at = text_find(line, end, "scontext="), *stop;
	size_t length = 0;

	if (at) {
		stop = memchr(at, ' ', (size_t)(end - at));
		at = str_field(at, (size_t)((stop ?: end) - at), ':', 2, &length);
	}
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

	if ((record->kind != RECORD_AVC && record->kind != RECORD_USER_AVC) ||
	    record_verdict(record) != VERDICT_DENIED || !is_ours(reading, line, record->end))
		return;
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

/* is_record - the line that was parsed, or the record that it shows, which *line is then. */
static bool is_record(struct extraction *reading, const char **line)
{
	struct record *record = &reading->record;
	struct interpreted *interpreted = reading->interpreted;
	enum interpreted_as as;

	if (record->kind >= RECORD_AVC)
		return true;
	if (record->kind == RECORD_DECORATION)
		return false;
	as = interpreted_read(interpreted, *line, (size_t)(record->end - *line));
	reading->extract->unsure += as == INTERPRETED_UNSURE && !reading->out;
	if (as != INTERPRETED_RECORD)
		return false;
	*line = interpreted->text;
	record_parse(*line, record);
	return record->kind >= RECORD_AVC;
}

static void take_lines(struct extraction *reading, const char *at, size_t size)
{
	const char *stop = at + size;

	for (const char *end, *line; at < stop; at = end + 1) {
		line = at;
		record_parse(line, &reading->record);
		end = reading->record.end;
		if (!is_record(reading, &line))
			continue;
		if (reading->out)
			write_record(reading, line);
		else
			note_event(reading, line);
	}
}

static int read_logs(struct extraction *reading, char *const *paths, struct error *err)
{
	int r = 0;

	for (; r == 0 && *paths; paths++) {
		_cleanup_(source_close) struct log_source *source = NULL;
		_cleanup_free_ struct interpreted *interpreted = interpreted_new();
		const char *lines;
		size_t size;

		reading->interpreted = interpreted;
		r = source_open(*paths, &source, err);
		while (r == 0 && (r = source_next(source, &lines, &size, err)) == 0 && size)
			take_lines(reading, lines, size);
	}
	return r;
}

void extract_clear(struct extract *extract)
{
	free(extract->text);
	*extract = (struct extract){ 0 };
}

int extract_read(char *const *paths, const char *const *domains, const char *node,
		 struct extract *extract, struct error *err)
{
	struct extraction reading = { .extract = extract, .node = node, .domains = domains };
	int r;

	*extract = (struct extract){ 0 };
	r = read_logs(&reading, paths, err);
	if (reading.count)
		qsort(reading.ids, reading.count, sizeof(*reading.ids), compare_ids);
	if (r == 0) {
		reading.out = stream_open(&extract->text, &extract->length);
		r = read_logs(&reading, paths, err);
		stream_close(&reading.out);
	}
	free(reading.ids);
	if (r < 0)
		extract_clear(extract);
	return r;
}
