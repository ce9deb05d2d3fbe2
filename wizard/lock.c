/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "wizard/lock.h"
#include "wizard/screen.h"
#include "wizard/util.h"

/* What the program with this pid is called, as the kernel has it; any name is possible. */
static void name_of(long pid, char name[32])
{
	_cleanup_free_ char *path = str_printf("/proc/%ld/comm", pid);
	_cleanup_fclose_ FILE *file = fopen(path, "re");

	if (!file || !fgets(name, 32, file))
		snprintf(name, 32, "name unknown");
	name[strcspn(name, "\n")] = '\0';
}

/* The pid in the lock file, and since when; 0: there is none. */
static long holder(int fd, long long *seconds)
{
	char text[64] = "";
	long pid = 0;

	if (pread(fd, text, sizeof(text) - 1, 0) < 0 ||
	    sscanf(text, "%ld %lld", &pid, seconds) != 2 || pid <= 1)
		return 0;
	return pid;
}

static int held(int fd, const char *path, const char *program, struct error *err)
{
	char since[32] = "", name[32];
	long long seconds = 0;
	long pid = holder(fd, &seconds);

	if (!pid) {
		/* Its holder has not written it yet. */
		return error_set(err, EBUSY, "wait for its end, then start again",
				 "another %s is at work here (it holds %s)", program, path);
	}
	screen_time((time_t)seconds, since, sizeof(since));
	name_of(pid, name);
	error_set(err, EBUSY, NULL, "another %s is at work here: process %ld (%s), since %s",
		  program, pid, name, since);
	return error_remedy(
		err, "wait for its end, or go on in its terminal; to see it: ps -fp %ld", pid);
}

static int lock(int fd, const char *path, const char *program, struct error *err)
{
	char text[64];
	int length;

	if (TEMP_FAILURE_RETRY(flock(fd, LOCK_EX | LOCK_NB)) < 0)
		return errno == EWOULDBLOCK
			       ? held(fd, path, program, err)
			       : error_set(err, errno, NULL, "cannot lock %s: %m", path);
	/* Who we are is a help for others, and locks nothing: a full disk is the journal's to
	 * tell. */
	length = snprintf(text, sizeof(text), "%ld %lld\n", (long)getpid(), (long long)time(NULL));
	if (ftruncate(fd, 0) < 0 || pwrite(fd, text, (size_t)length, 0) != length)
		text[0] = '\0';
	return 0;
}

int lock_take(const char *path, const char *program, struct error *err)
{
	int fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600), r;

	if (fd < 0)
		return error_set(err, errno,
				 "run it as root, or give a scratch root with --root DIR",
				 "cannot open the lock %s: %s", path, strerror(errno));
	r = lock(fd, path, program, err);
	if (r < 0)
		cleanup_close(&fd);
	return r < 0 ? r : fd;
}

void lock_stop_holder(const char *path)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	long long seconds;
	char name[32];
	long pid = fd < 0 ? 0 : holder(fd, &seconds);

	/* Between its end and now another may hold the lock: then there is none of that pid. */
	if (!pid || flock(fd, LOCK_SH | LOCK_NB) == 0 || kill((pid_t)pid, SIGTERM) < 0)
		return;
	name_of(pid, name);
	screen_mark(MARK_WARN, "process %ld (%s), which is at work here, was told to stop", pid,
		    name);
}
