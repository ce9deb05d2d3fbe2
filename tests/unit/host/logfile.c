/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "steps/host/logfile.h"
#include "tests/unit/host/logs.h"
#include "wizard/util.h"

/* age - as if path had been written last so many seconds ago. */
static void age(const char *path, int seconds)
{
	struct timespec times[2] = { { .tv_sec = time(NULL) - seconds },
				     { .tv_sec = time(NULL) - seconds } };

	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static json_t *mark_of(const char *path)
{
	struct error err = { 0 };
	json_t *mark = NULL, *again;
	char *text;

	must(logfile_mark(path, &mark, &err), &err);
	/* As the session remembers it. */
	text = json_dumps(mark, 0);
	again = json_loads(text, 0, NULL);
	assert_non_null(again);
	free(text);
	json_decref(mark);
	return again;
}

/* assert_since - takes the mark. */
static void assert_since(const char *path, json_t *mark, const char *expected, bool expected_gap)
{
	_cleanup_free_ char *text = NULL;
	struct error err = { 0 };
	size_t length = 99;
	bool gap = !expected_gap;

	must(logfile_since(path, mark, &text, &length, &gap, &err), &err);
	json_decref(mark);
	assert_string_equal(text, expected);
	assert_int_equal(length, strlen(expected));
	assert_int_equal(gap, expected_gap);
}

static void only_what_came_later(void **state)
{
	json_t *mark;

	(void)state;
	append("log", "old\n");
	mark = mark_of("log");
	append("log", "new\n");
	assert_since("log", json_incref(mark), "new\n", false);
	append("log", "newer\n");
	assert_since("log", mark, "new\nnewer\n", false);
	assert_since("log", mark_of("log"), "", false);
}

static void without_a_mark_the_whole(void **state)
{
	struct error err = { 0 };
	char *text = NULL;
	size_t length;
	bool gap;

	(void)state;
	append("log", "old\n");
	append("log.1", "older\n");
	assert_since("log", NULL, "old\n", false);
	assert_since("log", json_null(), "old\n", false);
	assert_int_equal(logfile_since("no", NULL, &text, &length, &gap, &err), -ENOENT);
	assert_null(text);
	assert_true(*err.remedy);
}

static void an_empty_log(void **state)
{
	json_t *mark;

	(void)state;
	append("log", "");
	mark = mark_of("log");
	append("log", "new\n");
	assert_since("log", mark, "new\n", false);
}

static void rotated_by_number(void **state)
{
	json_t *mark;

	(void)state;
	append("log.1", "ancient\n");
	append("log", "old\n");
	mark = mark_of("log");
	append("log", "one\n");
	rename("log.1", "log.2");
	rename("log", "log.1");
	assert_since("log", json_incref(mark), "one\n", false);
	append("log", "two\n");
	assert_since("log", json_incref(mark), "one\ntwo\n", false);
	/* Up to two digits, so that the order is that of numbers. */
	for (int i = 9; i; i--) {
		_cleanup_free_ char *from = str_printf("log.%d", i),
				    *to = str_printf("log.%d", i + 8);

		rename(from, to);
	}
	rename("log", "log.8");
	for (int i = 7; i; i--) {
		_cleanup_free_ char *name = str_printf("log.%d", i), *text = str_printf("%d\n", i);

		append(name, text);
	}
	append("log", "end\n");
	append("log.3.gz", "packed\n");
	append("log.1x", "else\n");
	append("log2", "else\n");
	assert_since("log", mark, "one\ntwo\n7\n6\n5\n4\n3\n2\n1\nend\n", false);
}

static void rotated_by_date(void **state)
{
	json_t *mark;

	(void)state;
	append("log-20261120", "ancient\n");
	append("log", "old\n");
	mark = mark_of("log");
	append("log", "one\n");
	rename("log", "log-20261124");
	append("log-20261125", "two\n");
	/* Touched later: the name decides. */
	age("log-20261125", 100);
	append("log-old", "else\n");
	append("log", "three\n");
	assert_since("log", mark, "one\ntwo\nthree\n", false);
}

static void truncated_in_place(void **state)
{
	json_t *mark;

	(void)state;
	append("log", "old and long\n");
	mark = mark_of("log");
	assert_int_equal(truncate("log", 0), 0);
	assert_since("log", json_incref(mark), "", true);
	append("log", "new\n");
	assert_since("log", json_incref(mark), "new\n", true);
	/* Longer than it was: its bytes tell. */
	append("log", "more of it\n");
	assert_since("log", mark, "new\nmore of it\n", true);
}

static void deleted(void **state)
{
	json_t *mark;

	(void)state;
	append("log.1", "ancient\n");
	age("log.1", 100);
	append("log", "old\n");
	mark = mark_of("log");
	unlink("log");
	assert_since("log", json_incref(mark), "", true);
	/* This often gets the deleted file's inode. */
	append("log", "entirely new\n");
	assert_since("log", json_incref(mark), "entirely new\n", true);
	/* Written after the mark, so begun after it. */
	rename("log", "log.1");
	append("log", "two\n");
	assert_since("log", mark, "entirely new\ntwo\n", true);
}

static void created_later(void **state)
{
	json_t *mark;

	(void)state;
	append("log.1", "ancient\n");
	age("log.1", 100);
	mark = mark_of("log");
	assert_since("log", json_incref(mark), "", false);
	append("log", "one\n");
	assert_since("log", json_incref(mark), "one\n", false);
	rename("log.1", "log.2");
	rename("log", "log.1");
	append("log", "two\n");
	assert_since("log", mark, "one\ntwo\n", false);
	assert_since("no/such/log", mark_of("no/such/log"), "", false);
}

static void a_link(void **state)
{
	json_t *mark;

	(void)state;
	assert_int_equal(mkdir("real", 0755), 0);
	append("real/one", "old\n");
	assert_int_equal(symlink("real/one", "log"), 0);
	mark = mark_of("log");
	append("real/one", "new\n");
	assert_since("log", json_incref(mark), "new\n", false);
	/* Rotated where it really is. */
	rename("real/one", "real/one.1");
	append("real/one", "two\n");
	assert_since("log", json_incref(mark), "new\ntwo\n", false);
	/* The link goes to another file now. */
	unlink("log");
	age("real/one", 1);
	append("real/three", "three\n");
	assert_int_equal(symlink("real/three", "log"), 0);
	assert_since("log", mark, "new\ntwo\nthree\n", false);
}

static void unreadable_places(void **state)
{
	struct error err = { 0 };
	json_t *mark = NULL;

	(void)state;
	append("file", "");
	assert_int_equal(logfile_mark("file/log", &mark, &err), -ENOTDIR);
	assert_null(mark);
	assert_true(*err.remedy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(only_what_came_later, setup, teardown),
		cmocka_unit_test_setup_teardown(without_a_mark_the_whole, setup, teardown),
		cmocka_unit_test_setup_teardown(an_empty_log, setup, teardown),
		cmocka_unit_test_setup_teardown(rotated_by_number, setup, teardown),
		cmocka_unit_test_setup_teardown(rotated_by_date, setup, teardown),
		cmocka_unit_test_setup_teardown(truncated_in_place, setup, teardown),
		cmocka_unit_test_setup_teardown(deleted, setup, teardown),
		cmocka_unit_test_setup_teardown(created_later, setup, teardown),
		cmocka_unit_test_setup_teardown(a_link, setup, teardown),
		cmocka_unit_test_setup_teardown(unreadable_places, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
