/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * replay.h - every recorded denial, replayed against a policy
 */
#ifndef STEPS_MODULE_REPLAY_H
#define STEPS_MODULE_REPLAY_H

#include <stddef.h>

#include "steps/advice/advice.h"

struct replay {
	size_t replayed;   /* denied permissions, one by one */
	size_t allowed;    /* the policy allows them */
	size_t silenced;   /* denied and not logged */
	size_t left;       /* denied and logged, as was decided or as another fix will settle */
	size_t broken;     /* accepted, and yet not as accepted */
	char failure[768]; /* the first broken one, and why */
};

/* replay_denials - each denial behind findings, against the policy of oracle. */
int replay_denials(struct oracle *oracle, const struct findings *findings,
		   const struct denials *denials, struct replay *replay, struct error *err);

#endif
