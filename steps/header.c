/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "steps/cluster/bundle.h"
#include "steps/exercising/results.h"
#include "steps/galera/exercises.h"
#include "steps/header.h"
#include "steps/host/selinux.h"
#include "steps/host/who.h"
#include "steps/ledger.h"
#include "steps/left.h"
#include "steps/case.h"
#include "steps/node/node.h"
#include "steps/confining/others.h"
#include "wizard/strings.h"
#include "wizard/text.h"
#include "wizard/trust.h"
#include "wizard/util.h"

extern const char template_module_header[], template_explain_header[];

#define HEADING "/etc/galera-selinux/module_header"
#define MEMORY  "header" /* {"comment": TEXT, "made": SECONDS, "version": "1.N", "builds": N} */

struct module_header header_of(struct session *session)
{
	const json_t *made = session_recall(session, MEMORY);

	return (struct module_header){
		.name = MODULE_NAME,
		.version = made ? member_text(made, "version") : "1.0",
		.comment = made ? member_text(made, "comment") : "Not built yet.",
	};
}

static void format_time(time_t when, char *text, size_t size)
{
	struct tm tm;

	if (!gmtime_r(&when, &tm) || !strftime(text, size, "%Y-%m-%d %H:%M:%S UTC", &tm))
		snprintf(text, size, "an unknown time");
}

/* ---- where ----------------------------------------------------------------------------------- */

/* The policy without the module, which all was judged against, by its sum. */
static int describe_policy(struct session *session, char **text, struct error *err)
{
	_cleanup_free_ char *type = NULL, *path = session_path(session, "policy.base");
	_cleanup_free_ char *package = NULL, *bytes = NULL;
	char sum[BUNDLE_SUM_SIZE] = "";
	enum selinux_mode mode;
	size_t length;
	int r = host_selinux_config(session->root, &mode, &type, err);

	if (r == 0 && access(path, R_OK) < 0) {
		free(path);
		path = NULL;
		r = node_policy(session, &path, NULL, err);
	}
	if (r < 0)
		return r;
	package = node_policy_package(session, type);
	if (file_read(path, &bytes, &length, NULL) == 0)
		bundle_sum(bytes, length, sum, NULL);
	*text = str_printf("%s%s%s%s%s", type, *package ? ", " : "", package,
			   *sum ? ", sha256 " : "", sum);
	return 0;
}

/* As the logs of the exercises have it. */
static char *describe_server(struct session *session)
{
	for (const struct exercise *e = galera_exercises; e->name; e++) {
		const json_t *result = results_get(session, PHASE_PERMISSIVE, e->name);
		const char *provider = member_text(result, "provider");

		if (*member_text(result, "server"))
			return str_printf("%s%s%s", member_text(result, "server"),
					  *provider ? ", Galera " : "", provider);
	}
	return str_copy("not known");
}

/* Who or what has answered for the rules. */
static char *describe_deciders(struct session *session)
{
	_cleanup_(strings_clear) struct strings deciders = { 0 };
	const char *one;
	json_t *yes;

	json_object_foreach(session_recall(session, HEADER_DECIDERS), one, yes)
		strings_add(&deciders, one);
	return deciders.count ? strings_join(&deciders, ", ") : str_copy("nobody");
}

/* What is not in it, each with its reason. */
static int describe_left(struct session *session, char **text, struct error *err)
{
	json_auto_t *left = json_array(), *others = json_array();
	_cleanup_(strings_clear) struct strings clauses = { 0 };
	int r = left_out(session, left, err) ?: others_active(session, others, err);

	if (r < 0)
		return r;
	list_each(item, left)
		strings_take(&clauses, str_printf("%s (%s)", member_text(item, "what"),
						  member_text(item, "kind")));
	list_each(item, others)
		strings_take(&clauses, str_printf("what module %s allows besides",
						  member_text(item, "name")));
	*text = clauses.count ? strings_join(&clauses, "; ") : str_copy("nothing that was denied");
	return 0;
}

static char *describe_host(struct session *session)
{
	char host[256] = "";

	gethostname(host, sizeof(host) - 1);
	return session_is_scratch(session)
		       ? str_printf("%s, in the scratch root %s: a rehearsal", host, session->root)
		       : str_copy(host);
}

/* ---- of what --------------------------------------------------------------------------------- */

static int describe_exercises(struct session *session, char **text, struct error *err)
{
	_cleanup_(strings_clear) struct strings rows = { 0 };
	struct ledger ledger;
	int r = ledger_read(session, &ledger, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < ledger.count; i++) {
		const struct ledger_row *row = &ledger.rows[i];
		const char *donor = row->donors[LEDGER_LEARNING];

		strings_take(&rows, str_printf("%s%s%s: %s%s", row->exercise->title,
					       *donor ? " from " : "", donor,
					       observed_name(row->observed[LEDGER_LEARNING]),
					       row->strict ? ", while confined" : ""));
	}
	*text = strings_join(&rows, "; ");
	return 0;
}

/* The nodes whose logs were given, and the one whose result was. */
static char *describe_nodes(struct session *session)
{
	const json_t *result = session_recall(session, NODE_RESULT);
	_cleanup_(strings_clear) struct strings names = { 0 };

	strings_add(&names, "this node");
	list_each(node, json_object_get(session_recall(session, "collect"), "nodes"))
		strings_add(&names, item_text(node));
	if (result)
		strings_take(&names, str_printf("the result of %s", member_text(result, "host")));
	return strings_join(&names, ", ");
}

/* The times between which the denials were logged. */
static void describe_times(const struct denials *denials, char *first, char *last, size_t size)
{
	time_t from = 0, to = 0;

	for (size_t i = 0; i < denials->count; i++) {
		const struct denial *denial = &denials->items[i];

		if (i == 0 || denial->seconds < from)
			from = denial->seconds;
		if (i == 0 || denial_last(denial) > to)
			to = denial_last(denial);
	}
	snprintf(first, size, "-");
	snprintf(last, size, "-");
	if (denials->count) {
		format_time(from, first, size);
		format_time(to, last, size);
	}
}

/* The house's own heading, where it has one: as the template, with the same {{names}}. */
static int read_heading(const char *path, char **text, struct error *err)
{
	if (access(path, F_OK) == 0)
		return path_trusted(path, "the module's heading", err)
			       ?: file_read(path, text, NULL, err);
	*text = str_copy(template_module_header);
	return 0;
}

static int compose(struct session *session, const struct denials *denials, time_t made,
		   char **comment, struct error *err)
{
	_cleanup_free_ char *own = session_in_root(session, HEADING), *heading = NULL;
	_cleanup_free_ char *host = describe_host(session), *server = describe_server(session);
	_cleanup_free_ char *nodes = describe_nodes(session), *policy = NULL, *exercises = NULL;
	_cleanup_free_ char *who = host_who(), *deciders = describe_deciders(session), *left = NULL;
	_cleanup_free_ char *count = str_printf("%zu", denials_total(denials));
	char first[64], last[64], now[64];
	int r = describe_policy(session, &policy, err)
			?: describe_exercises(session, &exercises, err)
			?: describe_left(session, &left, err)
			?: read_heading(own, &heading, err);

	if (r < 0)
		return r;
	describe_times(denials, first, last, sizeof(first));
	format_time(made, now, sizeof(now));
	r = template_fill(heading, TEMPLATE_COMMENT,
			  (const struct template_value[]){ { "version", PROGRAM_VERSION },
							   { "now", now },
							   { "who", who },
							   { "host", host },
							   { "policy", policy },
							   { "server", server },
							   { "exercises", exercises },
							   { "denials", count },
							   { "domain", node_domain() },
							   { "first", first },
							   { "last", last },
							   { "nodes", nodes },
							   { "deciders", deciders },
							   { "left", left },
							   { 0 } },
			  comment, err);
	return r < 0 ? error_prefix(err, "the module's heading, %s", own) : r;
}

int header_explain(const struct denials *denials, char **comment, struct error *err)
{
	_cleanup_free_ char *count = str_printf("%zu", denials_total(denials));
	char first[64], last[64];

	describe_times(denials, first, last, sizeof(first));
	return template_fill(template_explain_header, TEMPLATE_COMMENT,
			     (const struct template_value[]){ { "version", PROGRAM_VERSION },
							      { "denials", count },
							      { "first", first },
							      { "last", last },
							      { 0 } },
			     comment, err);
}

/* Is the last one that of a build which did not come to its end, and all is as it was then? */
static int is_current(struct session *session, const struct denials *denials, bool *current,
		      struct error *err)
{
	const json_t *last = session_recall(session, MEMORY);
	const json_t *built = session_recall(session, "build");
	_cleanup_free_ char *comment = NULL;
	int r;

	*current = false;
	if (!last || member_is(last, "version", member_text(built, "version")))
		return 0;
	r = compose(session, denials, (time_t)member_number(last, "made"), &comment, err);
	*current = r == 0 && !strcmp(comment, member_text(last, "comment"));
	return r;
}

static int keep_header(struct session *session, const char *comment, time_t made,
		       const char *version, json_int_t builds, struct error *err)
{
	return session_remember(
		session, MEMORY,
		json_made(json_pack("{s:s, s:I, s:s, s:I}", "comment", comment, "made",
				    (json_int_t)made, "version", version, "builds", builds)),
		err);
}

int header_make(struct session *session, struct error *err)
{
	json_int_t builds = 1 + member_number(session_recall(session, MEMORY), "builds");
	_cleanup_free_ char *comment = NULL, *version = str_printf("1.%lld", (long long)builds);
	time_t now = time(NULL);
	const struct findings *findings;
	const struct denials *denials;
	bool current = false;
	int r = case_findings(session, &findings, &denials, err)
			?: is_current(session, denials, &current, err);

	if (r < 0 || current)
		return r;
	return compose(session, denials, now, &comment, err)
		       ?: keep_header(session, comment, now, version, builds, err);
}

/* The next one that is made here has a higher version. */
int header_take(struct session *session, const json_t *module, const char *line, struct error *err)
{
	const char *comment = member_text(module, "comment"), *version = "1.0", *minor;
	_cleanup_free_ char *whole = str_printf("%s%s%s", comment, line ? "\n" : "", line ?: "");
	json_int_t builds = member_number(session_recall(session, MEMORY), "builds"), others;

	if (*member_text(module, "version"))
		version = member_text(module, "version");
	minor = strchr(version, '.');
	others = minor ? strtol(minor + 1, NULL, 10) : 0;
	return keep_header(session, whole, time(NULL), version, others > builds ? others : builds,
			   err);
}
