/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * review - for each denial the right fix, with its evidence; the operator decides.
 */
#include <errno.h>
#include <string.h>

#include "steps/module.h"
#include "steps/node.h"
#include "steps/steps.h"
#include "wizard/prompt.h"
#include "wizard/screen.h"
#include "wizard/util.h"

/* Does the fix go into the module, so that there is something to accept? */
static bool is_rule(const struct finding *finding)
{
	return finding->fix == FIX_ALLOW || finding->fix == FIX_DONTAUDIT;
}

static bool is_open(const struct finding *finding)
{
	return !finding_needs_nothing(finding) && finding->decision == DECISION_NONE;
}

static int detect(struct session *session, enum step_state *state, struct error *err)
{
	const struct findings *findings;
	int r;

	*state = STEP_TODO;
	if (!session_recall(session, "collect"))
		return 0;
	r = module_findings(session, &findings, NULL, err);
	if (r < 0)
		return r;
	*state = STEP_SATISFIED;
	for (size_t i = 0; i < findings->count; i++)
		if (is_open(&findings->items[i]))
			*state = STEP_TODO;
	return 0;
}

static int show(const struct finding *finding, size_t number, struct error *err)
{
	_cleanup_free_ char *permissions = finding_permissions(finding);
	_cleanup_free_ char *times = finding->count == 1 ? strdup("once")
							 : str_printf("%zu times", finding->count);

	if (!permissions || !times)
		return error_nomem(err);
	screen_blank();
	screen_say("#%zu  %s  %s %s:%s { %s }  severity %d", number, fix_name(finding->fix),
		   finding->source, finding->rule_target ? finding->rule_target : finding->target,
		   finding->tclass, permissions, finding->severity);
	screen_say("%s Seen %s.", finding->why, times);
	/* A command is to be copied; a list of names is only read. */
	if (str_starts(finding->detail, "seen: "))
		screen_say("%s", finding->detail);
	else if (*finding->detail)
		screen_detail("%s", finding->detail);
	return 0;
}

static void show_evidence(const struct finding *finding, const struct denials *denials)
{
	enum { SHOWN = 12 };
	size_t left = finding->count;

	for (size_t i = 0; i < finding->evidence_count && i < SHOWN; i++) {
		const struct denial *denial = &denials->items[finding->evidence[i]];

		screen_detail("event %lld.%03u:%lu  %s  pid %d %s%s%s  %s:%s%s%s",
			      (long long)denial->seconds, denial->millis, denial->serial,
			      denial->origin, (int)denial->pid, denial->comm ? denial->comm : "?",
			      denial->exe ? " " : "", denial->exe ? denial->exe : "", denial->target,
			      denial->tclass, denial->path ? "  " : "",
			      denial->path ? denial->path : "");
		left--;
	}
	if (left)
		screen_detail("... and %zu more", left);
}

static int show_module(struct session *session, struct error *err)
{
	_cleanup_free_ char *te = NULL;
	_cleanup_free_ char *cil = NULL;
	char *line, *rest;
	int r = module_texts(session, &te, &cil, err);

	if (r < 0)
		return r;
	if (!te)
		screen_say("No rule has been accepted yet.");
	for (rest = te; (line = strsep(&rest, "\n")) && (rest || *line);)
		screen_detail("%s", line);
	return 0;
}

/*
 * Ask about one finding until it is decided. *all: the operator accepts the rest. Returns 0,
 * STEP_PAUSED or a negative errno.
 */
static int decide(struct session *session, const struct finding *finding,
		  const struct denials *denials, bool *all, struct error *err)
{
	static const struct choice rule[] = { { "accept", "[a]ccept", 'a' },
					      { "reject", "[r]eject", 'r' },
					      { "details", "[d]etails", 'd' },
					      { "module", "[v]iew module", 'v' },
					      { "all", "accept a[l]l that are left", 'l' },
					      { "quit", "[q]uit", 'q' },
					      { 0 } };
	static const struct choice note[] = { { "accept", "[n]oted", 'n' },
					      { "details", "[d]etails", 'd' },
					      { "quit", "[q]uit", 'q' },
					      { 0 } };
	const struct choice *choices = is_rule(finding) ? rule : note;
	_cleanup_free_ char *subject = finding_key(finding);
	int r = 0;

	if (!subject)
		return error_nomem(err);
	while (!*all) {
		const char *value;
		int chosen;

		r = prompt_choice(session, is_rule(finding) ? "review.rule" : "review.note", subject,
				  is_rule(finding) ? "Into the module?" : "Not for the module; noted?",
				  choices, 0, &chosen, err);
		if (r < 0)
			return r;
		value = choices[chosen].value;
		if (!strcmp(value, "quit"))
			return STEP_PAUSED;
		if (!strcmp(value, "reject"))
			return module_decide(session, finding, DECISION_REJECT, err);
		if (!strcmp(value, "details"))
			show_evidence(finding, denials);
		else if (!strcmp(value, "module"))
			r = show_module(session, err);
		else if (!strcmp(value, "all"))
			*all = true;
		else
			break;
		if (r < 0)
			return r;
	}
	return module_decide(session, finding, DECISION_ACCEPT, err);
}

static size_t count_fix(const struct findings *findings, enum fix fix)
{
	size_t count = 0;

	for (size_t i = 0; i < findings->count; i++)
		if (findings->items[i].fix == fix)
			count++;
	return count;
}

static void show_overview(const struct findings *findings)
{
	size_t open = 0, allowed = count_fix(findings, FIX_ALLOWED);

	for (size_t i = 0; i < findings->count; i++)
		open += is_open(&findings->items[i]);
	screen_say("%zu denials come down to %zu findings, %zu of them to decide.",
		   findings->denials, findings->count, open);
	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *finding = &findings->items[i];

		if (finding->fix == FIX_ALLOWED)
			screen_say("allowed now: %s %s:%s, %zu times. %s", finding->source,
				      finding->target, finding->tclass, finding->count, finding->why);
	}
	if (allowed)
		screen_mark(MARK_OK, "%zu findings need nothing: the policy allows them now", allowed);
	if (findings->unknown_names)
		screen_mark(MARK_WARN,
			    "%zu denials name something that this policy does not define: left out",
			    findings->unknown_names);
}

static int ask(struct session *session, json_t *changes, struct error *err)
{
	const struct findings *findings;
	const struct denials *denials;
	bool all = false;
	int r = module_findings(session, &findings, &denials, err);

	(void)changes;
	if (r < 0)
		return r;
	show_overview(findings);
	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *finding = &findings->items[i];

		if (!is_open(finding))
			continue;
		r = show(finding, i + 1, err);
		if (r == 0)
			r = decide(session, finding, denials, &all, err);
		if (r)
			return r;
	}
	return 0;
}

const struct step step_review = {
	.name = "review",
	.title = "Review the denials",
	.why = "For each denied access the right fix; an allow rule comes last. Nothing enters the "
	       "module that you have not accepted.",
	.detect = detect,
	.ask = ask,
};
