/* SPDX-License-Identifier: GPL-2.0-or-later */
/* against - what will be of the module and of what was denied, with another policy */
#include <errno.h>
#include <sys/stat.h>

#include "steps/case.h"
#include "steps/checking/drift.h"
#include "steps/module/proof.h"
#include "steps/node/node.h"
#include "steps/steps.h"
#include "wizard/screen.h"
#include "wizard/text.h"
#include "wizard/util.h"

/* The policy that is about to be installed. */
struct coming {
	const char *path;
	char *found; /* what is there, in words */
	char *cil;   /* our module, as it is loaded; NULL: none is */
	struct oracle *base, *with;
	char *refused; /* why it does not go with the policy; NULL: it does */
	bool forbids;  /* that is but a neverallow rule: `with` is there */
	bool checked;  /* neverallow rules were looked at */
};

/* Is there no policy with the module? */
static bool is_lost(const struct coming *coming)
{
	return coming->refused && !coming->forbids;
}

static void coming_clear(struct coming *coming)
{
	if (coming->with != coming->base)
		oracle_close(coming->with);
	oracle_close(coming->base);
	free(coming->found);
	free(coming->cil);
	free(coming->refused);
}

/* ---- what is about to be installed ----------------------------------------------------------- */

static int loaded_module(struct session *session, char **cil, struct error *err)
{
	struct store *store;

	if (!session_recall(session, MODULE_LOADED))
		return 0;
	return node_store(session, &store, err)
		       ?: store_module_text(store, MODULE_NAME, STORE_PRIORITY, cil, err);
}

static int check_kept(const struct session *session, const struct coming *coming, struct error *err)
{
	if (coming->cil ||
	    json_array_size(json_object_get(session_recall(session, "collect"), "sources")))
		return 0;
	return error_set(err, ENODATA, "set the node up first: galera-selinux",
			 "no module is loaded here, and no evidence kept: nothing can be said");
}

/* With our module in it a policy allows all of it by itself. */
static int check_file(struct session *session, const char *file, struct error *err)
{
	_cleanup_free_ char *own = NULL;
	struct stat is, own_is;
	int r = node_policy(session, &own, &own_is, err);

	if (r < 0 || stat(file, &is) < 0 || is.st_ino != own_is.st_ino ||
	    is.st_dev != own_is.st_dev)
		return r;
	return error_set(err, EINVAL, "name the one that is about to be installed",
			 "%s is this node's own policy, with the module in it", file);
}

/* The administrator's booleans stay what they are. */
static int take_file(struct session *session, const char *file, struct coming *coming,
		     struct error *err)
{
	struct error refused = { 0 };
	struct oracle *loaded = NULL;
	int r = check_file(session, file, err)
			?: oracle_open(&coming->base, file, err)
			?: node_loaded(session, &loaded, err);

	if (r < 0)
		return r;
	coming->found = str_printf("the compiled policy %s", file);
	oracle_copy_booleans(coming->base, loaded);
	coming->with = coming->base;
	if (!coming->cil)
		return 0;
	r = oracle_with_module(coming->base, MODULE_NAME, coming->cil, &coming->with, &refused);
	if (r == -EINVAL) {
		coming->refused = str_copy(refused.what);
		return 0;
	}
	if (r < 0)
		*err = refused;
	return r;
}

static int open_built(const char *root, const char *type, struct oracle **oracle, struct error *err)
{
	_cleanup_free_ char *directory = str_printf("%s/etc/selinux/%s/policy", root, type);
	_cleanup_free_ char *file = NULL;

	return store_newest_policy(directory, &file, err) ?: oracle_open(oracle, file, err);
}

static int build_in(const char *root, const char *type, struct coming *coming, struct error *err)
{
	int r = store_upgrade(root, type, coming->path, MODULE_NAME, &coming->found, err);

	if (r < 0 || !coming->found)
		return r;
	r = open_built(root, type, &coming->base, err);
	coming->with = coming->base;
	if (r < 0 || !coming->cil)
		return r;
	coming->checked = true;
	r = store_upgrade_try(root, type, MODULE_NAME, coming->cil, &coming->refused,
			      &coming->forbids, err);
	return r < 0 || is_lost(coming) ? r : open_built(root, type, &coming->with, err);
}

static int take_directory(struct session *session, struct coming *coming, struct error *err)
{
	_cleanup_free_ char *root = NULL, *file = NULL, *directory = NULL;
	struct store *store;
	int r = node_store(session, &store, err) ?: store_scratch("against", &root, err);

	if (r < 0)
		return r;
	screen_say("Building the policy that is about to be installed, in a scratch copy of the "
		   "store; this usually takes a minute ...");
	r = store_create(root, session->root, err)
		    ?: build_in(root, store_type(store), coming, err);
	store_discard(root);
	if (r < 0 || coming->found)
		return r;
	directory = str_printf("%s/etc/selinux/%s/policy", coming->path, store_type(store));
	if (store_newest_policy(directory, &file, NULL) == 0)
		return take_file(session, file, coming, err);
	error_set(err, ENOENT, NULL, "%s has no policy of the type %s", coming->path,
		  store_type(store));
	return error_remedy(err,
			    "name where the package is unpacked: it has usr/share/selinux/%s, "
			    "var/lib/selinux/%s or etc/selinux/%s/policy",
			    store_type(store), store_type(store), store_type(store));
}

static int take(struct session *session, struct coming *coming, struct error *err)
{
	struct stat st;
	int r = loaded_module(session, &coming->cil, err) ?: check_kept(session, coming, err);

	if (r < 0)
		return r;
	if (stat(coming->path, &st) < 0)
		return error_set(err, errno,
				 "name a compiled policy, or where the package is unpacked: "
				 "dpkg -x or rpm2cpio makes such a directory",
				 "cannot look at %s: %m", coming->path);
	return S_ISDIR(st.st_mode) ? take_directory(session, coming, err)
				   : take_file(session, coming->path, coming, err);
}

/* ---- what will be of the rules --------------------------------------------------------------- */

static int add_rules(const struct coming *coming, json_t *report, size_t *changed,
		     struct error *err)
{
	struct drift_policies policies;
	struct rules rules = { 0 };
	json_t *list = json_array();
	int r = drift_policies(coming->with, coming->base, node_domain(), &policies, err)
			?: cil_rules(coming->cil ?: "", &rules, err);

	member_set(report, "rules", list);
	for (size_t i = 0; r == 0 && i < rules.count; i++) {
		size_t before = json_array_size(list);
		_cleanup_free_ char *text = rule_text(&rules.items[i], NULL);
		bool lost = is_lost(coming);

		/* Of what is not built nothing is in force. */
		r = lost ? 0 : drift_of_rule(&policies, &rules.items[i], list, err);
		*changed += json_array_size(list) > before;
		if (json_array_size(list) == before)
			list_add(list, json_pack("{s:s, s:s, s:s}", "kind",
						 lost ? "rule-dropped" : "rule-needed", "what",
						 text, "why",
						 lost ? "the module does not compile"
						      : "needed as it is"));
	}
	member_set(report, "rule_count", json_integer((json_int_t)rules.count));
	rules_clear(&rules);
	return r;
}

/* ---- what will be of the denials ------------------------------------------------------------- */

static const char *outcome(const struct replay *itself, const struct replay *with)
{
	if (with->broken)
		return "denied";
	if (itself->allowed == itself->replayed)
		return "policy";
	return with->allowed == with->replayed ? "module" : with->left ? "left" : "silenced";
}

static void total(struct replay *sum, const struct replay *one)
{
	sum->replayed += one->replayed;
	sum->allowed += one->allowed;
	sum->silenced += one->silenced;
	sum->left += one->left;
	sum->broken += one->broken;
}

static json_t *denial_row(const struct finding *finding, const struct replay *itself,
			  const struct replay *with)
{
	_cleanup_free_ char *permissions = strings_join(&finding->permissions, " ");
	_cleanup_free_ char *what = str_printf("%s %s:%s { %s }", finding->source, finding->target,
					       finding->tclass, permissions);

	return json_pack("{s:o, s:s, s:I, s:o*}", "what", text_json(what), "outcome",
			 outcome(itself, with), "accesses", (json_int_t)with->replayed, "why",
			 with->broken ? text_json(with->failure) : NULL);
}

static int add_denials(struct session *session, const struct coming *coming, json_t *report,
		       struct replay sums[2], struct error *err)
{
	struct oracle *const oracles[2] = { coming->base, coming->with };
	json_t *list = json_array();
	const struct findings *findings;
	const struct denials *denials;
	int r = case_findings(session, &findings, &denials, err);

	member_set(report, "denials", list);
	for (size_t i = 0; r == 0 && i < findings->count; i++) {
		const struct findings one = { &findings->items[i], 1 };
		struct replay replays[2];

		for (size_t j = 0; r == 0 && j < ARRAY_SIZE(oracles); j++) {
			r = proof_replay(oracles[j], &one, denials, &replays[j], err);
			/* What was to be silenced may as well be allowed by the policy. */
			if (finding_rule(one.items) != FIX_ALLOW && !replays[j].left)
				replays[j].broken = 0;
			total(&sums[j], &replays[j]);
		}
		if (r == 0)
			list_add(list, denial_row(one.items, &replays[0], &replays[1]));
	}
	return r;
}

/* ---- the report ------------------------------------------------------------------------------ */

static void add_module(const struct coming *coming, json_t *report)
{
	if (coming->cil)
		member_set(report, "module",
			   json_pack("{s:b, s:o, s:o*}", "compiles", !is_lost(coming), "neverallow",
				     coming->checked && !is_lost(coming)
					     ? json_boolean(!coming->forbids)
					     : json_null(),
				     "why", coming->refused ? text_json(coming->refused) : NULL));
	else
		member_set(report, "module", json_null());
}

/* What the operator has to look at: of what, why, and what to do. */
static void show_change(const char *what, const char *why, const char *todo)
{
	screen_result("!  %s:", what);
	screen_result_prose(4, "%s", why);
	if (*todo)
		screen_result("    %s", todo);
}

static void show_module(struct session *session, const struct coming *coming)
{
	_cleanup_free_ char *command = node_command(session, CASE_DECIDE_AGAIN);
	_cleanup_free_ char *todo = str_printf("reject the rule: %s", command);

	if (!coming->cil)
		screen_result("-  no module is loaded here");
	else if (is_lost(coming))
		show_change("module " MODULE_NAME ", it does not compile", coming->refused, todo);
	else if (coming->forbids)
		show_change("module " MODULE_NAME ", the policy forbids it", coming->refused, todo);
	else
		screen_result("ok module " MODULE_NAME ": it compiles%s",
			      coming->checked ? ", and violates no neverallow rule"
					      : "; no neverallow rules are in a compiled policy");
}

static void show(struct session *session, const struct coming *coming, const json_t *report,
		 const struct replay sums[2])
{
	size_t needed = 0;

	screen_result("With %s:\n", coming->found);
	show_module(session, coming);
	list_each(rule, json_object_get(report, "rules")) {
		if (member_is(rule, "kind", "rule-needed"))
			needed++;
		else
			show_change(member_text(rule, "what"), member_text(rule, "why"),
				    member_text(rule, "do"));
	}
	screen_result("ok %zu of %lld rules needed as they are", needed,
		      member_number(report, "rule_count"));
	screen_result("%s %zu denied accesses replayed, %zu not as decided:",
		      sums[1].broken ? "! " : "ok", sums[1].replayed, sums[1].broken);
	screen_result_prose(4,
			    "the policy allows %zu by itself, with the module %zu; %zu silenced, "
			    "%zu left",
			    sums[0].allowed, sums[1].allowed, sums[1].silenced, sums[1].left);
	list_each(denial, json_object_get(report, "denials"))
		if (*member_text(denial, "why"))
			screen_result_prose(4, "%s", member_text(denial, "why"));
}

int against_report(struct session *session, const char *path, struct error *err)
{
	_cleanup_(coming_clear) struct coming coming = { .path = path };
	json_auto_t *report = json_pack("{s:o}", "against", text_json(path));
	struct replay sums[2] = { 0 };
	size_t changed = 0;
	int r = take(session, &coming, err)
			?: add_rules(&coming, report, &changed, err)
			?: add_denials(session, &coming, report, sums, err);

	if (r < 0)
		return r;
	member_set(report, "policy", text_json(coming.found));
	add_module(&coming, report);
	if (session->options.json)
		screen_result_json(report);
	else
		show(session, &coming, report, sums);
	return changed || coming.refused || sums[1].broken ? STEP_INCOMPLETE : 0;
}
