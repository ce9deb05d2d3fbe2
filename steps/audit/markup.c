/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <jansson.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "steps/audit/markup.h"
#include "steps/audit/record.h"
#include "wizard/strings.h"
#include "wizard/util.h"

/* ---- characters ------------------------------------------------------------------------------ */

static const struct {
	const char *text, *plain;
} marks[] = {
	{ "&quot;", "\"" },
	{ "&amp;quot;", "\"" },
	{ "&ldquo;", "\"" },
	{ "&rdquo;", "\"" },
	{ "&apos;", "'" },
	{ "&lsquo;", "'" },
	{ "&rsquo;", "'" },
	{ "&lt;", "<" },
	{ "&gt;", ">" },
	{ "&nbsp;", " " },
	{ "&#160;", " " },
	{ "&#xa0;", " " },
	{ "&amp;", "&" },
	{ "\xe2\x80\x9c", "\"" },
	{ "\xe2\x80\x9d", "\"" },
	{ "\xe2\x80\x9e", "\"" },
	{ "\xe2\x80\x9f", "\"" },
	{ "\xe2\x80\xb3", "\"" },
	{ "\xc2\xab", "\"" },
	{ "\xc2\xbb", "\"" },
	{ "\xe2\x80\x98", "'" },
	{ "\xe2\x80\x99", "'" },
	{ "\xc2\xa0", " " },
	{ "\xe2\x80\xaf", " " },
	{ "\xe2\x80\x83", " " },
	{ "\xe2\x80\x82", " " },
	{ "\xe2\x80\x89", " " },
	{ "\xe3\x80\x80", " " },
	{ "\xe2\x80\x8b", "" },
	{ "\xe2\x80\x8d", "" },
	{ "\xe2\x81\xa0", "" },
	{ "\xc2\xad", "" },
	{ "\xef\xbb\xbf", "" },
	{ "\xef\xbc\x9d", "=" },
	/* A smiley that a forum made of ":o". */
	{ ":eek:bject_r:", ":object_r:" },
	{ ":redface:bject_r:", ":object_r:" },
	{ "\xf0\x9f\x98\xae"
	  "bject_r:",
	  ":object_r:" },
	/* In a string of Python or YAML; in Markdown. */
	{ "\\'", "'" },
	{ "=''avc:", "='avc:" },
	{ "\\_", "_" },
	{ "\\{", "{" },
	{ "\\}", "}" },
	{ "\\[", "[" },
	{ "\\]", "]" },
	{ "\\*", "*" },
};

/* Bytes that are looked at together. */
typedef unsigned char chunk __attribute__((vector_size(16)));

/* odd_bytes - whether there are any that may begin one of them, or what else is not a record's own:
 * the high bit of one is set. */
static inline chunk odd_bytes(const char *at)
{
	chunk bytes;

	memcpy(&bytes, at, sizeof(bytes));
	return bytes | (bytes - ' ') |
	       (chunk)((bytes == '&') + (bytes == '\\') + (bytes == '<') + (bytes == '['));
}

bool markup_is(const char *text, const char *end)
{
	const ptrdiff_t size = sizeof(chunk);
	chunk odd = { 0 };
	uint64_t halves[2];

	if (end - text < size)
		return true;
	for (; end - text > size; text += size)
		odd |= odd_bytes(text);
	odd |= odd_bytes(end - size);
	memcpy(halves, &odd, sizeof(halves));
	return (halves[0] | halves[1]) & 0x8080808080808080;
}

/* passes_entity - "&#34;", "&#x22;"; *byte: which it is. */
static bool passes_entity(struct piece *text, char *byte)
{
	struct piece rest = *text;
	unsigned long code;
	char *end;

	if (!piece_passes(&rest, "&#") || !memchr(rest.at, ';', piece_size(rest)))
		return false;
	code = *rest.at == 'x' || *rest.at == 'X' ? strtoul(rest.at + 1, &end, 16)
						  : strtoul(rest.at, &end, 10);
	if (*end != ';' || code < ' ' || code > '~')
		return false;
	*byte = (char)code;
	text->at = end + 1;
	return true;
}

/* passes_escape - a terminal's sequence, also with its first byte as other programs show it, or
 * without. */
static bool passes_escape(struct piece *text)
{
	struct piece rest = *text;
	bool lost = piece_begins(rest, "[");

	if (piece_passes(&rest, "\x1b]")) {
		text->at = memchr(rest.at, '\a', piece_size(rest)) ?: rest.at;
		return true;
	}
	if (!piece_passes(&rest, "\x1b[") && !piece_passes(&rest, "^[[") &&
	    !piece_passes(&rest, "#033[") && !piece_passes(&rest, "["))
		return false;
	rest.at += piece_span(rest, "0123456789;?");
	if (lost ? !piece_passes(&rest, "m[K") : rest.at == rest.end)
		return false;
	text->at = rest.at + !lost;
	return true;
}

/* passes_tag - of HTML; *plain: a space, if it begins or ends a line or a cell. */
static bool passes_tag(struct piece *text, const char **plain)
{
	static const char *const inlines[] = { "a",      "b",    "i",    "u",    "em",
					       "strong", "tt",   "kbd",  "samp", "code",
					       "span",   "mark", "font", NULL };
	static const char *const blocks[] = {
		"br", "p", "div", "td", "tr", "th", "li", "pre", NULL
	};
	struct piece name = *text;
	const char *close;
	bool inside;

	if (!piece_passes(&name, "<") || !(close = memchr(name.at, '>', piece_size(name))))
		return false;
	piece_passes(&name, "/");
	name.end = name.at + piece_span(name, "abcdefghijklmnopqrstuvwxyz");
	inside = piece_is_among(name, inlines);
	*plain = inside ? "" : " ";
	if (!(inside || piece_is_among(name, blocks)) || !strchr(" />", *name.end))
		return false;
	text->at = close + 1;
	return true;
}

/* passes_mark - *plain: what it stands for. */
static bool passes_mark(struct piece *text, const char **plain)
{
	if ((unsigned char)*text->at < 0x80 && !strchr("&\\:=", *text->at))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(marks); i++)
		if (piece_passes(text, marks[i].text)) {
			*plain = marks[i].plain;
			return true;
		}
	return false;
}

/* is_doubled - is this out of a table of comma-separated values, with all quotes twice? */
static bool is_doubled(struct piece text)
{
	const char *at = piece_find(text, "=\"\"");

	return at && text.end - at > 3 && !strchr(" ,", at[3]);
}

size_t markup_remove(const char *line, size_t length, char *plain)
{
	struct piece rest = { line, line + length };
	bool doubled = is_doubled(rest);
	char *out = plain, byte;
	const char *mark;

	while (rest.at < rest.end) {
		byte = *rest.at;
		if (isalnum((unsigned char)byte)) {
			*out++ = byte;
			rest.at++;
		} else if (passes_mark(&rest, &mark) || passes_tag(&rest, &mark)) {
			out = stpcpy(out, mark);
		} else if (passes_entity(&rest, &byte)) {
			*out++ = byte;
		} else if (!passes_escape(&rest)) {
			rest.at += doubled && piece_begins(rest, "\"\"") ? 2 : 1;
			if ((unsigned char)byte >= ' ' || byte == ENRICHED_SEPARATOR)
				*out++ = byte;
			else if (strchr("\t\r\n", byte))
				*out++ = ' ';
		}
	}
	*out = '\0';
	return (size_t)(out - plain);
}

/* ---- JSON ------------------------------------------------------------------------------------ */

/* put_message - of a journal's entry, in one line, without the type before it; one with bytes that
 * do not print is a list of numbers. */
static void put_message(FILE *out, const json_t *message, const char *type)
{
	const char *text = json_string_value(message);

	for (text = text ? str_starts(text, type) ?: text : ""; *text; text++)
		fputc(*text == '\n' ? ' ' : *text, out);
	list_each(byte, message) {
		int value = (int)json_integer_value(byte);

		fputc(value == '\n' ? ' ' : value, out);
	}
	fputc('\n', out);
}

/* put_entry - of a journal, as journalctl's usual form has it: with its sender behind a time. A
 * record of the audit transport has its id beside the message. */
static void put_entry(FILE *out, const json_t *entry)
{
	const json_t *message = json_object_get(entry, "MESSAGE");
	const char *transport = member_or_null(entry, "_TRANSPORT");
	const char *name = member_or_null(entry, "SYSLOG_IDENTIFIER");
	const char *serial = member_or_null(entry, "_AUDIT_ID");
	const char *type = member_or_null(entry, "_AUDIT_TYPE_NAME");
	const char *time = member_or_null(entry, "_SOURCE_REALTIME_TIMESTAMP")
				   ?: member_text(entry, "__REALTIME_TIMESTAMP");
	unsigned long long micros = strtoull(time, NULL, 10);

	/* Only some of its fields (--output-fields), or another program's: as in a file of syslog.
	 */
	if (!transport) {
		if (name)
			fprintf(out, "00:00:00 - %s: ", name);
		put_message(out, message, "");
		return;
	}
	if (!strcmp(transport, "audit") && serial && type) {
		fprintf(out, "type=%s msg=audit(%llu.%03llu:%s): ", type, micros / 1000000,
			micros / 1000 % 1000, serial);
		put_message(out, message, type);
		return;
	}
	/* Everyone can give himself any name; the transport and the user are journald's word. */
	if (strcmp(transport, "kernel") != 0)
		fprintf(out, "00:00:00 - %s: ",
			name && !strcmp(member_text(entry, "_UID"), "0") && strcmp(name, "kernel")
				? name
				: "unknown");
	put_message(out, message, "");
}

/* put_lines - of a string; each that is a record with its id once: others may have kept it twice,
 * in parts and as a whole. */
static void put_lines(FILE *out, const char *text, struct strings *records)
{
	for (const char *end; *text; text = *end ? end + 1 : end) {
		_cleanup_free_ char *line = NULL;

		end = strchrnul(text, '\n');
		line = memory_copy(text, (size_t)(end - text));
		if (strstr(line, "audit(") && strings_has(records, line))
			continue;
		strings_add(records, line);
		fprintf(out, "%s\n", line);
	}
}

/* put_strings - those that are JSON again, too. */
static void put_strings(FILE *out, const json_t *value, struct strings *records)
{
	const char *key, *text = json_string_value(value);
	json_auto_t *nested = text && *text == '{' ? json_loads(text, 0, NULL) : NULL;
	const json_t *inner;

	if (nested)
		put_strings(out, nested, records);
	else if (text)
		put_lines(out, text, records);
	list_each(item, value)
		put_strings(out, item, records);
	json_object_foreach((json_t *)value, key, inner)
		put_strings(out, inner, records);
}

/* value_begins - the first object, or list of strings or objects, in the line; NULL: there is none.
 */
static const char *value_begins(struct piece line)
{
	for (; line.at < line.end; line.at++) {
		struct piece rest = { line.at + 1, line.end };

		if (*line.at != '{' && *line.at != '[')
			continue;
		rest.at += piece_span(rest, " \t");
		if (rest.at < rest.end && strchr("\"{[", *rest.at))
			return line.at;
	}
	return NULL;
}

/* literal_around - the string, with its quotes, that `at` is in. */
static bool literal_around(struct piece line, const char *at, struct piece *literal)
{
	const char *from = at, *to = at;

	while (from > line.at && (from[-1] != '"' || (from - 1 > line.at && from[-2] == '\\')))
		from--;
	while (to < line.end && *to != '"')
		to += *to == '\\' ? 2 : 1;
	*literal = (struct piece){ from - 1, to + 1 };
	return from > line.at && to < line.end;
}

char *markup_json(struct piece line, const char *at, struct piece *json)
{
	_cleanup_(strings_clear) struct strings records = { 0 };
	json_auto_t *value = NULL;
	json_error_t error;
	char *text = NULL;
	FILE *out;

	*json = (struct piece){ value_begins(line), line.end };
	if (json->at) {
		value = json_loadb(json->at, piece_size(*json),
				   JSON_DISABLE_EOF_CHECK | JSON_ALLOW_NUL, &error);
		json->end = json->at + (value ? error.position : 0);
	}
	if (!value && piece_find(line, "\\\"") && literal_around(line, at, json))
		value = json_loadb(json->at, piece_size(*json), JSON_DECODE_ANY | JSON_ALLOW_NUL,
				   NULL);
	if (!value)
		return NULL;
	out = stream_open(&text, NULL);
	if (json_object_get(value, "MESSAGE"))
		put_entry(out, value);
	else
		put_strings(out, value, &records);
	stream_close(&out);
	return text;
}

const char *markup_value_end(const char *at, const char *stop)
{
	size_t depth = 1;
	bool quoted = false;

	for (; at < stop && depth; at++) {
		if (*at == '\\')
			at++;
		else if (*at == '"')
			quoted = !quoted;
		else if (!quoted && strchr("{[", *at))
			depth++;
		else if (!quoted && strchr("}]", *at))
			depth--;
	}
	return depth || at > stop ? NULL : at;
}

bool markup_is_field(const char *at, const char *end)
{
	struct piece line = { at, end };

	line.at += piece_span(line, " \t");
	line.at += piece_span(line, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789");
	return line.at > at && line.at < end && *line.at == '=';
}

char *markup_entry(struct piece lines)
{
	json_auto_t *entry = json_object();
	char *text = NULL;
	FILE *out;

	for (const char *end; lines.at < lines.end; lines.at = end + 1) {
		struct piece line;
		const char *value;

		end = memchr(lines.at, '\n', piece_size(lines)) ?: lines.end;
		line = (struct piece){ lines.at + piece_span(lines, " \t"), end };
		value = memchr(line.at, '=', piece_size(line));
		if (value)
			json_object_setn_new(entry, line.at, (size_t)(value - line.at),
					     json_stringn(value + 1, (size_t)(end - value - 1)));
	}
	if (!json_object_get(entry, "MESSAGE") || !json_object_get(entry, "_TRANSPORT"))
		return NULL;
	out = stream_open(&text, NULL);
	put_entry(out, entry);
	stream_close(&out);
	return text;
}
