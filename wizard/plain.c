/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdbool.h>
#include <string.h>

#include "wizard/plain.h"
#include "wizard/util.h"

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

char *plain_text(const char *text, size_t max)
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

char *plain_shell(const char *text)
{
	char *word = NULL;
	FILE *out;

	if (is_safe(text))
		return str_copy(text);
	out = stream_open(&word, NULL);
	fputs("$'", out);
	for (; *text; text++)
		put(out, *text, is_printable(*text) && *text != '\\' && *text != '\'');
	fputs("'", out);
	stream_close(&out);
	return word;
}

char *str_quoted(const char *text)
{
	char *quoted = NULL;
	FILE *out;

	if (is_safe(text))
		return str_copy(text);
	out = stream_open(&quoted, NULL);
	fputs("'", out);
	for (; *text; text++)
		if (*text == '\'')
			fputs("'\\''", out);
		else
			fputc(*text, out);
	fputs("'", out);
	stream_close(&out);
	return quoted;
}
