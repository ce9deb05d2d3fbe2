/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * collect - the denials of the server's domains, out of the evidence of the exercises and out of
 * any further log that the operator gives (another node's, above all the donor's).
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "steps/cluster/bundle.h"
#include "steps/cluster/nodes.h"
#include "steps/exercising/results.h"
#include "steps/exercising/roles.h"
#include "steps/ledger.h"
#include "steps/case.h"
#include "steps/node/node.h"
#include "steps/steps.h"
#include "steps/told.h"
#include "wizard/screen.h"
#include "wizard/strings.h"
#include "wizard/text.h"
#include "wizard/util.h"

/* Given logs stay collected: those of earlier runs first, then those of this command line. */
static int add_given(struct session *session, json_t *sources, struct error *err)
{
	json_t *before = json_object_get(session_recall(session, "collect"), "given");

	if (before)
		json_array_extend(sources, before);
	for (char **log = node_options.logs; log && *log; log++) {
		char path[PATH_MAX];
		json_t *source;

		if (bundle_is_named(*log))
			return error_set(err, EINVAL, "give it with --evidence",
					 "%s is an evidence file, by its name, and no log", *log);
		if (!realpath(*log, path))
			return error_set(err, errno, "give the path of an audit log with --log",
					 "cannot read %s: %m", *log);
		if (list_find(sources, "path", path))
			continue;
		source = json_pack("{s:s, s:s}", "path", path, "origin", path);
		if (!source)
			return error_set(err, EILSEQ, "give it a name that is UTF-8",
					 "the name of %s cannot be kept", path);
		list_add(sources, source);
	}
	return 0;
}

/* Evidence of a verification counts once it has led back here: then it is of an earlier era. */
static int find_sources(struct session *session, json_t *sources, json_t *given, struct error *err)
{
	int r = results_evidence(session, PHASE_PERMISSIVE, true, sources, err)
			?: results_evidence(session, PHASE_PERMISSIVE, false, sources, err)
			?: results_evidence(session, PHASE_ENFORCING, true, sources, err)
			?: add_given(session, given, err);

	if (r < 0)
		return r;
	json_array_extend(sources, given);
	nodes_sources(session, sources);
	return 0;
}

static int detect(struct session *session, bool *done, struct error *err)
{
	json_t *known = session_recall(session, "collect");
	json_auto_t *sources = json_array(), *given = json_array();
	int r = find_sources(session, sources, given, err);

	if (r == 0)
		*done = known && nodes_taken(session) &&
			json_equal(json_object_get(known, "sources"), sources);
	return r;
}

/* A log that somebody gave on purpose and that has nothing for us is a mistake, so it is said. */
static int check_given(struct session *session, const char *path, struct error *err)
{
	_cleanup_(denials_clear) struct denials denials = { 0 };
	int r = node_log_read(session, path, path, &denials, err);

	if (r < 0 || denials.count)
		return r;
	if (denials.events)
		error_set(err, ENODATA, NULL, "%s holds %zu %s, but no denial of %s", path,
			  COUNTED(denials.events, "event", "events"), node_domain());
	else
		error_set(err, ENODATA, NULL, "%s is empty", path);
	return error_remedy(err,
			    "give the audit log of the time of the exercises, or leave --log out");
}

static void show_counts(const json_t *sources, const struct denials *denials)
{
	_cleanup_(strings_clear) struct strings others = { 0 }, unread = { 0 }, said = { 0 };

	list_each(source, sources) {
		const char *origin = member_text(source, "origin");
		size_t count = 0;

		/* Of a node there may be several evidence files. */
		if (strings_has(&said, origin))
			continue;
		strings_add(&said, origin);
		for (size_t d = 0; d < denials->count; d++)
			if (!strcmp(denials->items[d].origin, origin))
				count += denial_records(&denials->items[d]);
		screen_detail("%-20s %6zu %s", origin, COUNTED(count, "denial", "denials"));
	}
	screen_mark(MARK_OK, "%zu %s in %zu %s: %zu %s of %s",
		    COUNTED(denials->events, "event", "events"),
		    COUNTED(denials->lines, "line", "lines"),
		    COUNTED(denials_total(denials), "denial", "denials"), node_domain());
	told_others(denials, &others);
	for (size_t i = 0; i < others.count; i++)
		screen_say("%s", others.items[i]);
	told_unread(denials, &unread);
	for (size_t i = 0; i < unread.count; i++)
		screen_mark(*unread.items[i] == ' ' ? MARK_NONE : MARK_WARN, "%s", unread.items[i]);
	if (!denials->count)
		screen_say("Nothing was denied: the policy already allows all that was exercised.");
}

/* The nodes that the given logs name, each once. */
static json_t *given_nodes(const struct denials *denials)
{
	json_t *nodes = json_array();

	for (size_t i = 0; i < denials->count; i++) {
		const struct denial *denial = &denials->items[i];
		/* Of a donor only what it was denied at the time of an exercise tells of its part.
		 */
		bool tells = denial->node && denial->exercise &&
			     !strcmp(denial->role ?: "", DENIAL_DONOR);

		list_each(known, nodes)
			tells = tells && strcmp(item_text(known), denial->node) != 0;
		if (tells)
			json_array_append_new(nodes, json_string(denial->node));
	}
	return nodes;
}

/* How much was denied whom, in which exercise and role. */
static json_t *seen(struct session *session, const struct denials *denials)
{
	json_t *list = json_array();
	char own[NODE_NAME_SIZE];

	node_name(session, own);
	for (size_t i = 0; i < denials->count; i++) {
		const struct denial *denial = &denials->items[i];
		const char *node = denial->node ?: own, *role = denial->role ?: "";
		json_t *same = NULL;

		if (!denial->exercise)
			continue;
		list_each(known, list)
			if (member_is(known, "exercise", denial->exercise) &&
			    member_is(known, "role", role) &&
			    roles_same_node(member_text(known, "node"), node))
				same = known;
		if (!same) {
			same = json_pack("{s:o, s:s, s:s}", "node", text_json(node), "exercise",
					 denial->exercise, "role", role);
			list_add(list, same);
		}
		member_set(same, "denials",
			   json_integer(member_number(same, "denials") +
					(json_int_t)denial_records(denial)));
	}
	return list;
}

static int remember(struct session *session, json_t *sources, json_t *given,
		    const struct denials *denials, struct error *err)
{
	return session_remember(
		session, "collect",
		json_made(json_pack("{s:O, s:O, s:o, s:o, s:I, s:I}", "sources", sources, "given",
				    given, "nodes", given_nodes(denials), "seen",
				    seen(session, denials), "events", (json_int_t)denials->events,
				    "denials", (json_int_t)denials_total(denials))),
		err);
}

static int apply(struct session *session, const json_t *changes, struct error *err)
{
	json_auto_t *sources = json_array(), *given = json_array(), *ledger = NULL;
	_cleanup_(denials_clear) struct denials denials = { 0 };
	int r = find_sources(session, sources, given, err)
			?: case_read(session, sources, &denials, err);

	(void)changes;
	if (r < 0)
		return r;
	show_counts(sources, &denials);
	roles_tell(session, &denials);
	r = remember(session, sources, given, &denials, err);
	/* What of the donors' side is there now. */
	if (r == 0 && (json_array_size(given) || session_recall(session, ROLES_EVIDENCE)))
		coverage_show(session, PHASE_PERMISSIVE);
	if (r == 0)
		r = ledger_json(session, &ledger, err);
	if (r == 0)
		ledger_cluster_show(session, json_object_get(ledger, "cluster"));
	return r;
}

/* A log that cannot be what was meant is the first thing to be told. */
static int ask(struct session *session, json_t *changes, struct error *err)
{
	json_auto_t *given = json_array();
	int r = add_given(session, given, err);

	(void)changes;
	list_each(source, given)
		r = r ?: check_given(session, member_text(source, "path"), err);
	return r < 0 ? r : nodes_take(session, err) ?: ledger_ask(session, err);
}

const struct step step_collect = {
	.name = "collect",
	.title = "Collect the denials",
	.why = "Out of the audit log, between the begin and the end of each exercise. A donor's "
	       "denials are only in its own: give its evidence file with --evidence, or its log "
	       "with --log.",
	.detect = detect,
	.ask = ask,
	.apply = apply,
};
