/* SPDX-License-Identifier: GPL-2.0-or-later */
/* permissive - the server's domain, and nothing else, may do what the policy denies, and every such
 * access is logged: also those that the policy hides, if the operator likes, and those that a
 * module of others allows. The rest of the system stays confined. */
#include "steps/confining/confine.h"
#include "steps/confining/limit.h"
#include "steps/exercising/results.h"
#include "steps/node/change.h"
#include "steps/node/node.h"
#include "steps/confining/others.h"
#include "steps/steps.h"
#include "wizard/prompt.h"
#include "wizard/screen.h"

/* Once the exercises of this era are over, nothing of it is needed any more. */
static int plan(struct session *session, json_t *changes, struct error *err)
{
	if (results_covered(session, PHASE_PERMISSIVE))
		return 0;
	return confine_plan_loose(session, changes, err)
		       ?: limit_plan(session, changes, err)
		       ?: others_plan(session, changes, err);
}

static int ask(struct session *session, json_t *changes, struct error *err)
{
	bool show = true;
	int r = limit_ask(session, changes, err);

	if (r == 0 && confine_among(changes, "hidden")) {
		screen_say("Some accesses are denied and not logged (dontaudit), for every program "
			   "of this host. Now and then one of them is why an exercise fails. While "
			   "they are shown, the audit log grows faster.");
		r = prompt_yes_no(session, "permissive.hidden", NULL,
				  "Show them while the exercises run?", true, &show, err);
	}
	if (r == 0 && !show) {
		confine_strike(changes, "hidden");
		r = confine_keep_hidden(session, err);
	}
	return r < 0 ? r : others_ask(session, changes, err);
}

static int apply(struct session *session, const json_t *changes, struct error *err)
{
	/* Without dontaudit rules the policy is nothing to measure the module against. The limit
	 * comes first, so that a domain that is permissive has one, whenever we are stopped. */
	int r = node_keep_base(session, err) ?: limit_start(session, changes, err);

	if (r < 0)
		return r;
	r = confine_commit(session, changes, false, err);
	if (r < 0 && confine_among(changes, "domain"))
		limit_end(session);
	return r;
}

static int end_limit(struct session *session, const json_t *changes, struct error *err)
{
	(void)err;
	if (confine_among(changes, "domain"))
		limit_end(session);
	return 0;
}

static int undo(struct session *session, const json_t *changes, struct error *err)
{
	return confine_commit(session, changes, true, err)
		       ?: node_then(session, end_limit, changes, err);
}

const struct step step_permissive = {
	.name = "permissive",
	.title = "Make the server's domain permissive",
	.why = "Permissive: what the policy denies the server is done all the same, and logged. So "
	       "one pass through the exercises shows every access that would be denied; until the "
	       "end "
	       "nothing confines the server. Everything else on the system stays confined.",
	.flags = STEP_CHANGES_SYSTEM | STEP_ASKS_FIRST,
	.plan = plan,
	.ask = ask,
	.apply = apply,
	.undo = undo,
};
