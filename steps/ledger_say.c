/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ledger_say - the ledger on the screen, and the question that it asks */

#include "steps/ledger.h"
#include "steps/node/node.h"
#include "wizard/prompt.h"
#include "wizard/screen.h"
#include "wizard/terminal.h"
#include "wizard/util.h"

#define KEY     "collect.incomplete"
#define GOES_ON "incomplete" /* memory: the gaps with which the operator went on */

bool ledger_is_reached(const json_t *object)
{
	return member_is(object, "end", "verified") || member_is(object, "end", "rehearsed");
}

/* What is missing, each with the command that supplies it. */
static void say_gaps(const json_t *gaps, const char *end)
{
	list_each(gap, gaps) {
		screen_mark(MARK_TODO, "%s%s", member_text(gap, "what"), end);
		screen_detail("    %s", member_text(gap, "do"));
	}
}

void ledger_say(const json_t *object)
{
	screen_mark(ledger_is_reached(object) ? MARK_OK : MARK_STOP, "%s",
		    member_text(object, "claim"));
	say_gaps(json_object_get(object, "missing"), ":");
	list_each(item, json_object_get(object, "limits"))
		screen_mark(MARK_WARN, "%s", item_text(item));
}

void ledger_print(const json_t *object)
{
	screen_result("  %s", member_text(object, "end"));
	list_each(item, json_object_get(object, "missing")) {
		screen_result("  %s:", member_text(item, "what"));
		screen_result("      %s", member_text(item, "do"));
	}
	list_each(item, json_object_get(object, "limits"))
		screen_result("  %s", item_text(item));
}

/* Has the operator gone on in spite of just these gaps? */
static bool is_known(struct session *session, const json_t *gaps)
{
	const json_t *known = session_recall(session, GOES_ON);

	list_each(gap, gaps)
		if (!json_object_get(known, member_text(gap, "what")))
			return false;
	return true;
}

static int go_on_without(struct session *session, const json_t *gaps, struct error *err)
{
	json_t *known = json_object();

	list_each(gap, gaps)
		member_set(known, member_text(gap, "what"), json_true());
	return session_remember(session, GOES_ON, known, err);
}

static int ask(struct session *session, bool *go_on, struct error *err)
{
	static const struct choice choices[] = {
		{ "quit", "[q]uit", 'q', "the exercise can be done, and the run gone on with" },
		{ "go-on", "[c]ontinue without", 'c',
		  "what it needs stays unknown, and every later result says so" },
		{ 0 },
	};
	int chosen = 0, r = 0;

	if (terminal_present() || prompt_is_answered(session, KEY, NULL))
		r = prompt_choice(session, KEY, NULL,
				  "Stop here, or go on without having seen what they need?",
				  choices, 0, &chosen, err);
	else
		screen_say("Without an answer to " KEY " (quit, go-on) it stops here.");
	*go_on = chosen == 1;
	return r;
}

int ledger_ask(struct session *session, struct error *err)
{
	json_auto_t *gaps = json_array();
	_cleanup_free_ char *program = node_command(session, "");
	struct ledger ledger;
	bool go_on = false;
	int r = ledger_read(session, &ledger, err);

	if (r < 0)
		return r;
	ledger_unlearned(&ledger, program, gaps);
	if (is_known(session, gaps))
		return 0;
	screen_mark(MARK_STOP,
		    "What was not exercised was not learned; the module would be without "
		    "what it needs:");
	say_gaps(gaps, "");
	r = ask(session, &go_on, err);
	if (r < 0)
		return r;
	return go_on ? go_on_without(session, gaps, err) : STEP_INCOMPLETE;
}
