/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * avc.h - the fields of a kernel's AVC record -> a denial (libauparse)
 */
#ifndef STEPS_AUDIT_AVC_H
#define STEPS_AUDIT_AVC_H

#include <auparse.h>
#include <stdbool.h>

#include "steps/audit/denial.h"

/*
 * avc_read - the record at hand into *denial (empty before) but for whose event it is. *inode: the
 * object's, if the record names it. False: it denies nothing, or a field that is needed is missing.
 */
bool avc_read(auparse_state_t *parser, struct denial *denial, unsigned long *inode,
	      bool *no_memory);

/* avc_decoded - the field at hand, hex names decoded; NULL: it has no value, or it was cut off. */
const char *avc_decoded(auparse_state_t *parser);
unsigned long avc_number(auparse_state_t *parser, int base);

/* avc_keep - remember a field's first value (NULL: none): a record that names it twice was torn or
 * tampered with. */
void avc_keep(bool *no_memory, char **to, const char *value);

#endif
