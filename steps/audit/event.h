/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * event.h - the records of one event -> its denials (libauparse)
 *
 * auparse can put events together itself, but it keeps every event of a storm of denials open and
 * looks through all of them at each line. So the caller collects an event's few records of
 * interest, and auparse gets them one event at a time.
 */
#pragma once

#include "steps/audit/denial.h"
#include "steps/audit/record.h"

struct event {
	struct record_id id;
	char *text; /* its SYSCALL, PATH and denying (USER_)AVC records, each ended by a newline */
	size_t length;
	size_t denied; /* how many of them deny something */
};

struct event_reader;

/* event_reader_new - domains must outlive it. */
struct event_reader *event_reader_new(const char *const *domains);
void event_reader_free(struct event_reader *reader);

/* event_read - *denials, without items before, gets the event's; add up avc, other, unreadable. */
void event_read(struct event_reader *reader, const struct event *event, struct denials *denials);
