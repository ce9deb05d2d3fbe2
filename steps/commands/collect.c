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
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "steps/audit/extract.h"
#include "steps/cluster/evidence.h"
#include "steps/commands/collected.h"
#include "steps/host/auditd.h"
#include "steps/node/node.h"
#include "steps/steps.h"
#include "wizard/output.h"
#include "wizard/screen.h"
#include "wizard/strings.h"
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

static int write_evidence(struct session *session, const struct extract *extract, const char *node,
			  struct error *err)
{
	_cleanup_free_ char *bytes = NULL;
	json_auto_t *members = NULL;
	size_t length = 0;
	int r;

	if (!node_is_name(node))
		return error_set(err, EINVAL,
				 "set wsrep_node_name in the server's configuration: letters, "
				 "digits, \"-\", \"_\" and \".\"",
				 "this node has no name that an evidence file can have: \"%s\"",
				 node);
	r = session_open(session, true, err)
		    ?: collected_members(session, node, extract, &members, err)
		    ?: bundle_pack(output, &evidence_format, members, &bytes, &length, err);
	return r < 0 ? r : output_write(session, output, bytes, length, 0600, err);
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
	int r;

	if (!output)
		return error_set(err, ERROR_USAGE, "write: galera-selinux collect -o FILE",
				 "collect needs the name of a file to write");
	node_name(session, node);
	r = list_logs(session, &logs, err);
	if (r == 0)
		r = node_guard_logs(session, output, logs.items, err);
	if (r == 0)
		r = extract_read(logs.items, session->arguments && *session->arguments,
				 node_domains(), node, &extract, err);
	if (r == 0)
		r = bundle_is_named(output) ? write_evidence(session, &extract, node, err)
					    : write_records(session, &extract, &logs, err);
	return r < 0 ? r : say_written(&extract);
}

const struct command command_collect = {
	.name = "collect",
	.summary = "write this node's evidence to a file, for the node that is set up",
	.example = "collect -o node1.tar.zst",
	.run = run,
	.options = collect_options,
	.arguments = "-o FILE [LOG...]",
};
