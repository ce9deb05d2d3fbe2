/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "steps/galera/wsrep_time.h"

enum {
	HEAD = 40, /* a time at the line's begin ends before this byte, */
	TAIL = 32, /* ... one at its end begins in the last so many */
};

/* "2026-11-24", "20261124", "261124": year, month, day. */
static bool read_date(const char *text, struct tm *tm)
{
	int year, month, day, used = 0;

	if ((sscanf(text, "%4d-%2d-%2d%n", &year, &month, &day, &used) != 3 || used != 10) &&
	    (sscanf(text, "%4d%2d%2d%n", &year, &month, &day, &used) != 3 || used != 8) &&
	    (sscanf(text, "%2d%2d%2d%n", &year, &month, &day, &used) != 3 || used != 6))
		return false;
	tm->tm_year = year < 100 ? year + 100 : year - 1900;
	tm->tm_mon = month - 1;
	tm->tm_mday = day;
	return month >= 1 && month <= 12 && day >= 1 && day <= 31 && tm->tm_year >= 70;
}

/* A date, a separator, "HH:MM:SS". */
static bool read_time(const char *text, struct tm *tm, bool *utc)
{
	size_t date = strspn(text, "0123456789-");
	int used = 0;

	if (!read_date(text, tm) || (text[date] != ' ' && text[date] != 'T'))
		return false;
	if (sscanf(text + date + 1, "%2d:%2d:%2d%n", &tm->tm_hour, &tm->tm_min, &tm->tm_sec,
		   &used) != 3)
		return false;
	text += date + 1 + used;
	text += strspn(text, ".0123456789");
	*utc |= *text == 'Z';
	return tm->tm_hour >= 0 && tm->tm_hour < 24 && tm->tm_min >= 0 && tm->tm_min < 60 &&
	       tm->tm_sec >= 0 && tm->tm_sec <= 60;
}

bool wsrep_time(struct span line, bool utc, char clock[9], time_t *seconds)
{
	bool script = span_starts(line, "WSREP_SST: [");
	struct tm tm = { .tm_isdst = -1 };
	char text[HEAD + 1];
	const char *at = text;

	if (script) {
		size_t from = line.length > TAIL ? line.length - TAIL : 0;

		from += span_find(span_rest(line, from), "(");
		if (from == line.length)
			return false;
		line = span_rest(line, from + 1);
	}
	span_copy(text, sizeof(text), line);
	if (!isdigit((unsigned char)*at) || !read_time(at, &tm, &utc))
		return false;
	snprintf(clock, 9, "%02u:%02u:%02u", (unsigned int)tm.tm_hour % 100,
		 (unsigned int)tm.tm_min % 100, (unsigned int)tm.tm_sec % 100);
	*seconds = utc ? timegm(&tm) : mktime(&tm);
	return true;
}
