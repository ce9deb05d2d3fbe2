/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whole runs of a small workflow, stopped at every point where the journal is written. */
#include "small.h"

#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/syscall.h>

/* The process ends right after the journal's record of this number is on the disk. 0: never. */
static int crash_after;
/* So many bytes of that record are missing then, as after a power cut. */
static int torn_bytes;

/* In place of the C library's: only the journal calls it. */
int fdatasync(int fd)
{
	struct stat info;

	if (crash_after && --crash_after == 0) {
		if (torn_bytes && fstat(fd, &info) == 0 &&
		    ftruncate(fd, info.st_size - torn_bytes) != 0)
			abort();
		_exit(42);
	}
	return (int)syscall(SYS_fdatasync, fd);
}

static json_t *journal(void)
{
	struct journal *opened = NULL;
	struct error err = { 0 };
	json_t *records;

	if (journal_open(&opened, small_path("var/lib/small/journal"), true, &err) != 0)
		fail_msg("%s", err.what);
	records = json_incref(journal_records(opened));
	journal_close(opened);
	return records;
}

/* How many records have this event and step (NULL: any)? */
static int count(const char *event, const char *step)
{
	json_auto_t *records = journal();
	json_t *record;
	size_t index;
	int found = 0;

	json_array_foreach(records, index, record)
	{
		const char *its = json_string_value(json_object_get(record, "step"));

		if (strcmp(json_string_value(json_object_get(record, "event")), event) == 0 &&
		    (!step || (its && strcmp(its, step) == 0)))
			found++;
	}
	return found;
}

static void runs(struct small_result result, int status)
{
	if (result.status != status)
		fprintf(stderr, "exit status %d\n%s%s\n", result.status, result.out, result.err);
	assert_int_equal(result.status, status);
	small_result_clear(&result);
}

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
		small_tear_down(state);
	}
	assert_int_equal(small_set_up(state), 0);
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
	assert_in_range(n, 14, 20);
}

static void test_torn_record_at_each_place(void **state)
{
	int n = 1;

	while (survives_crash_after(state, n, 1 + n % 7))
		n++;
	assert_in_range(n, 14, 20);
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

static void test_crash_in_undo_after_each_record(void **state)
{
	for (int n = 1;; n++) {
		struct small_result undo;
		int status;

		small_tear_down(state);
		assert_int_equal(small_set_up(state), 0);
		runs(small_run("--yes"), EXIT_DONE);
		crash_after = n;
		torn_bytes = n % 2 ? 0 : 4;
		undo = small_run("undo", "--yes");
		crash_after = 0;
		status = undo.status;
		small_result_clear(&undo);
		if (status == EXIT_DONE) {
			assert_int_equal(n, 5); /* three begins with changes, and the reset */
			return;
		}
		runs(small_run("undo", "--yes"), EXIT_DONE);
		assert_true(small_is_old());
		assert_int_equal(count("reset", NULL), 1);
	}
}

static void test_run_after_half_an_undo_starts_anew(void **state)
{
	(void)state;
	runs(small_run("--yes"), EXIT_DONE);
	crash_after = 1;
	runs(small_run("undo", "--yes"), 42);
	crash_after = 0;
	assert_true(small_is("four", "old four"));
	small_result_auto result = small_run("--yes");
	assert_int_equal(result.status, EXIT_DONE);
	assert_true(small_has(result.err, "An undo was stopped before its end"));
	assert_true(small_has(result.err, "Are you ready?")); /* forgotten, so asked again */
	assert_true(small_is_new());
	runs(small_run("undo", "--yes"), EXIT_DONE);
	assert_true(small_is_old());
}

/* ---- undo ----------------------------------------------------------------------------------- */

static void test_undo_shows_and_restores(void **state)
{
	(void)state;
	runs(small_run("--yes"), EXIT_DONE);
	small_result_auto undo = small_run("undo", "--yes");
	assert_int_equal(undo.status, EXIT_DONE);
	assert_true(small_has(undo.err, "back to"));
	assert_true(small_has(undo.err, "old three"));
	assert_true(small_has(undo.err, "Take these 4 changes back?"));
	assert_true(strstr(undo.err, "Renew four: taken") < strstr(undo.err, "Renew one: taken"));
	assert_true(small_is_old());

	small_result_auto again = small_run("undo", "--yes");
	assert_int_equal(again.status, EXIT_DONE);
	assert_true(small_has(again.err, "Nothing to take back."));

	small_result_auto anew = small_run("--yes");
	assert_int_equal(anew.status, EXIT_DONE);
	assert_true(small_has(anew.err, "Are you ready?"));
	assert_true(small_is_new());
}

static void test_undo_leaves_what_was_there_before(void **state)
{
	(void)state;
	small_put("two", "new");
	small_put("one", "new");
	runs(small_run("--yes"), EXIT_DONE);
	runs(small_run("undo", "--yes"), EXIT_DONE);
	assert_true(small_is("one", "new"));
	assert_true(small_is("two", "new"));
	assert_true(small_is("three", "old three"));
}

static void test_undo_can_be_declined(void **state)
{
	(void)state;
	runs(small_run("--yes"), EXIT_DONE);
	small_result_auto undo = small_run("undo", "--answer", "undo.apply=no");
	assert_int_equal(undo.status, EXIT_PAUSED);
	assert_true(small_has(undo.err, "To go on: small --root "));
	assert_true(small_has(undo.err, " undo\n"));
	assert_true(small_is_new());
}

static int run_without_undo(void *data)
{
	static const struct step stubborn = {
		.name = "one",
		.title = "Renew one",
		.flags = STEP_CHANGES_SYSTEM,
		.detect = one_detect,
		.plan = one_plan,
		.apply = one_apply,
	};
	static const struct step *const steps[] = { &stubborn, &two_step, NULL };
	struct workflow workflow = small_workflow;
	char **argv = data;

	workflow.steps = steps;
	return wizard_main(argv[4] ? 5 : 4, argv, &workflow);
}

static void test_undo_says_what_it_cannot_take_back(void **state)
{
	char program[] = "small", option[] = "--root", yes[] = "--yes", command[] = "undo";
	char *run[] = { program, option, small_root, yes, NULL };
	char *undo[] = { program, option, small_root, yes, command, NULL };

	(void)state;
	runs(small_child(run_without_undo, run), EXIT_DONE);
	small_result_auto result = small_child(run_without_undo, undo);
	assert_int_equal(result.status, EXIT_DONE);
	assert_true(small_has(result.err, "one: one stays as it is (before: old one)"));
	assert_true(small_is("one", "new"));
	assert_true(small_is("three", "old three"));
	small_result_auto again = small_child(run_without_undo, undo);
	assert_true(small_has(again.err, "Nothing to take back."));
}

/* ---- outcomes ------------------------------------------------------------------------------- */

static void test_skip_goes_on_and_pauses_at_the_end(void **state)
{
	(void)state;
	small_result_auto result = small_run("--yes", "--answer", "two.apply=skip");
	assert_int_equal(result.status, EXIT_PAUSED);
	assert_true(small_has(result.err, "Left for another run: two"));
	assert_true(small_has(result.err, "Stopped; nothing is lost. To go on: small --root "));
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

static void test_failure_names_the_step(void **state)
{
	(void)state;
	knobs.fail_in = "two";
	small_result_auto result = small_run("--yes");
	assert_int_equal(result.status, EXIT_FAILED);
	assert_true(small_has(result.err, "small: two: the thing resists"));
	assert_true(small_has(result.err, "mend it"));
	assert_int_equal(count("begin", "two"), 1);
	assert_int_equal(count("done", "two"), 0);
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
	assert_true(small_has(result.err, "To go on: small --root "));
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

/* ---- plan, steps, status -------------------------------------------------------------------- */

static json_t *parsed(const struct small_result *result)
{
	json_error_t error;
	json_t *value = json_loads(result->out, 0, &error);

	assert_int_equal(result->status, EXIT_DONE);
	if (!value)
		fail_msg("%s in: %s", error.text, result->out);
	return value;
}

static const char *member(const json_t *report, int step, const char *name)
{
	const json_t *rows = json_object_get(report, "steps");

	return json_string_value(json_object_get(json_array_get(rows, (size_t)step), name));
}

static void test_plan_text(void **state)
{
	(void)state;
	small_put("one", "new");
	small_result_auto result = small_run("plan");
	assert_int_equal(result.status, EXIT_DONE);
	assert_true(small_has(result.out, "one: nothing to change\n"));
	assert_true(small_has(result.out, "two: Renew two and three\n"));
	assert_true(
		small_has(result.out, "    three: old three -> new\n        echo new > file\n"));
	assert_true(small_has(result.out, "four: depends on the steps before\n"));
	assert_true(small_has(result.out, "talk: to do; changes nothing of the system\n"));
	assert_int_not_equal(access(small_path("var"), F_OK), 0); /* nothing was created */
}

static void test_plan_json(void **state)
{
	(void)state;
	small_result_auto result = small_run("--json", "plan");
	json_auto_t *plan = parsed(&result);
	json_t *two = json_array_get(json_object_get(plan, "steps"), 2);
	assert_string_equal(json_string_value(json_object_get(plan, "fingerprint")), "fp-1");
	assert_int_equal(json_array_size(json_object_get(plan, "steps")), 6);
	assert_string_equal(member(plan, 2, "name"), "two");
	assert_string_equal(member(plan, 2, "state"), "todo");
	assert_int_equal(json_array_size(json_object_get(two, "changes")), 2);
	assert_true(json_is_true(
		json_object_get(json_array_get(json_object_get(plan, "steps"), 4), "later")));
}

static void test_plan_knows_all_when_nothing_is_before(void **state)
{
	(void)state;
	runs(small_run("--yes", "--answer", "four.apply=skip"), EXIT_PAUSED);
	small_result_auto result = small_run("plan");
	assert_true(small_has(result.out, "    four: old four -> new\n"));
}

static void test_steps(void **state)
{
	(void)state;
	small_result_auto text = small_run("steps");
	assert_true(small_has(text.out, " 2  one     Renew one\n"));
	small_result_auto result = small_run("steps", "--json");
	json_auto_t *steps = parsed(&result);
	json_t *one = json_array_get(steps, 1);
	assert_int_equal(json_array_size(steps), 6);
	assert_string_equal(json_string_value(json_object_get(one, "why")), "It is old.");
	assert_true(json_is_true(json_object_get(one, "changes_system")));
	assert_true(json_is_null(json_object_get(json_array_get(steps, 2), "why")));
}

static void test_status(void **state)
{
	(void)state;
	runs(small_run("--yes", "--answer", "four.apply=skip"), EXIT_PAUSED);
	knobs.unsure_in = "two";
	small_result_auto result = small_run("status", "--json");
	json_auto_t *status = parsed(&result);
	json_t *rows = json_object_get(status, "steps");
	assert_int_equal(json_integer_value(json_object_get(status, "round")), 1);
	assert_string_equal(member(status, 1, "state"), "satisfied");
	assert_true(json_is_integer(json_object_get(json_array_get(rows, 1), "done")));
	assert_true(json_is_true(json_object_get(json_array_get(rows, 1), "undoable")));
	assert_string_equal(member(status, 2, "state"), "unknown");
	assert_string_equal(member(status, 2, "error"), "cannot look at two");
	assert_string_equal(member(status, 4, "state"), "todo");
	assert_true(json_is_null(json_object_get(json_array_get(rows, 4), "done")));
	assert_false(json_is_true(json_object_get(json_array_get(rows, 4), "undoable")));

	small_result_auto text = small_run("status");
	assert_true(small_has(text.out, "four    to do"));
	assert_true(small_has(text.out, "\n    cannot look at two\n"));
}

static void test_status_after_undo(void **state)
{
	(void)state;
	runs(small_run("--yes"), EXIT_DONE);
	runs(small_run("undo", "--yes"), EXIT_DONE);
	small_result_auto result = small_run("status", "--json");
	json_auto_t *status = parsed(&result);
	json_t *one = json_array_get(json_object_get(status, "steps"), 1);
	assert_true(json_is_null(json_object_get(one, "done")));
	assert_false(json_is_true(json_object_get(one, "undoable")));
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, small_set_up, small_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(runs_to_the_end),
		TEST(second_run_does_only_checks),
		TEST(crash_inside_each_apply),
		TEST(crash_after_each_record),
		TEST(torn_record_at_each_place),
		TEST(torn_record_is_told),
		TEST(crash_in_undo_after_each_record),
		TEST(run_after_half_an_undo_starts_anew),
		TEST(undo_shows_and_restores),
		TEST(undo_leaves_what_was_there_before),
		TEST(undo_can_be_declined),
		TEST(undo_says_what_it_cannot_take_back),
		TEST(skip_goes_on_and_pauses_at_the_end),
		TEST(quit_stops_there),
		TEST(paused_step),
		TEST(goes_back),
		TEST(never_goes_back_for_ever),
		TEST(failure_names_the_step),
		TEST(apply_that_did_nothing_is_found_out),
		TEST(signal_in_apply_stops_after_it),
		TEST(named_steps_in_their_order),
		TEST(without_terminal_or_answer),
		TEST(details_then_skip_at_a_terminal),
		TEST(plan_text),
		TEST(plan_json),
		TEST(plan_knows_all_when_nothing_is_before),
		TEST(steps),
		TEST(status),
		TEST(status_after_undo),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
