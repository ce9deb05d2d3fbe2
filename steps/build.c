/* SPDX-License-Identifier: GPL-2.0-or-later */
/* build - the module as text to read, compiled in memory with the store's own modules, its
 * neverallow rules checked, every denial replayed against it: before anything is installed. */
#include <errno.h>
#include <string.h>

#include "steps/header.h"
#include "steps/ledger.h"
#include "steps/left.h"
#include "steps/case.h"
#include "steps/node/node.h"
#include "steps/module/proof.h"
#include "steps/steps.h"
#include "steps/subjects.h"
#include "wizard/screen.h"
#include "wizard/process.h"
#include "wizard/util.h"

static bool file_equals(struct session *session, const char *name, const char *text)
{
	_cleanup_free_ char *path = session_path(session, name), *present = NULL;

	if (file_read(path, &present, NULL, NULL) < 0)
		return !text;
	return text && !strcmp(present, text);
}

static int detect(struct session *session, bool *done, struct error *err)
{
	struct module_header header = header_of(session);
	_cleanup_free_ char *te = NULL, *cil = NULL;
	int r = step_review.detect(session, done, err);

	if (r < 0 || !*done)
		return r;
	r = case_texts(session, &header, &te, &cil, err);
	if (r < 0 || !session_recall(session, "build") || !file_equals(session, MODULE_TE, te) ||
	    !file_equals(session, MODULE_CIL, cil))
		*done = false;
	return r;
}

/* The policy's own rules are against the module: back to review, where what is against them is now
 * refused. 0: nothing is new, for the operator insists, and that does not help. */
static int go_back(struct session *session, const struct violations *violations, struct error *err)
{
	bool fresh;
	int r = case_forbid(session, violations, &fresh, err);

	if (r < 0 || !fresh)
		return r;
	for (size_t i = 0; i < violations->count; i++) {
		screen_mark(MARK_WARN, "forbidden by the policy itself: %s",
			    violations->items[i].rule);
		screen_mark(MARK_NONE, "%s", violations->items[i].forbidden);
	}
	return session_go_back(session, step_review.name, err) ?: STEP_BACK;
}

/* The way out of an error: what to do, and the command for it. Returns the error. */
static int to_reject(struct session *session, const char *what, struct error *err)
{
	_cleanup_free_ char *command = node_command(session, CASE_DECIDE_AGAIN);

	if (node_run(session)->applies)
		return error_remedy(err, "nothing is changed; have this node learn by itself, or "
					 "take the result of one that has the same policy");
	return error_remedy(err, "%s: %s", what, command);
}

static int compile(struct session *session, const char *cil, struct oracle **with,
		   struct error *err)
{
	_cleanup_(violations_clear) struct violations violations = { 0 };
	struct error refused = { 0 };
	size_t count;
	int back, r;

	screen_say("Compiling it in memory with the store's own modules; this usually takes 1 to 5 "
		   "seconds ...");
	r = node_compile(session, cil, with, &count, &violations, &refused);
	/* Of another node's result nothing is decided here. */
	back = violations.count && !node_run(session)->applies ? go_back(session, &violations, err)
							       : 0;
	if (back)
		return back;
	if (r < 0) {
		*err = refused;
		if (violations.count)
			return to_reject(session, "leave out --allow-dangerous, or reject it", err);
		return r == -EINVAL ? error_prefix(err, "the module does not fit the policy") : r;
	}
	screen_mark(MARK_OK,
		    "it compiles with the store's %zu modules, and violates no neverallow rule",
		    count);
	return 0;
}

/* What was proved; remembered for the summary. */
struct proved {
	size_t rules, permissions; /* of the module; permissions that it allows */
	struct replay replay;
	struct comparison proof;
	json_t *coverage; /* for each rule a line of text */
};

/* Not too narrow: every recorded denial again, against the policy with the module. */
static int prove_replay(struct session *session, struct oracle *with,
			const struct findings *findings, const struct denials *denials,
			struct replay *replay, struct error *err)
{
	int r = proof_replay(with, findings, denials, replay, err);

	if (r < 0)
		return r;
	if (replay->broken) {
		error_set(err, EPERM, NULL,
			  "%zu accesses would still be denied with the module: %s", replay->broken,
			  replay->failure);
		return to_reject(session, "see what that finding's details say, and reject it",
				 err);
	}
	screen_mark(MARK_OK,
		    "not too narrow: %zu denied accesses replayed: %zu allowed now, %zu silenced, "
		    "%zu left",
		    replay->replayed, replay->allowed, replay->silenced, replay->left);
	return 0;
}

/* Not too wide: everything that the domain may do, with the module and without it. */
static int prove_width(struct session *session, struct oracle *with, const struct rules *rules,
		       const struct findings *findings, const struct denials *denials,
		       struct comparison *proof, struct error *err)
{
	struct oracle *base;
	int r = node_base(session, &base, err)
			?: proof_width(base, with, node_domains(), rules, findings, denials, proof,
				       err);

	if (r < 0)
		return r;
	if (proof->broken) {
		error_set(err, EPERM, NULL,
			  "the module is not what was approved (%zu differences): %s",
			  proof->broken, proof->failure);
		return to_reject(session, "reject what it is about", err);
	}
	screen_mark(
		MARK_OK,
		"not too wide: of the %zu accesses that %s has now, the module opens %zu: exactly "
		"those approved",
		proof->compared, node_domain(), proof->opened);
	if (proof->given)
		screen_mark(
			MARK_OK, "%zu %s by the evidence of the node whose result was applied",
			COUNTED(proof->given, "permission is needed", "permissions are needed"));
	if (proof->unobserved)
		screen_mark(MARK_OK,
			    "every permission is needed by a recorded event, but for %zu that were "
			    "approved unobserved",
			    proof->unobserved);
	else if (!proof->given)
		screen_mark(MARK_OK, "every permission is needed by a recorded event");
	left_silenced(proof->silenced, proof->silenced_types);
	return 0;
}

static void cover_rule(const struct rule *rule, const struct findings *findings,
		       const struct denials *denials, json_t *lines)
{
	struct coverage coverage = proof_coverage(rule, findings, denials);
	_cleanup_free_ char *names = coverage.names, *line = NULL;

	if (!coverage.denials && rule->given.count)
		line = str_printf("%s %s:%s: by the result that was applied", rule_keyword(rule),
				  rule->target, rule->tclass);
	else if (coverage.denials)
		line = str_printf("%s %s:%s: %zu %s, on %zu %s, in %s", rule_keyword(rule),
				  rule->target, rule->tclass,
				  COUNTED(coverage.denials, "denial", "denials"),
				  COUNTED(coverage.nodes, "node", "nodes"), names);
	else
		line = str_printf("%s %s:%s: not observed", rule_keyword(rule), rule->target,
				  rule->tclass);
	screen_detail("%s", line);
	list_add(lines, json_string(line));
}

static int prove(struct session *session, struct oracle *with, struct proved *proved,
		 struct error *err)
{
	const struct findings *findings;
	const struct denials *denials;
	_cleanup_(rules_clear) struct rules rules = { 0 };
	int r = case_findings(session, &findings, &denials, err)
			?: case_rules(session, &rules, err);

	if (r < 0)
		return r;
	proved->rules = rules.count;
	proved->permissions = rules_permissions(&rules, RULE_ALLOW);
	r = prove_replay(session, with, findings, denials, &proved->replay, err)
		    ?: prove_width(session, with, &rules, findings, denials, &proved->proof, err);
	for (size_t i = 0; r == 0 && i < rules.count; i++)
		cover_rule(&rules.items[i], findings, denials, proved->coverage);
	return r;
}

/* text NULL: there is none. One of an earlier module would be taken for this one. */
static int put_text(struct session *session, const char *name, const char *text, struct error *err)
{
	_cleanup_free_ char *path = session_path(session, name);
	int r = text ? file_write(path, text, strlen(text), 0600, err) : 0;

	if (!text && remove(path) < 0 && errno != ENOENT)
		return error_set(err, errno, "remove it by hand", "removing %s: %m", path);
	if (text && r == 0)
		screen_detail("%s", path);
	return r;
}

/* A tool of others that may be missing; what it says is shown when it fails. False: no result. */
static bool run_tool(const char *const argv[])
{
	_cleanup_free_ char *output = NULL, *messages = NULL;
	struct error err = { 0 };
	int r = process_capture(argv, &output, &messages, &err);

	if (r > 0)
		screen_mark(MARK_WARN, "%s exits %d: %s%s", argv[0], r, output, messages);
	else if (r < 0 && r != -ENOENT)
		screen_mark(MARK_WARN, "%s", err.what);
	return r == 0;
}

/* The package that the documented commands make, for whoever wants to carry it to other nodes. */
static int write_package(struct session *session, struct error *err)
{
	_cleanup_free_ char *te = session_path(session, MODULE_TE);
	_cleanup_free_ char *mod = session_path(session, MODULE_NAME ".mod");
	_cleanup_free_ char *pp = session_path(session, MODULE_PP);
	const char *const compile[] = { "checkmodule", "-M", "-m", "-o", mod, te, NULL };
	const char *const package[] = { "semodule_package", "-o", pp, "-m", mod, NULL };
	bool made = run_tool(compile) && run_tool(package);

	if (made)
		screen_detail("%s", pp);
	screen_detail("as: checkmodule -M -m " MODULE_TE " -o " MODULE_NAME ".mod");
	screen_detail("    semodule_package -m " MODULE_NAME ".mod -o " MODULE_PP);
	return (made ? 0 : put_text(session, MODULE_PP, NULL, err))
		       ?: put_text(session, MODULE_NAME ".mod", NULL, err);
}

static int remember(struct session *session, const char *version, const struct proved *proved,
		    struct error *err)
{
	const struct replay *replay = &proved->replay;
	const struct comparison *proof = &proved->proof;
	json_t *value = json_pack(
		"{s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:O}", "version",
		version, "rules", (json_int_t)proved->rules, "permissions",
		(json_int_t)proved->permissions, "replayed", (json_int_t)replay->replayed,
		"allowed", (json_int_t)replay->allowed, "silenced", (json_int_t)replay->silenced,
		"left", (json_int_t)replay->left, "compared", (json_int_t)proof->compared, "opened",
		(json_int_t)proof->opened, "hidden", (json_int_t)proof->silenced, "hidden_types",
		(json_int_t)proof->silenced_types, "unobserved", (json_int_t)proof->unobserved,
		"given", (json_int_t)proof->given, "coverage", proved->coverage);

	return session_remember(session, "build", json_made(value), err);
}

static int build_module(struct session *session, const char *te, const char *cil,
			struct proved *proved, struct error *err)
{
	struct oracle *with = NULL;
	int r = compile(session, cil, &with, err) ?: prove(session, with, proved, err);

	oracle_close(with);
	/* For a plan nothing is written. */
	if (r || session->is_read_only)
		return r;
	return put_text(session, MODULE_TE, te, err)
		       ?: put_text(session, MODULE_CIL, cil, err)
		       ?: write_package(session, err);
}

int build_headed(struct session *session, struct error *err)
{
	_cleanup_free_ char *te = NULL, *cil = NULL;
	struct proved proved = { .coverage = json_array() };
	struct module_header header = header_of(session);
	int r = case_texts(session, &header, &te, &cil, err);

	if (r == 0 && !te)
		screen_mark(MARK_OK, "no rule is needed: there is no module to build");
	if (r == 0 && te)
		r = build_module(session, te, cil, &proved, err);
	else if (r == 0 && !session->is_read_only)
		r = put_text(session, MODULE_TE, NULL, err)
			    ?: put_text(session, MODULE_CIL, NULL, err)
			    ?: put_text(session, MODULE_PP, NULL, err);
	if (r == 0)
		r = remember(session, header.version, &proved, err);
	json_decref(proved.coverage);
	return r;
}

static int apply(struct session *session, const json_t *changes, struct error *err)
{
	const struct findings *findings;

	(void)changes;
	return case_findings(session, &findings, NULL, err)
		       ?: subjects_rejects(session, findings, err)
		       ?: header_make(session, err)
		       ?: build_headed(session, err);
}

static int ask(struct session *session, json_t *changes, struct error *err)
{
	(void)changes;
	return ledger_ask(session, err);
}

const struct step step_build = {
	.name = "build",
	.title = "Build the module",
	.why = "As text that you can read, and checked against the policy in memory. Nothing is "
	       "installed yet.",
	.flags = STEP_NO_PLAN_YET,
	.detect = detect,
	.ask = ask,
	.apply = apply,
};
