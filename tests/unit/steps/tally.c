/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "steps/exercising/tally.h"
#include "tests/unit/unit.h"
#include "wizard/util.h"

static const char *const domains[] = { "mysqld_t", "mysqld_safe_t", NULL };

/* A denial of a domain, at a second, by its event. */
static char *denial(const char *domain, const char *class, int second, int serial, int permissive)
{
	return str_printf("type=AVC msg=audit(%d.000:%d): avc:  denied  { read } for  pid=7 "
			  "comm=\"rsync\" name=\"x\" dev=\"sda\" ino=%d "
			  "scontext=system_u:system_r:%s:s0 tcontext=system_u:object_r:etc_t:s0 "
			  "tclass=%s permissive=%d\n",
			  second, serial, serial, domain, class, permissive);
}

static void feed_denial(struct tally *tally, const char *class, int second, int permissive)
{
	static int serial;
	_cleanup_free_ char *line = denial("mysqld_t", class, second, ++serial, permissive);

	tally_feed(tally, line, strlen(line));
}

/* ---- counting -------------------------------------------------------------------------------- */

/* However it comes: records end within what is fed. */
static void test_recorded(void **state)
{
	static const struct {
		const char *log;
		size_t denials;
	} cases[] = {
		{ "permissive/sst/audit.log", 50 },
		{ "permissive/ist/audit.log", 43 },
		{ "enforcing-audit2allow/notify/audit.log", 205 },
		{ "permissive-no-flush/notify/audit.log", 0 },
	};
	static const size_t pieces[] = { 1 << 20, 4096, 613, 97 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_free_ char *path = str_printf(CLUSTER "%s", cases[i].log);
		_cleanup_free_ char *text = NULL;
		size_t length;

		assert_int_equal(file_read(path, &text, &length, NULL), 0);
		for (size_t p = 0; p < ARRAY_SIZE(pieces); p++) {
			struct tally tally = { .domains = domains };

			for (size_t at = 0; at < length; at += pieces[p])
				tally_feed(&tally, text + at,
					   length - at < pieces[p] ? length - at : pieces[p]);
			assert_int_equal(denials_total(&tally.denials), cases[i].denials);
			assert_int_equal(!*tally.last, cases[i].denials == 0);
			tally_clear(&tally);
		}
	}
}

static void test_last(void **state)
{
	struct tally tally = { .domains = domains };
	_cleanup_free_ char *other = denial("sshd_t", "file", 100, 1, 0);
	_cleanup_free_ char *one = denial("mysqld_t", "dir", 100, 2, 0);

	(void)state;
	assert_string_equal(tally.last, "");
	tally_feed(&tally, "", 0);
	/* Another domain's is not the server's; half a record is none yet. */
	tally_feed(&tally, other, strlen(other));
	tally_feed(&tally, one, strlen(one) - 1);
	assert_int_equal(denials_total(&tally.denials), 0);
	assert_string_equal(tally.last, "");
	tally_feed(&tally, "\n", 1);
	assert_int_equal(denials_total(&tally.denials), 1);
	assert_string_equal(tally.last, "rsync: read etc_t:dir");
	/* By the name that its process has. */
	assert_int_equal(tally_of_program(&tally, "/usr/bin/rsync"), 1);
	assert_int_equal(tally_of_program(&tally, "/usr/bin/rsyncd"), 0);
	tally_clear(&tally);
}

static void test_junk(void **state)
{
	static const char nul[] = "type=AVC\0\n\0\n";
	struct tally tally = { .domains = domains };
	char *junk = memory_new(1 << 20, 1);

	(void)state;
	memset(junk, 'x', 1 << 20);
	tally_feed(&tally, junk, 1 << 20);
	tally_feed(&tally, "\nno record\n", 11);
	tally_feed(&tally, nul, sizeof(nul) - 1);
	assert_int_equal(denials_total(&tally.denials), 0);
	feed_denial(&tally, "file", 100, 0);
	assert_int_equal(denials_total(&tally.denials), 1);
	free(junk);
	tally_clear(&tally);
}

/* ---- around a failure ------------------------------------------------------------------------ */

static void expect_around(const struct tally *tally, size_t denied, size_t granted)
{
	struct failure_moment around = tally_around(tally);

	assert_int_equal(around.denied, denied);
	assert_int_equal(around.granted, granted);
}

static void test_moment(void **state)
{
	struct tally tally = { .domains = domains };

	(void)state;
	feed_denial(&tally, "file", 985, 0); /* too early */
	feed_denial(&tally, "dir", 990, 0);
	feed_denial(&tally, "sock_file", 1000, 1);
	feed_denial(&tally, "lnk_file", 1001, 0);
	feed_denial(&tally, "chr_file", 1002, 0); /* too late */
	/* Nothing has failed yet. */
	expect_around(&tally, 0, 0);
	tally_moment(&tally, 1000);
	expect_around(&tally, 2, 1);
	/* The first failure counts: what follows from it is later. */
	tally_moment(&tally, 2000);
	expect_around(&tally, 2, 1);
	/* What is logged a little later than it happened. */
	feed_denial(&tally, "fifo_file", 999, 0);
	expect_around(&tally, 3, 1);
	tally_clear(&tally);
}

/* A log whose times are not known: all counts. */
static void test_moment_unknown(void **state)
{
	struct tally tally = { .domains = domains };

	(void)state;
	feed_denial(&tally, "file", 5, 0);
	feed_denial(&tally, "dir", 1000, 1);
	tally_moment(&tally, -1);
	expect_around(&tally, 1, 1);
	tally_moment(&tally, 1000);
	expect_around(&tally, 1, 1);
	tally_clear(&tally);
}

/* The same access many times over: those that came near the failure. */
static void test_moment_repeated(void **state)
{
	struct tally tally = { .domains = domains };

	(void)state;
	for (int second = 900; second <= 1000; second += 10)
		feed_denial(&tally, "file", second, 0);
	tally_moment(&tally, 1000);
	assert_int_equal(denials_total(&tally.denials), 11);
	expect_around(&tally, 2, 0);
	tally_clear(&tally);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_recorded),       cmocka_unit_test(test_last),
		cmocka_unit_test(test_junk),           cmocka_unit_test(test_moment),
		cmocka_unit_test(test_moment_unknown), cmocka_unit_test(test_moment_repeated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
