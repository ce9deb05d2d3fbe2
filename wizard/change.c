/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wizard/change.h"
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
