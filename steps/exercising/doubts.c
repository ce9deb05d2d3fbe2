/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "steps/exercising/doubts.h"
#include "steps/galera/exercises.h"
#include "steps/host/selinux.h"
#include "steps/host/server.h"
#include "steps/node/node.h"
#include "wizard/util.h"

static const struct {
	enum doubt doubt;
	const char *word, *was, *is;
} table[] = {
	{ DOUBT_SYSTEM, "system-permissive", "the whole system was permissive",
	  "the whole system is permissive: nothing is confined" },
	{ DOUBT_DOMAIN, "domain-permissive", "the server's domain was permissive",
	  "the server's domain is permissive" },
	{ DOUBT_RECORDS, "records-permissive",
	  "its own records say permissive=1, so what it did was granted, not allowed", "" },
	{ DOUBT_SHOWN, "dontaudit-off", "the policy's dontaudit rules were switched off",
	  "the policy's dontaudit rules are switched off" },
	{ DOUBT_UNKNOWN, "unknown", "nobody has looked whether the server was confined",
	  "the kernel does not tell whether the server's domain is confined" },
};

static size_t row_of(enum doubt doubt)
{
	size_t i = ARRAY_SIZE(table) - 1;

	while (i > 0 && table[i].doubt != doubt)
		i--;
	return i;
}

const char *doubt_text(enum doubt doubt)
{
	return table[row_of(doubt)].was;
}

const char *doubt_now_text(enum doubt doubt)
{
	return table[row_of(doubt)].is;
}

json_t *doubts_json(unsigned int doubts)
{
	json_t *list = json_array();

	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		if (doubts & table[i].doubt)
			list_add(list, json_string(table[i].word));
	return list;
}

unsigned int doubts_from(const json_t *list)
{
	unsigned int doubts = json_is_array(list) ? 0 : DOUBT_UNKNOWN;
	json_t *word;
	size_t at;

	json_array_foreach(list, at, word)
	{
		const char *text = json_string_value(word);
		size_t i = 0;

		while (i < ARRAY_SIZE(table) - 1 && strcmp(table[i].word, text ? text : "") != 0)
			i++;
		doubts |= table[i].doubt;
	}
	return doubts;
}

/* The context that the running server has; of one that does not run, the usual one. */
static char *domain_context(void)
{
	_cleanup_(server_process_clear) struct server_process process = { 0 };
	_cleanup_free_ char *context = NULL;
	_cleanup_free_ char *type = NULL;

	if (host_find_server(galera_servers, &process, NULL) == 0 && process.pid &&
	    host_process_context(process.pid, &context, NULL) == 0) {
		type = context_type(context);
		if (type && !strcmp(type, node_domain()))
			return TAKE_PTR(context);
	}
	return str_printf("system_u:system_r:%s:s0", node_domain());
}

static unsigned int ask_kernel(void)
{
	_cleanup_free_ char *context = domain_context();
	bool permissive = false;

	if (host_domain_is_permissive(context, &permissive, NULL) < 0)
		return DOUBT_UNKNOWN;
	return permissive ? DOUBT_DOMAIN : 0;
}

int doubts_now(struct session *session, unsigned int *doubts, struct error *err)
{
	enum selinux_mode mode = SELINUX_MODE_DISABLED;
	bool permissive = false, shown = false;
	struct store *store;
	int r = host_selinux_mode(session->root, &mode, err);

	*doubts = r == 0 && mode != SELINUX_MODE_ENFORCING ? DOUBT_SYSTEM : 0;
	/* A run has ended with this very policy, and confined. */
	if (r == 0 && !session->unchanged) {
		r = node_is_permissive(session, &permissive, err);
		if (r == 0)
			r = node_store(session, &store, err);
		if (r == 0)
			r = store_shows_hidden(store, &shown, err);
	}
	*doubts |= (permissive ? DOUBT_DOMAIN : 0) | (shown ? DOUBT_SHOWN : 0);
	if (r == 0 && !session_is_scratch(session))
		*doubts |= ask_kernel();
	return r;
}
