/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "wizard/live.h"
#include "wizard/text.h"
#include "wizard/util.h"

#define ERASE_LINE "\r\033[K"
#define INDENT     2

static bool possible;
static char *shown; /* what is drawn, safe; NULL: nothing */

void live_init(bool plain)
{
	const char *term = getenv("TERM");

	possible = !plain && term && *term && strcmp(term, "dumb") != 0 && isatty(STDERR_FILENO);
}

bool live_possible(void)
{
	return possible;
}

/* A line that reached the last column would go on to the next, which nothing takes away again. */
static void cut(char *text, size_t columns)
{
	size_t length = strlen(text);

	while (length && text_columns(text) > columns) {
		do
			length--;
		while (length && ((unsigned char)text[length] & 0xc0) == 0x80);
		text[length] = '\0';
	}
}

void live_show(const char *format, ...)
{
	_cleanup_free_ char *text = NULL, *safe = NULL;
	va_list args;

	if (!possible)
		return;
	va_start(args, format);
	text = str_vprintf(format, args);
	va_end(args);
	safe = text_safe(text, false);
	cut(safe, text_width() - INDENT - 1);
	if (shown && strcmp(shown, safe) == 0)
		return;
	fflush(stdout);
	fprintf(stderr, ERASE_LINE "%*s%s", INDENT, "", safe);
	fflush(stderr);
	free(shown);
	shown = TAKE_PTR(safe);
}

void live_clear(void)
{
	if (!shown)
		return;
	fputs(ERASE_LINE, stderr);
	fflush(stderr);
	free(shown);
	shown = NULL;
}
