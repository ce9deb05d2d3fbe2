/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <glob.h>
#include <selinux/selinux.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "steps/host/selinux.h"
#include "tests/unit/host/root.h"
#include "wizard/util.h"

static int setup(void **state)
{
	root = scratch_directory();
	run("mkdir -p $root/etc/selinux");
	return 0;
}

static int teardown(void **state)
{
	scratch_remove(root);
	return 0;
}

static char *config_path(void)
{
	return str_printf("%s/etc/selinux/config", root);
}

static void write_config(const char *text)
{
	free(put_file(root, "etc/selinux/config", text));
}

/* ---- configuration --------------------------------------------------------------------------- */

static void config_is_read(void **state)
{
	static const struct {
		const char *text, *type;
		enum selinux_mode mode;
	} good[] = {
		{ "# SELINUX=disabled\nSELINUX=enforcing\nSELINUXTYPE=default\n", "default",
		  SELINUX_MODE_ENFORCING },
		{ "SELINUX=Permissive \t\r\nSELINUXTYPE=targeted \r\n", "targeted",
		  SELINUX_MODE_PERMISSIVE },
		{ "SELINUXTYPE=mls\nSELINUX=disabled", "mls", SELINUX_MODE_DISABLED },
		{ "SELINUX=wrong\nSELINUX=permissive\nSELINUX=disabled\n", "targeted",
		  SELINUX_MODE_PERMISSIVE },
		{ "SELINUX=permissive\nSELINUXTYPE=a\nSELINUXTYPE=b\n", "b",
		  SELINUX_MODE_PERMISSIVE },
	};
	static const char *const bad[] = {
		"",
		"SELINUX=\nSELINUXTYPE=default\n",
		"#SELINUX=enforcing\n",
		"SELINUX=permissive\nSELINUXTYPE=../../tmp\n",
		"SELINUX=permissive\nSELINUXTYPE=..\n",
	};

	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		_cleanup_free_ char *type = NULL;
		enum selinux_mode mode, again;
		struct error err = { 0 };

		write_config(good[i].text);
		assert_int_equal(host_selinux_config(root, &mode, &type, &err), 0);
		assert_int_equal(mode, good[i].mode);
		assert_string_equal(type, good[i].type);
		assert_int_equal(host_selinux_mode(root, &again, &err), 0);
		assert_int_equal(again, mode);
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		char *type = NULL;
		enum selinux_mode mode;
		struct error err = { 0 };

		write_config(bad[i]);
		assert_int_equal(host_selinux_config(root, &mode, &type, &err), -EINVAL);
		assert_null(type);
		assert_true(*err.remedy);
	}
}

static void config_may_be_missing(void **state)
{
	enum selinux_mode mode;
	struct error err = { 0 };
	char *type = NULL;

	assert_int_equal(host_selinux_config(root, &mode, &type, &err), -ENOENT);
	assert_true(*err.remedy);
	assert_int_equal(host_selinux_mode(root, &mode, NULL), -ENOENT);
	assert_int_equal(host_selinux_set_config(root, SELINUX_MODE_ENFORCING, &err), -ENOENT);
}

static void config_keeps_all_other_bytes(void **state)
{
	static const struct {
		const char *before, *after;
	} cases[] = {
		{ "# SELINUX= can be\n\n \tx\r\nSELINUX=permissive  "
		  "\n#SELINUX=no\nSELINUXTYPE=default\n"
		  "SETLOCALDEFS=0",
		  "# SELINUX= can be\n\n "
		  "\tx\r\nSELINUX=enforcing\n#SELINUX=no\nSELINUXTYPE=default\n"
		  "SETLOCALDEFS=0" },
		{ "SELINUX=disabled", "SELINUX=enforcing" },
		{ "SELINUX=bad\nx\nSELINUX=disabled\n",
		  "SELINUX=enforcing\nx\nSELINUX=enforcing\n" },
		{ "SELINUXTYPE=mls", "SELINUXTYPE=mls\nSELINUX=enforcing\n" },
		{ "", "SELINUX=enforcing\n" },
	};
	_cleanup_free_ char *path = config_path();

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_free_ char *text = NULL;
		struct stat status;

		write_config(cases[i].before);
		assert_int_equal(chmod(path, 0640), 0);
		assert_int_equal(host_selinux_set_config(root, SELINUX_MODE_ENFORCING, NULL), 0);
		assert_int_equal(file_read(path, &text, NULL, NULL), 0);
		assert_string_equal(text, cases[i].after);
		assert_int_equal(stat(path, &status), 0);
		assert_int_equal(status.st_mode & 07777, 0640);
	}
}

/* ---- this machine ---------------------------------------------------------------------------- */

static void mode_of_this_kernel(void **state)
{
	enum selinux_mode mode;
	int enforcing = is_selinux_enabled() > 0 ? security_getenforce() : -1;

	assert_int_equal(host_selinux_mode("/", &mode, NULL), 0);
	assert_string_equal(selinux_mode_name(mode), enforcing < 0 ? "disabled"
						     : enforcing   ? "enforcing"
								   : "permissive");
	assert_string_equal(selinux_mode_name((enum selinux_mode)77), "unknown");
}

static void without_selinux_there_are_no_domains(void **state)
{
	struct error err = { 0 };
	char *context = NULL;
	unsigned int loads;
	bool permissive;

	assert_int_equal(host_process_context(0x7ffffff0, &context, &err), -ESRCH);
	assert_int_equal(host_process_context(-1, &context, &err), -ESRCH);
	if (is_selinux_enabled() > 0) {
		print_message("SELinux is enabled here\n");
		skip();
	}
	assert_int_equal(host_process_context(getpid(), &context, &err), -EOPNOTSUPP);
	assert_null(context);
	assert_int_equal(host_domain_is_permissive("a:b:mysqld_t:s0", &permissive, &err),
			 -EOPNOTSUPP);
	err.remedy[0] = '\0';
	assert_int_equal(host_selinux_set_mode(false, &err), -EINVAL);
	assert_true(*err.remedy);
	assert_int_equal(host_policy_reload(&err), -EOPNOTSUPP);
	assert_int_equal(host_policy_loads(&loads, &err), -EOPNOTSUPP);
}

/* ---- labels ---------------------------------------------------------------------------------- */

static void types_of_contexts(void **state)
{
	static const struct {
		const char *context, *type;
	} cases[] = {
		{ "system_u:object_r:mysqld_db_t:s0", "mysqld_db_t" },
		{ "u:r:t", "t" },
		{ "u:r:t:s0-s0:c0.c1023", "t" },
		{ "u:r:", NULL },
		{ "u:r", NULL },
		{ "unconfined", NULL },
		{ "", NULL },
		{ NULL, NULL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_free_ char *type = context_type(cases[i].context);

		assert_text_or_null(type, cases[i].type);
	}
}

static void labels_of_files(void **state)
{
	static const char label[] = "system_u:object_r:mysqld_exec_t:s0";
	_cleanup_free_ char *file = str_printf("%s/file", root),
			    *link = str_printf("%s/link", root);
	_cleanup_free_ char *found = NULL;
	struct error err = { 0 };
	char untouched[] = "untouched", *type = untouched;

	assert_int_equal(host_file_type(file, &type, &err), -ENOENT);
	assert_string_equal(type, "untouched");
	assert_true(*err.remedy);
	run("touch $root/file; ln -s file $root/link");
	if (is_selinux_enabled() <= 0) {
		assert_int_equal(host_file_type(file, &type, NULL), 0);
		assert_null(type);
	}
	if (setxattr(file, "security.selinux", label, sizeof(label), 0) < 0) {
		print_message("cannot label files here: %s\n", strerror(errno));
		skip();
	}
	assert_int_equal(host_file_type(file, &found, NULL), 0);
	assert_string_equal(found, "mysqld_exec_t");
	/* The link itself has none. */
	if (is_selinux_enabled() <= 0) {
		type = untouched;
		assert_int_equal(host_file_type(link, &type, NULL), 0);
		assert_null(type);
	}
}

static struct file_labels *open_labels(void)
{
	struct file_labels *labels = NULL;
	struct error err = { 0 };

	must(file_labels_open(&labels, root, "default", &err), &err);
	return labels;
}

static void assert_label(struct file_labels *labels, const char *path, mode_t kind,
			 const char *expected)
{
	_cleanup_free_ char *type = NULL;
	struct error err = { 0 };

	must(file_labels_expect(labels, path, kind, &type, &err), &err);
	if (expected && !type)
		fail_msg("%s: no label, not %s", path, expected);
	assert_text_or_null(type, expected);
}

static void labels_of_a_composed_policy(void **state)
{
	struct file_labels *labels;

	run("d=$root/etc/selinux/default/contexts/files; mkdir -p $d; cd $d;"
	    "echo '/var/lib/mysql(/.*)? system_u:object_r:mysqld_db_t:s0' >file_contexts;"
	    "echo '/var/lib/mysql/sock -s system_u:object_r:mysqld_runtime_t:s0' >>file_contexts;"
	    "echo '/proc(/.*)? <<none>>' >>file_contexts;"
	    "echo '/home/[^/]+ -d system_u:object_r:user_home_dir_t:s0' >file_contexts.homedirs;"
	    "echo '/srv/db(/.*)? system_u:object_r:local_db_t:s0' >file_contexts.local;"
	    "echo '/var/lib/mysql-node2 /var/lib/mysql' >file_contexts.subs;"
	    "echo '/data /var/lib/mysql' >file_contexts.subs_dist");
	labels = open_labels();
	assert_label(labels, "/var/lib/mysql", S_IFDIR, "mysqld_db_t");
	assert_label(labels, "/var/lib/mysql/ibdata1", S_IFREG, "mysqld_db_t");
	assert_label(labels, "/var/lib/mysql/sock", S_IFSOCK, "mysqld_runtime_t");
	assert_label(labels, "/var/lib/mysql/sock", S_IFREG, "mysqld_db_t");
	assert_label(labels, "/home/anna", S_IFDIR, "user_home_dir_t");
	assert_label(labels, "/srv/db/x", S_IFREG, "local_db_t");
	assert_label(labels, "/var/lib/mysql-node2/x", S_IFREG, "mysqld_db_t");
	assert_label(labels, "/data/x", 0, "mysqld_db_t");
	assert_label(labels, "/proc/1", S_IFDIR, NULL);
	assert_label(labels, "/elsewhere", 0, NULL);
	file_labels_close(labels);
	file_labels_close(NULL);
}

static void labels_of_the_installed_policy(void **state)
{
	_cleanup_free_ char *pattern = str_printf("%s/etc/selinux/*/contexts/files", policy_root());
	_cleanup_(globfree) glob_t found = { 0 };
	_cleanup_free_ char *compiled = NULL;
	struct file_labels *labels;

	if (glob(pattern, 0, NULL, &found) != 0) {
		print_message("no policy is installed: %s\n", pattern);
		skip();
	}
	setenv("files", found.gl_pathv[0], 1);
	run("d=$root/etc/selinux/default/contexts; mkdir -p $d && cp -a \"$files\" $d/files");
	labels = open_labels();
	assert_label(labels, "/var/lib/mysql", S_IFDIR, "mysqld_db_t");
	assert_label(labels, "/usr/bin/mysqld_safe", S_IFREG, "mysqld_safe_exec_t");
	assert_label(labels, "/usr/bin/rsync", S_IFREG, "rsync_exec_t");
	file_labels_close(labels);
	compiled = str_printf("%s/file_contexts.bin", found.gl_pathv[0]);
	if (access(compiled, R_OK) < 0)
		return;
	/* Where the compiled one is all that there is, it is taken. */
	run("rm $root/etc/selinux/default/contexts/files/file_contexts");
	labels = open_labels();
	assert_label(labels, "/var/lib/mysql", S_IFDIR, "mysqld_db_t");
	file_labels_close(labels);
}

/* What libselinux says is in the error, not on standard error. */
static void broken_labels_are_an_error_without_noise(void **state)
{
	struct file_labels *labels = NULL;
	struct error err = { 0 }, broken_err = { 0 };
	struct capture said;
	int missing, broken;

	capture_start(&said, STDERR_FILENO);
	missing = file_labels_open(&labels, root, "default", &err);
	run("d=$root/etc/selinux/default/contexts/files; mkdir -p $d;"
	    "echo '/var/lib/mysql' >$d/file_contexts");
	broken = file_labels_open(&labels, root, "default", &broken_err);
	capture_end(&said);
	assert_int_equal(missing, -ENOENT);
	assert_true(*err.remedy);
	assert_int_equal(broken, -EINVAL);
	assert_non_null(strstr(broken_err.what, "missing fields"));
	assert_string_equal(said.text, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(config_is_read, setup, teardown),
		cmocka_unit_test_setup_teardown(config_may_be_missing, setup, teardown),
		cmocka_unit_test_setup_teardown(config_keeps_all_other_bytes, setup, teardown),
		cmocka_unit_test(mode_of_this_kernel),
		cmocka_unit_test(without_selinux_there_are_no_domains),
		cmocka_unit_test(types_of_contexts),
		cmocka_unit_test_setup_teardown(labels_of_files, setup, teardown),
		cmocka_unit_test_setup_teardown(labels_of_a_composed_policy, setup, teardown),
		cmocka_unit_test_setup_teardown(labels_of_the_installed_policy, setup, teardown),
		cmocka_unit_test_setup_teardown(broken_labels_are_an_error_without_noise, setup,
						teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
