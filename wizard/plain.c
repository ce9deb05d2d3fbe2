/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdbool.h>
#include <string.h>

#include "wizard/plain.h"
#include "wizard/util.h"

/* Not isprint() and its kin: those ask the locale. */
static bool is_printable(unsigned char c)
{
	return c >= ' ' && c <= '~';
}

static char *append_hex(char *to, unsigned char c)
{
	static const char digits[] = "0123456789abcdef";

	*to++ = '\\';
	*to++ = 'x';
	*to++ = digits[c >> 4];
	*to++ = digits[c & 15];
	return to;
}

char *plain_text(const char *text, size_t max)
{
	static const char more[] = "...";
	size_t length = strnlen(text, max + 1);
	char *plain = malloc(4 * length + sizeof(more)), *to = plain;
	size_t width;

	if (!plain)
		return NULL;
	for (const char *from = text; *from; from++) {
		unsigned char c = (unsigned char)*from;

		width = is_printable(c) && c != '\\' ? 1 : 4;
		if ((size_t)(to - plain) + width > max)
			return memcpy(to, more, sizeof(more)), plain;
		if (width == 1)
			*to++ = *from;
		else
			to = append_hex(to, c);
	}
	*to = '\0';
	return plain;
}

char *plain_shell(const char *text)
{
	static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				   "_@%+=:,./-";
	size_t length = strlen(text);
	char *word, *to;

	if (length && strspn(text, safe) == length)
		return strdup(text);
	word = to = malloc(4 * length + sizeof("$''"));
	if (!word)
		return NULL;
	*to++ = '$';
	*to++ = '\'';
	for (const char *from = text; *from; from++) {
		unsigned char c = (unsigned char)*from;

		if (is_printable(c) && c != '\\' && c != '\'')
			*to++ = *from;
		else
			to = append_hex(to, c);
	}
	*to++ = '\'';
	*to = '\0';
	return word;
}
