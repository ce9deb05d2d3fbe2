/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * commands.h - an exercise's commands, for the units and programs of this node
 */
#ifndef STEPS_COMMANDS_H
#define STEPS_COMMANDS_H

#include "steps/galera/exercises.h"
#include "wizard/session.h"

/*
 * commands_show - print them, a line each. The unit is the one that the server runs in, where one
 * server runs; else, and below a scratch root, the installed one; else the one that the
 * distribution's packages have.
 */
int commands_show(struct session *session, const struct exercise *exercise, struct error *err);

#endif
