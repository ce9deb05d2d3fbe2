/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <langinfo.h>
#include <locale.h>
#include <string.h>

#include "steps/audit/interpreted.h"

/* Clocks differ, and so do time zones. */
#define SOON 86400

void interpreted_dates_init(struct interpreted_dates *dates)
{
	locale_t locale = newlocale(LC_TIME_MASK, "", (locale_t)0);
	const char *format = locale ? nl_langinfo_l(D_FMT, locale) : "%m/%d/%y";
	const char *month = strstr(format, "%m"), *day = strstr(format, "%d");

	memset(dates, 0, sizeof(*dates));
	dates->month_first = !day || (month && month < day);
	dates->now = time(NULL);
	if (locale)
		freelocale(locale);
}

/* is_time - is there such a day, and such an hour? Local time. */
static bool is_time(const struct tm *wanted, time_t *seconds)
{
	struct tm time = *wanted;

	time.tm_isdst = -1;
	*seconds = mktime(&time);
	/* An hour that was skipped in spring is another one afterwards. */
	return *seconds != (time_t)-1 && time.tm_mday == wanted->tm_mday &&
	       time.tm_mon == wanted->tm_mon && wanted->tm_hour < 24 && wanted->tm_min < 60 &&
	       wanted->tm_sec <= 60;
}

static bool is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

struct date_part {
	int value;
	size_t digits;
	char behind; /* the byte that follows it */
};

/* split_date - into its three numbers; false: it has more, or fewer. */
static bool split_date(const char *text, size_t length, struct date_part parts[3])
{
	size_t count = 0;

	for (size_t i = 0; i < length;) {
		struct date_part part = { 0 };

		if (!is_digit(text[i])) {
			i++;
			continue;
		}
		for (; i < length && is_digit(text[i]) && part.digits < 5; i++, part.digits++)
			part.value = part.value * 10 + (text[i] - '0');
		part.behind = i < length ? text[i] : '\0';
		if (count == 3 || (part.digits != 4 && part.digits > 2))
			return false;
		parts[count++] = part;
	}
	return count == 3;
}

/* is_date - with the parts at these places. */
static bool is_date(const struct date_part parts[3], int year, int month, int day, struct tm *time,
		    time_t *seconds)
{
	if (parts[month].digits > 2 || parts[day].digits > 2 || parts[year].digits == 1)
		return false;
	time->tm_year = parts[year].value - (parts[year].digits == 4 ? 1900 : -100);
	time->tm_mon = parts[month].value - 1;
	time->tm_mday = parts[day].value;
	return is_time(time, seconds);
}

static bool read_date(const struct interpreted_dates *dates, const char *text, size_t length,
		      struct tm *time, time_t *seconds)
{
	struct date_part parts[3];
	time_t other;
	int month, day;

	if (!split_date(text, length, parts))
		return false;
	if (parts[0].digits == 4 || (unsigned char)parts[0].behind >= 0x80)
		return is_date(parts, 0, 1, 2, time, seconds);
	if (parts[0].behind != '/')
		return is_date(parts, 2, 1, 0, time, seconds);
	month = dates->month_first ? 0 : 1;
	day = !month;
	if (!is_date(parts, 2, month, day, time, seconds))
		return is_date(parts, 2, day, month, time, seconds);
	if (*seconds > dates->now + SOON && is_date(parts, 2, day, month, time, &other) &&
	    other <= dates->now + SOON)
		*seconds = other;
	return true;
}

/* clock_of - "14:25:49"; false: it is none. */
static bool clock_of(const char *text, struct tm *time)
{
	for (size_t i = 0; i < 8; i++)
		if (i % 3 == 2 ? text[i] != ':' : !is_digit(text[i]))
			return false;
	time->tm_hour = (text[0] - '0') * 10 + text[1] - '0';
	time->tm_min = (text[3] - '0') * 10 + text[4] - '0';
	time->tm_sec = (text[6] - '0') * 10 + text[7] - '0';
	return true;
}

bool interpreted_dates_parse(struct interpreted_dates *dates, const char *text, size_t length,
			     time_t *seconds)
{
	struct tm time = { 0 };

	if (length > sizeof(dates->text) || length < sizeof("1/1/26 14:25:49") - 1)
		return false;
	if (length == dates->length && !memcmp(text, dates->text, length)) {
		*seconds = dates->seconds;
		return true;
	}
	if (text[length - 9] != ' ' || !clock_of(text + length - 8, &time) ||
	    !read_date(dates, text, length - 9, &time, seconds))
		return false;
	memcpy(dates->text, text, length);
	dates->length = length;
	dates->seconds = *seconds;
	return true;
}
