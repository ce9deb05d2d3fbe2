/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "steps/exercising/serverlog.h"
#include "steps/galera/exercises.h"
#include "steps/host/journald.h"
#include "steps/host/logfile.h"
#include "steps/node/node.h"
#include "wizard/util.h"

int serverlog_path(struct session *session, char **path, struct error *err)
{
	const struct galera_config *config;
	const char *log;
	int r = node_config(session, &config, err);

	if (r < 0)
		return r;
	log = config->error_log;
	/* There is no journal in a scratch root. */
	if (!log && session_is_scratch(session))
		log = "/var/log/mysql/error.log";
	*path = log ? session_in_root(session, log) : NULL;
	return 0;
}

int serverlog_mark(struct session *session, json_t **mark, struct error *err)
{
	_cleanup_free_ char *path = NULL;
	int r = serverlog_path(session, &path, err);

	if (r < 0)
		return r;
	return path ? logfile_mark(path, mark, err) : journald_mark(NULL, mark, err);
}

int serverlog_follow(struct session *session, struct follow *follow, const json_t *mark,
		     struct error *err)
{
	_cleanup_free_ char *path = NULL;
	int r = serverlog_path(session, &path, err);

	if (r < 0)
		return r;
	return path ? follow_file(follow, path, mark, err)
		    : follow_journal(follow, NULL, galera_units, mark, err);
}
