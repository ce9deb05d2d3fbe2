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

/* whole_kernel - where the running kernel has another policy than the file at path, which oracle is
 * of, load it, and say so; in a session that only reads, say it, and *unloaded: true.
 * Nothing in a scratch root, where SELinux is disabled, or without an open session. */
int whole_kernel(struct session *session, const struct oracle *oracle, const char *path,
		 bool *unloaded, struct error *err);
