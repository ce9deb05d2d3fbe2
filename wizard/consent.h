/* SPDX-License-Identifier: GPL-2.0-or-later */
/* consent.h - what will change, and the question before it does; asked by the runner */
#ifndef WIZARD_CONSENT_H
#define WIZARD_CONSENT_H

#include "wizard/session.h"

/* consent_show - the changes as a table, the documented command, and how to take them back. No
 * changes: nothing. */
void consent_show(struct session *session, const json_t *changes, bool undoable);

/* consent_ask - the question "STEP.apply", which the workflow declares. Returns 0, STEP_SKIPPED,
 * STEP_DECLINED, or a negative errno as prompt_choice() does. */
int consent_ask(struct session *session, const char *step, const json_t *changes,
		struct error *err);

#endif
