/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <auparse.h>
#include <linux/audit.h>
#include <stdlib.h>
#include <string.h>

#include "steps/audit/event.h"
#include "wizard/text.h"
#include "wizard/util.h"

/* auparse drops a record with more than this between the braces (and the memory it had for it). */
#define PERMISSIONS_MAX 250

#define CLASS_BYTES "abcdefghijklmnopqrstuvwxyz0123456789_"

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
	const char *const *domains;

	/* Of the event at hand. */
	const struct record_id *id;
	struct denials *denials;
	size_t settled; /* records that deny something and were counted somewhere */
	char *exe;
	struct named_file *files;
	size_t file_count;
	struct nameless *nameless;
	size_t nameless_count;
};

static void event_ready(auparse_state_t *parser, auparse_cb_event_t what, void *data);

struct event_reader *event_reader_new(const char *const *domains)
{
	struct event_reader *reader = memory_new(1, sizeof(*reader));

	reader->domains = domains;
	reader->parser = auparse_init(AUSOURCE_FEED, NULL);
	if (!reader->parser)
		no_memory();
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
	forget_event(reader);
	auparse_destroy(reader->parser);
	free(reader);
}

/* ---- a kernel's AVC record ----------------------------------------------------------------- */

/* decoded - the field at hand, hex names decoded; NULL: it has no value, or it was cut off. */
static const char *decoded(auparse_state_t *parser)
{
	const char *raw = auparse_get_field_str(parser);
	size_t length = raw ? strlen(raw) : 0;
	const char *value;

	if (!length || !strcmp(raw, "(null)") || !strcmp(raw, "?"))
		return NULL;
	if (*raw == '"' && (length < 3 || raw[length - 1] != '"'))
		return NULL;
	value = auparse_interpret_field(parser);
	return value && *value ? value : NULL;
}

static unsigned long field_number(auparse_state_t *parser, int base)
{
	const char *raw = auparse_get_field_str(parser);

	return raw ? strtoul(raw, NULL, base) : 0;
}

/* keep_first - a field's first value (NULL: none): a record that names it twice was torn or
 * tampered with. */
static void keep_first(char **to, const char *value)
{
	if (!*to)
		*to = str_copy(value);
}

/* The fields of an AVC record that become something else in the denial. */
struct avc_fields {
	char *source, *target, *permissions, *name;
	unsigned int source_port, destination_port;
	unsigned long inode;
	bool denied;
};

static void avc_fields_clear(struct avc_fields *fields)
{
	free(fields->source);
	free(fields->target);
	free(fields->permissions);
	free(fields->name);
}

static void take_number(struct denial *denial, struct avc_fields *fields, const char *name,
			auparse_state_t *parser)
{
	if (!strcmp(name, "pid")) {
		denial->pid = (pid_t)field_number(parser, 10);
	} else if (!strcmp(name, "ino")) {
		fields->inode = field_number(parser, 10);
	} else if (!strcmp(name, "src")) {
		fields->source_port = (unsigned int)field_number(parser, 10);
	} else if (!strcmp(name, "dest")) {
		fields->destination_port = (unsigned int)field_number(parser, 10);
	} else if (!strcmp(name, "permissive")) {
		denial->permissive = field_number(parser, 10) == 1;
	} else if (!strcmp(name, "ioctlcmd")) {
		denial->has_ioctl = true;
		denial->ioctl = (unsigned int)field_number(parser, 16);
	}
}

static void take_field(auparse_state_t *parser, struct denial *denial, struct avc_fields *fields)
{
	const struct {
		const char *name;
		char **to;
		bool coded; /* in quotes, or in hex */
	} texts[] = {
		{ "seperms", &fields->permissions, false },
		{ "scontext", &fields->source, false },
		{ "tcontext", &fields->target, false },
		{ "tclass", &denial->tclass, false },
		{ "capability", &denial->capability, false },
		{ "comm", &denial->comm, true },
		{ "path", &denial->path, true },
		{ "name", &fields->name, true },
		{ "anonclass", &fields->name, false }, /* of a file that has no name: [io_uring] */
	};
	const char *name = auparse_get_field_name(parser), *raw = auparse_get_field_str(parser);

	if (!name || !raw || (!*raw && !strcmp(name, "tclass")))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		if (!strcmp(name, texts[i].name)) {
			keep_first(texts[i].to, texts[i].coded ? decoded(parser) : raw);
			return;
		}
	if (!strcmp(name, "seresult")) {
		fields->denied = !strcmp(raw, "denied");
	} else if (!strcmp(name, "srawcon") || !strcmp(name, "trawcon")) {
		raw += *raw == '"';
		if (!denial->invalid_context)
			denial->invalid_context = memory_copy(raw, strcspn(raw, "\""));
	} else {
		take_number(denial, fields, name, parser);
	}
}

static bool finish_avc(struct denial *denial, struct avc_fields *fields)
{
	if (!fields->denied || !fields->source || !fields->target || !fields->permissions ||
	    !denial->tclass || denial->tclass[strspn(denial->tclass, CLASS_BYTES)])
		return false;
	strings_split(&denial->permissions, fields->permissions, ",");
	if (!denial->permissions.count ||
	    !record_set_contexts(denial, fields->source, strlen(fields->source), fields->target,
				 strlen(fields->target)))
		return false;
	/* name_connect is about the port at the other end. */
	denial->port = strings_has(&denial->permissions, "name_connect") || !fields->source_port
			       ? fields->destination_port
			       : fields->source_port;
	if (!denial->path && fields->name) {
		denial->path = TAKE_PTR(fields->name);
		denial->path_is_name = *denial->path != '/';
	}
	return true;
}

/* ---- records --------------------------------------------------------------------------------- */

/* As the journal has the name of a donor: what is not UTF-8 is escaped. NULL: there is none. */
static char *node_name(const struct record_id *id)
{
	_cleanup_free_ char *name = id->node_length ? memory_copy(id->node, id->node_length) : NULL;

	return !name || text_is_utf8(name) ? TAKE_PTR(name) : text_safe(name, true);
}

/* settle - count a denial that could be read, and keep it (emptying *denial) if its source is one
 * of those asked for. */
static void settle(struct event_reader *reader, struct denial *denial, unsigned long inode)
{
	const struct record_id *id = reader->id;
	struct denials *denials = reader->denials;
	struct denial *item;

	reader->settled++;
	denials->avc++;
	if (!piece_is_among(piece_of(denial->source), reader->domains)) {
		denials_add_other(denials, denial->source, 1);
		return;
	}
	item = array_push(&denials->items, &denials->count, sizeof(*item));
	*item = *denial;
	memset(denial, 0, sizeof(*denial));
	item->seconds = id->seconds == TIME_UNKNOWN ? 0 : id->seconds;
	item->millis = id->millis;
	item->serial = id->serial;
	item->node = node_name(id);
	if (item->path_is_name && inode) {
		struct nameless *nameless =
			array_push(&reader->nameless, &reader->nameless_count, sizeof(*nameless));

		*nameless = (struct nameless){ denials->count - 1, inode };
	}
}

/* read_avc - the record at hand; one that denies nothing, or lacks a field that is needed, is none.
 */
static void read_avc(struct event_reader *reader)
{
	_cleanup_(denial_clear) struct denial denial = { 0 };
	_cleanup_(avc_fields_clear) struct avc_fields fields = { 0 };

	if (auparse_first_field(reader->parser) <= 0)
		return;
	do
		take_field(reader->parser, &denial, &fields);
	while (auparse_next_field(reader->parser) > 0);
	if (finish_avc(&denial, &fields))
		settle(reader, &denial, fields.inode);
}

/* What an enriched record has behind it under the same name is not the kernel's word. */
static void keep_program(struct event_reader *reader)
{
	const char *raw = auparse_get_field_str(reader->parser);
	size_t length = raw ? strlen(raw) : 0;

	if (length < 3 || *raw != '"' || raw[length - 1] != '"')
		keep_first(&reader->exe, decoded(reader->parser));
	else if (!reader->exe)
		reader->exe = memory_copy(raw + 1, length - 2);
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
			keep_first(&file.path, decoded(reader->parser));
		else if (!syscall && !strcmp(name, "inode"))
			file.inode = field_number(reader->parser, 10);
	} while (auparse_next_field(reader->parser) > 0);
	if (!file.path || *file.path != '/' || !file.inode) {
		free(file.path);
		return;
	}
	kept = array_push(&reader->files, &reader->file_count, sizeof(*kept));
	*kept = file;
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

/* ---- the event ------------------------------------------------------------------------------- */

/* is_fit - can auparse read this AVC record, and is it one record, not the torn start of one with
 * another behind it? (Names are quoted or in hex, so that none has a space before its "msg=".) */
static bool is_fit(const struct record *record)
{
	struct piece braces = { record_find(record, "{"), record->end };
	const char *close = braces.at ? piece_find(braces, "}") : NULL;

	return close && close - braces.at <= PERMISSIONS_MAX &&
	       !piece_find((struct piece){ close, record->end }, " {") &&
	       !record_find(record, " msg=audit(");
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
		denial->path = str_copy(path);
		denial->path_is_name = false;
	}
}

static void feed(struct event_reader *reader, const char *line, const struct record *record)
{
	_cleanup_(denial_clear) struct denial denial = { 0 };

	if (record->kind == RECORD_USER_AVC) {
		if (record_user_avc(record, &denial))
			settle(reader, &denial, 0);
		return;
	}
	if (record->kind == RECORD_AVC && !is_fit(record))
		return;
	/* With its newline. */
	if (auparse_feed(reader->parser, line, (size_t)(record->end + 1 - line)) != 0)
		no_memory();
}

void event_read(struct event_reader *reader, const struct event *event, struct denials *denials)
{
	struct record record = { 0 };

	reader->id = &event->id;
	reader->denials = denials;
	reader->settled = 0;
	for (const char *line = event->text, *end = line + event->length; line < end;
	     line = record.end + 1) {
		record_parse(line, &record);
		feed(reader, line, &record);
	}
	auparse_flush_feed(reader->parser);
	for (size_t i = 0; reader->exe && i < denials->count; i++)
		if (!denials->items[i].userspace)
			keep_first(&denials->items[i].exe, reader->exe);
	name_objects(reader);
	denials->unreadable += event->denied - reader->settled;
	forget_event(reader);
}
