/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Local file contexts: real commits in a scratch copy of this host's store, read by libselinux. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "steps/host/selinux.h"
#include "tests/unit/store/scratch.h"
#include "wizard/util.h"

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

static void change(const char *spec, enum store_files files, const char *type)
{
	struct error err = { 0 };

	must(store_begin(store, &err), &err);
	must(type ? store_fcontext_set(store, spec, files, type, &err)
		  : store_fcontext_unset(store, spec, files, &err),
	     &err);
	must(store_commit(store, &err), &err);
}

static void assert_expected(const char *path, mode_t kind, const char *wanted)
{
	struct file_labels *labels = NULL;
	_cleanup_free_ char *type = NULL;
	struct error err = { 0 };

	must(file_labels_open(&labels, root, store_type(store), &err), &err);
	must(file_labels_expect(labels, path, kind, &type, &err), &err);
	file_labels_close(labels);
	assert_string_equal(type ? type : "none", wanted);
}

static void assert_local(const char *spec, enum store_files files, const char *wanted)
{
	_cleanup_free_ char *type = NULL;
	struct error err = { 0 };

	must(store_fcontext_local(store, spec, files, &type, &err), &err);
	assert_string_equal(type ? type : "none", wanted);
}

static char *read_below(const char *directory, const char *name)
{
	_cleanup_free_ char *path = str_printf("%s/%s/%s", root, directory, name);
	char *text = NULL;

	if (file_read(path, &text, NULL, NULL) < 0)
		return strdup("");
	return text;
}

static char *policy_bytes(size_t *length)
{
	_cleanup_free_ char *path = NULL;
	struct error err = { 0 };
	char *bytes;

	must(store_kernel_policy(store, &path, &err), &err);
	must(file_read(path, &bytes, length, &err), &err);
	return bytes;
}

static void specs_match_their_path_alone(void **state)
{
	_cleanup_free_ char *plain = store_fcontext_spec("/data/mysql", true);
	_cleanup_free_ char *odd = store_fcontext_spec("/data/my.sql+(1)[a]{2}|\\$^?*", false);
	_cleanup_free_ char *blank = store_fcontext_spec("/data/my sql(", false);

	assert_string_equal(plain, "/data/mysql(/.*)?");
	assert_string_equal(blank, "/data/my[[:space:]]sql\\(");
	assert_string_equal(odd, "/data/my\\.sql\\+\\(1\\)\\[a\\]\\{2\\}\\|\\\\\\$\\^\\?\\*");
}

static void a_rule_is_what_libselinux_then_expects(void **state)
{
	_cleanup_free_ char *spec = store_fcontext_spec("/data/my.sql", true);

	assert_expected("/data/my.sql/ibdata1", S_IFREG, "default_t");
	change(spec, STORE_FILES_ALL, "mysqld_db_t");
	assert_local(spec, STORE_FILES_ALL, "mysqld_db_t");
	assert_local(spec, STORE_FILES_DIR, "none");
	assert_expected("/data/my.sql", S_IFDIR, "mysqld_db_t");
	assert_expected("/data/my.sql/ibdata1", S_IFREG, "mysqld_db_t");
	assert_expected("/data/my-sql/ibdata1", S_IFREG, "default_t");
	assert_expected("/data", S_IFDIR, "default_t");
	change("/data", STORE_FILES_DIR, "var_t");
	assert_expected("/data", S_IFDIR, "var_t");
	assert_expected("/data/other", S_IFREG, "default_t");
	change("/data", STORE_FILES_DIR, NULL);
	change(spec, STORE_FILES_ALL, NULL);
	assert_expected("/data/my.sql/ibdata1", S_IFREG, "default_t");
}

static void another_type_goes_over_it_and_comes_back(void **state)
{
	change("/srv/db(/.*)?", STORE_FILES_ALL, "usr_t");
	change("/srv/db(/.*)?", STORE_FILES_ALL, "mysqld_db_t");
	assert_expected("/srv/db/x", S_IFREG, "mysqld_db_t");
	change("/srv/db(/.*)?", STORE_FILES_ALL, "usr_t");
	assert_local("/srv/db(/.*)?", STORE_FILES_ALL, "usr_t");
	change("/srv/db(/.*)?", STORE_FILES_ALL, NULL);
	change("/srv/db(/.*)?", STORE_FILES_ALL, NULL); /* once more: success */
	assert_local("/srv/db(/.*)?", STORE_FILES_ALL, "none");
}

/* What stands there by other people's hands stays, byte for byte; and so does the policy. */
static void what_is_taken_back_leaves_no_trace(void **state)
{
	_cleanup_free_ char *files = str_printf("etc/selinux/%s/contexts/files", store_type(store));
	_cleanup_free_ char *active = str_printf("var/lib/selinux/%s/active", store_type(store));
	_cleanup_free_ char *local = NULL, *stored = NULL, *all = NULL, *policy = NULL;
	_cleanup_free_ char *local2 = NULL, *stored2 = NULL, *all2 = NULL, *policy2 = NULL;
	size_t length, length2;

	change("/opt/others(/.*)?", STORE_FILES_ALL, "usr_t");
	local = read_below(files, "file_contexts.local");
	stored = read_below(active, "file_contexts.local");
	all = read_below(files, "file_contexts");
	policy = policy_bytes(&length);
	assert_non_null(strstr(local, "/opt/others(/.*)?"));

	change("/data/mysql(/.*)?", STORE_FILES_ALL, "mysqld_db_t");
	change("/data/mysql(/.*)?", STORE_FILES_ALL, NULL);
	local2 = read_below(files, "file_contexts.local");
	stored2 = read_below(active, "file_contexts.local");
	all2 = read_below(files, "file_contexts");
	policy2 = policy_bytes(&length2);
	assert_string_equal(local, local2);
	assert_string_equal(stored, stored2);
	assert_string_equal(all, all2);
	assert_int_equal(length, length2);
	assert_memory_equal(policy, policy2, length);
	change("/opt/others(/.*)?", STORE_FILES_ALL, NULL);
}

static void a_path_that_cannot_be_named_is_refused(void **state)
{
	struct error err = { 0 };
	char *type = NULL;

	assert_int_equal(
		store_fcontext_local(store, "/my data(/.*)?", STORE_FILES_ALL, &type, &err),
		-EINVAL);
	assert_non_null(strstr(err.what, "white space"));
	must(store_begin(store, &err), &err);
	assert_int_equal(store_fcontext_set(store, "/a\nb", STORE_FILES_ALL, "usr_t", &err),
			 -EINVAL);
	assert_int_equal(store_fcontext_set(store, "data", STORE_FILES_ALL, "usr_t", &err),
			 -EINVAL);
	store_abort(store);
	assert_int_equal(store_fcontext_set(store, "/data", STORE_FILES_ALL, "usr_t", &err),
			 -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(specs_match_their_path_alone),
		cmocka_unit_test(a_rule_is_what_libselinux_then_expects),
		cmocka_unit_test(another_type_goes_over_it_and_comes_back),
		cmocka_unit_test(what_is_taken_back_leaves_no_trace),
		cmocka_unit_test(a_path_that_cannot_be_named_is_refused),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
