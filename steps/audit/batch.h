/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * batch.h - events that are counted, to be read later
 *
 * A log may be divided among threads, but the kinds of its denials depend on their order, and
 * libauparse is used by one thread. So what another thread finds is kept: of the events with equal
 * canonical text the first one, as it stands.
 */
#ifndef STEPS_AUDIT_BATCH_H
#define STEPS_AUDIT_BATCH_H

#include <stdbool.h>

#include "steps/audit/denial.h"
#include "steps/audit/event.h"
#include "steps/audit/kinds.h"
#include "wizard/error.h"

struct batch;

/* batch_new - NULL: out of memory. */
struct batch *batch_new(void);

/* batch_free - a clean-up helper: for a variable of type struct batch *. */
void batch_free(struct batch **batch);

/* batch_add - may be called however full it is. Error: -ENOMEM. */
int batch_add(struct batch *batch, const struct event *event, struct error *err);

/* batch_is_full - it has some megabytes: count what is in it before more is added. */
bool batch_is_full(const struct batch *batch);

/* batch_count - add its events to kinds as if each had been added there in its turn, and empty it.
 * *counts as of kinds_add(). Error: -ENOMEM. */
int batch_count(struct batch *batch, struct kinds *kinds, struct denials *counts,
		struct error *err);

#endif
