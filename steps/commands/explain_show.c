/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "steps/commands/explain.h"
#include "wizard/screen.h"
#include "wizard/text.h"
#include "wizard/util.h"

/* ---- JSON ----------------------------------------------------------------------------------- */

static json_t *evidence_json(const struct denial *denial)
{
	char event[64];

	snprintf(event, sizeof(event), "%lld.%03u:%lu", (long long)denial->seconds, denial->millis,
		 denial->serial);
	return json_pack("{s:s, s:I, s:o, s:o, s:s, s:I, s:o, s:o, s:o, s:o, s:b, s:I}", "event",
			 event, "time", (json_int_t)denial->seconds, "origin",
			 text_json(denial->origin), "node", text_json(denial->node), "target",
			 denial->target, "pid", (json_int_t)denial->pid, "comm",
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
	json_t *permissions = json_array(), *evidence = json_array();

	for (size_t i = 0; i < finding->permissions.count; i++)
		list_add(permissions, json_string(finding->permissions.items[i]));
	for (size_t i = 0; i < finding->evidence_count; i++)
		list_add(evidence, evidence_json(&denials->items[finding->evidence[i]]));
	return json_pack(
		"{s:s, s:s, s:s, s:o, s:s, s:o, s:o, s:i, s:b, s:I, s:I, s:I, s:b, s:o, s:o}",
		"source", finding->source, "target", finding->target, "class", finding->tclass,
		"permissions", permissions, "fix", fix_name(finding->fix), "detail",
		text_json(finding->detail), "why", text_json(finding->why), "severity",
		finding->severity, "recommended", finding_recommended(finding), "count",
		(json_int_t)finding->count, "first", (json_int_t)finding->first, "last",
		(json_int_t)finding->last, "silent", finding->silent, "booleans",
		booleans_json(finding), "evidence", evidence);
}

void explanation_json(const struct explanation *explanation)
{
	const struct findings *findings = &explanation->findings;
	const struct denials *denials = &explanation->denials;
	json_auto_t *object = NULL;
	json_t *list = json_array();

	for (size_t i = 0; i < findings->count; i++)
		list_add(list, finding_json(&findings->items[i], denials));
	object = json_made(json_pack(
		"{s:I, s:I, s:I, s:I, s:o}", "events", (json_int_t)denials->events, "denials",
		(json_int_t)denials_total(denials), "unreadable", (json_int_t)denials->unreadable,
		"unknown_names", (json_int_t)findings->unknown_names, "findings", list));
	screen_result_json(object);
}

/* ---- text ----------------------------------------------------------------------------------- */

static void print_finding(const struct finding *finding)
{
	_cleanup_free_ char *permissions = finding_permissions(finding);

	screen_result("  [%d/10] %s %s:%s { %s }  %zu %s", finding->severity, finding->source,
		      finding->target, finding->tclass, permissions,
		      COUNTED(finding->count, "denial", "denials"));
	screen_result("      %s", finding->why);
	if (*finding->detail)
		screen_result("      %s", finding->detail);
	for (size_t i = 0; i < finding->boolean_count; i++)
		screen_result("      the boolean %s %s would allow it, and %zu %s besides",
			      finding->booleans[i].name, finding->booleans[i].state ? "on" : "off",
			      COUNTED(finding->booleans[i].further, "access", "accesses"));
}

static void print_counts(const struct explanation *explanation)
{
	const struct denials *denials = &explanation->denials;
	const struct findings *findings = &explanation->findings;

	screen_result("%zu %s, %zu %s, %zu %s", COUNTED(denials->events, "event", "events"),
		      COUNTED(denials_total(denials), "denial", "denials"),
		      COUNTED(findings->count, "finding", "findings"));
	if (denials->other)
		screen_result("%zu %s of other domains left alone (--domain adds one)",
			      COUNTED(denials->other, "denial", "denials"));
	if (denials->unreadable)
		screen_result("%zu %s could not be read",
			      COUNTED(denials->unreadable, "line", "lines"));
	if (findings->unknown_names)
		screen_result("%zu %s something that this policy does not define",
			      COUNTED(findings->unknown_names, "denial names", "denials name"));
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
		print_finding(finding);
	}
}
