/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * documents.h - what others are to read: the report for who approves the module, and the change
 * plan for a maintenance window
 *
 * Both are one JSON document as text; nothing is derived here. It has what `export` writes (man
 * page, RESULT FILE), and what `status --json` prints, of whose steps also "title" and "why"; and
 *   "changes"  what undo would take back, as history_applied() has it
 *   "left"     as left_out() has it
 *   "denials"  of each node, exercise and role: {"node", "exercise", "role" ("": none), "began" and
 *              "ended" (of the first and the last denial, seconds since the epoch), "count", "at":
 *              [[seconds since it began, denials], ...]}
 * and for the change plan, too,
 *   "plan"       as runner_plan_report() has its steps
 *   "server"     {"node", "unit", "data_directory", "sst_method", "notify_command" (or null)}
 *   "exercises"  [{"title", "what", "safety" (or null), "commands"}]
 *   "commands"   {"undo", "status", "run" (before the name of a step)}
 */
#pragma once

#include <jansson.h>

#include "steps/reporting/sheet.h"

/* New memory (caller frees). */
char *report_text(enum markup markup, const json_t *document);
char *change_plan_text(enum markup markup, const json_t *document);

/* Of a change (step.h). */
extern const struct sheet_column documents_change[];
