/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a store says of itself; see changes.c for changes of it. */
#include <errno.h>
#include <grp.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/store/scratch.h"
#include "wizard/process.h"

#define NOBODY 65534

static int setup(void **state)
{
	scratch_store_open();
	return 0;
}

static int teardown(void **state)
{
	scratch_store_close();
	return 0;
}

static void test_open(void **state)
{
	_cleanup_free_ char *path = NULL, *empty = str_printf("%s/empty", root);
	_cleanup_free_ char *type = NULL, *active = NULL;
	struct store *other = NULL;
	struct error err = { 0 };

	must(store_kernel_policy(store, &path, &err), &err);
	assert_non_null(str_starts(path, root));
	assert_non_null(strstr(path, "/policy/policy."));

	/* The same root again, beside the first. */
	must(store_open(&other, root, &err), &err);
	assert_string_equal(store_type(other), store_type(store));
	assert_int_equal(store_port_label(other, "icmp", 1, &type, NULL, &err), -EINVAL);
	store_close(other);

	assert_int_equal(store_open(&other, "/nonexistent", &err), -ENOENT);
	must(make_directories(empty, 0755, &err), &err);
	assert_int_equal(store_open(&other, empty, &err), -ENOENT);
	assert_non_null(strstr(err.remedy, "selinux-policy-default"));

	/* A configuration without a store, and one that names another directory. */
	type = str_printf("%s/etc/selinux/config", empty);
	active = str_printf("%s/etc/selinux", empty);
	must(make_directories(active, 0755, &err), &err);
	must(file_write(type, "# SELINUXTYPE=no\nSELINUXTYPE=nosuch\n", 37, 0644, &err), &err);
	assert_int_equal(store_open(&other, empty, &err), -ENOENT);
	assert_non_null(strstr(err.what, "\"nosuch\""));
	must(file_write(type, "SELINUXTYPE=../x\n", 17, 0644, &err), &err);
	assert_int_equal(store_open(&other, empty, &err), -ENOENT);
}

static void test_second_root(void **state)
{
	char *second = str_printf("%s/second", root);
	struct store *other = NULL;
	struct error err = { 0 };

	must(store_create(second, root, &err), &err);
	assert_int_equal(store_open(&other, second, &err), -EBUSY);
	assert_non_null(strstr(err.what, root));
	assert_int_equal(store_create(second, root, &err), -EEXIST);
	assert_int_equal(store_create(root, root, &err), -EINVAL);
	assert_int_equal(store_create("/", root, &err), -EINVAL);
	scratch_remove(second);
}

static void test_labels(void **state)
{
	_cleanup_free_ char *type = NULL;
	struct error err = { 0 };

	assert_label("tcp", 3306, "mysqld_port_t", STORE_LABEL_POLICY);
	assert_label("tcp", 4444, "kerberos_master_port_t", STORE_LABEL_POLICY);
	/* The narrowest of 1024-65535, 1024-32767, ... */
	assert_label("tcp", 4567, "unreserved_port_t", STORE_LABEL_RANGE);
	assert_label("udp", 4567, "unreserved_port_t", STORE_LABEL_RANGE);
	assert_int_equal(store_port_label(store, "icmp", 1, &type, NULL, &err), -EINVAL);
}

static void test_modules(void **state)
{
	struct store_cil *modules, *fewer;
	struct error err = { 0 };
	size_t count, less;
	bool mysql = false;

	assert_active("mysql", true, 100);
	assert_active("nosuch", false, 0);
	assert_text("nosuch", NULL);
	assert_text("mysql", NULL); /* not at this priority */
	must(store_all_modules(store, NULL, &modules, &count, &err), &err);
	must(store_all_modules(store, "mysql", &fewer, &less, &err), &err);
	assert_int_equal(count, less + 1);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(strlen(modules[i].text), modules[i].length);
		if (strcmp(modules[i].name, "mysql") == 0)
			mysql = strstr(modules[i].text, "(type mysqld_t)") != NULL;
	}
	assert_true(mysql);
	for (size_t i = 0; i < less; i++)
		assert_string_not_equal(fewer[i].name, "mysql");
	store_cils_free(modules, count);
	store_cils_free(fewer, less);
}

/* ---- for an ordinary user ------------------------------------------------------------------- */

/* In a process of its own, that has not yet opened a store. */
static int as_user(const char *directory)
{
	_cleanup_free_ char *type = NULL;
	struct store *mine = NULL;
	struct error err = { 0 };
	bool active = false;

	if (setgroups(0, NULL) < 0 || setgid(NOBODY) < 0 || setuid(NOBODY) < 0)
		return 2;
	if (store_create(directory, policy_root(), &err) < 0 ||
	    store_open(&mine, directory, &err) < 0 ||
	    store_module_active(mine, "mysql", &active, NULL, &err) < 0 ||
	    store_port_label(mine, "tcp", 3306, &type, NULL, &err) < 0) {
		puts(err.what);
		return 1;
	}
	store_close(mine);
	return active && type && strcmp(type, "mysqld_port_t") == 0 ? 0 : 3;
}

static void test_ordinary_user(void **state)
{
	_cleanup_free_ char *said = NULL, *heard = NULL, *self = NULL;
	char *directory;
	int r;

	if (getuid() != 0)
		skip();
	self = realpath("/proc/self/exe", NULL);
	directory = strdup("/tmp/galera-selinux-store.XXXXXX"); /* where `nobody` can go */
	assert_non_null(mkdtemp(directory));
	assert_int_equal(chown(directory, NOBODY, NOBODY), 0);
	const char *const command[] = { self, directory, NULL };
	r = process_capture(command, &said, &heard, NULL);
	scratch_remove(directory);
	if (r != 0)
		fail_msg("%d: %s%s", r, said, heard);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_open),          cmocka_unit_test(test_second_root),
		cmocka_unit_test(test_labels),        cmocka_unit_test(test_modules),
		cmocka_unit_test(test_ordinary_user),
	};

	if (argc == 2)
		return as_user(argv[1]);
	return cmocka_run_group_tests(tests, setup, teardown);
}
