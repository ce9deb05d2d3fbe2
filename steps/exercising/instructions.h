/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * instructions.h - what the operator types in an exercise, for this node's unit and programs
 */
#pragma once

#include "steps/galera/exercises.h"
#include "wizard/session.h"
#include "wizard/strings.h"

/* instructions_read - append its commands, a line each. The unit is the one that the server runs
 * in, where one server runs; else, and below a scratch root, the installed one; else the one that
 * the distribution's packages have. */
int instructions_read(struct session *session, const struct exercise *exercise,
		      struct strings *lines, struct error *err);
