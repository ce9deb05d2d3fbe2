/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/unit.h"
#include "wizard/apart.h"
#include "wizard/process.h"
#include "wizard/util.h"

#ifndef UNHELD
static char *path;

/* A letter for each thing that it could do. */
static int try_all(void *data, FILE *out, struct error *err)
{
	const int *open_before = data;
	int fd = open("/proc/self/status", O_RDONLY);
	pid_t pid;

	(void)err;
	fputs(fd >= 0 && read(fd, &(char){ 0 }, 1) == 1 ? "r" : "", out);
	fputs(open(path, O_WRONLY | O_CREAT, 0600) >= 0 ? "w" : "", out);
	fputs(open(path, O_RDONLY | O_CREAT, 0600) >= 0 ? "c" : "", out);
	fputs(unlink(path) == 0 ? "u" : "", out);
	fputs(write(*open_before, "x", 1) == 1 ? "b" : "", out);
	fputs(socket(AF_UNIX, SOCK_STREAM, 0) >= 0 ? "s" : "", out);
	fputs(kill(getppid(), 0) == 0 ? "k" : "", out);
	fputs(mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) !=
			      MAP_FAILED
		      ? "x"
		      : "",
	      out);
	pid = fork();
	if (pid == 0)
		_exit(0);
	fputs(pid > 0 ? "f" : "", out);
	fputs(execl("/bin/true", "true", NULL) == 0 ? "e" : ".", out);
	return 0;
}

static void test_it_can_only_read(void **state)
{
	_cleanup_free_ char *text = NULL, *kept = NULL;
	struct error err = { 0 };
	int before, lower;

	(void)state;
	path = scratch_file("there", strlen("there"));
	/* One that is not the pipe's number there. */
	lower = open(path, O_WRONLY);
	before = fcntl(lower, F_DUPFD, 100);
	assert_true(before >= 100);
	assert_int_equal(apart_run(try_all, &before, "it", &text, NULL, &err), 0);
	close(before);
	close(lower);
	assert_true(apart_is_held());
	assert_string_equal(text, "r.");
	assert_int_equal(file_read(path, &kept, NULL, &err), 0);
	assert_string_equal(kept, "there");
	assert_int_equal(unlink(path), 0);
	free(path);
}

/* As in Linux before 5.9, and in containers that allow only what is older. */
static void test_without_close_range(void **state)
{
	_cleanup_free_ char *text = NULL;
	int lower = open("/dev/null", O_WRONLY), before = fcntl(lower, F_DUPFD, 100), status = 0;
	pid_t pid = fork();

	(void)state;
	if (pid == 0) {
		scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);

		path = scratch_file("there", strlen("there"));
		seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(close_range), 0);
		_exit(seccomp_load(filter) < 0 ||
		      apart_run(try_all, &before, "it", &text, NULL, NULL) < 0 ||
		      strcmp(text, "r.") != 0 || unlink(path) < 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	close(before);
	close(lower);
}

#endif

static int write_much(void *data, FILE *out, struct error *err)
{
	(void)err;
	for (size_t i = 0; i < *(size_t *)data; i++)
		fputc((int)(i % 251), out);
	return 0;
}

static void test_it_says_much(void **state)
{
	size_t size = 3000000, length;
	_cleanup_free_ char *text = NULL;

	(void)state;
	assert_int_equal(apart_run(write_much, &size, "it", &text, &length, NULL), 0);
	assert_int_equal(length, size);
	for (size_t i = 0; i < size; i++)
		if ((unsigned char)text[i] != i % 251)
			fail_msg("byte %zu", i);
	assert_int_equal(text[size], '\0');
}

static int fail_so(void *data, FILE *out, struct error *err)
{
	fputs("some", out);
	return error_set(err, ENOENT, "look elsewhere", "no %s", (const char *)data);
}

static void test_its_error_is_ours(void **state)
{
	char log[] = "log", *text = NULL;
	struct error err = { 0 };

	(void)state;
	assert_int_equal(apart_run(fail_so, log, "it", &text, NULL, &err), -ENOENT);
	assert_null(text);
	assert_string_equal(err.what, "no log");
	assert_string_equal(err.remedy, "look elsewhere");
}

#ifndef UNHELD
static int end_by(void *data, FILE *out, struct error *err)
{
	(void)err;
	fflush(out);
	signal(*(int *)data, SIG_DFL);
	if (*(int *)data == SIGILL)
		__builtin_trap();
	_exit(3);
}

static void test_a_fault_is_an_error(void **state)
{
	int number = SIGILL, none = SIGUSR1;
	struct error err = { 0 };
	char *text = NULL;

	(void)state;
	assert_int_equal(apart_run(end_by, &number, "a.log", &text, NULL, &err), -EPROTO);
	assert_string_equal(err.what, "reading a.log broke off: Illegal instruction");
	assert_int_equal(apart_run(end_by, &none, "a.log", &text, NULL, &err), -EPROTO);
	assert_string_equal(err.what, "reading a.log broke off");
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static int read_for_ever(void *data, FILE *out, struct error *err)
{
	(void)out;
	(void)err;
	while (*(volatile int *)data)
		continue;
	return 0;
}

/* The last test: what has come once stays. */
static void test_an_interrupted_program_does_not_wait(void **state)
{
	struct error err = { 0 };
	pid_t parent = getpid(), pid;
	char *text = NULL;
	int more = 1;

	(void)state;
	process_watch_signals();
	pid = fork();
	if (pid == 0) {
		usleep(300000);
		kill(parent, SIGTERM);
		_exit(0);
	}
	assert_int_equal(apart_run(read_for_ever, &more, "a.log", &text, NULL, &err), -EINTR);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	/* What came before is not lost either. */
	assert_int_equal(apart_run(read_for_ever, &more, "a.log", &text, NULL, &err), -EINTR);
}
#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
#ifndef UNHELD
		cmocka_unit_test(test_it_can_only_read),
		cmocka_unit_test(test_without_close_range),
		cmocka_unit_test(test_a_fault_is_an_error),
#endif
		cmocka_unit_test(test_it_says_much),
		cmocka_unit_test(test_its_error_is_ours),
#ifndef UNHELD
		cmocka_unit_test(test_an_interrupted_program_does_not_wait),
#endif
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
