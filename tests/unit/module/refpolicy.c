/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "steps/module/text.h"
#include "tests/unit/unit.h"
#include "wizard/util.h"

/* Data made by hand: the structures own their strings, these tests lend them literals. */
#pragma GCC diagnostic ignored "-Wdiscarded-qualifiers"

static const struct module_header header = { .name = "galera",
					     .version = "1.2",
					     .comment = "Made for the cluster's db3." };
static char *look[] = { "getattr", "ioctl" }, *own_group[] = { "setpgid" },
	    *search[] = { "search" };
static unsigned int ioctls[] = { 0x5401, 0x5413 };
static struct rule items[] = {
	{ .kind = RULE_ALLOW,
	  .source = "mysqld_t",
	  .target = "getty_exec_t",
	  .tclass = "chr_file",
	  .permissions = { look, 2 },
	  .ioctls = ioctls,
	  .ioctl_count = 2,
	  .comment = "The server's `$1' looks." },
	{ .kind = RULE_ALLOW,
	  .source = "mysqld_safe_t",
	  .target = "self",
	  .tclass = "process",
	  .permissions = { own_group, 1 } },
	{ .kind = RULE_DONTAUDIT,
	  .source = "mysqld_t",
	  .target = "domain",
	  .tclass = "dir",
	  .target_is_attribute = true,
	  .permissions = { search, 1 } },
};
static struct rules rules = { .items = items, .count = 3 };
static char *none[3] = { NULL };

static void test_interfaces(void **state)
{
	_cleanup_free_ char *te = NULL, *interfaces = NULL;
	const char *first, *second;

	assert_int_equal(refpolicy_texts(&header, &rules, none, &te, &interfaces, NULL), 0);
	first = strstr(interfaces, "interface(`galera_mysqld_safe_t',`\n"
				   "\tallow $1 self:process setpgid;\n"
				   "')\n");
	second = strstr(interfaces,
			"interface(`galera_mysqld_t',`\n"
			"\t# The servers 1 looks.\n"
			"\toptional_policy(`\n"
			"\t\tgen_require(`\n"
			"\t\t\ttype getty_exec_t;\n"
			"\t\t')\n"
			"\n"
			"\t\tallow $1 getty_exec_t:chr_file { getattr ioctl };\n"
			"\t\tallowxperm $1 getty_exec_t:chr_file ioctl { 0x5401 0x5413 };\n"
			"\t')\n"
			"\n"
			"\toptional_policy(`\n"
			"\t\tgen_require(`\n"
			"\t\t\tattribute domain;\n"
			"\t\t')\n"
			"\n"
			"\t\tdontaudit $1 domain:dir search;\n"
			"\t')\n"
			"')\n");
	assert_non_null(first);
	assert_non_null(second);
	assert_true(first < second);
}

/* What is another module's may be absent. */
static void test_call(void **state)
{
	char *calls[3] = { NULL, "domain_x", NULL };
	_cleanup_free_ char *te = NULL, *interfaces = NULL;

	assert_int_equal(refpolicy_texts(&header, &rules, calls, &te, &interfaces, NULL), 0);
	assert_non_null(strstr(interfaces, "interface(`galera_mysqld_safe_t',`\n"
					   "\toptional_policy(`\n"
					   "\t\tdomain_x($1)\n"
					   "\t')\n"
					   "')\n"));
}

static void test_te(void **state)
{
	_cleanup_free_ char *te = NULL, *interfaces = NULL;

	assert_int_equal(refpolicy_texts(&header, &rules, none, &te, &interfaces, NULL), 0);
	assert_ptr_equal(strstr(te, "# Made for the cluster's db3.\npolicy_module(galera, 1.2)\n"),
			 te);
	assert_non_null(strstr(te, "\ttype mysqld_safe_t, mysqld_t;\n')\n\n"
				   "galera_mysqld_safe_t(mysqld_safe_t)\n"
				   "galera_mysqld_t(mysqld_t)\n"));
}

static void test_bad_name(void **state)
{
	struct rule bad = { .source = "mysqld_t\n')", .target = "self", .tclass = "file" };
	const struct rules one = { &bad, 1 };
	char *te = NULL, *interfaces = NULL;

	assert_int_equal(refpolicy_texts(&header, &one, none, &te, &interfaces, NULL), -EINVAL);
	assert_null(te);
	assert_null(interfaces);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_interfaces),
		cmocka_unit_test(test_call),
		cmocka_unit_test(test_te),
		cmocka_unit_test(test_bad_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
