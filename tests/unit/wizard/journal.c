/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "small.h"

#include <signal.h>
#include <sys/resource.h>

#include "wizard/journal.h"

/* "a", "b", "c" as three records, with CRCs computed by another program. */
#define LINE_A "6d405967 {\"event\":\"a\",\"time\":1}\n"
#define LINE_B "31f3d854 {\"event\":\"b\",\"time\":2}\n"
#define LINE_C "b34da57a {\"event\":\"c\",\"time\":3}\n"

static struct journal *open_journal(bool read_only)
{
	struct journal *journal = NULL;
	struct error err = { 0 };

	if (journal_open(&journal, small_path("journal"), read_only, &err) != 0)
		fail_msg("%s", err.what);
	return journal;
}

static void append(struct journal *journal, const char *event, int time)
{
	struct error err = { 0 };

	assert_int_equal(
		journal_append(journal, json_pack("{ss si}", "event", event, "time", time), &err),
		0);
}

static const char *event_at(struct journal *journal, size_t index)
{
	return json_string_value(
		json_object_get(json_array_get(journal->records, index), "event"));
}

static void holds(const char *events)
{
	struct journal *journal = open_journal(true);

	assert_int_equal(json_array_size(journal->records), strlen(events));
	for (size_t i = 0; events[i]; i++)
		assert_int_equal(*event_at(journal, i), events[i]);
	journal_close(journal);
}

static void test_format_is_as_documented(void **state)
{
	struct journal *journal = open_journal(false);
	struct stat info;

	(void)state;
	append(journal, "a", 1);
	append(journal, "b", 2);
	append(journal, "c", 3);
	assert_int_equal(json_array_size(journal->records), 3);
	journal_close(journal);
	assert_true(small_is("journal", LINE_A LINE_B LINE_C));
	assert_int_equal(stat(small_path("journal"), &info), 0);
	assert_int_equal(info.st_mode & 07777, 0600);
	holds("abc");
}

static void test_time_is_added(void **state)
{
	struct journal *journal = open_journal(false);
	struct error err = { 0 };
	json_t *record;

	(void)state;
	assert_int_equal(journal_append(journal, json_pack("{ss}", "event", "x"), &err), 0);
	record = json_array_get(journal->records, 0);
	assert_true(json_integer_value(json_object_get(record, "time")) > 1600000000);
	journal_close(journal);
}

static void test_missing_file(void **state)
{
	struct journal *journal = open_journal(true);
	struct error err = { 0 };

	(void)state;
	assert_int_equal(json_array_size(journal->records), 0);
	assert_false(journal->torn);
	assert_int_equal(journal_append(journal, json_object(), &err), -EROFS);
	journal_close(journal);
	assert_true(small_is("journal", "absent"));
	journal_close(NULL);
}

/* Cut off at every length, and appended to: the whole lines stay, and one is added. */
static void test_torn_at_every_byte(void **state)
{
	static const char whole[] = LINE_A LINE_B;

	(void)state;
	for (size_t length = 0; length < sizeof(whole); length++) {
		bool one = length >= strlen(LINE_A), two = length == strlen(whole);
		char text[sizeof(whole)] = "";
		struct journal *journal;

		memcpy(text, whole, length);
		small_put("journal", text);
		journal = open_journal(true);
		assert_int_equal(journal->torn,
				 length != 0 && length != strlen(LINE_A) && !two);
		journal_close(journal);
		assert_true(small_is("journal", text)); /* reading changes nothing */
		journal = open_journal(false);
		append(journal, "c", 3);
		journal_close(journal);
		assert_true(small_is("journal", two   ? LINE_A LINE_B LINE_C
						: one ? LINE_A LINE_C
						      : LINE_C));
	}
}

/* The torn line was longer than the one that takes its place. */
static void test_long_torn_line(void **state)
{
	struct journal *journal;

	(void)state;
	small_put("journal", LINE_A "31f3d854 {\"event\":\"a very, very long one, cut off he");
	journal = open_journal(false);
	append(journal, "c", 3);
	journal_close(journal);
	assert_true(small_is("journal", LINE_A LINE_C));
}

static void test_last_line_damaged(void **state)
{
	struct journal *journal;

	(void)state;
	small_put("journal", LINE_A "31f3d854 {\"event\":\"B\",\"time\":2}\n");
	journal = open_journal(false);
	assert_true(journal->torn);
	append(journal, "c", 3);
	journal_close(journal);
	assert_true(small_is("journal", LINE_A LINE_C));
}

/* What a power cut leaves of a file whose length was written before its bytes. */
static void test_zeros_at_the_end(void **state)
{
	static const char zeros[] = LINE_A "\0\0\0\0\0\0\0\0";
	struct error err = { 0 };

	(void)state;
	assert_int_equal(file_write(small_path("journal"), zeros, sizeof(zeros), 0600, &err), 0);
	holds("a");
}

static void test_damage_elsewhere_is_an_error(void **state)
{
	static const char *const texts[] = {
		LINE_A "31f3d854 {\"event\":\"B\",\"time\":2}\n" LINE_C,
		LINE_A "31f3d855 {\"event\":\"b\",\"time\":2}\n" LINE_C,
		LINE_A "\n" LINE_C,
		LINE_A "x\n" LINE_C,
		LINE_A "31F3D854 {\"event\":\"b\",\"time\":2}\n" LINE_C,
	};
	struct journal *journal = NULL;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct error err = { 0 };

		small_put("journal", texts[i]);
		assert_int_equal(journal_open(&journal, small_path("journal"), i % 2, &err),
				 -EBADMSG);
		assert_true(small_has(err.what, "journal: line 2 is damaged"));
		assert_true(*err.remedy);
		assert_true(small_is("journal", texts[i]));
	}
}

/* The sum is right, and it is still no record. */
static void test_line_that_is_no_object(void **state)
{
	struct journal *journal = NULL;
	struct error err = { 0 };

	(void)state;
	small_put("journal", "4c2f32b8 [1]\n");
	assert_int_equal(journal_open(&journal, small_path("journal"), true, &err), -EBADMSG);
	assert_true(small_has(err.what, "line 1 holds no record"));
}

/* A full disk: the file is as before, and so is the memory; later there is room again. */
static int fill_up(void *data)
{
	struct journal *journal = open_journal(false);
	struct rlimit limit, small;
	struct error err = { 0 };
	int r;

	(void)data;
	signal(SIGXFSZ, SIG_IGN);
	append(journal, "a", 1);
	getrlimit(RLIMIT_FSIZE, &limit);
	small = limit;
	small.rlim_cur = strlen(LINE_A) + 10;
	setrlimit(RLIMIT_FSIZE, &small);
	r = journal_append(journal, json_pack("{ss}", "event", "long"), &err);
	setrlimit(RLIMIT_FSIZE, &limit);
	if (r != -EFBIG || json_array_size(journal->records) != 1 ||
	    !small_has(err.what, "as it was before") || !small_has(err.remedy, "free some space") ||
	    !small_is("journal", LINE_A))
		return 1;
	append(journal, "b", 2);
	journal_close(journal);
	return 0;
}

static void test_full_disk(void **state)
{
	small_result_auto result = small_child(fill_up, NULL);

	(void)state;
	if (result.status)
		fail_msg("%s", result.err);
	assert_true(small_is("journal", LINE_A LINE_B));
}

static void test_opening_errors(void **state)
{
	struct journal *journal = NULL;
	struct error err = { 0 };

	(void)state;
	assert_int_equal(journal_open(&journal, small_path("none/journal"), false, &err), -ENOENT);
	assert_int_equal(symlink("one", small_path("journal")), 0);
	assert_int_equal(journal_open(&journal, small_path("journal"), false, &err), -ELOOP);
	assert_true(small_is("one", "old one"));
	assert_null(journal);
}

static void test_text_of_all_kinds(void **state)
{
	static const char text[] = "line\nbreak \"quote\" \xc3\xa9 \x01\x7f \\";
	struct journal *journal = open_journal(false);
	struct error err = { 0 };

	(void)state;
	assert_int_equal(journal_append(journal, json_pack("{ss}", "event", text), &err), 0);
	append(journal, "z", 1);
	journal_close(journal);
	journal = open_journal(true);
	assert_string_equal(event_at(journal, 0), text);
	assert_string_equal(event_at(journal, 1), "z");
	journal_close(journal);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, small_set_up, small_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(format_is_as_documented),
		TEST(time_is_added),
		TEST(missing_file),
		TEST(torn_at_every_byte),
		TEST(long_torn_line),
		TEST(last_line_damaged),
		TEST(zeros_at_the_end),
		TEST(damage_elsewhere_is_an_error),
		TEST(line_that_is_no_object),
		TEST(full_disk),
		TEST(opening_errors),
		TEST(text_of_all_kinds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
