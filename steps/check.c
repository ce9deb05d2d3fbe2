/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * check - is there anything on this node that would make the rest worthless?
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "steps/node/node.h"
#include "steps/checking/probes.h"
#include "steps/steps.h"
#include "wizard/screen.h"

void report_add(struct report *report, enum level level, const char *name, const char *remedy,
		const char *format, ...)
{
	static const enum mark marks[] = {
		[LEVEL_OK] = MARK_OK,
		[LEVEL_UNSEEN] = MARK_TODO,
		[LEVEL_WARNING] = MARK_WARN,
		[LEVEL_STOP] = MARK_STOP,
	};
	bool ignored = level > LEVEL_UNSEEN && node_ignored(name);
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (!ignored && level == LEVEL_WARNING)
		report->warnings++;
	if (!ignored && level == LEVEL_STOP)
		report->stops++;
	if (report->silent)
		return;
	if (level <= LEVEL_UNSEEN) {
		screen_mark(marks[level], "%s", text);
		return;
	}
	screen_mark(ignored ? MARK_NONE : marks[level], "%s (%s%s)", text, name,
		    ignored ? ", ignored" : "");
	if (!remedy || ignored)
		return;
	/* A sentence is wrapped; a command stands on one line, to be copied. */
	if (strstr(remedy, ", ") || strstr(remedy, "; ") || strstr(remedy, ": "))
		screen_mark(MARK_NONE, "%s", remedy);
	else
		screen_detail("%s", remedy);
}

bool report_knows_policy(const struct report *report)
{
	return report->silent && session_unchanged(report->session);
}

/* A probe that could not even look is a stop of its own name, with its error's remedy. */
static int look_at_all(struct report *report, struct error *err)
{
	for (const struct probe *probe = probes; probe->name; probe++) {
		struct error failed = { 0 };
		int r = probe->look(report, &failed);

		if (r < 0 && session_interrupted()) {
			*err = failed;
			return r;
		}
		if (r < 0)
			report_add(report, LEVEL_STOP, probe->name, failed.remedy, "%s",
				   failed.what);
	}
	return 0;
}

static int detect(struct session *session, enum step_state *state, struct error *err)
{
	struct report report = { .session = session, .silent = true };
	int r = look_at_all(&report, err);

	if (r == 0)
		*state = report.stops ? STEP_TODO : STEP_SATISFIED;
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
