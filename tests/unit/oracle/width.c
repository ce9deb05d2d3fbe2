/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Modules of others in a real store: which are found, how wide they are, disabling them. */
#include <errno.h>

#include "steps/oracle/width.h"
#include "tests/unit/store/scratch.h"

static const char *const domains[] = { "mysqld_t", "mysqld_safe_t", NULL };

/* One after another needs what the one behind it defines. */
static const struct {
	const char *name, *text;
} installed[] = {
	{ "galera", "(allow mysqld_t boot_t (file (read)))" },
	{ "needs",
	  "(allow mysqld_t needed_t (file (read)))(allow mysqld_t boot_t (file (write)))" },
	{ "needed", "(type needed_t)(roletype object_r needed_t)"
		    "(allow mysqld_t needed_t (dir (search)))" },
	{ "permissive_mysqld_t", "(typepermissive mysqld_t)\n" },
	{ "permissive_x", "(typepermissive httpd_t)(allow mysqld_t boot_t (file (append)))" },
	{ "quiet", "(dontaudit mysqld_t boot_t (file (read ioctl)))" },
	{ "twin_a", "(allow mysqld_t boot_t (file (read getattr)))" },
	{ "twin_b", "(allow mysqld_safe_t boot_t (file (read)))"
		    "(allow mysqld_t boot_t (file (read getattr)))" },
	{ "by_attribute", "(typeattributeset can_read_shadow_passwords (mysqld_t))"
			  "(allow can_read_shadow_passwords boot_t (file (lock)))" },
	{ "unrelated", "(type unrelated_t)(roletype system_r unrelated_t)"
		       "(typeattributeset domain (unrelated_t))"
		       "(allow unrelated_t self (process (fork)))" },
	{ "there_already", "(allow mysqld_t self (process (fork)))" },
};

static int setup(void **state)
{
	_cleanup_free_ char *mysql = NULL, *wider = NULL;
	struct store_cil *modules;
	struct error err = { 0 };
	size_t count;

	scratch_store_open();
	must(store_all_modules(store, NULL, &modules, &count, &err), &err);
	for (size_t i = 0; i < count; i++)
		if (!strcmp(modules[i].name, "mysql"))
			wider = str_printf("%s\n(allow mysqld_t boot_t (file (read)))\n",
					   modules[i].text);
	store_cils_free(modules, count);
	assert_non_null(wider);
	must(store_begin(store, &err), &err);
	for (size_t i = 0; i < ARRAY_SIZE(installed); i++)
		must(store_module_install(store, installed[i].name, STORE_PRIORITY,
					  installed[i].text, &err),
		     &err);
	must(store_module_install(store, "mysql", 300, wider, &err), &err);
	must(store_module_install(store, "product", 200, "(allow mysqld_t boot_t (file (map)))",
				  &err),
	     &err);
	must(store_commit(store, &err), &err);
	return 0;
}

static int teardown(void **state)
{
	scratch_store_close();
	return 0;
}

static size_t announced;

static void begin(size_t count)
{
	announced = count;
}

static void find(const char *ours, struct widths *widths)
{
	_cleanup_free_ char *path = NULL;
	struct oracle *policy;
	struct error err = { 0 };

	must(store_kernel_policy(store, &path, &err), &err);
	must(oracle_open(&policy, path, &err), &err);
	must(widths_find(store, policy, domains, ours, begin, widths, &err), &err);
	oracle_close(policy);
}

static const struct width *found(const struct widths *widths, const char *name)
{
	for (size_t i = 0; i < widths->count; i++)
		if (!strcmp(widths->items[i].name, name))
			return &widths->items[i];
	return NULL;
}

static void assert_listed(const char *name, bool expected)
{
	struct store_module *modules;
	struct error err = { 0 };
	bool listed = false;
	size_t count;

	must(store_other_modules(store, &modules, &count, &err), &err);
	for (size_t i = 0; i < count; i++)
		listed = listed || !strcmp(modules[i].name, name);
	assert_int_equal(listed, expected);
	store_modules_free(modules, count);
}

static void test_found(void **state)
{
	static const struct width expected[] = {
		{ (char *)"needs", 400, 0, 2, 2, 0, true },
		{ (char *)"needed", 400, 0, 1, 0, 0, false },
		{ (char *)"permissive_x", 400, 0, 1, 1, 0, false },
		{ (char *)"quiet", 400, 0, 0, 0, 2, true },
		{ (char *)"twin_a", 400, 0, 1, 2, 0, true },
		{ (char *)"twin_b", 400, 0, 2, 3, 0, true },
		{ (char *)"by_attribute", 400, 0, 0, 1, 0, false },
	};
	struct widths widths = { 0 };
	const struct width *mysql;

	find("galera", &widths);
	/* With mysql; without galera, and the one that makes permissive. */
	assert_int_equal(announced, ARRAY_SIZE(installed) - 1);
	for (size_t i = 0; i < ARRAY_SIZE(expected); i++) {
		const struct width *one = found(&widths, expected[i].name);

		if (!one)
			fail_msg("%s is not found", expected[i].name);
		assert_int_equal(one->priority, expected[i].priority);
		assert_int_equal(one->below, 0);
		assert_int_equal(one->rules, expected[i].rules);
		assert_int_equal(one->accesses, expected[i].accesses);
		assert_int_equal(one->silenced, expected[i].silenced);
		assert_int_equal(one->only_ours, expected[i].only_ours);
	}
	/* It stands for the distribution's: of its rules only what that has not is told. */
	mysql = found(&widths, "mysql");
	assert_non_null(mysql);
	assert_int_equal(mysql->priority, 300);
	assert_int_equal(mysql->below, 100);
	assert_int_equal(mysql->accesses, 1);
	assert_false(mysql->only_ours);
	/* None of them gives what the policy gives, or is only beside it. */
	assert_int_equal(widths.count, ARRAY_SIZE(expected) + 1);
	assert_listed("product", false);
	widths_clear(&widths);
}

static void enable(const char *name, bool wanted)
{
	struct error err = { 0 };

	must(store_begin(store, &err), &err);
	must(store_module_enable(store, name, wanted, &err), &err);
	must(store_module_enable(store, "nosuch", wanted, &err), &err);
	must(store_commit(store, &err), &err);
	assert_active(name, wanted, STORE_PRIORITY);
}

static void test_disabled(void **state)
{
	_cleanup_free_ char *path = NULL, *before = NULL, *between = NULL, *after = NULL;
	size_t size, less, same;
	struct error err = { 0 };

	assert_int_equal(store_module_enable(store, "needs", false, &err), -EINVAL);
	must(store_kernel_policy(store, &path, &err), &err);
	must(file_read(path, &before, &size, &err), &err);
	enable("needs", false);
	must(file_read(path, &between, &less, &err), &err);
	assert_true(less != size || memcmp(before, between, size) != 0);
	assert_listed("needs", false);
	assert_listed("galera", true);
	enable("needs", true);
	must(file_read(path, &after, &same, &err), &err);
	assert_int_equal(same, size);
	assert_memory_equal(before, after, size);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_found),
		cmocka_unit_test(test_disabled),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
