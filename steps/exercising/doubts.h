/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * doubts.h - was the server confined while it was exercised?
 *
 * The kernel's word where there is one: its mode, and whether it treats the domain as permissive;
 * in a scratch root the configuration's and the store's. A doubt is a reason why an exercise of the
 * confined phase proves nothing.
 */
#ifndef STEPS_DOUBTS_H
#define STEPS_DOUBTS_H

#include <jansson.h>

#include "wizard/session.h"

enum doubt {
	DOUBT_SYSTEM = 1 << 0,  /* the whole system was permissive */
	DOUBT_DOMAIN = 1 << 1,  /* the server's domain was permissive */
	DOUBT_RECORDS = 1 << 2, /* records of the domain say permissive=1 */
	DOUBT_SHOWN = 1 << 3,   /* the policy's dontaudit rules were not in force */
	DOUBT_UNKNOWN = 1 << 4, /* nobody was asked */
	DOUBT_END = 1 << 5,
};

/* doubt_text - a clause for a person: "the whole system was permissive"; doubt_now_text: "... is
 * permissive". Static. */
const char *doubt_text(enum doubt doubt);
const char *doubt_now_text(enum doubt doubt);

/* doubts_now - enum doubt, ored: as it is at this moment. A kernel that cannot be asked is
 * DOUBT_UNKNOWN. */
int doubts_now(struct session *session, unsigned int *doubts, struct error *err);

/* doubts_json - as stable words, to be kept with a result. doubts_from - back; what is no list is
 * DOUBT_UNKNOWN. */
json_t *doubts_json(unsigned int doubts);
unsigned int doubts_from(const json_t *list);

#endif
