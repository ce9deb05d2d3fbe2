/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * wanted.h - which exercises are to be done: the three, and those beyond them that are asked for.
 * Those that the configuration speaks for are offered; any is done that --exercise names.
 */
#ifndef STEPS_WANTED_H
#define STEPS_WANTED_H

#include <stdbool.h>

#include "steps/galera/exercises.h"
#include "wizard/session.h"

/* wanted_check - -EINVAL for a name that no exercise has, with the names that there are. */
int wanted_check(const char *name, struct error *err);

/* wanted_by_name - does --exercise name it? */
bool wanted_by_name(const struct exercise *exercise);

/* wanted_in_session - is it one of the three, or was it asked for in this session, whatever
 * --exercise names in this run? */
bool wanted_in_session(struct session *session, const struct exercise *exercise);

/* wanted_in_run - does --exercise name it; or where it names none, is it wanted in the session? */
bool wanted_in_run(struct session *session, const struct exercise *exercise);

/* wanted_take_named - from now on those that --exercise names are wanted in the session, in both
 * phases. */
int wanted_take_named(struct session *session, struct error *err);

/*
 * wanted_ask - where --exercise names none: show what is offered and not asked for yet, and ask
 * which of them are wanted (the question exercise.also). Without a terminal and an answer none is;
 * so in a rehearsal, which has the three alone.
 */
int wanted_ask(struct session *session, struct error *err);

#endif
