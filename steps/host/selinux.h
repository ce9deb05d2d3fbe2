/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * selinux.h - SELinux on this machine: mode, domains of processes, labels of files (libselinux)
 *
 * With a scratch root there is no kernel behind it: the mode is what its configuration says, and
 * processes have no domain. All strings that are given are the caller's to free.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "wizard/error.h"

enum selinux_mode {
	SELINUX_MODE_DISABLED,
	SELINUX_MODE_PERMISSIVE,
	SELINUX_MODE_ENFORCING,
};
const char *selinux_mode_name(enum selinux_mode mode); /* "disabled", ... */

/* Of the running kernel ("/"), or as a scratch root's configuration says. */
int host_selinux_mode(const char *root, enum selinux_mode *mode, struct error *err);
/* SELINUX= and SELINUXTYPE= of ROOT/etc/selinux/config; type may be NULL. -ENOENT: no such file. */
int host_selinux_config(const char *root, enum selinux_mode *mode, char **type, struct error *err);
/* setenforce; -EINVAL for disabled. Live root only. */
int host_selinux_set_mode(bool enforcing, struct error *err);
/* Write SELINUX= in ROOT/etc/selinux/config, the rest of it kept. */
int host_selinux_set_config(const char *root, enum selinux_mode mode, struct error *err);

/* Load the policy that is installed, as load_policy does: the kernel forgets what it has logged.
 * -ENODEV or similar: SELinux is disabled. Live root only. */
int host_policy_reload(struct error *err);
/* The file that the running kernel gives its policy in; borrowed. */
const char *host_loaded_policy(void);
/* How many policies the running kernel has loaded since boot. */
int host_policy_loads(unsigned int *count, struct error *err);

/* -ESRCH: no such process. */
int host_process_context(pid_t pid, char **context, struct error *err);
/* Does the running kernel treat the domain of context as permissive? */
int host_domain_is_permissive(const char *context, bool *permissive, struct error *err);

/* The type in path's label (not following a link); *type NULL: it has none. -ENOENT: no such file.
 */
int host_file_type(const char *path, char **type, struct error *err);

/* The domain in which a process of `domain` runs the program at path, by the loaded policy; *type
 * NULL: SELinux is off, or the file has no label. */
int host_exec_type(const char *domain, const char *path, char **type, struct error *err);

/* The labels that a root's policy wants files to have. */
struct file_labels;
int file_labels_open(struct file_labels **labels, const char *root, const char *type,
		     struct error *err);
void file_labels_close(struct file_labels *labels);
/* The type that path (without the root) should have for a file of this st_mode kind (S_IFREG,
 * S_IFDIR, ...; 0: any); *type NULL: the policy says nothing. */
int file_labels_expect(struct file_labels *labels, const char *path, mode_t kind, char **type,
		       struct error *err);
/* The whole label, "system_u:object_r:TYPE:s0". */
int file_labels_expect_whole(struct file_labels *labels, const char *path, mode_t kind,
			     char **label, struct error *err);
/* path as the policy's equivalences (file_contexts.subs and .subs_dist) have it: what a rule for it
 * must name. */
int file_labels_alias(const struct file_labels *labels, const char *path, char **alias,
		      struct error *err);

/* The type in "user:role:type[:level]", or NULL. */
char *context_type(const char *context);
/* Of one that libselinux has given. */
void cleanup_con(char **context);
