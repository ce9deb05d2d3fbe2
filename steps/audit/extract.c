/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "steps/audit/extract.h"
#include "steps/audit/log.h"
#include "steps/audit/record.h"
#include "wizard/apart.h"
#include "wizard/util.h"

struct extraction {
	char *const *paths;
	bool given; /* they are not the host's own logs */
	struct extract *extract;
	const char *node;
	const char *const *domains;
	struct record_id *ids; /* of the events that are wanted, without their nodes */
	size_t count;
	FILE *out;
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

/* note_event - in the first pass. */
static void note_event(void *data, const struct record_id *id)
{
	struct extraction *reading = data;

	*(struct record_id *)array_push(&reading->ids, &reading->count, sizeof(*id)) = *id;
}

/* write_record - in the second pass. */
static void write_record(void *data, const char *line, const struct record *record)
{
	struct extraction *reading = data;
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

static int read_logs(const struct extraction *reading, const struct log_witness *witness,
		     struct denials *denials, struct error *err)
{
	int r = 0;

	for (char *const *paths = reading->paths; r == 0 && *paths; paths++)
		r = audit_log_witness(*paths, reading->given, reading->domains, witness, denials,
				      err);
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
	const struct log_witness first = { .denied = note_event, .data = reading };
	const struct log_witness second = { .record = write_record, .data = reading };
	_cleanup_(denials_clear) struct denials found = { 0 }, again = { 0 };
	struct extract *extract = reading->extract;
	_cleanup_free_ char *text = NULL;
	int r = read_logs(reading, &first, &found, err);

	if (reading->count)
		qsort(reading->ids, reading->count, sizeof(*reading->ids), compare_ids);
	if (r == 0) {
		reading->out = stream_open(&text, &extract->length);
		r = read_logs(reading, &second, &again, err);
		stream_close(&reading->out);
	}
	if (r < 0)
		return r;
	extract->denials = denials_total(&found);
	extract->unsure = found.unreadable;
	fwrite(extract, sizeof(*extract), 1, out);
	fwrite(text, 1, extract->length, out);
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
	free(reading.ids);
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
