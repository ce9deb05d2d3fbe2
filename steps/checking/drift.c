/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "steps/checking/drift.h"
#include "steps/labelling/labels.h"
#include "steps/module/proof.h"
#include "steps/module/text.h"
#include "steps/node/node.h"
#include "steps/oracle/access.h"
#include "wizard/util.h"

#define AGAIN   "run galera-selinux: "
#define REACHED "reached" /* memory: {"ports": {"4567/tcp": TYPE}, "files": {PATH: TYPE}} */

static void add(json_t *changes, const char *kind, const char *what, const char *why,
		const char *todo)
{
	list_add(changes, json_pack("{s:s, s:s, s:s, s:s}", "kind", kind, "what", what, "why", why,
				    "do", todo));
}

/* ---- the module ------------------------------------------------------------------------------ */

/* *text: as it is in force, so that its rules can be looked at; NULL: it is not. */
static int look_at_module(struct session *session, const char *loaded, json_t *changes, char **text,
			  struct error *err)
{
	static const char name[] = "module " MODULE_NAME;
	_cleanup_free_ char *present = NULL;
	unsigned int priority = 0;
	struct store *store;
	bool active = false;
	int r = node_store(session, &store, err)
			?: store_module_active(store, MODULE_NAME, &active, &priority, err)
			?: store_module_text(store, MODULE_NAME, STORE_PRIORITY, &present, err);

	*text = NULL;
	if (r < 0)
		return r;
	if (priority > STORE_PRIORITY) {
		_cleanup_free_ char *why = str_printf(
			"another of that name, at priority %u, stands over it", priority);
		_cleanup_free_ char *todo = str_printf(
			"see whose it is; semodule -X %u -r " MODULE_NAME " takes it away",
			priority);

		add(changes, "module-shadowed", name, why, todo);
	} else if (!present) {
		add(changes, "module-removed", name, "it is not installed any more",
		    AGAIN "it is loaded again");
	} else if (!active) {
		add(changes, "module-disabled", name, "it is disabled", "semodule -e " MODULE_NAME);
	} else {
		if (strcmp(present, loaded) != 0)
			add(changes, "module-changed", name,
			    "it is not the one that was loaded here", AGAIN "it is loaded again");
		*text = TAKE_PTR(present);
	}
	return 0;
}

/* The modules that ours replaces were disabled to learn what they allow. */
static int look_at_replaced(struct session *session, json_t *changes, struct error *err)
{
	struct store *store;
	const char *name;
	json_t *value;
	int r = node_store(session, &store, err);

	json_object_foreach(session_recall(session, NODE_REPLACED), name, value) {
		_cleanup_free_ char *what = str_printf("module %s", name);
		_cleanup_free_ char *todo = str_printf("semodule -d %s", name);
		bool active = false;

		if (r == 0 && strcmp(name, MODULE_NAME) != 0)
			r = store_module_active(store, name, &active, NULL, err);
		if (r == 0 && active)
			add(changes, "module-enabled", what,
			    "it was disabled, as the module " MODULE_NAME
			    " replaces it, and is enabled again: the server may do more than was "
			    "approved",
			    todo);
	}
	return r;
}

/* ---- its rules ------------------------------------------------------------------------------- */

static void add_rule(json_t *changes, const struct rule *rule, const bool *only, const char *kind,
		     const char *why, const char *todo)
{
	_cleanup_free_ char *text = rule_text(rule, only);

	if (text)
		add(changes, kind, text, why, todo);
}

int drift_of_rule(const struct drift_policies *policies, const struct rule *rule, json_t *changes,
		  struct error *err)
{
	_cleanup_free_ bool *given = memory_new(rule->permissions.count + 1, sizeof(*given));
	_cleanup_free_ char *missing = rule_missing(policies->with, rule);
	size_t present = 0, unneeded = 0;
	int r;

	if (missing) {
		_cleanup_free_ char *why =
			str_printf("dropped, the policy has no %s any more", missing);

		add_rule(changes, rule, NULL, "rule-dropped", why,
			 AGAIN "the module is built without it; do the exercises again");
		return 0;
	}
	if (rule->kind == RULE_DONTAUDIT && !policies->silences)
		return 0;
	r = rule_granted(policies->with, policies->with, rule, given, &present, err)
		    ?: rule_granted(policies->with, policies->base, rule, given, &unneeded, err);
	if (r < 0)
		return r;
	if (present < rule->permissions.count)
		add_rule(changes, rule, NULL, "rule-dropped", "the compiled policy is without it",
			 "semodule -B builds it anew");
	if (unneeded)
		add_rule(changes, rule, given, "rule-unneeded",
			 rule->kind == RULE_ALLOW
				 ? "not needed any more, the policy itself allows it"
				 : "not needed any more, the policy itself logs none of it",
			 AGAIN "the module is built without it");
	return 0;
}

int drift_policies(struct oracle *with, struct oracle *base, const char *domain,
		   struct drift_policies *policies, struct error *err)
{
	_cleanup_(access_free) struct access_set *silenced = NULL;
	int r = access_of(with, with, domain, ACCESS_SILENCED, &silenced, err);

	*policies = (struct drift_policies){ with, base, r == 0 && access_count(silenced, NULL) };
	return r;
}

static int look_at_rules(struct session *session, const char *text, json_t *changes,
			 struct error *err)
{
	struct drift_policies policies = { 0 };
	struct oracle *loaded, *base;
	struct rules rules = { 0 };
	int r = cil_rules(text, &rules, err)
			?: node_loaded(session, &loaded, err)
			?: node_base(session, &base, err)
			?: drift_policies(loaded, base, node_domain(), &policies, err);

	for (size_t i = 0; r == 0 && i < rules.count; i++)
		r = drift_of_rule(&policies, &rules.items[i], changes, err);
	rules_clear(&rules);
	return r;
}

/* Whatever the store has: the kernel's word is what confines. */
static int look_at_kernel(struct session *session, json_t *changes, struct error *err)
{
	struct oracle *oracle;
	int r = node_loaded(session, &oracle, err);

	if (r == 0 && node_run(session)->in_kernel == IN_KERNEL_OTHER)
		add(changes, "policy-unloaded", "policy",
		    "the kernel has loaded another one than the one that was built last",
		    "load_policy, or " AGAIN "it is loaded");
	return r;
}

/* ---- labels ---------------------------------------------------------------------------------- */

/* The labels that the modules alone give the ports, without ours over them. */
static int base_ports(struct session *session, json_t *types, struct error *err)
{
	_cleanup_free_ char *path = NULL;
	const struct galera_port *ports;
	struct oracle *oracle = NULL;
	struct store *store = NULL;
	int count = 0;
	int r = node_ports(session, &ports, &count, err) ?: node_store(session, &store, err);

	if (r < 0)
		return r;
	path = store_linked_policy(store);
	if (!path)
		return 0;
	r = oracle_open(&oracle, path, err);
	for (int i = 0; r == 0 && i < count; i++) {
		_cleanup_free_ char *key = str_printf("%u/%s", ports[i].number, ports[i].proto);
		const char *type = oracle_port_type(oracle, ports[i].proto, ports[i].number);

		member_set(types, key, json_string(type ?: "none"));
	}
	oracle_close(oracle);
	return r;
}

static int wanted_files(struct session *session, json_t *types, struct error *err)
{
	struct labels labels = { 0 };
	int r = labels_look(session, &labels, err);

	for (size_t i = 0; r == 0 && i < labels.count; i++) {
		const struct label *label = &labels.items[i];

		if (label->state == LABEL_RIGHT &&
		    json_object_set_new(types, label->path, json_string(label->wanted ?: "none")) <
			    0)
			r = error_set(err, EILSEQ, "give the server's files paths of UTF-8",
				      "the path %s is not UTF-8", label->path);
	}
	labels_clear(&labels);
	return r;
}

static int look(struct session *session, json_t **reached, struct error *err)
{
	json_t *ports = json_object(), *files = json_object();
	int r = base_ports(session, ports, err) ?: wanted_files(session, files, err);

	*reached = json_made(json_pack("{s:o, s:o}", "ports", ports, "files", files));
	return r;
}

int drift_settle(struct session *session, struct error *err)
{
	json_auto_t *reached = NULL;
	int r = look(session, &reached, err);

	if (r < 0 || json_equal(reached, session_recall(session, REACHED)))
		return r;
	return session_remember(session, REACHED, TAKE_PTR(reached), err);
}

/* What the step that labels them would do now is what was lost. */
static int find_lost(struct session *session, drift_plan *plan, json_t *changes, struct error *err)
{
	json_auto_t *planned = json_array();
	int r = plan(session, planned, err);

	list_each(change, planned) {
		_cleanup_free_ char *why =
			str_printf("its label is lost, it is %s and should be %s",
				   member_text(change, "from"), member_text(change, "to"));

		if (r == 0)
			add(changes, "label-lost", member_text(change, "what"), why,
			    AGAIN "it is labelled again");
	}
	return r;
}

static void compare(const json_t *then, const json_t *now, const char *todo, json_t *changes)
{
	const char *name;
	json_t *type;

	json_object_foreach((json_t *)then, name, type) {
		const char *before = item_text(type), *present = member_or_null(now, name);
		_cleanup_free_ char *why = NULL;

		if (!present || !strcmp(before, present))
			continue;
		why = str_printf("the policy itself labels it %s now, and %s before", present,
				 before);
		add(changes, "label-base", name, why, todo);
	}
}

static int look_at_labels(struct session *session, drift_plan *plan, json_t *changes,
			  struct error *err)
{
	const json_t *reached = session_recall(session, REACHED);
	json_auto_t *now = NULL;
	int r;

	if (!reached)
		return 0;
	r = (plan ? find_lost(session, plan, changes, err) : 0) ?: look(session, &now, err);
	if (r < 0)
		return r;
	compare(json_object_get(reached, "ports"), json_object_get(now, "ports"),
		"nothing: your local label stands over it", changes);
	compare(json_object_get(reached, "files"), json_object_get(now, "files"),
		"nothing, if that is right: a relabel follows the policy", changes);
	return 0;
}

/* ---- all of it ------------------------------------------------------------------------------- */

int drift_find(struct session *session, drift_plan *plan, json_t *changes, struct error *err)
{
	const char *loaded = json_string_value(session_recall(session, MODULE_LOADED));
	const json_t *rules = json_object_get(session_recall(session, "build"), "rules");
	_cleanup_free_ char *text = NULL;
	int r = 0;

	/* Where no rule is needed any more, the module is gone for good. */
	if (loaded && json_integer_value(rules))
		r = look_at_module(session, loaded, changes, &text, err);
	if (r == 0 && loaded)
		r = look_at_replaced(session, changes, err)
			    ?: look_at_kernel(session, changes, err);
	if (r == 0 && text)
		r = look_at_rules(session, text, changes, err);
	return r < 0 ? r : look_at_labels(session, plan, changes, err);
}
