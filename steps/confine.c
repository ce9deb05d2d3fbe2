/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "steps/confine.h"
#include "steps/node.h"
#include "wizard/util.h"

char *confine_module(void)
{
	return str_printf("permissive_%s", node_domain());
}

int confine_set(struct session *session, bool permissive, unsigned int priority, struct error *err)
{
	_cleanup_free_ char *name = confine_module();
	_cleanup_free_ char *cil = str_printf("(typepermissive %s)\n", node_domain());
	_cleanup_free_ char *present = NULL;
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
	r = store_begin(store, err);
	if (r < 0)
		return r;
	r = permissive ? store_module_install(store, name, priority, cil, err)
		       : store_module_remove(store, name, priority, err);
	if (r == 0)
		r = store_commit(store, err);
	if (r < 0) {
		store_abort(store);
		return r;
	}
	return node_committed(session, err);
}
