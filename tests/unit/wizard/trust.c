/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which paths are nobody else's to change; other owners can be had as root only. */
#include <errno.h>
#include <fcntl.h>

#include "tests/unit/unit.h"
#include "wizard/trust.h"

static char *root;

static int setup(void **state)
{
	(void)state;
	root = scratch_directory();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	scratch_remove(root);
	return 0;
}

static void run(const char *command)
{
	setenv("root", root, 1);
	if (system(command))
		fail_msg("%s", command);
}

static void assert_trusted(const char *name, int wanted)
{
	_cleanup_free_ char *path = str_printf("%s/%s", root, name);
	struct error err = { 0 };
	int r = path_trusted(path, "it", &err);

	if (r != wanted)
		fail_msg("%s: %d, %s", name, r, err.what);
	if (r < 0) {
		assert_non_null(strstr(err.what, "it: somebody else can change /"));
		assert_non_null(strstr(err.remedy, "namei -l"));
	}
}

static void by_mode(void **state)
{
	(void)state;
	run("cd $root; mkdir -p own/below open/below sticky/below; chmod 777 open; chmod 1777 "
	    "sticky;"
	    "ln -s open/below to-open; ln -s own/below to-own; ln -s nowhere to-nothing;"
	    "ln -s ../own/below sticky/to-own; touch file; chmod 666 file");
	assert_trusted("", 0);
	assert_trusted("own/below", 0);
	assert_trusted("own/new", 0);
	assert_trusted("own/new/new", 0);
	assert_trusted("open", -EPERM);
	assert_trusted("open/below", -EPERM);
	assert_trusted("open/new", -EPERM);
	assert_trusted("open/../own", -EPERM);
	assert_trusted("sticky/below", 0);
	assert_trusted("sticky/new", 0);
	assert_trusted("to-own", 0);
	assert_trusted("to-open", -EPERM);
	assert_trusted("to-open/new", -EPERM);
	assert_trusted("to-nothing", 0);
	assert_trusted("sticky/to-own", 0);
	assert_trusted("file", -EPERM);
	/* What is relative begins where we stand. */
	run("chmod 777 $root/own/below");
	{
		_cleanup_close_ int here = open(".", O_RDONLY | O_DIRECTORY);
		_cleanup_free_ char *below = str_printf("%s/own/below", root);

		assert_int_equal(chdir(below), 0);
		assert_int_equal(path_trusted("new", "it", NULL), -EPERM);
		assert_int_equal(fchdir(here), 0);
	}
}

static void by_owner(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	run("cd $root; mkdir -p own/below other/below group sticky/below; chown 65534 other;"
	    "chgrp 65534 group; chmod 775 group; ln -s own to-own; chown -h 65534 to-own;"
	    "mkdir mine; chmod 775 mine; chmod 1777 sticky; chown 65534 sticky/below");
	assert_trusted("own/below", 0);
	assert_trusted("other", -EPERM);
	assert_trusted("other/below", -EPERM);
	assert_trusted("other/new", -EPERM);
	assert_trusted("group", -EPERM);
	assert_trusted("mine", 0); /* for root's group to write to */
	assert_trusted("to-own/below", -EPERM);
	assert_trusted("sticky/below", -EPERM);
}

static void assert_resolved(const char *name, int wanted, const char *to)
{
	_cleanup_free_ char *path = str_printf("%s/%s", root, name), *resolved = NULL;
	_cleanup_free_ char *expected = str_printf("%s/%s", root, to);
	struct error err = { 0 };
	int r = path_resolve(path, &resolved, &err);

	if (r != wanted)
		fail_msg("%s: %d, %s", name, r, err.what);
	if (r == 0)
		assert_string_equal(resolved, expected);
	else
		assert_true(*err.what && *err.remedy);
}

/* Links that root has made lead on; in a directory of others, root follows none. */
static void links_of_ours_alone(void **state)
{
	_cleanup_free_ char *top = NULL;

	(void)state;
	run("cd $root; mkdir -p a/b/c open sticky; chmod 777 open; chmod 1777 sticky;"
	    "ln -s a/b one; ln -s $root/one two; ln -s ../a/b sticky/three; ln -s ../a/b open/link;"
	    "ln -s loop loop; ln -s open/link far; ln -s ./../a/./b/ a/four; mkdir open/dir");
	assert_resolved("a/b/c", 0, "a/b/c");
	assert_resolved("a//b/../b/./c/", 0, "a/b/c");
	assert_resolved("one/c", 0, "a/b/c");
	assert_resolved("two/c", 0, "a/b/c");
	assert_resolved("two/none/x", 0, "a/b/none/x");
	assert_resolved("a/four/c", 0, "a/b/c");
	assert_resolved("sticky/three", 0, "a/b");
	assert_resolved("open/dir", 0, "open/dir");
	assert_resolved("open/link", -EPERM, NULL);
	assert_resolved("open/link/c", -EPERM, NULL);
	assert_resolved("far", -EPERM, NULL);
	assert_resolved("loop/x", -ELOOP, NULL);
	assert_int_equal(path_resolve("/..", &top, NULL), 0);
	assert_string_equal(top, "/");
	if (geteuid() != 0)
		return;
	run("chown -h 65534 $root/one $root/sticky/three");
	assert_resolved("one/c", -EPERM, NULL);
	assert_resolved("two", -EPERM, NULL);
	assert_resolved("sticky/three", -EPERM, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(by_mode, setup, teardown),
		cmocka_unit_test_setup_teardown(by_owner, setup, teardown),
		cmocka_unit_test_setup_teardown(links_of_ours_alone, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
