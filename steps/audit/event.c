/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <auparse.h>
#include <errno.h>
#include <linux/audit.h>
#include <stdlib.h>
#include <string.h>

#include "steps/audit/avc.h"
#include "steps/audit/event.h"
#include "wizard/util.h"

/* auparse drops a record with more than this between the braces (and the memory it had for it). */
#define PERMISSIONS_MAX 250

/* A file that one of the event's PATH records names. */
struct named_file {
	char *path;
	unsigned long inode;
};

/* A denial of this event that knows its object by inode and last component only. */
struct nameless {
	size_t item;
	unsigned long inode;
};

struct event_reader {
	auparse_state_t *parser;
	const char *origin;
	const char *const *domains;
	struct denials *denials;

	/* Of the event at hand. */
	const struct record_id *id;
	size_t first;   /* its first item in denials */
	size_t settled; /* records that deny something and were counted somewhere */
	char *exe;
	struct named_file *files;
	size_t file_count;
	struct nameless *nameless;
	size_t nameless_count;
	bool no_memory;
};

static void event_ready(auparse_state_t *parser, auparse_cb_event_t what, void *data);

struct event_reader *event_reader_new(const char *origin, const char *const *domains,
				      struct denials *denials)
{
	struct event_reader *reader = calloc(1, sizeof(*reader));

	if (!reader)
		return NULL;
	reader->origin = origin;
	reader->domains = domains;
	reader->denials = denials;
	reader->parser = auparse_init(AUSOURCE_FEED, NULL);
	if (!reader->parser) {
		free(reader);
		return NULL;
	}
	auparse_set_escape_mode(reader->parser, AUPARSE_ESC_RAW);
	auparse_add_callback(reader->parser, event_ready, reader, NULL);
	return reader;
}

static void forget_event(struct event_reader *reader)
{
	for (size_t i = 0; i < reader->file_count; i++)
		free(reader->files[i].path);
	free(reader->files);
	free(reader->nameless);
	free(reader->exe);
	reader->files = NULL;
	reader->nameless = NULL;
	reader->exe = NULL;
	reader->file_count = reader->nameless_count = 0;
}

void event_reader_free(struct event_reader *reader)
{
	if (!reader)
		return;
	forget_event(reader);
	auparse_destroy(reader->parser);
	free(reader);
}

/* ---- records --------------------------------------------------------------------------------- */

static bool is_asked_for(const struct event_reader *reader, const char *domain)
{
	for (size_t i = 0; reader->domains[i]; i++)
		if (!strcmp(reader->domains[i], domain))
			return true;
	return false;
}

/* settle - count a denial that could be read, and keep it (emptying *denial) if its source is one
 * of those asked for. */
static void settle(struct event_reader *reader, struct denial *denial, unsigned long inode)
{
	struct denials *denials = reader->denials;
	struct denial *item;

	reader->settled++;
	denials->avc++;
	if (!is_asked_for(reader, denial->source)) {
		denials->other++;
		return;
	}
	denial->seconds = reader->id->seconds;
	denial->millis = reader->id->millis;
	denial->serial = reader->id->serial;
	avc_keep(&reader->no_memory, &denial->origin, reader->origin);
	if (reader->id->node_length) {
		denial->node = strndup(reader->id->node, reader->id->node_length);
		reader->no_memory |= !denial->node;
	}
	item = array_push(&denials->items, &denials->count, sizeof(*item));
	if (!item) {
		reader->no_memory = true;
		return;
	}
	*item = *denial;
	memset(denial, 0, sizeof(*denial));
	if (item->path_is_name && inode) {
		struct nameless *nameless =
			array_push(&reader->nameless, &reader->nameless_count, sizeof(*nameless));

		if (nameless)
			*nameless = (struct nameless){ denials->count - 1, inode };
		else
			reader->no_memory = true;
	}
}

static void read_avc(struct event_reader *reader)
{
	_cleanup_(denial_clear) struct denial denial = { 0 };
	unsigned long inode = 0;

	if (avc_read(reader->parser, &denial, &inode, &reader->no_memory))
		settle(reader, &denial, inode);
}

/* What an enriched record has behind it under the same name is not the kernel's word. */
static void keep_program(struct event_reader *reader)
{
	const char *raw = auparse_get_field_str(reader->parser);
	size_t length = raw ? strlen(raw) : 0;

	if (length < 3 || *raw != '"' || raw[length - 1] != '"') {
		avc_keep(&reader->no_memory, &reader->exe, avc_decoded(reader->parser));
	} else if (!reader->exe) {
		reader->exe = strndup(raw + 1, length - 2);
		reader->no_memory = reader->no_memory || !reader->exe;
	}
}

/* read_fields - of a SYSCALL record, the program; of a PATH record, the file. */
static void read_fields(struct event_reader *reader, bool syscall)
{
	struct named_file file = { 0 }, *kept;

	if (!auparse_first_field(reader->parser))
		return;
	do {
		const char *name = auparse_get_field_name(reader->parser);

		if (!name)
			continue;
		if (syscall && !strcmp(name, "exe"))
			keep_program(reader);
		else if (!syscall && !strcmp(name, "name"))
			avc_keep(&reader->no_memory, &file.path, avc_decoded(reader->parser));
		else if (!syscall && !strcmp(name, "inode"))
			file.inode = avc_number(reader->parser, 10);
	} while (auparse_next_field(reader->parser) > 0);
	if (!file.path || *file.path != '/' || !file.inode) {
		free(file.path);
		return;
	}
	kept = array_push(&reader->files, &reader->file_count, sizeof(*kept));
	if (kept) {
		*kept = file;
	} else {
		free(file.path);
		reader->no_memory = true;
	}
}

static void event_ready(auparse_state_t *parser, auparse_cb_event_t what, void *data)
{
	struct event_reader *reader = data;

	if (what != AUPARSE_CB_EVENT_READY || auparse_first_record(parser) <= 0)
		return;
	do {
		int type = auparse_get_type(parser);

		if (type == AUDIT_AVC)
			read_avc(reader);
		else if (type == AUDIT_SYSCALL || type == AUDIT_PATH)
			read_fields(reader, type == AUDIT_SYSCALL);
	} while (auparse_next_record(parser) > 0);
}

static void read_user_avc(struct event_reader *reader, const struct record *record)
{
	_cleanup_(denial_clear) struct denial denial = { 0 };

	if (record_user_avc(record, &denial))
		settle(reader, &denial, 0);
	else if (errno == ENOMEM)
		reader->no_memory = true;
}

/* ---- the event ------------------------------------------------------------------------------- */

/* is_fit - can auparse read this AVC record, and is it one record, not the torn start of one with
 * another behind it? (Names are quoted or in hex, so that none has a space before its "msg=".) */
static bool is_fit(const struct record *record)
{
	const char *open = text_find(record->body, record->end, "{");
	const char *close = open ? text_find(open, record->end, "}") : NULL;

	return close && close - open <= PERMISSIONS_MAX &&
	       !text_find(record->body, record->end, " msg=audit(");
}

/* name_objects - the full path of those denials of which the record has the last component, where
 * exactly one PATH record is about the same inode and ends in the same name. */
static void name_objects(struct event_reader *reader)
{
	for (size_t i = 0; i < reader->nameless_count; i++) {
		const struct nameless *nameless = &reader->nameless[i];
		struct denial *denial = &reader->denials->items[nameless->item];
		const char *path = NULL;
		size_t matches = 0;

		for (size_t j = 0; j < reader->file_count; j++) {
			const struct named_file *file = &reader->files[j];
			const char *last = strrchr(file->path, '/') + 1;

			if (file->inode == nameless->inode && !strcmp(last, denial->path)) {
				path = file->path;
				matches++;
			}
		}
		if (matches != 1)
			continue;
		free(denial->path);
		denial->path = strdup(path);
		denial->path_is_name = false;
		if (!denial->path)
			reader->no_memory = true;
	}
}

static int feed(struct event_reader *reader, const char *line, const struct record *record)
{
	if (record->kind == RECORD_USER_AVC) {
		read_user_avc(reader, record);
		return 0;
	}
	if (record->kind == RECORD_AVC && !is_fit(record))
		return 0;
	/* With its newline. */
	return auparse_feed(reader->parser, line, (size_t)(record->end + 1 - line)) ? -ENOMEM : 0;
}

int event_read(struct event_reader *reader, const struct event *event, struct error *err)
{
	struct denials *denials = reader->denials;
	struct record record = { 0 };
	int rc = 0;

	reader->id = &event->id;
	reader->first = denials->count;
	reader->settled = 0;
	for (const char *line = event->text, *end = line + event->length; line < end && !rc;
	     line = record.end + 1) {
		record_parse(line, &record);
		rc = feed(reader, line, &record);
	}
	auparse_flush_feed(reader->parser);
	for (size_t i = reader->first; reader->exe && i < denials->count; i++)
		if (!denials->items[i].userspace)
			avc_keep(&reader->no_memory, &denials->items[i].exe, reader->exe);
	name_objects(reader);
	denials->unreadable += event->denied - reader->settled;
	if (reader->no_memory)
		rc = -ENOMEM;
	forget_event(reader);
	return rc ? error_nomem(err) : 0;
}
