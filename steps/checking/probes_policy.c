/* SPDX-License-Identifier: GPL-2.0-or-later */
/* probes_policy - the policy: what it knows, what was left in it, and what others have changed */
#include <string.h>

#include "steps/checking/drift.h"
#include "steps/checking/probes.h"
#include "steps/confining/confine.h"
#include "steps/confining/others.h"
#include "steps/exercising/marker.h"
#include "steps/exercising/results.h"
#include "steps/labelling/labels.h"
#include "steps/node/node.h"
#include "wizard/util.h"

int probe_policy(struct report *report, struct error *err)
{
	static const char no_module[] = "install the policy package of your distribution, with its "
					"MySQL module";
	struct oracle *oracle;
	int r;

	if (report_knows_policy(report))
		return 0;
	r = node_loaded(report->session, &oracle, err);
	if (r < 0)
		return r;
	if (!oracle_has_type(oracle, node_domain()))
		report_add(report, LEVEL_STOP, "policy",
			   node_options.domain ? "give the server's domain with --domain"
					       : no_module,
			   "the policy has no domain %s", node_domain());
	else if (!oracle_has_type(oracle, PORT_TYPE))
		report_add(report, LEVEL_STOP, "policy", no_module,
			   "the policy has no port type " PORT_TYPE);
	else
		report_add(report, LEVEL_OK, "policy", NULL, "the policy knows %s and " PORT_TYPE,
			   node_domain());
	return 0;
}

/* ---- labels ---------------------------------------------------------------------------------- */

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

/* ---- what was left --------------------------------------------------------------------------- */

static int look_notify_script(struct report *report, struct error *err)
{
	_cleanup_free_ char *what = NULL, *todo = NULL;
	int r = marker_stray(report->session, &what, &todo, err);

	if (r == 0 && what)
		report_add(report, LEVEL_WARNING, "notify-script", todo, "%s", what);
	return r;
}

int probe_leftovers(struct report *report, struct error *err)
{
	struct store *store;
	bool permissive = false, misspelt = false, shown = false;
	int r;

	if (report_knows_policy(report))
		return 0;
	r = node_is_permissive(report->session, &permissive, err);
	if (r == 0)
		r = node_store(report->session, &store, err);
	/* The documentation ended with `semanage permissive -d mysql_t` from 2015 to 2024. */
	if (r == 0)
		r = store_module_active(store, "permissive_mysql_t", &misspelt, NULL, err);
	if (r == 0)
		r = store_shows_hidden(store, &shown, err);
	if (r < 0)
		return r;
	if (shown && !confine_shows_hidden(report->session))
		report_add(report, LEVEL_WARNING, "hidden-shown",
			   "step 9 offers to hide them again",
			   "denials that the policy hides are shown (semodule -DB), by somebody "
			   "before this wizard: the audit log fills faster");
	if (permissive && !session_recall(report->session, "collect") &&
	    !confine_made_permissive(report->session))
		report_add(report, LEVEL_WARNING, "permissive", "step 9 offers to remove it",
			   "%s is permissive already, by somebody before this wizard",
			   node_domain());
	if (misspelt)
		report_add(report, LEVEL_WARNING, "permissive-misspelt",
			   "semanage permissive -d mysql_t",
			   "mysql_t is permissive: a misspelling of old documentation");
	return look_notify_script(report, err);
}

/* ---- others ---------------------------------------------------------------------------------- */

/* What is to be done about it, in new memory. */
static char *remedy(struct session *session, const json_t *other)
{
	const char *name = member_text(other, "name");

	if (!others_can_go(other))
		return str_printf("see whose it is; semodule -X %lld -r %s takes it away",
				  (long long)member_number(other, "priority"), name);
	if (json_is_true(json_object_get(other, "kept")))
		return str_printf("left as it is, as was decided; another time: semodule -d %s",
				  name);
	if (results_covered(session, PHASE_PERMISSIVE))
		return str_printf("it was not disabled while the server learned: semodule -d %s, "
				  "then galera-selinux",
				  name);
	if (!json_is_true(json_object_get(other, "only_ours")))
		return str_printf("it has other things, too: step 3 disables it only with "
				  "permissive.modules[%s] = yes",
				  name);
	return str_copy(strcmp(name, MODULE_NAME)
				? "step 3 offers to disable it; undo enables it again"
				: "step 3 offers to disable it, and step 8 to replace it: the "
				  "difference is shown before");
}

static void report_other(struct report *report, const json_t *other)
{
	_cleanup_free_ char *width = others_text(other);
	_cleanup_free_ char *todo = NULL;

	/* Once ours is loaded, that is told as drift. */
	if (json_is_true(json_object_get(other, "replaced")) &&
	    session_recall(report->session, MODULE_LOADED))
		return;
	todo = remedy(report->session, other);
	report_add(report, LEVEL_WARNING, "others", todo,
		   "the module %s (priority %lld), not the distribution's, gives %s more than the "
		   "policy does: %s",
		   member_text(other, "name"), (long long)member_number(other, "priority"),
		   node_domain(), width);
}

int probe_others(struct report *report, struct error *err)
{
	json_auto_t *list = json_array();
	json_t *other;
	size_t i;
	int r = report_knows_policy(report) ? 0 : others_active(report->session, list, err);

	if (r < 0)
		return r;
	json_array_foreach(list, i, other) report_other(report, other);
	return 0;
}

/* A label that was lost is told above, or planned by the next step. */
int probe_drift(struct report *report, struct error *err)
{
	json_auto_t *changes = json_array();
	json_t *change;
	size_t i;
	int r = report->silent ? 0 : drift_find(report->session, NULL, changes, err);

	if (r < 0)
		return r;
	json_array_foreach(changes, i, change)
		report_add(report, LEVEL_WARNING, "drift", member_text(change, "do"), "%s: %s",
			   member_text(change, "what"), member_text(change, "why"));
	return 0;
}
