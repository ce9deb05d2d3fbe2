/* SPDX-License-Identifier: GPL-2.0-or-later */
/* against.h - what will be of the module and of what was denied, with another policy */
#pragma once

#include "wizard/session.h"

/*
 * against_report - as workflow.against. path: a compiled policy (policy.NN), or the directory of an
 * unpacked package, or of a system that has it. Modules are put into a scratch copy of this node's
 * store and built, twice, without the module and with it; of a compiled policy neverallow rules are
 * not known. STEP_INCOMPLETE: something will be to do. Nothing is changed.
 */
int against_report(struct session *session, const char *path, struct error *err);
