/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "crash.h"

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

static void test_plan_where_there_are_no_other_nodes(void **state)
{
	(void)state;
	small_result_auto result = small_run("plan", "--cluster");
	assert_int_equal(result.status, EXIT_FAILED);
	assert_true(small_has(result.err, "knows of no other nodes"));
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

/* A run that came to its end, and nothing since: only the checks are looked at. */
static void test_status_unchanged(void **state)
{
	(void)state;
	runs(small_run("--yes"), EXIT_DONE);
	knobs.unsure_in = "two";
	small_result_auto result = small_run("status", "--json");
	json_auto_t *status = parsed(&result);
	assert_string_equal(member(status, 2, "state"), "satisfied");
	assert_string_equal(member(status, 5, "state"), "todo"); /* of every run */
	assert_int_equal(json_array_size(json_object_get(status, "drift")), 0);

	knobs.fingerprint = "fp-2";
	small_result_auto other = small_run("status", "--json");
	json_auto_t *changed = parsed(&other);
	assert_string_equal(member(changed, 2, "state"), "unknown");
	assert_int_equal(json_array_size(json_object_get(changed, "drift")), 1);
	small_result_auto text = small_run("status");
	assert_true(small_has(text.out, "\nChanged by others since it was done:\n"
					"  one: it is gone\n      renew it\n"));

	/* The same again: a check has changed nothing, and half an undo has. */
	knobs.fingerprint = NULL;
	runs(small_run("run", "look"), EXIT_DONE);
	small_result_auto checked = small_run("status", "--json");
	json_auto_t *same = parsed(&checked);
	assert_string_equal(member(same, 2, "state"), "satisfied");
	crash_after = 1;
	runs(small_run("undo", "--yes"), 42);
	crash_after = 0;
	small_result_auto later = small_run("status", "--json");
	json_auto_t *again = parsed(&later);
	assert_string_equal(member(again, 2, "state"), "unknown");
}

static bool is_done(const json_t *status, int step)
{
	const json_t *rows = json_object_get(status, "steps");

	return json_is_integer(json_object_get(json_array_get(rows, (size_t)step), "done"));
}

static void test_status_after_half_an_undo(void **state)
{
	(void)state;
	runs(small_run("--yes"), EXIT_DONE);
	crash_after = 1;
	runs(small_run("undo", "--yes"), 42);
	crash_after = 0;
	small_result_auto result = small_run("status", "--json");
	json_auto_t *status = parsed(&result);
	assert_true(is_done(status, 1));
	assert_true(is_done(status, 3));
	assert_false(is_done(status, 4)); /* four, the newest, is taken back */
}

static void test_status_after_undo(void **state)
{
	(void)state;
	runs(small_run("--yes"), EXIT_DONE);
	runs(small_run("undo", "--yes"), EXIT_DONE);
	small_result_auto result = small_run("status", "--json");
	json_auto_t *status = parsed(&result);
	json_t *one = json_array_get(json_object_get(status, "steps"), 1);
	assert_false(is_done(status, 1));
	assert_false(is_done(status, 3)); /* talk changed nothing, and is to be done again */
	assert_false(json_is_true(json_object_get(one, "undoable")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(plan_text),
		TEST(plan_json),
		TEST(plan_knows_all_when_nothing_is_before),
		TEST(plan_where_there_are_no_other_nodes),
		TEST(steps),
		TEST(status),
		TEST(status_unchanged),
		TEST(status_after_half_an_undo),
		TEST(status_after_undo),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
