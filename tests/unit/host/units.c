/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "steps/host/server.h"
#include "tests/unit/unit.h"
#include "wizard/util.h"

static const char *const names[] = { "mariadb", "mysql", "mysqld", "mariadb@*", "mysql@*", NULL };

/* ---- a root with unit files ------------------------------------------------------------------ */

static void put(const char *root, const char *path, const char *text)
{
	free(put_file(root, path, text));
}

static void put_link(const char *root, const char *path, const char *target)
{
	_cleanup_free_ char *link = put_file(root, path, "");

	assert_int_equal(unlink(link), 0);
	assert_int_equal(symlink(target, link), 0);
}

static void expect(const char *root, const char *instance, const char *wanted)
{
	_cleanup_free_ char *unit = host_installed_unit(root, names, instance);

	assert_text_or_null(unit, wanted);
}

/* ---- tests ----------------------------------------------------------------------------------- */

static void test_none(void **state)
{
	char *root = scratch_directory();

	expect(root, NULL, NULL);
	put(root, "usr/lib/systemd/system/postgresql.service", "[Service]\n");
	expect(root, NULL, NULL);
	expect(root, "node2", NULL);
	scratch_remove(root);
}

/* As Debian's mariadb-server and as mysql-wsrep have them. */
static void test_installed(void **state)
{
	char *root = scratch_directory();

	put(root, "lib/systemd/system/mysqld.service", "[Service]\n");
	expect(root, NULL, "mysqld");
	put(root, "usr/lib/systemd/system/mariadb.service", "[Service]\n");
	expect(root, NULL, "mariadb");
	/* Masked: then it is the other. */
	put_link(root, "etc/systemd/system/mariadb.service", "/dev/null");
	expect(root, NULL, "mysqld");
	put_link(root, "etc/systemd/system/mysqld.service", "/dev/null");
	expect(root, NULL, NULL);
	scratch_remove(root);
}

static void test_alias(void **state)
{
	char *root = scratch_directory();

	put(root, "usr/lib/systemd/system/mysqld.service", "[Service]\n");
	put_link(root, "etc/systemd/system/mysql.service",
		 "/usr/lib/systemd/system/mysqld.service");
	expect(root, NULL, "mysqld");
	scratch_remove(root);
	root = scratch_directory();
	/* A unit whose file is kept elsewhere is called as its link. */
	put_link(root, "etc/systemd/system/mysql.service", "/srv/units/galera");
	expect(root, NULL, "mysql");
	scratch_remove(root);
	root = scratch_directory();
	put(root, "etc/systemd/system/mysql.service", "");
	expect(root, NULL, NULL);
	scratch_remove(root);
}

static void test_enabled(void **state)
{
	char *root = scratch_directory();

	put(root, "usr/lib/systemd/system/mariadb.service", "[Service]\n");
	put(root, "usr/lib/systemd/system/mysql.service", "[Service]\n");
	put(root, "usr/lib/systemd/system/mariadb@.service", "[Service]\n");
	expect(root, NULL, "mariadb");
	/* An instance only where there is no plain one. */
	put_link(root, "etc/systemd/system/multi-user.target.wants/mariadb@node3.service",
		 "/usr/lib/systemd/system/mariadb@.service");
	expect(root, NULL, "mariadb@node3");
	expect(root, "node2", "mariadb@node2");
	expect(root, "", "mariadb@node3");
	put_link(root, "etc/systemd/system/multi-user.target.wants/mysql.service",
		 "/usr/lib/systemd/system/mysql.service");
	expect(root, NULL, "mysql");
	scratch_remove(root);
}

static void test_running(void **state)
{
	static const struct {
		const char *text, *unit;
	} cases[] = {
		{ "0::/system.slice/mariadb.service\n", "mariadb" },
		{ "12:memory:/x\n1:name=systemd:/system.slice/mysqld.service\n0::/x\n", "mysqld" },
		{ "0::/system.slice/system-mariadb.slice/mariadb@node2.service\n",
		  "mariadb@node2" },
		{ "0::/system.slice/cron.service\n", NULL },
		{ "0::/user.slice/user-0.slice/user@0.service/app.slice/mysql.service\n", NULL },
		{ "0::/user.slice/user-0.slice/session-1.scope\n", NULL },
		{ "0::/machine.slice/libpod-1.scope/system.slice/mysql.service\n", NULL },
		{ "0::/system.slice/docker-1.scope/mysql.service\n", NULL },
		{ "0::/system.slice/other.service/mysql.service\n", NULL },
		{ "0::/system.slice/x.slice/../mysql.service\n", NULL },
		{ "0::/mysql.service/control\n", "mysql" },
		{ ".service", NULL },
		{ "", NULL },
	};
	char instance[] = "mariadb@node2";

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_free_ char *unit = units_in_cgroup(cases[i].text, names);

		assert_text_or_null(unit, cases[i].unit);
	}
	assert_true(server_is_instance(&(struct server_process){ .unit = instance }, "node2"));
	assert_false(server_is_instance(&(struct server_process){ .unit = instance }, "node"));
	assert_false(server_is_instance(&(struct server_process){ .unit = instance }, NULL));
	assert_null(host_running_unit(getpid(), names));
	assert_null(host_running_unit(-1, names));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_none),    cmocka_unit_test(test_installed),
		cmocka_unit_test(test_alias),   cmocka_unit_test(test_enabled),
		cmocka_unit_test(test_running),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
