/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "steps/host/journald.h"
#include "steps/host/logfile.h"
#include "tests/unit/unit.h"
#include "wizard/util.h"

static const char *const units[] = { "mariadb", "mysql.service", NULL };
static char *directory, *before, *after, *empty;

static int setup(void **state)
{
	_cleanup_free_ char *unpack = NULL;

	directory = scratch_directory();
	before = str_printf("%s/before", directory);
	after = str_printf("%s/after", directory);
	empty = str_printf("%s/empty", directory);
	unpack = str_printf("tar -C '%s' -xzf tests/fixtures/host/journal.tar.gz", directory);
	return mkdir(empty, 0755) || system(unpack);
}

static int teardown(void **state)
{
	scratch_remove(directory);
	free(before);
	free(after);
	free(empty);
	return 0;
}

static json_t *mark_of(const char *journal)
{
	struct error err = { 0 };
	json_t *mark = NULL;

	must(journald_mark(journal, &mark, &err), &err);
	return mark;
}

static int read_since(const char *journal, const char *const *of, const json_t *mark, char **text,
		      size_t *length, bool *gap, struct error *err)
{
	struct journald *opened = NULL;
	int r = journald_open(&opened, journal, of, mark, err);

	if (r == 0)
		r = journald_read(opened, text, length, gap, err);
	journald_close(opened);
	return r;
}

/* assert_since - takes the mark. */
static void assert_since(const char *journal, const char *const *of, json_t *mark,
			 const char *expected, bool expected_gap)
{
	_cleanup_free_ char *text = NULL;
	struct error err = { 0 };
	size_t length = 99;
	bool gap = !expected_gap;

	must(read_since(journal, of, mark, &text, &length, &gap, &err), &err);
	json_decref(mark);
	assert_string_equal(text, expected);
	assert_int_equal(length, strlen(expected));
	assert_int_equal(gap, expected_gap);
}

static void only_the_units_and_only_later(void **state)
{
	assert_since(after, units, mark_of(before), "WSREP: SST complete\nWSREP: Synced\n", false);
	assert_since(after, units, mark_of(after), "", false);
	assert_since(before, units, mark_of(before), "", false);
}

static void the_marked_entry_is_not_later(void **state)
{
	static const char *const marked[] = { "mariadb@node2", "mysql", NULL };

	assert_since(after, marked, mark_of(before), "WSREP: Synced\n", false);
}

static void without_a_mark_the_whole(void **state)
{
	const char *whole = "old\nWSREP: SST complete\nWSREP: Synced\n";

	assert_since(after, units, NULL, whole, false);
	assert_since(after, units, json_null(), whole, false);
}

static void a_journal_without_entries(void **state)
{
	json_t *mark = mark_of(empty);

	assert_since(empty, units, json_incref(mark), "", false);
	/* All that it holds later is later. */
	assert_since(after, units, mark, "old\nWSREP: SST complete\nWSREP: Synced\n", false);
}

static void a_mark_that_was_dropped(void **state)
{
	json_t *mark = mark_of(after);

	/* The marked entry is not in this journal: it lost its end. */
	assert_since(before, units, mark, "", true);
	assert_since(empty, units, mark_of(after), "", true);
}

/* As a server in strange hands may write: in pieces, and of one message its beginning. */
static void much_is_read_in_pieces(void **state)
{
	_cleanup_free_ char *unpack =
		str_printf("tar -C '%s' -xzf tests/fixtures/host/journal-much.tar.gz", directory);
	_cleanup_free_ char *much = str_printf("%s/much", directory), *all = NULL;
	struct journald *opened = NULL;
	struct error err = { 0 };
	size_t length, pieces = 0;
	FILE *out = stream_open(&all, NULL);

	assert_int_equal(system(unpack), 0);
	must(journald_open(&opened, much, units, NULL, &err), &err);
	do {
		_cleanup_free_ char *text = NULL;
		bool gap;

		must(journald_read(opened, &text, &length, &gap, &err), &err);
		assert_true(length < LOG_MOST + 65536);
		assert_false(gap);
		fwrite(text, 1, length, out);
		pieces++;
	} while (length);
	journald_close(opened);
	stream_close(&out);
	assert_int_equal(pieces, 4);
	/* One of 300 000 bytes, sixty of 40 004, and the last. */
	assert_int_equal(strcspn(all, "\n"), (64 << 10));
	for (int i = 1; i <= 60; i++) {
		_cleanup_free_ char *begin = str_printf("\n%03d x", i);

		assert_non_null(strstr(all, begin));
	}
	assert_non_null(strstr(all, "x\nlast\n"));
}

static void errors_have_a_remedy(void **state)
{
	_cleanup_free_ char *missing = str_printf("%s/missing", directory);
	json_t *wrong = json_pack("{s:s}", "cursor", "no cursor"), *mark = NULL;
	struct error err = { 0 };
	char *text = NULL;
	size_t length;
	bool gap;

	assert_int_equal(journald_mark(missing, &mark, &err), -ENOENT);
	assert_null(mark);
	assert_true(*err.remedy);
	assert_true(read_since(after, units, wrong, &text, &length, &gap, &err) < 0);
	assert_null(text);
	json_decref(wrong);
}

static void the_journal_of_this_machine(void **state)
{
	struct error err = { 0 };
	json_t *mark = NULL;

	if (journald_mark(NULL, &mark, &err) < 0) {
		print_message("no journal here: %s\n", err.what);
		skip();
	}
	json_decref(mark);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_units_and_only_later),
		cmocka_unit_test(the_marked_entry_is_not_later),
		cmocka_unit_test(without_a_mark_the_whole),
		cmocka_unit_test(a_journal_without_entries),
		cmocka_unit_test(a_mark_that_was_dropped),
		cmocka_unit_test(much_is_read_in_pieces),
		cmocka_unit_test(errors_have_a_remedy),
		cmocka_unit_test(the_journal_of_this_machine),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
