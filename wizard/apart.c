/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <seccomp.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "wizard/apart.h"
#include "wizard/process.h"
#include "wizard/util.h"

/* What reading, computing and writing to what is open need. Anything else fails with EPERM, so that
 * a library that asks for more than it needs goes on without. */
static const int allowed[] = {
	SCMP_SYS(read),          SCMP_SYS(readv),        SCMP_SYS(pread64),
	SCMP_SYS(write),         SCMP_SYS(writev),       SCMP_SYS(lseek),
	SCMP_SYS(close),         SCMP_SYS(fstat),        SCMP_SYS(newfstatat),
	SCMP_SYS(stat),          SCMP_SYS(lstat),        SCMP_SYS(statx),
	SCMP_SYS(access),        SCMP_SYS(faccessat),    SCMP_SYS(faccessat2),
	SCMP_SYS(brk),           SCMP_SYS(munmap),       SCMP_SYS(mremap),
	SCMP_SYS(madvise),       SCMP_SYS(futex),        SCMP_SYS(sched_yield),
	SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday), SCMP_SYS(time),
	SCMP_SYS(getrandom),     SCMP_SYS(getpid),       SCMP_SYS(gettid),
	SCMP_SYS(sysinfo),       SCMP_SYS(uname),        SCMP_SYS(sched_getaffinity),
	SCMP_SYS(rt_sigaction),  SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(exit),          SCMP_SYS(exit_group),   SCMP_SYS(restart_syscall),
};

/* Files for reading, and memory that is not run. */
static int allow_by_argument(scmp_filter_ctx filter)
{
	const struct scmp_arg_cmp read_only =
		SCMP_A2(SCMP_CMP_MASKED_EQ, O_ACCMODE | O_CREAT | O_TRUNC, O_RDONLY);
	const struct scmp_arg_cmp flags = SCMP_A1(SCMP_CMP_EQ, F_GETFL);
	const struct scmp_arg_cmp no_code = SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);

	return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(openat), 1, read_only)
		       ?: seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(fcntl), 1, flags)
		       ?: seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, no_code)
		       ?: seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, no_code);
}

/* Of this process, for good. */
static int hold(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int r = filter ? allow_by_argument(filter) : -ENOMEM;

	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(allowed); i++)
		r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
	if (r == 0)
		r = seccomp_load(filter);
	seccomp_release(filter);
	return r;
}

#ifdef UNHELD
/* In a build for valgrind, sanitizers, fuzzing or coverage, which would not see what a child does.
 */
static int have_done(int (*work)(void *data, FILE *out, struct error *err), void *data,
		     const char *name, struct bytes *said, struct error *err)
{
	FILE *out = stream_open(&said->text, &said->used);
	int r = work(data, out, err);

	(void)name;
	stream_close(&out);
	return r;
}
#else
/* Only the pipe is left to write to. */
static bool enter(int *pipe)
{
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	/* Whoever interrupts the program ends its reading. */
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	signal(SIGHUP, SIG_DFL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	tzset();
	if (null < 0 || dup2(null, STDOUT_FILENO) < 0 || dup2(null, STDERR_FILENO) < 0 ||
	    dup2(*pipe, STDERR_FILENO + 1) < 0)
		return false;
	*pipe = STDERR_FILENO + 1;
	closefrom(*pipe + 1);
	return hold() == 0;
}

/* What the child says ends with its struct error, whole: code 0 where there is none. */
static void work_apart(int (*work)(void *data, FILE *out, struct error *err), void *data, int pipe)
{
	struct error failed = { 0 };
	FILE *out;

	enter(&pipe);
	out = fdopen(pipe, "w");
	if (!out)
		_exit(EXIT_FAILURE);
	if (work(data, out, &failed) == 0)
		failed.code = 0;
	fwrite(&failed, sizeof(failed), 1, out);
	_exit(fflush(out) ? EXIT_FAILURE : EXIT_SUCCESS);
}

static int wait_for(pid_t pid, const char *name, struct error *err)
{
	int status, number;

	if (TEMP_FAILURE_RETRY(waitpid(pid, &status, 0)) < 0)
		return error_set(err, errno, NULL, "cannot wait for who reads %s: %m", name);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	number = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	if (process_interrupted() || number == SIGINT || number == SIGTERM || number == SIGHUP)
		return error_set(err, EINTR, "start it again", "reading %s was interrupted", name);
	return error_set(err, EPROTO,
			 "nothing is changed; give the log without what broke it, and report it: "
			 "it should have been read, or refused",
			 "reading %s broke off%s%s", name, number ? ": " : "",
			 number ? strsignal(number) : "");
}

/* All that it says. An interrupted program does not wait for its end. */
static ssize_t listen_to(pid_t pid, int in, struct bytes *said)
{
	ssize_t got = 1;

	while (got > 0 || got == -EINTR) {
		struct pollfd wait = { .fd = in, .events = POLLIN };

		if (process_interrupted())
			kill(pid, SIGKILL);
		got = poll(&wait, 1, 200) > 0 ? bytes_read(said, in) : -EINTR;
	}
	return got;
}

static int take_error(struct bytes *said, const char *name, struct error *err)
{
	struct error failed;

	if (said->used < sizeof(failed))
		return error_set(err, EPROTO, "start it again", "reading %s said nothing", name);
	said->used -= sizeof(failed);
	memcpy(&failed, said->text + said->used, sizeof(failed));
	said->text[said->used] = '\0';
	failed.what[sizeof(failed.what) - 1] = failed.remedy[sizeof(failed.remedy) - 1] = '\0';
	return failed.code ? error_set(err, failed.code, failed.remedy, "%s", failed.what) : 0;
}

static int have_done(int (*work)(void *data, FILE *out, struct error *err), void *data,
		     const char *name, struct bytes *said, struct error *err)
{
	_cleanup_close_ int in = -1;
	int ends[2], r;
	ssize_t got;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return error_set(err, errno, "start it again", "cannot make a pipe: %m");
	in = ends[0];
	pid = fork();
	if (pid == 0)
		work_apart(work, data, ends[1]);
	r = errno;
	close(ends[1]);
	if (pid < 0)
		return error_set(err, r, "start it again", "cannot start who reads %s: %s", name,
				 strerror(r));
	got = listen_to(pid, in, said);
	r = wait_for(pid, name, err);
	if (r < 0)
		return r;
	return got < 0 ? error_set(err, (int)-got, "start it again", "cannot read %s: %s", name,
				   strerror((int)-got))
		       : take_error(said, name, err);
}
#endif

int apart_run(int (*work)(void *data, FILE *out, struct error *err), void *data, const char *name,
	      char **text, size_t *length, struct error *err)
{
	struct bytes said = { 0 };
	int r = have_done(work, data, name, &said, err);

	if (r < 0) {
		free(said.text);
		return r;
	}
	*text = said.text;
	if (length)
		*length = said.used;
	return 0;
}

/* Held, this process could not tell: one that ends does. */
bool apart_is_held(void)
{
	pid_t pid = fork();
	int status = 0;

	if (pid == 0)
		_exit(hold() == 0 ? EXIT_SUCCESS : EXIT_FAILURE);
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}
