/* SPDX-License-Identifier: GPL-2.0-or-later */
/* enforce - take the permissive status away, so that the server is confined again. Where the whole
 * system is permissive, that alone confines nothing: it is said, and offered. */
#include <errno.h>

#include "steps/confining/confine.h"
#include "steps/confining/limit.h"
#include "steps/confining/others.h"
#include "steps/ledger.h"
#include "steps/case.h"
#include "steps/node/node.h"
#include "steps/steps.h"
#include "wizard/prompt.h"
#include "wizard/screen.h"
#include "wizard/util.h"

static void plan_system(json_t *changes, const char *kind, const char *what, const char *command,
			const char *undo)
{
	json_t *change = change_add(changes, json_object(),
				    &(struct change){ .what = what,
						      .from = "permissive",
						      .to = "enforcing",
						      .command = command,
						      .undo = undo });

	member_set(change, kind, json_true());
}

/* What would have to change: the domain, the running system, its configuration. */
static int plan(struct session *session, json_t *changes, struct error *err)
{
	enum selinux_mode now = SELINUX_MODE_DISABLED, boot = SELINUX_MODE_DISABLED;
	bool permissive = false;
	int r = node_is_permissive(session, &permissive, err)
			?: confine_plan_strict(session, changes, err)
			?: host_selinux_mode(session->root, &now, err)
			?: host_selinux_config(session->root, &boot, NULL, err);

	if (r < 0)
		return r;
	if (permissive && !confine_among(changes, "domain"))
		return error_set(
			err, EPERM,
			"see which module says (typepermissive ...): semanage permissive -l",
			"%s is permissive, and not by the module permissive_%s", node_domain(),
			node_domain());
	if (node_run(session)->confine_now)
		return others_plan_back(session, changes, err);
	if (node_run(session)->system_later)
		return 0;
	if (now == SELINUX_MODE_PERMISSIVE && !session_is_scratch(session))
		plan_system(changes, "system", "whole system, now", "setenforce 1", "setenforce 0");
	if (boot == SELINUX_MODE_PERMISSIVE)
		plan_system(changes, "config", "whole system, at boot",
			    "SELINUX=enforcing in /etc/selinux/config", "SELINUX=permissive there");
	return 0;
}

/* Is anything but the server to be confined? */
static bool has_system(const json_t *changes)
{
	list_each(change, changes)
		if (!confine_is(change, NULL))
			return true;
	return false;
}

static void strike_system(json_t *changes)
{
	for (size_t i = json_array_size(changes); i-- > 0;)
		if (!confine_is(json_array_get(changes, i), NULL))
			json_array_remove(changes, i);
}

static int ask_system(struct session *session, json_t *changes, struct error *err)
{
	bool yes;
	int r;

	screen_mark(MARK_WARN, "The whole system is permissive: nothing on it is confined, the "
			       "server neither. Enforcing concerns every program on this host.");
	r = prompt_yes_no(session, "enforce.system", NULL, "Make the whole system enforcing?",
			  false, &yes, err);
	if (r < 0 || yes)
		return r;
	strike_system(changes);
	screen_say("Left permissive. When you are ready: setenforce 1, and SELINUX=enforcing in "
		   "/etc/selinux/config.");
	node_run(session)->system_later = true;
	return json_array_size(changes) ? 0 : STEP_SKIPPED;
}

static int ask(struct session *session, json_t *changes, struct error *err)
{
	bool later = node_run(session)->confine_later, pending = false;
	int r = case_pending(session, &pending, err);

	if (r < 0 || node_run(session)->confine_now)
		return r;
	if (pending && !later) {
		screen_mark(MARK_STOP,
			    "The module that was built is not loaded: the server would be "
			    "denied what it needs. First: run load");
		return STEP_INCOMPLETE;
	}
	if (later && confine_among(changes, NULL))
		return STEP_SKIPPED;
	if (confine_among(changes, "domain"))
		r = ledger_ask(session, err);
	if (r != 0)
		return r;
	return has_system(changes) ? ask_system(session, changes, err) : 0;
}

static int change_mode(struct session *session, const json_t *changes, bool enforcing,
		       struct error *err)
{
	int r = 0;

	list_each(change, changes) {
		if (r == 0 && json_object_get(change, "system") && !session_is_scratch(session))
			r = host_selinux_set_mode(enforcing, err);
		if (r == 0 && json_object_get(change, "config"))
			r = host_selinux_set_config(
				session->root,
				enforcing ? SELINUX_MODE_ENFORCING : SELINUX_MODE_PERMISSIVE, err);
	}
	return r;
}

static int apply(struct session *session, const json_t *changes, struct error *err)
{
	int r = confine_commit(session, changes, false, err);

	if (r == 0 && confine_among(changes, "domain"))
		limit_end(session);
	return r < 0 ? r : change_mode(session, changes, true, err);
}

/* What was made permissive by us was confined before, and stays so: on the way back nothing is
 * opened that whoever stops there would leave open. The rest is permissive's own undo. */
static int undo(struct session *session, const json_t *changes, struct error *err)
{
	int r = change_mode(session, changes, false, err);

	return r < 0 || confine_made_permissive(session)
		       ? r
		       : confine_commit(session, changes, true, err);
}

const struct step step_enforce = {
	.name = "enforce",
	.title = "Confine the server again",
	.why = "The permissive status goes; what the module does not allow is denied from now on.",
	.flags = STEP_CHANGES_SYSTEM | STEP_NO_PLAN_YET | STEP_ASKS_FIRST,
	.plan = plan,
	.ask = ask,
	.apply = apply,
	.undo = undo,
};
