/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * player.h - a recorded cluster, playing its logs into a scratch root
 *
 * A recording is a directory: recording.json (which node is "this" one, "marks" and "notes"),
 * my.cnf (its configuration) and PHASE/EXERCISE/ with audit.log and NODE.log. A scratch root that
 * has a recording holds the file rehearsal.json, which names it: whoever works in that root plays
 * on.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "wizard/error.h"

struct player;
struct playing;

/* Where the recorded server is to be found beside its log: ROOT/proc/PID has what the kernel says
 * of a process (exe, cwd, stat, status), for the one that the last start in its log names; and
 * grastate.dat in data, a directory of the root, the group's UUID, as soon as it is synced. */
struct played_machine {
	const char *root, *data;
};

/* The recording of a scratch root; *player NULL when the root has none. */
int player_open(struct player **player, const char *root, struct error *err);
void player_close(struct player *player);

/* Name recording directory `cluster` in root, and give the root its configuration. -EINVAL: it is
 * no recording. */
int player_attach(const char *root, const char *cluster, struct error *err);

const char *player_title(const struct player *player); /* the software that was recorded */

/* Of the recording's "marks", by phase: what the script before the notify command wrote
 * (steps/exercising/marker.h). Of its "notes", by exercise: what was done otherwise than an
 * operator is asked to. Borrowed; NULL: it has none. */
const char *player_told(const struct player *player, const char *what, const char *of);

/* Was this exercise recorded in this phase? */
bool player_recorded(const struct player *player, const char *phase, const char *exercise);

/* Play what was recorded of an exercise ("sst") in a phase ("permissive", "enforcing"): its lines
 * go to the end of audit_log and server_log; see playing_begin(), which also says what machine,
 * pace and now are. -ENOENT: it was not recorded. */
int player_begin(struct player *player, const char *phase, const char *exercise,
		 const char *audit_log, const char *server_log,
		 const struct played_machine *machine, double pace, int64_t now,
		 struct playing **playing, struct error *err);

/* ---- the logs of one exercise ---------------------------------------------------------------- */

/* A recorded log, and the file to which its lines are appended. */
struct played_log {
	const char *from;
	const char *to;
};

/*
 * Read an audit log and a server's log, and bring their lines in order: an audit record's time is
 * its event's; a server's line without a time comes with the one before it. The recording's clock
 * is UTC. pace: how many times as fast; 0: all of it is due at once. now: the begin, in
 * milliseconds of a clock of the caller's. Nothing is written yet.
 */
int playing_begin(struct playing **playing, const struct played_log *audit,
		  const struct played_log *server, const struct played_machine *machine,
		  double pace, int64_t now, struct error *err);
void playing_end(struct playing *playing);

/* Write what is due; *next: when the next line is, -1: that was the last. */
int playing_go_on(struct playing *playing, int64_t now, int64_t *next, struct error *err);

/* How long it takes, at its pace. */
double playing_seconds(const struct playing *playing);
