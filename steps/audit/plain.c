/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "steps/audit/form.h"
#include "steps/audit/interpreted.h"
#include "steps/audit/markup.h"
#include "steps/audit/plain.h"
#include "steps/audit/record.h"
#include "steps/audit/sender.h"
#include "steps/audit/wrapped.h"
#include "wizard/util.h"

struct plain {
	bool given;
	plain_taker *take;
	void *data;
	struct interpreted *interpreted;

	struct form_ids ids;

	const char *line;  /* the last one that was read, ... */
	const char *alone; /* ... and up to here, lines are no part of an entry or of JSON */
	size_t denials;    /* texts handed over that look as if they told of one */
};

/* is_denial - does the text look as if it told of one? Who only writes of "avc: denied" does not.
 */
static bool is_denial(struct piece text)
{
	struct piece rest = { piece_find(text, "denied"), text.end };

	if (!rest.at)
		return false;
	if (piece_find(text, "context=") || piece_find(text, "tclass=") ||
	    piece_find(text, ":object_r:"))
		return true;
	rest.at += strlen("denied");
	rest.at += piece_span(rest, " \t");
	return piece_find(text, "avc:") && (rest.at == rest.end || *rest.at == '{');
}

/* ---- lines ----------------------------------------------------------------------------------- */

/* hand - over, with the room behind it that a record has. */
static void hand(struct plain *plain, enum plain_as as, const char *text, size_t length)
{
	_cleanup_free_ char *copy = NULL;

	plain->denials += is_denial((struct piece){ text, text + length });
	if (as != PLAIN_RECORD && as != PLAIN_PASTED) {
		copy = memory_new(length + LINE_SLACK, 1);
		text = memcpy(copy, text, length);
	}
	plain->take(plain->data, as, text, length);
}

/* take_rest - a line that is no record, or shows none that can be read. */
static void take_rest(struct plain *plain, struct piece line)
{
	enum plain_as as = is_denial(line)                              ? PLAIN_UNSURE
			   : piece_find(line, "SELinux is preventing ") ? PLAIN_SUMMARY
									: PLAIN_OTHER;

	hand(plain, as, line.at, piece_size(line));
}

/* take_interpreted - is it a record as `ausearch -i` shows it? */
static bool take_interpreted(struct plain *plain, struct piece line, enum plain_as as)
{
	const struct interpreted *read = plain->interpreted;

	switch (interpreted_read(plain->interpreted, line.at, piece_size(line))) {
	case INTERPRETED_RECORD:
		hand(plain, as, read->text, read->length);
		return true;
	case INTERPRETED_UNSURE:
		if (read->given)
			take_rest(plain, line);
		else
			hand(plain, PLAIN_UNSURE, line.at, piece_size(line));
		return true;
	default:
		return false;
	}
}

/* take_record - the text, which begins with a record in this form. */
static void take_record(struct plain *plain, enum form form, struct piece before, const char *text,
			enum plain_as as)
{
	_cleanup_free_ char *record = NULL;
	struct record parsed = { 0 };
	struct piece line;
	size_t length;
	FILE *out = stream_open(&record, &length);

	form_write(out, &plain->ids, form, before, text);
	fprintf(out, "\n%*s", LINE_SLACK, "");
	stream_close(&out);
	length -= LINE_SLACK + 1;
	line = (struct piece){ record, record + length };
	record_parse(record, &parsed);
	if (parsed.kind == RECORD_USER_AVC && record_verdict(&parsed) == VERDICT_NONE &&
	    is_denial(line))
		take_rest(plain, line);
	else if (parsed.kind >= RECORD_AVC || !take_interpreted(plain, line, as))
		hand(plain, as, record, length);
}

static const char *read_given(struct plain *plain, const char *at, const char *end,
			      const char *stop, bool inside);

/* read_lines - of a text that was inside something. */
static void read_lines(struct plain *plain, char *text)
{
	for (char *at = text; *at;) {
		char *end = strchrnul(at, '\n');

		read_given(plain, at, end, end, true);
		at = *end ? end + 1 : end;
	}
}

/* read_around - what stands beside JSON, where it may be of interest. */
static void read_around(struct plain *plain, struct piece text)
{
	const char *from;

	if (form_find(text, &from) != FORM_NONE || is_denial(text))
		read_given(plain, text.at, text.end, text.end, true);
}

/* read_json - false: there is none. A denial in it that is not in a text of its own is told. */
static bool read_json(struct plain *plain, struct piece line, const char *from)
{
	size_t denials = plain->denials;
	struct piece rest = line, json;
	char *text;

	if (!memchr(line.at, '"', piece_size(line)))
		return false;
	while ((text = markup_json(rest, from ?: rest.at, &json))) {
		read_around(plain, (struct piece){ rest.at, json.at });
		read_lines(plain, text);
		free(text);
		rest.at = json.end;
		if (from && from < rest.at && form_find(rest, &from) == FORM_NONE)
			from = NULL;
	}
	if (rest.at == line.at)
		return false;
	read_around(plain, rest);
	if (plain->denials == denials)
		take_rest(plain, line);
	return true;
}

/* read_entry - of a journal, with a field in each line. Returns the end of the last line; NULL: it
 * is none. */
static const char *read_entry(struct plain *plain, const char *at, const char *end,
			      const char *stop)
{
	const char *name = at + strspn(at, " \t"), *last = end;
	_cleanup_free_ char *text = NULL;
	size_t length;

	if (at < plain->alone || !markup_is_field(at, end))
		return NULL;
	length = strcspn(name, "=") + 1;
	while (last < stop && last - at < LINE_MAX_BYTES) {
		const char *next = memchr(last + 1, '\n', (size_t)(stop - last - 1)) ?: stop;

		/* The first field again: without what was between two entries. */
		if (!markup_is_field(last + 1, next) ||
		    memmem(last + 1, (size_t)(next - last - 1), name, length))
			break;
		last = next;
	}
	text = markup_entry((struct piece){ at, last });
	if (text)
		read_lines(plain, text);
	else
		plain->alone = last;
	return text ? last : NULL;
}

/* read_value - of JSON over several lines. Returns as read_entry() does. */
static const char *read_value(struct plain *plain, const char *at, const char *end,
			      const char *stop)
{
	struct piece line = wrapped_line(at, end);
	_cleanup_free_ char *clean = NULL;
	const char *last, *from;

	if (stop - at > LINE_MAX_BYTES)
		stop = at + LINE_MAX_BYTES;
	if (line.at == line.end || !strchr("{[", line.end[-1]) || at < plain->alone ||
	    form_find(line, &from) != FORM_NONE)
		return NULL;
	last = markup_value_end(line.end, stop);
	if (last) {
		last = memchr(last, '\n', (size_t)(stop - last)) ?: last;
		line.at = clean = memory_new((size_t)(last - at) + 1, 1);
		line.end = clean + markup_remove(at, (size_t)(last - at), clean);
		if (read_json(plain, line, line.at))
			return last;
	}
	plain->alone = stop;
	return NULL;
}

/* is_auditds - is this what auditd writes before a record: nothing, or a node's name? */
static bool is_auditds(struct piece before)
{
	struct piece node;

	return before.at == before.end ||
	       (piece_passes(&before, "node=") && piece_passes_word(&before, &node) &&
		piece_is(before, " "));
}

/* read_record - of the line, behind `before`; it goes on in those after `at`, where the line stands
 * in the log (NULL: it does not). Returns the end of the last. */
static const char *read_record(struct plain *plain, struct piece before, struct piece line,
			       const char *at, const char *stop)
{
	_cleanup_free_ char *text = NULL;
	FILE *out = stream_open(&text, NULL);
	enum form form = form_at(line);

	fprintf(out, "%.*s", (int)piece_size(line), line.at);
	if (at)
		stop = wrapped_gather(out, &text, at, stop);
	stream_close(&out);
	if (wrapped_trim(text) && wrapped_is_whole(text))
		take_record(plain, form, before, text,
			    form == FORM_AUDITD && is_auditds(before) ? PLAIN_RECORD
								      : PLAIN_PASTED);
	else if (str_starts(text, "type=AVC") && !strstr(text, "granted"))
		hand(plain, PLAIN_UNSURE, text, strlen(text));
	else
		take_rest(plain, piece_of(text));
	return stop;
}

/* read_given - a line of a log that somebody gives, and those that its record goes on in; inside:
 * JSON, where it ends with the line. */
static const char *read_given(struct plain *plain, const char *at, const char *end,
			      const char *stop, bool inside)
{
	struct piece line = wrapped_line(at, end);
	_cleanup_free_ char *clean = memory_new(piece_size(line) + 1, 1);
	const char *from = NULL, *last = NULL;
	enum form form;

	if (!inside)
		last = read_entry(plain, at, end, stop) ?: read_value(plain, at, end, stop);
	if (last)
		return last;

	line = (struct piece){ clean, clean + markup_remove(at, piece_size(line), clean) };
	form = form_find(line, &from);
	if (!inside && read_json(plain, line, form == FORM_NONE ? line.at : from))
		return end;
	if (form == FORM_NONE || sender_is_anybody((struct piece){ line.at, from })) {
		take_rest(plain, line);
		return end;
	}
	while (from) {
		bool doubt = false;
		const char *next = form_next((struct piece){ from, line.end }, &doubt);

		end = read_record(plain, (struct piece){ line.at, from },
				  (struct piece){ from, next ?: line.end },
				  next || inside ? NULL : at, next || inside ? end : stop);
		line.at = from;
		from = next;
		if (!doubt)
			continue;
		take_rest(plain, (struct piece){ next, line.end });
		break;
	}
	return end;
}

/* read_own - a line of the host's own log, as `ausearch -i` or the kernel's log shows a record. */
static void read_own(struct plain *plain, struct piece line)
{
	struct piece before = { line.at, piece_find(line, "audit: type=") };
	_cleanup_free_ char *text = NULL;

	if (take_interpreted(plain, line, PLAIN_RECORD))
		return;
	if (before.end && sender_is_kernel(before)) {
		line.at = before.end + strlen("audit: ");
		text = memory_copy(line.at, piece_size(line));
	}
	if (text && form_at(line) == FORM_KERNEL)
		take_record(plain, FORM_KERNEL, (struct piece){ text, text }, text, PLAIN_RECORD);
	else
		take_rest(plain, line);
}

/* ---- a log ----------------------------------------------------------------------------------- */

struct plain *plain_new(bool given, plain_taker *take, void *data)
{
	struct plain *plain = memory_new(1, sizeof(*plain));

	plain->given = given;
	plain->take = take;
	plain->data = data;
	plain->interpreted = interpreted_new(given);
	return plain;
}

void plain_free(struct plain *plain)
{
	if (!plain)
		return;
	free(plain->interpreted);
	free(plain);
}

const char *plain_read(struct plain *plain, const char *line, const char *stop)
{
	const char *newline = rawmemchr(line, '\n'), *end = newline < stop ? newline : stop;
	struct piece piece = { line, end };

	/* This is another block. */
	if (line < plain->line)
		plain->alone = NULL;
	plain->line = line;
	/* No record is so long, or has a NUL; what somebody gives may be no log at all. */
	if (piece_size(piece) > LINE_MAX_BYTES || memchr(line, '\0', piece_size(piece)))
		hand(plain, plain->given && !is_denial(piece) ? PLAIN_OTHER : PLAIN_UNSURE, line,
		     piece_size(piece));
	else if (plain->given)
		return read_given(plain, line, end, stop, false);
	else
		read_own(plain, piece);
	return end;
}

bool plain_goes_on(const char *end, const char *stop)
{
	static const char *const records[] = { "type=", "node=", "----", "time->", "\n" };
	struct piece next = { end + 1, stop };

	if (next.at >= stop)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(records); i++)
		if (piece_begins(next, records[i]))
			return false;
	return true;
}

bool plain_has_more(const char *body, const char *end)
{
	struct piece rest = { body, end };
	const char *at;

	/* It has an "audit(" of its own. */
	while ((at = memchr(rest.at, '(', piece_size(rest))) && at[-1] != 't')
		rest.at = at + 1;
	return at;
}

/* ends_denial - does the line end as an AVC or USER_AVC record does? */
static bool ends_denial(const char *line, const char *end)
{
	static const char *const last[] = { "permissive=", "tclass=", "srawcon=", "trawcon=" };
	struct piece word = { memrchr(line, ' ', (size_t)(end - line)) ?: line, end };

	if (end[-1] == '\'' || end[-1] == '"')
		return end[-2] != '\'';
	if (end[-2] == '=' && isdigit((unsigned char)end[-1]))
		return true;
	word.at += *word.at == ' ';
	for (size_t i = 0; i < ARRAY_SIZE(last); i++)
		if (piece_begins(word, last[i]))
			return isalnum((unsigned char)end[-1]);
	return false;
}

bool plain_is_dressed(const char *line, const char *body, const char *end)
{
	return !ends_denial(line, end) || markup_is(body, end) || plain_has_more(body, end);
}
