/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "steps/galera/failures.h"
#include "steps/galera/wsrep_messages.h"
#include "tests/unit/galera/stories.h"
#include "wizard/util.h"

/* What was told, a line each; of progress, how often. */
struct told {
	FILE *out;
	size_t progress;
};

static void tell(void *data, const struct wsrep_news *news)
{
	struct told *told = data;

	if (news->kind == NEWS_PROGRESS)
		told->progress++;
	else
		fprintf(told->out, "%s%s %s\n", news->clock,
			news->kind == NEWS_FAILURE   ? " x"
			: news->kind == NEWS_WARNING ? " !"
						     : "",
			news->text);
}

/* read_in - path, in pieces of so many bytes; what was told, in new memory. */
static char *read_in(const char *path, size_t piece, size_t *progress)
{
	_cleanup_free_ char *text = NULL;
	struct wsrep_watch *watch = wsrep_watch_new("");
	struct wsrep_story story, whole;
	struct told told = { 0 };
	struct wsrep_teller teller = { tell, &told };
	char *lines = NULL;
	size_t length, size, lines_so_far = 0;

	assert_non_null(watch);
	assert_int_equal(file_read(path, &text, &length, NULL), 0);
	told.out = open_memstream(&lines, &size);
	for (size_t at = 0; at < length; at += piece) {
		size_t here = length - at < piece ? length - at : piece;

		wsrep_watch_feed(watch, text + at, here, &teller);
		wsrep_watch_story(watch, &story);
		assert_true(story.lines >= lines_so_far);
		lines_so_far = story.lines;
	}
	fclose(told.out);
	/* The story is that of the whole text, read at once. */
	wsrep_watch_story(watch, &story);
	story_read(text, length, &whole);
	assert_string_equal(story.proof, whole.proof);
	assert_string_equal(story.position, whole.position);
	assert_string_equal(story.failure, whole.failure);
	assert_int_equal(story.kind, whole.kind);
	assert_int_equal(story.complete, whole.complete);
	assert_int_equal(story.lines, whole.lines);
	assert_int_equal(story.starts, whole.starts);
	wsrep_watch_free(watch);
	if (progress)
		*progress = told.progress;
	return lines;
}

static const struct {
	const char *log;
	const char *told;
} cases[] = {
	{ CLUSTER "permissive/sst/node2.log",
	  "14:25:50 the server starts: MariaDB 10.11.19\n"
	  "14:25:51 it asks for a state transfer\n"
	  "14:25:56 this is an SST: Prepared IST receiver for 0-7, listening at: "
	  "tcp://127.0.0.2:4568\n"
	  "14:25:56 from node1, by rsync\n"
	  "14:26:11 SST complete, up to seqno 7; synced\n" },
	{ CLUSTER "permissive/ist/node2.log",
	  "14:26:54 the server stops\n"
	  "14:27:01 the server starts: MariaDB 10.11.19\n"
	  "14:27:03 it asks for a state transfer\n"
	  "14:27:08 from node1; an SST would be by rsync\n"
	  "14:27:16 this is an IST: Receiving IST: 4 writesets, seqnos 9-12\n"
	  "14:27:16 write-sets to be received: 4\n"
	  "14:27:17 IST complete, up to seqno 12; synced\n" },
	{ CLUSTER "permissive/notify/node2.log",
	  "14:28:03 the server stops\n"
	  "14:28:07 the server starts: MariaDB 10.11.19\n"
	  "14:28:09 it asks for a state transfer\n"
	  "14:28:14 from node1; an SST would be by mariabackup\n"
	  "14:28:19 this is an IST: Receiving IST: 2 writesets, seqnos 15-16\n"
	  "14:28:19 write-sets to be received: 2\n"
	  "14:28:20 IST complete, up to seqno 16; synced\n" },
	{ CLUSTER "permissive/sst/node1.log", "14:25:57 this node gives an SST to node2\n"
					      "14:26:08 the SST is given\n" },
	{ CLUSTER "permissive/bootstrap/node1.log", "14:25:40 the server starts: MariaDB 10.11.19\n"
						    "14:25:41 synced, without a state transfer\n" },
	/* The program begins three times there, and starts twice: two only recover a position. */
	{ OTHERS "mariadb-10.1-recovery.log", "09:00:00 the server starts: MariaDB 10.1.48\n"
					      "09:00:02 synced, without a state transfer\n" },
	{ OTHERS "mariadb-10.6-sst-gap.log",
	  "09:00:00 the server starts: MariaDB 10.6.16\n"
	  "09:00:01 it asks for a state transfer\n"
	  "09:01:09 this is an SST: Receiving IST: 5 writesets, seqnos 896-900\n"
	  "09:01:10 SST complete, up to seqno 900; synced\n" },
	{ OTHERS "mariadb-10.4-sst-failed.log",
	  "09:00:00 the server starts: MariaDB 10.4.6\n"
	  "09:00:01 it asks for a state transfer\n"
	  "09:00:02 this is an SST: Prepared IST receiver for 0-50, listening at: "
	  "tcp://10.0.0.2:4568\n"
	  "09:00:09 x SST succeeded for position 00000000-0000-0000-0000-000000000000:-1\n" },
	{ OTHERS "mariadb-5.5-ist.log",
	  "11:00:05 the server starts\n"
	  "11:00:06 it asks for a state transfer\n"
	  "11:00:06 from db1; an SST would be by rsync\n"
	  "11:00:09 this is an IST: Receiving IST: 1 writesets, seqnos 388972-388973\n"
	  "11:00:09 write-sets to be received: 1\n"
	  "11:00:09 IST complete, up to seqno 388973; synced\n" },
	{ OTHERS "pxc-5.7-donor-ist.log", "10:00:02 this node gives an IST to db2\n"
					  "10:00:04 the IST is given\n" },
	{ OTHERS "pxc-5.7-sst.log", "09:00:00 the server starts: MySQL 5.7.44\n"
				    "09:00:01 it asks for a state transfer\n"
				    "09:00:02 from db1; an SST would be by xtrabackup-v2\n"
				    "09:00:02 this is an SST: Proceeding with SST.........\n"
				    "09:01:10 SST complete, up to seqno 120; synced\n" },
	{ OTHERS "pxc-8.0-ist.log",
	  "09:00:00 the server starts: MySQL 8.0.36\n"
	  "09:00:01 it asks for a state transfer\n"
	  "09:00:01 from db1; an SST would be by xtrabackup-v2\n"
	  "09:00:02 this is an IST: 'xtrabackup_ist' received from donor: Running IST\n"
	  "09:00:03 write-sets to be received: 12\n"
	  "09:00:03 IST complete, up to seqno 52; synced\n" },
};

static void what_is_told(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_free_ char *whole = read_in(cases[i].log, 1 << 20, NULL);

		if (strcmp(whole, cases[i].told) != 0)
			fail_msg("%s tells:\n%sand not:\n%s", cases[i].log, whole, cases[i].told);
	}
}

static void however_it_comes(void **state)
{
	static const size_t pieces[] = { 1, 7, 100, 4096 };

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		for (size_t p = 0; p < ARRAY_SIZE(pieces); p++) {
			_cleanup_free_ char *told = read_in(cases[i].log, pieces[p], NULL);

			assert_string_equal(told, cases[i].told);
		}
	}
}

static void progress_is_told(void **state)
{
	_cleanup_free_ char *told = NULL;
	size_t progress;

	told = read_in(CLUSTER "permissive/sst/node2.log", 4096, &progress);
	assert_int_equal(progress, 9);
}

/* A version that the table does not have is said to be one. */
static void an_unknown_server(void **state)
{
	static const char log[] =
		"2026-11-24 14:25:50 0 [Note] Starting MariaDB 12.1.2-MariaDB source revision x as "
		"process 7\n"
		"2026-11-24 14:25:50 0 [Note] WSREP: wsrep_load(): loading provider library 'x'\n";
	struct wsrep_watch *watch = wsrep_watch_new("");
	struct told told = { 0 };
	struct wsrep_teller teller = { tell, &told };
	char *lines = NULL;
	size_t size;

	told.out = open_memstream(&lines, &size);
	wsrep_watch_feed(watch, log, strlen(log), &teller);
	assert_int_equal(told.progress, 0);
	fclose(told.out);
	assert_string_equal(
		lines,
		"14:25:50 the server starts: MariaDB 12.1.2\n"
		"14:25:50 this version's messages may differ from those that are known (MariaDB "
		"5.5 to 10.0, MariaDB 10.1 to 10.3, MariaDB 10.4 to 10.11, MariaDB 11, Percona "
		"XtraDB Cluster 5.5 to 5.7, Percona XtraDB Cluster 8, MySQL-wsrep 5.5 to 5.7, "
		"MySQL-wsrep 8); what is not recognised is not claimed\n");
	free(lines);
	wsrep_watch_free(watch);
}

static void an_endless_line(void **state)
{
	static char junk[40000];
	static const char end[] = "\n2026-11-24 14:25:50 0 [Note] WSREP: wsrep_load(): loading "
				  "provider library '/usr/lib/galera/libgalera_smm.so'\n";
	struct wsrep_watch *watch = wsrep_watch_new("");
	struct told told = { 0 };
	struct wsrep_teller teller = { tell, &told };
	struct wsrep_story story;
	char *lines = NULL;
	size_t size;

	memset(junk, 'x', sizeof(junk));
	told.out = open_memstream(&lines, &size);
	for (int i = 0; i < 10; i++)
		wsrep_watch_feed(watch, junk, sizeof(junk), &teller);
	wsrep_watch_story(watch, &story);
	assert_int_equal(story.lines, 0);
	wsrep_watch_feed(watch, end, strlen(end), &teller);
	wsrep_watch_story(watch, &story);
	assert_true(story.started);
	fclose(told.out);
	assert_string_equal(lines, "14:25:50 the server starts\n");
	wsrep_watch_story(watch, &story);
	assert_int_equal(story.lines, 2);
	free(lines);
	wsrep_watch_free(watch);
}

static void the_time_of_a_line(void **state)
{
	static const struct {
		const char *line, *clock;
		time_t seconds;
	} lines[] = {
		{ "2026-11-24 14:25:50 0 [Note] x", "14:25:50", 1795530350 },
		{ "2026-11-24  4:25:50 0 [Note] x", "04:25:50", 1795494350 },
		{ "261124 14:25:50 [Note] x", "14:25:50", 1795530350 },
		{ "261124  4:25:50 [Note] x", "04:25:50", 1795494350 },
		{ "2026-11-24T14:25:50.123456Z 0 [Note] x", "14:25:50", 1795530350 },
		{ "2024-09-27T18:09:52.916033+08:00 1 [Note] x", "18:09:52", 1727431792 },
		{ "WSREP_SST: [INFO] done (20261124 14:25:50.400)", "14:25:50", 1795530350 },
		{ "WSREP_SST: [INFO] a (b) and more of it, longer (20261124 14:25:50.400)",
		  "14:25:50", 1795530350 },
		{ "Nov 24 14:25:52 db3 mysqld[7]: 2026-11-24  4:25:50 0 [Note] x", "04:25:50",
		  1795494350 },
		{ "Nov 24 14:25:52 db3 mysqld[7]: WSREP_SST: [INFO] x (20261124 14:25:50.400)",
		  "14:25:50", 1795530350 },
		{ "error.log:261124 14:25:50 [Note] x", "14:25:50", 1795530350 },
		{ "261124 14:25:50 [Note] WSREP_SST: [x (20261124 11:11:11.400)", "14:25:50",
		  1795530350 },
		{ "Nov 24 14:25:52 db3 mysqld[7]: \tGroup state: x", NULL, 0 },
		{ "WSREP_SST: [INFO] done", NULL, 0 },
		{ "\tGroup state: 2026-11-24 14:25:50", NULL, 0 },
		{ "2026-13-24 14:25:50 x", NULL, 0 },
		{ "2026-11-24 24:25:50 x", NULL, 0 },
		{ "2026-11-24", NULL, 0 },
		{ "", NULL, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		char clock[9] = "";
		time_t seconds = 0;
		bool found = wsrep_time(piece_of(lines[i].line), false, clock, &seconds);

		if (found != (lines[i].clock != NULL))
			fail_msg("%s: %s", lines[i].line, clock);
		if (!found)
			continue;
		assert_string_equal(clock, lines[i].clock);
		assert_int_equal(seconds, lines[i].seconds);
	}
}

static void failures_are_explained(void **state)
{
	static const struct {
		const char *message, *what;
	} rows[] = {
		{ "failed to open gcomm backend connection: 13: error while trying to listen "
		  "'tcp://0.0.0.0:4567', asio error 'Permission denied': 13",
		  "may not use the replication port" },
		{ "failed to open gcomm backend connection: 110: failed to reach primary view",
		  "does not reach the cluster" },
		{ "lsof tool not found in PATH! Make sure you have it installed.", "lsof" },
		{ "posix_spawnp(wsrep_sst_rsync) failed: 13 (Permission denied)",
		  "may not run its SST script" },
		{ "posix_spawnp(wsrep_sst_rsynk) failed: 2 (No such file or directory)",
		  "script is not there" },
		{ "rsync daemon port '4444' has been taken", "another program has the SST's port" },
		{ "2024/03/01 09:00:02 socat[1402] E bind(5, {AF=2 0.0.0.0:4444}, 16): Permission "
		  "denied",
		  "may not use its port" },
		{ "2024/03/01 09:00:02 socat[1402] E connect(5, AF=2 10.0.0.2:4444, 16): "
		  "Permission denied",
		  "may not connect" },
		{ "2024/03/01 09:00:02 socat[1402] E connect(5, AF=2 10.0.0.2:4444, 16): "
		  "Connection refused",
		  "does not reach" },
		{ "rsync: failed to connect to 10.0.0.2 (10.0.0.2): Permission denied (13)",
		  "may not connect" },
		{ "Member 1.0 (b) requested state transfer from '*any*', but it is impossible to "
		  "select State Transfer donor: Resource temporarily unavailable",
		  "no other node can be the donor" },
		{ "IST first seqno 5 not found from cache, falling back to SST", "gcache" },
		{ "Failed to prepare for incremental state transfer: Failed to open IST listener "
		  "at tcp://10.0.0.2:4568', asio error 'bind: Permission denied'. IST will be "
		  "unavailable.",
		  "IST's port" },
		{ "Failed to read 'ready <addr>' from: wsrep_sst_rsync --role 'joiner'",
		  "ended before it could receive" },
		{ "Process completed with error: wsrep_sst_rsync --role 'joiner': 13 (Permission "
		  "denied)",
		  "may not run its SST script" },
		{ "Process completed with error: wsrep_sst_rsync --role 'joiner': 1 (Operation not "
		  "permitted)",
		  "ended with an error" },
		{ "SST failed: 13 (Permission denied)", "the SST failed" },
		{ "Notification command failed: 13 (Permission denied): \"/x --status joined\"",
		  "may not run the notification command" },
		{ "Notification command failed: 1 (Operation not permitted): \"/x\"",
		  "ended with an error" },
		{ "something new", "does not say why" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (!strstr(failure_find(rows[i].message)->what, rows[i].what))
			fail_msg("%s: %s", rows[i].message, failure_find(rows[i].message)->what);
}

static void expect(bool permission, size_t denied, size_t granted, const char *words)
{
	struct failure_moment moment = { denied, granted };
	_cleanup_free_ char *text = failure_explain("SST failed: 13", permission, &moment);

	if (!strstr(text, words))
		fail_msg("\"%s\" does not say \"%s\"", text, words);
}

static void is_it_selinux(void **state)
{
	expect(true, 2, 0, "SELinux denied 2 accesses");
	expect(true, 1, 5, "SELinux denied 1 access at that moment");
	expect(true, 0, 5, "It is not for SELinux");
	expect(true, 0, 0, "no denial was logged");
	expect(false, 0, 0, "SELinux is hardly the cause");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_told),           cmocka_unit_test(however_it_comes),
		cmocka_unit_test(progress_is_told),       cmocka_unit_test(an_unknown_server),
		cmocka_unit_test(an_endless_line),        cmocka_unit_test(the_time_of_a_line),
		cmocka_unit_test(failures_are_explained), cmocka_unit_test(is_it_selinux),
	};

	setenv("TZ", "UTC", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
