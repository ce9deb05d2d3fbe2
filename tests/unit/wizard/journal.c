/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "small.h"

#include <signal.h>
#include <sys/resource.h>

#include "wizard/journal.h"

/* All CRCs are computed by another program. */
#define FORMAT "862b0c91 {\"event\":\"journal\",\"format\":2}\n"
#define A      " {\"event\":\"a\",\"time\":1}\n"
#define B      " {\"event\":\"b\",\"time\":2}\n"
#define C      " {\"event\":\"c\",\"time\":3}\n"

/* "a", "b", "c" as three records that follow one another; "c" right behind others. */
#define LINE_A       "11a7bef4" A
#define LINE_B       "0d14f414" B
#define LINE_C       "b6e4d1fe" C
#define C_AFTER_A    "8faa893a" C
#define C_AFTER_NONE "cfaa42e9" C /* but the format */

/* In the format before, where each stands for itself. */
#define OLD_A "6d405967" A
#define OLD_B "31f3d854" B
#define OLD_C "b34da57a" C

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
	return member_text(json_array_get(journal->records, index), "event");
}

/* One letter a line: "j" that of the format, "-" one that is not proved. */
static void has(struct journal *journal, const char *events)
{
	assert_int_equal(json_array_size(journal->records), strlen(events));
	for (size_t i = 0; events[i]; i++)
		assert_int_equal(*event_at(journal, i), events[i] == '-' ? '\0' : events[i]);
}

static void holds(const char *events)
{
	struct journal *journal = open_journal(true);

	has(journal, events);
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
	has(journal, "jabc");
	journal_close(journal);
	assert_true(small_is("journal", FORMAT LINE_A LINE_B LINE_C));
	assert_int_equal(stat(small_path("journal"), &info), 0);
	assert_int_equal(info.st_mode & 07777, 0600);
	holds("jabc");
}

static void test_time_is_added(void **state)
{
	struct journal *journal = open_journal(false);
	struct error err = { 0 };
	json_t *record;

	(void)state;
	assert_int_equal(journal_append(journal, json_pack("{ss}", "event", "x"), &err), 0);
	record = json_array_get(journal->records, 1);
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
	static const char whole[] = FORMAT LINE_A LINE_B;
	const size_t format = strlen(FORMAT), one = strlen(FORMAT LINE_A), two = strlen(whole);

	(void)state;
	for (size_t length = 0; length <= two; length++) {
		char text[sizeof(whole)] = "";
		struct journal *journal;

		memcpy(text, whole, length);
		small_put("journal", text);
		journal = open_journal(true);
		assert_int_equal(journal->torn,
				 length != 0 && length != format && length != one && length != two);
		journal_close(journal);
		assert_true(small_is("journal", text)); /* reading changes nothing */
		journal = open_journal(false);
		append(journal, "c", 3);
		journal_close(journal);
		assert_true(small_is("journal", length == two   ? FORMAT LINE_A LINE_B LINE_C
						: length >= one ? FORMAT LINE_A C_AFTER_A
								: FORMAT C_AFTER_NONE));
	}
}

/* The torn line was longer than the one that takes its place. */
static void test_long_torn_line(void **state)
{
	struct journal *journal;

	(void)state;
	small_put("journal",
		  FORMAT LINE_A "31f3d854 {\"event\":\"a very, very long one, cut off he");
	journal = open_journal(false);
	append(journal, "c", 3);
	journal_close(journal);
	assert_true(small_is("journal", FORMAT LINE_A C_AFTER_A));
}

/* What a power cut leaves of a file whose length was written before its bytes. */
static void test_zeros_at_the_end(void **state)
{
	static const char zeros[] = FORMAT LINE_A "\0\0\0\0\0\0\0\0";
	struct error err = { 0 };

	(void)state;
	assert_int_equal(file_write(small_path("journal"), zeros, sizeof(zeros), 0600, &err), 0);
	holds("ja");
}

/* Altered, removed, inserted, exchanged: what is proved by the digits before it is still given. */
static void test_damage_is_an_error(void **state)
{
	static const struct {
		const char *text, *proved;
		int line;
	} cases[] = {
		/* the text, the digits, all of a line */
		{ FORMAT LINE_A "0d14f414 {\"event\":\"B\",\"time\":2}\n" LINE_C, "ja-c", 3 },
		{ FORMAT LINE_A "0d14f415" B LINE_C, "ja--", 3 },
		{ FORMAT LINE_A "0D14F414" B LINE_C, "ja--", 3 },
		{ FORMAT LINE_A "\n" LINE_C, "ja--", 3 },
		{ FORMAT LINE_A "x\n" LINE_C, "ja--", 3 },
		{ FORMAT LINE_A "0d14f414 {\"event\":\"b\",\"time\":2\n" LINE_C, "ja-c", 3 },
		/* the last line, which no crash has written so */
		{ FORMAT LINE_A "0d14f414 {\"event\":\"B\",\"time\":2}\n", "ja-", 3 },
		{ FORMAT LINE_A LINE_C, "ja-", 3 },
		/* removed, twice, exchanged */
		{ FORMAT LINE_B LINE_C, "j-c", 2 },
		{ FORMAT LINE_A LINE_B LINE_B LINE_C, "jab-c", 4 },
		{ FORMAT LINE_B LINE_A LINE_C, "j---", 2 },
		/* the first */
		{ LINE_A LINE_B LINE_C, "-bc", 1 },
		{ "862b0c91 {\"event\":\"journal\",\"format\":4}\n" LINE_A LINE_B, "-ab", 1 },
		{ FORMAT FORMAT LINE_A, "j-a", 2 },
		{ FORMAT LINE_A "c83be329 {\"event\":\"journal\",\"format\":2}\n", "ja-", 3 },
		{ "ad065f52 {\"event\":\"journal\",\"format\":1}\n" OLD_A, "-a", 1 },
		{ "82ecb567 {\"event\":\"journal\",\"format\":\"2\"}\n" OLD_A, "-a", 1 },
		/* of the format before */
		{ OLD_A "31f3d854 {\"event\":\"B\",\"time\":2}\n" OLD_C, "a-c", 2 },
		{ OLD_A "31f3d855" B OLD_C, "a-c", 2 },
		{ OLD_A FORMAT OLD_B, "aj-", 3 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_free_ char *line = str_printf("journal: line %d ", cases[i].line);
		struct journal *journal = NULL;
		struct error err = { 0 };

		small_put("journal", cases[i].text);
		assert_int_equal(journal_open(&journal, small_path("journal"), i % 2, &err),
				 -EBADMSG);
		if (!small_has(err.what, line))
			fail_msg("%zu: %s", i, err.what);
		assert_true(*err.remedy);
		assert_true(journal->damaged);
		has(journal, cases[i].proved);
		assert_int_equal(journal_append(journal, json_object(), &err), -EROFS);
		journal_close(journal);
		assert_true(small_is("journal", cases[i].text));
	}
}

/* The sum is right, and it is still no record. */
static void test_line_that_is_no_object(void **state)
{
	static const char *const texts[] = { FORMAT "7f01d067 [1]\n", "4c2f32b8 [1]\n" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct journal *journal = NULL;
		struct error err = { 0 };

		small_put("journal", texts[i]);
		assert_int_equal(journal_open(&journal, small_path("journal"), true, &err),
				 -EBADMSG);
		assert_true(small_has(err.what, "holds no record"));
		journal_close(journal);
	}
}

static void test_format_before_is_gone_on_with(void **state)
{
	struct journal *journal;

	(void)state;
	small_put("journal", OLD_A OLD_B);
	holds("ab");
	journal = open_journal(false);
	append(journal, "c", 3);
	journal_close(journal);
	assert_true(small_is("journal", OLD_A OLD_B FORMAT C_AFTER_NONE));
	holds("abjc");
}

/* Whatever its lines are like. */
static void test_newer_format_is_refused(void **state)
{
	static const char newer[] = "9f303dd0 {\"event\":\"journal\",\"format\":3}\n"
				    "what comes then\n";
	struct journal *journal = NULL;
	struct error err = { 0 };

	(void)state;
	small_put("journal", newer);
	assert_int_equal(journal_open(&journal, small_path("journal"), false, &err), -ENOTSUP);
	assert_true(small_has(err.what, "of format 3, and this version of the program knows"));
	assert_true(small_has(err.remedy, "newer version"));
	assert_null(journal);
	assert_true(small_is("journal", newer));
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
	small.rlim_cur = strlen(FORMAT LINE_A) + 10;
	setrlimit(RLIMIT_FSIZE, &small);
	r = journal_append(journal, json_pack("{ss}", "event", "long"), &err);
	setrlimit(RLIMIT_FSIZE, &limit);
	if (r != -EFBIG || json_array_size(journal->records) != 2 ||
	    !small_has(err.what, "as it was before") || !small_has(err.remedy, "free some space") ||
	    !small_is("journal", FORMAT LINE_A))
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
	assert_true(small_is("journal", FORMAT LINE_A LINE_B));
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
	assert_string_equal(event_at(journal, 1), text);
	assert_string_equal(event_at(journal, 2), "z");
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
		TEST(zeros_at_the_end),
		TEST(damage_is_an_error),
		TEST(line_that_is_no_object),
		TEST(format_before_is_gone_on_with),
		TEST(newer_format_is_refused),
		TEST(full_disk),
		TEST(opening_errors),
		TEST(text_of_all_kinds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
