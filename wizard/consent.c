/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "wizard/consent.h"
#include "wizard/engine.h"
#include "wizard/history.h"
#include "wizard/prompt.h"
#include "wizard/screen.h"
#include "wizard/util.h"

static void show_equivalent(const json_t *changes)
{
	const char *first = "";
	size_t index, more = 0;
	json_t *change;

	json_array_foreach(changes, index, change)
	{
		const char *command = member_text(change, "command");

		if (!*command)
			continue;
		if (*first)
			more++;
		else
			first = command;
	}
	if (more)
		screen_detail("as: %s   (d: %zu more)", first, more);
	else if (*first)
		screen_detail("as: %s", first);
}

void consent_show(struct session *session, const json_t *changes, bool undoable)
{
	_cleanup_free_ char *undo = session_command(session, "undo");

	if (json_array_size(changes) == 0)
		return;
	screen_blank();
	screen_changes(changes, false);
	show_equivalent(changes);
	if (undoable)
		screen_detail("back: %s", undo ? undo : "undo");
	else
		screen_say("Undo cannot take this back for you.");
	screen_blank();
}

int consent_ask(struct session *session, const char *step, const json_t *changes, struct error *err)
{
	static const struct choice choices[] = {
		{ "yes", "[y]es", 'y', "all that is listed above is done now" },
		{ "details", "[d]etails", 'd', "each change with its command; then this question" },
		{ "skip", "[s]kip", 's',
		  "nothing of it is done; the run goes on with the next step" },
		{ "quit", "[q]uit", 'q',
		  "nothing of it is done; the run stops, to be gone on with" },
		{ 0 },
	};
	static const int outcomes[] = { 0, 0, STEP_SKIPPED, STEP_DECLINED };
	size_t count = json_array_size(changes);
	_cleanup_free_ char *key = str_printf("%s.apply", step);
	_cleanup_free_ char *text =
		count > 1 ? str_printf("Apply these %zu changes?", count)
			  : strdup(count ? "Apply this change?" : "Apply this step?");
	int chosen;

	if (!key || !text)
		return error_nomem(err);
	for (;;) {
		int r = prompt_choice(session, key, NULL, text, choices, 0, &chosen, err);

		if (r < 0)
			return r;
		if (strcmp(choices[chosen].value, "details") != 0)
			return outcomes[chosen];
		screen_blank();
		screen_changes(changes, true);
		screen_blank();
	}
}
