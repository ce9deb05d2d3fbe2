/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "steps/galera/known.h"
#include "tests/unit/unit.h"
#include "wizard/util.h"

/* One space between two words, none at the ends. */
static void check_words(const char *words)
{
	if (!words)
		return;
	assert_int_not_equal(words[0], '\0');
	assert_int_not_equal(words[0], ' ');
	assert_int_not_equal(words[strlen(words) - 1], ' ');
	assert_null(strstr(words, "  "));
}

static void test_rows_are_well_made(void **state)
{
	const struct known_denial *row = galera_known_denials;

	for (; row->why; row++) {
		check_words(row->target);
		check_words(row->tclass);
		check_words(row->permissions);
		check_words(row->comm);
		check_words(row->exe);
		check_words(row->path);
		assert_int_equal(row->why[strlen(row->why) - 1], '.');
		assert_null(strpbrk(row->why, "\n\t"));
		assert_uint_in_range(row->severity, 0, 10);
		assert_true(row->fix == FIX_DONTAUDIT || row->fix == FIX_REFUSE ||
			    row->fix == FIX_ALLOW || row->fix == FIX_LABEL ||
			    row->fix == FIX_DOMAIN);
		assert_true(!row->widen || row->fix == FIX_DONTAUDIT);
		/* A row that takes everything would hide those after it. */
		assert_true(row->target || row->tclass || row->fix == FIX_DOMAIN);
	}
	assert_true(row - galera_known_denials > 20);
}

/* A process calls itself what it likes: what is silenced for a program's sake is for its file. */
static void test_silence_needs_the_program(void **state)
{
	for (const struct known_denial *row = galera_known_denials; row->why; row++) {
		if (row->fix == FIX_DONTAUDIT && row->comm)
			assert_non_null(row->exe);
		assert_true(!row->without || row->fix == FIX_ALLOW);
		/* No row silences what is refused everywhere. */
		assert_false(row->fix == FIX_DONTAUDIT && row->permissions &&
			     strstr(row->permissions, "ptrace"));
	}
}

/* An allow rule is the last resort: it must name what it is for, and be no more than it says. */
static void test_allow_is_narrow(void **state)
{
	for (const struct known_denial *row = galera_known_denials; row->why; row++) {
		if (row->fix != FIX_ALLOW)
			continue;
		assert_non_null(row->target);
		assert_null(strpbrk(row->target, "@*"));
		assert_non_null(row->tclass);
		assert_non_null(row->permissions);
		assert_uint_in_range(row->severity, 0, 4);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows_are_well_made),
		cmocka_unit_test(test_silence_needs_the_program),
		cmocka_unit_test(test_allow_is_narrow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
