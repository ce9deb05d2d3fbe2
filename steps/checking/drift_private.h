/* SPDX-License-Identifier: GPL-2.0-or-later */
/* drift_private.h - what drift.c and drift_labels.c share */
#ifndef STEPS_DRIFT_PRIVATE_H
#define STEPS_DRIFT_PRIVATE_H

#include "wizard/session.h"

int drift_add(json_t *changes, const char *kind, const char *what, const char *why,
	      const char *todo, struct error *err);
int drift_labels(struct session *session, json_t *changes, struct error *err);

#endif
