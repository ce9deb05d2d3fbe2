/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How modules of others are told of; that they are found is in oracle/width.c. */
#include "steps/confining/others.h"
#include "tests/unit/unit.h"

static json_t *module(const char *name, int priority, int below, int rules, int accesses,
		      int silenced)
{
	json_t *other = json_pack("{s:s, s:i, s:i, s:i, s:i, s:i}", "name", name, "priority",
				  priority, "below", below, "rules", rules, "accesses", accesses,
				  "silenced", silenced);

	assert_non_null(other);
	return other;
}

static void assert_width(int rules, int accesses, int silenced, const char *expected)
{
	json_t *other = module("x", 400, 0, rules, accesses, silenced);
	_cleanup_free_ char *text = others_text(other);

	assert_string_equal(text, expected);
	json_decref(other);
}

static void test_text(void **state)
{
	(void)state;
	assert_width(29, 55, 0, "29 rules, 55 accesses");
	assert_width(1, 1, 0, "1 rule, 1 access");
	assert_width(0, 7, 0, "7 accesses");
	assert_width(2, 0, 3, "2 rules, 0 accesses, 3 silenced");
}

static void assert_goes(const char *name, int priority, int below, bool expected)
{
	json_t *other = module(name, priority, below, 1, 1, 0);

	assert_int_equal(others_can_go(other), expected);
	json_decref(other);
}

static void test_can_go(void **state)
{
	(void)state;
	assert_goes("MySQL_galera", 400, 0, true);
	assert_goes("MySQL_galera", 500, 0, true);
	assert_goes("mysql", 400, 100, false);
	assert_goes("galera", 400, 0, true);
	/* Ours would be under it, and disabled with it. */
	assert_goes("galera", 500, 0, false);
	assert_goes("galera", 300, 0, false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_can_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
