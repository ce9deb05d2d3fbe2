/* SPDX-License-Identifier: GPL-2.0-or-later */
/* runbook - what is to be done on which node, in its order */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "steps/exercising/roles.h"
#include "steps/ledger.h"
#include "steps/node/node.h"
#include "steps/steps.h"
#include "wizard/strings.h"
#include "wizard/text.h"
#include "wizard/util.h"

/* Made by the operator on this node; root's alone, as what is in it is of root's logs. */
#define PLACE "/root/galera-selinux"

/* ---- who there is ---------------------------------------------------------------------------- */

/* Of names the domains do not count; a number is what it is. */
static bool is_same_host(const char *one, const char *other)
{
	bool numeric = strchr(one, ':') || one[strspn(one, "0123456789.")] == '\0';

	return numeric ? !strcmp(one, other) : roles_same_node(one, other);
}

static json_t *find_node(const json_t *nodes, const char *name)
{
	list_each(node, nodes)
		if (is_same_host(member_text(node, "name"), name) ||
		    is_same_host(member_text(node, "address"), name))
			return node;
	return NULL;
}

static void add_node(json_t *nodes, const char *name, const char *address, bool here)
{
	list_add(nodes, json_pack("{s:o, s:o, s:b, s:n}", "name", text_json(name), "address",
				  text_json(address), "here", here, "evidence"));
}

/* Is there an address that nothing has given a name to? */
static bool has_unnamed(const json_t *nodes)
{
	list_each(node, nodes)
		if (!member_or_null(node, "name"))
			return true;
	return false;
}

/* What a log or an evidence file calls a node, and at which address (NULL: it does not say). One of
 * which nothing tells the address may be each of those without a name; else it is one more. */
static void name_node(json_t *nodes, const char *name, const char *address, json_int_t collected,
		      struct strings *unplaced)
{
	json_t *node = find_node(nodes, name);

	if (!node && address)
		node = find_node(nodes, address);
	if (!node && !address && has_unnamed(nodes)) {
		if (!strings_has(unplaced, name))
			strings_add(unplaced, name);
		return;
	}
	if (!node) {
		add_node(nodes, name, address, false);
		node = json_array_get(nodes, json_array_size(nodes) - 1);
	}
	if (!member_or_null(node, "name"))
		member_set(node, "name", text_json(name));
	if (collected)
		member_set(node, "evidence", json_integer(collected));
}

/* This node's address may be its name there, or the machine's. */
static bool is_here(const char *host, const char *own, const char *name)
{
	char machine[NODE_NAME_SIZE] = "";

	gethostname(machine, sizeof(machine) - 1);
	return (own && is_same_host(host, own)) || is_same_host(host, name) ||
	       is_same_host(host, machine);
}

static void add_members(const struct galera_config *config, const char *name, json_t *nodes)
{
	_cleanup_(strings_clear) struct strings hosts = { 0 };
	_cleanup_free_ char *own = galera_own_address(config);
	bool listed = false;

	galera_members(config, &hosts);
	for (size_t i = 0; i < hosts.count; i++) {
		bool here = !listed && is_here(hosts.items[i], own, name);

		listed = listed || here;
		add_node(nodes, here ? name : NULL, hosts.items[i], here);
	}
	if (!listed)
		add_node(nodes, name, own, true);
}

/* Those of which something tells the address come first: an older file may not say it. */
static void add_known(struct session *session, const json_t *rows, json_t *nodes,
		      struct strings *unplaced)
{
	for (int placed = 1; placed >= 0; placed--)
		list_each(entry, session_recall(session, ROLES_EVIDENCE)) {
			const json_t *about = json_object_get(entry, "node");
			const char *address = member_or_null(about, "address");

			if (!placed || address)
				name_node(nodes, member_text(about, "node"), address,
					  member_number(about, "collected"), unplaced);
		}
	list_each(row, rows)
		if (*member_text(row, "node"))
			name_node(nodes, member_text(row, "node"), NULL, 0, unplaced);
}

/* Of a node without a known address the operator knows it. */
static const char *where(const json_t *node)
{
	return member_or_null(node, "address") ?: member_text(node, "name");
}

/* ---- what is to be done ---------------------------------------------------------------------- */

enum place { NOWHERE, EVERYWHERE, ON_OTHER, HERE_FOR_OTHER, HERE };

static const struct stage {
	const char *title, *why;
	struct stage_command {
		enum place place;
		const char *command;
	} commands[6]; /* those of ON_OTHER and HERE_FOR_OTHER together for each other node */
} stages[] = {
	{ "Check, ports, permissive",
	  "Before the first bootstrap, on every node: confined and without their ports the nodes "
	  "cannot meet.",
	  { { EVERYWHERE, "galera-selinux run check ports permissive" } } },
	{ "Learn",
	  "Bootstrap another node, then this one joins it: as a joiner it shows most.",
	  { { HERE, "{{here}} run exercise" } } },
	{ "Bring each node's evidence here",
	  "What a donor is denied is in its own audit log alone.",
	  { { HERE, "mkdir -p -m 0700 " PLACE },
	    { ON_OTHER, "galera-selinux collect -o {{evidence}}" },
	    { HERE_FOR_OTHER, "scp {{from}}:{{evidence}} " PLACE "/" } } },
	{ "Build the module of all of it",
	  NULL,
	  { { HERE, "{{here}} run collect review build --evidence " PLACE },
	    { HERE, "{{here}} export -o " PLACE "/result.json" } } },
	{ "Load and verify here",
	  "If its last line is not `verified`, go no further.",
	  { { HERE, "{{here}} run load enforce" }, { HERE, "{{here}} run verify" } } },
	{ "Apply and verify, one node after the other",
	  "The next one once the last line is `verified`.",
	  { { HERE_FOR_OTHER, "scp " PLACE "/result.json {{from}}:galera.json" },
	    { ON_OTHER, "galera-selinux apply --dry-run galera.json" },
	    { ON_OTHER, "galera-selinux apply galera.json" },
	    { ON_OTHER, "galera-selinux confine" },
	    { ON_OTHER, "galera-selinux run verify" } } },
	{ "Done", "When each says `ok`.", { { EVERYWHERE, "galera-selinux status --check" } } },
	{ "To take it back",
	  "One node after the other; the policy is then what it was, byte for byte.",
	  { { EVERYWHERE, "galera-selinux undo" } } },
};

static int add_command(const struct stage_command *line, const json_t *node, const char *here,
		       const char *at, json_t *commands, struct error *err)
{
	const char *host = where(node);
	_cleanup_free_ char *evidence = roles_evidence_file(member_or_null(node, "name") ?: host);
	_cleanup_free_ char *from = str_printf(strchr(host, ':') ? "root@[%s]" : "root@%s", host);
	_cleanup_free_ char *quoted = text_quoted(from), *command = NULL;
	const struct template_value values[] = {
		{ "here", here }, { "evidence", evidence }, { "from", quoted }, { 0 }
	};
	int r = template_fill(line->command, TEMPLATE_COMMENT, values, &command, err);

	if (r == 0)
		list_add(commands, json_pack("{s:o, s:o}", "where", text_json(at), "command",
					     text_json(command)));
	return r;
}

static int add_stage(const struct stage *stage, const json_t *nodes, const char *here,
		     const char *name, json_t *list, struct error *err)
{
	json_t *commands = json_array();
	const struct stage_command *first = stage->commands, *line;
	int r = 0;

	list_add(list, json_pack("{s:s, s:s?, s:o}", "title", stage->title, "why", stage->why,
				 "commands", commands));
	for (line = first; r == 0 && line->place; line++)
		if (line->place == EVERYWHERE || line->place == HERE)
			r = add_command(line, json_array_get(nodes, 0), here,
					line->place == HERE ? name : "every node", commands, err);
	list_each(node, nodes)
		for (line = first; r == 0 && line->place && !member_true(node, "here"); line++)
			if (line->place == ON_OTHER || line->place == HERE_FOR_OTHER)
				r = add_command(line, node, here,
						line->place == ON_OTHER ? where(node) : name,
						commands, err);
	return r;
}

/* ---- what is told of it ---------------------------------------------------------------------- */

static void add_lines(const json_t *nodes, const json_t *rows, const struct strings *unplaced,
		      json_t *lines)
{
	_cleanup_free_ char *names = strings_join(unplaced, ", "), *safe = text_safe(names, false);

	list_each(node, nodes) {
		_cleanup_free_ char *name = text_plain(member_text(node, "name"), 24);
		_cleanup_free_ char *address = text_plain(member_text(node, "address"), 32);
		bool evidence = json_is_integer(json_object_get(node, "evidence"));

		list_add(lines, json_sprintf("    %-32s  %-16s  %s", *address ? address : "-",
					     *name ? name : "-",
					     member_true(node, "here") ? "this node"
					     : evidence                ? "its evidence is here"
								       : "no evidence yet"));
	}
	list_each(node, nodes)
		if (member_true(node, "here") && !member_or_null(node, "address") &&
		    json_array_size(nodes) > 1)
			list_add(lines, json_string("Set wsrep_node_address here: nothing tells "
						    "which of the addresses is this node's."));
	if (unplaced->count)
		list_add(lines,
			 json_sprintf("Named besides, and nothing here tells the address: %s",
				      safe));
	ledger_cluster_missing(rows, lines);
}

int runbook_make(struct session *session, json_t **runbook, struct error *err)
{
	_cleanup_(strings_clear) struct strings unplaced = { 0 };
	json_auto_t *made = NULL, *ledger = NULL, *nodes = json_array();
	_cleanup_free_ char *here = node_command(session, "");
	const struct galera_config *config;
	char name[NODE_NAME_SIZE];
	json_t *lines = json_array(), *list = json_array(), *rows;
	int r = node_config(session, &config, err) ?: ledger_json(session, &ledger, err);

	made = json_made(json_pack("{s:o, s:o}", "lines", lines, "stages", list));
	if (r < 0)
		return r;
	node_name(session, name);
	rows = json_object_get(ledger, "cluster");
	add_members(config, name, nodes);
	add_known(session, rows, nodes, &unplaced);
	add_lines(nodes, rows, &unplaced, lines);
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(stages); i++)
		r = add_stage(&stages[i], nodes, here, name, list, err);
	if (r < 0)
		return r;
	member_set(made, "title",
		   json_sprintf("%zu %s, as wsrep_cluster_address and the evidence here have it:",
				COUNTED(json_array_size(nodes), "node", "nodes")));
	member_set(made, "cluster", text_json(galera_config_get(config, "wsrep_cluster_name")));
	json_object_set(made, "nodes", nodes);
	json_object_set(made, "ledger", rows);
	*runbook = TAKE_PTR(made);
	return 0;
}
