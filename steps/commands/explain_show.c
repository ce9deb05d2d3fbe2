/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "steps/commands/explain.h"
#include "steps/told.h"
#include "wizard/screen.h"
#include "wizard/text.h"
#include "wizard/util.h"

/* ---- JSON ----------------------------------------------------------------------------------- */

static json_t *evidence_json(const struct denial *denial)
{
	char event[64];

	snprintf(event, sizeof(event), "%lld.%03u:%lu", (long long)denial->seconds, denial->millis,
		 denial->serial);
	return json_pack("{s:s, s:I, s:o, s:o, s:o, s:I, s:o, s:o, s:o, s:o, s:b, s:I}", "event",
			 event, "time", (json_int_t)denial->seconds, "origin",
			 text_json(denial->origin), "node", text_json(denial->node), "target",
			 text_json(denial->target), "pid", (json_int_t)denial->pid, "comm",
			 text_json(denial->comm), "exe", text_json(denial->exe), "path",
			 text_json(denial->path), "port",
			 denial->port ? json_integer(denial->port) : json_null(), "permissive",
			 denial->permissive, "count", (json_int_t)denial_records(denial));
}

static json_t *booleans_json(const struct finding *finding)
{
	json_t *list = json_array();

	for (size_t i = 0; i < finding->boolean_count; i++) {
		const struct finding_boolean *boolean = &finding->booleans[i];

		list_add(list, json_pack("{s:s, s:b, s:I}", "name", boolean->name, "state",
					 boolean->state, "further", (json_int_t)boolean->further));
	}
	return list;
}

static json_t *finding_json(const struct finding *finding, const struct denials *denials)
{
	json_t *evidence = json_array();

	for (size_t i = 0; i < finding->evidence_count; i++)
		list_add(evidence, evidence_json(&denials->items[finding->evidence[i]]));
	return json_pack(
		"{s:s, s:s, s:s, s:o, s:s, s:o, s:o, s:i, s:b, s:I, s:I, s:I, s:b, s:o, s:o}",
		"source", finding->source, "target", finding->target, "class", finding->tclass,
		"permissions", strings_json(&finding->permissions), "fix", fix_name(finding->fix),
		"detail", text_json(finding->detail), "why", text_json(finding->why), "severity",
		finding->severity, "recommended", finding_recommended(finding), "count",
		(json_int_t)finding->count, "first", (json_int_t)finding->first, "last",
		(json_int_t)finding->last, "silent", finding->silent, "booleans",
		booleans_json(finding), "evidence", evidence);
}

/* others_json - how many denials each of the other domains had. */
static json_t *others_json(const struct denials *denials)
{
	json_t *others = json_object();

	for (size_t i = 0; i < denials->other_count; i++) {
		_cleanup_free_ char *name = text_safe(denials->others[i].name, false);

		member_set(others, name, json_integer((json_int_t)denials->others[i].count));
	}
	return others;
}

/* unknown_json - the names that the policy does not define, by their kinds. */
static json_t *unknown_json(const struct findings *findings)
{
	json_t *kinds = json_object();

	for (size_t i = 0; i < findings->unknown.count; i++) {
		const char *text = findings->unknown.items[i], *name = strchr(text, ' ') + 1;
		_cleanup_free_ char *kind = memory_copy(text, (size_t)(name - 1 - text));

		if (!json_object_get(kinds, kind))
			member_set(kinds, kind, json_array());
		list_add(json_object_get(kinds, kind), text_json(name));
	}
	return kinds;
}

void explanation_json(const struct explanation *explanation)
{
	const struct findings *findings = &explanation->findings;
	const struct denials *denials = &explanation->denials;
	const struct {
		const char *name;
		size_t count;
	} counts[] = {
		{ "lines", denials->lines },
		{ "events", denials->events },
		{ "denials", denials_total(denials) },
		{ "granted", denials->granted },
		{ "unreadable", denials->unreadable },
		{ "other_lines", denials->passed },
		{ "pasted", denials->pasted },
		{ "lost", denials->lost_notices },
		{ "apparmor", denials->apparmor },
		{ "setroubleshoot", denials->summaries },
		{ "unknown_names", findings->unknown_names },
	};
	json_auto_t *object = json_object();
	json_t *list = json_array();

	for (size_t i = 0; i < ARRAY_SIZE(counts); i++)
		member_set(object, counts[i].name, json_integer((json_int_t)counts[i].count));
	member_set(object, "unknown", unknown_json(findings));
	member_set(object, "others", others_json(denials));
	member_set(object, "selinux_err", strings_json(&denials->refusals));
	for (size_t i = 0; i < findings->count; i++)
		list_add(list, finding_json(&findings->items[i], denials));
	member_set(object, "findings", list);
	screen_result_json(object);
}

/* ---- text ----------------------------------------------------------------------------------- */

/* print_evidence - by whom, on what, how often, when: of the kinds of denials behind a finding. */
static void print_evidence(const struct finding *finding, const struct denials *denials)
{
	enum { SHOWN = 4 };
	size_t left = finding->count;

	for (size_t i = 0; i < finding->evidence_count && i < SHOWN; i++) {
		const struct denial *denial = &denials->items[finding->evidence[i]];
		char port[32] = "", when[64];

		if (denial->port)
			snprintf(port, sizeof(port), "  port %u", denial->port);
		screen_time(denial_last(denial), when, sizeof(when));
		screen_result_prose(6, "%s%s%s%s%s  %zu %s, last %s",
				    denial->exe ?: denial->comm ?: "?",
				    denial->path ? "  " : "", denial->path ?: "",
				    denial->path_is_name ? " (its name only)" : "", port,
				    COUNTED(denial_records(denial), "time", "times"), when);
		left -= denial_records(denial);
	}
	if (left)
		screen_result_prose(6, "and %zu %s of it",
				    COUNTED(left, "further denial", "further denials"));
}

static void print_finding(const struct finding *finding, const struct denials *denials)
{
	_cleanup_free_ char *permissions = strings_join(&finding->permissions, " ");

	screen_result("  [%d/10] %s %s:%s { %s }  %zu %s", finding->severity, finding->source,
		      finding->target, finding->tclass, permissions,
		      COUNTED(finding->count, "denial", "denials"));
	screen_result_prose(6, "%s", finding->why);
	if (*finding->detail)
		screen_result("      %s", finding->detail);
	print_evidence(finding, denials);
	for (size_t i = 0; i < finding->boolean_count; i++)
		screen_result_prose(6, "the boolean %s %s would allow it, and %zu %s besides",
				    finding->booleans[i].name,
				    finding->booleans[i].state ? "on" : "off",
				    COUNTED(finding->booleans[i].further, "access", "accesses"));
}

static void print_counts(const struct explanation *explanation)
{
	const struct denials *denials = &explanation->denials;
	const struct findings *findings = &explanation->findings;
	_cleanup_(strings_clear) struct strings told = { 0 };

	screen_result("%zu %s, %zu %s, %zu %s", COUNTED(denials->events, "event", "events"),
		      COUNTED(denials_total(denials), "denial", "denials"),
		      COUNTED(findings->count, "finding", "findings"));
	told_others(denials, &told);
	told_unread(denials, &told);
	told_unknown(findings, &told);
	for (size_t i = 0; i < told.count; i++)
		screen_result_prose(strspn(told.items[i], " "), "%s",
				    told.items[i] + strspn(told.items[i], " "));
}

void explanation_text(const struct explanation *explanation)
{
	const struct findings *findings = &explanation->findings;
	_cleanup_free_ size_t *order = findings_by_danger(findings);
	const char *last = NULL;

	print_counts(explanation);
	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *finding = &findings->items[order[i]];
		const char *title = finding_heading(finding);

		if (title != last) {
			screen_result("%s", "");
			screen_result("%s", title);
		}
		last = title;
		print_finding(finding, &explanation->denials);
	}
}
