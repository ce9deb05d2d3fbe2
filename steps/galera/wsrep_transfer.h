/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * wsrep_transfer.h - what a log's messages tell of a state transfer, and of failures: a part of
 * wsrep_story.h
 */
#ifndef STEPS_GALERA_WSREP_TRANSFER_H
#define STEPS_GALERA_WSREP_TRANSFER_H

#include "steps/galera/wsrep_messages.h"
#include "steps/galera/wsrep_story.h"

/* wsrep_seqno - the number that ends uuid:seqno, or is all there is; -1: undefined, or none. */
long long wsrep_seqno(struct span position);

/* wsrep_keep - a message, cut to fit, without a password; wsrep_hinder - where none is kept yet. */
void wsrep_keep(char *to, size_t size, struct span message);
void wsrep_hinder(struct wsrep_story *story, char kept[256], struct span message);
/* wsrep_fail - it failed, by this message or what was seen before it. */
void wsrep_fail(struct wsrep_life *life, struct span message);

/* wsrep_transfer_take - heed a message about a transfer: value is what follows its row's text.
 * False: it is about something else. */
bool wsrep_transfer_take(struct wsrep_reader *reader, enum wsrep_event event, struct span value,
			 struct span message);

/* wsrep_transfer_conclude - the joiner has its state. Where no message has named the kind, the
 * positions do. */
void wsrep_transfer_conclude(struct wsrep_life *life);

#endif
