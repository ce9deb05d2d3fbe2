/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "small.h"
#include "wizard/process.h"

#include <dirent.h>
#include <signal.h>
#include <sys/resource.h>

static int entries(const char *path)
{
	DIR *folder = opendir(path);
	int count = -2; /* . and .. */

	assert_non_null(folder);
	while (readdir(folder))
		count++;
	closedir(folder);
	return count;
}

static void test_array_grows(void **state)
{
	_cleanup_free_ int *items = NULL;
	size_t count = 0;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		int *item = array_push(&items, &count, sizeof(*item));

		assert_non_null(item);
		assert_int_equal(*item, 0);
		*item = i;
	}
	assert_int_equal(count, 1000);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(items[i], i);
}

/* More than there is: the array would have twice as many. */
static int ask_for_too_much(void *data)
{
	char *items = NULL;
	size_t count = 0;

	(void)data;
	no_memory_resume("small --root /some/where");
	array_push(&items, &count, 1);
	array_push(&items, &count, SIZE_MAX / 2 + 1);
	return 0;
}

static void test_array_out_of_memory(void **state)
{
	(void)state;
#ifdef __SANITIZE_ADDRESS__
	skip(); /* it ends the program in its own way */
#endif
	small_result_auto result = small_child(ask_for_too_much, NULL);
	assert_int_equal(result.status, 1);
	assert_true(small_has(result.err, "Out of memory; nothing is lost."));
	assert_true(small_has(result.err, "\n  small --root /some/where\n"));
	assert_string_equal(result.out, "");
}

static void test_take_pointer(void **state)
{
	char *text = strdup("x"), *taken;

	(void)state;
	taken = TAKE_PTR(text);
	assert_null(text);
	assert_string_equal(taken, "x");
	free(taken);
}

static void test_strings(void **state)
{
	_cleanup_free_ char *text = str_printf("%s-%d", "a", 5);

	(void)state;
	assert_string_equal(text, "a-5");
	assert_string_equal(str_starts("prefix rest", "prefix "), "rest");
	assert_null(str_starts("pre", "prefix"));
	assert_string_equal(str_starts("x", ""), "x");
}

static void test_write_then_read(void **state)
{
	_cleanup_free_ char *text = NULL, *path = strdup(small_path("file")), *big = malloc(100000);
	struct error err = { 0 };
	struct stat info;
	size_t length = 0;
	int before = entries(small_root);

	(void)state;
	memset(big, 'x', 100000);
	big[500] = '\0';
	assert_int_equal(file_write(path, big, 100000, 0640, &err), 0);
	assert_int_equal(file_read(path, &text, &length, &err), 0);
	assert_int_equal(length, 100000);
	assert_memory_equal(text, big, 100000);
	assert_int_equal(text[length], 0);
	assert_int_equal(stat(path, &info), 0);
	assert_int_equal(info.st_mode & 07777, 0640);
	assert_int_equal(entries(small_root), before + 1);
	assert_int_equal(err.code, 0);
}

static void test_empty_file(void **state)
{
	_cleanup_free_ char *text = NULL;
	struct error err = { 0 };
	size_t length = 9;

	(void)state;
	assert_int_equal(file_write(small_path("file"), "", 0, 0600, &err), 0);
	assert_int_equal(file_read(small_path("file"), &text, &length, &err), 0);
	assert_int_equal(length, 0);
	assert_string_equal(text, "");
}

static void test_read_errors(void **state)
{
	char *text = NULL;
	struct error err = { 0 };

	(void)state;
	assert_int_equal(file_read(small_path("none"), &text, NULL, &err), -ENOENT);
	assert_true(small_has(err.what, "/none: No such file"));
	assert_true(*err.remedy);
	assert_int_equal(file_read(small_root, &text, NULL, &err), -EISDIR);
	assert_null(text);
}

static int read_stdin(void *data)
{
	_cleanup_free_ char *text = NULL;
	struct error err = { 0 };
	int fd = open(small_path("one"), O_RDONLY);

	(void)data;
	if (dup2(fd, STDIN_FILENO) < 0 || file_read("-", &text, NULL, &err) < 0)
		return 1;
	return strcmp(text, "old one") != 0;
}

static void test_read_standard_input(void **state)
{
	small_result_auto result = small_child(read_stdin, NULL);

	(void)state;
	assert_int_equal(result.status, 0);
}

/* A disk that is full, as far as the kernel lets one be made without mounting. */
static int write_too_much(void *data)
{
	struct rlimit limit = { 10, 10 };
	struct error err = { 0 };

	(void)data;
	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &limit);
	return file_write(small_path("one"), "much more than ten bytes", 24, 0600, &err) ==
				       -EFBIG &&
			       err.code == EFBIG
		       ? 0
		       : 1;
}

static void test_failed_write_leaves_the_old_file(void **state)
{
	int before;

	(void)state;
	small_put("stdout", "");
	small_put("stderr", "");
	before = entries(small_root);
	small_result_auto result = small_child(write_too_much, NULL);
	assert_int_equal(result.status, 0);
	assert_true(small_is("one", "old one"));
	assert_int_equal(entries(small_root), before);
}

static void test_write_replaces_a_link_not_its_target(void **state)
{
	struct error err = { 0 };

	(void)state;
	assert_int_equal(symlink("one", small_path("link")), 0);
	assert_int_equal(file_write(small_path("link"), "x", 1, 0600, &err), 0);
	assert_true(small_is("one", "old one"));
	assert_true(small_is("link", "x"));
	assert_int_equal(file_write(small_path("none/file"), "x", 1, 0600, &err), -ENOENT);
}

static void test_directories(void **state)
{
	_cleanup_free_ char *deep = strdup(small_path("a/b//c/"));
	struct error err = { 0 };
	struct stat info;

	(void)state;
	umask(022);
	assert_int_equal(make_directories(deep, 0700, &err), 0);
	assert_int_equal(make_directories(deep, 0700, &err), 0);
	assert_int_equal(stat(small_path("a"), &info), 0);
	assert_int_equal(info.st_mode & 07777, 0700);
	assert_int_equal(make_directories(small_path("one/x"), 0700, &err), -ENOTDIR);
	assert_true(small_has(err.what, "/one"));
	assert_int_equal(make_directories("/", 0700, &err), 0);
	assert_int_equal(make_directories("", 0700, &err), -ENOENT);
}

static void test_capture(void **state)
{
	static const char *const argv[] = { "sh", "-c", "cat; echo out; echo bad >&2; exit 7",
					    NULL };
	_cleanup_free_ char *output = NULL, *messages = NULL;
	struct error err = { 0 };

	(void)state;
	assert_int_equal(process_capture(argv, &output, &messages, &err), 7);
	assert_string_equal(output, "out\n");
	assert_string_equal(messages, "bad\n");
	assert_int_equal(err.code, 0);
}

static void test_capture_of_nothing(void **state)
{
	static const char *const argv[] = { "true", NULL };
	_cleanup_free_ char *output = NULL;
	struct error err = { 0 };

	(void)state;
	assert_int_equal(process_capture(argv, &output, NULL, &err), 0);
	assert_string_equal(output, "");
}

/* More than two pipes hold, in turn: whoever reads one after the other hangs. */
static void test_capture_of_much(void **state)
{
	static const char *const argv[] = {
		"sh", "-c",
		"head -c 300000 /dev/zero >&2; head -c 300000 /dev/zero;"
		"head -c 300000 /dev/zero >&2; printf end",
		NULL
	};
	_cleanup_free_ char *output = NULL, *messages = NULL;
	struct error err = { 0 };

	(void)state;
	assert_int_equal(process_capture(argv, &output, &messages, &err), 0);
	assert_memory_equal(output + 300000, "end", 4);
}

/* Its posix_spawn(3) cannot tell that there was no program to start. */
static bool under_valgrind(void)
{
	const char *preload = getenv("LD_PRELOAD");

	return preload && strstr(preload, "vgpreload");
}

static void test_capture_without_program(void **state)
{
	static const char *const none[] = { "no-such-program-here", NULL };
	char *output = NULL;
	struct error err = { 0 };

	(void)state;
	if (under_valgrind())
		skip();
	assert_int_equal(process_capture(none, &output, NULL, &err), -ENOENT);
	assert_true(small_has(err.what, "no-such-program-here"));
	assert_true(*err.remedy);
	assert_null(output);
}

static void test_capture_of_a_killed_one(void **state)
{
	static const char *const killed[] = { "sh", "-c", "kill -9 $$", NULL };
	char *output = NULL;
	struct error err = { 0 };

	(void)state;
	assert_int_equal(process_capture(killed, &output, NULL, &err), -EINTR);
	assert_true(small_has(err.what, "signal 9"));
	assert_null(output);
}

/* What this program ignores, a child must not: a pipeline in it would never end. */
static void test_capture_resets_sigpipe(void **state)
{
	static const char *const argv[] = { "sh", "-c", "kill -PIPE $$; echo lived", NULL };
	char *output = NULL;
	struct error err = { 0 };

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(process_capture(argv, &output, NULL, &err), -EINTR);
	signal(SIGPIPE, SIG_DFL);
	assert_null(output);
}

static void test_path_in_root(void **state)
{
	static const struct {
		const char *root, *path, *whole;
	} cases[] = {
		{ "/", "/etc/my.cnf", "/etc/my.cnf" },
		{ "", "/etc", "/etc" },
		{ NULL, "etc", "/etc" },
		{ "/scratch", "/etc/my.cnf", "/scratch/etc/my.cnf" },
		{ "/scratch", "etc", "/scratch/etc" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_free_ char *whole = path_in_root(cases[i].root, cases[i].path);

		assert_string_equal(whole, cases[i].whole);
	}
}

static char *setting(const char *text)
{
	static char *value;

	free(value);
	value = text_setting(text, "KEY");
	return value;
}

static void test_settings(void **state)
{
	(void)state;
	assert_null(setting(""));
	assert_null(setting("KEY\nKEYS=x\n#KEY=y\n"));
	assert_string_equal(setting("KEY=a\n"), "a");
	assert_string_equal(setting("x\n \tKEY = a b\r\n"), "a");
	assert_string_equal(setting("KEY=a#b"), "a");
	assert_string_equal(setting("KEY=a\nKEY=b\nOTHER=c"), "b");
	assert_string_equal(setting("KEY=a\nKEY=\nOTHER=c"), "");
	assert_null(setting("OTHER=c"));
}

static void test_field(void **state)
{
	static const char text[] = "a:bc::d";
	size_t length = 9;

	(void)state;
	assert_ptr_equal(str_field(text, 7, ':', 0, &length), text);
	assert_int_equal(length, 1);
	assert_ptr_equal(str_field(text, 7, ':', 1, &length), text + 2);
	assert_int_equal(length, 2);
	assert_null(str_field(text, 7, ':', 2, &length));
	assert_ptr_equal(str_field(text, 7, ':', 3, &length), text + 6);
	assert_int_equal(length, 1);
	assert_null(str_field(text, 7, ':', 4, &length));
	assert_null(str_field(text, 5, ':', 3, &length));
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, small_set_up, small_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(array_grows),
		TEST(array_out_of_memory),
		TEST(take_pointer),
		TEST(strings),
		TEST(write_then_read),
		TEST(empty_file),
		TEST(read_errors),
		TEST(read_standard_input),
		TEST(failed_write_leaves_the_old_file),
		TEST(write_replaces_a_link_not_its_target),
		TEST(directories),
		TEST(path_in_root),
		TEST(settings),
		TEST(field),
		TEST(capture),
		TEST(capture_of_nothing),
		TEST(capture_of_much),
		TEST(capture_without_program),
		TEST(capture_of_a_killed_one),
		TEST(capture_resets_sigpipe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
