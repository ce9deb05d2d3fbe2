/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reader.h - the bytes of an audit log -> lines -> the events that deny something
 *
 * The records of one event stand together but for a few of another processor's events: so many
 * events are open at a time, and a record of none of them opens a new one in the place of the
 * oldest, which is handed over.
 */
#ifndef STEPS_AUDIT_READER_H
#define STEPS_AUDIT_READER_H

#include "steps/audit/denial.h"
#include "steps/audit/event.h"
#include "wizard/error.h"

/* The kernel's records are below 8970 bytes, and enriching does not double that. */
#define LINE_MAX_BYTES 65536
#define OPEN_EVENTS    64
/* No honest event has so much to say; what comes after is read as another event's. */
#define EVENT_MAX_BYTES (128 * 1024)

struct reader;

/* Gets each event that denies something, in the order of the log; may write into its text. */
typedef int (*reader_take_event)(void *data, struct event *event, struct error *err);

/* reader_new - name: the log's, for messages; counts: lines, events, granted, unreadable and lost
 * notices are added up there. All must outlive it. NULL: out of memory. */
struct reader *reader_new(const char *name, reader_take_event take, void *data,
			  struct denials *counts);

/* reader_free - a clean-up helper: for a variable of type struct reader *. */
void reader_free(struct reader **reader);

/* reader_take - some bytes more; records in another form (shown.h) as if they were raw. Errors: of
 * take. */
int reader_take(struct reader *reader, const char *bytes, size_t size, struct error *err);

/* reader_end - the log ends here: its last line, if it has no newline, and the events that are
 * open. The reader may be used for another one. Errors as above. */
int reader_end(struct reader *reader, struct error *err);

/* reader_follow - what stands before the reader's part of a log was read by another one. Before
 * reader_end(). */
void reader_follow(struct reader *reader, const struct reader *before);

/* reader_records - lines that were audit records. */
size_t reader_records(const struct reader *reader);

/* reader_is_plain - were all lines as auditd writes them? Others are read by what stood before
 * them, so that they make a log one that cannot be read in parts. */
bool reader_is_plain(const struct reader *reader);

/* reader_is_event - does this record belong to its event, or is its line unreadable? Takes a
 * carriage return from its end. */
bool reader_is_event(const char *line, struct record *record);

#endif
