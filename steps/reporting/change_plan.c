/* SPDX-License-Identifier: GPL-2.0-or-later */
/* change_plan - the change plan for a maintenance window, with this node's values */
#include <string.h>

#include "steps/reporting/documents.h"
#include "wizard/runner.h"
#include "wizard/util.h"

#define DOTS "...................."

static const char *command(const json_t *document, const char *name)
{
	return member_text(json_object_get(document, "commands"), name);
}

static void sign(struct sheet *sheet)
{
	sheet_say(sheet, "%s", "As expected (yes, no): ........  At: " DOTS "  By: " DOTS);
}

/* ---- the node -------------------------------------------------------------------------------- */

static void fact(json_t *list, const char *what, const json_t *is)
{
	list_add(list, json_pack("{s:s, s:s}", "what", what, "is", item_text(is)));
}

static void write_node(struct sheet *sheet, const json_t *document)
{
	static const struct sheet_column columns[] = { { "Of", "what", CELL_TEXT },
						       { "Is", "is", CELL_NAME },
						       { 0 } };
	static const struct sheet_column port_columns[] = { { "Port", "number", CELL_NUMBER },
							    { "Protocol", "proto", CELL_TEXT },
							    { "Purpose", "purpose", CELL_TEXT },
							    { "To be", "type", CELL_NAME },
							    { 0 } };
	const json_t *server = json_object_get(document, "server");
	json_auto_t *facts = json_array();

	fact(facts, "Host", json_object_get(json_object_get(document, "made"), "host"));
	fact(facts, "Node, as the cluster calls it", json_object_get(server, "node"));
	fact(facts, "Policy", json_object_get(json_object_get(document, "policy"), "type"));
	fact(facts, "Domain", json_object_get(document, "domain"));
	fact(facts, "Unit of systemd", json_object_get(server, "unit"));
	fact(facts, "Data directory", json_object_get(server, "data_directory"));
	fact(facts, "SST method", json_object_get(server, "sst_method"));
	fact(facts, "Notify command", json_object_get(server, "notify_command"));
	sheet_table(sheet, "Its configuration", columns, facts);
	sheet_table(sheet, "Its ports", port_columns, json_object_get(document, "ports"));
	sheet_note(sheet, "State now", member_text(json_object_get(document, "ledger"), "claim"));
}

static void write_before(struct sheet *sheet, const json_t *document)
{
	json_auto_t *list = json_array();

	(void)document;
	list_add(list, json_string("A backup of the data directory that was restored once, or "
				   "another node that carries the data."));
	list_add(list, json_string("Another node is Primary and Synced, and stays so: it carries "
				   "the cluster while this one restarts."));
	list_add(list, json_string("For as long as the domain is permissive nothing confines the "
				   "server: the first lines of status tell when, and until when."));
	list_add(list, json_string("A root shell in tmux or screen: a run that is cut off goes on "
				   "where it stopped, by the same command."));
	sheet_list(sheet, list);
	sign(sheet);
}

/* ---- the steps ------------------------------------------------------------------------------- */

/* What is to be seen when a step is done: what to type, and what it says. %s: the domain. */
static const struct {
	const char *step, *look, *expected;
} expectations[] = {
	{ "check", NULL, "No line begins with x." },
	{ "ports", "semanage port -l -C",
	  "Each port above, unless the policy itself has a label for it that will do." },
	{ "permissive", "semanage permissive -l", "%s is among them." },
	{ "exercise", NULL, "Each exercise ends with a line that begins with ok." },
	{ "collect", NULL, "The denials of each exercise are counted; no line could not be read." },
	{ "review", NULL, "Nothing is left undecided." },
	{ "build", NULL,
	  "It compiles and violates no neverallow rule; it is not too narrow, and not too wide." },
	{ "load", "semodule -lfull | grep -w galera", "400 galera cil" },
	{ "enforce", "semanage permissive -l", "%s is not among them." },
	{ "verify", NULL, "The last lines say: verified." },
};

static void put_expected(struct sheet *sheet, const json_t *document, const char *step)
{
	const char *domain = member_text(document, "domain");

	for (size_t i = 0; i < ARRAY_SIZE(expectations); i++) {
		const char *rest = strstr(expectations[i].expected, "%s");

		if (strcmp(expectations[i].step, step) != 0)
			continue;
		if (expectations[i].look)
			sheet_code(sheet, "To be looked at after this step", expectations[i].look);
		sheet_say(sheet, "Expected: %s%s", rest ? domain : "",
			  rest ? rest + 2 : expectations[i].expected);
	}
}

static void put_exercises(struct sheet *sheet, const json_t *document)
{
	list_each(exercise, json_object_get(document, "exercises")) {
		_cleanup_free_ char *label =
			str_printf("Commands of the exercise %s", member_text(exercise, "title"));

		sheet_say(sheet, "%s: %s. %s", member_text(exercise, "title"),
			  member_text(exercise, "what"), member_text(exercise, "safety"));
		sheet_code(sheet, label, member_text(exercise, "commands"));
	}
}

static void put_done(struct sheet *sheet, const json_t *document, const char *step)
{
	_cleanup_free_ char *caption = str_printf("What the step %s has changed", step);

	sheet_say(sheet, "It is done already: there is nothing to change.");
	list_each(record, json_object_get(document, "changes"))
		if (member_is(record, "step", step))
			sheet_table(sheet, caption, documents_change,
				    json_object_get(record, "changes"));
}

static void put_step(struct sheet *sheet, const json_t *document, const json_t *step,
		     const json_t *plan)
{
	const char *name = member_text(step, "name");
	const json_t *changes = json_object_get(plan, "changes");
	_cleanup_free_ char *title = str_printf("%s: %s", name, member_text(step, "title"));
	_cleanup_free_ char *run = str_printf("%s %s", command(document, "run"), name);
	_cleanup_free_ char *label = str_printf("Command of the step %s", name);
	_cleanup_free_ char *caption = str_printf("What the step %s changes", name);

	sheet_heading(sheet, title);
	sheet_say(sheet, "%s", member_text(step, "why"));
	sheet_code(sheet, label, run);
	if (json_array_size(changes))
		sheet_table(sheet, caption, documents_change, changes);
	else if (member_true(plan, "later"))
		sheet_say(sheet,
			  "What it changes follows from the steps before; %s %s shows it "
			  "then.",
			  command(document, "plan"), name);
	else if (member_is(plan, "state", "satisfied"))
		put_done(sheet, document, name);
	if (!strcmp(name, "exercise"))
		put_exercises(sheet, document);
	if (!strcmp(name, "verify"))
		sheet_say(sheet, "The exercises have the same commands as before.");
	put_expected(sheet, document, name);
	sign(sheet);
}

static void write_steps(struct sheet *sheet, const json_t *document)
{
	const json_t *plan = json_object_get(document, "plan");
	_cleanup_free_ char *cluster = str_printf("%s --cluster", command(document, "plan"));
	size_t at = 0;

	sheet_say(sheet, "One command does all of them in this order, and asks before each change; "
			 "what is done already it passes over. Or each step by its own.");
	sheet_code(sheet, "Command of all steps", command(document, "wizard"));
	sheet_say(sheet,
		  "Exit status: 0 done; 3 paused, or something is missing, as is said: the same "
		  "command goes on; 4 denials that the policy does not allow, and 1 failed: find "
		  "out why, or roll back.");
	sheet_say(sheet, "What is to be done on the other nodes:");
	sheet_code(sheet, "Command for the other nodes", cluster);
	list_each(step, json_object_get(document, "steps"))
		put_step(sheet, document, step, json_array_get(plan, at++));
}

/* ---- back, and who has agreed ---------------------------------------------------------------- */

/* Of what is changed, and of what is to be: the newest first. */
static json_t *by_hand(const json_t *document)
{
	const json_t *plan = json_object_get(document, "plan");
	json_auto_t *all = json_array(), *left = NULL;
	json_t *list = json_array();

	for (size_t i = json_array_size(plan); i > 0; i--) {
		const json_t *row = json_array_get(plan, i - 1);

		list_add(all, json_pack("{s:O, s:O}", "step", json_object_get(row, "name"),
					"changes", json_object_get(row, "changes")));
	}
	json_array_extend(all, json_object_get(document, "changes"));
	left = history_left(all);
	list_each(record, left)
		list_add(list, json_incref(json_object_get(record, "change")));
	return list;
}

static void write_back(struct sheet *sheet, const json_t *document)
{
	static const struct sheet_column columns[] = { { "What", "what", CELL_NAME },
						       { "Is again", "from", CELL_TEXT },
						       { "By", "undo", CELL_NAME },
						       { 0 } };
	json_auto_t *list = by_hand(document);

	sheet_say(sheet,
		  "When a step fails, is not as expected, or the window ends before verify:");
	sheet_code(sheet, "Command of the roll-back", command(document, "undo"));
	sheet_say(sheet, "Expected: Done. The next run starts from the beginning.");
	sign(sheet);
	if (!json_array_size(list))
		return;
	sheet_say(sheet, "The same by hand, as far as it is known beforehand, in this order; each "
			 "thing once:");
	sheet_table(sheet, "Roll-back by hand", columns, list);
}

static void write_signatures(struct sheet *sheet, const json_t *document)
{
	static const char *const roles[] = { "Database", "Security", "Change management" };
	static const struct sheet_column columns[] = { { "Role", "role", CELL_TEXT },
						       { "Name", "dots", CELL_TEXT },
						       { "Before: agreed, on", "dots", CELL_TEXT },
						       { "After: accepted, on", "dots", CELL_TEXT },
						       { 0 } };
	json_auto_t *list = json_array();

	(void)document;
	for (size_t i = 0; i < ARRAY_SIZE(roles); i++)
		list_add(list, json_pack("{s:s, s:s}", "role", roles[i], "dots", DOTS));
	sheet_table(sheet, "Signatures", columns, list);
}

char *change_plan_text(enum markup markup, const json_t *document)
{
	static const struct sheet_section sections[] = {
		{ "node", "The node", write_node },
		{ "before", "Before", write_before },
		{ "steps", "The steps", write_steps },
		{ "back", "Roll-back", write_back },
		{ "signatures", "Sign-off", write_signatures },
		{ 0 },
	};
	_cleanup_free_ char *title =
		str_printf("Change plan: SELinux for the Galera node on %s",
			   member_text(json_object_get(document, "made"), "host"));

	return sheet_write(markup, title, "For a maintenance window.", sections, document);
}
