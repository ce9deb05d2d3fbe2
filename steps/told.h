/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * told.h - what the operator should know of logs beside the denials
 */
#pragma once

#include "steps/advice/finding.h"
#include "steps/audit/denial.h"
#include "wizard/strings.h"

/* Each adds lines, or none: whose other denials there are, and how to have them judged, and how
 * many lines are something else; what could not be read, is not SELinux's, or was pasted; which
 * names the policy does not define. */
void told_others(const struct denials *denials, struct strings *lines);
void told_unread(const struct denials *denials, struct strings *lines);
void told_unknown(const struct findings *findings, struct strings *lines);
