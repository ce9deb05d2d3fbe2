/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is beside the log of a server that did what its log says. */
#pragma once

#include <stdio.h>

#include "steps/galera/exercises.h"

#define UUID "11111111-1111-1111-1111-111111111111"

static inline struct witness borne_out(const struct wsrep_story *story)
{
	struct witness witness = { .pid = story->pid, .restarted = true, .notify_runs = -1 };

	snprintf(witness.group, sizeof(witness.group), "%s", *story->group ? story->group : UUID);
	return witness;
}

static inline enum proof judge_borne_out(const struct exercise *exercise,
					 const struct wsrep_story *story, char **why)
{
	struct witness witness = borne_out(story);

	return exercise_judge(exercise, story, &witness, why);
}
