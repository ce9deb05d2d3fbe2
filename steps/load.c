/* SPDX-License-Identifier: GPL-2.0-or-later */
/* load - install the module, at the priority that an administrator's tools use. Where the server is
 * to be confined next, that is offered in the same change: the policy is built once, not twice. */
#include <errno.h>

#include "steps/case.h"
#include "steps/confining/confine.h"
#include "steps/confining/limit.h"
#include "steps/exercising/results.h"
#include "steps/header.h"
#include "steps/ledger.h"
#include "steps/left.h"
#include "steps/node/change.h"
#include "steps/node/node.h"
#include "steps/oracle/cil.h"
#include "steps/confining/others.h"
#include "steps/steps.h"
#include "wizard/prompt.h"
#include "wizard/screen.h"
#include "wizard/util.h"

/* The text as built, or NULL when no module is needed. A session that is only read has no file
 * of what it would build. */
static int built(struct session *session, char **cil, struct error *err)
{
	_cleanup_free_ char *path = session_path(session, MODULE_CIL), *te = NULL;
	struct module_header header = header_of(session);
	json_t *build = session_recall(session, "build");

	*cil = NULL;
	if (!build)
		return error_set(err, ENOENT, "run the step build first",
				 "no module has been built");
	if (member_number(build, "rules") == 0)
		return 0;
	return session->is_read_only ? case_texts(session, &header, &te, cil, err)
				     : file_read(path, cil, NULL, err);
}

static int plan(struct session *session, json_t *changes, struct error *err)
{
	long long rules = member_number(session_recall(session, "build"), "rules");
	_cleanup_free_ char *cil = NULL, *present = NULL, *to = NULL;
	struct store *store;
	json_t *change, *before;
	bool ours = false, active = false;
	int r = built(session, &cil, err)
			?: others_installed(session, &present, &ours, err)
			?: node_store(session, &store, err)
			?: store_module_active(store, MODULE_NAME, &active, NULL, err);

	if (r < 0)
		return r;
	/* Only what it says of itself may differ. Where none is needed, one that is not ours is
	 * left alone. */
	if (cil ? present && cil_equal(present, cil) : !ours)
		return 0;
	to = cil ? str_printf("%lld %s", COUNTED(rules, "rule", "rules")) : str_copy("removed");
	change = change_add(
		changes, json_object(),
		&(struct change){
			.what = "module " MODULE_NAME,
			.from = !present ? "not installed"
				: ours   ? "as it was loaded before"
					 : "another module of that name",
			.to = to,
			.note = present ? "undo restores it" : "priority 400",
			.command = cil ? "semodule -i " MODULE_PP : "semodule -r " MODULE_NAME,
			.undo = present ? "the module that was there" : "semodule -r " MODULE_NAME,
		});
	/* Written back by undo, so byte for byte. */
	before = present ? json_string(present) : json_null();
	if (!before)
		return error_set(err, EILSEQ, "remove it: semodule -r " MODULE_NAME,
				 "the module " MODULE_NAME " that is there is no text");
	member_set(change, "before", before);
	member_set(change, "disabled", json_boolean(present && !active));
	/* In a runbook each step is a command of its own, and does what its name says. */
	return session_takes(session, step_enforce.name)
		       ? confine_plan_strict(session, changes, err)
		       : 0;
}

static int detect(struct session *session, bool *done, struct error *err)
{
	json_auto_t *changes = json_array();
	int r;

	/* A module that is about to be built anew is not the one to be compared with. */
	r = step_build.detect(session, done, err);
	if (r < 0 || !*done)
		return r;
	r = plan(session, changes, err);
	if (r == 0)
		*done = json_array_size(changes) == 0;
	return r;
}

static void show_missing_lines(const char *text, const char *from, char sign)
{
	_cleanup_(strings_clear) struct strings lines = { 0 }, others = { 0 };

	strings_split(&lines, text, "\n");
	strings_split(&others, from, "\n");
	for (size_t i = 0; i < lines.count; i++) {
		const char *line = lines.items[i];
		bool tab = *line == '\t';

		if (*line != ';' && !strings_has(&others, line))
			screen_detail("%c %s%s", sign, tab ? "    " : "", line + tab);
	}
}

static const char *text_before(const json_t *changes)
{
	return member_or_null(json_array_get(changes, 0), "before");
}

static int ask(struct session *session, json_t *changes, struct error *err)
{
	static const struct choice choices[] = {
		{ "yes", "[y]es", 'y', "the module is installed, and the server confined at once" },
		{ "skip", "[s]kip: later", 's',
		  "the module is installed; the server stays permissive for now" },
		{ "quit", "[q]uit", 'q',
		  "nothing is installed; the run stops, to be gone on with" },
		{ 0 },
	};
	const json_t *build = session_recall(session, "build");
	const char *before = text_before(changes);
	_cleanup_free_ char *cil = NULL;
	int chosen = 0, r = built(session, &cil, err);

	if (r == 0 && before) {
		screen_say("The module of that name that is installed differs in these lines:");
		show_missing_lines(before, cil ?: "", '-');
		show_missing_lines(cil ?: "", before, '+');
	}
	if (r == 0 && confine_among(changes, "domain"))
		r = ledger_ask(session, err);
	if (r)
		return r;
	left_silenced((size_t)member_number(build, "hidden"),
		      (size_t)member_number(build, "hidden_types"));
	if (confine_among(changes, NULL))
		r = prompt_choice(session, "enforce.apply", NULL,
				  "Confine the server again, in the same change?", choices, 0,
				  &chosen, err);
	if (r < 0)
		return r;
	if (chosen == 2)
		return STEP_DECLINED;
	node_run(session)->confine_later = chosen == 1;
	if (chosen == 1)
		confine_strike(changes, NULL);
	return 0;
}

struct loading {
	const char *cil; /* the text to be installed, or NULL: no module of that name */
	const json_t *changes;
	bool back;
};

static int change(struct store *store, const void *data, struct error *err)
{
	const struct loading *loading = data;
	/* One of others may have been disabled, and the name is with it. */
	bool disabled =
		loading->back && member_true(json_array_get(loading->changes, 0), "disabled");
	int r = loading->cil ? store_module_install(store, MODULE_NAME, STORE_PRIORITY,
						    loading->cil, err)
			     : store_module_remove(store, MODULE_NAME, STORE_PRIORITY, err);

	return r ?: store_module_enable(store, MODULE_NAME, !disabled, err)
			 ?: confine_change(store, loading->changes, loading->back, err);
}

static int load(struct session *session, const struct loading *loading, struct error *err)
{
	int r;

	node_say_building(session);
	r = node_change(session, change, loading, err);
	/* On the way back, what permissive takes back comes with it, and is what is told. */
	if (r == 0 && !(loading->back && confine_made_permissive(session)))
		r = confine_note(session, loading->changes, loading->back, err);
	if (r < 0)
		return r;
	if (!loading->back && confine_among(loading->changes, "domain"))
		limit_end(session);
	return 0;
}

static int apply(struct session *session, const json_t *changes, struct error *err)
{
	const char *before = text_before(changes);
	_cleanup_free_ char *cil = NULL;
	int r = built(session, &cil, err);

	if (r < 0)
		return r;
	if (!cil && !before) {
		screen_mark(MARK_OK, "no module is needed");
		return 0;
	}
	r = node_keep_base(session, err);
	/* Before it is there, so that it is known for ours whenever we are stopped. */
	if (r == 0 && cil)
		r = session_remember(session, MODULE_LOADED, json_string(cil), err);
	/* What was verified was verified with another module. */
	if (r == 0 && results_begun(session, PHASE_ENFORCING))
		r = results_new_era(session, PHASE_ENFORCING, err);
	return r < 0 ? r : load(session, &(struct loading){ cil, changes, false }, err);
}

static int undo(struct session *session, const json_t *changes, struct error *err)
{
	struct loading loading = { text_before(changes), changes, true };

	return load(session, &loading, err);
}

const struct step step_load = {
	.name = "load",
	.title = "Load the module",
	.why = "From now on the policy allows what you have accepted, and nothing more.",
	.flags = STEP_CHANGES_SYSTEM | STEP_NO_PLAN_YET | STEP_ASKS_FIRST,
	.detect = detect,
	.plan = plan,
	.ask = ask,
	.apply = apply,
	.undo = undo,
};
