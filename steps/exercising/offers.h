/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * offers.h - the exercises beyond the three: those that the configuration speaks for are offered,
 * any is done that is asked for
 */
#ifndef STEPS_OFFERS_H
#define STEPS_OFFERS_H

#include "steps/galera/config.h"
#include "wizard/session.h"

/* offers_take_named - remember those that --exercise names. */
int offers_take_named(struct session *session, struct error *err);

/*
 * offers_ask - where --exercise names none: show what is offered and
 * not asked for yet, and ask which of them (the question exercise.also). Without a terminal and an
 * answer none is asked for; so in a rehearsal, which has the three alone.
 */
int offers_ask(struct session *session, const struct galera_config *config, struct error *err);

/* offers_check_name - -EINVAL for a name that no exercise has, with the one that it may mean. */
int offers_check_name(const char *name, struct error *err);

/* offers_unknown - -EINVAL for a name that no exercise has; what tells where it was said. */
int offers_unknown(const char *what, const char *name, struct error *err);

#endif
