/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * seam.h - where an audit log can be cut in two, so that reading both parts is reading the log
 *
 * A reader (reader.h) has the last 64 events open. A cut is right where the first reader would open
 * 64 new events behind it before any record of an event that it has open comes: a second reader,
 * which begins there with nothing open, does the same.
 */
#ifndef STEPS_AUDIT_SEAM_H
#define STEPS_AUDIT_SEAM_H

#include <stddef.h>
#include <sys/types.h>

/* seam_in - the first such place in a piece of a log, which begins and ends anywhere: an offset
 * behind a newline. 0: there is none, or it cannot be told from these bytes; or out of memory. */
size_t seam_in(const char *bytes, size_t size);

/* seam_find - such a place in the log near `where`; 0: none was found. */
off_t seam_find(int fd, off_t where);

#endif
