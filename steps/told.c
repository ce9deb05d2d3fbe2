/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "steps/told.h"
#include "steps/node/node.h"
#include "wizard/util.h"

void told_others(const struct denials *denials, struct strings *lines)
{
	enum { SHOWN = 10 };
	_cleanup_(strings_clear) struct strings each = { 0 };
	_cleanup_free_ char *list = NULL;

	for (size_t i = 0; i < denials->other_count && i < SHOWN; i++)
		strings_take(&each, str_printf("%zu of %s", denials->others[i].count,
					       denials->others[i].name));
	if (denials->other_count > SHOWN)
		strings_take(&each,
			     str_printf("%zu further domains", denials->other_count - SHOWN));
	list = strings_join(&each, ", ");
	if (denials->other)
		strings_take(
			lines,
			str_printf("%zu %s of other domains: not the server's, left alone: %s. "
				   "To add one: --domain %s --domain NAME",
				   COUNTED(denials->other, "denial", "denials"), list,
				   node_domain()));
	if (denials->passed)
		strings_take(lines, str_printf("%zu %s no record, and %s of no denial",
					       COUNTED(denials->passed, "line is", "lines are"),
					       denials->passed == 1 ? "tells" : "tell"));
}

void told_unread(const struct denials *denials, struct strings *lines)
{
	const struct {
		size_t count;
		const char *one, *many, *what;
	} counts[] = {
		{ denials->unreadable, "line", "lines", "could not be read" },
		{ denials->lost_notices, "record tells of", "records tell of",
		  "lost events: some denials may be missing" },
		{ denials->pasted, "record was", "records were",
		  "taken out of pasted text, which anyone can have written" },
		{ denials->apparmor, "denial is", "denials are",
		  "AppArmor's, not SELinux's: look at its profile (aa-status, aa-logprof)" },
		{ denials->summaries, "summary", "summaries",
		  "of setroubleshoot without the record; give that, too (ausearch -m avc,user_avc "
		  "-ts recent --raw)" },
		{ denials->refused, "refusal", "refusals",
		  "of what no allow rule is about, as a transition or a label (SELINUX_ERR):" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(counts); i++)
		if (counts[i].count)
			strings_take(lines, str_printf("%zu %s %s",
						       COUNTED(counts[i].count, counts[i].one,
							       counts[i].many),
						       counts[i].what));
	for (size_t i = 0; i < denials->refusals.count; i++)
		strings_take(lines, str_printf("    %s", denials->refusals.items[i]));
}

void told_unknown(const struct findings *findings, struct strings *lines)
{
	if (findings->unknown_names)
		strings_take(
			lines,
			str_printf("%zu %s what this policy does not define, and %s left out:",
				   COUNTED(findings->unknown_names, "denial names", "denials name"),
				   findings->unknown_names == 1 ? "is" : "are"));
	for (size_t i = 0; i < findings->unknown.count; i++)
		strings_take(lines, str_printf("    %s", findings->unknown.items[i]));
}
