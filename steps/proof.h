/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * proof.h - every recorded denial, replayed against a policy
 */
#ifndef STEPS_PROOF_H
#define STEPS_PROOF_H

#include <stddef.h>

#include "steps/policy/advice.h"

struct proof {
	size_t replayed; /* denied permissions, one by one */
	size_t allowed;  /* the policy allows them */
	size_t silenced; /* denied and not logged */
	size_t left;     /* denied and logged, as was decided or as another fix will settle */
	size_t broken;   /* accepted, and yet not as accepted */
	char failure[512]; /* the first broken one, and why */
};

/* proof_replay - each denial behind findings, against the policy of oracle. */
int proof_replay(struct oracle *oracle, const struct findings *findings,
		 const struct denials *denials, struct proof *proof, struct error *err);

#endif
