/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "crash.h"

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
	assert_true(small_has(undo.err, "To go on:\n    small --root "));
	assert_true(small_has(undo.err, " undo --answer undo.apply=no\n"));
	assert_true(small_is_new());
}

static void test_unused_answers_are_told(void **state)
{
	(void)state;
	small_result_auto run = small_run("--yes", "--answer", "name=x");
	assert_int_equal(run.status, EXIT_DONE);
	assert_true(
		small_has(run.err, "  !   name = x (--answer) was never asked for in this run\n"));
	small_result_auto undo = small_run("undo", "--yes", "--answer", "one.apply[x]=yes");
	assert_int_equal(undo.status, EXIT_DONE);
	assert_true(small_has(undo.err, "one.apply[x] = yes (--answer) was never asked for"));
	small_result_auto plan = small_run("plan", "--answer", "name=x");
	assert_string_equal(plan.err, "");
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(undo_shows_and_restores),
		TEST(undo_leaves_what_was_there_before),
		TEST(undo_can_be_declined),
		TEST(unused_answers_are_told),
		TEST(undo_says_what_it_cannot_take_back),
		TEST(crash_in_undo_after_each_record),
		TEST(run_after_half_an_undo_starts_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
