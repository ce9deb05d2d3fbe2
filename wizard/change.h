/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * change.h - one of the changes that a step plans (step.h)
 */
#ifndef WIZARD_CHANGE_H
#define WIZARD_CHANGE_H

#include <jansson.h>

/* What the runner shows of it, as step.h has it; NULL: left out. */
struct change {
	const char *what, *from, *to, *note, *command, *undo;
};

/* change_add - append to changes one of which this is shown, behind members of the step's own,
 * which are taken over. Returns it, borrowed, for further ones. */
json_t *change_add(json_t *changes, json_t *own, const struct change *shown);

#endif
