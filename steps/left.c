/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "steps/left.h"
#include "steps/case.h"
#include "steps/node/node.h"
#include "wizard/screen.h"
#include "wizard/text.h"
#include "wizard/util.h"

static const char *kind_of(const struct finding *finding)
{
	if (finding->fix == FIX_REFUSE)
		return "refused";
	if (!finding_is_rule(finding))
		return "action";
	if (finding->decision == DECISION_NONE)
		return "undecided";
	return finding_is_needed(finding) ? "needed" : "rejected";
}

static char *to_do(const struct session *session, const struct finding *finding)
{
	switch (finding->fix) {
	case FIX_ALLOW:
	case FIX_DONTAUDIT:
		if (finding->decision == DECISION_NONE)
			return node_command(session, "run review");
		return finding_is_needed(finding) ? node_command(session, CASE_DECIDE_AGAIN)
						  : str_copy("");
	case FIX_PORT:
		return node_command(session, "run ports");
	case FIX_REFUSE:
	case FIX_CONSTRAINT:
		return str_copy("");
	default:
		return str_copy(finding->detail);
	}
}

static char *what_of(const struct finding *finding)
{
	_cleanup_free_ char *permissions = strings_join(&finding->permissions, " ");

	if (finding->unobserved)
		return str_printf("%s:%s { %s }, which was not observed", finding->target,
				  finding->tclass, permissions);
	return str_printf("%zu %s of %s:%s { %s }", COUNTED(finding->count, "denial", "denials"),
			  finding->target, finding->tclass, permissions);
}

static void append(json_t *list, const char *kind, const char *what, const char *why,
		   const char *todo)
{
	list_add(list, json_pack("{s:s, s:o, s:o, s:o}", "kind", kind, "what", text_json(what),
				 "why", text_json(why), "do", text_json(todo)));
}

int left_out(struct session *session, json_t *list, struct error *err)
{
	_cleanup_free_ char *unknown = NULL, *unread = NULL;
	const struct findings *findings;
	const struct denials *denials;
	int r = case_findings(session, &findings, &denials, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *finding = &findings->items[i];
		_cleanup_free_ char *what = NULL, *why = NULL, *todo = NULL;

		if (finding_needs_nothing(finding) || finding_rule(finding) != FIX_ALLOWED)
			continue;
		what = what_of(finding);
		why = finding_is_needed(finding)
			      ? str_printf("%s Without it %s.", finding->why, finding->row->without)
			      : str_copy(finding->why);
		todo = to_do(session, finding);
		append(list, kind_of(finding), what, why, todo);
	}
	if (denials->unreadable) {
		unread = str_printf("%zu %s of the logs that could not be read",
				    COUNTED(denials->unreadable, "line", "lines"));
		append(list, "unread", unread, "It may have been a denial.",
		       "give the log as auditd writes it (--log), or as `ausearch --raw` prints "
		       "it");
	}
	if (!findings->unknown_names)
		return 0;
	unknown = str_printf("%zu %s what the policy does not define",
			     COUNTED(findings->unknown_names, "denial names", "denials name"));
	append(list, "unknown", unknown,
	       "A log of another host, or of a policy that was loaded before: no rule can name it "
	       "here.",
	       "");
	return 0;
}

/* Rules, and what is refused: all else is noted by whoever goes on. */
int left_undecided(struct session *session, struct error *err)
{
	const struct findings *findings;
	size_t left = 0;
	int r = case_findings(session, &findings, NULL, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *finding = &findings->items[i];
		_cleanup_free_ char *subject = finding_key(finding);

		if (finding->decision != DECISION_NONE || finding_needs_nothing(finding))
			continue;
		if (!left++) {
			screen_blank();
			screen_mark(MARK_STOP,
				    "Not decided: what nobody can recommend. Look at each "
				    "above; then put its line into the answers file, with "
				    "accept in place of reject where it is to be a rule:");
		}
		if (finding->fix == FIX_REFUSE)
			screen_detail("review.note[%s] = accept", subject);
		else
			screen_detail("review.rule[%s] = reject", subject);
	}
	return left ? STEP_DENIALS : 0;
}

void left_silenced(size_t accesses, size_t types)
{
	if (accesses)
		screen_mark(MARK_WARN,
			    "once it is loaded, %zu denied %s of %s to %zu %s no trace in the "
			    "log; `semodule -DB` shows them again, `semodule -B` hides them",
			    COUNTED(accesses, "access", "accesses"), node_domain(),
			    COUNTED(types, "type leaves", "types leave"));
}
