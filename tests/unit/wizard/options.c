/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line, through wizard_main(), with what it prints and its exit status. */
#include "small.h"

#include <popt.h>

#include "wizard/strings.h"

static char *policy, *domain;
static int loud;

static const struct poptOption echo_options[] = {
	{ "policy", 'p', POPT_ARG_STRING, &policy, 0, "judge against this policy file", "FILE" },
	{ "loud", 0, POPT_ARG_NONE, &loud, 0, "louder", NULL },
	POPT_TABLEEND,
};
static const struct poptOption workflow_options[] = {
	{ "domain", 0, POPT_ARG_STRING, &domain, 0, "the domain meant", "TYPE" },
	POPT_TABLEEND,
};

/* Says what it was called with. */
static int echo(struct session *session, struct error *err)
{
	(void)err;
	screen_result("policy=%s domain=%s loud=%d json=%d yes=%d root=%s", policy ? policy : "-",
		      domain ? domain : "-", loud, session->options.json, session->options.yes,
		      session->root);
	for (char *const *word = session->arguments; *word; word++)
		screen_result("<%s>", *word);
	return 0;
}

static int outcome;

static int end_so(struct session *session, struct error *err)
{
	(void)session;
	return outcome == -EIO ? error_set(err, EIO, "mend\x1b it", "bro\x1bken") : outcome;
}

static const struct command echo_command = {
	.name = "explain",
	.summary = "says what it was called with, in as many words as are needed to fill a line",
	.run = echo,
	.options = echo_options,
	.arguments = "[LOG...]",
};
static const struct command end_command = {
	.name = "end",
	.summary = "ends",
	.run = end_so,
	.arguments = "[WORD...]",
};
static const struct command *const commands[] = { &echo_command, &end_command, NULL };

static int run_words(void *data)
{
	struct workflow workflow = small_workflow;
	char **argv = data;
	int argc = 0, status;

	workflow.commands = commands;
	workflow.options = workflow_options;
	while (argv[argc])
		argc++;
	status = wizard_main(argc, argv, &workflow);
	free(policy);
	free(domain);
	return status;
}

static struct small_result run_list(const char *const *words)
{
	char *argv[16] = { NULL };

	for (size_t i = 0; words[i]; i++)
		argv[i] = (char *)(uintptr_t)words[i];
	return small_child(run_words, argv);
}

#define run(...) run_list((const char *const[]){ "/usr/bin/small", ##__VA_ARGS__, NULL })

#define prints(expected, ...)                                                                      \
	do {                                                                                       \
		small_result_auto result_ = run(__VA_ARGS__);                                      \
		assert_int_equal(result_.status, EXIT_DONE);                                       \
		assert_string_equal(result_.out, expected);                                        \
		assert_string_equal(result_.err, "");                                              \
	} while (0)

#define is_refused(what, remedy, ...)                                                              \
	do {                                                                                       \
		small_result_auto result_ = run(__VA_ARGS__);                                      \
		assert_int_equal(result_.status, EXIT_USAGE);                                      \
		assert_string_equal(result_.out, "");                                              \
		assert_true(small_has(result_.err, what));                                         \
		assert_true(small_has(result_.err, remedy));                                       \
	} while (0)

static void test_version(void **state)
{
	(void)state;
	prints("small 0.1\n", "--version");
	prints("small 0.1\n", "plan", "--version");
}

static void test_options_before_and_after(void **state)
{
	(void)state;
	prints("policy=- domain=- loud=0 json=0 yes=0 root=/\n", "explain");
	prints("policy=- domain=d_t loud=0 json=1 yes=1 root=/\n", "-y", "--json", "--domain=d_t",
	       "explain");
	prints("policy=- domain=d_t loud=0 json=1 yes=1 root=/\n", "explain", "--domain", "d_t",
	       "--yes", "--json");
	prints("policy=f domain=- loud=1 json=1 yes=0 root=/\n<a>\n<b>\n", "--json", "explain", "a",
	       "--policy", "f", "b", "--loud");
	prints("policy=f domain=- loud=0 json=0 yes=0 root=/\n<->\n", "explain", "-pf", "-");
	prints("policy=- domain=- loud=0 json=0 yes=0 root=/\n<--json>\n<x>\n", "explain", "--",
	       "--json", "x");
}

static void test_root_is_made_absolute(void **state)
{
	_cleanup_free_ char *expected = NULL, *real = realpath(small_root, NULL);
	_cleanup_free_ char *crooked =
		str_printf("%s/../%s/.//", small_root, strrchr(small_root, '/') + 1);

	(void)state;
	expected = str_printf("policy=- domain=- loud=0 json=0 yes=0 root=%s\n", real);
	prints(expected, "--root", crooked, "explain");
	prints(expected, "explain", "--root", "/", "--root", crooked);
}

static void test_root_must_exist(void **state)
{
	_cleanup_free_ char *file = strdup(small_path("one"));

	(void)state;
	is_refused("small: --root /nonexistent: No such file", "create the folder", "--root",
		   "/nonexistent");
	is_refused("not a directory", "give a folder", "status", "--root", file);
}

static void test_unknown_option(void **state)
{
	(void)state;
	is_refused("small: unknown option --jsn\n", "did you mean --json?", "--jsn", "plan");
	is_refused("unknown option --polcy", "did you mean --policy? All options: small explain",
		   "explain", "--polcy=x");
	is_refused("unknown option --frobnicate", "small --help", "--frobnicate");
	is_refused("unknown option -q", "small plan --help", "plan", "-q");
	is_refused("unknown option --policy", "small plan --help", "plan", "--policy", "f");
}

static void test_option_values(void **state)
{
	(void)state;
	is_refused("option --root needs a value", "small --help", "--root");
	is_refused("option --policy needs a value", "small explain --help", "explain", "--policy");
	is_refused("takes no value", "small --help", "--yes=no");
}

static void test_unknown_command(void **state)
{
	(void)state;
	is_refused("unknown command \"exlpain\"", "did you mean \"explain\"?", "exlpain");
	is_refused("unknown command \"udno\"", "did you mean \"undo\"?", "udno");
	is_refused("unknown command \"frobnicate\"",
		   "run, completion, help, plan, steps, status, undo, explain, end", "frobnicate");
	is_refused("unknown command \"\"", "there are: ", "");
}

static void test_surplus_arguments(void **state)
{
	(void)state;
	is_refused("surplus argument \"x\"", "\"plan\" takes no arguments", "plan", "x");
	is_refused("surplus argument \"two\"", "\"undo\" takes no arguments", "undo", "--yes",
		   "two");
}

static void test_steps_of_run(void **state)
{
	(void)state;
	is_refused("run needs the name of a step", "small steps", "run");
	is_refused("unknown step \"tow\"", "did you mean \"two\"?", "--root", small_root, "run",
		   "one", "tow");
	is_refused("unknown step \"nothing\"", "look, one, two, talk, four, verify", "run",
		   "nothing");
	/* Before anything is done. */
	assert_true(small_is("var", "absent"));
	assert_true(small_is("one", "old one"));
}

static void test_answers(void **state)
{
	_cleanup_free_ char *file = strdup(small_path("answers"));

	(void)state;
	is_refused("--answer one.apply=maybe: one.apply cannot be \"maybe\"", "yes skip quit",
		   "--answer", "one.apply=maybe");
	small_put("answers", "one.apply = yes\n\ntwo.apply = perhaps\n");
	is_refused("two.apply cannot be \"perhaps\"", "/answers:3:", "--answers", file);
	is_refused("--answers: cannot open /nonexistent/a", "check the path", "--answers",
		   "/nonexistent/a");
	small_put("answers", "one.apply = yes\n");
	small_result_auto result = run("--root", small_root, "--answers", file, "run", "one");
	assert_int_equal(result.status, EXIT_DONE);
	assert_true(small_is("one", "new"));
}

static bool fits(const char *text, size_t width)
{
	for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		if (strcspn(line, "\n") <= width)
			continue;
		fprintf(stderr, "too long: %s\n", line);
		return false;
	}
	return true;
}

static void test_help(void **state)
{
	static const char *const parts[] = {
		"Usage: small [OPTION...] [COMMAND]\n",
		"\nrenews files\n",
		"\nCommands:\n",
		"\n  run STEP... ",
		"\n  undo ",
		"\n  explain [LOG...] ",
		"--root=DIR",
		"--answer=KEY=VALUE",
		"-y, --yes",
		"--domain=TYPE",
		"\nExit status:\n",
		"\n  3  paused",
	};
	small_result_auto result = run("--help");

	(void)state;
	assert_int_equal(result.status, EXIT_DONE);
	assert_string_equal(result.err, "");
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		assert_true(small_has(result.out, parts[i]));
	assert_null(strstr(result.out, "--policy"));
	assert_true(fits(result.out, 80));
}

static void test_help_of_commands(void **state)
{
	static const char *const names[] = { "run", "plan", "steps", "status", "undo", "explain" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		_cleanup_free_ char *usage = str_printf("Usage: small %s [OPTION...]", names[i]);
		small_result_auto after = run(names[i], "-h");
		small_result_auto before = run("--help", names[i]);

		assert_int_equal(after.status, EXIT_DONE);
		assert_true(small_has(after.out, usage));
		assert_true(small_has(after.out, "every command has: small --help"));
		assert_null(strstr(after.out, "--root=DIR"));
		assert_true(fits(after.out, 80));
		assert_string_equal(before.out, after.out);
	}
	small_result_auto explain = run("explain", "--help");
	assert_true(small_has(explain.out, "explain [OPTION...] [LOG...]\n"));
	assert_true(small_has(explain.out, "-p, --policy=FILE"));
	small_result_auto steps = run("run", "--help");
	assert_true(small_has(steps.out, "\n  two "));
	small_result_auto undo = run("undo", "--help");
	assert_true(small_has(undo.out, "\nExample:\n  small undo --yes\n"));
}

static void test_exit_statuses(void **state)
{
	static const struct {
		int outcome, status;
	} rows[] = {
		{ 0, EXIT_DONE },
		{ STEP_PAUSED, EXIT_PAUSED },
		{ STEP_SKIPPED, EXIT_PAUSED },
		{ STEP_DECLINED, EXIT_PAUSED },
		{ STEP_DENIALS, EXIT_DENIALS },
		{ STEP_BLOCKED, EXIT_FAILED },
		{ -EINTR, EXIT_PAUSED },
		{ -EIO, EXIT_FAILED },
		{ -ENOSPC, EXIT_FAILED },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		outcome = rows[i].outcome;
		small_result_auto result = run("--plain", "end", "a b", "--domain=x y", "c");
		assert_int_equal(result.status, rows[i].status);
		assert_string_equal(result.out, "");
		if (rows[i].status == EXIT_PAUSED)
			assert_true(small_has(result.err,
					      "Stopped. To go on:\n    "
					      "small --plain end 'a b' '--domain=x y' c\n"));
		else
			assert_null(strstr(result.err, "Stopped"));
	}
	outcome = -EIO;
	small_result_auto failed = run("end");
	assert_string_equal(failed.err, "small: bro\\x1bken\n  mend\\x1b it\n");
	outcome = -ENOSPC; /* without a text of its own */
	small_result_auto bare = run("end");
	assert_string_equal(bare.err, "small: No space left on device\n");
}

static int run_to_full_disk(void *data)
{
	int fd = open("/dev/full", O_WRONLY);

	return fd < 0 || dup2(fd, STDOUT_FILENO) < 0 ? 99 : run_words(data);
}

static void test_result_that_cannot_be_written(void **state)
{
	static const char *const lines[][2] = {
		{ "steps", NULL },
		{ "--help", NULL },
		{ "--version", NULL },
		{ "plan", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		char program[] = "small", option[] = "--root";
		char *argv[] = { program, option, small_root, (char *)(uintptr_t)lines[i][0],
				 NULL };
		small_result_auto result = small_child(run_to_full_disk, argv);

		assert_int_equal(result.status, EXIT_FAILED);
		assert_true(small_has(result.err, "No space left on device"));
	}
}

static void test_no_colour(void **state)
{
	(void)state;
	small_result_auto result = run("--no-color", "--yes", "--root", small_root);
	assert_int_equal(result.status, EXIT_DONE);
	assert_null(strchr(result.err, '\033'));
}

static void test_nearest_name(void **state)
{
	_cleanup_(strings_clear) struct strings names = { 0 };

	(void)state;
	strings_split(&names, "status steps plan a", " ");
	assert_string_equal(strings_nearest("stauts", &names), "status");
	assert_string_equal(strings_nearest("step", &names), "steps");
	assert_string_equal(strings_nearest("paln", &names), "plan");
	assert_null(strings_nearest("b", &names)); /* every letter is another */
	assert_null(strings_nearest("", &names));
	assert_null(strings_nearest("something-else", &names));
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, small_set_up, small_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(version),
		TEST(options_before_and_after),
		TEST(root_is_made_absolute),
		TEST(root_must_exist),
		TEST(unknown_option),
		TEST(option_values),
		TEST(unknown_command),
		TEST(surplus_arguments),
		TEST(steps_of_run),
		TEST(answers),
		TEST(help),
		TEST(help_of_commands),
		TEST(exit_statuses),
		TEST(result_that_cannot_be_written),
		TEST(no_colour),
		TEST(nearest_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
