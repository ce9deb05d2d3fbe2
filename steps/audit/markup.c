/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <jansson.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "steps/audit/markup.h"
#include "wizard/util.h"

/* ---- characters ------------------------------------------------------------------------------ */

static const struct {
	const char *text, *plain;
} marks[] = {
	{ "&quot;", "\"" },       { "&#34;", "\"" },        { "&#x22;", "\"" },
	{ "&ldquo;", "\"" },      { "&rdquo;", "\"" },      { "&apos;", "'" },
	{ "&#39;", "'" },         { "&#x27;", "'" },        { "&lsquo;", "'" },
	{ "&rsquo;", "'" },       { "&lt;", "<" },          { "&gt;", ">" },
	{ "&nbsp;", " " },        { "&#160;", " " },        { "&#xa0;", " " },
	{ "&amp;", "&" },         { "&#61;", "=" },         { "&#x3D;", "=" },
	{ "\xe2\x80\x9c", "\"" }, { "\xe2\x80\x9d", "\"" }, { "\xe2\x80\x9e", "\"" },
	{ "\xe2\x80\x9f", "\"" }, { "\xe2\x80\xb3", "\"" }, { "\xc2\xab", "\"" },
	{ "\xc2\xbb", "\"" },     { "\xe2\x80\x98", "'" },  { "\xe2\x80\x99", "'" },
	{ "\xc2\xa0", " " },      { "\xe2\x80\xaf", " " },  { "\xe2\x80\x8b", "" },
	{ "\xef\xbb\xbf", "" },   { "\xef\xbc\x9d", "=" },
};

bool markup_is(const char *line, const char *end)
{
	uint64_t bytes = 0, high = 0;
	size_t length = (size_t)(end - line), i = 0;

	for (; i + sizeof(bytes) <= length; i += sizeof(bytes)) {
		memcpy(&bytes, line + i, sizeof(bytes));
		high |= bytes;
	}
	bytes = 0;
	memcpy(&bytes, line + i, length - i);
	return ((high | bytes) & 0x8080808080808080) || memchr(line, '&', length);
}

size_t markup_remove(const char *line, size_t length, char *plain)
{
	struct piece rest = { line, line + length };
	char *out = plain;

	while (rest.at < rest.end) {
		size_t i = 0;

		if (*rest.at == '&' || (unsigned char)*rest.at >= 0x80)
			while (i < ARRAY_SIZE(marks) && !piece_passes(&rest, marks[i].text))
				i++;
		else
			i = ARRAY_SIZE(marks);
		if (i < ARRAY_SIZE(marks))
			out = stpcpy(out, marks[i].plain);
		else
			*out++ = *rest.at++;
	}
	*out = '\0';
	return (size_t)(out - plain);
}

/* ---- JSON ------------------------------------------------------------------------------------ */

/* put_message - of a journal's entry, in one line; one with bytes that do not print is a list of
 * numbers. */
static void put_message(FILE *out, const json_t *message)
{
	const char *text = json_string_value(message);
	json_t *byte;
	size_t i;

	for (; text && *text; text++)
		fputc(*text == '\n' ? ' ' : *text, out);
	json_array_foreach(message, i, byte)
	{
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
	const char *transport = json_string_value(json_object_get(entry, "_TRANSPORT"));
	const char *name = json_string_value(json_object_get(entry, "SYSLOG_IDENTIFIER"));
	const char *serial = json_string_value(json_object_get(entry, "_AUDIT_ID"));
	const char *type = json_string_value(json_object_get(entry, "_AUDIT_TYPE_NAME"));
	const char *time =
		json_string_value(json_object_get(entry, "_SOURCE_REALTIME_TIMESTAMP"))
			?: json_string_value(json_object_get(entry, "__REALTIME_TIMESTAMP"));
	unsigned long long micros = time ? strtoull(time, NULL, 10) : 0;

	if (transport && !strcmp(transport, "audit") && serial && type && json_is_string(message)) {
		struct piece body = piece_of(json_string_value(message));

		piece_passes(&body, type);
		fprintf(out, "type=%s msg=audit(%llu.%03llu:%s):%s\n", type, micros / 1000000,
			micros / 1000 % 1000, serial, body.at);
		return;
	}
	if (!transport || strcmp(transport, "kernel") != 0)
		fprintf(out, "00:00:00 - %s: ", name ?: "unknown");
	put_message(out, message);
}

static void put_strings(FILE *out, const json_t *value)
{
	const char *key;
	const json_t *inner;
	size_t i;

	if (json_is_string(value))
		fprintf(out, "%s\n", json_string_value(value));
	json_array_foreach(value, i, inner) put_strings(out, inner);
	json_object_foreach((json_t *)value, key, inner)
	{
		_cleanup_free_ char *lines = str_printf("%s_lines", key);

		/* The same, as a list of lines. */
		if (!json_object_get(value, lines))
			put_strings(out, inner);
	}
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

char *markup_json(struct piece line, const char *at)
{
	json_auto_t *value = NULL;
	struct piece literal;
	char *text = NULL;
	size_t length;
	FILE *out;

	line.at += piece_span(line, " \t[,");
	if (line.at < line.end && *line.at == '{')
		value = json_loadb(line.at, piece_size(line),
				   JSON_DISABLE_EOF_CHECK | JSON_ALLOW_NUL, NULL);
	if (!value && piece_find(line, "\\\"") && literal_around(line, at, &literal))
		value = json_loadb(literal.at, piece_size(literal),
				   JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
	if (!value)
		return NULL;
	out = stream_open(&text, &length);
	if (json_object_get(value, "MESSAGE"))
		put_entry(out, value);
	else
		put_strings(out, value);
	stream_close(&out);
	return text;
}
