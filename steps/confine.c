/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "steps/confine.h"
#include "steps/node.h"
#include "wizard/util.h"

char *confine_module(void)
{
	return str_printf("permissive_%s", node_domain());
}

struct confinement {
	const char *module;
	unsigned int priority;
	const char *cil; /* NULL: the module goes */
};

static int change(struct store *store, const void *data, struct error *err)
{
	const struct confinement *wanted = data;

	return wanted->cil ? store_module_install(store, wanted->module, wanted->priority,
						  wanted->cil, err)
			   : store_module_remove(store, wanted->module, wanted->priority, err);
}

int confine_set(struct session *session, bool permissive, unsigned int priority, struct error *err)
{
	_cleanup_free_ char *name = confine_module();
	_cleanup_free_ char *cil = str_printf("(typepermissive %s)\n", node_domain());
	_cleanup_free_ char *present = NULL;
	struct confinement wanted = { name, priority, permissive ? cil : NULL };
	struct store *store;
	int r;

	if (!name || !cil)
		return error_nomem(err);
	r = node_store(session, &store, err);
	if (r < 0)
		return r;
	r = store_module_text(store, name, priority, &present, err);
	if (r < 0 || !!present == permissive)
		return r;
	return node_change(session, change, &wanted, err);
}
