/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * relabel.h - give the files of a tree the labels that the policy wants, and give them back
 *
 * As restorecon -R does it: links are not followed, labels that an administrator may choose freely
 * (customizable types) stay, what the policy says nothing about stays; user, role and level are set
 * with the type. Files are reached through their directories' descriptors: whoever owns a directory
 * of the tree cannot lead root elsewhere. A tree may be a single file.
 */
#ifndef STEPS_HOST_RELABEL_H
#define STEPS_HOST_RELABEL_H

#include <stdbool.h>
#include <stddef.h>

#include "steps/host/selinux.h"

struct relabel {
	const char *root;           /* "/" or a scratch root */
	struct file_labels *labels; /* of that root */
	const char *path;           /* of the tree, without the root */
	bool alone;                 /* this one, without what is below it */
	/* Types that are right wherever they are, by their beginning ("mysqld_"), but for the
	 * tree's own top: the server has made these files, and the policy of the domain chose the
	 * type. May be NULL. */
	const char *own;
	bool bare; /* what has no label at all is right: a scratch root's files need none */
	/* Asked now and then; false: stop, -EINTR. May be NULL. */
	bool (*go_on)(void *data, size_t files);
	void *data;
};

struct relabel_found {
	size_t files;      /* looked at */
	size_t wrong;      /* whose type is another than the policy's */
	size_t unlabelled; /* of these, those without any label */
	char *first;       /* path of the first that is wrong; owned; NULL: none */
	char *type;        /* its type; NULL: it has no label */
	char *wanted;      /* and the one that the policy wants */
};

/* relabel_look - which files have another type than the policy wants. most: stop when so many are
 * found (0: never). A tree that does not exist is empty. */
int relabel_look(const struct relabel *relabel, size_t most, struct relabel_found *found,
		 struct error *err);
void relabel_found_clear(struct relabel_found *found);

/*
 * relabel_record - every label of the tree as it is now, for relabel_restore: compact, what has the
 * label of its directory is not named. New memory (caller frees), bytes with NULs in them.
 */
int relabel_record(const struct relabel *relabel, char **record, size_t *length, struct error *err);

/*
 * relabel_apply - set the labels. *changed: how many. Errors: -EOPNOTSUPP: the file system keeps no
 * labels; -EPERM, -EACCES: not permitted; files before that have their labels.
 */
int relabel_apply(const struct relabel *relabel, size_t *changed, struct error *err);

/* relabel_restore - each file gets the label that the record has for it; one that was not there
 * then, that of its directory. *changed: how many. -EINVAL: no record. */
int relabel_restore(const struct relabel *relabel, const char *record, size_t length,
		    size_t *changed, struct error *err);

#endif
