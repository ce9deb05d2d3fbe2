/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * measure - run a command with its output dropped; its seconds and its peak memory, and that of
 * what it started, as JSON. It is this small because a child's peak is never below its parent's
 * size.
 */
#include <err.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double seconds_of(struct timeval time)
{
	return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

int main(int argc, char **argv)
{
	struct timespec begin, end;
	struct rusage usage;
	int status;
	pid_t child;

	if (argc < 2)
		errx(2, "usage: measure COMMAND [ARGUMENT...]");
	clock_gettime(CLOCK_MONOTONIC, &begin);
	child = fork();
	if (child < 0)
		err(1, "fork");
	if (child == 0) {
		/* Not /dev/null: grep knows it, and looks for one line only. */
		int dropped = memfd_create("output", MFD_CLOEXEC);

		dup2(dropped, STDOUT_FILENO);
		dup2(dropped, STDERR_FILENO);
		execvp(argv[1], argv + 1);
		_exit(127);
	}
	if (wait4(child, &status, 0, &usage) != child)
		err(1, "wait4");
	clock_gettime(CLOCK_MONOTONIC, &end);
	printf("{\"seconds\": %.6f, \"cpu\": %.6f, \"kib\": %ld, \"status\": %d}\n",
	       (double)(end.tv_sec - begin.tv_sec) + (double)(end.tv_nsec - begin.tv_nsec) / 1e9,
	       seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime), usage.ru_maxrss,
	       WIFEXITED(status) ? WEXITSTATUS(status) : 255);
	return 0;
}
