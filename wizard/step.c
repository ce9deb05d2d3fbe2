/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "wizard/strings.h"
#include "wizard/step.h"
#include "wizard/text.h"
#include "wizard/util.h"

json_t *change_add(json_t *changes, json_t *own, const struct change *shown)
{
	const struct {
		const char *name, *text;
	} members[] = {
		{ "what", shown->what }, { "from", shown->from },       { "to", shown->to },
		{ "note", shown->note }, { "command", shown->command }, { "undo", shown->undo },
	};

	for (size_t i = 0; i < ARRAY_SIZE(members); i++)
		if (members[i].text)
			member_set(own, members[i].name, text_json(members[i].text));
	list_add(changes, own);
	return own;
}

int step_detect(struct session *session, const struct step *step, bool *done, struct error *err)
{
	json_auto_t *changes = json_array();
	int r;

	if (step->detect)
		return step->detect(session, done, err);
	r = step->plan ? step->plan(session, changes, err) : 0;
	if (r == 0)
		*done = step->plan && !json_array_size(changes);
	return r;
}

int workflow_find_step(const struct workflow *workflow, const char *name, struct error *err)
{
	_cleanup_(strings_clear) struct strings names = { 0 };

	for (int i = 0; workflow->steps[i]; i++) {
		if (strcmp(workflow->steps[i]->name, name) == 0)
			return i;
		strings_add(&names, workflow->steps[i]->name);
	}
	return strings_unknown("step", name, &names, err);
}
