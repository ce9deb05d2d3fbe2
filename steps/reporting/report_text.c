/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report_text - the report for who approves the module, section by section */
#include <stdbool.h>
#include <string.h>

#include "steps/reporting/documents.h"
#include "steps/reporting/drawing.h"
#include "wizard/util.h"

#define part json_object_get /* of the document, everywhere below */

static void fact(json_t *list, const char *what, json_t *is)
{
	list_add(list, json_pack("{s:s, s:o}", "what", what, "is", is));
}

static bool is_built(const json_t *document)
{
	return json_is_object(part(document, "proof"));
}

/* Those of one kind; new (caller decrefs). */
static json_t *rules_of(const json_t *document, const char *kind)
{
	json_t *list = json_array();

	list_each(rule, part(document, "rules"))
		if (member_is(rule, "rule", kind))
			list_add(list, json_incref(rule));
	return list;
}

/* ---- in short -------------------------------------------------------------------------------- */

static void say_gaps(struct sheet *sheet, const json_t *document)
{
	const json_t *ledger = part(document, "ledger");
	json_auto_t *gaps = json_array();

	if (!is_built(document))
		list_add(gaps, json_string("the rules: no module is built of them"));
	list_each(gap, part(ledger, "missing"))
		list_add(gaps, json_sprintf("%s (to do: %s)", member_text(gap, "what"),
					    member_text(gap, "do")));
	list_each(limit, part(ledger, "limits"))
		list_add(gaps, json_incref(limit));
	if (json_array_size(gaps))
		sheet_say(sheet, "Not proved:");
	sheet_list(sheet, gaps);
}

static void say_drift(struct sheet *sheet, const json_t *drift)
{
	list_each(change, drift) {
		_cleanup_free_ char *text =
			str_printf("%s: %s (to do: %s)", member_text(change, "what"),
				   member_text(change, "why"), member_text(change, "do"));

		sheet_note(sheet, "Changed by others since", text);
	}
}

static void put_facts(struct sheet *sheet, const json_t *document)
{
	static const struct sheet_column columns[] = { { "Of", "what", CELL_TEXT },
						       { "Is", "is", CELL_TEXT },
						       { 0 } };
	const json_t *module = part(document, "module"), *made = part(document, "made");
	const json_t *policy = part(document, "policy");
	json_auto_t *allow = rules_of(document, "allow"),
		    *silence = rules_of(document, "dontaudit");
	json_auto_t *facts = json_array();
	json_int_t most = 0;

	list_each(rule, part(document, "rules"))
		most = member_number(rule, "severity") > most ? member_number(rule, "severity")
							      : most;
	fact(facts, "Host", json_incref(part(made, "host")));
	fact(facts, "Domain", json_incref(part(document, "domain")));
	fact(facts, "Policy",
	     json_sprintf("%s, %s, sha256 %s", member_text(policy, "type"),
			  member_text(policy, "file"), member_text(policy, "sha256")));
	fact(facts, "Module",
	     json_sprintf("%s %s, at priority %lld", member_text(module, "name"),
			  member_text(module, "version"), member_number(module, "priority")));
	fact(facts, "Rules",
	     json_sprintf("%zu allow, %zu dontaudit", json_array_size(allow),
			  json_array_size(silence)));
	fact(facts, "Most severe rule", json_sprintf("%lld of 10", most));
	fact(facts, "Report by", json_incref(part(made, "by")));
	sheet_table(sheet, "What this is about", columns, facts);
}

static void write_summary(struct sheet *sheet, const json_t *document)
{
	const json_t *ledger = part(document, "ledger");

	sheet_note(sheet, "Result", member_text(ledger, "claim"));
	if (*member_text(ledger, "open"))
		sheet_note(sheet, "Open", member_text(ledger, "open"));
	if (*member_text(ledger, "note"))
		sheet_note(sheet, "Note", member_text(ledger, "note"));
	say_drift(sheet, part(document, "drift"));
	say_gaps(sheet, document);
	put_facts(sheet, document);
}

/* ---- what was changed ------------------------------------------------------------------------ */

const struct sheet_column documents_change[] = {
	{ "What", "what", CELL_NAME },
	{ "Before", "from", CELL_TEXT },
	{ "After", "to", CELL_TEXT },
	{ "Note", "note", CELL_TEXT },
	{ "Documented command", "command", CELL_NAME },
	{ "Taken back by", "undo", CELL_NAME },
	{ 0 },
};

static void write_changes(struct sheet *sheet, const json_t *document)
{
	const json_t *changes = part(document, "changes");
	size_t count = json_array_size(changes);

	if (!count)
		sheet_say(sheet, "Nothing is changed: nothing was done yet, or all of it was taken "
				 "back.");
	for (size_t i = 1; i <= count; i++) {
		const json_t *record = json_array_get(changes, count - i);
		const char *name = member_text(record, "step");
		const json_t *step = list_find(part(document, "steps"), "name", name);
		_cleanup_free_ char *caption =
			str_printf("Changes, %zu of %zu: step %s", i, count, name);

		sheet_heading(sheet, member_text(step, "title"));
		if (*member_text(step, "why"))
			sheet_say(sheet, "%s", member_text(step, "why"));
		sheet_table(sheet, caption, documents_change, part(record, "changes"));
	}
}

/* ---- the rules ------------------------------------------------------------------------------- */

static const struct sheet_column rule_columns[] = {
	{ "Rule", "rule", CELL_TEXT },
	{ "Domain", "source", CELL_NAME },
	{ "Type", "target", CELL_NAME },
	{ "Class", "class", CELL_NAME },
	{ "Permissions", "permissions", CELL_NAMES },
	{ "Of these not observed", "unobserved", CELL_NAMES },
	{ "Severity", "severity", CELL_RATING },
	{ 0 },
};

static void put_rule(struct sheet *sheet, const json_t *rule)
{
	static const struct sheet_column columns[] = {
		{ "First", "first", CELL_TIME },   { "Exercise", "exercise", CELL_TEXT },
		{ "Role", "role", CELL_TEXT },     { "Node", "node", CELL_TEXT },
		{ "Process", "comm", CELL_NAME },  { "Program", "exe", CELL_NAME },
		{ "On", "path", CELL_NAME },       { "Denied", "permissions", CELL_NAMES },
		{ "Times", "count", CELL_NUMBER }, { 0 },
	};
	_cleanup_free_ char *name =
		str_printf("%s %s %s:%s", member_text(rule, "rule"), member_text(rule, "source"),
			   member_text(rule, "target"), member_text(rule, "class"));
	_cleanup_free_ char *caption = str_printf("Evidence for %s", name);

	sheet_heading(sheet, name);
	sheet_say(sheet, "%s", member_text(rule, "comment"));
	if (json_array_size(part(rule, "evidence")))
		sheet_table(sheet, caption, columns, part(rule, "evidence"));
}

static void write_rules(struct sheet *sheet, const json_t *document)
{
	const json_t *rules = part(document, "rules");

	if (!json_array_size(rules)) {
		sheet_say(sheet, "There is no rule.");
		return;
	}
	sheet_say(sheet,
		  "Severity is that of granting the access, from 0 (harmless) to 10 (never). "
		  "Of each rule's evidence 16 different denials are shown at most; how many "
		  "there were is said above them.");
	sheet_table(sheet, "All rules", rule_columns, rules);
	list_each(rule, rules)
		put_rule(sheet, rule);
}

static void write_silenced(struct sheet *sheet, const json_t *document)
{
	json_auto_t *rules = rules_of(document, "dontaudit");
	const json_t *proof = part(document, "proof");

	if (!json_array_size(rules)) {
		sheet_say(sheet, "The module silences nothing.");
		return;
	}
	sheet_say(sheet, "A dontaudit rule allows nothing: the access stays denied, and leaves no "
			 "trace in the audit log. If a later version of the server should need one "
			 "of these, it fails without a trace.");
	if (is_built(document))
		sheet_say(sheet,
			  "In all, %lld accesses of %s to %lld types are not logged any more. "
			  "semodule -DB shows them again, with those that the policy itself hides; "
			  "semodule -B hides them.",
			  member_number(proof, "hidden"), member_text(document, "domain"),
			  member_number(proof, "hidden_types"));
	sheet_table(sheet, "What is silenced", rule_columns, rules);
}

/* ---- what is left, the proof, the ledger ----------------------------------------------------- */

static void write_left(struct sheet *sheet, const json_t *document)
{
	static const struct sheet_column columns[] = { { "What", "what", CELL_NAME },
						       { "Kind", "kind", CELL_TEXT },
						       { "Why", "why", CELL_TEXT },
						       { "To do", "do", CELL_NAME },
						       { 0 } };
	const json_t *left = part(document, "left");

	if (json_array_size(left))
		sheet_table(sheet, "Denied, and not in the module", columns, left);
	else
		sheet_say(sheet, "All that was denied is settled by the module or by the policy.");
}

static void write_proof(struct sheet *sheet, const json_t *document)
{
	static const struct {
		const char *what, *member;
	} rows[] = {
		{ "Denied accesses that were replayed", "replayed" },
		{ "of these: allowed by the module", "allowed" },
		{ "of these: denied, and silenced", "silenced" },
		{ "of these: denied and logged, as decided", "left" },
		{ "Accesses that the domain has with the module", "compared" },
		{ "of these: opened by the module", "opened" },
		{ "Permissions approved without an event of their own", "unobserved" },
		{ "Permissions by another node's evidence", "given" },
	};
	static const struct sheet_column columns[] = { { "What was looked at", "what", CELL_TEXT },
						       { "Number", "is", CELL_NUMBER },
						       { 0 } };
	const json_t *proof = part(document, "proof");
	json_auto_t *facts = json_array();

	if (!is_built(document)) {
		sheet_note(sheet, "Not proved", "no module is built of these rules");
		return;
	}
	sheet_say(sheet, "The module was compiled in memory with the policy's own modules, and "
			 "violates no neverallow rule. Every recorded denial was replayed against "
			 "it, and all that the domain may do was compared with and without it: it "
			 "opens exactly what the rules say.");
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		fact(facts, rows[i].what, json_integer(member_number(proof, rows[i].member)));
	sheet_table(sheet, "The proof in numbers", columns, facts);
	if (json_array_size(part(proof, "coverage")))
		sheet_say(sheet, "Where each rule was seen:");
	sheet_list(sheet, part(proof, "coverage"));
}

static void write_ledger(struct sheet *sheet, const json_t *document)
{
	static const struct sheet_column columns[] = {
		{ "Node", "node", CELL_TEXT },
		{ "Exercise", "exercise", CELL_TEXT },
		{ "Role", "role", CELL_TEXT },
		{ "While permissive", "learning", CELL_TEXT },
		{ "Confined", "confined", CELL_TEXT },
		{ "Denials while permissive", "denials", CELL_NUMBER },
		{ "To do there", "do", CELL_NAME },
		{ 0 },
	};

	sheet_say(sheet,
		  "Each node, exercise and role, as far as the evidence reaches. What nobody "
		  "has seen is missing.");
	sheet_table(sheet, "The ledger", columns, part(part(document, "ledger"), "cluster"));
}

/* ---- drawn ----------------------------------------------------------------------------------- */

static void write_time(struct sheet *sheet, const json_t *document)
{
	static const struct sheet_column columns[] = { { "Exercise", "exercise", CELL_TEXT },
						       { "Role", "role", CELL_TEXT },
						       { "Node", "node", CELL_TEXT },
						       { "First denial", "began", CELL_TIME },
						       { "Last denial", "ended", CELL_TIME },
						       { "Denials", "count", CELL_NUMBER },
						       { 0 } };
	const json_t *lanes = part(document, "denials");

	if (!json_array_size(lanes)) {
		sheet_say(sheet, "No denial was collected.");
		return;
	}
	if (sheet->markup == SHEET_HTML)
		draw_timeline(sheet, lanes);
	sheet_say(sheet,
		  "Of denials that are equal but for their time, the first and the latest are "
		  "known; those between are counted with the latest.");
	sheet_table(sheet, "Denials by exercise", columns, lanes);
}

static void write_graph(struct sheet *sheet, const json_t *document)
{
	const json_t *rules = part(document, "rules");
	size_t count = json_array_size(rules);

	if (sheet->markup == SHEET_HTML && count)
		draw_graph(sheet, rules);
	if (sheet->markup == SHEET_HTML && count > DRAWN_MAX)
		sheet_say(sheet, "%zu further rules are not drawn.", count - DRAWN_MAX);
	sheet_say(sheet, "%s",
		  count ? "The table \"All rules\" has each with its permissions."
			: "There is no rule.");
}

static void write_module(struct sheet *sheet, const json_t *document)
{
	const char *te = member_text(part(document, "module"), "te");

	if (*te)
		sheet_code(sheet, "The module's text, galera.te", te);
	else
		sheet_say(sheet, "There is no rule, so there is no module.");
}

char *report_text(enum markup markup, const json_t *document)
{
	static const struct sheet_section sections[] = {
		{ "summary", "In short", write_summary },
		{ "changes", "What was changed, and why", write_changes },
		{ "rules", "The rules, each with its evidence", write_rules },
		{ "silenced", "What is silenced, and what that hides", write_silenced },
		{ "left", "What is not in the module", write_left },
		{ "proof", "The proof", write_proof },
		{ "ledger", "What was observed", write_ledger },
		{ "timeline", "Denials in the course of the exercises", write_time },
		{ "types", "From the domain to types and classes", write_graph },
		{ "text", "The module's text", write_module },
		{ 0 },
	};
	_cleanup_free_ char *title =
		str_printf("SELinux module %s on %s", member_text(part(document, "module"), "name"),
			   member_text(part(document, "made"), "host"));

	return sheet_write(markup, title, "For the team that approves the module.", sections,
			   document);
}
