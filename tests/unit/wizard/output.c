/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files that the operator names: what is written, what is asked, what is refused. */
#include "small.h"

#include "wizard/output.h"

static int write_with(const char *path, const char *answer, bool force, struct error *err)
{
	char *answers[] = { (char *)(uintptr_t)answer, NULL };
	struct session_options options = { .root = small_root,
					   .answers = answer ? answers : NULL,
					   .force = force };
	struct session *session = NULL;
	struct capture said;
	int r = session_new(&session, &small_workflow, &options, err);

	assert_int_equal(r, 0);
	capture_start(&said, STDERR_FILENO);
	r = output_write(session, path, "new text", 8, 0640, err);
	capture_end(&said);
	session_free(session);
	return r;
}

static mode_t mode_of(const char *name)
{
	struct stat st;

	assert_int_equal(lstat(small_path(name), &st), 0);
	return st.st_mode;
}

static void test_a_new_file(void **state)
{
	struct error err = { 0 };

	(void)state;
	assert_int_equal(write_with(small_path("fresh"), NULL, false, &err), 0);
	assert_true(small_is("fresh", "new text"));
	assert_int_equal(mode_of("fresh"), S_IFREG | 0640);
	assert_int_equal(write_with(small_path("no/fresh"), NULL, false, &err), -ENOENT);
}

static void test_a_file_that_is_there(void **state)
{
	struct error err = { 0 };

	(void)state;
	small_put("there", "a text that is longer");
	assert_int_equal(write_with(small_path("there"), NULL, false, &err), -EEXIST);
	assert_true(small_has(err.what, "is there already: it is left as it is"));
	assert_true(small_has(err.remedy, "--force"));
	assert_int_equal(write_with(small_path("there"), "output.replace=no", false, &err),
			 -EEXIST);
	assert_true(small_is("there", "a text that is longer"));
	assert_int_equal(write_with(small_path("there"), "output.replace=yes", false, &err), 0);
	assert_true(small_is("there", "new text"));
	assert_int_equal(mode_of("there"), S_IFREG | 0644);
	small_put("there", "short");
	assert_int_equal(write_with(small_path("there"), NULL, true, &err), 0);
	assert_true(small_is("there", "new text"));
	assert_int_equal(write_with(small_root, NULL, true, &err), -EISDIR);
}

static void test_a_link(void **state)
{
	struct error err = { 0 };

	(void)state;
	assert_int_equal(symlink("target", small_path("link")), 0);
	assert_int_equal(write_with(small_path("link"), NULL, false, &err), 0);
	assert_true(small_is("target", "new text"));
	assert_int_equal(write_with(small_path("link"), NULL, false, &err), -EEXIST);
	assert_true(S_ISLNK(mode_of("link")));
}

static void test_a_pipe(void **state)
{
	struct error err = { 0 };
	char got[16] = "";
	int fd;

	(void)state;
	assert_int_equal(mkfifo(small_path("pipe"), 0600), 0);
	fd = open(small_path("pipe"), O_RDONLY | O_NONBLOCK);
	assert_int_equal(write_with(small_path("pipe"), NULL, false, &err), 0);
	assert_int_equal(read(fd, got, sizeof(got)), 8);
	assert_string_equal(got, "new text");
	close(fd);
	assert_true(S_ISFIFO(mode_of("pipe")));
}

static void test_standard_output(void **state)
{
	struct error err = { 0 };
	struct capture said;

	(void)state;
	capture_start(&said, STDOUT_FILENO);
	assert_int_equal(write_with("-", NULL, false, &err), 0);
	assert_int_equal(write_with("/dev/stdout", NULL, false, &err), 0);
	capture_end(&said);
	assert_string_equal(said.text, "new textnew text");
}

static void test_what_is_read_is_guarded(void **state)
{
	_cleanup_free_ char *one = strdup(small_path("one"));
	_cleanup_free_ char *link = strdup(small_path("link"));
	struct error err = { 0 };

	(void)state;
	assert_int_equal(symlink("one", link), 0);
	assert_int_equal(output_guard(link, one, "what is read", &err), -EINVAL);
	assert_true(small_has(err.what, "/link is what is read: it is never written to"));
	assert_int_equal(output_guard(one, link, "what is read", &err), -EINVAL);
	assert_int_equal(output_guard(one, small_path("three"), "what is read", &err), 0);
	assert_int_equal(output_guard(one, "/nonexistent", "what is read", &err), 0);
	assert_int_equal(output_guard(small_path("fresh"), one, "what is read", &err), 0);
	assert_int_equal(output_guard("/dev/null", "/dev/null", "what is read", &err), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, small_set_up, small_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_new_file), TEST(a_file_that_is_there), TEST(a_link),
		TEST(a_pipe),     TEST(standard_output),      TEST(what_is_read_is_guarded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
