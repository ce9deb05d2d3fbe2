/* SPDX-License-Identifier: GPL-2.0-or-later */
/* probes_others - modules of others that give the server's domains rules */
#include <string.h>

#include "steps/checking/probes.h"
#include "steps/exercising/results.h"
#include "steps/node/node.h"
#include "steps/confining/others.h"
#include "wizard/util.h"

/* What is to be done about it, in new memory; NULL: no memory. */
static char *remedy(struct session *session, const json_t *other, const char *name,
		    long long priority)
{
	if (!others_can_go(other))
		return str_printf("see whose it is; semodule -X %lld -r %s takes it away", priority,
				  name);
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
	return strdup(strcmp(name, MODULE_NAME) ? "step 3 offers to disable it; undo enables it "
						  "again"
						: "step 3 offers to disable it, and step 8 to "
						  "replace it: the difference is shown before");
}

int probe_others(struct report *report, struct error *err)
{
	json_t *list, *other;
	size_t i;
	int r;

	if (report_knows_policy(report))
		return 0;
	list = json_array();
	r = others_active(report->session, list, err);
	json_array_foreach(list, i, other)
	{
		const char *name = json_string_value(json_object_get(other, "name"));
		long long priority = member_number(other, "priority");
		_cleanup_free_ char *width = others_text(other);
		_cleanup_free_ char *todo = remedy(report->session, other, name, priority);

		if (r == 0 && (!width || !todo))
			r = error_nomem(err);
		if (r < 0)
			break;
		/* Once ours is loaded, that is told as drift. */
		if (json_is_true(json_object_get(other, "replaced")) &&
		    session_recall(report->session, MODULE_LOADED))
			continue;
		report_add(report, LEVEL_WARNING, "others", todo,
			   "the module %s (priority %lld), not the distribution's, gives %s more "
			   "than the policy does: %s",
			   name, priority, node_domain(), width);
	}
	json_decref(list);
	return r;
}
