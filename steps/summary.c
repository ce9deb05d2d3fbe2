/* SPDX-License-Identifier: GPL-2.0-or-later */
/* summary - what was reached: the ports, the module, the proof, the files */
#include <string.h>
#include <unistd.h>

#include "steps/confining/confine.h"
#include "steps/confining/limit.h"
#include "steps/exercising/evidence.h"
#include "steps/exercising/roles.h"
#include "steps/ledger.h"
#include "steps/left.h"
#include "steps/case.h"
#include "steps/node/node.h"
#include "steps/steps.h"
#include "wizard/screen.h"
#include "wizard/text.h"
#include "wizard/util.h"

static int add_ports(struct session *session, json_t *summary, struct error *err)
{
	const struct galera_port *ports;
	json_t *list = json_array();
	struct store *store;
	int count = 0;
	int r = node_ports(session, &ports, &count, err) ?: node_store(session, &store, err);

	member_set(summary, "ports", list);
	for (int i = 0; r == 0 && i < count; i++) {
		_cleanup_free_ char *type = NULL;

		r = store_port_label(store, ports[i].proto, ports[i].number, &type, NULL, err);
		list_add(list,
			 json_pack("{s:i, s:s, s:s, s:s?}", "number", (int)ports[i].number, "proto",
				   ports[i].proto, "purpose", ports[i].purpose, "type", type));
	}
	return r;
}

static int add_module(struct session *session, json_t *summary, struct error *err)
{
	json_t *list = json_array();
	_cleanup_(rules_clear) struct rules rules = { 0 };
	int r = case_rules(session, &rules, err);

	member_set(summary, "rules", list);
	for (size_t i = 0; i < rules.count; i++) {
		_cleanup_free_ char *rule = rule_text(&rules.items[i], NULL);

		list_add(list, json_sprintf("%s;", rule));
	}
	return r;
}

static void add_files(struct session *session, json_t *summary)
{
	static const char *const names[] = { MODULE_TE, MODULE_CIL, MODULE_PP, "evidence",
					     "journal" };
	json_t *list = json_array();

	/* Those of a rehearsal that is not kept are about to be removed. */
	for (size_t i = 0; i < ARRAY_SIZE(names) && !node_options.temporary; i++) {
		_cleanup_free_ char *path = session_path(session, names[i]);

		if (access(path, F_OK) == 0)
			list_add(list, text_json(path));
	}
	member_set(summary, "files", list);
}

static void print_list(const char *title, const json_t *list)
{
	screen_result("%s", title);
	list_each(item, list)
		screen_result("  %s", item_text(item));
	if (!json_array_size(list))
		screen_result("  none");
}

static void print_proof(const json_t *proof)
{
	screen_result("Proof");
	if (!member_number(proof, "rules")) {
		screen_result("  no module was needed, or none was built");
		return;
	}
	screen_result("  %lld denied accesses replayed against the module:",
		      member_number(proof, "replayed"));
	screen_result("    %lld allowed, %lld silenced, %lld left as decided",
		      member_number(proof, "allowed"), member_number(proof, "silenced"),
		      member_number(proof, "left"));
	screen_result("  of %lld accesses that %s has, the module opens %lld: "
		      "exactly the approved",
		      member_number(proof, "compared"), node_domain(),
		      member_number(proof, "opened"));
	if (member_number(proof, "unobserved"))
		screen_result(
			"  every permission needed by a recorded event, but for %lld approved "
			"unobserved",
			member_number(proof, "unobserved"));
	else if (!member_number(proof, "given"))
		screen_result("  every permission needed by a recorded event");
	if (member_number(proof, "given"))
		screen_result("  %lld permissions by the evidence of the node whose result was "
			      "applied",
			      member_number(proof, "given"));
	screen_result("  no neverallow rule violated");
	if (!member_number(proof, "hidden"))
		return;
	screen_result("  %lld accesses of %s leave no trace from now on:",
		      member_number(proof, "hidden"), node_domain());
	screen_result("    semodule -DB shows them, semodule -B hides them again");
}

/* What stays denied, and what is to be done outside of the module: said again at the end. */
static void print_left(const json_t *summary)
{
	if (json_array_size(json_object_get(summary, "left")))
		screen_result("Not in the module");
	list_each(item, json_object_get(summary, "left")) {
		const char *kind = member_text(item, "kind"), *todo = member_text(item, "do");

		screen_result("  %s: %s", member_text(item, "what"),
			      !strcmp(kind, "needed")   ? "needed, and stays denied"
			      : !strcmp(kind, "action") ? "to be done by you"
							: kind);
		if (*todo)
			screen_result("      %s", todo);
	}
}

static void print_text(const json_t *summary)
{
	const json_t *proof = json_object_get(summary, "proof");

	screen_result("Ports");
	list_each(port, json_object_get(summary, "ports")) {
		const char *type = member_or_null(port, "type");

		screen_result("  %lld/%s  %s  %s", member_number(port, "number"),
			      member_text(port, "proto"), type ?: "unlabelled",
			      member_text(port, "purpose"));
	}
	print_list("Module " MODULE_NAME, json_object_get(summary, "rules"));
	print_proof(proof);
	print_list("Evidence", json_object_get(proof, "coverage"));
	print_left(summary);
	if (!node_options.temporary)
		print_list("Files", json_object_get(summary, "files"));
	screen_result("Result");
	ledger_print(json_object_get(summary, "ledger"));
}

/* What the confined run showed; of one that was not verified nothing is told as if it were. */
static int add_claims(struct session *session, json_t *summary, struct error *err)
{
	json_t *proof = session_recall(session, "build"), *standing = NULL;
	json_t *verified = session_recall(session, LEDGER_JUDGED);
	json_auto_t *left = json_array(), *limit = limit_json(session);
	int r = left_out(session, left, err) ?: ledger_json(session, &standing, err);

	if (r < 0)
		return r;
	/* Never of a rehearsal. */
	if (!member_is(standing, "end", "verified"))
		verified = NULL;
	json_object_set(summary, "proof", proof ?: json_null());
	json_object_set(summary, "verified", verified ?: json_null());
	json_object_set(summary, "left", left);
	member_set(summary, "ledger", standing);
	if (limit)
		json_object_set(summary, "limit", limit);
	return 0;
}

int summary_print(struct session *session, struct error *err)
{
	json_auto_t *summary = json_object();
	int r = add_ports(session, summary, err)
			?: add_module(session, summary, err)
			?: add_claims(session, summary, err);

	if (r < 0)
		return r;
	add_files(session, summary);
	if (session->options.json)
		screen_result_json(summary);
	else
		print_text(summary);
	return 0;
}

/* ---- what may be claimed, at any moment ------------------------------------------------------ */

/* "mysqld_t is permissive", until when, or that hidden denials are shown; *text NULL: neither.
 * *note: that the limit has confined it; NULL: it has not. */
static int find_open(struct session *session, char **text, char **note, struct error *err)
{
	json_auto_t *limit = limit_json(session);
	_cleanup_free_ char *told = NULL;
	unsigned int doubts = 0;
	int r = doubts_now(session, &doubts, err);
	bool permissive = doubts & DOUBT_DOMAIN, wrong;
	bool shown = (doubts & DOUBT_SHOWN) && confine_shows_hidden(session);

	*text = *note = NULL;
	if (r < 0)
		return r;
	told = limit_text(limit, permissive, &wrong);
	if (permissive)
		*text = str_printf("%s is permissive: nothing confines the server now%s%s%s",
				   node_domain(), told ? ", " : "", told ?: "",
				   shown ? "; denials that the policy hides are logged" : "");
	else if (shown)
		*text = str_copy("denials that the policy hides are logged");
	if (!permissive)
		*note = TAKE_PTR(told);
	return 0;
}

int summary_standing(struct session *session, json_t **standing, struct error *err)
{
	_cleanup_free_ char *open = NULL, *note = NULL;
	json_auto_t *limit = limit_json(session);
	int r = find_open(session, &open, &note, err) ?: ledger_json(session, standing, err);

	if (r == 0 && open)
		member_set(*standing, "open", json_string(open));
	if (r == 0 && note)
		member_set(*standing, "note", json_string(note));
	if (r == 0 && limit)
		json_object_set(*standing, "limit", limit);
	/* Of the other nodes, too. */
	if (r == 0 && session_recall(session, ROLES_EVIDENCE))
		member_set(*standing, "lines",
			   ledger_cluster_lines(json_object_get(*standing, "cluster")));
	return r;
}

void summary_leave(struct session *session)
{
	/* A rehearsal that is kept is gone on with as it was begun. */
	_cleanup_free_ char *open = NULL, *note = NULL,
			    *on = node_options.keep ? session_resume(session)
						    : node_command(session, "");
	_cleanup_free_ char *back = node_command(session, "undo");

	/* A scratch root that goes with the rehearsal leaves nothing open. */
	if (node_options.temporary || find_open(session, &open, &note, NULL) < 0 || !open)
		return;
	screen_blank();
	screen_mark(MARK_WARN, "%s. To go on, and confine it at the end:", open);
	screen_detail("    %s", on);
	screen_mark(MARK_NONE, "Or to take everything back:");
	screen_detail("    %s", back);
}
