/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * label_tree.h - give the files of a tree the labels that the policy wants, and give them back
 *
 * As restorecon -R does it: links are not followed, labels that an administrator may choose freely
 * (customizable types) stay, what the policy says nothing about stays; user, role and level are set
 * with the type. Files are reached through their directories' descriptors: whoever owns a directory
 * of the tree cannot lead root elsewhere. A tree may be a single file.
 */
#pragma once

#include <stdbool.h>

#include "steps/host/selinux.h"

struct label_tree {
	const char *root;           /* "/" or a scratch root */
	struct file_labels *labels; /* of that root */
	const char *path;           /* of the tree, without the root */
	bool alone;                 /* this one, without what is below it */
	/* Types that are right wherever they are, by their beginning ("mysqld_"), but for the
	 * tree's own top: the server has made these files, and the policy of the domain chose the
	 * type. May be NULL. */
	const char *own;
	bool bare; /* what has no label at all is right: a scratch root's files need none */
	bool (*stop)(void); /* asked now and then; true: -EINTR. May be NULL. */
};

struct label_tree_found {
	size_t files; /* looked at */
	size_t wrong; /* whose type is another than the policy's */
	char *first;  /* path of the first that is wrong; owned; NULL: none */
	char *type;   /* its type; NULL: it has no label */
	char *wanted; /* and the one that the policy wants */
};

/* Which files have another type than the policy wants. A tree that does not exist is empty. */
int label_tree_look(const struct label_tree *tree, struct label_tree_found *found,
		    struct error *err);
void label_tree_found_clear(struct label_tree_found *found);

/* Every label as it is now, for label_tree_restore(): compact, as what has the label of its
 * directory is not named. Bytes with NULs in them; caller frees. */
int label_tree_record(const struct label_tree *tree, char **record, size_t *length,
		      struct error *err);

/* Set the labels. *changed: how many. -EOPNOTSUPP: the file system keeps none; -EPERM, -EACCES: not
 * permitted; files before that have theirs. */
int label_tree_apply(const struct label_tree *tree, size_t *changed, struct error *err);

/* Each file gets the label that the record has for it; one that was not there then, that of its
 * directory. *changed: how many. -EINVAL: no record. */
int label_tree_restore(const struct label_tree *tree, const char *record, size_t length,
		       size_t *changed, struct error *err);
