/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "steps/audit/extract.h"
#include "steps/audit/reader.h"
#include "steps/audit/record.h"
#include "steps/audit/shown.h"
#include "steps/audit/source.h"
#include "wizard/util.h"

struct id {
	time_t seconds;
	unsigned int millis;
	unsigned long serial;
};

struct reading;
/* Each line of a log is handed over, by a function for the first pass or for the second. */
typedef int (*take_line)(struct reading *reading, const char *line, size_t length,
			 const struct record *record);

struct reading {
	struct extract *extract;
	const char *node;
	const char *const *domains;
	struct id *ids; /* of the events that are wanted */
	size_t count;
	FILE *out; /* NULL: the first pass */

	/* Of the log that is read now. */
	take_line take;
	struct shown *shown;
	/* A line of which the blocks up to now have the beginning; of one that is longer than any
	 * record, one byte more than that. */
	size_t begun;
	char line[LINE_MAX_BYTES + 1];
};

static int compare_ids(const void *left, const void *right)
{
	const struct id *a = left, *b = right;

	if (a->seconds != b->seconds)
		return (a->seconds > b->seconds) - (a->seconds < b->seconds);
	if (a->millis != b->millis)
		return (a->millis > b->millis) - (a->millis < b->millis);
	return (a->serial > b->serial) - (a->serial < b->serial);
}

/* is_ours - is the source of an access in one of the server's domains? */
static bool is_ours(const struct reading *reading, const char *line, size_t length)
{
	static const char field[] = "scontext=";
	const char *end = line + length, *at = memmem(line, length, field, strlen(field));

	/* user:role:type[:level] */
	for (int part = 0; at && part < 2; part++) {
		at = memchr(at, ':', (size_t)(end - at));
		at += at != NULL;
	}
	for (const char *const *domain = reading->domains; at && *domain; domain++) {
		size_t size = strlen(*domain);

		if ((size_t)(end - at) >= size && !memcmp(at, *domain, size) &&
		    (at + size == end || strchr(": ", at[size])))
			return true;
	}
	return false;
}

static bool denies(const struct reading *reading, const struct record *record, const char *line,
		   size_t length)
{
	return (record->kind == RECORD_AVC || record->kind == RECORD_USER_AVC) &&
	       record_verdict(record) == VERDICT_DENIED && is_ours(reading, line, length);
}

static int note_event(struct reading *reading, const char *line, size_t length,
		      const struct record *record)
{
	struct id *id;

	if (!denies(reading, record, line, length))
		return 0;
	id = array_push(&reading->ids, &reading->count, sizeof(*reading->ids));
	if (!id)
		return -ENOMEM;
	*id = (struct id){ record->id.seconds, record->id.millis, record->id.serial };
	reading->extract->denials++;
	return 0;
}

static int write_record(struct reading *reading, const char *line, size_t length,
			const struct record *record)
{
	struct id id = { record->id.seconds, record->id.millis, record->id.serial };
	bool notice = record_tells_loss(record);

	if (!notice && !bsearch(&id, reading->ids, reading->count, sizeof(id), compare_ids))
		return 0;
	if (strncmp(line, "node=", strlen("node=")) != 0)
		fprintf(reading->out, "node=%s ", reading->node);
	fwrite(line, 1, length, reading->out);
	fputc('\n', reading->out);
	reading->extract->records++;
	reading->extract->notices += notice;
	return 0;
}

/* parse - a line, or the record that another program has made this line of. False: no record, which
 * tells of no loss either. */
static bool parse(struct reading *reading, const char **line, size_t *length, struct record *record)
{
	struct shown *shown = reading->shown;
	enum shown_as as;

	record_parse(*line, *length, record);
	if (record->kind >= RECORD_AVC)
		return true;
	if (record->kind == RECORD_DECORATION)
		return false;
	as = shown_read(shown, *line, *length);
	reading->extract->unsure += as == SHOWN_UNSURE && !reading->out;
	if (as != SHOWN_RECORD)
		return false;
	*line = shown->text;
	*length = shown->length;
	record_parse(*line, *length, record);
	return record->kind >= RECORD_AVC;
}

static int take_whole(struct reading *reading, const char *line, size_t length, struct error *err)
{
	struct record record;

	if (length > LINE_MAX_BYTES)
		reading->extract->unsure += !reading->out;
	else if (parse(reading, &line, &length, &record) &&
		 reading->take(reading, line, length, &record) < 0)
		return error_nomem(err);
	return 0;
}

/* Up to the end of a line, or of a block: then what follows is another piece of the same line. */
static int take_piece(struct reading *reading, const char *piece, size_t length, bool ended,
		      struct error *err)
{
	size_t room = sizeof(reading->line) - reading->begun;

	if (ended && !reading->begun)
		return take_whole(reading, piece, length, err);
	length = length < room ? length : room;
	memcpy(reading->line + reading->begun, piece, length);
	reading->begun += length;
	if (!ended)
		return 0;
	length = reading->begun;
	reading->begun = 0;
	return take_whole(reading, reading->line, length, err);
}

static int take_block(struct reading *reading, const char *block, size_t size, struct error *err)
{
	const char *line = block, *stop = block + size;
	int r = 0;

	while (r == 0 && line < stop) {
		const char *newline = memchr(line, '\n', (size_t)(stop - line));
		const char *end = newline ? newline : stop;

		r = take_piece(reading, line, (size_t)(end - line), newline != NULL, err);
		line = newline ? newline + 1 : stop;
	}
	return r;
}

static int each_line(struct reading *reading, const char *path, take_line take, struct error *err)
{
	_cleanup_(source_close) struct source *source = NULL;
	_cleanup_free_ struct shown *shown = shown_new();
	const char *block;
	size_t size;
	int r = shown ? source_open(path, &source, err) : error_nomem(err);

	reading->take = take;
	reading->shown = shown;
	while (r == 0 && (r = source_next(source, &block, &size, err)) == 0 && size)
		r = take_block(reading, block, size, err);
	/* Its last line may have no newline. */
	return r == 0 && reading->begun ? take_piece(reading, "", 0, true, err) : r;
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
		r = each_line(reading, *path, write_record, err);
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
		r = each_line(&reading, *path, note_event, err);
	if (r == 0 && reading.count)
		qsort(reading.ids, reading.count, sizeof(*reading.ids), compare_ids);
	if (r == 0)
		r = write_all(&reading, paths, err);
	free(reading.ids);
	if (r < 0)
		extract_clear(extract);
	return r;
}
