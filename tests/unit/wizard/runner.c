/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whole runs of a small workflow, stopped at every point where the journal is written. */
#include "crash.h"

#include <poll.h>
#include <pty.h>
#include <signal.h>

static void test_runs_to_the_end(void **state)
{
	small_result_auto result = small_run("--yes");

	(void)state;
	assert_int_equal(result.status, EXIT_DONE);
	assert_true(small_is_new());
	assert_string_equal(result.out, "");
	assert_true(small_has(result.err, "[2/6] Renew one"));
	assert_true(small_has(result.err, "It is old."));
	assert_true(small_has(result.err, "Apply these 2 changes?"));
	assert_true(small_has(result.err, "old three"));
	assert_true(small_has(result.err, "Follows the book of files."));
	assert_true(small_has(result.err, "All steps are done."));
	assert_int_equal(count("begin", NULL), 4);
	assert_int_equal(count("done", NULL), 6);
	assert_int_equal(count("begin", "look"), 0);
}

static void test_second_run_does_only_checks(void **state)
{
	(void)state;
	runs(small_run("--yes"), EXIT_DONE);
	small_result_auto again = small_run("--yes");
	assert_int_equal(again.status, EXIT_DONE);
	assert_true(small_has(again.err, "[2/6] Renew one: already done"));
	assert_null(strstr(again.err, "Apply"));
	assert_int_equal(count("begin", NULL), 4);
	assert_true(small_is("looks", "2"));
}

/* ---- crashes -------------------------------------------------------------------------------- */

static void test_crash_inside_each_apply(void **state)
{
	static const char *const steps[] = { "one", "two", "four" };

	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		small_tear_down(state);
		assert_int_equal(small_set_up(state), 0);
		knobs.crash_in = steps[i];
		runs(small_run("--yes"), 42);
		assert_int_equal(count("done", steps[i]), 0);
		knobs.crash_in = NULL;
		small_result_auto resumed = small_run("--yes");
		assert_int_equal(resumed.status, EXIT_DONE);
		assert_true(small_is_new());
		/* Step two was left half done; the others had one change, which was made. */
		if (strcmp(steps[i], "two") != 0)
			assert_true(small_has(resumed.err, "was finished before the interruption"));
		assert_int_equal(count("done", steps[i]), 1);
		runs(small_run("undo", "--yes"), EXIT_DONE);
		assert_true(small_is_old());
	}
}

/* One run that is cut off after its nth record, a second one to the end, and undo. False when there
 * was no nth record. */
static bool survives_crash_after(void **state, int n, int torn)
{
	struct small_result first;
	int status;

	small_tear_down(state);
	assert_int_equal(small_set_up(state), 0);
	small_put("rounds", "2");
	crash_after = n;
	torn_bytes = torn;
	first = small_run("--yes");
	crash_after = 0;
	status = first.status;
	small_result_clear(&first);
	if (status == EXIT_DONE)
		return false;
	assert_int_equal(status, 42);
	runs(small_run("status", "--json"), EXIT_DONE);
	runs(small_run("--yes"), EXIT_DONE);
	assert_true(small_is_new());
	runs(small_run("undo", "--yes"), EXIT_DONE);
	assert_true(small_is_old());
	return true;
}

static void test_crash_after_each_record(void **state)
{
	int n = 1;

	while (survives_crash_after(state, n, 0))
		n++;
	/* 4 begin, 1 back, 2 remember, 8 done and 1 begin of the second round */
	assert_uint_in_range(n, 14, 20);
}

static void test_torn_record_at_each_place(void **state)
{
	int n = 1;

	while (survives_crash_after(state, n, 1 + n % 7))
		n++;
	assert_uint_in_range(n, 14, 20);
}

static void test_torn_record_is_told(void **state)
{
	(void)state;
	crash_after = 2;
	torn_bytes = 3;
	runs(small_run("--yes"), 42);
	crash_after = 0;
	small_result_auto result = small_run("--yes");
	assert_true(small_has(result.err, "cut off while it wrote its journal"));
}

/* ---- outcomes ------------------------------------------------------------------------------- */

/* Nor does what is told to go on with stop there again. */
static void test_quit_is_not_gone_on_with(void **state)
{
	_cleanup_free_ char *command =
		str_printf("To go on:\n    small --root %s --yes\n", small_root);

	(void)state;
	small_result_auto apart = small_run("--yes", "--answer", "two.apply=quit");
	assert_int_equal(apart.status, EXIT_PAUSED);
	assert_true(small_has(apart.err, command));
	small_result_auto joined = small_run("--answer=two.apply = quit", "--yes");
	assert_int_equal(joined.status, EXIT_PAUSED);
	assert_true(small_has(joined.err, command));
}

static void test_skip_goes_on_and_pauses_at_the_end(void **state)
{
	(void)state;
	small_result_auto result = small_run("--yes", "--answer", "two.apply=skip");
	assert_int_equal(result.status, EXIT_PAUSED);
	assert_true(small_has(result.err, "Left for another run: two"));
	assert_true(small_has(result.err, "Stopped. To go on:\n    small --root "));
	assert_true(small_is("four", "new"));
	assert_true(small_is("three", "old three"));
	assert_int_equal(count("begin", "two"), 0);
	runs(small_run("--yes"), EXIT_DONE);
	assert_true(small_is_new());
}

static void test_quit_stops_there(void **state)
{
	(void)state;
	small_result_auto result = small_run("--yes", "--answer", "two.apply=quit");
	assert_int_equal(result.status, EXIT_PAUSED);
	assert_true(small_is("one", "new"));
	assert_true(small_is("four", "old four"));
}

static void test_paused_step(void **state)
{
	(void)state;
	knobs.pause_in = "two";
	runs(small_run("--yes"), EXIT_PAUSED);
	assert_int_equal(count("done", "two"), 0);
	knobs.pause_in = NULL;
	runs(small_run("--yes"), EXIT_DONE);
	/* The same changes were journaled already. */
	assert_int_equal(count("begin", "two"), 1);
}

static void test_goes_back(void **state)
{
	(void)state;
	small_put("rounds", "3");
	small_result_auto result = small_run("--yes");
	assert_int_equal(result.status, EXIT_DONE);
	assert_true(small_has(result.err, "Back to \"Talk\": round 2."));
	assert_int_equal(count("back", "talk"), 2);
	assert_int_equal(count("done", "talk"), 3);
	assert_int_equal(count("done", "one"), 1);
	assert_true(small_is("looks", "1"));
}

static void test_never_goes_back_for_ever(void **state)
{
	(void)state;
	knobs.restless = true;
	small_result_auto result = small_run("--yes");
	assert_int_equal(result.status, EXIT_FAILED);
	assert_true(small_has(result.err, "verify: it goes back to talk again, after 20 rounds"));
	assert_int_equal(count("back", "talk"), 20);
}

/* Where a step goes back to holds once. */
static void test_goes_back_nowhere(void **state)
{
	(void)state;
	small_put("rounds", "3");
	knobs.aimless = true;
	small_result_auto result = small_run("--yes");
	assert_int_equal(result.status, EXIT_FAILED);
	assert_true(small_has(result.err, "verify: it goes back, and to no step"));
	assert_int_equal(count("back", "talk"), 1);
}

static void test_failure_names_the_step(void **state)
{
	(void)state;
	knobs.fail_in = "two";
	small_result_auto result = small_run("--yes");
	assert_int_equal(result.status, EXIT_FAILED);
	assert_true(small_has(result.err, "small: two: the thing resists"));
	assert_true(small_has(result.err, "mend it"));
	assert_true(small_has(result.err, "Nothing of this step is changed."));
	assert_int_equal(count("begin", "two"), 1);
	assert_int_equal(count("done", "two"), 0);
}

static void test_failure_tells_what_stays(void **state)
{
	(void)state;
	knobs.half_in = "two";
	small_result_auto result = small_run("--yes");
	assert_int_equal(result.status, EXIT_FAILED);
	assert_true(small_has(result.err, "-   two: new by now\n"));
	assert_false(small_has(result.err, "three: new"));
	assert_true(small_has(result.err, "This stays. The next run goes on with the rest"));
	assert_true(small_has(result.err, " undo\n"));
	knobs.half_in = NULL;
	runs(small_run("--yes"), EXIT_DONE);
	assert_true(small_is_new());
	runs(small_run("undo", "--yes"), EXIT_DONE);
	assert_true(small_is_old());
}

static void test_apply_that_did_nothing_is_found_out(void **state)
{
	(void)state;
	knobs.broken_in = "two";
	small_result_auto result = small_run("--yes");
	assert_int_equal(result.status, EXIT_FAILED);
	assert_true(small_has(result.err, "two: it was applied, and the system is still not"));
	assert_int_equal(count("done", "two"), 0);
}

static void test_signal_in_apply_stops_after_it(void **state)
{
	(void)state;
	knobs.stop_in = "two";
	small_result_auto result = small_run("--yes");
	assert_int_equal(result.status, EXIT_PAUSED);
	assert_true(small_has(result.err, "To go on:\n    small --root "));
	assert_int_equal(count("done", "two"), 1);
	assert_int_equal(count("begin", "talk"), 0);
}

static void test_named_steps_in_their_order(void **state)
{
	(void)state;
	small_result_auto result = small_run("run", "two", "one", "--yes");
	assert_int_equal(result.status, EXIT_DONE);
	assert_true(strstr(result.err, "Renew one") < strstr(result.err, "Renew two"));
	assert_true(small_is("two", "new"));
	assert_true(small_is("four", "old four"));
	assert_true(small_is("looks", "absent"));
}

static void test_without_terminal_or_answer(void **state)
{
	(void)state;
	small_result_auto result = small_run("run", "one");
	assert_int_equal(result.status, EXIT_FAILED);
	assert_true(small_has(result.err, "one.apply"));
	assert_true(small_is("one", "old one"));
	assert_int_equal(count("begin", NULL), 0);
}

/* ---- at a terminal -------------------------------------------------------------------------- */

/* Read what the program shows until text comes; false at its end or after a long time. */
static bool await(int terminal, char *seen, size_t size, const char *text)
{
	size_t used = 0;

	seen[0] = '\0';
	while (used + 1 < size && !strstr(seen, text)) {
		struct pollfd wait = { .fd = terminal, .events = POLLIN };
		ssize_t got = poll(&wait, 1, 20000) > 0
				      ? read(terminal, seen + used, size - used - 1)
				      : 0;

		if (got <= 0)
			return false;
		used += (size_t)got;
		seen[used] = '\0';
	}
	return strstr(seen, text);
}

static void test_details_then_skip_at_a_terminal(void **state)
{
	char program[] = "small", option[] = "--root", command[] = "run", step[] = "one";
	char *argv[] = { program, option, small_root, command, step, NULL };
	char seen[8192];
	int terminal, status;
	pid_t pid = forkpty(&terminal, NULL, NULL, NULL);

	(void)state;
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(wizard_main(5, argv, &small_workflow));
	assert_true(await(terminal, seen, sizeof(seen), "[q]uit"));
	assert_int_equal(write(terminal, "d\n", 2), 2);
	assert_true(await(terminal, seen, sizeof(seen), "echo new > file"));
	assert_true(strstr(seen, "[q]uit") || await(terminal, seen, sizeof(seen), "[q]uit"));
	assert_int_equal(write(terminal, "s\n", 2), 2);
	assert_true(await(terminal, seen, sizeof(seen), "To go on"));
	while (read(terminal, seen, sizeof(seen)) > 0)
		;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	close(terminal);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), EXIT_PAUSED);
	assert_true(small_is("one", "old one"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(runs_to_the_end),
		TEST(second_run_does_only_checks),
		TEST(crash_inside_each_apply),
		TEST(crash_after_each_record),
		TEST(torn_record_at_each_place),
		TEST(torn_record_is_told),
		TEST(skip_goes_on_and_pauses_at_the_end),
		TEST(quit_stops_there),
		TEST(quit_is_not_gone_on_with),
		TEST(paused_step),
		TEST(goes_back),
		TEST(never_goes_back_for_ever),
		TEST(goes_back_nowhere),
		TEST(failure_names_the_step),
		TEST(failure_tells_what_stays),
		TEST(apply_that_did_nothing_is_found_out),
		TEST(signal_in_apply_stops_after_it),
		TEST(named_steps_in_their_order),
		TEST(without_terminal_or_answer),
		TEST(details_then_skip_at_a_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
