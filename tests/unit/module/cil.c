/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "steps/module/text.h"
#include "tests/unit/store/scratch.h"
#include "wizard/util.h"

/* Data made by hand: the structures own their strings, these tests lend them literals. */
#pragma GCC diagnostic ignored "-Wdiscarded-qualifiers"

static const struct module_header header = { .name = "galera",
					     .version = "1.0",
					     .comment = "Made for db3." };
static char *run_rsync[] = { "execute", "open" }, *look[] = { "getattr" };
static struct rule items[] = {
	{ .kind = RULE_ALLOW,
	  .source = "mysqld_t",
	  .target = "rsync_exec_t",
	  .tclass = "file",
	  .permissions = { run_rsync, 2 },
	  .comment = "Runs rsync.\nSeen 2 times" },
	{ .kind = RULE_DONTAUDIT,
	  .source = "mysqld_t",
	  .target = "domain",
	  .tclass = "dir",
	  .target_is_attribute = true,
	  .permissions = { look, 1 } },
};
static struct rules rules = { .items = items, .count = 2 };

static void test_bytes(void **state)
{
	_cleanup_free_ char *text = NULL;

	assert_int_equal(cil_text(&header, &rules, &text, NULL), 0);
	assert_string_equal(text, "; Made for db3.\n"
				  "; module galera 1.0\n"
				  "\n"
				  "; Runs rsync.\n"
				  "; Seen 2 times\n"
				  "(optional galera_allow_mysqld_t_rsync_exec_t_file\n"
				  "\t(allow mysqld_t rsync_exec_t (file (execute open))))\n"
				  "\n"
				  "(optional galera_dontaudit_mysqld_t_domain_dir\n"
				  "\t(dontaudit mysqld_t domain (dir (getattr))))\n");
}

/* What was written is read back; what others have written is refused, not misread. */
static void test_read_back(void **state)
{
	static const char *const bad[] = { "(allow a b (file (", "(allow a (b) (file (read)))",
					   "(allow a b (file ()))", "(allow a" };
	_cleanup_free_ char *text = NULL;
	struct rules back = { 0 };

	items[0].comment = "Looks (allow x y (file (read))) ; \" bad";
	assert_int_equal(cil_text(&header, &rules, &text, NULL), 0);
	items[0].comment = "Runs rsync.\nSeen 2 times";
	assert_int_equal(cil_rules(text, &back, NULL), 0);
	assert_int_equal(back.count, 2);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(back.items[i].kind, items[i].kind);
		assert_string_equal(back.items[i].source, items[i].source);
		assert_string_equal(back.items[i].target, items[i].target);
		assert_string_equal(back.items[i].tclass, items[i].tclass);
		assert_int_equal(back.items[i].permissions.count, items[i].permissions.count);
		for (size_t j = 0; j < items[i].permissions.count; j++)
			assert_string_equal(back.items[i].permissions.items[j],
					    items[i].permissions.items[j]);
	}
	rules_clear(&back);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct error err = { 0 };

		assert_int_equal(cil_rules(bad[i], &back, &err), -EINVAL);
		rules_clear(&back);
	}
}

static void test_block_names_are_stable(void **state)
{
	_cleanup_free_ char *whole = NULL, *less = NULL;
	struct rules second = { .items = &items[1], .count = 1 };

	assert_int_equal(cil_text(&header, &rules, &whole, NULL), 0);
	assert_int_equal(cil_text(&header, &second, &less, NULL), 0);
	assert_string_equal(strstr(whole, "(optional galera_dont"),
			    strstr(less, "(optional galera_dont"));
}

static void test_empty(void **state)
{
	_cleanup_free_ char *text = NULL;
	struct module_header bare = { .name = "galera", .version = "1.0" };
	struct rules none = { 0 };

	assert_int_equal(cil_text(&bare, &none, &text, NULL), 0);
	assert_string_equal(text, "; module galera 1.0\n");
}

static void test_bad_name(void **state)
{
	_cleanup_free_ char *text = NULL;
	struct error err = { 0 };
	char *kept = items[1].tclass;

	items[1].tclass = "dir)";
	assert_int_equal(cil_text(&header, &rules, &text, &err), -EINVAL);
	assert_null(text);
	assert_int_not_equal(err.remedy[0], 0);
	items[1].tclass = kept;
}

/* Its rules do what they say in a real policy, and one for a type or permission that the policy
 * does not have (any more) takes nothing else with it. */
static void check_compiled(const struct store_cil *modules, size_t count)
{
	char *no_permission[] = { "fly" };
	struct rule more[] = {
		items[0],
		{ .kind = RULE_ALLOW,
		  .source = "mysqld_t",
		  .target = "gone_t",
		  .tclass = "file",
		  .permissions = { run_rsync, 2 } },
		{ .kind = RULE_ALLOW,
		  .source = "mysqld_t",
		  .target = "shadow_t",
		  .tclass = "file",
		  .permissions = { no_permission, 1 } },
		items[1],
	};
	struct rules all = { .items = more, .count = ARRAY_SIZE(more) };
	_cleanup_free_ char *text = NULL;
	struct oracle *oracle = NULL;
	struct judgement judgement;
	struct error err = { 0 };

	assert_int_equal(cil_text(&header, &all, &text, NULL), 0);
	must(oracle_compile(&oracle, modules, count, "galera", text, NULL, &err), &err);
	assert_int_equal(oracle_judge(oracle, "mysqld_t", "rsync_exec_t", "file", "execute",
				      &judgement, NULL),
			 0);
	assert_int_equal(judgement.verdict, VERDICT_ALLOWED);
	assert_int_equal(
		oracle_judge(oracle, "mysqld_t", "getty_t", "dir", "getattr", &judgement, NULL), 0);
	assert_int_equal(judgement.verdict, VERDICT_NO_RULE);
	assert_true(judgement.dontaudit);
	oracle_close(oracle);
}

static void test_compiles(void **state)
{
	struct module_header bare = { .name = "galera", .version = "1.0" };
	_cleanup_free_ char *empty = NULL;
	struct store_cil *modules = NULL;
	struct oracle *oracle = NULL;
	struct rules none = { 0 };
	struct error err = { 0 };
	size_t count = 0;

	scratch_store_open();
	must(store_all_modules(store, NULL, &modules, &count, &err), &err);
	check_compiled(modules, count);
	assert_int_equal(cil_text(&bare, &none, &empty, NULL), 0);
	must(oracle_compile(&oracle, modules, count, "galera", empty, NULL, &err), &err);
	oracle_close(oracle);
	store_cils_free(modules, count);
	scratch_store_close();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes),    cmocka_unit_test(test_block_names_are_stable),
		cmocka_unit_test(test_empty),    cmocka_unit_test(test_bad_name),
		cmocka_unit_test(test_compiles), cmocka_unit_test(test_read_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
