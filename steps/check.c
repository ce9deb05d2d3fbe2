/* SPDX-License-Identifier: GPL-2.0-or-later */
/* check - is there anything on this node that would make the rest worthless? */
#include "steps/checking/probes.h"
#include "steps/steps.h"
#include "wizard/process.h"
#include "wizard/screen.h"

/* A probe that could not even look is a stop of its own name, with its error's remedy. */
static int look_at_all(struct report *report, struct error *err)
{
	/* A silent look at a policy that has not changed since all was well. */
	bool known = report->silent && report->session->unchanged;

	for (const struct probe *probe = probes; probe->name; probe++) {
		struct error failed = { 0 };
		int r = known && probe->of_policy ? 0 : probe->look(report, &failed);

		if (r < 0 && process_interrupted()) {
			*err = failed;
			return r;
		}
		if (r < 0)
			report_add(report, LEVEL_STOP, probe->name, failed.remedy, "%s",
				   failed.what);
	}
	return 0;
}

static int detect(struct session *session, bool *done, struct error *err)
{
	struct report report = { .session = session, .silent = true };
	int r = look_at_all(&report, err);

	if (r == 0)
		*done = !report.stops;
	return r;
}

static int apply(struct session *session, const json_t *changes, struct error *err)
{
	struct report report = { .session = session };
	int r = look_at_all(&report, err);

	(void)changes;
	if (r < 0)
		return r;
	if (!report.stops)
		return 0;
	screen_blank();
	screen_say("To be settled first: %zu, marked x above. Nothing has been changed. --ignore "
		   "NAME goes on in spite of one.",
		   report.stops);
	return STEP_BLOCKED;
}

const struct step step_check = {
	.name = "check",
	.title = "Check this node",
	.why = "Is there anything that would make the rest worthless?",
	.flags = STEP_EVERY_RUN,
	.detect = detect,
	.apply = apply,
};
