/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Questions that are answered beforehand, or cannot be asked: there is no terminal. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/wizard/asking.h"

static int apply_quietly(struct session *session, int *chosen, struct capture *screen)
{
	int r;

	capture_start(screen, STDERR_FILENO);
	screen_init(false, true);
	r = prompt_choice(session, "ports.apply", "4444", "Apply these 3 changes?", apply, 0,
			  chosen, NULL);
	capture_end(screen);
	return r;
}

static int donor_quietly(struct session *session, char **text, struct capture *screen)
{
	int r;

	capture_start(screen, STDERR_FILENO);
	screen_init(false, true);
	r = prompt_text(session, "donor", NULL, "Donor:", NULL, text, NULL);
	capture_end(screen);
	return r;
}

static void test_answered_beforehand(void **state)
{
	char *answers[] = { (char *)"ports.apply=skip", (char *)"ports.apply[4444]=quit",
			    (char *)"donor=db3", (char *)"donor[x]=db\033[3", NULL };
	struct session *session = new_session(answers, false);
	_cleanup_free_ char *text = NULL;
	struct error err = { 0 };
	struct capture screen;
	int chosen = -1;

	(void)state;
	assert_true(prompt_is_answered(session, "ports.apply", "4567"));
	assert_false(prompt_is_answered(session, "sure", NULL));
	assert_int_equal(apply_quietly(session, &chosen, &screen), 0);
	assert_int_equal(chosen, 3);
	assert_string_equal(screen.text, "  Apply these 3 changes? quit (--answer)\n");
	assert_int_equal(donor_quietly(session, &text, &screen), 0);
	assert_string_equal(text, "db3");
	assert_string_equal(screen.text, "  Donor: db3 (--answer)\n");
	free(TAKE_PTR(text));
	assert_int_equal(prompt_text(session, "donor", "x", "Donor", NULL, &text, &err), -EINVAL);
	assert_null(text);
	session_free(session);
}

static void test_yes_answers(void **state)
{
	struct session *session = new_session(NULL, true);
	struct capture screen;
	int chosen = -1;

	(void)state;
	assert_true(prompt_is_answered(session, "ports.apply", NULL));
	assert_false(prompt_is_answered(session, "donor", NULL));
	assert_int_equal(apply_quietly(session, &chosen, &screen), 0);
	assert_int_equal(chosen, 0);
	assert_string_equal(screen.text, "  Apply these 3 changes? yes (--yes)\n");
	session_free(session);
}

static void test_answer_not_offered(void **state)
{
	char *answers[] = { (char *)"ports.apply=no",
			    NULL }; /* the question's, not this prompt's */
	struct session *session = new_session(answers, false);
	struct error err = { 0 };
	int chosen = -1;

	(void)state;
	assert_int_equal(
		prompt_choice(session, "ports.apply", NULL, "Apply?", apply, 0, &chosen, &err),
		-EINVAL);
	assert_string_equal(err.what, "ports.apply = no (--answer) is no answer to: Apply?");
	assert_int_equal(chosen, -1);
	session_free(session);
}

static void test_no_terminal(void **state)
{
	struct session *session = new_session(NULL, false);
	struct error err = { 0 };
	char *text = NULL;
	bool sure;
	int chosen;

	(void)state;
	assert_int_equal(prompt_choice(session, "ports.apply", NULL, "Apply these 3 changes?",
				       apply, 0, &chosen, &err),
			 -ENOTTY);
	assert_int_equal(err.code, ENOTTY);
	assert_string_equal(err.what, "no terminal to ask at: Apply these 3 changes?");
	assert_string_equal(err.remedy,
			    "answer it with --answer ports.apply=yes (or no, details, skip, quit), "
			    "or a line `ports.apply = yes` in the file given by --answers");
	assert_int_equal(
		prompt_choice(session, "review.rule", "1", "Rule 1?", review, 0, &chosen, &err),
		-ENOTTY);
	assert_string_equal(
		err.remedy,
		"answer it with --answer 'review.rule[1]=accept' (or reject, accept-all), "
		"or a line `review.rule[1] = accept` in the file given by --answers");
	assert_int_equal(prompt_yes_no(session, "sure", NULL, "Sure?", true, &sure, &err), -ENOTTY);
	assert_int_equal(prompt_text(session, "donor", NULL, "Donor", "db2", &text, &err), -ENOTTY);
	assert_string_equal(err.remedy, "answer it with --answer donor=TEXT, "
					"or a line `donor = TEXT` in the file given by --answers");
	assert_null(text);
	session_free(session);
}

static void test_unknown_question(void **state)
{
	struct session *session = new_session(NULL, true);
	struct error err = { 0 };
	bool sure;

	(void)state;
	assert_int_equal(prompt_yes_no(session, "unknown", NULL, "?", true, &sure, &err), -EINVAL);
	assert_non_null(strstr(err.what, "unknown"));
	assert_true(*err.remedy);
	session_free(session);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answered_beforehand), cmocka_unit_test(test_yes_answers),
		cmocka_unit_test(test_answer_not_offered),  cmocka_unit_test(test_no_terminal),
		cmocka_unit_test(test_unknown_question),
	};
	int nowhere = open("/dev/null", O_RDONLY);

	dup2(nowhere, STDIN_FILENO); /* as from cron: never this test's own terminal */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
