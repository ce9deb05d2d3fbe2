/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "steps/confining/confine.h"
#include "steps/host/who.h"
#include "steps/node/change.h"
#include "steps/node/node.h"
#include "wizard/step.h"
#include "wizard/util.h"

#define HIDDEN "hidden"     /* memory: "shown" by us, or "kept" hidden, as the operator wants it */
#define OURS   "permissive" /* memory: it is us who have made the domain permissive */

/* "permissive_mysqld_t". */
static char *module_name(void)
{
	return str_printf("permissive_%s", node_domain());
}

bool confine_is(const json_t *change, const char *part)
{
	return part ? member_is(change, "confine", part) : *member_text(change, "confine");
}

bool confine_among(const json_t *changes, const char *part)
{
	list_each(change, changes)
		if (confine_is(change, part))
			return true;
	return false;
}

void confine_strike(json_t *changes, const char *part)
{
	for (size_t i = json_array_size(changes); i-- > 0;)
		if (confine_is(json_array_get(changes, i), part))
			json_array_remove(changes, i);
}

/* ---- plans ---------------------------------------------------------------------------------- */

static void plan_domain(json_t *changes, bool permissive, unsigned int priority)
{
	_cleanup_free_ char *what = str_printf("domain %s", node_domain());
	_cleanup_free_ char *add = str_printf("semanage permissive -a %s", node_domain());
	_cleanup_free_ char *delete = str_printf("semanage permissive -d %s", node_domain());
	json_t *change = change_add(
		changes, json_pack("{s:s}", "confine", "domain"),
		&(struct change){ .what = what,
				  .from = permissive ? "confined" : "permissive",
				  .to = permissive ? "permissive" : "confined",
				  .note = permissive ? "until the module is there" : NULL,
				  .command = permissive ? add : delete,
				  .undo = permissive ? delete : add });

	member_set(change, "priority", json_integer(priority));
}

static void plan_hidden(json_t *changes, bool show)
{
	change_add(changes, json_pack("{s:s}", "confine", "hidden"),
		   &(struct change){ .what = "hidden denials",
				     .from = show ? "hidden" : "shown",
				     .to = show ? "shown" : "hidden",
				     .note = show ? "of every domain" : NULL,
				     .command = show ? "semodule -DB" : "semodule -B",
				     .undo = show ? "semodule -B" : "semodule -DB" });
}

static const char *wish(struct session *session)
{
	return item_text(session_recall(session, HIDDEN));
}

int confine_plan_loose(struct session *session, json_t *changes, struct error *err)
{
	bool permissive = false, shown = false;
	struct store *store;
	int r = node_is_permissive(session, &permissive, err)
			?: node_store(session, &store, err)
			?: store_shows_hidden(store, &shown, err);

	if (r < 0)
		return r;
	if (!permissive)
		plan_domain(changes, true, STORE_PRIORITY);
	if (!shown && strcmp(wish(session), "kept") != 0)
		plan_hidden(changes, true);
	return 0;
}

int confine_plan_strict(struct session *session, json_t *changes, struct error *err)
{
	_cleanup_free_ char *name = module_name();
	bool permissive = false, module = false, shown = false;
	unsigned int priority = 0;
	struct store *store;
	int r = node_is_permissive(session, &permissive, err)
			?: node_store(session, &store, err)
			?: store_module_active(store, name, &module, &priority, err)
			?: store_shows_hidden(store, &shown, err);

	if (r < 0)
		return r;
	if (permissive && module)
		plan_domain(changes, false, priority);
	if (shown)
		plan_hidden(changes, false);
	return 0;
}

bool confine_shows_hidden(struct session *session)
{
	return !strcmp(wish(session), "shown");
}

bool confine_made_permissive(struct session *session)
{
	return json_is_true(session_recall(session, OURS));
}

int confine_keep_hidden(struct session *session, struct error *err)
{
	return session_remember(session, HIDDEN, json_string("kept"), err);
}

/* ---- changes -------------------------------------------------------------------------------- */

static bool wants(const json_t *change, bool back, const char *state)
{
	return member_is(change, back ? "from" : "to", state);
}

static unsigned int priority_of(const json_t *change)
{
	return (unsigned int)member_number(change, "priority");
}

static int change_domain(struct store *store, const json_t *change, bool permissive,
			 struct error *err)
{
	_cleanup_free_ char *name = module_name();
	_cleanup_free_ char *cil = str_printf("(typepermissive %s)\n", node_domain());

	return permissive ? store_module_install(store, name, priority_of(change), cil, err)
			  : store_module_remove(store, name, priority_of(change), err);
}

int confine_change(struct store *store, const json_t *changes, bool back, struct error *err)
{
	int r = 0;

	list_each(change, changes) {
		if (r == 0 && confine_is(change, "domain"))
			r = change_domain(store, change, wants(change, back, "permissive"), err);
		if (r == 0 && confine_is(change, "hidden"))
			r = store_show_hidden(store, wants(change, back, "shown"), err);
		if (r == 0 && confine_is(change, "module"))
			r = store_module_enable(store, member_text(change, "name"),
						!wants(change, back, "disabled"), err);
	}
	return r;
}

/* Is the store already as this change would leave it? */
static int is_so(struct store *store, const json_t *change, bool back, bool *so, struct error *err)
{
	_cleanup_free_ char *name = module_name();
	_cleanup_free_ char *present = NULL;
	unsigned int priority = 0;
	bool is;
	int r;

	if (confine_is(change, "hidden")) {
		r = store_shows_hidden(store, &is, err);
		*so = r == 0 && is == wants(change, back, "shown");
		return r;
	}
	if (confine_is(change, "limit")) {
		*so = true;
		return 0;
	}
	if (confine_is(change, "module")) {
		r = store_module_active(store, member_text(change, "name"), &is, &priority, err);
		*so = r == 0 && (!priority || is != wants(change, back, "disabled"));
		return r;
	}
	r = store_module_text(store, name, priority_of(change), &present, err);
	*so = r == 0 && !!present == wants(change, back, "permissive");
	return r;
}

/* Ahead of the commit: it is known for ours, whenever we are stopped. */
static int remember_change(struct session *session, const json_t *changes, bool back,
			   struct error *err)
{
	int r = 0;

	list_each(change, changes) {
		if (r == 0 && confine_is(change, "hidden") && wants(change, back, "shown"))
			r = session_remember(session, HIDDEN, json_string("shown"), err);
		if (r == 0 && confine_is(change, "domain") && wants(change, back, "permissive"))
			r = session_remember(session, OURS, json_true(), err);
		if (r == 0 && confine_is(change, "module") && wants(change, back, "disabled"))
			r = session_note(session, NODE_REPLACED, member_text(change, "name"), err);
	}
	return r;
}

struct confinement {
	const json_t *changes;
	bool back;
};

static int change(struct store *store, const void *data, struct error *err)
{
	const struct confinement *wanted = data;

	return confine_change(store, wanted->changes, wanted->back, err);
}

int confine_commit(struct session *session, const json_t *changes, bool back, struct error *err)
{
	struct confinement wanted = { changes, back };
	struct store *store;
	bool so = true;
	int r = node_store(session, &store, err);

	list_each(one, changes)
		if (r == 0 && so && confine_is(one, NULL))
			r = is_so(store, one, back, &so, err);
	/* The base was made with it. */
	if (r == 0 && !so && confine_among(changes, "module"))
		r = node_forget_base(session, err);
	if (r == 0 && !so)
		r = remember_change(session, changes, back, err);
	if (r < 0 || so)
		return r;
	node_say_building(session);
	return node_change(session, change, &wanted, err)
		       ?: confine_note(session, changes, back, err);
}

/* ---- what others are told -------------------------------------------------------------------- */

static void note(struct session *session, const json_t *changes, bool back)
{
	_cleanup_free_ char *who = session_is_scratch(session) ? NULL : host_who();

	list_each(change, changes) {
		const char *to = member_text(change, back ? "from" : "to");

		if (who && (confine_is(change, "domain") || confine_is(change, "hidden")))
			host_note(session->workflow->program, "%s: %s from now on, by %s",
				  member_text(change, "what"), to, who);
	}
}

static int note_back(struct session *session, const json_t *changes, struct error *err)
{
	(void)err;
	note(session, changes, true);
	return 0;
}

/* Changes are held back on the way back alone. */
int confine_note(struct session *session, const json_t *changes, bool back, struct error *err)
{
	if (back)
		return node_then(session, note_back, changes, err);
	note(session, changes, false);
	return 0;
}
