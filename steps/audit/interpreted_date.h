/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * interpreted_date.h - dates as programs show them -> seconds since the epoch
 */
#ifndef STEPS_AUDIT_INTERPRETED_DATE_H
#define STEPS_AUDIT_INTERPRETED_DATE_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

struct interpreted_dates {
	bool month_first; /* in this user's locale */
	time_t now;

	/* The last one read: a log has many records of a second. */
	char text[64];
	size_t length;
	time_t seconds;
};

void interpreted_dates_init(struct interpreted_dates *dates);

/* interpreted_dates_parse - "11/24/26 14:25:49", "24.11.2026 14:25:49", "2026-11-24 14:25:49": a
 * date of three numbers as strftime(3)'s %x has it in most locales. False: none, or not understood.
 */
bool interpreted_dates_parse(struct interpreted_dates *dates, const char *text, size_t length,
			     time_t *seconds);

#endif
