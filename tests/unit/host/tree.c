/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Trees that a hostile owner has made, or changes while they are walked. */
#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>

#include "steps/host/tree.h"
#include "tests/unit/host/root.h"
#include "wizard/strings.h"
#include "wizard/util.h"

static int setup(void **state)
{
	root = scratch_directory();
	return 0;
}

/* Paths may be longer than a call takes. */
static int teardown(void **state)
{
	run("rm -rf $root");
	free(root);
	return 0;
}

static struct strings seen;
static size_t longest; /* path; 0: it is not asked for */

static int note(void *at, struct tree_file *file, struct error *err)
{
	const char *when = at;

	(void)err;
	if (!longest)
		strings_insert(&seen, file->name);
	if (longest && strlen(file->path) > longest)
		longest = strlen(file->path);
	/* Somebody moves a directory while we are in it. */
	if (when && !strcmp(file->name, when))
		run("mv $root/top/a/b $root/elsewhere");
	return 0;
}

static char *walk(const char *when)
{
	_cleanup_free_ char *path = str_printf("%s/top", root);
	const struct tree tree = { .path = path };
	struct error err = { 0 };
	size_t files;
	char *names;

	must(tree_walk(&tree, note, (void *)when, &files, &err), &err);
	names = strings_join(&seen, " ");
	assert_int_equal(files, seen.count);
	strings_clear(&seen);
	return names;
}

/* deep - so many directories in each other, the last with a file in it. */
static void deep(int levels)
{
	int fd = open(root, O_RDONLY | O_DIRECTORY);

	for (int i = 0; i < levels; i++) {
		const char *name = i ? "d" : "top";
		int below;

		assert_int_equal(mkdirat(fd, name, 0755), 0);
		below = openat(fd, name, O_RDONLY | O_DIRECTORY);
		assert_true(below >= 0);
		close(fd);
		fd = below;
	}
	close(openat(fd, "file", O_WRONLY | O_CREAT, 0644));
	close(fd);
}

/* And its path is one of more than PATH_MAX bytes. */
static void the_deepest_tree_takes_few_descriptors(void **state)
{
	enum { LEVELS = 2500 };
	const struct rlimit few = { 12, 12 };
	_cleanup_free_ char *path = str_printf("%s/top", root);
	const struct tree tree = { .path = path };
	struct error err = { 0 };
	size_t files = 0;

	deep(LEVELS);
	longest = 1;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	must(tree_walk(&tree, note, NULL, &files, &err), &err);
	assert_int_equal(files, LEVELS + 1);
	assert_int_equal(longest, strlen(path) + 2 * (LEVELS - 1) + strlen("/file"));
}

static void what_is_moved_out_meanwhile_leads_nowhere(void **state)
{
	_cleanup_free_ char *before = NULL, *after = NULL;

	run("mkdir -p $root/top/a/b/c/d $root/top/a/x/y $root/top/z $root/secret;"
	    "touch $root/top/a/b/c/f $root/secret/s");
	before = walk(NULL);
	assert_string_equal(before, " a a/b a/b/c a/b/c/d a/b/c/f a/x a/x/y z");
	/* Above what was moved is the scratch directory now, with what is secret in it. */
	after = walk("a/b/c/f");
	assert_string_equal(after, " a a/b a/b/c a/b/c/d a/b/c/f a/x a/x/y z");
	run("test -d $root/elsewhere/c/d");
}

/* Somebody has put a link on the way to the tree since its path was found. */
static void no_link_leads_to_the_top(void **state)
{
	const struct tree there = { .root = root, .path = "/top/dir/x" };
	const struct tree led = { .root = root, .path = "/top/link/x" };
	struct error err = { 0 };
	size_t files = 9;

	run("mkdir -p $root/top/dir/x $root/secret/x; ln -s ../secret $root/top/link");
	must(tree_walk(&there, note, NULL, &files, &err), &err);
	assert_int_equal(files, 1);
	must(tree_walk(&led, note, NULL, &files, &err), &err);
	assert_int_equal(files, 0);
	strings_clear(&seen);
}

/* Link, pipe and socket are visited and not opened; what a link leads to is not. */
static void nothing_is_opened(void **state)
{
	_cleanup_free_ char *names = NULL;

	run("mkdir -p $root/top $root/secret; touch $root/secret/s; mkfifo $root/top/pipe;"
	    "ln -s $root/secret $root/top/link; printf x >\"$root/top/$(printf '\\351\\n')\"");
	names = walk(NULL);
	assert_string_equal(names, " link pipe \xe9");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_is_moved_out_meanwhile_leads_nowhere, setup,
						teardown),
		cmocka_unit_test_setup_teardown(no_link_leads_to_the_top, setup, teardown),
		cmocka_unit_test_setup_teardown(nothing_is_opened, setup, teardown),
		/* Last: it lowers this process's limits. */
		cmocka_unit_test_setup_teardown(the_deepest_tree_takes_few_descriptors, setup,
						teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
