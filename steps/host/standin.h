/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * standin.h - a script of ours, for a time in the place of a program that others call by its path
 *
 * The program stays beside it, at PATH.galera-selinux, which is what our script runs in the end.
 * There is no instant at which PATH is missing: the program gets its second name first, then ours
 * is renamed over PATH; back, the program is renamed over ours, and keeps its second name for half
 * a second, for calls that are under way. It is the same file all the time, with its owner, label
 * and links. Each function can be called again after a crash at any point.
 *
 * `text` is our script. Its first two lines tell it from everybody else's files, in all versions.
 */
#pragma once

#include <stdbool.h>

#include "wizard/error.h"

#define STANDIN_SUFFIX ".galera-selinux"

enum standin_state {
	STANDIN_NONE,     /* nothing of ours, at most what a crash has left beside it */
	STANDIN_IN_PLACE, /* ours is at the path, the program beside it */
	STANDIN_REPLACED, /* the program is beside it, and somebody's other file at the path */
	STANDIN_ALONE,    /* ours is at the path, and the program is gone */
};

/* What is at path now. A path that is missing is STANDIN_NONE. */
int standin_state(const char *path, const char *text, enum standin_state *state, struct error *err);

/*
 * Why there should be none in front of path: "it is a symbolic link" (caller frees); NULL: nothing
 * speaks against it. Only a script ("#!") that can be executed has one: the server reads ours in
 * the same ways then.
 */
int standin_unfit(const char *path, char **why, struct error *err);

/*
 * Ours is at path, with the program's owner, mode, access list and label. Nothing is done where
 * it is already; one of another text is replaced. -EEXIST: another file is at PATH.galera-selinux;
 * as link(2), open(2): -EROFS, -EPERM. Nothing is left of it then.
 */
int standin_put(const char *path, const char *text, struct error *err);

/*
 * The program is at path again, as it is now: what was edited meanwhile stays. *replaced: another
 * file is at path, which stays; the program is left at PATH.galera-selinux where it differs.
 * -ENOENT: the program is gone.
 */
int standin_remove(const char *path, const char *text, bool *replaced, struct error *err);
