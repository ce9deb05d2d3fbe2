/* SPDX-License-Identifier: GPL-2.0-or-later */
/* labels_private.h - what labels.c and labels_change.c share */
#ifndef STEPS_LABELS_PRIVATE_H
#define STEPS_LABELS_PRIVATE_H

#include "steps/host/label_tree.h"
#include "steps/labelling/labels.h"

/* How the server's files are walked; path is borrowed. */
struct label_tree labels_tree(struct session *session, struct file_labels *wants, const char *path,
			      bool alone);

/* Which files a rule is about: a directory above the server's is labelled by itself. */
enum store_files labels_kind(const char *name);

#endif
