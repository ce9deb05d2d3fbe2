/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "steps/exercising/offers.h"
#include "steps/exercising/results.h"
#include "steps/node/node.h"
#include "wizard/names.h"
#include "wizard/prompt.h"
#include "wizard/screen.h"
#include "wizard/terminal.h"
#include "wizard/util.h"

#define KEY  "exercise.also"
#define NONE "none"

int offers_check_name(const char *name, struct error *err)
{
	_cleanup_free_ const char **names = NULL;
	const char **one;
	size_t count = 0;

	for (const struct exercise *e = galera_exercises;; e++) {
		one = array_push(&names, &count, sizeof(*names));
		*one = e->name;
		if (!e->name)
			break;
	}
	return exercise_find(name) ? 0 : names_unknown("exercise", name, names, err);
}

int offers_unknown(const char *what, const char *name, struct error *err)
{
	_cleanup_free_ char *names = strdup("there are: ");
	size_t begin = strlen("there are: ");

	for (const struct exercise *e = galera_exercises; names && e->name; e++) {
		char *longer = str_printf("%s%s%s", names, names[begin] ? ", " : "", e->name);

		free(names);
		names = longer;
	}
	return error_set(err, EINVAL, names ? names : "see the man page", "%s%s: no such exercise",
			 what, name);
}

/* show - what the configuration speaks for and nobody has asked for. How many. */
static size_t show(struct session *session, const struct galera_config *config)
{
	size_t count = 0;

	for (const struct exercise *e = galera_exercises; e->name; e++) {
		const char *why = exercise_offered(e, config);

		if (!why || results_wanted(session, e))
			continue;
		if (!count++) {
			screen_blank();
			screen_say("Beyond the three, this node's configuration speaks for:");
		}
		screen_detail("%-15s %s", e->name, e->what);
		screen_detail("%-15s because: %s", "", why);
	}
	return count;
}

static int take_names(struct session *session, char *names, struct error *err)
{
	const char *name;
	int r = 0;

	for (char *rest = names; r == 0 && (name = strsep(&rest, ", "));) {
		if (!*name || !strcmp(name, NONE))
			continue;
		r = exercise_find(name) ? results_ask_for(session, name, err)
					: offers_unknown(KEY " = ", name, err);
	}
	return r;
}

int offers_take_named(struct session *session, struct error *err)
{
	int r = 0;

	for (char **name = node_options.exercises; r == 0 && name && *name; name++)
		if (exercise_find(*name)->optional)
			r = results_ask_for(session, *name, err);
	return r;
}

int offers_ask(struct session *session, const struct galera_config *config, struct error *err)
{
	_cleanup_free_ char *names = NULL;
	bool answered = prompt_is_answered(session, KEY, NULL);
	int r;

	if (node_options.exercises || node_player(session) || session_recall(session, KEY) ||
	    (!show(session, config) && !answered))
		return 0;
	if (!answered && !terminal_present()) {
		screen_say("They are done where --exercise NAME, or the answer " KEY
			   ", names them.");
		return 0;
	}
	r = prompt_text(session, KEY, NULL, "Which of them, too? (names, or none)", NONE, &names,
			err);
	if (r == 0)
		r = take_names(session, names, err);
	/* Asked once in a session. */
	return r < 0 ? r : session_remember(session, KEY, json_true(), err);
}
