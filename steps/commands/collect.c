/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `collect -o FILE`: another node's evidence, to be taken to the node that is set up
 *
 * A donor's denials are in the donor's audit log alone. A file whose name says so becomes an
 * evidence file (cluster/evidence.h), with all that is known of the node; any other is the records
 * alone, for which no session is opened.
 */
#include <errno.h>
#include <popt.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "steps/audit/extract.h"
#include "steps/audit/log.h"
#include "steps/case.h"
#include "steps/cluster/evidence.h"
#include "steps/cluster/nodes.h"
#include "steps/exercising/results.h"
#include "steps/host/auditd.h"
#include "steps/ledger.h"
#include "steps/node/node.h"
#include "steps/steps.h"
#include "wizard/output.h"
#include "wizard/screen.h"
#include "wizard/strings.h"
#include "wizard/text.h"
#include "wizard/util.h"

static char *output; /* -o FILE */

static const struct poptOption collect_options[] = {
	{ "output", 'o', POPT_ARG_STRING, &output, 0,
	  "the file to be written; .tar.zst, .tar.gz: an "
	  "evidence file; -: standard output",
	  "FILE" },
	POPT_TABLEEND
};

/* ---- which logs ------------------------------------------------------------------------------ */

/* A log is read twice: what comes through a pipe would be gone. What is not there is said later. */
static int check_kept(const char *path, struct error *err)
{
	struct stat st;

	if (strcmp(path, "-") != 0 && (stat(path, &st) < 0 || !S_ISFIFO(st.st_mode)))
		return 0;
	return error_set(err, EINVAL,
			 "write what comes out of it to a file, and name that; a compressed log "
			 "can be named as it is",
			 "collect reads a log twice, and %s is %s", path,
			 strcmp(path, "-") ? "a pipe" : "standard input");
}

/* What was given; else the audit log and what auditd has rotated, oldest first. */
static int list_logs(struct session *session, struct strings *logs, struct error *err)
{
	for (char *const *given = session->arguments; given && *given; given++) {
		int r = check_kept(*given, err);

		if (r < 0)
			return r;
		strings_add(logs, *given);
	}
	return logs->count ? 0 : host_audit_logs(session->root, 0, logs, err);
}

/* ---- the node -------------------------------------------------------------------------------- */

/* As the logs of the exercises have them. */
static void add_versions(struct session *session, json_t *node)
{
	for (const struct exercise *e = galera_exercises; e->name; e++) {
		const json_t *result = results_get(session, PHASE_PERMISSIVE, e->name);

		if (!*member_text(result, "server"))
			continue;
		member_set(node, "server", json_string(member_text(result, "server")));
		member_set(node, "provider", json_string(member_text(result, "provider")));
		return;
	}
}

static int describe_node(struct session *session, const char *name, const struct extract *extract,
			 json_t **node, struct error *err)
{
	json_t *policy = NULL, *domains = json_array();
	_cleanup_free_ char *address = NULL;
	const struct galera_config *config;
	int r = node_config(session, &config, err) ?: nodes_policy(session, &policy, err);

	for (const char *const *domain = node_domains(); *domain; domain++)
		list_add(domains, json_string(*domain));
	address = r < 0 ? NULL : galera_own_address(config);
	*node = json_made(json_pack(
		"{s:s, s:o*, s:I, s:o, s:o*, s:I, s:I, s:I, s:I}", "node", name, "address",
		address ? text_json(address) : NULL, "collected", (json_int_t)time(NULL), "domains",
		domains, "policy", policy, "denials", (json_int_t)extract->denials, "records",
		(json_int_t)extract->records, "notices", (json_int_t)extract->notices, "unsure",
		(json_int_t)extract->unsure));
	add_versions(session, *node);
	return r;
}

/* ---- labels ---------------------------------------------------------------------------------- */

static int list_ports(struct session *session, json_t *list, struct error *err)
{
	const struct galera_port *ports;
	struct store *store;
	int count = 0;
	int r = node_ports(session, &ports, &count, err) ?: node_store(session, &store, err);

	for (int i = 0; r == 0 && i < count; i++) {
		_cleanup_free_ char *type = NULL;

		r = store_port_label(store, ports[i].proto, ports[i].number, &type, NULL, err);
		if (r == 0)
			list_add(list,
				 json_pack("{s:s, s:I, s:s?}", "proto", ports[i].proto, "number",
					   (json_int_t)ports[i].number, "type", type));
	}
	return r;
}

/* Of each path that was denied, as this policy wants it. */
static int list_labels(struct session *session, const struct extract *extract, json_t *list,
		       struct error *err)
{
	_cleanup_(denials_clear) struct denials denials = { 0 };
	json_auto_t *seen = json_object();
	struct file_labels *labels;
	int r = node_labels(session, &labels, err);

	audit_text_read(extract->text, extract->length, "", node_domains(), &denials);
	for (size_t i = 0; r == 0 && i < denials.count; i++) {
		const struct denial *denial = &denials.items[i];
		_cleanup_free_ char *type = NULL, *key = NULL;

		if (!denial->path || *denial->path != '/' || !text_is_utf8(denial->path))
			continue;
		key = str_printf("%s %s", denial->tclass, denial->path);
		if (!text_is_utf8(key) || json_object_get(seen, key))
			continue;
		member_set(seen, key, json_true());
		r = case_path_label(labels, denial->path, denial->tclass, &type, err);
		if (r == 0)
			list_add(list, json_pack("{s:s, s:s, s:s?}", "path", denial->path, "class",
						 denial->tclass, "type", type));
	}
	return r;
}

/* ---- the files ------------------------------------------------------------------------------- */

/* The kernel writes nothing else, but programs do. */
static void make_text(char *text, size_t length)
{
	for (char *at = text; (at = memchr(at, '\0', (size_t)(text + length - at)));)
		*at = '?';
	if (text_is_utf8(text))
		return;
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)text[i] >= 0x80)
			text[i] = '?';
}

static void add_member(json_t *members, const char *name, const json_t *object)
{
	_cleanup_free_ char *text = json_dumps(object, JSON_INDENT(1));

	member_set(members, name, json_string(text));
}

/* The texts of an evidence file's members, by their names. */
static int list_members(struct session *session, const char *node, const struct extract *extract,
			json_t **members, struct error *err)
{
	json_auto_t *about = NULL, *ledger = NULL;
	json_auto_t *labels = json_pack("{s:[], s:[]}", "ports", "files");
	_cleanup_free_ char *records = memory_copy(extract->text ?: "", extract->length);
	int r = describe_node(session, node, extract, &about, err)
			?: list_ports(session, json_object_get(labels, "ports"), err)
			?: list_labels(session, extract, json_object_get(labels, "files"), err)
			?: ledger_json(session, &ledger, err);

	if (r < 0)
		return r;
	make_text(records, extract->length);
	*members = json_object();
	add_member(*members, EVIDENCE_NODE, about);
	add_member(*members, EVIDENCE_EXERCISES, ledger);
	add_member(*members, EVIDENCE_LABELS, labels);
	member_set(*members, EVIDENCE_RECORDS, json_string(records));
	return 0;
}

static int write_evidence(struct session *session, const struct extract *extract, const char *node,
			  struct error *err)
{
	_cleanup_free_ char *bytes = NULL;
	json_auto_t *members = NULL;
	size_t length = 0;

	if (!node_is_name(node))
		return error_set(err, EINVAL,
				 "set wsrep_node_name in the server's configuration: letters, "
				 "digits, \"-\", \"_\" and \".\"",
				 "this node has no name that an evidence file can have: \"%s\"",
				 node);
	return session_open(session, true, err)
		       ?: list_members(session, node, extract, &members, err)
		       ?: bundle_pack(output, &evidence_format, members, &bytes, &length, err)
		       ?: output_write(session, output, bytes, length, 0600, err);
}

static int write_records(struct session *session, const struct extract *extract,
			 const struct strings *logs, struct error *err)
{
	if (!extract->denials)
		return error_set(err, ENODATA,
				 "run it after the exercises, on the node that was the donor; a "
				 "denial of a permissive domain is logged once until a policy is "
				 "loaded",
				 "no denial of %s in %s%s (lines that cannot be read: %zu)",
				 node_domain(), logs->items[0],
				 logs->count > 1 ? " and those after it" : "", extract->unsure);
	return output_write(session, output, extract->text, extract->length, 0600, err);
}

/* Of a file that may lack a denial nothing says ok. Returns the exit status. */
static int say_written(const struct extract *extract)
{
	bool whole = !extract->notices && !extract->unsure;

	screen_mark(whole ? MARK_OK : MARK_WARN, "%zu %s of %s, in %zu %s: %s",
		    COUNTED(extract->denials, "denial", "denials"), node_domain(),
		    COUNTED(extract->records, "record", "records"),
		    output_is_stdout(output) ? "standard output" : output);
	if (extract->notices)
		screen_mark(MARK_WARN, "%zu %s lost events: some denials may be missing",
			    COUNTED(extract->notices, "record tells of", "records tell of"));
	if (extract->unsure)
		screen_mark(MARK_WARN,
			    "%zu %s and cannot be read: some denials may be missing (give the "
			    "audit log itself)",
			    COUNTED(extract->unsure, "line looks like a record",
				    "lines look like records"));
	if (!extract->denials)
		screen_mark(MARK_WARN, "nothing was denied: run it after the exercises, on the "
				       "node that was the donor, too");
	screen_say("Take the file to the node that is set up, and give it there with %s.",
		   bundle_is_named(output) ? "--evidence" : "--log");
	return whole ? 0 : STEP_DENIALS;
}

static int run(struct session *session, struct error *err)
{
	_cleanup_(strings_clear) struct strings logs = { 0 };
	_cleanup_(extract_clear) struct extract extract = { 0 };
	char node[NODE_NAME_SIZE];

	if (!output)
		return error_set(err, ERROR_USAGE, "write: galera-selinux collect -o FILE",
				 "collect needs the name of a file to write");
	node_name(session, node);
	return list_logs(session, &logs, err)
		       ?: node_guard_logs(session, output, logs.items, err)
		    ?: extract_read(logs.items, session->arguments && *session->arguments,
				    node_domains(), node, &extract, err)
		    ?: (bundle_is_named(output) ? write_evidence(session, &extract, node, err)
						: write_records(session, &extract, &logs, err))
		       ?: say_written(&extract);
}

const struct command command_collect = {
	.name = "collect",
	.summary = "write this node's evidence to a file, for the node that is set up",
	.example = "collect -o node1.tar.zst",
	.run = run,
	.options = collect_options,
	.arguments = "-o FILE [LOG...]",
};
