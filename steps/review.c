/* SPDX-License-Identifier: GPL-2.0-or-later */
/* review - for each denial the right fix, with its evidence; the operator decides. */
#include <string.h>

#include "steps/header.h"
#include "steps/left.h"
#include "steps/case.h"
#include "steps/node/node.h"
#include "steps/steps.h"
#include "steps/told.h"
#include "steps/subjects.h"
#include "wizard/prompt.h"
#include "wizard/screen.h"
#include "wizard/util.h"

static bool is_open(struct session *session, const struct finding *finding)
{
	bool anew = node_options.decide_again && !node_run(session)->decided_again;

	return !finding_needs_nothing(finding) && (finding->decision == DECISION_NONE || anew);
}

static int detect(struct session *session, bool *done, struct error *err)
{
	const struct findings *findings;
	int r;

	/* Where another node's result was applied, that may be all there is. */
	*done = session_recall(session, NODE_RESULT) != NULL;
	if (!session_recall(session, "collect"))
		return 0;
	r = case_findings(session, &findings, NULL, err);
	if (r < 0)
		return r;
	*done = true;
	for (size_t i = 0; i < findings->count; i++)
		if (is_open(session, &findings->items[i]))
			*done = false;
	/* Not done while an answer stands against what was decided: ask() says so. */
	if (subjects_rejects(session, findings, NULL) < 0)
		*done = false;
	return 0;
}

static void show_booleans(const struct finding *finding)
{
	for (size_t i = 0; i < finding->boolean_count; i++) {
		const struct finding_boolean *boolean = &finding->booleans[i];

		if (finding->fix != FIX_BOOLEAN)
			screen_say("The boolean %s %s would allow it, and %zu %s besides.",
				   boolean->name, boolean->state ? "on" : "off",
				   COUNTED(boolean->further, "access", "accesses"));
	}
}

/* The choices that are decisions, and what is said of them later. */
static const struct {
	const char *value;
	enum decision decision;
	const char *said;
} decisions[] = {
	{ "accept", DECISION_ACCEPT, "accepted" },
	{ "companions", DECISION_ACCEPT, "accepted with the unobserved" },
	{ "all", DECISION_ACCEPT, "accepted" },
	{ "reject", DECISION_REJECT, "rejected" },
	{ "allow", DECISION_ALLOW, "to be allowed instead" },
	{ "dontaudit", DECISION_DONTAUDIT, "to be silenced instead" },
};

/* A decision that one of the choices is; DECISION_NONE: it is none. */
static enum decision decision_named(const char *value)
{
	for (size_t i = 0; i < ARRAY_SIZE(decisions); i++)
		if (!strcmp(decisions[i].value, value))
			return decisions[i].decision;
	return DECISION_NONE;
}

/* Which of the decisions was made on a finding; -1: none. */
static int decision_index(const struct finding *finding)
{
	int count = ARRAY_SIZE(decisions), i = 0;

	while (i < count && (decisions[i].decision != finding->decision ||
			     finding->with_companions != !strcmp(decisions[i].value, "companions")))
		i++;
	return i < count ? i : -1;
}

static void show(const struct finding *finding, size_t number)
{
	_cleanup_free_ char *permissions = strings_join(&finding->permissions, " ");
	_cleanup_free_ char *companions = strings_join(&finding->companions, " ");
	char times[32] = "Not observed";

	if (!finding->unobserved && finding->count == 1)
		snprintf(times, sizeof(times), "Seen once");
	else if (!finding->unobserved)
		snprintf(times, sizeof(times), "Seen %zu times", finding->count);
	screen_blank();
	screen_say("#%zu  %s  %s %s:%s { %s }  severity %d of 10", number, fix_name(finding->fix),
		   finding->source, finding->rule_target ?: finding->target, finding->tclass,
		   permissions, finding->severity);
	screen_say("%s %s.", finding->why, times);
	/* A command is to be copied; a list of names and the policy's own rule are only read. */
	if (str_starts(finding->detail, "seen: ") || str_starts(finding->detail, "(neverallow "))
		screen_say("%s", finding->detail);
	else if (*finding->detail && !finding->unobserved)
		screen_detail("%s", finding->detail);
	show_booleans(finding);
	if (*companions)
		screen_say("Usual with it, but not observed: %s", companions);
	if (decision_index(finding) >= 0)
		screen_say("Decided before: %s.", finding_is_rule(finding)
							  ? decisions[decision_index(finding)].said
							  : "noted");
}

/* where - "sst, joiner", or the log that it was read from, when it is of no exercise. */
static char *where(const struct denial *denial)
{
	return str_printf("%s%s%s%s%s", denial->node ?: "", denial->node ? ": " : "",
			  denial->exercise ?: denial->origin, denial->role ? ", " : "",
			  denial->role ?: "");
}

static void show_event(const struct denial *denial)
{
	_cleanup_free_ char *place = where(denial);
	char port[32] = "", times[128] = "", last[64];

	if (denial->port)
		snprintf(port, sizeof(port), "  port %u", denial->port);
	if (denial->more) {
		screen_time(denial_last(denial), last, sizeof(last));
		snprintf(times, sizeof(times), "  %zu times, to %s", denial_records(denial), last);
	}
	screen_detail("event %lld.%03u:%lu  %s  pid %d %s%s%s  %s:%s%s%s%s%s",
		      (long long)denial->seconds, denial->millis, denial->serial, place,
		      (int)denial->pid, denial->comm ?: "?", denial->exe ? " " : "",
		      denial->exe ?: "", denial->target, denial->tclass, port,
		      denial->path ? "  " : "", denial->path ?: "", times);
}

/* In which exercises, on which nodes, in which role it was seen: each once. */
static void show_places(const struct finding *finding, const struct denials *denials)
{
	_cleanup_(strings_clear) struct strings shown = { 0 };

	for (size_t i = 0; i < finding->evidence_count; i++) {
		char *place = where(&denials->items[finding->evidence[i]]);

		if (!strings_has(&shown, place))
			screen_detail("seen in %s", place);
		strings_take(&shown, place);
	}
}

static void show_evidence(const struct finding *finding, const struct denials *denials)
{
	enum { SHOWN = 12 };
	char first[64], last[64];
	size_t left = finding->count;

	if (finding->unobserved) {
		screen_detail("no event: it is known to come together with what was seen");
		return;
	}
	screen_time(finding->first, first, sizeof(first));
	screen_time(finding->last, last, sizeof(last));
	screen_mark(MARK_NONE, "%zu %s, from %s to %s%s",
		    COUNTED(finding->count, "denial", "denials"), first, last,
		    finding->permissive_only ? ", all while permissive" : "");
	show_places(finding, denials);
	for (size_t i = 0; i < finding->evidence_count && i < SHOWN; i++) {
		const struct denial *denial = &denials->items[finding->evidence[i]];

		show_event(denial);
		left -= denial_records(denial);
	}
	if (left)
		screen_detail("... and %zu more", left);
}

static int show_module(struct session *session, struct error *err)
{
	struct module_header header = header_of(session);
	_cleanup_free_ char *te = NULL, *cil = NULL;
	char *line, *rest;
	int r = case_texts(session, &header, &te, &cil, err);

	if (r < 0)
		return r;
	if (!te)
		screen_say("No rule has been accepted yet.");
	for (rest = te; (line = strsep(&rest, "\n")) && (rest || *line);)
		screen_detail("%s", line);
	return 0;
}

/* What can be decided about a finding, up to one with value NULL. */
static void choices_for(const struct finding *finding, struct choice *choices)
{
	bool rule = finding_is_rule(finding);
	const struct {
		bool wanted;
		struct choice choice;
	} all[] = {
		{ rule, { "accept", "[a]ccept", 'a', "the rule enters the module" } },
		{ !rule,
		  { "accept", "o[k], noted", 'k', "nothing is changed; it is not asked again" } },
		{ finding->companions.count > 0,
		  { "companions", "accept [w]ith the unobserved", 'w',
		    "the rule enters the module, and what usually goes with it" } },
		{ rule, { "reject", "[r]eject", 'r', "no rule: it stays denied, and logged" } },
		{ finding->fix == FIX_ALLOW,
		  { "dontaudit", "si[l]ence instead", 'l',
		    "it stays denied, and is logged no more" } },
		{ finding->fix == FIX_DONTAUDIT && !finding->rule_target,
		  { "allow", "allow [i]nstead", 'i', "the server may do it from then on" } },
		{ true,
		  { "details", "[d]etails", 'd', "each event behind it; then this question" } },
		{ rule,
		  { "module", "[v]iew module", 'v', "the module so far; then this question" } },
		{ rule && finding_recommended(finding),
		  { "all", "accept all tha[t] are left", 't',
		    "this rule and all that follow and are known enter the module unseen" } },
		{ true, { "quit", "[q]uit", 'q', "the run stops; what is decided is kept" } },
	};

	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		if (all[i].wanted)
			*choices++ = all[i].choice;
	*choices = (struct choice){ 0 };
}

/* ---- what nobody can recommend --------------------------------------------------------------- */

/* Is nobody there to decide? Then neither --yes does, nor an answer for whatever comes. */
static bool is_left_out(struct session *session, const struct finding *finding, const char *subject)
{
	bool by_subject;
	const char *value = prompt_settled(session, "review.rule", subject, &by_subject);

	if (finding->fix == FIX_REFUSE)
		return prompt_is_left_to_yes(session, "review.note", subject);
	return finding_is_rule(finding) && !finding_recommended(finding) && value && !by_subject &&
	       strcmp(value, "reject") != 0 && strcmp(value, "quit") != 0;
}

static void say_left_out(const struct finding *finding)
{
	screen_mark(MARK_TODO, "left out: %s. It needs an answer of its own.",
		    finding->fix == FIX_REFUSE            ? "it is refused, and not noted yet"
		    : finding->severity >= SEVERITY_ASKED ? "it is dangerous"
		    : finding->fix == FIX_DONTAUDIT       ? "it may hide more than it should"
							  : "nothing is known of it");
}

/* Rejecting what is known to be needed is allowed, and has its price. */
static void warn_of_need(const struct session *session, const struct finding *finding)
{
	_cleanup_free_ char *command = node_command(session, CASE_DECIDE_AGAIN);

	screen_mark(MARK_WARN, "%s needs this: without it %s. To decide again:", finding->source,
		    finding->row->without);
	screen_detail("%s", command);
}

/* ---- the dialogue ---------------------------------------------------------------------------- */

/* Whoever types a letter too many has not accepted what is dangerous: its name is typed, too. */
static int confirm(struct session *session, const struct finding *finding, const char *subject,
		   const char *value, bool *sure, struct error *err)
{
	_cleanup_free_ char *typed = NULL, *text = NULL;
	int r;

	*sure = !finding_is_rule(finding) || finding->severity < SEVERITY_ASKED ||
		decision_named(value) == DECISION_REJECT ||
		decision_named(value) == DECISION_NONE ||
		prompt_is_answered(session, "review.rule", subject);
	if (*sure)
		return 0;
	text = str_printf("Severity %d of 10. To have it all the same, type %s", finding->severity,
			  finding->target);
	r = prompt_text(session, "review.dangerous", subject, text, "", &typed, err);
	*sure = r == 0 && !strcmp(typed, finding->target);
	if (r == 0 && !*sure)
		screen_say("That is not its name: nothing is decided.");
	return r;
}

/* Of a rule or another finding the choice that was made. Returns as decide(). */
static int choose(struct session *session, const struct finding *finding, const char *subject,
		  const struct denials *denials, const char **value, struct error *err)
{
	bool rule = finding_is_rule(finding);
	int decided = decision_index(finding),
	    usual = finding_recommended(finding) || !rule ? 0 : -1;
	struct choice choices[12];
	bool sure = false;
	int r = 0;

	if (usual < 0 && decided < 0)
		show_evidence(finding, denials);
	choices_for(finding, choices);
	for (int i = 0; decided >= 0 && choices[i].value; i++)
		if (!strcmp(choices[i].value, decisions[decided].value))
			usual = i;
	while (r == 0 && !sure) {
		int chosen;

		r = prompt_choice(session, rule ? "review.rule" : "review.note", subject,
				  rule ? "Into the module?" : "Not for the module; noted?", choices,
				  usual, &chosen, err);
		if (r < 0)
			return r;
		*value = choices[chosen].value;
		if (!strcmp(*value, "quit"))
			return STEP_PAUSED;
		if (!strcmp(*value, "details"))
			show_evidence(finding, denials);
		else if (!strcmp(*value, "module"))
			r = show_module(session, err);
		else
			r = confirm(session, finding, subject, *value, &sure, err);
	}
	return r;
}

/* Ask about one finding until it is decided. *all: the operator accepts the rest, as far as it is
 * recommended. Returns 0, STEP_PAUSED or a negative errno. */
static int decide(struct session *session, const struct finding *finding,
		  const struct denials *denials, bool *all, struct error *err)
{
	_cleanup_free_ char *subject = finding_key(finding);
	const char *key = finding_is_rule(finding) ? "review.rule" : "review.note", *value = "all";
	bool left_out = is_left_out(session, finding, subject);
	int r = 0;

	/* What is recommended to anyone is no reason to change what this operator has decided. */
	if (decision_index(finding) >= 0 &&
	    (left_out || prompt_is_left_to_yes(session, key, subject))) {
		screen_say("It stays so%s.", left_out ? "" : " (--yes)");
		return 0;
	}
	if (left_out) {
		say_left_out(finding);
		return 0;
	}
	if (*all && finding_recommended(finding))
		screen_say("Accepted with all that are left.");
	else
		r = choose(session, finding, subject, denials, &value, err);
	if (r)
		return r;
	*all = *all || !strcmp(value, "all");
	/* Who decides first: that stays true, wherever the run ends. */
	r = session_note(session, HEADER_DECIDERS, prompt_origin(session, key, subject), err)
		    ?: case_decide(session, finding, decision_named(value),
				   !strcmp(value, "companions"), err);
	if (r == 0 && decision_named(value) == DECISION_REJECT && finding_is_needed(finding))
		warn_of_need(session, finding);
	return r;
}

/* Asked once, before the first of them: are there rules that silence, and are they wanted? */
static int ask_silence(struct session *session, bool *asked, bool *silence, struct error *err)
{
	/* Who has answered for each rule beforehand has answered this. */
	bool each = !prompt_is_answered(session, "review.silence", NULL) &&
		    prompt_is_answered(session, "review.rule", NULL);

	if (*asked || each)
		return 0;
	*asked = true;
	screen_say(
		"What comes next is not needed: it stays denied, and a rule would silence it, so "
		"that it leaves no trace in the log. Without such rules the log tells of each, "
		"and grows.");
	return prompt_yes_no(session, "review.silence", NULL, "Silence what is not needed?", true,
			     silence, err);
}

static void show_overview(struct session *session, const struct findings *findings)
{
	size_t observed = 0, open = 0, settled = 0, unobserved = 0;
	_cleanup_(strings_clear) struct strings unknown = { 0 };

	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *finding = &findings->items[i];

		observed += !finding->unobserved;
		open += is_open(session, finding) && !finding->unobserved;
		unobserved += is_open(session, finding) && finding->unobserved;
		settled += finding_needs_nothing(finding);
	}
	screen_say("%zu %s of %zu %s: %zu to be decided, %zu that the policy settles itself.",
		   COUNTED(findings->denials, "denial is", "denials are"),
		   COUNTED(observed, "kind", "kinds"), open, settled);
	if (observed > open + settled)
		screen_say("Decided before: %zu.", observed - open - settled);
	if (unobserved)
		screen_say("Besides, %zu that %s not seen, but usually %s with these.",
			   COUNTED(unobserved, "was", "were"), unobserved == 1 ? "comes" : "come");
	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *finding = &findings->items[i];

		if (!finding_needs_nothing(finding))
			continue;
		screen_say("%s: %s %s:%s, %zu %s. %s",
			   finding->fix == FIX_ALLOWED ? "allowed now" : "silent already",
			   finding->source, finding->target, finding->tclass,
			   COUNTED(finding->count, "time", "times"), finding->why);
	}
	told_unknown(findings, &unknown);
	for (size_t i = 0; i < unknown.count; i++)
		screen_mark(i ? MARK_NONE : MARK_WARN, "%s", unknown.items[i]);
}

struct dialogue {
	const struct denials *denials;
	const char *heading;
	bool all;                    /* accept what is left */
	bool silence_asked, silence; /* load rules that silence? */
};

static int ask_about(struct session *session, const struct finding *finding, size_t number,
		     struct dialogue *dialogue, struct error *err)
{
	int r = 0;

	if (finding_heading(finding) != dialogue->heading) {
		dialogue->heading = finding_heading(finding);
		screen_blank();
		screen_say("-- %s --", dialogue->heading);
	}
	if (finding->fix == FIX_DONTAUDIT)
		r = ask_silence(session, &dialogue->silence_asked, &dialogue->silence, err);
	if (r == 0 && finding->fix == FIX_DONTAUDIT && !dialogue->silence)
		return case_decide(session, finding, DECISION_REJECT, false, err);
	if (r < 0)
		return r;
	show(finding, number);
	return decide(session, finding, dialogue->denials, &dialogue->all, err);
}

/* A decision turns the session's memory, and the findings with it; their order stays. */
static int ask(struct session *session, json_t *changes, struct error *err)
{
	struct dialogue dialogue = { .silence = true };
	_cleanup_free_ size_t *order = NULL;
	const struct findings *findings;
	int r = case_findings(session, &findings, &dialogue.denials, err);

	(void)changes;
	if (r < 0)
		return r;
	order = findings_by_danger(findings);
	show_overview(session, findings);
	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *finding = &findings->items[order[i]];

		/* Accepting all that are left leaves alone what was decided before. */
		if (!is_open(session, finding) ||
		    (dialogue.all && finding->decision != DECISION_NONE))
			continue;
		r = ask_about(session, finding, i + 1, &dialogue, err);
		if (r)
			return r;
	}
	/* Done: what comes after is as without it, and a next round asks about what is new. */
	node_run(session)->decided_again = true;
	return subjects_rejects(session, findings, err) ?: left_undecided(session, err);
}

const struct step step_review = {
	.name = "review",
	.title = "Review the denials",
	.why = "For each denied access the right fix; an allow rule comes last. Nothing enters the "
	       "module that you have not accepted.",
	.detect = detect,
	.ask = ask,
};
