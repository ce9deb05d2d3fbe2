/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
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

	append("log", "old\n");
	mark = mark_of("log");
	append("log", "new\n");
	assert_since("log", json_incref(mark), "new\n", false);
	append("log", "newer\n");
	assert_since("log", mark, "new\nnewer\n", false);
	assert_since("log", mark_of("log"), "", false);
}

/* auditd writes what its buffer holds, and a mark may come in between. */
static void a_line_being_written_is_later(void **state)
{
	char many[20000] = "";
	json_t *mark;

	append("log", "old\nnew, be");
	mark = mark_of("log");
	append("log", "gun\n");
	assert_since("log", mark, "new, begun\n", false);
	append("first", "be");
	mark = mark_of("first");
	append("first", "gun\n");
	assert_since("first", mark, "begun\n", false);
	/* The longest record, and what is longer. */
	append("long", "old\n");
	append("long", memset(many, 'x', 8970));
	mark = mark_of("long");
	assert_int_equal(member_number(mark, "size"), 4);
	json_decref(mark);
	append("many", memset(many, 'x', sizeof(many) - 1));
	mark = mark_of("many");
	append("many", "\nnew\n");
	assert_since("many", mark, "\nnew\n", false);
}

/* Nor may what an exercise has left end in the middle of one. */
static void its_end_is_waited_for(void **state)
{
	json_t *mark;
	pid_t auditd;
	int status;

	(void)state;
	append("log", "old\n");
	mark = mark_of("log");
	append("log", "new, be");
	auditd = fork();
	if (auditd == 0) {
		usleep(200000);
		append("log", "gun\n");
		_exit(0);
	}
	assert_since("log", json_incref(mark), "new, begun\n", false);
	assert_int_equal(waitpid(auditd, &status, 0), auditd);
	/* But not for ever. */
	append("log", "never en");
	assert_since("log", mark, "new, begun\nnever en", false);
}

static void without_a_mark_the_whole(void **state)
{
	struct error err = { 0 };
	char *text = NULL;
	size_t length;
	bool gap;

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

	append("log", "");
	mark = mark_of("log");
	append("log", "new\n");
	assert_since("log", mark, "new\n", false);
}

static void rotated_by_number(void **state)
{
	json_t *mark;

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

	append("file", "");
	assert_int_equal(logfile_mark("file/log", &mark, &err), -ENOTDIR);
	assert_null(mark);
	assert_true(*err.remedy);
}

/* ---- a server's directory in strange hands ---- */

static void what_is_no_file_is_not_opened(void **state)
{
	static const char *const targets[] = { "pipe", "/dev/zero", "directory" };

	assert_int_equal(mkfifo("pipe", 0600), 0);
	assert_int_equal(mkdir("directory", 0700), 0);
	alarm(20); /* an opened pipe without a writer is waited on */
	for (size_t i = 0; i < ARRAY_SIZE(targets); i++) {
		struct error err = { 0 };
		json_t *mark = NULL;

		assert_int_equal(symlink(targets[i], "log"), 0);
		assert_int_equal(logfile_mark("log", &mark, &err), -EINVAL);
		assert_null(mark);
		assert_non_null(strstr(err.what, "log is no file"));
		assert_true(*err.remedy);
		unlink("log");

		/* In the place of one that was there. */
		append("log", "old\n");
		mark = mark_of("log");
		unlink("log");
		assert_int_equal(symlink(targets[i], "log"), 0);
		assert_since("log", mark, "", true);
		unlink("log");
	}
	alarm(0);
}

static void a_hole_is_passed_over(void **state)
{
	json_t *mark;

	append("log", "old\n");
	mark = mark_of("log");
	assert_int_equal(truncate("log", (off_t)64 << 30), 0);
	append("log", "new\n");
	assert_int_equal(truncate("log", (off_t)65 << 30), 0);
	alarm(20);
	{
		_cleanup_free_ char *text = NULL;
		struct error err = { 0 };
		size_t length;
		bool gap;

		must(logfile_since("log", mark, &text, &length, &gap, &err), &err);
		/* What is left of them are the blocks that the lines stand in. */
		assert_true(length < 65536);
		assert_non_null(memmem(text, length, "new\n", 4));
		assert_false(gap);
	}
	json_decref(mark);
	mark = mark_of("log");
	append("log", "newer\n");
	assert_since("log", mark, "newer\n", false);
	alarm(0);
}

static void a_flood_of_names_is_told(void **state)
{
	json_t *mark;
	struct error err = { 0 };
	char *text = NULL;
	size_t length;
	bool gap;

	append("log", "old\n");
	mark = mark_of("log");
	for (int i = 1; i <= 1100; i++) {
		_cleanup_free_ char *name = str_printf("log.%d", i);

		append(name, "x\n");
	}
	assert_int_equal(logfile_since("log", mark, &text, &length, &gap, &err), -E2BIG);
	assert_non_null(strstr(err.what, "more than 1000 files in "));
	assert_null(text);
	json_decref(mark);
}

/* fill - so many lines, each its number, from the first on. */
static void fill(const char *path, int first, int count)
{
	FILE *file = fopen(path, "a");

	assert_non_null(file);
	for (int i = first; i < first + count; i++)
		fprintf(file, "%09d\n", i);
	fclose(file);
}

static void much_is_read_in_pieces(void **state)
{
	enum { LINES = 1000000 }; /* of 10 bytes */
	json_t *mark;
	struct error err = { 0 };
	size_t length, pieces = 0, all = 0;
	bool gap;

	append("log", "old\n");
	mark = mark_of("log");
	fill("log", 0, LINES / 2);
	assert_int_equal(rename("log", "log.1"), 0);
	fill("log", LINES / 2, LINES / 2);
	{
		_cleanup_free_ char *whole = NULL;

		must(logfile_since("log", mark, &whole, &length, &gap, &err), &err);
		assert_int_equal(length, LINES * 10);
	}
	do {
		_cleanup_free_ char *text = NULL;

		must(logfile_advance("log", &mark, &text, &length, &gap, &err), &err);
		assert_true(length <= 2 * LOG_MOST);
		assert_false(gap);
		/* A piece may end within a line. */
		for (size_t i = 0; i + 20 < length; i += 10) {
			size_t at = (10 - all % 10) % 10 + i;

			assert_int_equal(strtol(text + at, NULL, 10), (all + at) / 10);
		}
		all += length;
		pieces++;
	} while (length);
	json_decref(mark);
	assert_int_equal(all, LINES * 10);
	assert_true(pieces > 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(only_what_came_later, setup, teardown),
		cmocka_unit_test_setup_teardown(a_line_being_written_is_later, setup, teardown),
		cmocka_unit_test_setup_teardown(its_end_is_waited_for, setup, teardown),
		cmocka_unit_test_setup_teardown(without_a_mark_the_whole, setup, teardown),
		cmocka_unit_test_setup_teardown(an_empty_log, setup, teardown),
		cmocka_unit_test_setup_teardown(rotated_by_number, setup, teardown),
		cmocka_unit_test_setup_teardown(rotated_by_date, setup, teardown),
		cmocka_unit_test_setup_teardown(truncated_in_place, setup, teardown),
		cmocka_unit_test_setup_teardown(deleted, setup, teardown),
		cmocka_unit_test_setup_teardown(created_later, setup, teardown),
		cmocka_unit_test_setup_teardown(a_link, setup, teardown),
		cmocka_unit_test_setup_teardown(unreadable_places, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_no_file_is_not_opened, setup, teardown),
		cmocka_unit_test_setup_teardown(a_hole_is_passed_over, setup, teardown),
		cmocka_unit_test_setup_teardown(a_flood_of_names_is_told, setup, teardown),
		cmocka_unit_test_setup_teardown(much_is_read_in_pieces, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
