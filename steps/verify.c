/* SPDX-License-Identifier: GPL-2.0-or-later */
/* verify - the same exercises again, confined. A module can be complete for the permissive run and
 * not for the confined one: a program that is denied something takes another path. So each denial
 * of the confined run is judged against the policy that is loaded now. */
#include <errno.h>
#include <string.h>

#include "steps/exercising/evidence.h"
#include "steps/exercising/exercising.h"
#include "steps/exercising/marker.h"
#include "steps/exercising/results.h"
#include "steps/ledger.h"
#include "steps/left.h"
#include "steps/case.h"
#include "steps/node/node.h"
#include "steps/module/proof.h"
#include "steps/steps.h"
#include "wizard/prompt.h"
#include "wizard/screen.h"
#include "wizard/util.h"

static int detect(struct session *session, bool *done, struct error *err)
{
	struct ledger ledger = { 0 };
	int r = ledger_read(session, &ledger, err);

	if (r == 0)
		*done = ledger_end(&ledger) == LEDGER_VERIFIED &&
			results_covered(session, PHASE_ENFORCING);
	return r;
}

static int plan(struct session *session, json_t *changes, struct error *err)
{
	return marker_plan(session, PHASE_ENFORCING, changes, err);
}

struct verification {
	size_t denials;       /* of the confined run, of the server's domains */
	size_t fresh;         /* findings that nobody has decided about, ... */
	size_t fresh_denials; /* ... and their denials */
	size_t doubtful;      /* of the fresh, those that are no rule which is known to be right */
	size_t unread;        /* lines of its evidence that could not be read */
	struct replay replay;
};

static int judge_confined(struct session *session, const struct denials *denials,
			  struct verification *found, struct error *err)
{
	_cleanup_(findings_clear) struct findings findings = { 0 };
	struct oracle *loaded;
	int r = case_judge(session, denials, &findings, err) ?: node_loaded(session, &loaded, err);

	if (r == 0) {
		case_decide_all(session, &findings);
		r = proof_replay(loaded, &findings, denials, &found->replay, err);
	}
	found->denials = denials_total(denials);
	for (size_t i = 0; r == 0 && i < findings.count; i++) {
		const struct finding *finding = &findings.items[i];

		if (finding_needs_nothing(finding) || finding->decision != DECISION_NONE)
			continue;
		found->fresh_denials += finding->count;
		found->doubtful += !finding_is_rule(finding) || !finding_recommended(finding);
		if (found->fresh++ == 0)
			screen_mark(MARK_WARN, "denied in the confined run, and not decided yet:");
		screen_detail("%-9s %s %s:%s, %zu %s", fix_name(finding->fix), finding->source,
			      finding->rule_target ?: finding->target, finding->tclass,
			      COUNTED(finding->count, "time", "times"));
	}
	return r;
}

static int look(struct session *session, struct verification *found, struct error *err)
{
	_cleanup_(denials_clear) struct denials denials = { 0 };
	json_auto_t *sources = json_array();
	int r = results_evidence(session, PHASE_ENFORCING, false, sources, err)
			?: case_read(session, sources, &denials, err);

	found->unread = denials.unreadable;
	return r < 0 ? r : judge_confined(session, &denials, found, err);
}

/* What follows from all that was seen. */
static int say(struct session *session, struct error *err)
{
	struct ledger ledger = { 0 };
	json_auto_t *told = NULL;
	int r = ledger_json(session, &told, err) ?: ledger_read(session, &ledger, err);

	if (r < 0)
		return r;
	screen_blank();
	ledger_say(told);
	return (int)ledger_end(&ledger);
}

#define LED_BACK "verify led back"

/* Where nobody is asked, and the answer is not for it: a server that somebody has broken into would
 * teach the module what he wants. What is known may be learned so, once. */
static bool needs_a_person(struct session *session, const struct verification *found, bool failed)
{
	const char *value = prompt_settled(session, "verify.back", NULL, NULL);

	if (!value || !strcmp(value, "quit") ||
	    (!strcmp(value, "review") && !found->doubtful && !failed &&
	     !session_recall(session, LED_BACK)))
		return false;
	screen_mark(MARK_TODO, "left to a person at a terminal (verify.back = %s): %s", value,
		    failed            ? "an exercise failed"
		    : found->doubtful ? "what is new is not all known to be right"
		    : *value == 'r'   ? "it has led back once already"
				      : "what is new needs no other exercise");
	return true;
}

/* Back to review with what is new, or to the exercises where one failed: a server that was stopped
 * by the first denial has not shown the others. */
static int go_back(struct session *session, const struct ledger *ledger,
		   const struct verification *found, struct error *err)
{
	static const struct choice choices[] = {
		{ "review", "[b]ack to review what is new", 'b',
		  "the new denials are collected and decided, and the module built anew" },
		{ "exercise", "[e]xercise permissively again", 'e',
		  "the server is made permissive and all exercises are done anew" },
		{ "quit", "[q]uit", 'q', "the run stops; the server stays confined as it is" },
		{ 0 },
	};
	bool failed = ledger_count(ledger, LEDGER_CONFINED, OBSERVED_FAILED) > 0, again;
	int chosen = 0, r;

	/* In a run of some steps alone there is nothing to go back to. */
	if (!session_takes(session, "collect") || needs_a_person(session, found, failed))
		return say(session, err);
	if (failed && !ledger->fresh)
		screen_say("No new denial is in the log, and an exercise failed. It may not be "
			   "SELinux at all; or it is a denial that the policy hides, which is seen "
			   "in the permissive exercises when hidden denials are shown.");
	r = prompt_choice(session, "verify.back", NULL, "What next?", choices,
			  failed || found->doubtful ? -1 : 0, &chosen, err);
	if (r < 0)
		return r;
	if (chosen == 2)
		return say(session, err);
	again = chosen == 1;
	return results_new_era(session, PHASE_ENFORCING, err)
		       ?: session_remember(session, LED_BACK, json_true(), err)
		       ?: (again ? results_new_era(session, PHASE_PERMISSIVE, err) : 0)
		       ?: session_go_back(session, again ? "permissive" : "collect", err)
		       ?: STEP_BACK;
}

/* Nothing that is done now would prove anything: ask for no exercise. */
static int ask(struct session *session, json_t *changes, struct error *err)
{
	unsigned int doubts = 0;
	bool pending = false;
	int r = doubts_now(session, &doubts, err) ?: case_pending(session, &pending, err);

	if (r < 0)
		return r;
	if (!doubts && !pending)
		return marker_ask(session, changes, err);
	screen_say("At this moment an exercise would prove nothing, so none is asked for.");
	return say(session, err);
}

/* What stays denied, and should be known of with every claim. */
static int find_denied(struct session *session, json_t *denied, struct error *err)
{
	json_auto_t *left = json_array();
	int r = left_out(session, left, err);

	list_each(item, left) {
		const char *kind = member_text(item, "kind");

		if (!strcmp(kind, "needed") || !strcmp(kind, "refused"))
			list_add(denied, json_sprintf("%s: %s, and stays denied",
						      member_text(item, "what"), kind));
	}
	return r;
}

static int remember(struct session *session, const struct verification *found, struct error *err)
{
	json_auto_t *denied = json_array();
	int r = find_denied(session, denied, err);

	if (r < 0)
		return r;
	return session_remember(
		session, LEDGER_JUDGED,
		json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:O?, s:O}", "at", (json_int_t)time(NULL),
			  "denials", (json_int_t)found->denials, "unread",
			  (json_int_t)found->unread, "left", (json_int_t)found->replay.left,
			  "fresh", (json_int_t)found->fresh, "era",
			  results_era(session, PHASE_ENFORCING), "module",
			  session_recall(session, MODULE_LOADED), "denied", denied),
		err);
}

static int apply(struct session *session, const json_t *changes, struct error *err)
{
	struct verification found = { 0 };
	struct ledger ledger = { 0 };
	int r = exercising_run(session, PHASE_ENFORCING, changes, err);

	if (r)
		return r;
	r = look(session, &found, err);
	if (r < 0)
		return r;
	screen_say("%zu %s of the confined run, judged against the loaded policy: %zu silenced as "
		   "decided, %zu allowed by now, %zu still denied and logged; %zu of them new.",
		   COUNTED(found.denials, "denial", "denials"), found.replay.silenced,
		   found.replay.allowed, found.replay.left, found.fresh_denials);
	if (found.replay.broken)
		return error_set(err, EPERM, "run the steps build and load again",
				 "the loaded policy does not do what was accepted: %s",
				 found.replay.failure);
	r = remember(session, &found, err) ?: ledger_read(session, &ledger, err);
	if (r < 0)
		return r;
	return ledger_end(&ledger) == LEDGER_DENIALS ? go_back(session, &ledger, &found, err)
						     : say(session, err);
}

const struct step step_verify = {
	.name = "verify",
	.title = "Verify: the exercises again, confined",
	.why = "Enforcing is proved when the server does all of it confined, and nothing new is "
	       "denied.",
	.flags = STEP_CHANGES_SYSTEM | STEP_NO_PLAN_YET,
	.detect = detect,
	.plan = plan,
	.ask = ask,
	.apply = apply,
	.undo = marker_undo,
};
