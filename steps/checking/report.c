/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "steps/checking/report.h"
#include "steps/node/node.h"
#include "wizard/screen.h"

const char checking_names[] =
	"audit audit-exclude audit-log audit-lost audit-rate config disk domain drift "
	"executable hidden-shown label-binlog label-config label-datadir label-innodb "
	"label-log label-notify label-way labels leftovers limit notify notify-script "
	"others permissive permissive-misspelt policy root selinux selinux-boot server "
	"servers store wsrep";

void report_add(struct report *report, enum level level, const char *name, const char *remedy,
		const char *format, ...)
{
	static const enum mark marks[] = {
		[LEVEL_OK] = MARK_OK,
		[LEVEL_UNSEEN] = MARK_TODO,
		[LEVEL_WARNING] = MARK_WARN,
		[LEVEL_STOP] = MARK_STOP,
	};
	bool ignored = level > LEVEL_UNSEEN && node_ignored(name);
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (!ignored && level == LEVEL_STOP)
		report->stops++;
	if (report->silent)
		return;
	if (level <= LEVEL_UNSEEN) {
		screen_mark(marks[level], "%s", text);
		return;
	}
	screen_mark(ignored ? MARK_NONE : marks[level], "%s (%s%s)", text, name,
		    ignored ? ", ignored" : "");
	if (!remedy || ignored)
		return;
	/* A sentence is wrapped; a command stands on one line, to be copied. */
	if (strstr(remedy, ", ") || strstr(remedy, "; ") || strstr(remedy, ": "))
		screen_mark(MARK_NONE, "%s", remedy);
	else
		screen_detail("%s", remedy);
}
