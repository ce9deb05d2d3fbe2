/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "steps/exercising/donors.h"
#include "tests/unit/unit.h"
#include "wizard/util.h"

static void test_same(void **state)
{
	static const struct {
		const char *one, *other;
		bool same;
	} cases[] = {
		{ "db1", "db1", true },
		{ "db1", "DB1", true },
		{ "db1", "db1.example.com", true },
		{ "db1.here", "db1.example.com", true },
		{ "db1", "db11", false },
		{ "db1", "db2", false },
		{ "db", "db1.example.com", false },
		/* A name that is not known is nobody's. */
		{ "", "", false },
		{ "", "db1", false },
		{ ".example.com", ".example.com", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(donors_same(cases[i].one, cases[i].other), cases[i].same);
		assert_int_equal(donors_same(cases[i].other, cases[i].one), cases[i].same);
	}
}

static void test_find(void **state)
{
	char unnamed[] = "", db2[] = "db2.example.com";
	struct given_node nodes[] = { { .name = unnamed }, { .name = db2, .denials = 7 } };
	const struct given_nodes given = { nodes, ARRAY_SIZE(nodes) };

	(void)state;
	assert_ptr_equal(donors_find(&given, "DB2"), &nodes[1]);
	assert_null(donors_find(&given, "db1"));
	assert_null(donors_find(&given, ""));
	assert_null(donors_find(&(struct given_nodes){ 0 }, "db2"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same),
		cmocka_unit_test(test_find),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
