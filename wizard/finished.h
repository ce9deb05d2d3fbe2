/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * finished.h - has anything changed since a run came to the workflow's end?
 *
 * Then the journal's last record is the memory of the system's fingerprint at that time, and the
 * fingerprint is the same now. So `status` can tell without looking at the whole system again.
 */
#ifndef WIZARD_FINISHED_H
#define WIZARD_FINISHED_H

#include "wizard/session.h"

/* finished_remember - every step is satisfied: the workflow's settle, and the fingerprint. */
int finished_remember(struct session *session, struct error *err);

/* finished_look - find out whether nothing has changed since: session_unchanged() from now on. */
int finished_look(struct session *session, struct error *err);

#endif
