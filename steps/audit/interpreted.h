/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * interpreted.h - records as `ausearch -i` shows them -> as auditd writes them
 *
 * The date of `ausearch -i` is without a zone: it is taken as local time of this host. Of 04/05/26
 * the locale decides which is the month, unless that would be in the future or no date.
 *
 * Interpreted text has names and paths without quotes, so that a path may read like the fields
 * behind it. Only what can be read in one way is read: else, and with an escaped byte (\012) or an
 * unknown ioctl's name in it, a record is unsure. What is read: an AVC's fields, a SYSCALL's exe=,
 * a PATH's name= and inode=. A capability stays a name. (Before audit 2.6, ausearch escaped
 * nothing: a name with a line break that is followed by a whole record cannot be told from that
 * record.)
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "steps/audit/source.h"

/* ---- dates (interpreted_date.c) -------------------------------------------------------------- */

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

/* ---- records --------------------------------------------------------------------------------- */

enum interpreted_as {
	INTERPRETED_NOTHING, /* no record in this form */
	INTERPRETED_RECORD,  /* text is what it stands for */
	INTERPRETED_UNSURE,  /* a record, but not one that can be read in one way only */
};

struct interpreted {
	struct interpreted_dates dates;
	bool given; /* a record is believed whatever stands before it */
	bool torn;  /* a record ended within a name: what follows may be the rest of it */

	size_t length;
	/* Ended by a newline, for record_parse(), and a NUL; a name in hex is twice as long. */
	char text[3 * LINE_MAX_BYTES + LINE_SLACK];
};

/* interpreted_new - for the lines of one log, in their order; given: by somebody, not the host's
 * own. free() it. */
struct interpreted *interpreted_new(bool given);

/* interpreted_read - line is without its newline, and need not be ended by anything. */
enum interpreted_as interpreted_read(struct interpreted *interpreted, const char *line,
				     size_t length);
