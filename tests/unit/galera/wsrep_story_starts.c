/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a log tells of a start of the server, and of what comes with it. */
#include "tests/unit/galera/stories.h"

static void test_starts(void **state)
{
	struct wsrep_story story;

	/* One start says several of these lines. */
	read_text("120000 mysqld_safe Starting mysqld daemon with databases from /var/lib/mysql\n"
		  "[Note] /usr/sbin/mysqld (mysqld 10.1.48) starting as process 7 ...\n"
		  "[Note] WSREP: Loading provider /usr/lib/libgalera_smm.so initial position: "
		  "x\n" PROVIDER "[Note] WSREP: Start replication\n",
		  &story);
	assert_int_equal(story.starts, 1);
	assert_true(story.started);
	/* A recovery before the start, as galera_recovery does. */
	read_text(BOOT RECOVERED BOOT_AS("8") PROVIDER SYNC, &story);
	assert_int_equal(story.starts, 1);
	assert_true(story.synced);
	/* A recovery after it changes nothing; alone it is no start. */
	read_text(BOOT PROVIDER SYNC BOOT_AS("8") RECOVERED, &story);
	assert_true(story.started);
	assert_true(story.synced);
	read_text(BOOT RECOVERED, &story);
	assert_false(story.started);
	assert_int_equal(story.starts, 0);
	/* A start that fails before the provider is loaded ends what was. */
	read_text(BOOT PROVIDER SYNC BOOT_AS("8") "[ERROR] Aborting\n", &story);
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

/* What comes before a failure may be why; it is no failure where none follows. */
static void test_causes(void **state)
{
	static const struct {
		const char *text, *failure;
		bool failed, denied;
	} cases[] = {
		{ "sh: /usr/bin/wsrep_sst_rsync: Permission denied\n"
		  "[ERROR] WSREP: Process was aborted.\n",
		  "sh: /usr/bin/wsrep_sst_rsync: Permission denied", true, true },
		{ "notify.sh: cannot create x: Permission denied\n" SYNC, "", false, false },
		/* The named cause counts; so does a failure that says itself what was denied. */
		{ "ls: cannot open x: Permission denied\n"
		  "WSREP_SST: [ERROR] 'rsync' not found in PATH\n"
		  "[ERROR] WSREP: Process was aborted.\n",
		  "'rsync' not found in PATH", true, true },
		{ "[ERROR] WSREP: Permission denied\n"
		  "[ERROR] WSREP: gcs connect failed: Permission denied\n",
		  "gcs connect failed: Permission denied", true, true },
		/* Older servers write the number alone, and what the script has said. */
		{ "[ERROR] mysqld: File './x.index' not found (Errcode: 13)\n[ERROR] Aborting\n",
		  "mysqld: File './x.index' not found (Errcode: 13)", true, true },
		{ "[ERROR] WSREP: Failed to read 'ready <addr>' from: wsrep_sst_rsync\n"
		  "\tRead: ''lsof' not found in PATH'\n",
		  "Read: ''lsof' not found in PATH'", true, false },
		{ "[ERROR] WSREP: Failed to read 'ready <addr>' from: wsrep_sst_rsync\n"
		  "\tRead: '(null)'\n",
		  "Failed to read 'ready <addr>' from: wsrep_sst_rsync", true, false },
		{ "[ERROR] WSREP: Failed to read 'ready <addr>' from: wsrep_sst_rsync\n"
		  "\tRead: '(null)'\n"
		  "[ERROR] WSREP: Process completed with error: wsrep_sst_rsync: 13 (Permission "
		  "denied)\n",
		  "Process completed with error: wsrep_sst_rsync: 13 (Permission denied)", true,
		  true },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_free_ char *text = str_printf(BOOT PROVIDER "%s", cases[i].text);
		struct wsrep_story story;

		read_text(text, &story);
		assert_string_equal(story.failure, cases[i].failure);
		assert_int_equal(story.failed, cases[i].failed);
		assert_int_equal(story.permission_denied, cases[i].denied);
	}
}

/* A start that was denied something, and of which no more is known. */
static void test_denied_start(void **state)
{
	static const char denied[] =
		BOOT "[ERROR] mysqld: File './x.index' not found (Errcode: 13)\n";
	_cleanup_free_ char *synced = str_printf("%s" PROVIDER SYNC, denied);
	struct wsrep_story story;

	read_text(denied, &story);
	assert_true(story.permission_denied);
	assert_false(story.failed);
	assert_non_null(str_starts(story.failure, "mysqld: File './x.index' not found"));
	read_text(synced, &story);
	assert_false(story.permission_denied);
	assert_string_equal(story.failure, "");
	/* Of a server that runs, it tells nothing. */
	read_text(denied + strlen(BOOT), &story);
	assert_false(story.permission_denied);
}

/* What others put before the server's lines: syslog, grep, a container's log, a mail. */
static void test_prefixes(void **state)
{
	static const char *const prefixes[] = {
		"Jul 10 14:16:51 db3 mysqld-3321: ", "error.log:",    "error.log-", "> ",
		"Sat, Jan 28 2023 3:55:02 am | ",    "mariadb_1  | ",
	};
	struct wsrep_story story;

	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++) {
		const char *p = prefixes[i];
		_cleanup_free_ char *text = str_printf(
			"%s2026-11-24 14:25:50 2 [Note] WSREP: State transfer "
			"required: \n%s\tGroup state: " HERE("9") "\n%s\tLocal state: " HERE(
				"3") "\n%s" SCRIPT "%s[Note] WSREP: Receiving IST: 1 writesets, "
				     "seqnos 9-9\n%s" SYNC,
			p, p, p, p, p, p);

		read_text(text, &story);
		/* The local state was understood, which the first write-set does not follow. */
		assert_int_equal(story.kind, TRANSFER_SST);
		assert_true(story.transfer_required && story.complete);
	}
	/* MySQL-wsrep 8 says whose message it is. */
	read_text("[Note] [MY-000000] [WSREP] P: State transfer required: \n", &story);
	assert_true(story.transfer_required);
}

#define UNSTAMPED                                                                                  \
	"WSREP: State transfer required:\nGroup state: " HERE("9") "\nLocal state: " HERE(         \
		"7") "\n"                                                                          \
		     "WSREP: Receiving IST: 2 writesets, seqnos 8-9\n"                             \
		     "WSREP: Synchronized with group, ready for connections\n"

/* A log without times and levels tells what happened; in one that has them, such lines are forged.
 */
static void test_unstamped(void **state)
{
	struct wsrep_story story;

	read_text("WSREP: wsrep_load(): loading provider library '/usr/lib/libgalera_smm.so'\n"
		  "" UNSTAMPED,
		  &story);
	assert_int_equal(story.kind, TRANSFER_IST);
	assert_true(story.complete);
	assert_false(story.started);
	read_text(BOOT PROVIDER UNSTAMPED, &story);
	assert_int_equal(story.kind, TRANSFER_NONE);
	assert_false(story.transfer_required || story.synced);
	read_text("WSREP: Member 2.0 (garb) synced with group.\n", &story);
	assert_false(story.arbitrator);
	read_text(BOOT UNSTAMPED PROVIDER, &story);
	assert_int_equal(story.kind, TRANSFER_NONE);
}

static void test_notify(void **state)
{
	struct wsrep_story story;

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

	read_text(BOOT PROVIDER SYNC, &story);
	assert_string_equal(story.server, "MariaDB 10.11.6");
	assert_string_equal(story.provider, "");
	assert_false(story.server_unknown);
	read_text(BOOT PROVIDER "[Note] WSREP: wsrep_load(): Galera 26.4.23(r1a2b) by Codership Oy "
				"<info@codership.com> loaded successfully.\n" SYNC,
		  &story);
	assert_string_equal(story.provider, "26.4.23");
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

#define MARK "galera-selinux: notify command called, status "

static void test_notify_marks(void **state)
{
	_cleanup_free_ char *script = NULL;
	struct wsrep_story story;
	char many[8192] = BOOT PROVIDER;

	/* Those before the start are the old server's; a status that is repeated is said once. */
	read_text(MARK "disconnected\n" BOOT PROVIDER MARK "joiner\n" MARK "joiner\n" MARK
		       "Error(7)\n" SYNC MARK "synced\n",
		  &story);
	assert_int_equal(story.notify_calls, 4);
	assert_string_equal(story.notify_statuses, "joiner, Error(7), synced");
	/* The message is what the script says. */
	assert_int_equal(file_read("templates/notify", &script, NULL, NULL), 0);
	assert_non_null(strstr(script, "'" MARK "%.32s, mark %s\\n'"));
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

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_starts),
		cmocka_unit_test(test_failures),
		cmocka_unit_test(test_causes),
		cmocka_unit_test(test_denied_start),
		cmocka_unit_test(test_prefixes),
		cmocka_unit_test(test_unstamped),
		cmocka_unit_test(test_notify),
		cmocka_unit_test(test_server),
		cmocka_unit_test(test_bootstrap_and_crash),
		cmocka_unit_test(test_encryption_and_arbitrator),
		cmocka_unit_test(test_notify_marks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
