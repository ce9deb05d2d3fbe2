/* SPDX-License-Identifier: GPL-2.0-or-later */
/* exercise - the operator makes the server do all that it will ever have to do, and the server's
 * own log proves that it did. */
#include "steps/exercising/evidence.h"
#include "steps/exercising/exercising.h"
#include "steps/exercising/marker.h"
#include "steps/exercising/results.h"
#include "steps/node/node.h"
#include "steps/steps.h"
#include "wizard/screen.h"

static int detect(struct session *session, bool *done, struct error *err)
{
	(void)err;
	*done = results_covered(session, PHASE_PERMISSIVE) &&
		!marker_is_left(session, PHASE_PERMISSIVE);
	return 0;
}

static int plan(struct session *session, json_t *changes, struct error *err)
{
	return marker_plan(session, PHASE_PERMISSIVE, changes, err);
}

/* Without a policy to be asked: nothing. */
static void warn_if_confined(struct session *session)
{
	unsigned int doubts = 0;

	if (doubts_now(session, &doubts, NULL) == 0 && !(doubts & (DOUBT_SYSTEM | DOUBT_DOMAIN)))
		screen_mark(MARK_WARN,
			    "%s is confined: a confined server stops at the first denial, so later "
			    "ones stay unseen. The step permissive, done first, shows all of them.",
			    node_domain());
}

static int apply(struct session *session, const json_t *changes, struct error *err)
{
	if (node_player(session))
		screen_say("Rehearsal: the recorded cluster (%s) does what you are asked to do.",
			   player_title(node_player(session)));
	warn_if_confined(session);
	return exercising_run(session, PHASE_PERMISSIVE, changes, err);
}

const struct step step_exercise = {
	.name = "exercise",
	.title = "Exercise the cluster",
	.why = "An SST, an IST and a restart with the notification command: what is not exercised "
	       "is not learned. Each counts when the server's own log proves it.",
	.flags = STEP_CHANGES_SYSTEM,
	.detect = detect,
	.plan = plan,
	.ask = marker_ask,
	.apply = apply,
	.undo = marker_undo,
};
