/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <langinfo.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include "wizard/text.h"
#include "wizard/util.h"

#define LEAST_WIDTH 20 /* narrower than this, wrapping helps nobody */
#define USUAL_WIDTH 80

/* Printable by the locale's word, yet they reorder, join or hide what stands around them. */
static const struct {
	wchar_t first, last;
} deceptive[] = {
	{ 0x00ad, 0x00ad },   /* soft hyphen */
	{ 0x061c, 0x061c },   /* Arabic letter mark */
	{ 0x115f, 0x1160 },   /* Hangul fillers */
	{ 0x180b, 0x180f },   /* Mongolian selectors and vowel separator */
	{ 0x200b, 0x200f },   /* zero width space and joiners, direction marks */
	{ 0x2028, 0x202e },   /* line and paragraph separators, direction embeddings */
	{ 0x2060, 0x206f },   /* word joiner, invisible operators, direction isolates */
	{ 0x3164, 0x3164 },   /* Hangul filler */
	{ 0xfeff, 0xfeff },   /* byte order mark */
	{ 0xfff9, 0xfffb },   /* interlinear annotation */
	{ 0xe0000, 0xe0fff }, /* tags, variation selectors */
};

/* The bytes of the character at text if it may be shown as it is, else 0. */
static size_t showable(const char *text, bool utf8, bool keep_lines)
{
	mbstate_t state = { 0 };
	wchar_t character;
	size_t length;

	if (*text == '\n')
		return keep_lines;
	if ((unsigned char)*text < 0x80)
		return *text >= 0x20 && *text != 0x7f;
	if (!utf8)
		return 0;
	length = mbrtowc(&character, text, strlen(text), &state);
	if (length == (size_t)-1 || length == (size_t)-2 || length == 0)
		return 0;
	if (wcwidth(character) < 0) /* a control character, or none at all */
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(deceptive); i++)
		if (character >= deceptive[i].first && character <= deceptive[i].last)
			return 0;
	return length;
}

char *text_safe(const char *text, bool keep_lines)
{
	bool utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	char *safe = NULL;
	FILE *out = stream_open(&safe, NULL);

	while (*text) {
		size_t length = showable(text, utf8, keep_lines);

		if (length)
			fwrite(text, 1, length, out);
		else if (*text == '\t' && keep_lines)
			fputs("    ", out);
		else
			fprintf(out, "\\x%02x", (unsigned char)*text);
		text += length ?: 1;
	}
	stream_close(&out);
	return safe;
}

bool text_is_utf8(const char *text)
{
	json_auto_t *value = json_string(text);

	return value;
}

json_t *text_json(const char *text)
{
	json_t *value = text ? json_string(text) : json_null();

	if (!value) {
		_cleanup_free_ char *safe = text_safe(text, true);

		value = json_string(safe);
	}
	return json_made(value);
}

static size_t columns_of(const char *text, size_t length)
{
	mbstate_t state = { 0 };
	size_t columns = 0;

	while (length) {
		wchar_t character;
		size_t bytes = mbrtowc(&character, text, length, &state);

		if (bytes == 0 || bytes > length) { /* not safe text: count what is left as it is */
			columns += length;
			break;
		}
		if (wcwidth(character) > 0)
			columns += (size_t)wcwidth(character);
		text += bytes;
		length -= bytes;
	}
	return columns;
}

size_t text_width(void)
{
	const char *variable = getenv("COLUMNS");
	struct winsize size;
	unsigned long columns = USUAL_WIDTH;
	char *end;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
		columns = size.ws_col;
	} else if (variable && *variable >= '1' && *variable <= '9') {
		columns = strtoul(variable, &end, 10);
		if (*end || columns > 10000)
			columns = USUAL_WIDTH;
	}
	return columns < LEAST_WIDTH ? LEAST_WIDTH : columns;
}

size_t text_columns(const char *text)
{
	return columns_of(text, strlen(text));
}

static void wrap_line(FILE *out, const char *line, size_t length, size_t at, size_t indent,
		      size_t width)
{
	const char *end = line + length;
	bool first = true;

	while (line < end) {
		const char *word = line, *after;
		size_t gap, columns;

		while (word < end && *word == ' ')
			word++;
		for (after = word; after < end && *after != ' '; after++)
			;
		if (word == after) /* spaces at the end */
			break;
		gap = (size_t)(word - line);
		columns = columns_of(word, (size_t)(after - word));
		if (!first && at + gap + columns > width) {
			fprintf(out, "\n%*s", (int)indent, "");
			at = indent;
			gap = 0;
		}
		fprintf(out, "%*s%.*s", (int)gap, "", (int)(after - word), word);
		at += gap + columns;
		line = after;
		first = false;
	}
	fputc('\n', out);
}

void text_wrap(FILE *out, const char *text, size_t at, size_t indent, size_t width)
{
	for (;;) {
		const char *end = strchrnul(text, '\n');

		wrap_line(out, text, (size_t)(end - text), at, indent, width);
		if (!*end || !end[1])
			return;
		text = end + 1;
		at = indent;
		if (*text != '\n')
			fprintf(out, "%*s", (int)indent, "");
	}
}

/* ---- for a comment, a sentence or a command line --------------------------------------------- */

/* Not isprint() and its kin: those ask the locale. */
static bool is_printable(char c)
{
	return c >= ' ' && c <= '~';
}

/* One character, or \xNN where it is none of those that stand for themselves. */
static void put(FILE *out, char c, bool bare)
{
	if (bare)
		fputc(c, out);
	else
		fprintf(out, "\\x%02x", (unsigned char)c);
}

char *text_plain(const char *text, size_t max)
{
	char *plain = NULL;
	FILE *out = stream_open(&plain, NULL);
	size_t width = 0;

	for (; *text; text++) {
		bool bare = is_printable(*text) && *text != '\\';

		width += bare ? 1 : strlen("\\xNN");
		if (width > max) {
			fputs("...", out);
			break;
		}
		put(out, *text, bare);
	}
	stream_close(&out);
	return plain;
}

/* A word that no shell takes for anything else. */
static bool is_safe(const char *text)
{
	static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				   "%+,-./:=@_";

	return *text && !text[strspn(text, safe)];
}

static char *quoted(const char *text, bool ascii)
{
	char *word = NULL;
	FILE *out;

	if (is_safe(text))
		return str_copy(text);
	out = stream_open(&word, NULL);
	fputs(ascii ? "$'" : "'", out);
	for (; *text; text++)
		if (ascii && *text == '\\')
			fputs("\\\\", out);
		else if (ascii)
			put(out, *text, is_printable(*text) && *text != '\'');
		else if (*text == '\'')
			fputs("'\\''", out);
		else
			fputc(*text, out);
	fputs("'", out);
	stream_close(&out);
	return word;
}

char *text_shell(const char *text)
{
	return quoted(text, true);
}

char *text_quoted(const char *text)
{
	return quoted(text, false);
}

/* ---- a length of time ------------------------------------------------------------------------ */

int64_t text_duration(const char *text)
{
	static const struct {
		char letter;
		int64_t milliseconds;
	} units[] = {
		{ 's', 1000 }, { 'm', 60000 }, { 'h', 3600000 }, { 'd', 86400000 }, { '\0', 1000 },
	};
	const char *at = text;
	int64_t sum = 0;

	while (*at) {
		char *end;
		unsigned long number = strtoul(at, &end, 10);
		size_t unit = 0;

		while (unit < ARRAY_SIZE(units) && units[unit].letter != *end)
			unit++;
		if (*at < '0' || *at > '9' || number > INT_MAX || unit == ARRAY_SIZE(units))
			return 0;
		sum += (int64_t)number * units[unit].milliseconds;
		at = end + (*end != '\0');
	}
	return sum;
}

/* ---- templates ------------------------------------------------------------------------------ */

static const struct template_value *find_value(const struct template_value *values,
					       const char *name, size_t length)
{
	for (; values->name; values++)
		if (strlen(values->name) == length && memcmp(values->name, name, length) == 0)
			return values;
	return NULL;
}

static void put_value(FILE *out, const char *value, enum template_format format)
{
	_cleanup_free_ char *safe = text_safe(value, true);

	for (char *at = safe; *at; at++)
		if (format == TEMPLATE_COMMENT && *at == '\n')
			*at = ' ';
	fputs(safe, out);
}

static int fill(FILE *out, const char *text, enum template_format format,
		const struct template_value *values, struct error *err)
{
	const char *open, *close;

	while ((open = strstr(text, "{{"))) {
		const struct template_value *value;
		const char *name = open + 2;

		close = strstr(name, "}}");
		if (!close || memchr(name, '\n', (size_t)(close - name)))
			return error_set(err, EBADMSG, "this is a mistake in the template",
					 "an unclosed {{ in a template, at \"%.30s\"", open);
		value = find_value(values, name, (size_t)(close - name));
		if (!value || !value->value)
			return error_set(err, ENOENT, "this is a mistake in the program",
					 "a template asks for {{%.*s}}, which has no value",
					 (int)(close - name), name);
		fwrite(text, 1, (size_t)(open - text), out);
		put_value(out, value->value, format);
		text = close + 2;
	}
	fputs(text, out);
	return 0;
}

int template_fill(const char *text, enum template_format format,
		  const struct template_value *values, char **filled, struct error *err)
{
	_cleanup_free_ char *made = NULL;
	FILE *out = stream_open(&made, NULL);
	int r = fill(out, text, format, values, err);

	stream_close(&out);
	if (r == 0)
		*filled = TAKE_PTR(made);
	return r;
}
