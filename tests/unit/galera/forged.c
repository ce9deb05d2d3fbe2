/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines that a client gets into the server's log, newlines included, prove nothing; what the server
 * itself said before it served clients does, where its process and grastate.dat bear it out.
 */
#include "tests/unit/galera/borne_out.h"
#include "tests/unit/galera/stories.h"

#define STAMP  "2026-11-28  7:40:02 0 [Note] WSREP: "
#define DENIED "2026-11-28  7:40:02 8 [Warning] Access denied for user 'x\n"
#define CLOSED "'@'localhost' (using password: YES)\n"
/* The five lines of a failed login each that once made "SST proved". */
#define FIVE(stamp)                                                                                \
	stamp "wsrep_load(): loading provider library 'x'\n" stamp                                 \
	      "State transfer required:\n" stamp                                                   \
	      "Prepared IST receiver for 0-7, listening at: tcp://db2:4568\n" stamp                \
	      "SST succeeded for position " HERE(                                                  \
		      "7") "\n" stamp "Synchronized with group, ready for connections\n"
#define NEEDS   STATE("9", "00000000-0000-0000-0000-000000000000:-1")
#define LACKS   STATE("9", HERE("7"))
#define COPIED  "WSREP_SST: [INFO] Proceeding with SST (20240301 09:00:00.000)\n"
#define RESULT  "[Note] WSREP: SST succeeded for position " HERE("9") "\n"
#define CAUGHT  "[Note] WSREP: Receiving IST: 2 writesets, seqnos 8-9\n"
#define AN_SST  NEEDS COPIED RESULT
#define FAILURE "[ERROR] WSREP: SST failed for position x initialized 0 server_state 2\n"
#define BYPASS  "WSREP_SST: [INFO] Galera co-ords from recovery: " HERE("7") " 0 (2024)\n"
#define JOINS   BOOT PROVIDER NEEDS COPIED RESULT READY SYNC

/* What is beside the log. */
enum beside {
	BORNE_OUT,   /* process 7 runs, and the group's state is there */
	NOT_STARTED, /* the server of the begin runs on */
	ANOTHER,     /* process 9 runs */
	GONE,        /* no server runs */
	NO_STATE,    /* grastate.dat has none (yet) */
	NO_FILE,
	OTHER_GROUP,
	BY_STATEMENTS, /* with mysqldump */
};

static struct witness witness_of(enum beside beside)
{
	struct witness witness = {
		.pid = beside == ANOTHER ? 9
		       : beside == GONE  ? 0
					 : 7,
		.restarted = beside != NOT_STARTED && beside != GONE,
		.group = UUID,
		.serves_joining = beside == BY_STATEMENTS,
		.notify_runs = -1,
	};

	if (beside == NO_STATE || beside == NO_FILE)
		strcpy(witness.group,
		       beside == NO_FILE ? "" : "00000000-0000-0000-0000-000000000000");
	*witness.group = beside == OTHER_GROUP ? 'a' : *witness.group;
	return witness;
}

static const struct {
	const char *exercise, *log;
	enum beside beside;
	enum proof proof;
	const char *words;
} cases[] = {
	{ "sst", JOINS, BORNE_OUT, PROOF_OK, "an SST" },
	{ "sst", JOINS, NOT_STARTED, PROOF_NONE, "has not been restarted" },
	{ "sst", JOINS, ANOTHER, PROOF_NONE, "data directory as the process 7" },
	{ "sst", JOINS, GONE, PROOF_NONE, "data directory as the process 7" },
	{ "sst", JOINS, NO_STATE, PROOF_NONE, "grastate.dat does not have" },
	{ "sst", JOINS, NO_FILE, PROOF_NONE, "grastate.dat does not have" },
	{ "sst", JOINS, OTHER_GROUP, PROOF_NONE, "grastate.dat does not have" },
	/* Bare, with a prefix, within a login's line; by a server that goes on, and by a new one.
	 */
	{ "sst", FIVE(""), BORNE_OUT, PROOF_NONE, "no start" },
	{ "sst", DENIED FIVE(STAMP) CLOSED, NOT_STARTED, PROOF_NONE, "has not been restarted" },
	{ "sst", DENIED FIVE(STAMP) CLOSED, BORNE_OUT, PROOF_SILENT, "names no process" },
	{ "sst", BOOT PROVIDER SYNC READY DENIED FIVE("") CLOSED, BORNE_OUT, PROOF_WRONG,
	  "without a state transfer" },
	{ "sst", BOOT PROVIDER SYNC READY DENIED FIVE(STAMP) CLOSED, BORNE_OUT, PROOF_WRONG,
	  "only since it serves clients" },
	{ "sst", BOOT PROVIDER SYNC READY AN_SST SYNC, BORNE_OUT, PROOF_WRONG,
	  "only since it serves clients" },
	{ "ist", BOOT PROVIDER SYNC READY LACKS CAUGHT SYNC, BORNE_OUT, PROOF_WRONG,
	  "only since it serves clients" },
	/* A start that a client forges: of the process that runs, of another, of none. */
	{ "sst", BOOT PROVIDER SYNC READY JOINS, BORNE_OUT, PROOF_NONE, "several starts" },
	{ "sst", JOINS BOOT PROVIDER SYNC READY, BORNE_OUT, PROOF_NONE, "several starts" },
	{ "sst", BOOT PROVIDER SYNC READY BOOT_AS("8") JOINS, BORNE_OUT, PROOF_NONE, "several" },
	{ "sst", BOOT PROVIDER SYNC READY BOOT_AS("8") PROVIDER AN_SST SYNC, BORNE_OUT, PROOF_NONE,
	  "data directory as the process 8" },
	{ "sst", BOOT PROVIDER SYNC READY "240301 10:00:00 mysqld_safe Starting x\n" AN_SST SYNC,
	  BORNE_OUT, PROOF_WRONG, "only since" },
	{ "sst", BOOT PROVIDER SYNC READY PROVIDER AN_SST SYNC, BORNE_OUT, PROOF_WRONG,
	  "only since" },
	/* One that was forged before the real one is over then. */
	{ "sst", BOOT_AS("8") PROVIDER AN_SST SYNC BOOT PROVIDER READY SYNC, BORNE_OUT, PROOF_WRONG,
	  "without a state transfer" },
	/* An IST is not made an SST, nor an SST an IST; write-sets may come after all else. */
	{ "sst", BOOT PROVIDER LACKS BYPASS READY COPIED CAUGHT SYNC, BORNE_OUT, PROOF_WRONG,
	  "it was an IST" },
	{ "sst", BOOT PROVIDER LACKS BYPASS CAUGHT READY COPIED SYNC, BORNE_OUT, PROOF_WRONG,
	  "it was an IST" },
	{ "ist", BOOT PROVIDER LACKS BYPASS READY CAUGHT COPIED SYNC, BORNE_OUT, PROOF_OK,
	  "an IST" },
	{ "ist", BOOT PROVIDER LACKS BYPASS READY CAUGHT SYNC, BORNE_OUT, PROOF_OK, "an IST" },
	{ "ist",
	  BOOT PROVIDER LACKS
	  "WSREP_SST: [INFO] Galera co-ords from recovery: " HERE("9") "\n" READY CAUGHT SYNC,
	  BORNE_OUT, PROOF_WRONG, "it was an SST" },
	/* Nor is what it got made undone. */
	{ "sst", JOINS LACKS CAUGHT, BORNE_OUT, PROOF_OK, "an SST" },
	/* A bootstrap, a crash. */
	{ "bootstrap",
	  BOOT PROVIDER READY "[Note] WSREP: gcomm: bootstrapping new group 'x'\n" SYNC, BORNE_OUT,
	  PROOF_WRONG, "nothing was begun" },
	{ "bootstrap",
	  BOOT PROVIDER "[Note] WSREP: gcomm: bootstrapping new group 'x'\n" READY SYNC, BORNE_OUT,
	  PROOF_OK, "new group" },
	{ "bootstrap",
	  BOOT PROVIDER "[Note] WSREP: gcomm: bootstrapping new group 'x'\n" READY SYNC, NO_STATE,
	  PROOF_NONE, "grastate.dat does not have" },
	{ "crash", BOOT PROVIDER READY "[Note] WSREP: Found saved state: " HERE("-1") "\n" SYNC,
	  BORNE_OUT, PROOF_WRONG, "does not tell of a crash" },
	{ "garbd", BOOT PROVIDER READY "[Note] WSREP: Member 2.0 (garb) synced with group.\n",
	  BORNE_OUT, PROOF_SILENT, "by the log alone" },
	/* What a server tells that serves clients meanwhile is seen, and no more. */
	{ "sst-mysqldump",
	  BOOT PROVIDER READY NEEDS
	  "[Note] WSREP: Prepared SST request: mysqldump|x\n" COPIED RESULT SYNC,
	  BY_STATEMENTS, PROOF_SILENT, "served clients then" },
	/* Failures. */
	{ "sst", BOOT PROVIDER NEEDS FAILURE, BORNE_OUT, PROOF_FAILED, "SST failed" },
	{ "sst", BOOT PROVIDER NEEDS FAILURE, GONE, PROOF_FAILED, "SST failed" },
	{ "sst", BOOT PROVIDER NEEDS FAILURE, ANOTHER, PROOF_WRONG, "a hint" },
	{ "sst", BOOT PROVIDER NEEDS FAILURE, NOT_STARTED, PROOF_NONE, "has not been restarted" },
	{ "sst", BOOT PROVIDER READY FAILURE, BORNE_OUT, PROOF_NONE, "it had: \"SST failed" },
	{ "sst", JOINS FAILURE, BORNE_OUT, PROOF_OK, "an SST" },
	{ "sst", JOINS FAILURE, GONE, PROOF_FAILED, "SST failed" },
	{ "sst", BOOT PROVIDER READY FAILURE, GONE, PROOF_FAILED, "SST failed" },
	{ "sst", FAILURE, BORNE_OUT, PROOF_WRONG, "a hint" },
	{ "notify", BOOT PROVIDER READY SYNC "[ERROR] WSREP: Notification command failed: 1 (x)\n",
	  BORNE_OUT, PROOF_WRONG, "a hint" },
	{ "notify", BOOT PROVIDER "[ERROR] WSREP: Notification command failed: 1 (x)\n" READY SYNC,
	  BORNE_OUT, PROOF_FAILED, "Notification command failed" },
	{ "notify", BOOT PROVIDER READY SYNC, NOT_STARTED, PROOF_NONE, "has not been restarted" },
	{ "notify", BOOT PROVIDER READY SYNC, BORNE_OUT, PROOF_SILENT, "no success either" },
};

static void test_forged(void **state)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		_cleanup_free_ char *why = NULL;
		struct witness witness = witness_of(cases[i].beside);
		struct wsrep_story story;
		enum proof proof;

		read_text(cases[i].log, &story);
		proof = exercise_judge(exercise_find(cases[i].exercise), &story, &witness, &why);
		if (proof != cases[i].proof || !strstr(why, cases[i].words))
			fail_msg("case %zu, %s: judged %d because \"%s\", not %d because of \"%s\"",
				 i, cases[i].exercise, proof, why, cases[i].proof, cases[i].words);
	}
}

/* More starts than can be told apart. */
static void test_many_starts(void **state)
{
	_cleanup_free_ char *text = str_copy("");
	struct wsrep_story story;

	for (int i = 0; i < STARTS_TOLD + 1; i++) {
		_cleanup_free_ char *before = text;

		read_text(text, &story);
		assert_false(story.ambiguous);
		text = str_printf("%s[Note] Starting MariaDB 10.11.6 as process %d\n", before,
				  i + 100);
	}
	read_text(text, &story);
	assert_true(story.ambiguous);
}

static void read_marks(const char *mark, const char *text, bool is_void, struct wsrep_story *story)
{
	const struct wsrep_teller teller = { tell_nobody, NULL };
	struct wsrep_watch *watch = wsrep_watch_new(mark);

	wsrep_watch_feed(watch, BOOT PROVIDER, strlen(BOOT PROVIDER), &teller);
	if (is_void)
		wsrep_watch_void(watch);
	wsrep_watch_feed(watch, text, strlen(text), &teller);
	wsrep_watch_story(watch, story);
	wsrep_watch_free(watch);
}

#define CALLED "galera-selinux: notify command called, status joined"

static void test_marks(void **state)
{
	static const char calls[] = CALLED "\n" CALLED ", mark \n" CALLED ", mark 5eed\n" CALLED
					   ", mark 5eedc0de\n" CALLED ", mark 5eedc0de5\n";
	struct wsrep_story story;

	read_marks("5eedc0de", calls, false, &story);
	assert_int_equal(story.notify_calls, 1);
	assert_string_equal(story.notify_statuses, "joined");
	read_marks("other", calls, false, &story);
	assert_int_equal(story.notify_calls, 0);
	/* No script of ours is there. */
	read_marks("", calls, false, &story);
	assert_int_equal(story.notify_calls, 0);
}

/* What was told while the server of the begin ran is forgotten. */
static void test_void(void **state)
{
	struct wsrep_story story;

	read_marks("", SYNC, true, &story);
	assert_false(story.started);
	assert_int_equal(story.pid, 0);
	read_marks("", BOOT PROVIDER SYNC, true, &story);
	assert_true(story.synced);
	assert_false(story.ambiguous);
	assert_int_equal(story.starts, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forged),
		cmocka_unit_test(test_many_starts),
		cmocka_unit_test(test_marks),
		cmocka_unit_test(test_void),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
