/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <jansson.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "steps/rehearsal/player.h"
#include "wizard/util.h"

struct player {
	json_t *recording; /* recording.json */
	char *cluster;     /* its directory */
};

#define NO_RECORDING                                                                               \
	"give a directory that holds recording.json, my.cnf and PHASE/EXERCISE/audit.log"

void player_close(struct player *player)
{
	if (!player)
		return;
	json_decref(player->recording);
	free(player->cluster);
	free(player);
}

static int load(const char *directory, const char *name, json_t **value, struct error *err)
{
	_cleanup_free_ char *path = str_printf("%s/%s", directory, name);
	_cleanup_free_ char *text = NULL;
	json_error_t at;
	int r = file_read(path, &text, NULL, err);

	if (r < 0)
		return r;
	*value = json_loads(text, 0, &at);
	if (!*value)
		return error_set(err, EINVAL, NO_RECORDING, "%s, line %d: %s", path, at.line,
				 at.text);
	return 0;
}

static int open_recording(struct player **player, const char *cluster, struct error *err)
{
	struct player *made = memory_new(1, sizeof(*made));
	int r = load(cluster, "recording.json", &made->recording, err);

	made->cluster = str_copy(cluster);
	if (r == 0 && !member_or_null(made->recording, "node"))
		r = error_set(err, EINVAL, NO_RECORDING, "%s/recording.json names no \"node\"",
			      cluster);
	if (r < 0) {
		player_close(made);
		return r;
	}
	*player = made;
	return 0;
}

int player_open(struct player **player, const char *root, struct error *err)
{
	_cleanup_free_ char *marker = str_printf("%s/rehearsal.json", root);
	json_auto_t *rehearsal = NULL;
	const char *cluster;
	int r;

	*player = NULL;
	/* The host itself is never a rehearsal, whatever lies in its root directory. */
	if (!strcmp(root, "/") || !*root || access(marker, F_OK) < 0)
		return 0;
	r = load(root, "rehearsal.json", &rehearsal, err);
	if (r < 0)
		return r;
	cluster = member_or_null(rehearsal, "cluster");
	return cluster ? open_recording(player, cluster, err)
		       : error_set(err, EINVAL, "make the scratch root anew with `rehearse --keep`",
				   "%s names no \"cluster\"", marker);
}

static int copy_into(const char *from, const char *root, const char *to, struct error *err)
{
	_cleanup_free_ char *path = str_printf("%s%s", root, to);
	_cleanup_free_ char *parent = str_copy(path);
	_cleanup_free_ char *text = NULL;
	size_t length;
	int r = file_read(from, &text, &length, err);

	if (r < 0)
		return error_remedy(err, "%s", NO_RECORDING);
	r = make_directories(dirname(parent), 0755, err);
	return r < 0 ? r : file_write(path, text, length, 0644, err);
}

int player_attach(const char *root, const char *cluster, struct error *err)
{
	char real[PATH_MAX];
	_cleanup_free_ char *marker = str_printf("%s/rehearsal.json", root);
	_cleanup_free_ char *config = NULL;
	_cleanup_free_ char *text = NULL;
	struct player *player = NULL;
	json_auto_t *rehearsal = NULL;
	int r;

	if (!realpath(cluster, real))
		return error_set(err, errno, NO_RECORDING, "no recorded cluster at %s: %m",
				 cluster);
	r = open_recording(&player, real, err);
	player_close(player);
	if (r < 0)
		return r;
	rehearsal = json_pack("{s:s}", "cluster", real);
	if (!rehearsal)
		return error_set(err, EILSEQ, "give it a path of UTF-8",
				 "the recorded cluster's path %s is not UTF-8", real);
	text = json_dumps(rehearsal, JSON_INDENT(2));
	config = str_printf("%s/my.cnf", real);
	r = copy_into(config, root, "/etc/my.cnf", err);
	return r < 0 ? r : file_write(marker, text, strlen(text), 0644, err);
}

const char *player_title(const struct player *player)
{
	const char *title = member_or_null(player->recording, "software");

	return title ? title : player->cluster;
}

/* A log of an exercise, by its name without ".log"; caller frees. */
static char *recorded_log(const struct player *player, const char *phase, const char *exercise,
			  const char *name)
{
	return str_printf("%s/%s/%s/%s.log", player->cluster, phase, exercise, name);
}

bool player_recorded(const struct player *player, const char *phase, const char *exercise)
{
	_cleanup_free_ char *audit = recorded_log(player, phase, exercise, "audit");

	return access(audit, R_OK) == 0;
}

int player_begin(struct player *player, const char *phase, const char *exercise,
		 const char *audit_log, const char *server_log, double pace, int64_t now,
		 struct playing **playing, struct error *err)
{
	const char *node = member_text(player->recording, "node");
	_cleanup_free_ char *audit = recorded_log(player, phase, exercise, "audit");
	_cleanup_free_ char *server = recorded_log(player, phase, exercise, node);

	if (access(audit, F_OK) < 0 || access(server, F_OK) < 0)
		return error_set(err, ENOENT,
				 "do this one on the node itself, or give another recording with "
				 "--cluster",
				 "the recorded cluster did not do the exercise %s as %s (%s)",
				 exercise, node, phase);
	return playing_begin(playing, &(struct played_log){ audit, audit_log },
			     &(struct played_log){ server, server_log }, pace, now, err);
}
