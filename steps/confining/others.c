/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "steps/confining/confine.h"
#include "steps/node/node.h"
#include "steps/confining/others.h"
#include "steps/oracle/width.h"
#include "wizard/step.h"
#include "wizard/prompt.h"
#include "wizard/screen.h"
#include "wizard/util.h"

/* Memory: what was found, at the state of the policy that NODE_OTHERS is; what is to stay. */
#define FOUND "others"
#define KEPT  "others.kept"

/* ---- looking for them ------------------------------------------------------------------------ */

int others_installed(struct session *session, char **text, bool *ours, struct error *err)
{
	const char *loaded = json_string_value(session_recall(session, MODULE_LOADED));
	struct store *store;
	int r = node_store(session, &store, err)
			?: store_module_text(store, MODULE_NAME, STORE_PRIORITY, text, err);

	*ours = r == 0 && *text && loaded && !strcmp(*text, loaded);
	return r;
}

static int is_ours_loaded(struct session *session, bool *ours, struct error *err)
{
	_cleanup_free_ char *text = NULL;

	return others_installed(session, &text, ours, err);
}

/* The domains that they are looked for. */
static json_t *domains(void)
{
	json_t *list = json_array();

	for (const char *const *domain = node_domains(); *domain; domain++)
		json_array_append_new(list, json_string(*domain));
	return list;
}

static json_t *as_json(const struct widths *widths)
{
	json_t *list = json_array();

	for (size_t i = 0; i < widths->count; i++) {
		const struct width *width = &widths->items[i];

		json_array_append_new(list, json_pack("{s:s, s:i, s:i, s:I, s:I, s:I, s:b}", "name",
						      width->name, "priority", (int)width->priority,
						      "below", (int)width->below, "rules",
						      (json_int_t)width->rules, "accesses",
						      (json_int_t)width->accesses, "silenced",
						      (json_int_t)width->silenced, "only_ours",
						      width->only_ours));
	}
	return list;
}

static void say_wait(size_t count)
{
	screen_say("Measuring what %zu %s not the distribution's: some seconds ...",
		   COUNTED(count, "module allows that is", "modules allow that are"));
}

static int look(struct session *session, struct error *err)
{
	struct widths widths = { 0 };
	struct oracle *policy;
	struct store *store;
	json_t *stamp = NULL;
	bool ours = false;
	int r = is_ours_loaded(session, &ours, err)
			?: node_store(session, &store, err)
			?: node_loaded(session, &policy, err)
			?: widths_find(store, policy, node_domains(), ours ? MODULE_NAME : NULL,
				       say_wait, &widths, err)
			?: session_remember(session, FOUND,
					    json_pack("{s:o, s:o}", "domains", domains(), "modules",
						      as_json(&widths)),
					    err)
			?: node_stamp(session, &stamp, err);

	widths_clear(&widths);
	return r < 0 ? r : session_remember(session, NODE_OTHERS, stamp, err);
}

/* What was found, borrowed, in this state of the policy. */
static int find(struct session *session, const json_t **modules, struct error *err)
{
	const json_t *found = session_recall(session, FOUND);
	json_auto_t *wanted = domains();
	bool current = false;
	int r = node_is_current(session, NODE_OTHERS, &current, err);

	if (r == 0 && !(current && json_equal(json_object_get(found, "domains"), wanted)))
		r = look(session, err);
	*modules = json_object_get(session_recall(session, FOUND), "modules");
	return r;
}

static bool has(struct session *session, const char *key, const char *name)
{
	return json_object_get(session_recall(session, key), name);
}

static void add(struct session *session, const json_t *module, json_t *list)
{
	const char *name = member_text(module, "name");
	json_t *copy = json_copy((json_t *)module);

	member_set(copy, "kept", json_boolean(has(session, KEPT, name)));
	member_set(copy, "replaced", json_boolean(has(session, NODE_REPLACED, name)));
	list_add(list, copy);
}

int others_active(struct session *session, json_t *list, struct error *err)
{
	const json_t *modules = NULL;
	struct store *store;
	bool ours = false;
	int r = find(session, &modules, err)
			?: is_ours_loaded(session, &ours, err)
			?: node_store(session, &store, err);

	list_each(module, modules) {
		const char *name = member_text(module, "name");
		bool active = false;

		if (r == 0)
			r = store_module_active(store, name, &active, NULL, err);
		if (r == 0 && active && !(ours && !strcmp(name, MODULE_NAME)))
			add(session, module, list);
	}
	return r;
}

char *others_text(const json_t *other)
{
	long long rules = member_number(other, "rules"),
		  accesses = member_number(other, "accesses");
	long long silenced = member_number(other, "silenced");
	_cleanup_free_ char *first =
		rules ? str_printf("%lld %s, ", COUNTED(rules, "rule", "rules")) : str_copy("");
	_cleanup_free_ char *last =
		silenced ? str_printf(", %lld silenced", silenced) : str_copy("");

	return str_printf("%s%lld %s%s", first, COUNTED(accesses, "access", "accesses"), last);
}

bool others_can_go(const json_t *other)
{
	return !member_number(other, "below") &&
	       (!member_is(other, "name", MODULE_NAME) ||
		member_number(other, "priority") == STORE_PRIORITY);
}

/* ---- disabling them -------------------------------------------------------------------------- */

static void plan_one(const json_t *other, json_t *changes)
{
	const char *name = member_text(other, "name");
	_cleanup_free_ char *width = others_text(other);
	_cleanup_free_ char *what = str_printf("module %s", name);
	_cleanup_free_ char *from = str_printf("active, %s", width);
	_cleanup_free_ char *disable = str_printf("semodule -d %s", name);
	_cleanup_free_ char *enable = str_printf("semodule -e %s", name);
	json_t *change = change_add(changes, json_pack("{s:s}", "confine", "module"),
				    &(struct change){ .what = what,
						      .from = from,
						      .to = "disabled",
						      .note = "not the distribution's",
						      .command = disable,
						      .undo = enable });

	member_set(change, "name", json_string(name));
	json_object_set(change, "only_ours", json_object_get(other, "only_ours"));
}

int others_plan(struct session *session, json_t *changes, struct error *err)
{
	json_auto_t *list = json_array();
	int r = others_active(session, list, err);

	if (r < 0)
		return r;
	list_each(other, list)
		if (others_can_go(other) && !member_true(other, "kept"))
			plan_one(other, changes);
	return 0;
}

static int plan_back(struct store *store, const char *name, json_t *changes, struct error *err)
{
	_cleanup_free_ char *what = str_printf("module %s", name);
	_cleanup_free_ char *disable = str_printf("semodule -d %s", name);
	_cleanup_free_ char *enable = str_printf("semodule -e %s", name);
	unsigned int priority = 0;
	bool active = false;
	int r = store_module_active(store, name, &active, &priority, err);

	if (r < 0 || active || !priority)
		return r;
	change_add(changes, json_pack("{s:s, s:s}", "confine", "module", "name", name),
		   &(struct change){ .what = what,
				     .from = "disabled",
				     .to = "active",
				     .command = enable,
				     .undo = disable });
	return 0;
}

int others_plan_back(struct session *session, json_t *changes, struct error *err)
{
	struct store *store;
	const char *name;
	json_t *mark;
	bool ours = false;
	int r = is_ours_loaded(session, &ours, err) ?: node_store(session, &store, err);

	json_object_foreach(session_recall(session, NODE_REPLACED), name, mark) {
		if (r == 0 && !ours)
			r = plan_back(store, name, changes, err);
	}
	return r;
}

static int keep(struct session *session, const char *name, struct error *err)
{
	screen_say("It stays, and what it allows is not learned. Another time: semodule -d %s",
		   name);
	return session_note(session, KEPT, name, err);
}

/* One that does more is not disabled by an answer that is meant for all the world. */
static int ask_one(struct session *session, const json_t *change, bool *disable, struct error *err)
{
	static const char key[] = "permissive.modules";
	bool only_ours = member_true(change, "only_ours");
	const char *name = member_text(change, "name");
	_cleanup_free_ char *text = str_printf("Disable the module %s?", name);
	const char *settled;
	bool by_subject;

	if (only_ours) {
		screen_say(
			"What the module %s allows is not denied, so it is not learned. While it "
			"is disabled all is learned, and in the end the module " MODULE_NAME
			" stands in its place. Undo enables it again.",
			name);
	} else {
		screen_mark(MARK_WARN,
			    "The module %s has more than rules of %s: whatever else needs it would "
			    "fail. Look first: semodule -E %s",
			    name, node_domain(), name);
		settled = prompt_settled(session, key, name, &by_subject);
		if (settled && !by_subject && !strcmp(settled, "yes")) {
			screen_say("To disable it all the same: --answer '%s[%s]=yes'", key, name);
			*disable = false;
			return 0;
		}
	}
	return prompt_yes_no(session, key, name, text, only_ours, disable, err);
}

int others_ask(struct session *session, json_t *changes, struct error *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < json_array_size(changes);) {
		const json_t *change = json_array_get(changes, i);
		bool disable = true;

		if (confine_is(change, "module"))
			r = ask_one(session, change, &disable, err);
		if (r == 0 && !disable) {
			r = keep(session, member_text(change, "name"), err);
			json_array_remove(changes, i);
		} else {
			i++;
		}
	}
	return r;
}
