/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Commits that were cut off, as they leave the disk: seen and mended. And whether policies are the
 * same. */
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "steps/oracle/oracle.h"
#include "tests/unit/store/scratch.h"

static char *policy; /* path of the installed one */

/* A port that has the server's type by a local label, in a policy that this host has built. */
static int setup(void **state)
{
	struct error err = { 0 };

	scratch_store_open();
	must(store_begin(store, &err), &err);
	must(store_port_set(store, "tcp", 4567, "mysqld_port_t", &err), &err);
	must(store_rebuild(store, &err), &err);
	must(store_commit(store, &err), &err);
	must(store_kernel_policy(store, &policy, &err), &err);
	return 0;
}

static int teardown(void **state)
{
	free(policy);
	scratch_store_close();
	return 0;
}

static char *in_store(const char *name)
{
	return str_printf("%s/var/lib/selinux/%s/%s", root, store_type(store), name);
}

static char *in_contexts(const char *name)
{
	return str_printf("%s/etc/selinux/%s/contexts/files/%s", root, store_type(store), name);
}

static void put(const char *path, const char *text, size_t length)
{
	struct error err = { 0 };

	must(file_write(path, text, length, 0644, &err), &err);
}

/* path NULL: it came to its end. */
static void assert_cut(const char *path)
{
	_cleanup_free_ char *what = NULL;
	struct error err = { 0 };

	must(store_cut(store, &what, &err), &err);
	assert_text_or_null(what, path);
}

static void mend(void)
{
	struct error err = { 0 };

	must(store_mend(store, &err), &err);
	assert_cut(NULL);
	assert_label("tcp", 4567, "mysqld_port_t", STORE_LABEL_LOCAL);
}

static void test_whole(void **state)
{
	_cleanup_free_ char *other = str_printf("%s.tmp", policy);
	_cleanup_free_ char *linked = in_store("active/policy.linked");
	_cleanup_free_ char *away = str_printf("%s.away", linked);

	assert_cut(NULL);
	/* What libsemanage was writing when it was stopped is not read by anything. */
	put(other, "half a policy", 13);
	assert_cut(NULL);
	unlink(other);
	/* What it would build anew by itself. */
	assert_int_equal(rename(linked, away), 0);
	assert_cut(NULL);
	assert_int_equal(rename(away, linked), 0);
}

static void test_old_policy(void **state)
{
	_cleanup_free_ char *built = NULL, *now = NULL;
	_cleanup_free_ char *linked = in_store("active/policy.linked"), *without = NULL;
	_cleanup_free_ char *older =
		str_printf("%.*s/policy.20", (int)(strrchr(policy, '/') - policy), policy);
	size_t length, length_without, length_now;
	struct error err = { 0 };

	must(file_read(policy, &built, &length, &err), &err);
	must(file_read(linked, &without, &length_without, &err), &err);
	put(policy, without, length_without);
	assert_cut(policy);
	/* Of two, one is it. */
	put(older, built, length);
	assert_cut(NULL);
	put(older, "", 0);
	assert_cut(policy);
	unlink(older);
	mend();
	must(file_read(policy, &now, &length_now, &err), &err);
	assert_int_equal(length_now, length);
	assert_memory_equal(now, built, length);
	unlink(policy);
	_cleanup_free_ char *pattern =
		str_printf("%.*s/policy.[0-9]*[0-9]", (int)(strrchr(policy, '/') - policy), policy);
	assert_cut(pattern);
	put(policy, built, length);
	assert_cut(NULL);
}

static void test_old_file_contexts(void **state)
{
	static const char *const names[] = { "file_contexts", "file_contexts.local" };
	struct error err = { 0 };

	must(store_begin(store, &err), &err);
	must(store_fcontext_set(store, "/data", STORE_FILES_ALL, "mysqld_db_t", &err), &err);
	must(store_commit(store, &err), &err);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		_cleanup_free_ char *path = in_contexts(names[i]), *text = NULL;
		size_t length;

		must(file_read(path, &text, &length, &err), &err);
		text[0] ^= 1;
		put(path, text, length);
		assert_cut(path);
		text[0] ^= 1;
		put(path, text, length);
		assert_cut(NULL);
		unlink(path);
		assert_cut(path);
		put(path, text, length);
	}
	assert_cut(NULL);
}

/* Between the two renames there is no store. */
static void test_moved_away(void **state)
{
	_cleanup_free_ char *active = in_store("active"), *previous = in_store("previous");
	_cleanup_free_ char *sandbox = in_store("tmp");
	struct error err = { 0 };

	store_close(store);
	store = NULL;
	_cleanup_free_ char *type = str_copy(strrchr(active, '/'));
	assert_non_null(type);
	assert_int_equal(rename(active, previous), 0);
	assert_int_equal(mkdir(sandbox, 0700), 0);
	must(store_open(&store, root, &err), &err);
	assert_cut(active);
	mend();
	assert_int_equal(access(active, F_OK), 0);
	assert_int_not_equal(access(previous, F_OK), 0);
	assert_int_not_equal(access(sandbox, F_OK), 0);
}

/* The kernel's image is in another order: so is a policy to which only a port was added. */
static void test_same(void **state)
{
	_cleanup_free_ char *built = NULL, *merged = NULL;
	struct oracle *one, *two, *linked;
	size_t length, length_merged;
	struct error err = { 0 };

	must(file_read(policy, &built, &length, &err), &err);
	must(store_begin(store, &err), &err);
	must(store_port_set(store, "tcp", 4568, "mysqld_port_t", &err), &err);
	must(store_commit(store, &err), &err);
	must(file_read(policy, &merged, &length_merged, &err), &err);
	must(oracle_open_image(&one, TAKE_PTR(built), length, &err), &err);
	must(oracle_open(&two, policy, &err), &err);
	assert_false(oracle_same(one, two)); /* a port */
	oracle_close(one);
	/* The same labels, in the other order. */
	must(store_begin(store, &err), &err);
	must(store_port_unset(store, "tcp", 4567, &err), &err);
	must(store_commit(store, &err), &err);
	must(store_begin(store, &err), &err);
	must(store_port_set(store, "tcp", 4567, "mysqld_port_t", &err), &err);
	must(store_commit(store, &err), &err);
	must(file_read(policy, &built, &length, &err), &err);
	assert_int_equal(length, length_merged);
	assert_memory_not_equal(built, merged, length);
	must(oracle_open_image(&one, TAKE_PTR(built), length, &err), &err);
	assert_true(oracle_same(one, two));
	oracle_close(one);
	must(store_begin(store, &err), &err);
	must(store_rebuild(store, &err), &err);
	must(store_module_install(store, "permissive_mysqld_t", 400, "(typepermissive mysqld_t)\n",
				  &err),
	     &err);
	must(store_commit(store, &err), &err);
	must(oracle_open(&one, policy, &err), &err);
	assert_false(oracle_same(one, two)); /* a permissive domain */
	oracle_close(one);
	must(store_begin(store, &err), &err);
	must(store_module_remove(store, "permissive_mysqld_t", 400, &err), &err);
	must(store_commit(store, &err), &err);
	must(file_read(policy, &built, &length, &err), &err);
	assert_false(length == length_merged && !memcmp(built, merged, length));
	must(oracle_open(&one, policy, &err), &err);
	assert_true(oracle_same(one, two)); /* in another order */
	_cleanup_free_ char *path = in_store("active/policy.linked");
	must(oracle_open(&linked, path, &err), &err);
	assert_false(oracle_same(one, linked));
	oracle_close(linked);
	oracle_suppose(
		one, (const struct supposed[]){ { "mysqld_t", "mysqld_t", "file", "execmod" } }, 1);
	assert_false(oracle_same(one, two)); /* a rule */
	oracle_close(one);
	oracle_close(two);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_old_policy),
		cmocka_unit_test(test_old_file_contexts),
		cmocka_unit_test(test_moved_away),
		cmocka_unit_test(test_same),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
