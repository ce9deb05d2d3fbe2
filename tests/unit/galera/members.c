/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "steps/galera/config.h"
#include "tests/unit/unit.h"
#include "wizard/strings.h"
#include "wizard/util.h"

static void test_members(void **state)
{
	static const struct {
		const char *address, *expected;
	} cases[] = {
		{ NULL, "" },
		{ "", "" },
		{ "gcomm://", "" },
		{ "gcomm://10.0.0.1", "10.0.0.1" },
		{ "gcomm://db1,db2.example.org:4567 , db1:5567", "db1 db2.example.org" },
		{ "gcomm://[fd00::1]:4567,[fd00::2],fd00::3", "fd00::1 fd00::2 fd00::3" },
		{ "gcomm://10.0.0.1:4567,10.0.0.2?gmcast.segment=0,1", "10.0.0.1 10.0.0.2" },
		{ "dummy://db1,,", "db1" },
		{ "db1,db2", "db1 db2" },
		{ "gcomm://[fd00::1", "fd00::1" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct galera_option option = { (char *)"wsrep_cluster_address",
						(char *)cases[i].address };
		struct galera_config config = { .options = &option, .option_count = 1 };
		_cleanup_(strings_clear) struct strings hosts = { 0 };
		_cleanup_free_ char *joined = NULL;

		galera_members(&config, &hosts);
		joined = strings_join(&hosts, " ");
		assert_string_equal(joined, cases[i].expected);
	}
}

static void test_own(void **state)
{
	struct galera_option option = { (char *)"wsrep_node_address",
					(char *)"tcp://[fd00::1]:5567" };
	struct galera_config config = { .options = &option, .option_count = 1 };
	_cleanup_free_ char *own = galera_own_address(&config);

	assert_string_equal(own, "fd00::1");
	option.value = NULL;
	assert_null(galera_own_address(&config));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_members),
		cmocka_unit_test(test_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
