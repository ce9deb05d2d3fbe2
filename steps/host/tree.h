/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tree.h - each file of a directory tree that somebody else may be changing meanwhile
 *
 * Files are reached through their directories' descriptors, and links are not followed: whoever
 * owns a directory of the tree cannot lead root elsewhere. However deep a tree is, a handful of
 * descriptors are open at a time, and memory is taken for the names of the directories on the way
 * down that are still to be visited.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "wizard/error.h"

struct tree {
	const char *root;   /* "/" or a scratch root */
	const char *path;   /* of the tree, without the root; it may be a single file */
	bool alone;         /* this one, without what is below it */
	bool stay;          /* on its file system */
	bool (*stop)(void); /* asked now and then; true: -EINTR. May be NULL. */
};

/* One file of the tree, while it is visited. */
struct tree_file {
	const char *path; /* without the root */
	const char *name; /* below the tree's top; "" for the top itself */
	int fd;           /* the file itself (O_PATH), whatever its name is by now */
	struct stat status;
	const char *inherited; /* what the visit of its directory has left; NULL: nothing */
	char *leaves; /* what it leaves for those in it, taken over; NULL: what it inherited */
};

/* Visit every file, a directory before what is in it. A tree that does not exist is empty, and what
 * is removed meanwhile is passed over. *files (may be NULL): how many were visited. Errors: as
 * open(2), with the path; what visit returns below 0 ends the walk. */
int tree_walk(const struct tree *tree,
	      int (*visit)(void *data, struct tree_file *file, struct error *err), void *data,
	      size_t *files, struct error *err);
