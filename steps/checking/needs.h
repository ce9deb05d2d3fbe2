/* SPDX-License-Identifier: GPL-2.0-or-later */
/* needs.h - what the policy already lets the server do of what Galera is known to need */
#pragma once

#include "steps/checking/report.h"
#include "steps/oracle/oracle.h"

/* needs_look - of a policy that knows the server: report that, the ports, and the accesses without
 * which something is known to fail. */
int needs_look(struct report *report, struct oracle *oracle, struct error *err);
