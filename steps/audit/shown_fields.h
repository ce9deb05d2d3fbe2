/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * shown_fields.h - the fields of interpreted records, quoted or in hex again
 *
 * Each appends to what is shown; body is what follows the id, without spaces at its end.
 */
#ifndef STEPS_AUDIT_SHOWN_FIELDS_H
#define STEPS_AUDIT_SHOWN_FIELDS_H

#include <stddef.h>

#include "steps/audit/shown.h"

enum shown_fields_end {
	SHOWN_FIELDS_WHOLE,
	SHOWN_FIELDS_UNSURE, /* cannot be read in one way only */
	SHOWN_FIELDS_TORN,   /* nor does it have what ends such a record */
};

enum shown_fields_end shown_fields_avc(struct shown *shown, const char *body, size_t length);
enum shown_fields_end shown_fields_user_avc(struct shown *shown, const char *body, size_t length);
enum shown_fields_end shown_fields_path(struct shown *shown, const char *body, size_t length);

/* shown_fields_named - only the field of this name (" exe="), up to one of those behind it. */
enum shown_fields_end shown_fields_named(struct shown *shown, const char *name, const char *behind,
					 const char *or_behind, const char *body, size_t length);

/* shown_put - append bytes; there is room for a line of LINE_MAX_BYTES with all in it as hex. */
void shown_put(struct shown *shown, const char *bytes, size_t length);

#endif
