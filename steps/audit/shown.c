/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "steps/audit/shown.h"
#include "steps/audit/shown_fields.h"
#include "wizard/util.h"

/* A piece of a line. */
struct piece {
	const char *at, *end;
};

static size_t size_of(struct piece piece)
{
	return (size_t)(piece.end - piece.at);
}

/* passes - does the piece begin with the text? Then it is moved behind it. */
static bool passes(struct piece *piece, const char *text)
{
	size_t length = strlen(text);

	if (size_of(*piece) < length || memcmp(piece->at, text, length) != 0)
		return false;
	piece->at += length;
	return true;
}

/* passes_word - takes off the word before the next space. */
static bool passes_word(struct piece *piece, struct piece *word)
{
	const char *space = memchr(piece->at, ' ', size_of(*piece));

	if (!space || space == piece->at)
		return false;
	*word = (struct piece){ piece->at, space };
	piece->at = space;
	return true;
}

static bool is(struct piece piece, const char *text)
{
	return size_of(piece) == strlen(text) && !memcmp(piece.at, text, strlen(text));
}

struct shown *shown_new(void)
{
	struct shown *shown = memory_new(1, sizeof(*shown));

	shown_dates_init(&shown->dates);
	return shown;
}

/* ---- a kernel's message ---------------------------------------------------------------------- */

static const struct {
	const char *number, *name;
} types[] = {
	{ "1400", "AVC" },
	{ "1107", "USER_AVC" },
	{ "1300", "SYSCALL" },
	{ "1302", "PATH" },
};

/* is_from_kernel - is this what stands before a message of the kernel, and of nobody else? The
 * first word that ends in a colon is the sender's name; dmesg has none, but a time in brackets. */
static bool is_from_kernel(struct piece before)
{
	bool dmesg = before.at < before.end && *before.at == '[' && before.end[-1] == ' ' &&
		     before.end[-2] == ']';
	struct piece word;

	while (before.at < before.end) {
		if (*before.at == ' ') {
			before.at++;
			continue;
		}
		if (!passes_word(&before, &word))
			return false;
		if (word.end[-1] != ':')
			continue;
		if (!is(word, "kernel:"))
			return false;
		before.at++;
		/* Some kernels' messages have the time since the boot. */
		return before.at == before.end ||
		       (*before.at == '[' && before.end - before.at >= 3 &&
			memchr(before.at, ']', size_of(before)) == before.end - 2);
	}
	return dmesg;
}

static enum shown_as read_kernel(struct shown *shown, struct piece line)
{
	static const char mark[] = "audit: type=";
	const char *at = memmem(line.at, size_of(line), mark, sizeof(mark) - 1);
	const char *name = "UNKNOWN";
	struct piece type, rest;

	if (!at || !is_from_kernel((struct piece){ line.at, at }))
		return SHOWN_NOTHING;
	rest = (struct piece){ at + sizeof(mark) - 1, line.end };
	if (!passes_word(&rest, &type) || !passes(&rest, " audit("))
		return SHOWN_NOTHING;
	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (is(type, types[i].number))
			name = types[i].name;
	shown_put(shown, "type=", 5);
	shown_put(shown, name, strlen(name));
	shown_put(shown, " msg=audit(", 11);
	shown_put(shown, rest.at, size_of(rest));
	return SHOWN_RECORD;
}

/* ---- ausearch -i ----------------------------------------------------------------------------- */

/* passes_id - "11/24/26 14:25:49.432:88) : "; *serial: ".432:88". */
static bool passes_id(struct shown *shown, struct piece *line, time_t *seconds,
		      struct piece *serial)
{
	const char *close = memchr(line->at, ')', size_of(*line)), *dot, *at;

	if (!close || !(dot = memrchr(line->at, '.', (size_t)(close - line->at))))
		return false;
	*serial = (struct piece){ dot, close };
	at = dot + 1;
	for (int digits = 0; digits < 3; digits++)
		if (at >= close || *at < '0' || *at++ > '9')
			return false;
	if (at >= close - 1 || close - at > 19 || *at++ != ':')
		return false;
	for (; at < close; at++)
		if (*at < '0' || *at > '9')
			return false;
	if (!shown_dates_parse(&shown->dates, line->at, (size_t)(dot - line->at), seconds))
		return false;
	line->at = close;
	return passes(line, ") : ");
}

/* put_head - "node=N type=T msg=audit(1795530349.432:88): " */
static void put_head(struct shown *shown, struct piece line, struct piece type, time_t seconds,
		     struct piece serial)
{
	char number[24];
	int length = snprintf(number, sizeof(number), "%lld", (long long)seconds);

	shown_put(shown, line.at, (size_t)(type.end - line.at));
	shown_put(shown, " msg=audit(", 11);
	shown_put(shown, number, (size_t)length);
	shown_put(shown, serial.at, size_of(serial));
	shown_put(shown, "): ", 3);
}

/* put_body - false: it cannot be read in one way only. */
static bool put_body(struct shown *shown, struct piece type, struct piece body)
{
	enum shown_fields_end ended = SHOWN_FIELDS_WHOLE;

	if (is(type, "AVC"))
		ended = shown_fields_avc(shown, body.at, size_of(body));
	else if (is(type, "USER_AVC"))
		ended = shown_fields_user_avc(shown, body.at, size_of(body));
	else if (is(type, "SYSCALL"))
		ended = shown_fields_named(shown, " exe=", " subj=", " key=", body.at,
					   size_of(body));
	else if (is(type, "PATH"))
		ended = shown_fields_path(shown, body.at, size_of(body));
	else
		shown_put(shown, body.at, size_of(body));
	if (ended == SHOWN_FIELDS_TORN)
		shown->torn = true;
	return ended == SHOWN_FIELDS_WHOLE;
}

static enum shown_as read_interpreted(struct shown *shown, struct piece line)
{
	struct piece whole = line, node, type, serial;
	time_t seconds;

	if (passes(&line, "node=") && (!passes_word(&line, &node) || !passes(&line, " ")))
		return SHOWN_NOTHING;
	if (!passes(&line, "type=") || !passes_word(&line, &type) || !passes(&line, " msg=audit("))
		return SHOWN_NOTHING;
	if (!passes_id(shown, &line, &seconds, &serial))
		return SHOWN_UNSURE;
	while (line.end > line.at && (line.end[-1] == ' ' || line.end[-1] == '\r'))
		line.end--;
	put_head(shown, whole, type, seconds, serial);
	/* The lines after a torn one may be the rest of a name: up to the line that ends it, which
	 * is no record, nothing that denies is believed. */
	if (shown->torn && (is(type, "AVC") || is(type, "USER_AVC")))
		return SHOWN_UNSURE;
	return put_body(shown, type, line) ? SHOWN_RECORD : SHOWN_UNSURE;
}

enum shown_as shown_read(struct shown *shown, const char *line, size_t length)
{
	struct piece piece = { line, line + length };
	enum shown_as as;

	if (length > LINE_MAX_BYTES || memchr(line, '\0', length))
		return SHOWN_UNSURE;
	shown->length = 0;
	as = read_interpreted(shown, piece);
	if (as == SHOWN_NOTHING) {
		shown->torn = false;
		as = read_kernel(shown, piece);
	}
	strcpy(shown->text + shown->length, "\n");
	return as;
}
