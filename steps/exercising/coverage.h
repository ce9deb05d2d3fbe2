/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * coverage.h - exercise x role x node: what is covered, what is missing, and where it is to be had
 */
#ifndef STEPS_COVERAGE_H
#define STEPS_COVERAGE_H

#include "wizard/session.h"

/* coverage_show - a table of the results of this era: exercise, this node's and the donor's part,
 * denials; and on which node a donor's side is to be collected. */
void coverage_show(struct session *session, const char *phase);

#endif
