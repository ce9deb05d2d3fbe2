/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "steps/checking/drift.h"
#include "steps/labelling/labels.h"
#include "steps/checking/probes.h"
#include "wizard/util.h"

/* What step 2 mends is not to be settled first, unless the operator has declined it there. */
static char *remedy_of(struct session *session, const struct label *label)
{
	if (labels_declined(session, label->path))
		return labels_command(label, false);
	return str_copy(label->state == LABEL_RULE
				? "step 2 offers a rule for it, and to relabel it"
				: "step 2 offers to relabel it");
}

static void report_label(struct report *report, const struct label *label)
{
	const char *type = label->type ? label->type : "unlabelled";
	enum level level = !strcmp(label->name, "label-datadir") ? LEVEL_STOP : LEVEL_WARNING;
	_cleanup_free_ char *remedy = NULL;

	if (label->state == LABEL_RIGHT) {
		/* In a scratch root there may be none; and of a directory above nobody asks. */
		if (label->type && strcmp(label->name, LABEL_WAY) != 0)
			report_add(report, LEVEL_OK, label->name, NULL, "%s is %s", label->path,
				   type);
		return;
	}
	if (label->state == LABEL_PLACE) {
		report_add(report, level, label->name, label->advice, "%s (%s) is %s", label->path,
			   label->what, type);
		return;
	}
	remedy = remedy_of(report->session, label);
	if (label->state == LABEL_RULE && !strcmp(label->name, LABEL_WAY))
		report_add(report, LEVEL_WARNING, label->name, remedy,
			   "%s is %s: the server may not pass through it to its files", label->path,
			   type);
	else if (label->state == LABEL_RULE)
		report_add(report, LEVEL_WARNING, label->name, remedy,
			   "%s (%s) is %s, and must be %s: the policy has no rule for this place",
			   label->path, label->what, type, label->wanted);
	else if (label->files > 1)
		report_add(report, LEVEL_WARNING, label->name, remedy,
			   "%s (%s): %zu of %zu files have a wrong label, as %s, which is %s and "
			   "should be %s",
			   label->path, label->what, label->wrong, label->files, label->first, type,
			   label->wanted);
	else
		report_add(report, LEVEL_WARNING, label->name, remedy, "%s is %s, and should be %s",
			   label->path, type, label->wanted);
}

int probe_labels(struct report *report, struct error *err)
{
	struct labels labels = { 0 };
	int r = report_knows_policy(report) ? 0 : labels_look(report->session, &labels, err);

	for (size_t i = 0; r == 0 && i < labels.count; i++)
		report_label(report, &labels.items[i]);
	labels_clear(&labels);
	return r;
}

/* A label that was lost is told above, or planned by the next step. */
int probe_drift(struct report *report, struct error *err)
{
	json_auto_t *changes = json_array();
	json_t *change;
	size_t i;
	int r = report->silent ? 0 : drift_find(report->session, changes, err);

	json_array_foreach(changes, i, change)
	{
		if (r == 0 && strcmp(member_or_null(change, "kind"), "label-lost") != 0)
			report_add(report, LEVEL_WARNING, "drift", member_or_null(change, "do"),
				   "%s: %s", member_or_null(change, "what"),
				   member_or_null(change, "why"));
	}
	return r;
}
