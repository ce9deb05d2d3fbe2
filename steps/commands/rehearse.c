/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rehearse - the whole wizard on a scratch copy of the policy store, with a recorded cluster
 *
 * Everything but the cluster is real: the store's commits, the logs that are read, the judgement.
 * Nothing of the host is changed.
 */
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <popt.h>
#include <sys/stat.h>
#include <unistd.h>

#include "steps/host/selinux.h"
#include "steps/node/node.h"
#include "steps/rehearsal/player.h"
#include "steps/steps.h"
#include "wizard/runner.h"
#include "wizard/screen.h"
#include "wizard/trust.h"
#include "wizard/util.h"

static const struct poptOption rehearse_options[] = {
	{ "cluster", 0, POPT_ARG_STRING, &node_options.cluster, 0,
	  "the recorded cluster (default: the one that is installed with the program)", "DIR" },
	{ "keep", 0, POPT_ARG_STRING, &node_options.keep, 0,
	  "make the scratch root here and leave it; one that is there is gone on with", "DIR" },
	{ "store", 0, POPT_ARG_STRING, &node_options.store, 0,
	  "copy the policy store below DIR, not this host's", "DIR" },
	POPT_TABLEEND
};

/* Beside the program when it was built here, below its prefix when it is installed. */
static int find_cluster(char **cluster, struct error *err)
{
	static const char *const places[] = {
		"../share/galera-selinux/cluster",
		"../tests/fixtures/clusters/debian13-mariadb11.8",
		"../../tests/fixtures/clusters/debian13-mariadb11.8"
	};
	char exe[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", exe, sizeof(exe) - 1);

	if (length < 0)
		return error_set(err, errno, "give a recorded cluster with --cluster",
				 "cannot read /proc/self/exe: %m");
	exe[length] = '\0';
	dirname(exe);
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		_cleanup_free_ char *path = str_printf("%s/%s/recording.json", exe, places[i]);

		if (access(path, R_OK) < 0)
			continue;
		*cluster = str_printf("%s/%s", exe, places[i]);
		return 0;
	}
	return error_set(err, ENOENT, "give a recorded cluster with --cluster",
			 "no recorded cluster is installed beside the program");
}

static int touch_audit_log(const char *root, struct error *err)
{
	_cleanup_free_ char *directory = str_printf("%s/var/log/audit", root);
	_cleanup_free_ char *path = str_printf("%s/var/log/audit/audit.log", root);

	return make_directories(directory, 0700, err) ?: file_write(path, "", 0, 0600, err);
}

/* The recording is attached last: a root that has one is complete. */
static int make_root(const char *root, const char *cluster, struct error *err)
{
	screen_say("Making a scratch copy of the policy store in %s ...", root);
	return store_create(root, node_options.store ?: "/", err)
		       ?: host_selinux_set_config(root, SELINUX_MODE_ENFORCING, err)
		       ?: touch_audit_log(root, err)
		       ?: player_attach(root, cluster, err);
}

static int prepare_kept(const char *root, const char *cluster, struct error *err)
{
	_cleanup_free_ char *marker = str_printf("%s/rehearsal.json", root);
	int r = path_trusted(root, "--keep", err);

	if (r < 0)
		return r;
	if (access(marker, F_OK) == 0)
		return 0;
	if (rmdir(root) < 0 && errno != ENOENT)
		return error_set(err, errno, "remove it, or give --keep another directory",
				 "%s is there, and no scratch root that can be gone on with", root);
	if (mkdir(root, 0700) < 0)
		return error_set(err, errno, "give --keep a directory that can be made",
				 "cannot make %s: %m", root);
	return make_root(root, cluster, err);
}

static int rehearse_in(struct session *session, const char *root, struct error *err)
{
	return session_move(session, root, err)
		       ?: session_open(session, false, err)
		       ?: runner_run(session, err);
}

static int run(struct session *session, struct error *err)
{
	_cleanup_free_ char *cluster = NULL, *root = NULL;
	int r = 0;

	if (session_is_scratch(session))
		return error_set(
			err, ERROR_USAGE, "use --keep DIR to choose where it is made",
			"rehearse makes a scratch root of its own: --root does not go with it");
	if (node_options.cluster)
		cluster = str_copy(node_options.cluster);
	else
		r = find_cluster(&cluster, err);
	if (r < 0)
		return r;
	if (node_options.keep)
		return prepare_kept(node_options.keep, cluster, err)
			       ?: rehearse_in(session, node_options.keep, err);
	node_options.temporary = true;
	r = store_scratch("rehearsal", &root, err)
		    ?: make_root(root, cluster, err)
		    ?: rehearse_in(session, root, err);
	if (root) {
		store_discard(root);
		screen_say("The scratch root is removed (--keep DIR keeps it); nothing of this "
			   "host was changed.");
	}
	return r;
}

const struct command command_rehearse = {
	.name = "rehearse",
	.summary = "the whole wizard on a scratch copy of the policy, with a recorded cluster",
	.example = "rehearse --keep /root/rehearsal",
	.run = run,
	.options = rehearse_options,
};
