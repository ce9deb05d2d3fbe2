/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "steps/galera/exercises.h"
#include "wizard/util.h"

#define RECORDINGS "tests/fixtures/clusters/debian12-mariadb10.11/"
#define OTHERS     "tests/fixtures/wsrep/"

static const struct exercise *find_exercise(const char *name)
{
	for (const struct exercise *exercise = galera_exercises; exercise->name; exercise++)
		if (strcmp(exercise->name, name) == 0)
			return exercise;
	fail_msg("no exercise %s", name);
	return NULL;
}

static void read_log(const char *path, struct wsrep_story *story)
{
	_cleanup_free_ char *text = NULL;
	size_t length;

	assert_int_equal(file_read(path, &text, &length, NULL), 0);
	wsrep_log_read(text, length, story);
}

/* Judge, and look for words in the reason. */
static void expect(const char *name, const struct wsrep_story *story, int runs, enum proof proof,
		   const char *words)
{
	_cleanup_free_ char *why = NULL;
	enum proof got = exercise_judge(find_exercise(name), story, runs, &why);

	assert_non_null(why);
	if (got != proof || !strstr(why, words))
		fail_msg("%s: judged %d because \"%s\", not %d because of \"%s\"", name, got, why,
			 proof, words);
	assert_true(why[strlen(why) - 1] != '.');
}

static void test_table(void **state)
{
	const struct exercise *sst = find_exercise("sst"), *ist = find_exercise("ist"),
			      *notify = find_exercise("notify");

	(void)state;
	assert_string_equal(sst->title, "SST");
	/* Before anything is stopped or removed, the other node is looked at. */
	for (int i = 0; i < 2; i++) {
		const struct exercise *exercise = i ? ist : sst;

		assert_non_null(strstr(exercise->commands[0], "wsrep_local_state_comment"));
		assert_non_null(strstr(exercise->commands[0], "# on another node"));
		assert_string_equal(exercise->commands[1], "systemctl stop {{service}}");
		assert_non_null(strstr(exercise->safety, "Primary and Synced"));
	}
	assert_string_equal(sst->commands[2], "rm {{datadir}}/grastate.dat");
	assert_string_equal(sst->commands[3], "systemctl start {{service}}");
	assert_null(sst->commands[4]);
	assert_non_null(strstr(ist->commands[2], "# on another node"));
	assert_string_equal(ist->commands[4], sst->commands[3]);
	assert_string_equal(notify->commands[0], "systemctl restart {{service}}");
	for (const struct exercise *exercise = galera_exercises; exercise->name; exercise++) {
		assert_true(*exercise->title && *exercise->what && *exercise->safety);
		/* Placeholders are those of the contract. */
		for (const char *const *command = exercise->commands; *command; command++)
			for (const char *at = *command; (at = strstr(at, "{{")); at += 2)
				assert_true(str_starts(at, "{{service}}") ||
					    str_starts(at, "{{datadir}}"));
	}
	assert_string_equal(galera_domains[0], "mysqld_t");
	assert_string_equal(galera_servers[0], "mariadbd");
	assert_string_equal(galera_units[0], "mariadb");
}

static void test_recorded(void **state)
{
	static const struct {
		const char *log, *exercise;
		enum proof proof;
		const char *words;
	} cases[] = {
		{ "permissive/sst/node2.log", "sst", PROOF_OK,
		  "an SST from node1 by rsync, up to ece94e5e-e812-11f1-9959-23e5659ea636:7" },
		{ "enforcing/sst/node2.log", "sst", PROOF_OK, "an SST from node1 by rsync" },
		{ "permissive/sst/node2.log", "ist", PROOF_WRONG, "it was an SST, not an IST" },
		{ "permissive/ist/node2.log", "ist", PROOF_OK, "an IST from node1 by rsync" },
		{ "permissive/ist/node2.log", "sst", PROOF_WRONG, "it was an IST, not an SST" },
		/* This log's server had no command; the old server's remark in the other is past.
		 */
		{ "permissive/ist/node2.log", "notify", PROOF_WRONG,
		  "wsrep_notify_cmd is not set" },
		{ "permissive/notify/node2.log", "notify", PROOF_OK, "tells of no failure" },
		{ "permissive/notify/node2.log", "ist", PROOF_OK, "by mariabackup" },
		{ "permissive/bootstrap/node1.log", "sst", PROOF_WRONG, "remove grastate.dat" },
		{ "permissive/bootstrap/node1.log", "ist", PROOF_WRONG, "write on another node" },
		{ "noports/bootstrap/node1.log", "sst", PROOF_FAILED, "permission was denied" },
		{ "noports/bootstrap/node1.log", "notify", PROOF_FAILED, "gcomm backend" },
		/* What a node gives to another proves nothing of its own. */
		{ "permissive/sst/node1.log", "sst", PROOF_NONE, "no start of the server" },
		{ "permissive/ist/node1.log", "ist", PROOF_NONE, "no start of the server" },
		{ "permissive/ist/node3.log", "ist", PROOF_NONE, "no start of the server" },
		{ "permissive/notify/node1.log", "notify", PROOF_NONE, "no start of the server" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_free_ char *path = str_printf("%s%s", RECORDINGS, cases[i].log);
		struct wsrep_story story;

		read_log(path, &story);
		expect(cases[i].exercise, &story, -1, cases[i].proof, cases[i].words);
	}
}

static void test_other_servers(void **state)
{
	struct wsrep_story story;

	(void)state;
	read_log(OTHERS "mariadb-5.5-sst.log", &story);
	expect("sst", &story, -1, PROOF_OK, "an SST from db1 by rsync");
	read_log(OTHERS "mariadb-5.5-ist.log", &story);
	expect("ist", &story, -1, PROOF_OK, "an IST from db1 by rsync");
	expect("sst", &story, -1, PROOF_WRONG, "not an SST");
	read_log(OTHERS "mariadb-10.6-sst-gap.log", &story);
	expect("ist", &story, -1, PROOF_WRONG, "it was an SST");
	read_log(OTHERS "pxc-8.0-sst-failed.log", &story);
	expect("sst", &story, -1, PROOF_FAILED, "socat[1402] E bind(");
	read_log(OTHERS "mariadb-10.4-sst-failed.log", &story);
	expect("sst", &story, -1, PROOF_FAILED, "it failed");
}

/* The same log while it grows: nothing is claimed before its last lines. */
static void test_while_it_grows(void **state)
{
	_cleanup_free_ char *text = NULL;
	size_t length, settled = 0;

	(void)state;
	assert_int_equal(file_read(RECORDINGS "permissive/sst/node2.log", &text, &length, NULL), 0);
	for (size_t end = 0; end <= length; end++) {
		_cleanup_free_ char *why = NULL;
		struct wsrep_story story;
		enum proof proof;

		if (end != length && text[end] != '\n')
			continue;
		wsrep_log_read(text, end, &story);
		proof = exercise_judge(find_exercise("sst"), &story, -1, &why);
		assert_true(proof == PROOF_NONE || proof == PROOF_OK);
		if (proof == PROOF_OK && !settled)
			settled = end;
		assert_int_equal(proof == PROOF_OK, settled != 0);
	}
	assert_true(strncmp(text + settled - strlen("ready for connections"),
			    "ready for connections", strlen("ready for connections")) == 0);
}

static void test_unsettled(void **state)
{
	struct wsrep_story story = { .started = true };

	(void)state;
	expect("sst", &story, -1, PROOF_NONE, "is joining");
	story.transfer_required = true;
	story.role = ROLE_JOINER;
	expect("sst", &story, -1, PROOF_NONE, "a state transfer is under way");
	strcpy(story.failure, "no donor");
	expect("sst", &story, -1, PROOF_NONE, "under way; it had: \"no donor\"");
	*story.failure = '\0';
	story.kind = TRANSFER_SST;
	expect("sst", &story, -1, PROOF_NONE, "an SST is under way");
	/* An IST where an SST was wanted is known at once. */
	expect("ist", &story, -1, PROOF_WRONG, "it was an SST");
	story.synced = true;
	expect("sst", &story, -1, PROOF_WRONG, "does not say that it succeeded");
	story.kind = TRANSFER_NONE;
	expect("sst", &story, -1, PROOF_WRONG, "whether it was an SST or an IST");
	/* Why it was the other one. */
	story.kind = TRANSFER_SST;
	strcpy(story.failure, "Failed to open IST listener");
	expect("ist", &story, -1, PROOF_WRONG, "before that: \"Failed to open IST listener\"");
	/* A start that was needed for nothing, and a donation since. */
	story = (struct wsrep_story){ .started = true,
				      .synced = true,
				      .role = ROLE_DONOR,
				      .kind = TRANSFER_SST,
				      .complete = true };
	expect("sst", &story, -1, PROOF_WRONG, "without a state transfer");
	/* Its own failure as a donor is none of its exercises. */
	story = (struct wsrep_story){ .failed = true, .role = ROLE_DONOR };
	expect("sst", &story, -1, PROOF_NONE, "no start");
}

static void test_notify(void **state)
{
	struct wsrep_story story = { .started = true };

	(void)state;
	expect("notify", &story, -1, PROOF_NONE, "is joining");
	story.synced = true;
	expect("notify", &story, -1, PROOF_OK, "tells of no failure");
	expect("notify", &story, 1, PROOF_OK, "ran 1 time");
	expect("notify", &story, 4, PROOF_OK, "ran 4 times");
	expect("notify", &story, 0, PROOF_NONE, "did not run");
	story.notify_failed = true;
	strcpy(story.notify_failure, "Notification command failed: 13");
	expect("notify", &story, 4, PROOF_FAILED, "\"Notification command failed: 13\"");
	story.notify_failed = false;
	story.notify_undefined = true;
	expect("notify", &story, -1, PROOF_WRONG, "wsrep_notify_cmd is not set");
	story = (struct wsrep_story){ .started = true, .failed = true };
	strcpy(story.failure, "gcs connect failed: Permission denied");
	expect("notify", &story, -1, PROOF_FAILED, "gcs connect failed");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),         cmocka_unit_test(test_recorded),
		cmocka_unit_test(test_other_servers), cmocka_unit_test(test_while_it_grows),
		cmocka_unit_test(test_unsettled),     cmocka_unit_test(test_notify),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
