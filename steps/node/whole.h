/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * whole.h - is the policy one and the same in the store, in the files below /etc/selinux and in the
 * kernel? Not after a change that was cut off: then a step would believe the store, and the kernel
 * do what was before.
 */
#pragma once

#include "steps/oracle/oracle.h"
#include "steps/store/store.h"
#include "wizard/session.h"

/* whole_files - where store and files differ, build the policy anew, and say so; *built: it was.
 * -EUCLEAN: they differ, and the session only reads. Without an open session it is only said. */
int whole_files(struct session *session, struct store *store, bool *built, struct error *err);

/* Which policy the running kernel has, beside the file's. */
enum in_kernel {
	IN_KERNEL_SAME, /* or there is none to ask */
	IN_KERNEL_OTHER,
	IN_KERNEL_UNSEEN /* it could not be read, as was said */
};

/* whole_kernel - where the running kernel has another policy than the file at path, which oracle is
 * of, load it, and say so; in a session that only reads, say it. *found: what it has then.
 * Nothing in a scratch root, where SELinux is disabled, or without an open session. */
int whole_kernel(struct session *session, const struct oracle *oracle, const char *path,
		 enum in_kernel *found, struct error *err);
