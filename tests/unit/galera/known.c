/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "steps/galera/known.h"
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

	(void)state;
	for (; row->why; row++) {
		check_words(row->target);
		check_words(row->tclass);
		check_words(row->permissions);
		check_words(row->comm);
		assert_int_equal(row->why[strlen(row->why) - 1], '.');
		assert_null(strpbrk(row->why, "\n\t"));
		assert_in_range(row->severity, 0, 10);
		assert_true(row->fix == FIX_DONTAUDIT || row->fix == FIX_REFUSE ||
			    row->fix == FIX_ALLOW || row->fix == FIX_LABEL ||
			    row->fix == FIX_DOMAIN);
		assert_true(!row->widen || row->fix == FIX_DONTAUDIT);
		/* A row that takes everything would hide those after it. */
		assert_true(row->target || row->tclass || row->fix == FIX_DOMAIN);
	}
	assert_true(row - galera_known_denials > 20);
}

/* An allow rule is the last resort: it must name what it is for, and be no more than it says. */
static void test_allow_is_narrow(void **state)
{
	(void)state;
	for (const struct known_denial *row = galera_known_denials; row->why; row++) {
		if (row->fix != FIX_ALLOW)
			continue;
		assert_non_null(row->target);
		assert_null(strpbrk(row->target, "@*"));
		assert_non_null(row->tclass);
		assert_non_null(row->permissions);
		assert_in_range(row->severity, 0, 4);
	}
}

static const struct known_denial *find(const char *target, const char *permission, enum fix fix)
{
	for (const struct known_denial *row = galera_known_denials; row->why; row++) {
		if (row->fix == fix && row->target && strstr(row->target, target) &&
		    (!row->permissions || strstr(row->permissions, permission)))
			return row;
	}
	return NULL;
}

static void test_known_cases(void **state)
{
	static const struct {
		const char *target, *permission;
		enum fix fix;
	} cases[] = {
		{ "self", "setpgid", FIX_ALLOW },
		{ "self", "connectto", FIX_ALLOW },
		{ "rsync_exec_t", "execute_no_trans", FIX_ALLOW },
		{ "mysqld_port_t", "name_bind", FIX_ALLOW },
		{ "proc_net_t", "read", FIX_ALLOW },
		{ "sysctl_net_t", "read", FIX_ALLOW },
		{ "initrc_tmp_t", "write", FIX_ALLOW },
		{ "cluster_tmp_t", "open", FIX_ALLOW },
		{ "@domain", "search", FIX_DONTAUDIT },
		{ "self", "create", FIX_DONTAUDIT },
		{ "self", "add_name", FIX_DONTAUDIT },
		{ "proc_t", "associate", FIX_DONTAUDIT },
		{ "boot_t", "getattr", FIX_DONTAUDIT },
		{ "kernel_t", "module_request", FIX_DONTAUDIT },
		{ "selinux_config_t", "search", FIX_DONTAUDIT },
		{ "tty_device_t", "getattr", FIX_DONTAUDIT },
		{ "admin_home_t", "execute", FIX_LABEL },
		{ "nfs_t", "read", FIX_REFUSE },
		{ "kerberos", "name_connect", FIX_REFUSE },
		{ "self", "dac_override", FIX_REFUSE },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		if (!find(cases[i].target, cases[i].permission, cases[i].fix))
			fail_msg("no row for %s %s", cases[i].target, cases[i].permission);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows_are_well_made),
		cmocka_unit_test(test_allow_is_narrow),
		cmocka_unit_test(test_known_cases),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
