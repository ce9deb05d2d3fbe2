/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * canonical.h - an event's text without what makes no difference to its denials
 *
 * Two events with equal canonical text have equal denials but for time, id, pid and the object's
 * inode. Inodes are numbered in the order of their appearance, as a PATH record belongs to a denial
 * by the inode that both name.
 */
#ifndef STEPS_AUDIT_CANONICAL_H
#define STEPS_AUDIT_CANONICAL_H

#include <stddef.h>
#include <stdint.h>

#include "steps/audit/record.h"

/* A longer text is not kept, nor compared. */
#define CANONICAL_MAX 4096

/* canonical_text - of an event's records (as struct event has them) into *out, which has room for
 * size bytes. *record as of record_parse(). Returns the length; 0: it does not fit. */
size_t canonical_text(const char *text, size_t length, struct record *record, char *out,
		      size_t size);

/* canonical_hash - of such a text. */
uint64_t canonical_hash(const char *text, size_t length);

#endif
