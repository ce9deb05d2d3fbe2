/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <glob.h>
#include <string.h>

#include "steps/galera/wsrep_log.h"
#include "tests/unit/unit.h"
#include "wizard/util.h"

#define OTHERS "tests/fixtures/wsrep/"

static char *load(const char *folder, const char *name, size_t *length)
{
	_cleanup_free_ char *path = str_printf("%s%s", folder, name);
	struct error err = { 0 };
	char *text;

	must(file_read(path, &text, length, &err), &err);
	return text;
}

static void read_log(const char *folder, const char *name, struct wsrep_story *story)
{
	size_t length;
	_cleanup_free_ char *text = load(folder, name, &length);

	wsrep_log_read(text, length, story);
}

static void read_text(const char *text, struct wsrep_story *story)
{
	wsrep_log_read(text, strlen(text), story);
}

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

	(void)state;
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

	(void)state;
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

	(void)state;
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

/* ---- the traps --------------------------------------------------------------------------------
 */

#define PROVIDER                                                                                   \
	"[Note] WSREP: wsrep_load(): loading provider library '/usr/lib/libgalera_smm.so'\n"
#define RECOVERED "[Note] WSREP: Recovered position: 11111111-1111-1111-1111-111111111111:7\n"
#define BOOT      "[Note] Starting MariaDB 10.11.6-MariaDB source revision x as process 7\n"
#define STATE(group, local)                                                                        \
	"[Note] WSREP: State transfer required: \n"                                                \
	"\tGroup state: 11111111-1111-1111-1111-111111111111:" group "\n"                          \
	"\tLocal state: " local "\n"
#define HERE(seqno) "11111111-1111-1111-1111-111111111111:" seqno
#define SCRIPT                                                                                     \
	"[Note] WSREP: Running: 'wsrep_sst_rsync --role 'joiner' --address 'db2' --parent 5'\n"
#define GIVE(bypass)                                                                               \
	"[Note] WSREP: Member 1.0 (db2) requested state transfer from '*any*'. "                   \
	"Selected 0.0 (db1)(SYNCED) as donor.\n"                                                   \
	"[Note] WSREP: Shifting SYNCED -> DONOR/DESYNCED (TO: 8)\n"                                \
	"[Note] WSREP: Running: 'wsrep_sst_rsync --role 'donor' --address 'db2'" bypass "'\n"
#define SENT      "[Note] WSREP: SST sent: " HERE("8") "\n"
#define SYNC      "[Note] WSREP: Synchronized with group, ready for connections\n"
#define UNDEFINED "[Note] WSREP: wsrep_notify_cmd is not defined, skipping notification.\n"

/* The script's start and its success are logged for an IST, too: they prove nothing. */
static void test_script_proves_nothing(void **state)
{
	struct wsrep_story story;

	(void)state;
	read_text(PROVIDER STATE("8", HERE("7")) SCRIPT
		  "WSREP_SST: [INFO] rsync SST started on joiner (20261124 14:25:52.400)\n"
		  "[Note] WSREP: Prepared IST receiver for 8-8, listening at: tcp://db2:4568\n"
		  "[Note] WSREP: SST received\n"
		  "[Note] WSREP: SST received: " HERE(
			  "7") "\n"
			       "[Note] WSREP: SST succeeded for position " HERE(
				       "7") "\n"
					    "[Note] WSREP: Installed new state from SST: " HERE(
						    "7") "\n"
							 "[Note] WSREP: SST complete, seqno: "
							 "7\n" SYNC,
		  &story);
	assert_int_equal(story.role, ROLE_JOINER);
	assert_int_equal(story.kind, TRANSFER_NONE);
	assert_true(story.synced);
	assert_false(story.complete);
	assert_string_equal(story.proof, "");
}

/* Write-sets that follow the local state are an IST; those that do not came after an SST. */
static void test_first_writeset(void **state)
{
	static const struct {
		const char *local, *seqnos;
		enum transfer_kind kind;
	} cases[] = {
		{ HERE("7"), "8-9", TRANSFER_IST },
		{ HERE("7"), "7-9", TRANSFER_IST },
		{ HERE("7"), "9-9", TRANSFER_SST },
		{ HERE("-1"), "8-9", TRANSFER_SST },
		{ "22222222-2222-2222-2222-222222222222:7", "8-9", TRANSFER_SST },
		{ HERE("7"), "garbage", TRANSFER_IST },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_free_ char *text = str_printf(
			PROVIDER
			"[Note] WSREP: State transfer required: \n"
			"\tGroup state: " HERE(
				"9") "\n\tLocal state: %s\n"
				     "[Note] WSREP: Receiving IST: 2 writesets, seqnos %s\n" SYNC,
			cases[i].local, cases[i].seqnos);
		struct wsrep_story story;

		read_text(text, &story);
		assert_int_equal(story.kind, cases[i].kind);
		assert_int_equal(story.writesets, cases[i].kind == TRANSFER_IST ? 2 : -1);
		assert_true(story.complete);
	}
}

/* An SST that is proved stays one, whatever IST follows to catch up. */
static void test_ist_after_sst(void **state)
{
	struct wsrep_story story;

	(void)state;
	read_text(PROVIDER STATE("9",
				 HERE("7")) "WSREP_SST: [INFO] Proceeding with SST\n"
					    "[Note] WSREP: Receiving IST: 2 writesets, seqnos 8-9\n"
					    "[Note] WSREP: Receiving IST... 100.0% (2/2 events) "
					    "complete.\n"
					    "[Note] WSREP: IST received: " HERE("9") "\n" SYNC,
		  &story);
	assert_int_equal(story.kind, TRANSFER_SST);
	assert_int_equal(story.writesets, -1);
	assert_true(story.complete);
	assert_string_equal(story.proof, "Proceeding with SST");
	/* The index preload of Galera 4 alone is no IST. */
	read_text(PROVIDER STATE("9", HERE("7")) SCRIPT
		  "[Note] WSREP: Cert. index preload up to 9\n"
		  "[Note] WSREP: Receiving IST... 0.0% (0/6 events) complete.\n"
		  "[Note] WSREP: IST received: " HERE("9") "\n" SYNC,
		  &story);
	assert_int_equal(story.kind, TRANSFER_NONE);
}

static void test_no_transfer(void **state)
{
	struct wsrep_story story;

	(void)state;
	read_text(BOOT PROVIDER SYNC, &story);
	assert_true(story.started);
	assert_true(story.synced);
	assert_false(story.transfer_required);
	assert_int_equal(story.role, ROLE_NONE);
	assert_int_equal(story.kind, TRANSFER_NONE);
	assert_false(story.complete);
	assert_int_equal(story.writesets, -1);
}

/* Synchronized counts only after the transfer, and where the server says so its SST must succeed.
 */
static void test_not_complete_yet(void **state)
{
	struct wsrep_story story;

	(void)state;
	read_text(PROVIDER SYNC STATE("9", HERE("7")) "WSREP_SST: [INFO] Proceeding with SST\n",
		  &story);
	assert_int_equal(story.kind, TRANSFER_SST);
	assert_false(story.synced);
	assert_false(story.complete);
	read_text(PROVIDER STATE(
			  "9", HERE("7")) "[Note] WSREP: Joiner monitor thread started to monitor\n"
					  "WSREP_SST: [INFO] Proceeding with SST\n" SYNC,
		  &story);
	assert_true(story.synced);
	assert_false(story.complete);
	read_text(PROVIDER STATE(
			  "9", HERE("7")) "[Note] WSREP: Joiner monitor thread started to monitor\n"
					  "WSREP_SST: [INFO] Proceeding with SST\n"
					  "[Note] WSREP: SST succeeded for position " HERE(
						  "9") "\n" SYNC,
		  &story);
	assert_true(story.complete);
}

static void test_seqno_minus_one(void **state)
{
	static const char *const lines[] = {
		"[Note] WSREP: SST complete, seqno: -1\n",
		"[Note] WSREP: SST succeeded for position "
		"00000000-0000-0000-0000-000000000000:-1\n",
		"[Note] WSREP: SST succeeded for position x\n",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		_cleanup_free_ char *text = str_printf(
			PROVIDER STATE("9", HERE("-1")) "WSREP_SST: [INFO] Proceeding with SST\n%s",
			lines[i]);
		struct wsrep_story story;

		read_text(text, &story);
		assert_true(story.failed);
		assert_false(story.complete);
		assert_string_equal(story.position, "");
		assert_non_null(strstr(lines[i], story.failure));
	}
}

static void test_donor(void **state)
{
	struct wsrep_story story;

	(void)state;
	read_text(GIVE(" --bypass") SENT SYNC, &story);
	assert_int_equal(story.role, ROLE_DONOR);
	assert_int_equal(story.kind, TRANSFER_IST);
	assert_true(story.complete);
	assert_string_equal(story.donor, "db1");
	assert_string_equal(story.joiner, "db2");
	/* The last of several counts. */
	read_text(GIVE(" --bypass") SENT SYNC GIVE("") SENT, &story);
	assert_int_equal(story.kind, TRANSFER_SST);
	assert_true(story.complete);
	assert_false(story.synced);
	read_text(GIVE("") SENT SYNC GIVE(" --bypass"), &story);
	assert_int_equal(story.kind, TRANSFER_IST);
	assert_false(story.complete);
	/* The script's own words, where its command line is not in the text. */
	read_text("WSREP_SST: [INFO] Bypassing state dump. (20261124 14:27:13.332)\n", &story);
	assert_int_equal(story.role, ROLE_DONOR);
	assert_int_equal(story.kind, TRANSFER_IST);
	assert_false(story.complete);
	read_text("[Note] WSREP: Flushing tables for SST...\n" SENT, &story);
	assert_int_equal(story.kind, TRANSFER_SST);
	assert_true(story.complete);
}

/* A donor's failure is not undone by its being synced again. */
static void test_donor_failed(void **state)
{
	struct wsrep_story story;

	(void)state;
	read_text(GIVE("") "[Warning] WSREP: gcs_group.cpp:handle():700: 0.0 (db1): State transfer "
			   "to "
			   "1.0 (db2) failed: -13 (Permission denied)\n" SYNC,
		  &story);
	assert_true(story.failed);
	assert_true(story.permission_denied);
	assert_true(story.synced);
	assert_false(story.complete);
	read_text(GIVE("") "[ERROR] WSREP: SST sending failed: -111\n" SYNC, &story);
	assert_true(story.failed);
	assert_false(story.complete);
	read_text(GIVE("") "[Note] WSREP: 0.0 (db1): State transfer to 1.0 (db2) complete.\n",
		  &story);
	assert_true(story.complete);
}

/* What other nodes do is logged here, too. */
static void test_other_nodes(void **state)
{
	struct wsrep_story story;

	(void)state;
	read_text(PROVIDER SYNC
		  "[Note] WSREP: Member 1.0 (db2) requested state transfer from '*any*'. "
		  "Selected 0.0 (db1)(SYNCED) as donor.\n"
		  "[Warning] WSREP: 0.0 (db1): State transfer to 1.0 (db2) failed: -1 (x)\n"
		  "[Warning] WSREP: Member 1.0 (db2) requested state transfer from '*any*', but it "
		  "is "
		  "impossible to select State Transfer donor: Resource temporarily unavailable\n",
		  &story);
	assert_int_equal(story.role, ROLE_NONE);
	assert_false(story.failed);
	assert_string_equal(story.donor, "");
	/* Another pair's transfer does not end ours. */
	read_text(GIVE("") "[Note] WSREP: 2.0 (db3): State transfer to 3.0 (db4) complete.\n",
		  &story);
	assert_int_equal(story.role, ROLE_DONOR);
	assert_false(story.complete);
	/* An operator's wsrep_desync is no transfer, and the one asked before was another node. */
	read_text("[Note] WSREP: Member 1.0 (db2) requested state transfer from '*any*'. "
		  "Selected 0.0 (db1)(SYNCED) as donor.\n\n\n\n\n\n\n\n\n\n\n\n"
		  "[Note] WSREP: Shifting SYNCED -> DONOR/DESYNCED (TO: 8)\n",
		  &story);
	assert_int_equal(story.role, ROLE_NONE);
	/* So their names are not those of a transfer that follows. */
	read_text("[Note] WSREP: Member 1.0 (db2) requested state transfer from '*any*'. "
		  "Selected 0.0 (db1)(SYNCED) as donor.\n\n\n\n\n\n\n\n\n\n\n\n"
		  "[Note] WSREP: Shifting SYNCED -> DONOR/DESYNCED (TO: 8)\n"
		  "[Note] WSREP: Running: 'wsrep_sst_rsync --role 'donor' --address 'x''\n",
		  &story);
	assert_int_equal(story.role, ROLE_DONOR);
	assert_string_equal(story.donor, "");
	assert_string_equal(story.joiner, "");
}

/* A node that got its state and gives to others afterwards: its own transfer is the story. */
static void test_joiner_then_donor(void **state)
{
	struct wsrep_story story;

	(void)state;
	read_text(PROVIDER STATE(
			  "9",
			  HERE("7")) "[Note] WSREP: Receiving IST: 2 writesets, seqnos 8-9\n" SYNC
			  GIVE("") SENT SYNC,
		  &story);
	assert_int_equal(story.role, ROLE_JOINER);
	assert_int_equal(story.kind, TRANSFER_IST);
	assert_true(story.complete);
	/* A later start that needs nothing ends both. */
	read_text(PROVIDER STATE(
			  "9",
			  HERE("7")) "[Note] WSREP: Receiving IST: 2 writesets, seqnos 8-9\n" SYNC
			  GIVE("") SENT SYNC PROVIDER SYNC,
		  &story);
	assert_int_equal(story.role, ROLE_NONE);
	assert_int_equal(story.kind, TRANSFER_NONE);
	assert_int_equal(story.starts, 2);
}

static void test_starts(void **state)
{
	struct wsrep_story story;

	(void)state;
	/* One start says several of these lines. */
	read_text("120000 mysqld_safe Starting mysqld daemon with databases from /var/lib/mysql\n"
		  "[Note] /usr/sbin/mysqld (mysqld 10.1.48) starting as process 7 ...\n" BOOT
		  "[Note] WSREP: Loading provider /usr/lib/libgalera_smm.so initial position: "
		  "x\n" PROVIDER "[Note] WSREP: Start replication\n",
		  &story);
	assert_int_equal(story.starts, 1);
	assert_true(story.started);
	/* A recovery before the start, as galera_recovery does. */
	read_text(BOOT RECOVERED BOOT PROVIDER SYNC, &story);
	assert_int_equal(story.starts, 1);
	assert_true(story.synced);
	/* A recovery after it changes nothing; alone it is no start. */
	read_text(BOOT PROVIDER SYNC BOOT RECOVERED, &story);
	assert_true(story.started);
	assert_true(story.synced);
	read_text(BOOT RECOVERED, &story);
	assert_false(story.started);
	assert_int_equal(story.starts, 0);
	/* A start that fails before the provider is loaded ends what was. */
	read_text(BOOT PROVIDER SYNC BOOT "[ERROR] Aborting\n", &story);
	assert_false(story.started);
	assert_false(story.synced);
	assert_true(story.failed);
	/* Started without a cluster. */
	read_text(BOOT "[Note] WSREP: wsrep_load(): loading provider library 'none'\n", &story);
	assert_false(story.started);
	/* An older position, told after the provider is loaded, is no recovery run. */
	read_text(BOOT PROVIDER
		  "[Note] WSREP: Recovered position from storage: " HERE("7") "\n" SYNC,
		  &story);
	assert_true(story.synced);
}

static void test_failures(void **state)
{
	struct wsrep_story story;

	(void)state;
	/* The first one is kept; success afterwards takes `failed` back, not the text. */
	read_text(PROVIDER STATE("9",
				 HERE("7")) "[Warning] WSREP: Failed to prepare for incremental "
					    "state transfer: Failed to "
					    "open IST listener at tcp://db2:4568', asio error "
					    "'bind: Permission denied': 13 "
					    "(Permission denied)\n"
					    "[ERROR] WSREP: SST failed: 5 (Input/output error)\n",
		  &story);
	assert_true(story.failed);
	assert_true(story.permission_denied);
	assert_non_null(str_starts(story.failure, "Failed to prepare for incremental"));
	assert_int_equal(story.kind, TRANSFER_NONE);
	read_text(
		PROVIDER STATE("9", HERE("7")) "[Warning] WSREP: Failed to open IST listener at x\n"
					       "WSREP_SST: [INFO] Proceeding with SST\n" SYNC,
		&story);
	assert_false(story.failed);
	assert_false(story.permission_denied);
	assert_true(story.complete);
	assert_string_equal(story.failure, "Failed to open IST listener at x");
	/* Tried again, or otherwise: no failure yet. */
	read_text(PROVIDER STATE("9", HERE("7")) "[Warning] WSREP: Member 1.0 (db2) requested "
						 "state transfer from '*any*', but it is "
						 "impossible to select State Transfer donor: "
						 "Resource temporarily unavailable\n",
		  &story);
	assert_false(story.failed);
	assert_non_null(strstr(story.failure, "impossible to select"));
	/* Said by scripts, without the server's prefix. */
	read_text("WSREP_SST: [ERROR] rsync daemon port '4444' has been taken (20240301)\n",
		  &story);
	assert_true(story.failed);
	read_text("2024/03/01 socat[17] E bind(5, {AF=2 0.0.0.0:4444}, 16): Permission denied\n",
		  &story);
	assert_true(story.permission_denied);
	read_text("[Note] WSREP: Requesting state transfer failed: -11(Resource temporarily "
		  "unavailable). Will keep retrying every 1 second(s)\n",
		  &story);
	assert_false(story.failed);
}

static void test_notify(void **state)
{
	struct wsrep_story story;

	(void)state;
	read_text(BOOT PROVIDER SYNC UNDEFINED, &story);
	assert_true(story.notify_undefined);
	/* Said by the old server when it was stopped. */
	read_text(UNDEFINED BOOT PROVIDER SYNC, &story);
	assert_false(story.notify_undefined);
	read_text(BOOT PROVIDER
		  "[ERROR] WSREP: Notification command failed: 13 (Permission denied): "
		  "\"/usr/local/bin/wsrep_notify --status joiner\"\n" SYNC,
		  &story);
	assert_true(story.notify_failed);
	assert_true(story.permission_denied);
	assert_false(story.failed);
	assert_string_equal(story.notify_failure,
			    "Notification command failed: 13 (Permission denied): "
			    "\"/usr/local/bin/wsrep_notify --status joiner\"");
}

/* What a start tells of itself. */
static void test_server(void **state)
{
	struct wsrep_story story;

	(void)state;
	read_text(BOOT PROVIDER SYNC, &story);
	assert_string_equal(story.server, "MariaDB 10.11.6");
	assert_false(story.server_unknown);
	read_text(
		"[Note] Starting MariaDB 12.1.2-MariaDB source revision x as process 7\n" PROVIDER,
		&story);
	assert_string_equal(story.server, "MariaDB 12.1.2");
	assert_true(story.server_unknown);
	/* One start says several lines, of which the first names no version. */
	read_text("120000 mysqld_safe Starting mysqld daemon with databases from /var/lib/mysql\n"
		  "[Note] /usr/sbin/mysqld (mysqld 10.1.48-MariaDB) starting as process 7 ...\n"
		  "120000 mysqld_safe Starting mysqld daemon with databases from x\n" PROVIDER,
		  &story);
	assert_string_equal(story.server, "MariaDB 10.1.48");
	read_text(PROVIDER SYNC, &story);
	assert_string_equal(story.server, "");
	assert_false(story.server_unknown);
	/* Such a server says of each SST whether it succeeded. */
	read_text(
		BOOT PROVIDER STATE("9", HERE("7")) "WSREP_SST: [INFO] Proceeding with SST\n" SYNC,
		&story);
	assert_false(story.complete);
	read_text(PROVIDER STATE("9", HERE("7")) "WSREP_SST: [INFO] Proceeding with SST\n" SYNC,
		  &story);
	assert_true(story.complete);
}

static void test_bootstrap_and_crash(void **state)
{
	struct wsrep_story story;

	(void)state;
	read_log(CLUSTER, "permissive/bootstrap/node1.log", &story);
	assert_true(story.bootstrapped);
	assert_false(story.crashed);
	read_log(CLUSTER, "permissive/sst/node2.log", &story);
	assert_false(story.bootstrapped || story.crashed || story.arbitrator ||
		     story.ist_encrypted || story.sst_encrypted);
	read_log(CLUSTER, "permissive/ist/node2.log", &story);
	assert_false(story.crashed);
	read_text(PROVIDER
		  "[Note] WSREP: Found saved state: " HERE("-1") ", safe_to_bootstrap: 0\n",
		  &story);
	assert_true(story.crashed);
	read_text(PROVIDER
		  "[Note] WSREP: Found saved state: 00000000-0000-0000-0000-000000000000:-1\n",
		  &story);
	assert_false(story.crashed);
	read_text(PROVIDER "[Note] WSREP: Found saved state: " HERE("7") "\n", &story);
	assert_false(story.crashed);
	/* The next start begins anew. */
	read_text(PROVIDER "[Note] WSREP: Found saved state: " HERE("-1") "\n" SYNC PROVIDER,
		  &story);
	assert_false(story.crashed);
}

static void test_encryption_and_arbitrator(void **state)
{
	struct wsrep_story story;

	(void)state;
	read_text(PROVIDER STATE(
			  "9",
			  HERE("7")) "[Note] WSREP: Prepared IST receiver for 8-9, listening at: "
				     "ssl://db2:4568\n"
				     "[Note] WSREP: Receiving IST: 2 writesets, seqnos 8-9\n" SYNC,
		  &story);
	assert_true(story.ist_encrypted);
	assert_false(story.sst_encrypted);
	read_text(PROVIDER STATE("9", HERE("7")) "WSREP_SST: [INFO] Using openssl based encryption "
						 "with socat: with key and crt\n",
		  &story);
	assert_true(story.sst_encrypted);
	/* Of the last transfer. */
	read_text(PROVIDER STATE("9", HERE("7")) "WSREP_SST: [INFO] Using stunnel for SSL "
						 "encryption: CA: ''\n" STATE("9", HERE("7")),
		  &story);
	assert_false(story.sst_encrypted);
	read_text("[Note] WSREP: Member 2.0 (garb) synced with group.\n", &story);
	assert_true(story.arbitrator);
	assert_false(story.started);
	read_text("[Note] WSREP: Member 2.0 (garbage) synced with group.\n"
		  "[Note] WSREP: Member 2.0 (db2) synced with group.\n",
		  &story);
	assert_false(story.arbitrator);
}

/* The donor's thread says how its script's start went; very old servers so much of an SST. */
static void test_statuses(void **state)
{
	struct wsrep_story story;

	(void)state;
	read_text(GIVE("") "[Note] WSREP: sst_donor_thread signaled with 0\n", &story);
	assert_false(story.failed);
	read_text(GIVE("") "[Note] WSREP: DONOR thread signaled with -2\n", &story);
	assert_true(story.failed);
	read_text(PROVIDER STATE("9", HERE("7")) "[Note] WSREP: SST complete, status: 0\n", &story);
	assert_false(story.failed);
	read_text(PROVIDER STATE("9", HERE("7")) "[Note] WSREP: SST complete, status: 32\n",
		  &story);
	assert_true(story.failed);
}

#define MARK "galera-selinux: notify command called, status "

static void test_notify_marks(void **state)
{
	_cleanup_free_ char *script = NULL;
	struct wsrep_story story;
	char many[8192] = BOOT PROVIDER;

	(void)state;
	/* Those before the start are the old server's; a status that is repeated is said once. */
	read_text(MARK "disconnected\n" BOOT PROVIDER MARK "joiner\n" MARK "joiner\n" MARK
		       "Error(7)\n" SYNC MARK "synced\n",
		  &story);
	assert_int_equal(story.notify_calls, 4);
	assert_string_equal(story.notify_statuses, "joiner, Error(7), synced");
	/* The message is what the script says. */
	assert_int_equal(file_read("templates/notify", &script, NULL, NULL), 0);
	assert_non_null(strstr(script, "'" MARK "%.32s\\n'"));
	/* Somebody else's words, and odd statuses. */
	read_text(BOOT PROVIDER "[Note] WSREP: a node says " MARK "synced\n", &story);
	assert_int_equal(story.notify_calls, 0);
	read_text(BOOT PROVIDER MARK "\n" MARK "\x1b[2J\n", &story);
	assert_int_equal(story.notify_calls, 1);
	assert_string_equal(story.notify_statuses, "");
	for (int i = 0; i < 60; i++) {
		char line[128];

		snprintf(line, sizeof(line), MARK "status%d\n", i);
		strcat(many, line);
	}
	read_text(many, &story);
	assert_int_equal(story.notify_calls, 60);
	assert_true(strlen(story.notify_statuses) < sizeof(story.notify_statuses));
}

/* Who is named in a log line may try to be taken for the server. */
static void test_quoted_messages(void **state)
{
	struct wsrep_story story;

	(void)state;
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

	(void)state;
	read_log(OTHERS, "mariadb-10.1-sst-failed.log", &story);
	assert_null(strstr(story.failure, "secret"));
	assert_non_null(strstr(story.failure, "--auth '**********' --datadir"));
	read_text("[ERROR] WSREP: Failed to execute: wsrep_sst_x --auth ", &story);
	assert_non_null(strstr(story.failure, "wsrep_sst_x"));
}

static void test_positions(void **state)
{
	static const struct {
		const char *lines, *position;
	} cases[] = {
		{ "SST received: " HERE("7") "\n", HERE("7") },
		{ "IST received: " HERE("-1") "\n", "" },
		{ "SST received: x\n", "" },
		{ "SST complete, seqno: 7\n", "7" },
		{ "SST complete, seqno: 7\n[Note] WSREP: SST received: " HERE("7"), HERE("7") },
		{ "SST received: " HERE("7") "\n[Note] WSREP: SST complete, seqno: 9", HERE("7") },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_free_ char *text = str_printf(
			PROVIDER STATE("9", HERE("7")) "[Note] WSREP: %s", cases[i].lines);
		struct wsrep_story story;

		read_text(text, &story);
		assert_string_equal(story.position, cases[i].position);
	}
}

/* ---- hostile input ----------------------------------------------------------------------------
 */

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

	(void)state;
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

	(void)state;
	wsrep_log_read(NULL, 0, &story);
	assert_int_equal(story.lines, 0);
	assert_int_equal(story.writesets, -1);
	wsrep_log_read("\n\n", 2, &story);
	assert_int_equal(story.lines, 2);
	wsrep_log_read(nul, sizeof(nul) - 1, &story);
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

	(void)state;
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
			wsrep_log_read(part, size, &story);
			check_terminated(&story);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_recordings),
		cmocka_unit_test(test_details),
		cmocka_unit_test(test_other_servers),
		cmocka_unit_test(test_script_proves_nothing),
		cmocka_unit_test(test_first_writeset),
		cmocka_unit_test(test_ist_after_sst),
		cmocka_unit_test(test_no_transfer),
		cmocka_unit_test(test_not_complete_yet),
		cmocka_unit_test(test_seqno_minus_one),
		cmocka_unit_test(test_donor),
		cmocka_unit_test(test_donor_failed),
		cmocka_unit_test(test_other_nodes),
		cmocka_unit_test(test_joiner_then_donor),
		cmocka_unit_test(test_starts),
		cmocka_unit_test(test_failures),
		cmocka_unit_test(test_notify),
		cmocka_unit_test(test_server),
		cmocka_unit_test(test_bootstrap_and_crash),
		cmocka_unit_test(test_encryption_and_arbitrator),
		cmocka_unit_test(test_statuses),
		cmocka_unit_test(test_notify_marks),
		cmocka_unit_test(test_quoted_messages),
		cmocka_unit_test(test_passwords),
		cmocka_unit_test(test_positions),
		cmocka_unit_test(test_long_texts),
		cmocka_unit_test(test_odd_texts),
		cmocka_unit_test(test_mangled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
