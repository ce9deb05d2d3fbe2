/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "steps/audit/extract.h"
#include "steps/audit/record.h"
#include "steps/audit/shown.h"
#include "steps/audit/source.h"
#include "wizard/util.h"

struct reading;
/* Each record is handed over, by a function for the first pass or for the second. */
typedef int (*take_record)(struct reading *reading, const char *line);

struct reading {
	struct extract *extract;
	const char *node;
	const char *const *domains;
	struct record_id *ids; /* of the events that are wanted, without their nodes */
	size_t count;
	FILE *out; /* NULL: the first pass */

	/* Of the log that is read now. */
	take_record take;
	struct record record;
	struct shown *shown;
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
static bool is_ours(const struct reading *reading, const char *line, const char *end)
{
	const char *at = text_find(line, end, "scontext="), *stop;
	size_t length = 0;

	if (at) {
		stop = memchr(at, ' ', (size_t)(end - at));
		at = record_context_type(at, (size_t)((stop ?: end) - at), &length);
	}
	for (const char *const *domain = reading->domains; at && *domain; domain++)
		if (strlen(*domain) == length && !memcmp(at, *domain, length))
			return true;
	return false;
}

static int note_event(struct reading *reading, const char *line)
{
	const struct record *record = &reading->record;
	struct record_id *id;

	if ((record->kind != RECORD_AVC && record->kind != RECORD_USER_AVC) ||
	    record_verdict(record) != VERDICT_DENIED || !is_ours(reading, line, record->end))
		return 0;
	id = array_push(&reading->ids, &reading->count, sizeof(*reading->ids));
	if (!id)
		return -ENOMEM;
	*id = record->id;
	reading->extract->denials++;
	return 0;
}

static int write_record(struct reading *reading, const char *line)
{
	const struct record *record = &reading->record;
	bool notice = record_tells_loss(record);

	if (!notice && (!reading->count || !bsearch(&record->id, reading->ids, reading->count,
						    sizeof(record->id), compare_ids)))
		return 0;
	if (strncmp(line, "node=", strlen("node=")) != 0)
		fprintf(reading->out, "node=%s ", reading->node);
	fwrite(line, 1, (size_t)(record->end - line), reading->out);
	fputc('\n', reading->out);
	reading->extract->records++;
	reading->extract->notices += notice;
	return 0;
}

/* is_record - the line that was parsed, or the record that it shows, which *line is then. */
static bool is_record(struct reading *reading, const char **line)
{
	struct record *record = &reading->record;
	struct shown *shown = reading->shown;
	enum shown_as as;

	if (record->kind >= RECORD_AVC)
		return true;
	if (record->kind == RECORD_DECORATION)
		return false;
	as = shown_read(shown, *line, (size_t)(record->end - *line));
	reading->extract->unsure += as == SHOWN_UNSURE && !reading->out;
	if (as != SHOWN_RECORD)
		return false;
	*line = shown->text;
	record_parse(*line, record);
	return record->kind >= RECORD_AVC;
}

static int take_lines(struct reading *reading, const char *at, size_t size, struct error *err)
{
	const char *stop = at + size;

	for (const char *end, *line; at < stop; at = end + 1) {
		line = at;
		record_parse(line, &reading->record);
		end = reading->record.end;
		if (is_record(reading, &line) && reading->take(reading, line) < 0)
			return error_nomem(err);
	}
	return 0;
}

static int each_record(struct reading *reading, const char *path, take_record take,
		       struct error *err)
{
	_cleanup_(source_close) struct source *source = NULL;
	_cleanup_free_ struct shown *shown = shown_new();
	const char *lines;
	size_t size;
	int r = shown ? source_open(path, &source, err) : error_nomem(err);

	reading->take = take;
	reading->shown = shown;
	while (r == 0 && (r = source_next(source, &lines, &size, err)) == 0 && size)
		r = take_lines(reading, lines, size, err);
	return r;
}

void extract_clear(struct extract *extract)
{
	free(extract->text);
	*extract = (struct extract){ 0 };
}

static int write_all(struct reading *reading, char *const *paths, struct error *err)
{
	int r = 0;

	reading->out = open_memstream(&reading->extract->text, &reading->extract->length);
	if (!reading->out)
		return error_nomem(err);
	for (char *const *path = paths; r == 0 && *path; path++)
		r = each_record(reading, *path, write_record, err);
	if (fclose(reading->out) != 0 && r == 0)
		r = error_nomem(err);
	return r;
}

int extract_read(char *const *paths, const char *const *domains, const char *node,
		 struct extract *extract, struct error *err)
{
	struct reading reading = { .extract = extract, .node = node, .domains = domains };
	int r = 0;

	*extract = (struct extract){ 0 };
	for (char *const *path = paths; r == 0 && *path; path++)
		r = each_record(&reading, *path, note_event, err);
	if (r == 0 && reading.count)
		qsort(reading.ids, reading.count, sizeof(*reading.ids), compare_ids);
	if (r == 0)
		r = write_all(&reading, paths, err);
	free(reading.ids);
	if (r < 0)
		extract_clear(extract);
	return r;
}
