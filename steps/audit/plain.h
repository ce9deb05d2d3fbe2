/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plain.h - audit records as programs show them and as people paste them -> as auditd writes them
 *
 *   ausearch -i          type=AVC msg=audit(11/24/26 14:25:49.432:88) : avc:  denied  { read } for
 *   dmesg, journalctl    [   12.3] audit: type=1400 audit(1795530349.432:88): avc:  denied  { read
 *   RHEL 6 and 7         Nov 24 14:25:49 db1 kernel: type=1400 audit(1795530349.432:88): avc:
 *   the journal's audit  Nov 24 14:25:49 db1 audit[796]: AVC avc:  denied  { read } for
 *   setroubleshoot       avc: denied { read } for
 *
 * This is the one place that undresses a line. Of the host's own logs only the first two forms are
 * read, and a line is a record or none: in them, a record is what the kernel wrote, never text
 * within another record. Of a log that somebody gives, what stands before a record and behind it is
 * taken off (the names of files and hosts, line numbers, quoting, a prompt, JSON, HTML), and a
 * record that goes on in the next lines is put together. What is read so is as good as whoever gave
 * it. But of a line in a file of syslog it is still asked whether the kernel or auditd's programs
 * sent it: there, everyone can write under his own name.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum plain_as {
	PLAIN_RECORD,  /* a record, ended by a newline */
	PLAIN_PASTED,  /* likewise, out of text that anyone can have written */
	PLAIN_UNSURE,  /* it tells of a denial, or may, but cannot be read in one way */
	PLAIN_SUMMARY, /* what setroubleshoot says of a record; not the record */
	PLAIN_OTHER,   /* anything else */
};

/* For each record, and each line that is none: text is as it was then; behind it, and its newline,
 * LINE_SLACK bytes can be read. */
typedef void plain_taker(void *data, enum plain_as as, const char *text, size_t length);

struct plain;

/* plain_new - for the lines of one log, in their order; given: by somebody, not the host's own. */
struct plain *plain_new(bool given, plain_taker *take, void *data);
void plain_free(struct plain *plain);

/*
 * plain_read - of the lines up to stop, the first one, and those that its record goes on in.
 * Returns the end of the last one: its newline, or stop. LINE_SLACK bytes behind stop can be read.
 */
const char *plain_read(struct plain *plain, const char *line, const char *stop);

/* Of a given log's line that begins as auditd's do, with the body behind the id: is there more to
 * be done than to read it? Does its record go on in the next line; are there further records in the
 * line; has it anything else than a record has? */
bool plain_goes_on(const char *end, const char *stop);
bool plain_has_more(const char *body, const char *end);
bool plain_is_dressed(const char *line, const char *body, const char *end);
