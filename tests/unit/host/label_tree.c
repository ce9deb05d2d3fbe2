/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Real labels in a temporary directory, where this process may set them; a scratch root's rules. */
#include <errno.h>
#include <linux/xattr.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "steps/host/label_tree.h"
#include "tests/unit/unit.h"
#include "wizard/util.h"

#define LABEL "system_u:object_r:%s:s0"

static char *root;
static struct file_labels *labels;

static char *in_root(const char *path)
{
	return str_printf("%s%s", root, path);
}

static void write_file(const char *path, const char *text)
{
	free(put_file(root, path, text));
}

static void make(const char *path)
{
	_cleanup_free_ char *real = in_root(path);
	struct error err = { 0 };

	must(make_directories(real, 0755, &err), &err);
}

static bool label(const char *path, const char *type)
{
	_cleanup_free_ char *real = in_root(path), *text = str_printf(LABEL, type);

	return lsetxattr(real, XATTR_NAME_SELINUX, text, strlen(text) + 1, 0) == 0;
}

static void assert_label(const char *path, const char *wanted)
{
	_cleanup_free_ char *real = in_root(path), *type = NULL;
	struct error err = { 0 };

	must(host_file_type(real, &type, &err), &err);
	assert_string_equal(type ? type : "none", wanted);
}

static const char rules[] = "/.*\tsystem_u:object_r:default_t:s0\n"
			    "/data/mysql(/.*)?\tsystem_u:object_r:mysqld_db_t:s0\n"
			    "/data/mysql/my\\.log\t--\tsystem_u:object_r:mysqld_log_t:s0\n"
			    "/data/none(/.*)?\t<<none>>\n";

/* A tree as it is when somebody has moved it: some labels of before, some of where it is. */
static void make_tree(void)
{
	static const struct {
		const char *path, *type;
	} files[] = {
		{ "/data/mysql/ibdata1", "var_lib_t" },
		{ "/data/mysql/my.log", "mysqld_db_t" },
		{ "/data/mysql/db/t1.ibd", "default_t" },
		{ "/data/mysql/db/t2.ibd", "mysqld_db_t" },
		{ "/data/mysql/made\nby\xe9", "default_t" },
		{ "/data/mysql/sock", "mysqld_var_run_t" },
	};

	make("/data/mysql/db");
	label("/data", "default_t");
	label("/data/mysql", "default_t");
	label("/data/mysql/db", "default_t");
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		write_file(files[i].path, "x");
		label(files[i].path, files[i].type);
	}
}

static int setup(void **state)
{
	struct error err = { 0 };

	root = scratch_directory();
	write_file("/etc/selinux/test/contexts/files/file_contexts", rules);
	must(file_labels_open(&labels, root, "test", &err), &err);
	return 0;
}

static int teardown(void **state)
{
	file_labels_close(labels);
	scratch_remove(root);
	return 0;
}

/* As an ordinary user, or on a file system without them, there is nothing to test. */
static void need_labels(void)
{
	write_file("/probe", "x");
	if (!label("/probe", "default_t"))
		skip();
	make_tree();
}

static struct label_tree tree_of(const char *path)
{
	return (struct label_tree){ .root = root, .labels = labels, .path = path };
}

static void it_finds_what_is_wrong(void **state)
{
	struct label_tree tree = tree_of("/data/mysql");
	struct label_tree_found found;
	struct error err = { 0 };

	need_labels();
	must(label_tree_look(&tree, &found, &err), &err);
	assert_int_equal(found.files, 8);
	assert_int_equal(found.wrong, 7); /* all but t2.ibd */
	assert_string_equal(found.first, "/data/mysql");
	assert_string_equal(found.type, "default_t");
	assert_string_equal(found.wanted, "mysqld_db_t");
	label_tree_found_clear(&found);

	tree.own = "mysqld_";
	must(label_tree_look(&tree, &found, &err), &err);
	assert_int_equal(found.wrong, 5); /* neither the log nor the socket */
	label_tree_found_clear(&found);
	tree.alone = true;
	must(label_tree_look(&tree, &found, &err), &err);
	assert_int_equal(found.files, 1);
	assert_int_equal(found.wrong, 1);
	label_tree_found_clear(&found);
	tree = tree_of("/data/none");
	must(label_tree_look(&tree, &found, &err), &err);
	assert_int_equal(found.files, 0);
	assert_int_equal(found.wrong, 0);
}

static void it_sets_labels_and_gives_them_back(void **state)
{
	const struct label_tree tree = tree_of("/data/mysql");
	_cleanup_free_ char *record = NULL;
	struct error err = { 0 };
	size_t length, changed;

	need_labels();
	must(label_tree_record(&tree, &record, &length, &err), &err);
	must(label_tree_apply(&tree, &changed, &err), &err);
	assert_int_equal(changed, 7);
	assert_label("/data/mysql", "mysqld_db_t");
	assert_label("/data/mysql/my.log", "mysqld_log_t");
	assert_label("/data/mysql/db/t1.ibd", "mysqld_db_t");
	assert_label("/data/mysql/made\nby\xe9", "mysqld_db_t");
	assert_label("/data", "default_t");
	must(label_tree_apply(&tree, &changed, &err), &err);
	assert_int_equal(changed, 0);

	write_file("/data/mysql/db/since", "x");
	label("/data/mysql/db/since", "mysqld_db_t");
	must(label_tree_restore(&tree, record, length, &changed, &err), &err);
	assert_int_equal(changed, 8);
	assert_label("/data/mysql", "default_t");
	assert_label("/data/mysql/ibdata1", "var_lib_t");
	assert_label("/data/mysql/my.log", "mysqld_db_t");
	assert_label("/data/mysql/db/t1.ibd", "default_t");
	assert_label("/data/mysql/db/t2.ibd", "mysqld_db_t");
	assert_label("/data/mysql/sock", "mysqld_var_run_t");
	assert_label("/data/mysql/made\nby\xe9", "default_t");
	assert_label("/data/mysql/db/since", "default_t"); /* its directory's */
	must(label_tree_restore(&tree, record, length, &changed, &err), &err);
	assert_int_equal(changed, 0);
}

static void a_record_of_one_label_is_one_line(void **state)
{
	const struct label_tree tree = tree_of("/data/many");
	_cleanup_free_ char *record = NULL;
	struct error err = { 0 };
	size_t length;

	need_labels();
	make("/data/many/a/b");
	label("/data/many", "default_t");
	label("/data/many/a", "default_t");
	label("/data/many/a/b", "default_t");
	for (int i = 0; i < 50; i++) {
		_cleanup_free_ char *path = str_printf("/data/many/a/b/%d", i);

		write_file(path, "x");
		label(path, "default_t");
	}
	must(label_tree_record(&tree, &record, &length, &err), &err);
	assert_int_equal(length, 1 + strlen("system_u:object_r:default_t:s0") + 1);
}

static void links_are_not_followed(void **state)
{
	_cleanup_free_ char *outside = in_root("/outside"), *at = in_root("/data/mysql/link");
	_cleanup_free_ char *directory = in_root("/elsewhere"), *to = in_root("/data/mysql/dir");
	const struct label_tree tree = tree_of("/data/mysql");
	struct error err = { 0 };
	size_t changed;

	need_labels();
	write_file("/outside", "x");
	label("/outside", "usr_t");
	make("/elsewhere");
	write_file("/elsewhere/file", "x");
	label("/elsewhere/file", "usr_t");
	assert_int_equal(symlink(outside, at), 0);
	assert_int_equal(symlink(directory, to), 0);
	must(label_tree_apply(&tree, &changed, &err), &err);
	assert_label("/outside", "usr_t");
	assert_label("/elsewhere/file", "usr_t");
	assert_label("/data/mysql/link", "mysqld_db_t");
	assert_label("/data/mysql/dir", "mysqld_db_t");
	unlink(at);
	unlink(to);
}

static void a_file_without_a_label_loses_it_again(void **state)
{
	struct label_tree tree = tree_of("/data/mysql/bare");
	_cleanup_free_ char *record = NULL, *real = in_root("/data/mysql/bare");
	struct error err = { 0 };
	size_t length, changed;

	need_labels();
	write_file("/data/mysql/bare", "x");
	if (removexattr(real, XATTR_NAME_SELINUX) < 0 && errno != ENODATA)
		skip(); /* on a kernel with SELinux every file has one */
	must(label_tree_record(&tree, &record, &length, &err), &err);
	must(label_tree_apply(&tree, &changed, &err), &err);
	assert_label("/data/mysql/bare", "mysqld_db_t");
	must(label_tree_restore(&tree, record, length, &changed, &err), &err);
	assert_label("/data/mysql/bare", "none");
	unlink(real);
}

/* As a compromised server may make it. */
static void the_deepest_tree_is_labelled_and_put_back(void **state)
{
	_cleanup_free_ char *path = in_root("/data/mysql/deep"), *record = NULL, *last = NULL;
	const struct label_tree tree = tree_of("/data/mysql/deep");
	struct rlimit usual, few;
	struct label_tree_found found;
	struct error err = { 0 };
	size_t length, changed;

	need_labels();
	for (int i = 0; i < 700; i++) {
		assert_int_equal(mkdir(path, 0755), 0);
		assert_true(label(path + strlen(root), "default_t"));
		last = path;
		path = str_printf("%s/d", last);
		free(last);
	}
	last = memory_copy(path + strlen(root), strlen(path + strlen(root)) - 2);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &usual), 0);
	few = (struct rlimit){ 16, usual.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	must(label_tree_look(&tree, &found, &err), &err);
	assert_int_equal(found.wrong, 700);
	label_tree_found_clear(&found);
	must(label_tree_record(&tree, &record, &length, &err), &err);
	must(label_tree_apply(&tree, &changed, &err), &err);
	assert_int_equal(changed, 700);
	assert_label(last, "mysqld_db_t");
	must(label_tree_restore(&tree, record, length, &changed, &err), &err);
	assert_int_equal(changed, 700);
	assert_label(last, "default_t");
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &usual), 0);
}

static bool asked;

static bool stop(void)
{
	asked = true;
	return true;
}

static void it_can_be_stopped(void **state)
{
	struct label_tree tree = tree_of("/data/mysql");
	struct error err = { 0 };
	size_t changed;

	need_labels();
	tree.stop = stop;
	assert_int_equal(label_tree_apply(&tree, &changed, &err), -EINTR);
	assert_true(asked);
	assert_int_equal(changed, 0);
}

static void a_damaged_record_is_refused(void **state)
{
	static const char *const damaged[] = { "x", "\0x", "a\0b" };
	struct label_tree tree = tree_of("/data/mysql");
	size_t changed;

	for (size_t i = 0; i < ARRAY_SIZE(damaged); i++) {
		struct error err = { 0 };

		assert_int_equal(
			label_tree_restore(&tree, damaged[i], i ? 3 - (i == 1) : 1, &changed, &err),
			-EINVAL);
		assert_non_null(err.remedy);
	}
}

static void equivalences_are_applied(void **state)
{
	static const struct {
		const char *path, *alias;
	} rows[] = {
		{ "/data/mysql", "/data/mysql" },
		{ "/mine/mysql", "/srv/mysql" },
		{ "/mine", "/srv" },
		{ "/minehead", "/minehead" },
		{ "/var/mnt/db", "/mnt/db" },
		{ "/twice/x", "/mnt/y/x" }, /* the administrator's, then the distribution's */
	};

	write_file("/etc/selinux/test/contexts/files/file_contexts.subs",
		   "/mine /srv\n/twice\t/var/mnt/y\n\n");
	write_file("/etc/selinux/test/contexts/files/file_contexts.subs_dist",
		   "# /data /nowhere\n/var/mnt /mnt\n");
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_free_ char *alias = NULL;
		struct error err = { 0 };

		must(file_labels_alias(labels, rows[i].path, &alias, &err), &err);
		assert_string_equal(alias, rows[i].alias);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_finds_what_is_wrong),
		cmocka_unit_test(it_sets_labels_and_gives_them_back),
		cmocka_unit_test(a_record_of_one_label_is_one_line),
		cmocka_unit_test(links_are_not_followed),
		cmocka_unit_test(a_file_without_a_label_loses_it_again),
		cmocka_unit_test(it_can_be_stopped),
		cmocka_unit_test(a_damaged_record_is_refused),
		cmocka_unit_test(equivalences_are_applied),
		cmocka_unit_test(the_deepest_tree_is_labelled_and_put_back),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
