/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * drift - what others have changed since: the module and its rules, against the policy as it is
 */
#include <errno.h>
#include <string.h>

#include "steps/checking/drift.h"
#include "steps/checking/drift_private.h"
#include "steps/module/rules.h"
#include "steps/node/node.h"
#include "steps/oracle/access.h"
#include "wizard/util.h"

#define AGAIN "run galera-selinux: "

int drift_add(json_t *changes, const char *kind, const char *what, const char *why,
	      const char *todo, struct error *err)
{
	json_t *change = json_pack("{s:s, s:s, s:s, s:s}", "kind", kind, "what", what, "why", why,
				   "do", todo);

	return json_array_append_new(changes, change) < 0 ? error_nomem(err) : 0;
}

/* ---- the module ------------------------------------------------------------------------------ */

/* *text: as it is in force, so that its rules can be looked at; NULL: it is not. */
static int look_at_module(struct session *session, const char *loaded, json_t *changes, char **text,
			  struct error *err)
{
	static const char name[] = "module " MODULE_NAME;
	_cleanup_free_ char *present = NULL, *todo = NULL, *why = NULL;
	unsigned int priority = 0;
	struct store *store;
	bool active = false;
	int r = node_store(session, &store, err);

	*text = NULL;
	if (r == 0)
		r = store_module_active(store, MODULE_NAME, &active, &priority, err);
	if (r == 0)
		r = store_module_text(store, MODULE_NAME, STORE_PRIORITY, &present, err);
	if (r < 0)
		return r;
	if (priority > STORE_PRIORITY) {
		why = str_printf("another of that name, at priority %u, stands over it", priority);
		todo = str_printf("see whose it is; semodule -X %u -r " MODULE_NAME
				  " takes it away",
				  priority);
		if (!why || !todo)
			return error_nomem(err);
		return drift_add(changes, "module-shadowed", name, why, todo, err);
	}
	if (!present)
		return drift_add(changes, "module-removed", name, "it is not installed any more",
				 AGAIN "it is loaded again", err);
	if (!active)
		return drift_add(changes, "module-disabled", name, "it is disabled",
				 "semodule -e " MODULE_NAME, err);
	if (strcmp(present, loaded) != 0)
		r = drift_add(changes, "module-changed", name,
			      "it is not the one that was loaded here", AGAIN "it is loaded again",
			      err);
	*text = TAKE_PTR(present);
	return r;
}

/* The modules that ours replaces were disabled to learn what they allow. */
static int look_at_replaced(struct session *session, json_t *changes, struct error *err)
{
	struct store *store;
	const char *name;
	json_t *value;
	int r = node_store(session, &store, err);

	json_object_foreach(session_recall(session, NODE_REPLACED), name, value)
	{
		_cleanup_free_ char *what = str_printf("module %s", name);
		_cleanup_free_ char *todo = str_printf("semodule -d %s", name);
		bool active = false;

		if (r == 0 && (!what || !todo))
			r = error_nomem(err);
		if (r == 0 && strcmp(name, MODULE_NAME) != 0)
			r = store_module_active(store, name, &active, NULL, err);
		if (r == 0 && active)
			r = drift_add(changes, "module-enabled", what,
				      "it was disabled, as the module " MODULE_NAME
				      " replaces it, and is enabled again: the server may do more "
				      "than was approved",
				      todo, err);
	}
	return r;
}

/* ---- its rules ------------------------------------------------------------------------------- */

struct policies {
	struct oracle *loaded, *base;
	bool silences; /* dontaudit rules are in force: no `semodule -DB` */
};

static const char *target_of(const struct rule *rule)
{
	return strcmp(rule->target, "self") ? rule->target : rule->source;
}

/* The first of its names that the policy does not define; caller frees. *missing NULL: none. */
static int find_missing(struct oracle *oracle, const struct rule *rule, char **missing,
			struct error *err)
{
	const char *const names[] = { rule->source, target_of(rule) };

	*missing = NULL;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (!oracle_has_type(oracle, names[i]) && !oracle_has_attribute(oracle, names[i])) {
			*missing = str_printf("type %s", names[i]);
			return *missing ? 0 : error_nomem(err);
		}
	for (size_t i = 0; i < rule->permission_count; i++)
		if (!oracle_has_permission(oracle, rule->tclass, rule->permissions[i])) {
			*missing = str_printf("permission %s of %s", rule->permissions[i],
					      rule->tclass);
			return *missing ? 0 : error_nomem(err);
		}
	return 0;
}

/* Does the policy `of` give all of one permission of the rule? */
static int gives(const struct policies *policies, const struct oracle *of, const struct rule *rule,
		 const char *permission, bool *given, struct error *err)
{
	struct access_set *wanted = NULL, *has = NULL, *silenced = NULL;
	int r = access_new(policies->loaded, &wanted, err);

	if (r == 0)
		r = access_of(policies->loaded, of, rule->source, ACCESS_ALLOWED, &has, err);
	if (r == 0 && rule->kind == RULE_DONTAUDIT)
		r = access_of(policies->loaded, of, rule->source, ACCESS_SILENCED, &silenced, err);
	if (r == 0) {
		access_add(wanted, target_of(rule), rule->tclass, permission);
		access_subtract(wanted, has);
		if (silenced)
			access_subtract(wanted, silenced);
		*given = access_count(wanted, NULL) == 0;
	}
	access_free(wanted);
	access_free(has);
	access_free(silenced);
	return r;
}

static int add_rule(json_t *changes, const struct rule *rule, const bool *only, const char *kind,
		    const char *why, const char *todo, struct error *err)
{
	_cleanup_free_ char *text = rule_text(rule, only);

	return text ? drift_add(changes, kind, text, why, todo, err) : error_nomem(err);
}

static int look_at_rule(const struct policies *policies, const struct rule *rule, json_t *changes,
			struct error *err)
{
	_cleanup_free_ bool *unneeded = calloc(rule->permission_count + 1, sizeof(*unneeded));
	_cleanup_free_ char *missing = NULL, *why = NULL;
	bool present = true, some = false;
	int r = unneeded ? find_missing(policies->loaded, rule, &missing, err) : error_nomem(err);

	if (r < 0)
		return r;
	if (missing) {
		why = str_printf("dropped, the policy has no %s any more", missing);
		if (!why)
			return error_nomem(err);
		return add_rule(changes, rule, NULL, "rule-dropped", why,
				AGAIN "the module is built without it; do the exercises again",
				err);
	}
	if (rule->kind == RULE_DONTAUDIT && !policies->silences)
		return 0;
	for (size_t i = 0; r == 0 && i < rule->permission_count; i++) {
		bool given = true;

		r = gives(policies, policies->loaded, rule, rule->permissions[i], &given, err);
		present = present && given;
		if (r == 0)
			r = gives(policies, policies->base, rule, rule->permissions[i],
				  &unneeded[i], err);
		some = some || unneeded[i];
	}
	if (r == 0 && !present)
		r = add_rule(changes, rule, NULL, "rule-dropped",
			     "the compiled policy is without it", "semodule -B builds it anew",
			     err);
	if (r == 0 && some)
		r = add_rule(changes, rule, unneeded, "rule-unneeded",
			     rule->kind == RULE_ALLOW
				     ? "not needed any more, the policy itself allows it"
				     : "not needed any more, the policy itself logs none of it",
			     AGAIN "the module is built without it", err);
	return r;
}

static int look_at_rules(struct session *session, const char *text, json_t *changes,
			 struct error *err)
{
	struct access_set *silenced = NULL;
	struct policies policies = { 0 };
	struct rules rules = { 0 };
	int r = cil_rules(text, &rules, err);

	if (r == 0)
		r = node_loaded(session, &policies.loaded, err);
	if (r == 0)
		r = node_base(session, &policies.base, err);
	if (r == 0)
		r = access_of(policies.loaded, policies.loaded, node_domain(), ACCESS_SILENCED,
			      &silenced, err);
	policies.silences = r == 0 && access_count(silenced, NULL) > 0;
	access_free(silenced);
	for (size_t i = 0; r == 0 && i < rules.count; i++)
		r = look_at_rule(&policies, &rules.items[i], changes, err);
	rules_clear(&rules);
	return r;
}

int drift_find(struct session *session, json_t *changes, struct error *err)
{
	const char *loaded = json_string_value(session_recall(session, MODULE_LOADED));
	const json_t *rules = json_object_get(session_recall(session, "build"), "rules");
	_cleanup_free_ char *text = NULL;
	int r = 0;

	/* Where no rule is needed any more, the module is gone for good. */
	if (loaded && json_integer_value(rules))
		r = look_at_module(session, loaded, changes, &text, err);
	if (r == 0 && loaded)
		r = look_at_replaced(session, changes, err);
	if (r == 0 && text)
		r = look_at_rules(session, text, changes, err);
	return r < 0 ? r : drift_labels(session, changes, err);
}
