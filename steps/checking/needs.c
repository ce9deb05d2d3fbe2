/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "steps/checking/probes.h"
#include "steps/galera/known.h"
#include "steps/host/package.h"
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
	int count = 0, r = node_ports(report->session, &ports, &count, err);

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
	return r;
}

/* The distribution's, and what adds to it: on Fedora MariaDB's policy is a package of its own. */
static int look_packages(struct report *report, const char *type, struct error *err)
{
	_cleanup_free_ char *base = str_printf("/etc/selinux/%s/contexts/customizable_types", type);
	_cleanup_free_ char *added =
		str_printf("/usr/share/selinux/packages/{,%s/}{mysql,mariadb,percona}*.pp*", type);
	const char *const patterns[] = { base, added, NULL };
	_cleanup_(strings_clear) struct strings packages = { 0 };
	_cleanup_free_ char *list = NULL;
	int r = host_packages(report->session->root, patterns, &packages, err);

	list = strings_join(&packages, ", ");
	if (r == 0 && packages.count)
		report_add(report, LEVEL_OK, "policy", NULL, "the policy \"%s\" is of %s", type,
			   list);
	else if (r == 0 && !session_is_scratch(report->session))
		report_add(report, LEVEL_UNSEEN, "policy", NULL,
			   "neither rpm nor dpkg knows which package the policy \"%s\" is of",
			   type);
	return r;
}

/* A system that is an image (rpm-ostree, bootc) mostly has both writable. */
static void look_writable(struct report *report, struct store *store)
{
	_cleanup_free_ char *etc = path_in_root(report->session->root, "/etc/selinux");
	const char *const places[] = { etc, store_directory(store) };

	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		if (access(places[i], W_OK) < 0 && errno == EROFS)
			report_add(report, LEVEL_STOP, "store",
				   "change the policy where this system's image is made; or have a "
				   "writable file system mounted there: a change would be lost "
				   "otherwise",
				   "%s is on a file system that cannot be written to", places[i]);
}

int needs_look(struct report *report, struct oracle *oracle, struct error *err)
{
	size_t needs = 0, met = 0;
	struct store *store;
	int r = node_store(report->session, &store, err)
			?: look_packages(report, store_type(store), err);

	if (r < 0)
		return r;
	look_writable(report, store);

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
