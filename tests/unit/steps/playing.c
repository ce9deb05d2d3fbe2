/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "steps/host/server.h"
#include "steps/rehearsal/player.h"
#include "tests/unit/unit.h"
#include "wizard/util.h"

#define RECORDING CLUSTER "permissive/sst/"
#define BEGIN     1000000 /* of a clock of our own, in milliseconds */

/* What is played, and where it goes to. */
struct stage {
	char *folder;
	char *audit, *server;       /* recorded */
	char *audit_to, *server_to; /* written */
	struct playing *playing;
};

static int setup(void **state)
{
	struct stage *stage = calloc(1, sizeof(*stage));

	stage->folder = scratch_directory();
	stage->audit = str_printf("%s/recorded-audit", stage->folder);
	stage->server = str_printf("%s/recorded-server", stage->folder);
	stage->audit_to = str_printf("%s/log/audit/audit.log", stage->folder);
	stage->server_to = str_printf("%s/log/mysql/node.log", stage->folder);
	*state = stage;
	return 0;
}

static int teardown(void **state)
{
	struct stage *stage = *state;

	playing_end(stage->playing);
	scratch_remove(stage->folder);
	free(stage->audit);
	free(stage->server);
	free(stage->audit_to);
	free(stage->server_to);
	free(stage);
	return 0;
}

static void put(const char *path, const char *text)
{
	assert_int_equal(file_write(path, text, strlen(text), 0644, NULL), 0);
}

static void begin(struct stage *stage, const char *audit, const char *server, double pace)
{
	struct played_log audit_log = { audit, stage->audit_to },
			  server_log = { server, stage->server_to };
	struct played_machine machine = { stage->folder, "/var/lib/mysql" };
	struct error err = { 0 };

	must(playing_begin(&stage->playing, &audit_log, &server_log, &machine, pace, BEGIN, &err),
	     &err);
}

static int64_t go_on(struct stage *stage, int64_t after)
{
	struct error err = { 0 };
	int64_t next = -2;

	must(playing_go_on(stage->playing, BEGIN + after, &next, &err), &err);
	return next < 0 ? next : next - BEGIN;
}

static void expect_text(const char *path, const char *wanted)
{
	_cleanup_free_ char *text = NULL;

	if (file_read(path, &text, NULL, NULL) < 0)
		assert_string_equal("", wanted);
	else
		assert_string_equal(text, wanted);
}

/* ---- tests ----------------------------------------------------------------------------------- */

#define A1 "type=AVC msg=audit(1000.000:1): one\n"
#define A2 "type=SYSCALL msg=audit(1000.000:1): of the same event\n"
#define A3 "type=AVC msg=audit(1003.500:2): two\n"
#define S1 "1970-01-01  0:16:41 0 [Note] one\n"
#define S2 "\tGroup state: without a time\n"
#define S3 "1970-01-01  0:16:44 0 [Note] two, without an end"

static void put_small(struct stage *stage)
{
	put(stage->audit, A1 A2 A3);
	put(stage->server, S1 S2 S3);
}

/* Two logs in the order of their lines' times; one without a time comes with the one before. */
static void test_order_and_pace(void **state)
{
	struct stage *stage = *state;

	put_small(stage);
	begin(stage, stage->audit, stage->server, 2);
	assert_float_equal(playing_seconds(stage->playing), 2, 0.001);
	/* Nothing is written before it is due. */
	expect_text(stage->audit_to, "");
	assert_int_equal(go_on(stage, -1), 0);
	expect_text(stage->audit_to, "");
	assert_int_equal(go_on(stage, 0), 500);
	expect_text(stage->audit_to, A1 A2);
	expect_text(stage->server_to, "");
	assert_int_equal(go_on(stage, 499), 500);
	expect_text(stage->server_to, "");
	assert_int_equal(go_on(stage, 500), 1750);
	expect_text(stage->server_to, S1 S2);
	assert_int_equal(go_on(stage, 1750), 2000);
	expect_text(stage->audit_to, A1 A2 A3);
	assert_int_equal(go_on(stage, 9999), -1);
	expect_text(stage->server_to, S1 S2 S3);
	/* The end stays the end. */
	assert_int_equal(go_on(stage, 99999), -1);
	expect_text(stage->server_to, S1 S2 S3);
}

static void test_at_once(void **state)
{
	struct stage *stage = *state;

	put_small(stage);
	begin(stage, stage->audit, stage->server, 0);
	assert_float_equal(playing_seconds(stage->playing), 0, 0.001);
	assert_int_equal(go_on(stage, 0), -1);
	expect_text(stage->audit_to, A1 A2 A3);
	expect_text(stage->server_to, S1 S2 S3);
}

/* It appends; and what was rotated away meanwhile is left alone. */
static void test_rotated(void **state)
{
	struct stage *stage = *state;
	_cleanup_free_ char *old = str_printf("%s.1", stage->audit_to);
	_cleanup_free_ char *parent = str_printf("%s/log/audit", stage->folder);

	put_small(stage);
	assert_int_equal(make_directories(parent, 0755, NULL), 0);
	put(stage->audit_to, "before\n");
	begin(stage, stage->audit, stage->server, 1);
	go_on(stage, 0);
	expect_text(stage->audit_to, "before\n" A1 A2);
	assert_int_equal(rename(stage->audit_to, old), 0);
	go_on(stage, 5000);
	expect_text(old, "before\n" A1 A2);
	expect_text(stage->audit_to, A3);
}

static void test_empty(void **state)
{
	struct stage *stage = *state;

	put(stage->audit, "");
	put(stage->server, "");
	begin(stage, stage->audit, stage->server, 1);
	assert_float_equal(playing_seconds(stage->playing), 0, 0.001);
	assert_int_equal(go_on(stage, 0), -1);
	expect_text(stage->audit_to, "");
}

/* Lines with no time at all, before any that has one, are due at the begin. */
static void test_no_times(void **state)
{
	struct stage *stage = *state;

	put(stage->audit, "no record\n");
	put(stage->server, "no time\n");
	begin(stage, stage->audit, stage->server, 1);
	assert_int_equal(go_on(stage, 0), -1);
	expect_text(stage->audit_to, "no record\n");
	expect_text(stage->server_to, "no time\n");
}

#define STARTS(pid)                                                                                \
	"2026-11-24 11:33:19 0 [Note] Starting MariaDB 10.11.6-MariaDB source revision x as "      \
	"process " pid "\n"
#define GROUP "2e9e692a-0000-0000-0000-000000000001"

/* What stands beside the log: the process that the last start names, and its state at the end. */
static void test_machine(void **state)
{
	static const char *const names[] = { "mariadbd", NULL };
	struct stage *stage = *state;
	_cleanup_free_ char *saved = str_printf("%s/var/lib/mysql/grastate.dat", stage->folder);
	_cleanup_free_ char *text = NULL;
	struct server_life first, second;
	struct error err = { 0 };

	put(stage->audit, "");
	put(stage->server, STARTS("698") "\tgroup UUID = " GROUP "\n");
	begin(stage, stage->audit, stage->server, 0);
	assert_int_equal(go_on(stage, 0), -1);
	must(host_server_of(stage->folder, "/var/lib/mysql", names, 0, &first, &err), &err);
	assert_int_equal(first.pid, 698);
	assert_int_equal(access(saved, F_OK), -1);
	playing_end(stage->playing);
	/* The same number, and another process. */
	put(stage->server,
	    STARTS("700") STARTS(
		    "698") "Group state: " GROUP ":7\n"
			   "2026-11-24 11:33:19 0 [Note] WSREP: Synchronized with group, ready for "
			   "connections\n");
	begin(stage, stage->audit, stage->server, 0);
	assert_int_equal(go_on(stage, 0), -1);
	must(host_server_of(stage->folder, "/var/lib/mysql", names, 0, &second, &err), &err);
	assert_int_equal(second.pid, 698);
	assert_true(second.started > first.started);
	assert_int_equal(file_read(saved, &text, NULL, NULL), 0);
	assert_non_null(strstr(text, "\nuuid:    " GROUP "\n"));
}

static void test_missing(void **state)
{
	struct stage *stage = *state;
	struct played_log audit = { stage->audit, stage->audit_to },
			  server = { stage->server, stage->server_to };
	struct played_machine machine = { stage->folder, "/var/lib/mysql" };
	struct error err = { 0 };

	put(stage->audit, A1);
	assert_int_equal(playing_begin(&stage->playing, &audit, &server, &machine, 1, BEGIN, &err),
			 -ENOENT);
	assert_non_null(strstr(err.what, "recorded-server"));
	assert_null(stage->playing);
}

/* A recording comes out as it went in, whatever the steps; and takes as long as it did. */
static void test_recording(void **state)
{
	struct stage *stage = *state;
	_cleanup_free_ char *audit = NULL, *server = NULL;
	int64_t next = 0;
	size_t steps = 0;

	begin(stage, RECORDING "audit.log", RECORDING "node2.log", 10);
	assert_uint_in_range((uintmax_t)(playing_seconds(stage->playing) * 10), 20, 60);
	for (; next >= 0; steps++) {
		int64_t before = next;

		next = go_on(stage, next);
		assert_true(next < 0 || next > before);
	}
	assert_uint_in_range(steps, 20, 400);
	assert_int_equal(file_read(RECORDING "audit.log", &audit, NULL, NULL), 0);
	assert_int_equal(file_read(RECORDING "node2.log", &server, NULL, NULL), 0);
	expect_text(stage->audit_to, audit);
	expect_text(stage->server_to, server);
}

/* What the recorded cluster did, and what it did not. */
static void test_not_recorded(void **state)
{
	struct stage *stage = *state;
	struct played_machine machine = { stage->folder, "/var/lib/mysql" };
	struct error err = { 0 };
	struct player *player = NULL;

	assert_int_equal(player_attach(stage->folder, CLUSTER, &err), 0);
	assert_int_equal(player_open(&player, stage->folder, &err), 0);
	assert_non_null(player);
	assert_int_equal(player_begin(player, "permissive", "bootstrap", stage->audit_to,
				      stage->server_to, &machine, 1, BEGIN, &stage->playing, &err),
			 -ENOENT);
	assert_non_null(strstr(err.what, "did not do the exercise bootstrap as node2"));
	assert_null(player_told(player, "marks", "permissive"));
	assert_null(stage->playing);
	assert_int_equal(player_begin(player, "permissive", "sst", stage->audit_to,
				      stage->server_to, &machine, 1, BEGIN, &stage->playing, &err),
			 0);
	player_close(player);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_order_and_pace, setup, teardown),
		cmocka_unit_test_setup_teardown(test_at_once, setup, teardown),
		cmocka_unit_test_setup_teardown(test_rotated, setup, teardown),
		cmocka_unit_test_setup_teardown(test_empty, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_times, setup, teardown),
		cmocka_unit_test_setup_teardown(test_machine, setup, teardown),
		cmocka_unit_test_setup_teardown(test_missing, setup, teardown),
		cmocka_unit_test_setup_teardown(test_recording, setup, teardown),
		cmocka_unit_test_setup_teardown(test_not_recorded, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
