/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "tests/unit/galera/borne_out.h"
#include "tests/unit/galera/stories.h"
#include "tests/unit/unit.h"
#include "wizard/util.h"

static const struct exercise *find_exercise(const char *name)
{
	for (const struct exercise *exercise = galera_exercises; exercise->name; exercise++)
		if (strcmp(exercise->name, name) == 0)
			return exercise;
	fail_msg("no exercise %s", name);
	return NULL;
}

/* Judge, and look for words in the reason. */
static void expect_by(const char *name, const struct wsrep_story *story,
		      const struct witness *witness, enum proof proof, const char *words)
{
	_cleanup_free_ char *why = NULL;
	enum proof got = exercise_judge(find_exercise(name), story, witness, &why);

	assert_non_null(why);
	if (got != proof || !strstr(why, words))
		fail_msg("%s: judged %d because \"%s\", not %d because of \"%s\"", name, got, why,
			 proof, words);
	assert_true(why[strlen(why) - 1] != '.');
}

static void expect(const char *name, const struct wsrep_story *story, int runs, enum proof proof,
		   const char *words)
{
	struct witness witness = borne_out(story);

	witness.notify_runs = runs;
	expect_by(name, story, &witness, proof, words);
}

static void test_table(void **state)
{
	const struct exercise *sst = find_exercise("sst"), *ist = find_exercise("ist"),
			      *notify = find_exercise("notify");

	assert_string_equal(sst->title, "SST");
	/* Before anything is stopped or removed, the other node is looked at. */
	for (int i = 0; i < 2; i++) {
		const struct exercise *exercise = i ? ist : sst;

		assert_non_null(strstr(exercise->commands[0], "# on another node"));
		assert_non_null(strstr(exercise->commands[1], "wsrep_local_state_comment"));
		assert_string_equal(exercise->commands[2], "systemctl stop {{running}}");
		assert_non_null(strstr(exercise->safety, "Primary and Synced"));
	}
	assert_string_equal(sst->commands[3], "rm {{datadir}}/grastate.dat");
	assert_string_equal(sst->commands[4], "systemctl start {{service}}");
	assert_null(sst->commands[5]);
	assert_non_null(strstr(ist->commands[3], "# on another node"));
	assert_string_equal(ist->commands[5], sst->commands[4]);
	assert_string_equal(notify->commands[0], "{{restart}}");
	for (const struct exercise *exercise = galera_exercises; exercise->name; exercise++) {
		assert_true(*exercise->title && *exercise->what && *exercise->safety);
		/* Placeholders are those of the contract. */
		/* A terminal of 80 columns does not break a command, which stands behind 4. */
		for (const char *const *command = exercise->commands; *command; command++)
			assert_uint_in_range(strlen(*command), 1, 76);
		for (const char *const *command = exercise->commands; *command; command++)
			for (const char *at = *command; (at = strstr(at, "{{")); at += 2)
				assert_true(str_starts(at, "{{client}}") ||
					    str_starts(at, "{{service}}") ||
					    str_starts(at, "{{running}}") ||
					    str_starts(at, "{{restart}}") ||
					    str_starts(at, "{{bootstrap}}") ||
					    str_starts(at, "{{datadir}}"));
		/* Beside the three, each is asked for, and says what for. */
		assert_int_equal(exercise->optional, exercise->kind > EXERCISE_NOTIFY ||
							     exercise->method ||
							     exercise->encrypted);
		assert_int_equal(exercise->optional, exercise->covers != NULL);
		assert_ptr_equal(exercise_find(exercise->name), exercise);
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
		{ "permissive/ist/node2.log", "ist", PROOF_OK, "an IST from node1" },
		{ "permissive/ist/node2.log", "sst", PROOF_WRONG, "it was an IST, not an SST" },
		/* This log's server had no command; the old server's remark in the other is past.
		 */
		{ "permissive/ist/node2.log", "notify", PROOF_WRONG,
		  "wsrep_notify_cmd is not set" },
		{ "permissive/notify/node2.log", "notify", PROOF_SILENT, "tells of no failure" },
		{ "permissive/notify/node2.log", "ist", PROOF_OK, "an IST from node1" },
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

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_free_ char *path = str_printf("%s%s", CLUSTER, cases[i].log);
		struct wsrep_story story;

		read_log("", path, &story);
		expect(cases[i].exercise, &story, -1, cases[i].proof, cases[i].words);
	}
}

static void test_other_servers(void **state)
{
	struct wsrep_story story;

	/* Its start names no process. */
	read_log("", OTHERS "mariadb-5.5-sst.log", &story);
	expect("sst", &story, -1, PROOF_SILENT, "an SST from db1 by rsync");
	read_log("", OTHERS "mariadb-5.5-ist.log", &story);
	expect("ist", &story, -1, PROOF_SILENT, "in the log only");
	expect("sst", &story, -1, PROOF_WRONG, "not an SST");
	read_log("", OTHERS "mariadb-10.6-sst-gap.log", &story);
	expect("ist", &story, -1, PROOF_WRONG, "it was an SST");
	read_log("", OTHERS "pxc-8.0-sst-failed.log", &story);
	expect("sst", &story, -1, PROOF_FAILED, "socat[1402] E bind(");
	read_log("", OTHERS "mariadb-10.4-sst-failed.log", &story);
	expect("sst", &story, -1, PROOF_FAILED, "it failed");
}

/* The same log while it grows: nothing is claimed before its last lines. */
static void test_while_it_grows(void **state)
{
	_cleanup_free_ char *text = NULL;
	size_t length, settled = 0;

	assert_int_equal(file_read(CLUSTER "permissive/sst/node2.log", &text, &length, NULL), 0);
	for (size_t end = 0; end <= length; end++) {
		_cleanup_free_ char *why = NULL;
		struct wsrep_story story;
		enum proof proof;

		if (end != length && text[end] != '\n')
			continue;
		story_read(text, end, &story);
		proof = judge_borne_out(find_exercise("sst"), &story, &why);
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
	struct wsrep_story story = { .started = true, .pid = 7 };

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
	struct wsrep_story story = { .started = true, .pid = 7 };

	expect("notify", &story, -1, PROOF_NONE, "is joining");
	story.synced = true;
	/* No mark: that means nothing where there was no script of ours to leave one. */
	expect("notify", &story, -1, PROOF_SILENT, "tells of no success");
	expect("notify", &story, 0, PROOF_WRONG, "did not run");
	expect("notify", &story, 1, PROOF_OK, "audit log has the notify command 1 time");
	expect("notify", &story, 4, PROOF_OK, "4 times");
	story.notify_calls = 1;
	strcpy(story.notify_statuses, "joined");
	expect("notify", &story, 0, PROOF_OK, "ran 1 time (joined)");
	story.notify_calls = 3;
	strcpy(story.notify_statuses, "joined, synced");
	expect("notify", &story, 0, PROOF_OK, "ran 3 times (joined, synced)");
	story.synced = false;
	expect("notify", &story, 0, PROOF_NONE, "is joining");
	story.synced = true;
	story.notify_failed = story.notify_failed_early = true;
	strcpy(story.notify_failure, "Notification command failed: 13");
	expect("notify", &story, 4, PROOF_FAILED, "\"Notification command failed: 13\"");
	story.notify_failed = false;
	story.notify_undefined = true;
	expect("notify", &story, -1, PROOF_WRONG, "wsrep_notify_cmd is not set");
	story = (struct wsrep_story){ .started = true, .pid = 7, .failed = true };
	strcpy(story.failure, "gcs connect failed: Permission denied");
	expect("notify", &story, -1, PROOF_FAILED, "gcs connect failed");
}

/* ---- the optional ones ----------------------------------------------------------------------- */

#define START START_AS("7")
#define START_AS(pid)                                                                              \
	"[Note] /usr/sbin/mysqld (mysqld 10.1.48-MariaDB) starting as process " pid " ...\n"       \
	"[Note] WSREP: wsrep_load(): loading provider library '/usr/lib/libgalera_smm.so'\n"
#define WANTED                                                                                     \
	"[Note] WSREP: State transfer required: \n\tGroup state: " UUID ":9\n\tLocal state: " UUID \
	":7\n"
#define BY(method) "[Note] WSREP: Prepared SST request: " method "|db2:4444/x\n"
#define SST        "WSREP_SST: [INFO] Proceeding with SST (20240301 09:00:00.000)\n"
#define IST        "[Note] WSREP: Receiving IST: 2 writesets, seqnos 8-9\n"
#define NEW_GROUP  "[Note] WSREP: gcomm: bootstrapping new group 'lab'\n"
#define SAVED(n)   "[Note] WSREP: Found saved state: " UUID ":" n ", safe_to_bootstrap: 0\n"
#define LISTENER(scheme)                                                                           \
	"[Note] WSREP: Prepared IST receiver for 8-9, listening at: " scheme "://db2:4568\n"
#define SOCAT                                                                                      \
	"WSREP_SST: [INFO] Using openssl based encryption with socat: with key and crt (2024)\n"
#define STUNNEL "WSREP_SST: [INFO] Using stunnel for SSL encryption: CA: 'x' (2024)\n"
#define GARBD   "[Note] WSREP: Member 2.0 (garb) synced with group.\n"

static const struct told {
	const char *exercise, *log;
	enum proof proof;
	const char *words;
} told[] = {
	{ "sst-mariabackup", START WANTED BY("mariabackup") SST SYNC, PROOF_OK, "by mariabackup" },
	{ "sst-mariabackup", START WANTED BY("mariabackup") SST, PROOF_NONE, "under way" },
	{ "sst-mariabackup", START WANTED BY("rsync") SST SYNC, PROOF_WRONG,
	  "an SST by rsync, not by mariabackup" },
	{ "sst-mariabackup", START WANTED SST SYNC, PROOF_WRONG, "a method that is not named" },
	{ "sst-mariabackup", START WANTED BY("mariabackup") IST SYNC, PROOF_WRONG, "was an IST" },
	{ "sst-xtrabackup", START WANTED BY("xtrabackup-v2") SST SYNC, PROOF_OK, "xtrabackup-v2" },
	{ "sst-rsync", START WANTED BY("rsync") SST SYNC, PROOF_OK, "by rsync" },
	{ "sst-mysqldump", START WANTED BY("mysqldump") SST SYNC, PROOF_OK, "by mysqldump" },
	{ "sst-clone", START WANTED BY("clone") SST SYNC, PROOF_OK, "by clone" },
	{ "sst-clone", START WANTED BY("rsync") SST SYNC, PROOF_WRONG, "not by clone" },
	/* Any method is an SST. */
	{ "sst", START WANTED BY("clone") SST SYNC, PROOF_OK, "by clone" },
	{ "sst-encrypted", START WANTED BY("rsync") STUNNEL SST SYNC, PROOF_OK,
	  "encrypted, an SST" },
	{ "sst-encrypted", START WANTED BY("xtrabackup-v2") SOCAT SST SYNC, PROOF_OK, "encrypted" },
	{ "sst-encrypted", START WANTED BY("rsync") SST SYNC, PROOF_WRONG,
	  "does not say that it was encrypted" },
	/* The write-sets' channel is not the SST's. */
	{ "sst-encrypted", START WANTED BY("rsync") LISTENER("ssl") SST SYNC, PROOF_WRONG,
	  "does not say" },
	{ "ist-encrypted", START WANTED LISTENER("ssl") IST SYNC, PROOF_OK, "encrypted, an IST" },
	{ "ist-encrypted", START WANTED LISTENER("tcp") IST SYNC, PROOF_WRONG, "does not say" },
	{ "ist-encrypted", START WANTED LISTENER("tcp") SOCAT IST SYNC, PROOF_WRONG,
	  "does not say" },
	{ "ist-encrypted", START WANTED LISTENER("ssl") SST SYNC, PROOF_WRONG, "it was an SST" },
	{ "bootstrap", START NEW_GROUP, PROOF_NONE, "is joining" },
	{ "bootstrap", START NEW_GROUP SYNC, PROOF_OK, "a new group was begun" },
	{ "bootstrap", START SYNC, PROOF_WRONG, "nothing was begun" },
	{ "bootstrap", START WANTED, PROOF_WRONG, "nothing was begun" },
	/* An earlier start's. */
	{ "bootstrap", START NEW_GROUP SYNC START_AS("8") SYNC, PROOF_WRONG, "nothing was begun" },
	{ "crash", START SAVED("-1"), PROOF_NONE, "is joining" },
	{ "crash", START SAVED("-1") SYNC, PROOF_OK, "rejoined without a state transfer" },
	{ "crash", START SAVED("-1") WANTED IST SYNC, PROOF_OK, "rejoined by an IST" },
	{ "crash", START SAVED("-1") WANTED SST SYNC, PROOF_OK, "rejoined by an SST" },
	{ "crash", START SAVED("-1") WANTED SYNC, PROOF_WRONG, "does not say how" },
	{ "crash", START SAVED("7") WANTED IST SYNC, PROOF_WRONG, "does not tell of a crash" },
	{ "crash", START SYNC, PROOF_WRONG, "does not tell of a crash" },
	{ "crash", START SAVED("-1") "[ERROR] WSREP: SST failed: 2 (x)\n", PROOF_FAILED,
	  "SST failed" },
	{ "garbd", "", PROOF_NONE, "no member named garb" },
	{ "garbd", GARBD, PROOF_SILENT, "garbd joined" },
	{ "garbd", START SYNC, PROOF_NONE, "no member named garb" },
	{ "garbd", START SYNC GARBD, PROOF_SILENT, "by the log alone" },
	/* One that was there before this node's start need not have come anew. */
	{ "garbd", GARBD START SYNC, PROOF_NONE, "no member named garb" },
};

static void test_optional(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(told); i++) {
		struct wsrep_story story;

		read_text(told[i].log, &story);
		expect(told[i].exercise, &story, -1, told[i].proof, told[i].words);
	}
	/* Each of them is in the table above. */
	for (const struct exercise *e = galera_exercises; e->name; e++) {
		bool found = !e->optional;

		for (size_t i = 0; i < ARRAY_SIZE(told); i++)
			found |= !strcmp(told[i].exercise, e->name) &&
				 (told[i].proof == PROOF_OK || told[i].proof == PROOF_SILENT);
		if (!found)
			fail_msg("%s is proved by nothing here", e->name);
	}
}

static void test_optional_recorded(void **state)
{
	static const struct told cases[] = {
		{ "bootstrap", "permissive/bootstrap/node1.log", PROOF_OK, "new group" },
		{ "bootstrap", "enforcing/bootstrap/node1.log", PROOF_OK, "new group" },
		{ "bootstrap", "noports/bootstrap/node1.log", PROOF_FAILED, "permission was" },
		{ "bootstrap", "permissive/sst/node2.log", PROOF_WRONG, "nothing was begun" },
		{ "sst-rsync", "permissive/sst/node2.log", PROOF_OK, "by rsync" },
		{ "sst-mariabackup", "permissive/sst/node2.log", PROOF_WRONG, "by rsync, not by" },
		{ "sst-mariabackup", "permissive/notify/node2.log", PROOF_WRONG, "it was an IST" },
		{ "sst-encrypted", "permissive/sst/node2.log", PROOF_WRONG, "does not say" },
		{ "ist-encrypted", "permissive/ist/node2.log", PROOF_WRONG, "does not say" },
		{ "crash", "permissive/ist/node2.log", PROOF_WRONG, "does not tell of a crash" },
		{ "crash", "permissive/sst/node2.log", PROOF_WRONG, "does not tell of a crash" },
		{ "garbd", "permissive/sst/node1.log", PROOF_NONE, "no member named garb" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_free_ char *path = str_printf("%s%s", CLUSTER, cases[i].log);
		struct wsrep_story story;

		read_log("", path, &story);
		expect(cases[i].exercise, &story, -1, cases[i].proof, cases[i].words);
	}
}

static bool is_offered(const char *name, const struct galera_config *config)
{
	return exercise_offered(find_exercise(name), config) != NULL;
}

static void test_offers(void **state)
{
	char words[][24] = { "wsrep_sst_method", "mysqldump", "wsrep_sst_auth", "sst:secret",
			     "pxc_strict_mode",  "ENFORCING", "rsync",          "xtrabackup-v2" };
	struct galera_option options[] = { { words[0], words[1] },
					   { words[2], words[3] },
					   { words[4], words[5] } };
	struct galera_config config = { .wsrep_on = true, .sst_method = words[6] };

	for (const struct exercise *e = galera_exercises; e->name; e++)
		assert_int_equal(is_offered(e->name, &config),
				 e->kind == EXERCISE_BOOTSTRAP || e->kind == EXERCISE_CRASH);
	config.arbitrator = config.ist_encrypted = true;
	assert_true(is_offered("garbd", &config));
	assert_true(is_offered("ist-encrypted", &config));
	assert_false(is_offered("sst-encrypted", &config));
	config.sst_encrypted = true;
	assert_true(is_offered("sst-encrypted", &config));
	/* Methods: one that a later line overrides; one that there is an account for. */
	config.options = options;
	config.option_count = 2;
	assert_true(is_offered("sst-mysqldump", &config));
	assert_true(is_offered("sst-mariabackup", &config));
	assert_false(is_offered("sst-xtrabackup", &config));
	assert_false(is_offered("sst-rsync", &config));
	assert_false(is_offered("sst-clone", &config));
	config.option_count = 3;
	assert_true(is_offered("sst-xtrabackup", &config));
	assert_false(is_offered("sst-mariabackup", &config));
	config.sst_method = words[7];
	assert_false(is_offered("sst-xtrabackup", &config));
	/* The three are no offers, and a server without a cluster gets none. */
	assert_false(is_offered("sst", &config));
	config.wsrep_on = false;
	assert_false(is_offered("bootstrap", &config));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),         cmocka_unit_test(test_recorded),
		cmocka_unit_test(test_other_servers), cmocka_unit_test(test_while_it_grows),
		cmocka_unit_test(test_unsettled),     cmocka_unit_test(test_notify),
		cmocka_unit_test(test_optional),      cmocka_unit_test(test_optional_recorded),
		cmocka_unit_test(test_offers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
