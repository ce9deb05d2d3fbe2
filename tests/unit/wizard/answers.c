/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "small.h"

#include "wizard/answers.h"

static int try_answers(struct answers **answers, const char *file, const char *const *given,
		       bool yes, struct error *err)
{
	_cleanup_free_ char *path = strdup(small_path("answers"));
	struct answers *made = answers_new(small_questions, yes);
	int r = 0;

	for (size_t i = 0; r == 0 && given && given[i]; i++)
		r = answers_add(made, given[i], err);
	if (r == 0 && file) {
		small_put("answers", file);
		r = answers_read(made, path, err);
	}
	if (r == 0)
		*answers = made;
	else
		answers_free(made);
	return r;
}

static struct answers *read_answers(const char *file, const char *const *given, bool yes)
{
	struct answers *answers = NULL;
	struct error err = { 0 };

	if (try_answers(&answers, file, given, yes, &err) != 0)
		fail_msg("%s", err.what);
	return answers;
}

static void is_answered(const struct answers *answers, const char *key, const char *subject,
			const char *value, const char *origin)
{
	const char *from = NULL, *found = answers_find(answers, key, subject, &from);

	if (!value) {
		assert_null(found);
		return;
	}
	assert_non_null(found);
	assert_string_equal(found, value);
	assert_string_equal(from, origin);
	assert_string_equal(answers_find(answers, key, subject, NULL), value);
}

static void test_file_format(void **state)
{
	struct answers *answers = read_answers("# a comment\n"
					       "\n"
					       "one.apply = yes\n"
					       "  two.apply=skip  \r\n"
					       "\t# another\n"
					       "talk.ready[a = b] = no\n"
					       "talk.ready[x[1]]=yes\n"
					       "name = two words = three # kept",
					       NULL, false);

	(void)state;
	is_answered(answers, "one.apply", NULL, "yes", "answers file");
	is_answered(answers, "two.apply", NULL, "skip", "answers file");
	is_answered(answers, "talk.ready", "a = b", "no", "answers file");
	is_answered(answers, "talk.ready", "x[1]", "yes", "answers file");
	is_answered(answers, "talk.ready", NULL, NULL, NULL);
	is_answered(answers, "talk.ready", "else", NULL, NULL);
	is_answered(answers, "name", NULL, "two words = three # kept", "answers file");
	is_answered(answers, "four.apply", NULL, NULL, NULL);
	answers_free(answers);
	answers_free(NULL);
}

static void test_empty_value_is_a_text(void **state)
{
	struct answers *answers = read_answers("name =\n", NULL, false);

	(void)state;
	is_answered(answers, "name", NULL, "", "answers file");
	answers_free(answers);
}

static void test_order(void **state)
{
	static const char *const given[] = { "one.apply[s]=yes", "two.apply=yes", NULL };
	struct answers *answers = read_answers("one.apply[s] = skip\none.apply = quit\n"
					       "two.apply[s] = skip\ntwo.apply = quit\n"
					       "four.apply[s] = skip\n",
					       given, true);

	(void)state;
	is_answered(answers, "one.apply", "s", "yes", "--answer");
	is_answered(answers, "one.apply", "t", "quit", "answers file");
	is_answered(answers, "two.apply", "s", "skip", "answers file");
	is_answered(answers, "two.apply", "t", "yes", "--answer");
	is_answered(answers, "four.apply", "s", "skip", "answers file");
	is_answered(answers, "four.apply", "t", "yes", "--yes");
	is_answered(answers, "name", NULL, NULL, NULL); /* nothing is recommended */
	is_answered(answers, "undo.apply", NULL, "yes", "--yes");
	answers_free(answers);
}

static void test_questions(void **state)
{
	struct answers *answers = read_answers(NULL, NULL, false);

	(void)state;
	assert_string_equal(answers_question(answers, "one.apply")->choices, "yes skip quit");
	assert_string_equal(answers_question(answers, "undo.apply")->choices, "yes no");
	assert_null(answers_question(answers, "one"));
	is_answered(answers, "one.apply", NULL, NULL, NULL);
	answers_free(answers);
}

static void test_subject_that_means_it(void **state)
{
	static const char *const given[] = { "four.apply[a,c]=skip", NULL };
	struct answers *answers = read_answers("four.apply[b,c] = quit\nfour.apply[b] = skip\n"
					       "four.apply = yes\ntalk.ready[a,b] = no\n",
					       given, false);

	(void)state;
	is_answered(answers, "four.apply", "a", "skip", "--answer");
	is_answered(answers, "four.apply", "b", "skip", "answers file"); /* the very subject */
	is_answered(answers, "four.apply", "c", "quit", "answers file"); /* the stricter */
	is_answered(answers, "four.apply", "d", "yes", "answers file");
	is_answered(answers, "four.apply", NULL, "yes", "answers file");
	is_answered(answers, "talk.ready", "a", NULL, NULL); /* nothing means it but itself */
	answers_free(answers);
}

static void test_subjects_on_the_command_line_come_first(void **state)
{
	static const char *const given[] = { "four.apply[a,c]=skip", NULL };
	struct answers *answers = read_answers("four.apply[a,c] = quit\n", given, false);

	(void)state;
	is_answered(answers, "four.apply", "c", "skip", "--answer");
	answers_free(answers);
}

/* ---- what was asked for -----------------------------------------------------------------------
 */

static void takes(struct answers *answers, const char *subject, const char *value,
		  const char *screen)
{
	struct capture said;
	const char *found;

	capture_start(&said, STDERR_FILENO);
	found = answers_take(answers, "four.apply", subject, NULL);
	capture_end(&said);
	assert_string_equal(found, value);
	assert_string_equal(said.text, screen);
}

static void test_two_that_disagree(void **state)
{
	struct answers *answers = read_answers("four.apply[a,c] = skip\nfour.apply[b,c] = quit\n"
					       "four.apply[c,d] = skip\n",
					       NULL, false);

	(void)state;
	screen_init(true, true);
	takes(answers, "a", "skip", "");
	takes(answers, "c", "quit",
	      "  !   Two answers disagree here. Taken: four.apply[b,c] = quit. Not taken:\n"
	      "      four.apply[c,d] = skip.\n");
	answers_free(answers);
}

static void unused(const struct answers *answers, const char *screen)
{
	struct capture said;

	capture_start(&said, STDERR_FILENO);
	answers_say_unused(answers);
	capture_end(&said);
	assert_string_equal(said.text, screen);
}

static void test_unused(void **state)
{
	static const char *const given[] = { "four.apply[a,c]=quit", "name=x", NULL };
	struct answers *answers = read_answers(
		"four.apply = yes\none.apply = yes\ntwo.apply = yes\nfour.apply[e] = quit\n", given,
		false);
	size_t at = 0;

	(void)state;
	screen_init(true, true);
	answers_find(answers, "name", NULL, NULL); /* a look is no question */
	unused(answers,
	       "  !   four.apply[a,c] = quit (--answer) was never asked for in this run\n"
	       "  !   name = x (--answer) was never asked for in this run\n"
	       "  !   four.apply[e] = quit (answers file) was never asked for in this run\n"
	       "  In the answers file, and not asked for in this run: four.apply, "
	       "one.apply,\n  two.apply\n");
	assert_string_equal(answers_unused(answers, "four.apply", "quit", &at), "a,c");
	assert_string_equal(answers_unused(answers, "four.apply", "quit", &at), "e");
	assert_null(answers_unused(answers, "four.apply", "quit", &at));
	/* What would have answered but for a better one was asked for, too. */
	takes(answers, "c", "quit", "");
	answers_take(answers, "name", NULL, NULL);
	answers_take(answers, "one.apply", "x", NULL);
	answers_take(answers, "two.apply", NULL, NULL);
	unused(answers,
	       "  !   four.apply[e] = quit (answers file) was never asked for in this run\n");
	at = 0;
	assert_string_equal(answers_unused(answers, "four.apply", "quit", &at), "e");
	answers_free(answers);
}

/* ---- what is refused ------------------------------------------------------------------------ */

static void refused(const char *file, const char *const *given, const char *what,
		    const char *remedy)
{
	struct answers *answers = NULL;
	struct error err = { 0 };

	assert_int_equal(try_answers(&answers, file, given, false, &err), -EINVAL);
	assert_null(answers);
	assert_true(small_has(err.what, what));
	assert_true(small_has(err.remedy, remedy));
}

static void test_unknown_key(void **state)
{
	(void)state;
	refused("\n# x\nbogus = yes\n", NULL, "answers:3: unknown question \"bogus\"",
		"there are: one.apply, two.apply, four.apply, talk.ready, name, undo.apply, "
		"output.replace");
	refused("one.aply[x] = yes\n", NULL, "answers:1: unknown question \"one.aply\"",
		"did you mean \"one.apply\"?");
	refused(" = yes\n", NULL, "answers:1: unknown question \"\"", "there are: ");
}

static void test_missing_equals(void **state)
{
	(void)state;
	refused("one.apply yes\n", NULL, "answers:1: no \"=\" after a key in \"one.apply yes\"",
		"KEY = VALUE");
	refused("one.apply[x = yes\n", NULL, "answers:1: no \"=\"", "KEY[SUBJECT] = VALUE");
	refused("one.apply[x] yes\n", NULL, "answers:1: no \"=\"", "KEY[SUBJECT] = VALUE");
}

static void test_value_that_is_no_choice(void **state)
{
	(void)state;
	refused("one.apply = maybe\n", NULL, "answers:1: one.apply cannot be \"maybe\"",
		"it accepts one of: yes skip quit");
	/* For a person at a terminal alone. */
	refused("one.apply = details\n", NULL, "one.apply cannot be \"details\"", "yes skip quit");
	refused("one.apply = yes skip\n", NULL, "cannot be \"yes skip\"", "yes skip quit");
	refused("one.apply = ye\n", NULL, "cannot be \"ye\"", "yes skip quit");
	refused("one.apply =\n", NULL, "cannot be \"\"", "yes skip quit");
	refused("undo.apply = skip\n", NULL, "cannot be \"skip\"", "yes no");
}

static void test_subject_that_is_refused(void **state)
{
	(void)state;
	refused("one.apply[nobody] = yes\n", NULL, "answers:1: nobody is nobody", "ask somebody");
	refused("name[x] = yes\n", NULL,
		"answers:1: name is asked about nothing in particular, not about \"x\"",
		"leave out the brackets");
}

static void test_duplicates(void **state)
{
	static const char *const twice[] = { "one.apply=yes", "one.apply=yes", NULL };

	(void)state;
	refused("one.apply = yes\n\none.apply = skip\n", NULL,
		"answers:3: one.apply is answered twice", "line 1");
	refused("talk.ready[a] = yes\ntalk.ready[a] = yes\n", NULL,
		"answers:2: talk.ready[a] is answered twice", "line 1");
	refused(NULL, twice, "--answer one.apply=yes: one.apply is answered twice", "keep");
}

static void test_command_line(void **state)
{
	static const char *const unknown[] = { "bogus=yes", NULL };
	static const char *const bare[] = { "one.apply", NULL };
	static const char *const wrong[] = { "one.apply=maybe", NULL };

	(void)state;
	refused(NULL, unknown, "--answer bogus=yes: unknown question \"bogus\"", "there are: ");
	refused(NULL, bare, "--answer one.apply: no \"=\"", "KEY = VALUE");
	refused(NULL, wrong, "--answer one.apply=maybe: one.apply cannot be", "yes skip quit");
}

static void test_file_that_is_none(void **state)
{
	struct answers *answers = answers_new(small_questions, false);
	struct error err = { 0 };

	(void)state;
	assert_int_equal(answers_read(answers, "/nonexistent/answers", &err), -ENOENT);
	assert_true(small_has(err.what, "--answers: cannot open /nonexistent/answers"));

	assert_int_equal(file_write(small_path("zeros"), "name = \0x\n", 10, 0600, &err), 0);
	assert_int_equal(answers_read(answers, small_path("zeros"), &err), -EINVAL);
	assert_true(small_has(err.what, "holds zero bytes"));

	/* One that ends, lest a mistake takes all memory here. */
	assert_int_equal(answers_read(answers, "/dev/null", &err), -EINVAL);
	assert_true(small_has(err.what, "--answers: /dev/null is a device"));
	answers_free(answers);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, small_set_up, small_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(file_format),
		TEST(empty_value_is_a_text),
		TEST(order),
		TEST(subject_that_means_it),
		TEST(subjects_on_the_command_line_come_first),
		TEST(two_that_disagree),
		TEST(unused),
		TEST(questions),
		TEST(unknown_key),
		TEST(missing_equals),
		TEST(value_that_is_no_choice),
		TEST(subject_that_is_refused),
		TEST(duplicates),
		TEST(command_line),
		TEST(file_that_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
