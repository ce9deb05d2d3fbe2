/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Recorded logs, those of other servers, and hostile ones. */
#include <glob.h>

#include "tests/unit/galera/stories.h"

/* ---- the recorded cluster -------------------------------------------------------------------- */

enum wanted { STARTED = 1, REQUIRED = 2, SYNCED = 4, COMPLETE = 8, FAILED = 16, DENIED = 32 };

static const struct recorded {
	const char *phases, *log; /* phases "": each that has it */
	enum transfer_role role;
	enum transfer_kind kind;
	int flags;
	const char *method, *joiner;
	long long writesets;
} recorded[] = {
	{ "permissive enforcing", "bootstrap/node1.log", ROLE_NONE, TRANSFER_NONE, STARTED | SYNCED,
	  "", "", -1 },
	{ "noports", "bootstrap/node1.log", ROLE_NONE, TRANSFER_NONE, STARTED | FAILED | DENIED, "",
	  "", -1 },
	{ "", "sst/node1.log", ROLE_DONOR, TRANSFER_SST, SYNCED | COMPLETE, "rsync", "node2", -1 },
	{ "", "sst/node2.log", ROLE_JOINER, TRANSFER_SST, STARTED | REQUIRED | SYNCED | COMPLETE,
	  "rsync", "node2", -1 },
	{ "", "sst-second-joiner/node1.log", ROLE_DONOR, TRANSFER_SST, SYNCED | COMPLETE, "rsync",
	  "node3", -1 },
	{ "", "sst-second-joiner/node2.log", ROLE_NONE, TRANSFER_NONE, 0, "", "", -1 },
	{ "", "sst-second-joiner/node3.log", ROLE_JOINER, TRANSFER_SST,
	  STARTED | REQUIRED | SYNCED | COMPLETE, "rsync", "node3", -1 },
	{ "", "ist/node1.log", ROLE_DONOR, TRANSFER_IST, SYNCED | COMPLETE, "rsync", "node2", -1 },
	{ "", "ist/node2.log", ROLE_JOINER, TRANSFER_IST, STARTED | REQUIRED | SYNCED | COMPLETE,
	  "rsync", "node2", 4 },
	{ "", "ist/node3.log", ROLE_NONE, TRANSFER_NONE, 0, "", "", -1 },
	{ "", "notify/node1.log", ROLE_DONOR, TRANSFER_IST, SYNCED | COMPLETE, "mariabackup",
	  "node2", -1 },
	{ "", "notify/node2.log", ROLE_JOINER, TRANSFER_IST, STARTED | REQUIRED | SYNCED | COMPLETE,
	  "mariabackup", "node2", 2 },
	{ "", "notify/node3.log", ROLE_NONE, TRANSFER_NONE, 0, "", "", -1 },
};

static const struct recorded *find_recorded(const char *phase, const char *log)
{
	for (size_t i = 0; i < ARRAY_SIZE(recorded); i++)
		if (strcmp(recorded[i].log, log) == 0 &&
		    (!*recorded[i].phases || strstr(recorded[i].phases, phase)))
			return &recorded[i];
	return NULL;
}

static int flags_of(const struct wsrep_story *story)
{
	return (story->started ? STARTED : 0) | (story->transfer_required ? REQUIRED : 0) |
	       (story->synced ? SYNCED : 0) | (story->complete ? COMPLETE : 0) |
	       (story->failed ? FAILED : 0) | (story->permission_denied ? DENIED : 0);
}

static void test_recordings(void **state)
{
	glob_t found;

	assert_int_equal(glob(CLUSTER "*/*/node*.log", 0, NULL, &found), 0);
	assert_int_equal(found.gl_pathc, 43);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		const char *path = found.gl_pathv[i], *phase = path + strlen(CLUSTER);
		const char *log = strchr(phase, '/') + 1;
		_cleanup_free_ char *name = strndup(phase, (size_t)(log - 1 - phase));
		const struct recorded *wanted = find_recorded(name, log);
		struct wsrep_story story;

		if (!wanted)
			fail_msg("%s is in no row of the table", path);
		read_log("", path, &story);
		if (story.role != wanted->role || story.kind != wanted->kind ||
		    flags_of(&story) != wanted->flags || story.writesets != wanted->writesets)
			fail_msg("%s: role %d, kind %d, flags %d, %lld write-sets", path,
				 story.role, story.kind, flags_of(&story), story.writesets);
		assert_string_equal(story.method, wanted->method);
		assert_string_equal(story.joiner, wanted->joiner);
		assert_string_equal(story.donor, wanted->role == ROLE_NONE ? "" : "node1");
		assert_int_equal(story.starts, story.started ? 1 : 0);
		assert_int_equal(!*story.proof, story.kind == TRANSFER_NONE);
		assert_int_equal(!*story.position, story.kind == TRANSFER_NONE);
		assert_false(story.notify_failed);
		assert_int_equal(story.notify_undefined, strcmp(log, "notify/node2.log") != 0 &&
								 strcmp(name, "noports") != 0);
	}
	globfree(&found);
}

static void test_details(void **state)
{
	struct wsrep_story story;

	read_log(CLUSTER, "permissive/sst/node2.log", &story);
	assert_string_equal(story.proof,
			    "Prepared IST receiver for 0-7, listening at: tcp://127.0.0.2:4568");
	assert_string_equal(story.position, "ece94e5e-e812-11f1-9959-23e5659ea636:7");
	assert_string_equal(story.failure, "");
	assert_int_equal(story.lines, 174);
	read_log(CLUSTER, "permissive/ist/node2.log", &story);
	assert_string_equal(story.proof, "Receiving IST: 4 writesets, seqnos 9-12");
	assert_string_equal(story.position, "ece94e5e-e812-11f1-9959-23e5659ea636:12");
	read_log(CLUSTER, "permissive/ist/node1.log", &story);
	assert_string_equal(story.proof, "wsrep_sst_rsync --role 'donor' ... --bypass");
	read_log(CLUSTER, "permissive/sst/node1.log", &story);
	assert_string_equal(story.proof, "wsrep_sst_rsync --role 'donor' ... (without --bypass)");
	read_log(CLUSTER, "noports/bootstrap/node1.log", &story);
	assert_non_null(str_starts(story.failure, "failed to open gcomm backend connection: 13: "));
}

/* ---- other servers --------------------------------------------------------------------------- */

static void test_other_servers(void **state)
{
	static const struct {
		const char *log;
		enum transfer_role role;
		enum transfer_kind kind;
		int flags;
		const char *method, *joiner, *proof, *failure, *seqno;
		long long writesets;
	} cases[] = {
		{ "mariadb-5.5-sst.log", ROLE_JOINER, TRANSFER_SST,
		  STARTED | REQUIRED | SYNCED | COMPLETE, "rsync", "db2",
		  "Failed to prepare for incremental state transfer: Local state UUID", "",
		  ":388973", -1 },
		{ "mariadb-5.5-ist.log", ROLE_JOINER, TRANSFER_IST,
		  STARTED | REQUIRED | SYNCED | COMPLETE, "rsync", "db2",
		  "Receiving IST: 1 writesets", "", ":388973", 1 },
		{ "mariadb-10.1-sst-failed.log", ROLE_JOINER, TRANSFER_NONE,
		  STARTED | REQUIRED | FAILED | DENIED, "xtrabackup-v2", "", "",
		  "Failed to execute: wsrep_sst_xtrabackup-v2", "", -1 },
		{ "mariadb-10.4-sst-failed.log", ROLE_JOINER, TRANSFER_SST,
		  STARTED | REQUIRED | FAILED, "rsync", "", "Prepared IST receiver for 0-50",
		  "SST succeeded for position 0000", "", -1 },
		{ "pxc-5.7-sst.log", ROLE_JOINER, TRANSFER_SST,
		  STARTED | REQUIRED | SYNCED | COMPLETE, "xtrabackup-v2", "db2",
		  "Proceeding with SST", "", ":120", -1 },
		{ "pxc-5.7-donor-sst.log", ROLE_DONOR, TRANSFER_SST, SYNCED | COMPLETE,
		  "xtrabackup-v2", "db2", "wsrep_sst_xtrabackup-v2 --role 'donor' ... (without", "",
		  "", -1 },
		{ "pxc-5.7-donor-ist.log", ROLE_DONOR, TRANSFER_IST, SYNCED | COMPLETE,
		  "xtrabackup-v2", "db2", "wsrep_sst_xtrabackup-v2 --role 'donor' ... --bypass", "",
		  "", -1 },
		{ "pxc-8.0-ist.log", ROLE_JOINER, TRANSFER_IST,
		  STARTED | REQUIRED | SYNCED | COMPLETE, "xtrabackup-v2", "db2",
		  "'xtrabackup_ist' received from donor: Running IST", "", ":52", 12 },
		{ "pxc-8.0-sst-failed.log", ROLE_JOINER, TRANSFER_SST,
		  STARTED | REQUIRED | FAILED | DENIED, "xtrabackup-v2", "",
		  "Prepared IST receiver for 0-52", "2024/03/01 09:00:02 socat[1402] E bind(", "",
		  -1 },
		{ "mariadb-10.6-sst-gap.log", ROLE_JOINER, TRANSFER_SST,
		  STARTED | REQUIRED | SYNCED | COMPLETE, "rsync", "",
		  "Receiving IST: 5 writesets, seqnos 896-900", "", ":900", -1 },
		{ "mariadb-10.1-recovery.log", ROLE_NONE, TRANSFER_NONE, STARTED | SYNCED, "", "",
		  "", "", "", -1 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct wsrep_story story;

		read_log(OTHERS, cases[i].log, &story);
		if (story.role != cases[i].role || story.kind != cases[i].kind ||
		    flags_of(&story) != cases[i].flags || story.writesets != cases[i].writesets)
			fail_msg("%s: role %d, kind %d, flags %d, %lld write-sets", cases[i].log,
				 story.role, story.kind, flags_of(&story), story.writesets);
		assert_string_equal(story.method, cases[i].method);
		assert_string_equal(story.joiner, cases[i].joiner);
		assert_non_null(str_starts(story.proof, cases[i].proof));
		assert_non_null(str_starts(story.failure, cases[i].failure));
		assert_non_null(strstr(story.position, cases[i].seqno));
		assert_int_equal(story.starts, story.started ? 1 : 0);
	}
}

/* ---- hostile input --------------------------------------------------------------------------- */

/* Who is named in a log line may try to be taken for the server. */
static void test_quoted_messages(void **state)
{
	struct wsrep_story story;

	read_text(PROVIDER
		  "[Warning] Access denied for user '[Note] WSREP: Proceeding with SST'@'x'\n"
		  "[Warning] Access denied for user 'WSREP_SST: [INFO] Proceeding with SST'\n"
		  "[Warning] Access denied for user 'Starting MariaDB x as process 1'\n" SYNC,
		  &story);
	assert_int_equal(story.kind, TRANSFER_NONE);
	assert_true(story.started);
}

static void test_passwords(void **state)
{
	struct wsrep_story story;

	read_log(OTHERS, "mariadb-10.1-sst-failed.log", &story);
	assert_null(strstr(story.failure, "secret"));
	assert_non_null(strstr(story.failure, "--auth '**********' --datadir"));
	read_text("[ERROR] WSREP: Failed to execute: wsrep_sst_x --auth ", &story);
	assert_non_null(strstr(story.failure, "wsrep_sst_x"));
}

static void check_terminated(const struct wsrep_story *story)
{
	assert_true(strnlen(story->method, sizeof(story->method)) < sizeof(story->method));
	assert_true(strnlen(story->donor, sizeof(story->donor)) < sizeof(story->donor));
	assert_true(strnlen(story->joiner, sizeof(story->joiner)) < sizeof(story->joiner));
	assert_true(strnlen(story->position, sizeof(story->position)) < sizeof(story->position));
	assert_true(strnlen(story->proof, sizeof(story->proof)) < sizeof(story->proof));
	assert_true(strnlen(story->failure, sizeof(story->failure)) < sizeof(story->failure));
	assert_true(strnlen(story->notify_failure, sizeof(story->notify_failure)) <
		    sizeof(story->notify_failure));
}

static void test_long_texts(void **state)
{
	static const char *const lines[] = {
		"[Note] WSREP: Running: 'wsrep_sst_%s --role 'donor' --bypass",
		"[Note] WSREP: Running: 'wsrep_sst_%s --role 'joiner'",
		"[Note] WSREP: Prepared SST request: %s|x",
		"[Note] WSREP: SST received: %s",
		"[Note] WSREP: SST received: 1:%s",
		"[ERROR] WSREP: SST failed: %s",
		"[Note] WSREP: Receiving IST: 9%s writesets, seqnos 1-2",
		"[ERROR] WSREP: Notification command failed: %s",
		"[Note] WSREP: Proceeding with SST%s",
		"Group state: %s",
		"Local state: %s",
		"[Note] WSREP: Member 1.0 (%s) requested state transfer from 'x'. Selected 0 "
		"(%s)(S)",
	};
	_cleanup_free_ char *letters = malloc(1 << 20);

	assert_non_null(letters);
	memset(letters, '7', (1 << 20) - 1);
	letters[(1 << 20) - 1] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		_cleanup_free_ char *text = NULL;
		struct wsrep_story story;
		const char *slot = strstr(lines[i], "%s");

		text = str_printf("%.*s%s%s\n[Note] WSREP: Shifting PRIMARY -> JOINER\n",
				  (int)(slot - lines[i]), lines[i], letters, slot + 2);
		assert_non_null(text);
		read_text(text, &story);
		check_terminated(&story);
		assert_int_equal(story.lines, 2);
	}
}

static void test_odd_texts(void **state)
{
	static const char nul[] = "[ERROR] WSREP: SST failed: a\0b\n\0\0\n[Note] WSREP: ";
	struct wsrep_story story;

	story_read(NULL, 0, &story);
	assert_int_equal(story.lines, 0);
	assert_int_equal(story.writesets, -1);
	story_read("\n\n", 2, &story);
	assert_int_equal(story.lines, 2);
	story_read(nul, sizeof(nul) - 1, &story);
	assert_string_equal(story.failure, "SST failed: a?b");
	assert_int_equal(story.lines, 3);
	/* Line ends of another system, and none. */
	read_text("[Note] WSREP: Synchronized with group, ready for connections\r\n", &story);
	assert_true(story.synced);
	read_text("[Note] WSREP: Synchronized with group, ready for connections", &story);
	assert_true(story.synced);
}

/* Recorded logs, cut and changed anywhere, in blocks that end where the text ends. */
static void test_mangled(void **state)
{
	static const char *const logs[] = { CLUSTER "permissive/ist/node2.log",
					    CLUSTER "permissive/sst/node1.log",
					    OTHERS "mariadb-5.5-sst.log",
					    OTHERS "pxc-8.0-sst-failed.log" };
	unsigned int seed = 20261124;

	for (size_t i = 0; i < ARRAY_SIZE(logs); i++) {
		size_t length;
		_cleanup_free_ char *text = load("", logs[i], &length);

		for (int round = 0; round < 300; round++) {
			size_t from = (size_t)rand_r(&seed) % length;
			size_t size = (size_t)rand_r(&seed) % (length - from) + 1;
			_cleanup_free_ char *part = malloc(size);
			struct wsrep_story story;

			assert_non_null(part);
			memcpy(part, text + from, size);
			for (size_t change = size / 40; change > 0; change--)
				part[(size_t)rand_r(&seed) % size] =
					"\n\0'():-0 [x\xff"[(size_t)rand_r(&seed) % 12];
			story_read(part, size, &story);
			check_terminated(&story);
		}
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_recordings),    cmocka_unit_test(test_details),
		cmocka_unit_test(test_other_servers), cmocka_unit_test(test_quoted_messages),
		cmocka_unit_test(test_passwords),     cmocka_unit_test(test_long_texts),
		cmocka_unit_test(test_odd_texts),     cmocka_unit_test(test_mangled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
