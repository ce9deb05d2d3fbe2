/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "steps/checking/needs.h"
#include "steps/galera/known.h"
#include "steps/node/node.h"
#include "wizard/util.h"

static bool allows(struct oracle *oracle, const char *target, const char *tclass,
		   const char *permissions)
{
	_cleanup_(strings_clear) struct strings words = { 0 };
	bool all = true;

	strings_split(&words, permissions, " ");
	for (size_t i = 0; all && i < words.count; i++) {
		struct judgement judgement = { .verdict = VERDICT_UNKNOWN };

		/* A permission that this policy does not know is not asked for. */
		all = oracle_judge(oracle, node_domain(), target, tclass, words.items[i],
				   &judgement, NULL) == 0 &&
		      (judgement.verdict == VERDICT_ALLOWED ||
		       judgement.verdict == VERDICT_UNKNOWN);
	}
	return all;
}

/* Of several targets the one that the policy has: they stand for each other. */
static bool is_met(struct oracle *oracle, const struct known_denial *row)
{
	_cleanup_(strings_clear) struct strings targets = { 0 };

	strings_split(&targets, row->target, " ");
	for (size_t i = 0; i < targets.count; i++) {
		const char *target =
			strcmp(targets.items[i], "self") ? targets.items[i] : node_domain();

		if (oracle_has_type(oracle, target) &&
		    allows(oracle, target, row->tclass, row->permissions))
			return true;
	}
	return false;
}

static int look_ports(struct report *report, struct oracle *oracle, struct error *err)
{
	_cleanup_(strings_clear) struct strings usable = { 0 };
	_cleanup_free_ char *list = NULL;
	const struct galera_port *ports;
	int count = node_ports(report->session, &ports, err);

	for (int i = 0; i < count; i++) {
		const char *proto = ports[i].proto;
		unsigned int number = ports[i].number;
		const char *type = oracle_port_type(oracle, proto, number) ?: "";

		if (strcmp(type, PORT_TYPE) != 0 &&
		    oracle_port_is_usable(oracle, node_domain(), proto, number))
			strings_take(&usable, str_printf("%u/%s", number, proto));
	}
	list = strings_join(&usable, ", ");
	if (usable.count)
		report_add(report, LEVEL_OK, "policy", NULL, "it lets %s use %s as they are%s",
			   node_domain(), list,
			   (int)usable.count == count ? ": no port is to be labelled" : "");
	return count < 0 ? count : 0;
}

int needs_look(struct report *report, struct oracle *oracle, struct error *err)
{
	size_t needs = 0, met = 0;
	int r;

	report_add(report, LEVEL_OK, "policy", NULL, "the policy knows %s and " PORT_TYPE,
		   node_domain());
	r = look_ports(report, oracle, err);
	if (r < 0)
		return r;
	for (const struct known_denial *row = galera_known_denials; row->why; row++) {
		needs += row->without != NULL;
		met += row->without && is_met(oracle, row);
	}
	if (met == needs)
		report_add(report, LEVEL_OK, "policy", NULL,
			   "it allows all that Galera is known to need: perhaps no module is "
			   "needed; the exercises prove it");
	else
		report_add(report, LEVEL_OK, "policy", NULL,
			   "it allows %zu of %zu accesses that Galera is known to need", met,
			   needs);
	return 0;
}
