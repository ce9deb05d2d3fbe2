/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "steps/host/follow.h"
#include "steps/host/journald.h"
#include "steps/host/logfile.h"
#include "tests/unit/host/logs.h"
#include "wizard/util.h"

static struct follow *follow_one(const char *path)
{
	struct follow *follow = NULL;
	struct error err = { 0 };
	json_t *mark = NULL;

	assert_int_equal(logfile_mark(path, &mark, &err), 0);
	assert_int_equal(follow_new(&follow, &err), 0);
	if (follow_file(follow, path, mark, &err) != 0)
		fail_msg("%s", err.what);
	json_decref(mark);
	return follow;
}

static int wait_for(struct follow *follow, int milliseconds)
{
	struct error err = { 0 };
	int news = follow_wait(follow, -1, follow_now() + milliseconds, NULL, &err);

	must(news, &err);
	return news;
}

static void assert_read(struct follow *follow, const char *expected, bool expected_gap)
{
	_cleanup_free_ char *text = NULL;
	struct error err = { 0 };
	size_t length;
	bool gap;

	must(follow_read(follow, 0, &text, &length, &gap, &err), &err);
	assert_string_equal(text, expected);
	assert_int_equal(length, strlen(expected));
	assert_int_equal(gap, expected_gap);
}

static void assert_news(struct follow *follow, const char *expected, bool expected_gap)
{
	assert_int_equal(wait_for(follow, 5000), FOLLOW_LOGS);
	assert_read(follow, expected, expected_gap);
}

static void only_what_comes_and_only_once(void **state)
{
	struct follow *follow;

	append("log", "old\n");
	follow = follow_one("log");
	assert_read(follow, "", false);
	append("log", "one\n");
	append("log", "two\n");
	assert_news(follow, "one\ntwo\n", false);
	assert_read(follow, "", false);
	append("log", "three\n");
	assert_news(follow, "three\n", false);
	follow_free(follow);
}

static void it_sleeps_while_nothing_comes(void **state)
{
	struct follow *follow;
	int64_t begin;

	append("log", "old\n");
	follow = follow_one("log");
	begin = follow_now();
	/* Another log of the directory grows meanwhile. */
	append("other", "x\n");
	assert_int_equal(wait_for(follow, 1000), FOLLOW_LOGS); /* it was created there */
	append("other", "x\n");
	assert_int_equal(wait_for(follow, 150), FOLLOW_TIME);
	assert_true(follow_now() - begin >= 150);
	follow_free(follow);
}

static void across_a_rotation(void **state)
{
	struct follow *follow;

	append("log", "old\n");
	follow = follow_one("log");
	append("log", "one\n");
	assert_int_equal(rename("log", "log.1"), 0);
	/* The server writes on until it is told. */
	append("log.1", "two\n");
	assert_news(follow, "one\ntwo\n", false);
	append("log.1", "three\n");
	assert_news(follow, "three\n", false);
	append("log", "four\n");
	assert_news(follow, "four\n", false);
	append("log", "five\n");
	assert_int_equal(rename("log.1", "log.2"), 0);
	assert_int_equal(rename("log", "log.1"), 0);
	append("log", "six\n");
	assert_news(follow, "five\nsix\n", false);
	/* The new file is watched, not only its directory. */
	while (wait_for(follow, 50) == FOLLOW_LOGS)
		assert_read(follow, "", false);
	append("log", "seven\n");
	assert_news(follow, "seven\n", false);
	follow_free(follow);
}

static void truncated_or_gone_is_a_gap_once(void **state)
{
	struct follow *follow;

	append("log", "old, and long enough\n");
	follow = follow_one("log");
	assert_int_equal(truncate("log", 0), 0);
	append("log", "new\n");
	assert_news(follow, "new\n", true);
	append("log", "on\n");
	assert_news(follow, "on\n", false);
	assert_int_equal(unlink("log"), 0);
	assert_news(follow, "", true);
	assert_read(follow, "", false);
	append("log", "again\n");
	assert_int_equal(wait_for(follow, 5000), FOLLOW_LOGS);
	assert_read(follow, "again\n", false);
	follow_free(follow);
}

static void created_later_with_its_directory(void **state)
{
	struct follow *follow;

	follow = follow_one("var/log/log");
	assert_read(follow, "", false);
	assert_int_equal(mkdir("var", 0755), 0);
	assert_news(follow, "", false);
	assert_int_equal(mkdir("var/log", 0755), 0);
	assert_news(follow, "", false);
	append("var/log/log", "first\n");
	assert_news(follow, "first\n", false);
	append("var/log/log", "second\n");
	while (wait_for(follow, 100) == FOLLOW_LOGS) {
		_cleanup_free_ char *text = NULL;
		size_t length;
		bool gap;

		assert_int_equal(follow_read(follow, 0, &text, &length, &gap, NULL), 0);
		if (strcmp(text, "second\n") == 0)
			break;
		assert_string_equal(text, "");
	}
	follow_free(follow);
}

static void a_log_behind_a_link(void **state)
{
	struct follow *follow;

	assert_int_equal(mkdir("real", 0755), 0);
	append("real/log", "old\n");
	assert_int_equal(symlink("real/log", "log"), 0);
	follow = follow_one("log");
	append("real/log", "one\n");
	assert_int_equal(rename("real/log", "real/log.1"), 0);
	append("real/log", "two\n");
	assert_news(follow, "one\ntwo\n", false);
	follow_free(follow);
}

/* ---- many lines ---- */

enum { LINES = 100000, ROTATIONS = 4 };

/* Writes in lines of varying length, and rotates as auditd does. */
static void write_burst(void)
{
	FILE *file = fopen("log", "a");

	for (int i = 0; file && i < LINES; i++) {
		fprintf(file, "line %d %.*s\n", i, i % 60,
			"------------------------------------------------------------");
		if ((i + 1) % (LINES / (ROTATIONS + 1)) == 0 && i + 1 < LINES) {
			fclose(file);
			rename("log.3", "log.4");
			rename("log.2", "log.3");
			rename("log.1", "log.2");
			rename("log", "log.1");
			file = fopen("log", "a");
		}
	}
	if (file)
		fclose(file);
	_exit(0);
}

/* take_lines - the lines of text, each of which must be the next. */
static int take_lines(char *text, char *half, int next)
{
	for (char *line = text; *line;) {
		size_t length = strcspn(line, "\n");
		bool whole = line[length] == '\n';

		assert_true(strlen(half) + length < 128);
		strncat(half, line, length);
		line += length + whole;
		if (!whole)
			break;
		if (atoi(half + strlen("line ")) != next)
			fail_msg("\"%s\" where line %d was due", half, next);
		next++;
		*half = '\0';
	}
	return next;
}

static void all_lines_of_a_burst(void **state)
{
	struct follow *follow;
	char half[128] = "";
	int next = 0, wakes = 0;
	pid_t writer;

	append("log", "");
	follow = follow_one("log");
	writer = fork();
	if (writer == 0)
		write_burst();
	while (next < LINES && wait_for(follow, 20000) == FOLLOW_LOGS) {
		_cleanup_free_ char *text = NULL;
		size_t length;
		bool gap;

		assert_int_equal(follow_read(follow, 0, &text, &length, &gap, NULL), 0);
		assert_false(gap);
		next = take_lines(text, half, next);
		wakes++;
	}
	assert_int_equal(next, LINES);
	assert_true(wakes < LINES);
	assert_int_equal(waitpid(writer, NULL, 0), writer);
	follow_free(follow);
}

/* ---- what else ends the wait ---- */

static volatile sig_atomic_t signalled;

static void note(int number)
{
	(void)number;
	signalled = 1;
}

static bool stopped(void)
{
	return signalled;
}

static void input_and_signals_end_it(void **state)
{
	struct sigaction action = { .sa_handler = note };
	struct itimerval soon = { .it_value.tv_usec = 50000 };
	struct follow *follow;
	int ends[2];

	append("log", "old\n");
	follow = follow_one("log");
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "s", 1), 1);
	assert_int_equal(follow_wait(follow, ends[0], -1, stopped, NULL), FOLLOW_INPUT);
	append("log", "new\n");
	assert_int_equal(follow_wait(follow, ends[0], -1, stopped, NULL),
			 FOLLOW_INPUT | FOLLOW_LOGS);
	assert_int_equal(read(ends[0], &(char){ 0 }, 1), 1);
	assert_read(follow, "new\n", false);
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &soon, NULL);
	assert_int_equal(follow_wait(follow, ends[0], -1, stopped, NULL), FOLLOW_STOPPED);
	/* A signal that came before is not slept over. */
	assert_int_equal(follow_wait(follow, ends[0], -1, stopped, NULL), FOLLOW_STOPPED);
	close(ends[0]);
	close(ends[1]);
	follow_free(follow);
}

static void a_journal_that_grows(void **state)
{
	static const char *const units[] = { "mariadb", "mysql@*", NULL };
	_cleanup_free_ char *text = NULL;
	struct follow *follow = NULL;
	struct error err = { 0 };
	json_t *mark = NULL;
	size_t length;
	bool gap;

	assert_int_equal(system("tar -xzf \"$FIXTURES/host/journal.tar.gz\" && mkdir live && "
				"cp before/* live"),
			 0);
	assert_int_equal(journald_mark("live", &mark, &err), 0);
	assert_int_equal(follow_new(&follow, &err), 0);
	assert_int_equal(follow_journal(follow, "live", units, mark, &err), 0);
	json_decref(mark);
	assert_int_equal(follow_read(follow, 0, &text, &length, &gap, &err), 0);
	assert_string_equal(text, "");
	free(text);
	text = NULL;
	/* As journald archives a file and begins another. */
	assert_int_equal(system("for f in after/*; do cp $f live/system@new.journal; done"), 0);
	for (int i = 0; i < 10 && !(text && *text) && wait_for(follow, 5000) == FOLLOW_LOGS; i++) {
		free(text);
		text = NULL;
		must(follow_read(follow, 0, &text, &length, &gap, &err), &err);
	}
	assert_string_equal(text, "WSREP: SST complete\n");
	follow_free(follow);
}

int main(void)
{
	_cleanup_free_ char *fixtures = realpath("tests/fixtures", NULL);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(only_what_comes_and_only_once, setup, teardown),
		cmocka_unit_test_setup_teardown(it_sleeps_while_nothing_comes, setup, teardown),
		cmocka_unit_test_setup_teardown(across_a_rotation, setup, teardown),
		cmocka_unit_test_setup_teardown(truncated_or_gone_is_a_gap_once, setup, teardown),
		cmocka_unit_test_setup_teardown(created_later_with_its_directory, setup, teardown),
		cmocka_unit_test_setup_teardown(a_log_behind_a_link, setup, teardown),
		cmocka_unit_test_setup_teardown(all_lines_of_a_burst, setup, teardown),
		cmocka_unit_test_setup_teardown(input_and_signals_end_it, setup, teardown),
		cmocka_unit_test_setup_teardown(a_journal_that_grows, setup, teardown),
	};

	setenv("FIXTURES", fixtures ? fixtures : "", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
