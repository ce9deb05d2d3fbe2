/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "steps/host/standin.h"
#include "tests/unit/host/root.h"
#include "wizard/util.h"

#define TEXT  "#!/bin/sh\n# ours\nexec \"$0" STANDIN_SUFFIX "\" \"$@\"\n"
#define OTHER "#!/bin/sh\necho operator\n"

static char *path, *beside, *fresh;

static int setup(void **state)
{
	root = scratch_directory();
	path = str_printf("%s/script", root);
	beside = str_printf("%s" STANDIN_SUFFIX, path);
	fresh = str_printf("%s.new", beside);
	return file_write(path, OTHER, strlen(OTHER), 0751, NULL);
}

static int teardown(void **state)
{
	scratch_remove(root);
	free(path);
	free(beside);
	free(fresh);
	return 0;
}

static void has(const char *file, const char *wanted)
{
	_cleanup_free_ char *text = NULL;

	if (file_read(file, &text, NULL, NULL) < 0)
		fail_msg("%s cannot be read", file);
	assert_string_equal(text, wanted);
}

static void gone(const char *file)
{
	struct stat status;

	if (lstat(file, &status) == 0)
		fail_msg("%s is there", file);
}

static void is_state(enum standin_state wanted)
{
	enum standin_state state = STANDIN_ALONE;

	assert_int_equal(standin_state(path, TEXT, &state, NULL), 0);
	assert_int_equal(state, wanted);
}

static void remove_it(bool replaced)
{
	bool other = !replaced;

	assert_int_equal(standin_remove(path, TEXT, &other, NULL), 0);
	assert_int_equal(other, replaced);
	gone(fresh);
}

static void put_and_removed(void **state)
{
	struct stat before, ours, after;

	is_state(STANDIN_NONE);
	assert_int_equal(stat(path, &before), 0);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(standin_put(path, TEXT, NULL), 0);
		is_state(STANDIN_IN_PLACE);
		has(path, TEXT);
		has(beside, OTHER);
	}
	assert_int_equal(stat(path, &ours), 0);
	assert_int_equal(ours.st_mode, before.st_mode);
	assert_int_equal(ours.st_uid, before.st_uid);
	/* It is the program itself that comes back, with all that hangs on it. */
	for (int i = 0; i < 2; i++) {
		remove_it(false);
		is_state(STANDIN_NONE);
		gone(beside);
		assert_int_equal(stat(path, &after), 0);
		assert_int_equal(after.st_ino, before.st_ino);
		assert_int_equal(after.st_nlink, 1);
	}
}

static void owner_and_access_list(void **state)
{
	/* user::rwx user:65534:r-x group::r-- mask::r-x other::--- */
	static const unsigned char list[] = {
		2, 0,   0,   0,   1,   0,   7,  0, 255, 255, 255, 255, 2,   0,   5,
		0, 254, 255, 0,   0,   4,   0,  4, 0,   255, 255, 255, 255, 16,  0,
		5, 0,   255, 255, 255, 255, 32, 0, 0,   0,   255, 255, 255, 255,
	};
	unsigned char got[128];
	struct stat ours;

	if (geteuid() != 0)
		skip();
	assert_int_equal(chown(path, 65533, 65532), 0);
	if (setxattr(path, "system.posix_acl_access", list, sizeof(list), 0) < 0)
		skip();
	assert_int_equal(standin_put(path, TEXT, NULL), 0);
	assert_int_equal(stat(path, &ours), 0);
	assert_int_equal(ours.st_uid, 65533);
	assert_int_equal(ours.st_gid, 65532);
	assert_int_equal(getxattr(path, "system.posix_acl_access", got, sizeof(got)), sizeof(list));
	assert_memory_equal(got, list, sizeof(list));
}

/* Edited beside, or replaced at the path: either is kept. */
static void nothing_is_lost(void **state)
{
	assert_int_equal(standin_put(path, TEXT, NULL), 0);
	run("echo 'echo edited' >>\"$root/script.galera-selinux\"");
	remove_it(false);
	has(path, OTHER "echo edited\n");

	assert_int_equal(standin_put(path, TEXT, NULL), 0);
	run("printf '#!/bin/sh\\necho deployed\\n' >\"$root/x\" && mv \"$root/x\" "
	    "\"$root/script\"");
	is_state(STANDIN_REPLACED);
	assert_int_equal(standin_put(path, TEXT, NULL), -EEXIST);
	remove_it(true);
	has(path, "#!/bin/sh\necho deployed\n");
	has(beside, OTHER "echo edited\n");
	/* The same text again, as a deployment writes it: the former is not needed. */
	run("cp \"$root/script.galera-selinux\" \"$root/script\"");
	remove_it(true);
	has(path, OTHER "echo edited\n");
	gone(beside);
	/* Ours, of an exercise before: it writes another mark. */
	assert_int_equal(standin_put(path, TEXT, NULL), 0);
	assert_int_equal(standin_put(path, TEXT "# another\n", NULL), 0);
	has(path, TEXT "# another\n");
	has(beside, OTHER "echo edited\n");
	is_state(STANDIN_IN_PLACE);
	remove_it(false);
	has(path, OTHER "echo edited\n");
	gone(beside);
	/* Our script was removed by somebody. */
	assert_int_equal(standin_put(path, TEXT, NULL), 0);
	run("rm \"$root/script\"");
	remove_it(false);
	has(path, OTHER "echo edited\n");
	/* The operator's was. */
	assert_int_equal(standin_put(path, TEXT, NULL), 0);
	run("rm \"$root/script.galera-selinux\"");
	is_state(STANDIN_ALONE);
	assert_int_equal(standin_put(path, TEXT, NULL), -ENOENT);
	assert_int_equal(standin_remove(path, TEXT, &(bool){ false }, NULL), -ENOENT);
	has(path, TEXT);
}

/* Each point at which a crash can come. */
static void after_a_crash(void **state)
{
	struct stat both;

	for (int put = 0; put < 2; put++) {
		/* Ours was written, in part. */
		run("printf '#!/bi' >\"$root/script.galera-selinux.new\"");
		if (put)
			assert_int_equal(standin_put(path, TEXT, NULL), 0);
		remove_it(false);
		has(path, OTHER);
		gone(beside);
		/* Taken away in part: ours is there, and the program has a third name. */
		if (put) {
			assert_int_equal(standin_put(path, TEXT, NULL), 0);
			run("ln \"$root/script.galera-selinux\" "
			    "\"$root/script.galera-selinux.new\"");
			is_state(STANDIN_IN_PLACE);
			remove_it(false);
			has(path, OTHER);
			gone(beside);
		}
		/* The program has its second name. */
		run("printf '#!/bi' >\"$root/script.galera-selinux.new\" && "
		    "ln \"$root/script\" \"$root/script.galera-selinux\"");
		is_state(STANDIN_NONE);
		if (put) {
			assert_int_equal(standin_put(path, TEXT, NULL), 0);
			is_state(STANDIN_IN_PLACE);
		}
		remove_it(false);
		has(path, OTHER);
		gone(beside);
		assert_int_equal(stat(path, &both), 0);
		assert_int_equal(both.st_nlink, 1);
	}
	/* Its directory is gone, or was never there. */
	run("rm -r \"$root\"");
	is_state(STANDIN_NONE);
	assert_int_equal(standin_remove(path, TEXT, &(bool){ false }, NULL), 0);
	assert_int_equal(standin_put(path, TEXT, NULL), -ENOENT);
	run("mkdir \"$root\"");
}

static void unfit(void **state)
{
	static const struct {
		const char *make, *why;
	} cases[] = {
		{ ":", NULL },
		{ "chmod 644 \"$root/script\"", "not executable" },
		{ "chmod 4755 \"$root/script\"", "set-user-id" },
		{ "chmod 755 \"$root/script\"; printf '\\177ELF' >\"$root/script\"", "no script" },
		{ ": >\"$root/script\"", "no script" },
		{ "rm \"$root/script\"", "no such file" },
		{ "ln -s /bin/true \"$root/script\"", "symbolic link" },
		{ "rm \"$root/script\"; mkdir \"$root/script\"", "no regular file" },
		{ "rmdir \"$root/script\"; mkfifo \"$root/script\"", "no regular file" },
		{ "rm -r \"$root\"", "no such file" },
		{ "mkdir \"$root\"", "no such file" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_free_ char *why = NULL;

		run(cases[i].make);
		assert_int_equal(standin_unfit(path, &why, NULL), 0);
		if ((why != NULL) != (cases[i].why != NULL) || (why && !strstr(why, cases[i].why)))
			fail_msg("%s: %s", cases[i].make, why ? why : "fit");
	}
}

/* While ours comes and goes, whoever calls the path always gets the program. */
static void never_missing(void **state)
{
	run("(cd \"$root\"; while [ ! -e stop ]; do ./script; done >out 2>err; : >stopped) &");
	for (int i = 0; i < 6; i++) {
		assert_int_equal(standin_put(path, TEXT, NULL), 0);
		usleep(100000);
		remove_it(false);
	}
	run(": >\"$root/stop\"; while [ ! -e \"$root/stopped\" ]; do sleep 0.01; done");
	run("[ -s \"$root/out\" ]");
	run("! grep -v '^operator$' \"$root/out\" && ! grep . \"$root/err\"");
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(put_and_removed), TEST(owner_and_access_list),
		TEST(nothing_is_lost), TEST(after_a_crash),
		TEST(unfit),           TEST(never_missing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
