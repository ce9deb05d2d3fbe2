/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * permissive - the server's domain, and nothing else, may do what the policy denies, and every such
 * access is logged. The rest of the system stays as it is.
 */
#include "steps/confine.h"
#include "steps/exercising/exercising.h"
#include "steps/node.h"
#include "steps/steps.h"
#include "wizard/util.h"

/* Once the exercises of this era are over, the domain need not be permissive any more. */
static int detect(struct session *session, enum step_state *state, struct error *err)
{
	bool permissive = false;
	int r = 0;

	if (!exercising_covered(session, PHASE_PERMISSIVE))
		r = node_is_permissive(session, &permissive, err);
	else
		permissive = true;
	if (r == 0)
		*state = permissive ? STEP_SATISFIED : STEP_TODO;
	return r;
}

static int plan(struct session *session, json_t *changes, struct error *err)
{
	_cleanup_free_ char *command = str_printf("semanage permissive -a %s", node_domain());
	_cleanup_free_ char *undo = str_printf("semanage permissive -d %s", node_domain());
	enum step_state state = STEP_TODO;
	json_t *change;
	int r = detect(session, &state, err);

	if (r < 0 || state == STEP_SATISFIED)
		return r;
	if (!command || !undo)
		return error_nomem(err);
	change = json_pack("{s:s+, s:s, s:s, s:s, s:s, s:s}", "what", "domain ", node_domain(),
			   "from", "confined", "to", "permissive", "note", "until step 9",
			   "command", command, "undo", undo);
	return json_array_append_new(changes, change) < 0 ? error_nomem(err) : 0;
}

static int apply(struct session *session, const json_t *changes, struct error *err)
{
	(void)changes;
	return confine_set(session, true, STORE_PRIORITY, err);
}

static int undo(struct session *session, const json_t *changes, struct error *err)
{
	(void)changes;
	return confine_set(session, false, STORE_PRIORITY, err);
}

const struct step step_permissive = {
	.name = "permissive",
	.title = "Make the server's domain permissive",
	.why = "So that one pass through the exercises shows every access that would be denied. "
	       "Only this domain: everything else on the system stays confined.",
	.flags = STEP_CHANGES_SYSTEM,
	.detect = detect,
	.plan = plan,
	.apply = apply,
	.undo = undo,
};
