/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * form.h - the forms in which a record begins, and auditd's
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "wizard/piece.h"

enum form {
	FORM_NONE,
	FORM_AUDITD,  /* type=AVC msg=audit( */
	FORM_KERNEL,  /* type=1400 audit( */
	FORM_OLD,     /* audit(1158064002.046:4): avc: */
	FORM_JOURNAL, /* audit[796]: AVC avc: */
	FORM_BARE,    /* avc: denied */
};

/* form_at - of a record that begins with the text. What is behind it may be in the next line. */
enum form form_at(struct piece text);

/* form_find - of the first record in the line, and where it begins. */
enum form form_find(struct piece line, const char **from);

/* form_next - behind this record, where another begins: a paste may have lost the line breaks.
 * NULL: nowhere. *doubt: it may be in a text within the record, which anyone can have written. */
const char *form_next(struct piece record, bool *doubt);

/* The event of the last record without an id of its own: what was before it, and its number. All
 * zero: there was none. */
struct form_ids {
	char before[128];
	unsigned long serial;
	bool told; /* a record that follows the denying ones was there */
};

/* form_write - the text, which begins with a record in this form, as auditd has it, to out; before:
 * what stood before it in its line, as a node's name or a time. A record without an id gets one. */
void form_write(FILE *out, struct form_ids *ids, enum form form, struct piece before,
		const char *text);
