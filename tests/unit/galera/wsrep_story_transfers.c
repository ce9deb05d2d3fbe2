/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a log proves of a state transfer: its kind, its end, who gave it to whom. */
#include "tests/unit/galera/stories.h"

/* The script's start and its success are logged for an IST, too: they prove nothing. */
static void test_script_proves_nothing(void **state)
{
	struct wsrep_story story;

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

/* Where the log is not whole: what each message alone still tells. */
static void test_in_part(void **state)
{
	static const struct {
		const char *text;
		enum transfer_role role;
		enum transfer_kind kind;
	} cases[] = {
		/* Galera 4 sends its index so for an SST, too, and says from where. */
		{ "[Note] WSREP: async IST sender starting to serve tcp://x:4568 sending 4-17\n",
		  ROLE_DONOR, TRANSFER_IST },
		{ "[Note] WSREP: async IST sender starting to serve tcp://x:4568 sending 4-17, "
		  "preload starts from 1\n",
		  ROLE_NONE, TRANSFER_NONE },
		{ "WSREP_SST: [INFO] Moving the backup to /srv/mysql\n", ROLE_JOINER,
		  TRANSFER_SST },
		{ "WSREP_SST: [INFO] Waiting for SST streaming to complete!\n", ROLE_NONE,
		  TRANSFER_NONE },
		/* The position that the script had, and no write-sets after it. */
		{ "[Note] WSREP: SST received: " HERE(
			  "7") "\n"
			       "[Note] WSREP: Shifting JOINER -> JOINED (TO: 9)\n",
		  ROLE_JOINER, TRANSFER_SST },
		{ "[Note] WSREP: SST received: " HERE("7") "\n"
							   "[Note] WSREP: IST received: " HERE(
								   "9") "\n" SYNC,
		  ROLE_JOINER, TRANSFER_NONE },
		{ PROVIDER "[Note] WSREP: SST received: " HERE("7") "\n" SYNC, ROLE_JOINER,
		  TRANSFER_NONE },
		/* It is the local one, and write-sets followed; or it is not. */
		{ "[Note] WSREP: Prepared IST receiver for 8-9, listening at: tcp://x:4568\n"
		  "[Note] WSREP: SST succeeded for position " HERE(
			  "7") "\n"
			       "[Note] WSREP: IST received: " HERE("9") "\n" SYNC,
		  ROLE_JOINER, TRANSFER_IST },
		{ "[Note] WSREP: Prepared IST receiver for 8-9, listening at: tcp://x:4568\n"
		  "[Note] WSREP: SST succeeded for position " HERE(
			  "8") "\n"
			       "[Note] WSREP: IST received: " HERE("9") "\n" SYNC,
		  ROLE_JOINER, TRANSFER_SST },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct wsrep_story story;

		read_text(cases[i].text, &story);
		if (story.role != cases[i].role || story.kind != cases[i].kind)
			fail_msg("role %d, kind %d of: %s", story.role, story.kind, cases[i].text);
	}
}

/* A donor's failure is not undone by its being synced again. */
static void test_donor_failed(void **state)
{
	struct wsrep_story story;

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

/* The donor's thread says how its script's start went; very old servers so much of an SST. */
static void test_statuses(void **state)
{
	struct wsrep_story story;

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

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_free_ char *text = str_printf(
			PROVIDER STATE("9", HERE("7")) "[Note] WSREP: %s", cases[i].lines);
		struct wsrep_story story;

		read_text(text, &story);
		assert_string_equal(story.position, cases[i].position);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_script_proves_nothing),
		cmocka_unit_test(test_first_writeset),
		cmocka_unit_test(test_ist_after_sst),
		cmocka_unit_test(test_no_transfer),
		cmocka_unit_test(test_not_complete_yet),
		cmocka_unit_test(test_seqno_minus_one),
		cmocka_unit_test(test_donor),
		cmocka_unit_test(test_in_part),
		cmocka_unit_test(test_donor_failed),
		cmocka_unit_test(test_other_nodes),
		cmocka_unit_test(test_joiner_then_donor),
		cmocka_unit_test(test_statuses),
		cmocka_unit_test(test_positions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
