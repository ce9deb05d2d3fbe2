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

static void test_undo_that_fails_says_what_is_left(void **state)
{
	(void)state;
	runs(small_run("--yes"), EXIT_DONE);
	knobs.undo_fails = "three";
	small_result_auto undo = small_run("undo", "--yes");
	assert_int_equal(undo.status, EXIT_FAILED);
	assert_true(small_has(undo.err, "Renew four: taken back"));
	assert_true(small_has(undo.err, "-   Not taken back, or only in part: two, one. The same"));
	assert_true(small_has(undo.err, "undo of two: the thing resists"));
	knobs.undo_fails = NULL;
	runs(small_run("undo", "--yes"), EXIT_DONE);
	assert_true(small_is_old());
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

/* ---- a damaged journal ----------------------------------------------------------------------- */

#define JOURNAL "var/lib/small/journal"

/* Alter a byte in the line that has this text. */
static void damage(const char *in_line)
{
	_cleanup_free_ char *text = small_get(JOURNAL);
	char *at = strstr(text, in_line);

	assert_non_null(at);
	at[strlen(in_line) - 1]++;
	small_put(JOURNAL, text);
}

static void test_damage_tells_what_is_proved(void **state)
{
	(void)state;
	runs(small_run("--yes"), EXIT_DONE);
	damage("\"step\":\"two\",\"changes\":[{\"what\":\"t");
	_cleanup_free_ char *before = small_get(JOURNAL);

	small_result_auto undo = small_run("undo", "--yes");
	assert_int_equal(undo.status, EXIT_FAILED);
	assert_true(small_has(undo.err, "The journal is damaged\n"));
	assert_true(small_has(undo.err, "  !   four: four stays as it is (before: old four)\n"));
	assert_true(small_has(undo.err, "  !   one: one stays as it is (before: old one)\n"));
	assert_null(strstr(undo.err, "two:"));
	assert_true(small_has(undo.err, "would change this one, not the scratch"));
	assert_true(small_has(undo.err, "echo old one > one"));
	assert_true(small_has(undo.err, "line 5"));
	assert_true(small_is_new());
	assert_true(small_is(JOURNAL, before));

	small_result_auto status = small_run("status", "--json");
	json_auto_t *report = json_loads(status.out, 0, NULL);
	assert_int_equal(status.status, EXIT_FAILED);
	assert_true(small_has(member_text(report, "damaged"), "line 5"));
	assert_int_equal(member_number(report, "whole"), member_number(report, "lines") - 1);
	assert_int_equal(json_array_size(json_object_get(report, "applied")), 2);
	assert_string_equal(
		member_text(json_array_get(json_object_get(report, "by_hand"), 0), "command"),
		"echo old one > one");
}

static void test_damage_after_undo(void **state)
{
	(void)state;
	runs(small_run("--yes"), EXIT_DONE);
	runs(small_run("undo", "--yes"), EXIT_DONE);
	damage("\"event\":\"remember\",\"key\":\"a");
	small_result_auto result = small_run("status");
	assert_int_equal(result.status, EXIT_FAILED);
	assert_true(small_has(result.err, "  ok  nothing\n"));
	assert_true(small_has(result.err, "The system itself says that nothing is open."));
	knobs.unsure_in = "hand";
	small_result_auto unsure = small_run("status", "--json");
	assert_true(small_has(unsure.err, "cannot look by hand"));
	assert_true(small_has(unsure.out, "\"by_hand\": null"));
}

/* What was changed twice is shown as it was at first; what is as it was, not at all. */
static void test_damage_after_two_changes_of_a_thing(void **state)
{
	static const char *const states[] = { "old one", "new", "newer", "old one" };
	struct error err = { 0 };
	struct journal *journal = NULL;

	(void)state;
	runs(small_run("run", "two", "--yes"), EXIT_DONE);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(journal_open(&journal, small_path(JOURNAL), false, &err), 0);
		assert_int_equal(journal_append(journal,
						json_pack("{ss ss s[{ss ss ss}]}", "event", "begin",
							  "step", "one", "changes", "what", "one",
							  "from", states[i], "to", states[i + 1]),
						&err),
				 0);
		journal_close(journal);
		if (i == 0)
			continue;
		_cleanup_free_ char *text = small_get(JOURNAL);
		damage("\"event\":\"done\",\"step\":\"t");
		small_result_auto result = small_run("status");
		const char *line = strstr(result.err, "one: one stays as it is (before: old one)");
		assert_int_equal(line != NULL, i == 1);
		assert_true(!line || !strstr(line + 1, "one: one stays"));
		assert_null(strstr(result.err, "before: new"));
		small_put(JOURNAL, text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(undo_shows_and_restores),
		TEST(undo_leaves_what_was_there_before),
		TEST(undo_that_fails_says_what_is_left),
		TEST(undo_can_be_declined),
		TEST(unused_answers_are_told),
		TEST(undo_says_what_it_cannot_take_back),
		TEST(crash_in_undo_after_each_record),
		TEST(run_after_half_an_undo_starts_anew),
		TEST(damage_tells_what_is_proved),
		TEST(damage_after_undo),
		TEST(damage_after_two_changes_of_a_thing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
