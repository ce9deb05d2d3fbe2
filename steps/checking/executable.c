/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "steps/checking/probes.h"
#include "steps/galera/exercises.h"
#include "steps/labelling/labels.h"
#include "steps/node/node.h"
#include "wizard/util.h"

/* What gives the server's program its label: the policy's word, or a new one. */
static int executable_remedy(struct report *report, const char *path, char **remedy,
			     struct error *err)
{
	_cleanup_free_ char *wanted = NULL, *rule = NULL, *local = NULL;
	struct label label = { .name = "executable",
			       .path = (char *)path,
			       .wanted = (char *)EXECUTABLE_TYPE,
			       .mode = S_IFREG,
			       .alone = true };
	struct file_labels *labels;
	struct store *store;
	int r = node_labels(report->session, &labels, err)
			?: node_store(report->session, &store, err)
			?: file_labels_expect(labels, path, S_IFREG, &wanted, err);

	if (r == 0 && (!wanted || strcmp(wanted, EXECUTABLE_TYPE) != 0))
		r = labels_rule(labels, path, false, &rule, NULL, err)
			    ?: store_fcontext_local(store, rule, labels_kind(&label), &local, err);
	if (r < 0)
		return r;
	label.spec = rule;
	*remedy = labels_command(&label, local != NULL);
	return 0;
}

/* The server's program behind its links: /usr/sbin is one to /usr/bin, mysqld one to mariadbd.
 * NULL: none is installed. */
static char *executable(const struct session *session)
{
	char *path = host_program_path(session->root, galera_servers);
	_cleanup_free_ char *whole = path ? session_in_root(session, path) : NULL;
	_cleanup_free_ char *real = whole ? realpath(whole, NULL) : NULL;
	const char *inside =
		real ? str_starts(real, session_is_scratch(session) ? session->root : "") : NULL;

	if (inside && *inside == '/') {
		free(path);
		path = str_copy(inside);
	}
	return path;
}

int executable_look(struct report *report, struct error *err)
{
	_cleanup_free_ char *path = executable(report->session);
	_cleanup_free_ char *real = NULL, *type = NULL, *remedy = NULL;
	int r;

	if (!path) {
		if (!session_is_scratch(report->session))
			report_add(report, LEVEL_WARNING, "server", "install the server first",
				   "no database server is installed here");
		return 0;
	}
	real = session_in_root(report->session, path);
	r = host_file_type(real, &type, err) ?: executable_remedy(report, path, &remedy, err);
	if (r < 0)
		return r;
	if (!type || strcmp(type, EXECUTABLE_TYPE) != 0)
		report_add(report, LEVEL_STOP, "executable", remedy,
			   "%s is labelled %s, not " EXECUTABLE_TYPE ": it will not run in %s",
			   path, type ?: "not at all", node_domain());
	else
		report_add(report, LEVEL_OK, "executable", NULL, "%s is " EXECUTABLE_TYPE, path);
	return 0;
}
