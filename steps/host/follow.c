/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <time.h>
#include <unistd.h>

#include "steps/host/follow.h"
#include "steps/host/journald.h"
#include "wizard/util.h"

/* A file's own growth. Of its directory, only what gives the log's name to another file: other logs
 * grow there, too, and must not wake us. */
#define FILE_EVENTS      (IN_MODIFY | IN_ATTRIB | IN_MOVE_SELF | IN_DELETE_SELF)
#define DIRECTORY_EVENTS (IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_DELETE_SELF)

struct followed {
	char *path; /* NULL: a journal */
	json_t *mark;
	struct journald *journal;
	int journal_fd;
};

struct follow {
	int inotify;
	struct followed *sources;
	size_t count;
};

int64_t follow_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int follow_new(struct follow **follow, struct error *err)
{
	int inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);

	if (inotify < 0)
		return error_set(err, errno,
				 "raise fs.inotify.max_user_instances, or do not wait for the "
				 "exercise: answer exercise.done",
				 "cannot watch files: %m");
	*follow = memory_new(1, sizeof(**follow));
	(*follow)->inotify = inotify;
	return 0;
}

void follow_free(struct follow *follow)
{
	if (!follow)
		return;
	for (size_t i = 0; i < follow->count; i++) {
		free(follow->sources[i].path);
		json_decref(follow->sources[i].mark);
		journald_close(follow->sources[i].journal);
	}
	free(follow->sources);
	close(follow->inotify);
	free(follow);
}

/* ---- watches --------------------------------------------------------------------------------- */

/* path's directory or, while that is missing, the nearest above it, whose name is then in
 * directory. */
static int watch_nearest(int inotify, const char *path, char directory[PATH_MAX])
{
	if (snprintf(directory, PATH_MAX, "%s", path) >= PATH_MAX)
		return -ENAMETOOLONG;
	for (;;) {
		char *slash = strrchr(directory, '/');

		if (!slash)
			strcpy(directory, ".");
		else
			slash[slash == directory] = '\0';
		if (inotify_add_watch(inotify, directory, DIRECTORY_EVENTS) >= 0)
			return 0;
		if ((errno != ENOENT && errno != ENOTDIR) || !directory[1])
			return -errno;
	}
}

static int watch_above(int inotify, const char *path)
{
	char directory[PATH_MAX] = "", before[PATH_MAX];
	int rc;

	/* What was made below before the watch was there is found by another look. */
	do {
		strcpy(before, directory);
		rc = watch_nearest(inotify, path, directory);
	} while (rc == 0 && strcmp(directory, before) != 0);
	return rc;
}

/* The file that has the log's name now; one that had it before stays watched, as a server writes on
 * to a renamed log until it opens the new one. A link is watched with what it points to. */
static int watch_source(int inotify, const struct followed *source)
{
	char real[PATH_MAX];
	int rc = watch_above(inotify, source->path);

	if (rc == 0 && realpath(source->path, real))
		rc = watch_above(inotify, real);
	if (rc == 0 && inotify_add_watch(inotify, source->path, FILE_EVENTS) < 0 && errno != ENOENT)
		rc = -errno;
	return rc;
}

static int watch_all(struct follow *follow, struct error *err)
{
	for (size_t i = 0; i < follow->count; i++) {
		const struct followed *source = &follow->sources[i];
		int rc = source->path ? watch_source(follow->inotify, source) : 0;

		if (rc < 0)
			return error_set(err, -rc,
					 "be root; where there are no watches left, raise "
					 "fs.inotify.max_user_watches",
					 "cannot watch %s: %s", source->path, strerror(-rc));
	}
	return 0;
}

int follow_file(struct follow *follow, const char *path, const json_t *mark, struct error *err)
{
	struct followed *source =
		array_push(&follow->sources, &follow->count, sizeof(*follow->sources));
	int rc;

	source->path = str_copy(path);
	source->mark = json_deep_copy(mark);
	rc = watch_all(follow, err);
	return rc < 0 ? rc : (int)follow->count - 1;
}

int follow_journal(struct follow *follow, const char *directory, const char *const *units,
		   const json_t *mark, struct error *err)
{
	struct followed *source =
		array_push(&follow->sources, &follow->count, sizeof(*follow->sources));
	int rc = journald_open(&source->journal, directory, units, mark, err);

	/* Asked for before the first reading, or what comes in between would not be told. */
	if (rc == 0)
		rc = source->journal_fd = journald_fd(source->journal, err);
	return rc < 0 ? rc : (int)follow->count - 1;
}

int follow_read(struct follow *follow, int source, char **text, size_t *length, bool *gap,
		struct error *err)
{
	struct followed *from = &follow->sources[source];

	return from->path ? logfile_advance(from->path, &from->mark, text, length, gap, err)
			  : journald_read(from->journal, text, length, gap, err);
}

/* ---- waiting --------------------------------------------------------------------------------- */

/* Take the news off the descriptor; does a directory say that a name has changed hands? */
static bool drain(int inotify)
{
	char buffer[8192] __attribute__((aligned(__alignof__(struct inotify_event))));
	bool renamed = false;
	ssize_t got;

	while ((got = read(inotify, buffer, sizeof(buffer))) > 0) {
		for (char *at = buffer; at < buffer + got;) {
			const struct inotify_event *event = (const void *)at;

			renamed |= (event->mask & ~(uint32_t)IN_MODIFY) != 0;
			at += sizeof(*event) + event->len;
		}
	}
	return renamed;
}

/* Ppoll, with the signals let in. */
static int sleep_until(struct pollfd *fds, size_t count, int64_t deadline, const sigset_t *outside)
{
	struct timespec time, *limit = NULL;

	if (deadline >= 0) {
		int64_t left = deadline - follow_now();

		if (left < 0)
			left = 0;
		time = (struct timespec){ .tv_sec = left / 1000, .tv_nsec = left % 1000 * 1000000 };
		limit = &time;
	}
	return ppoll(fds, count, limit, outside) < 0 ? -errno : 0;
}

static void block_signals(sigset_t *outside)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGTSTP, SIGWINCH };
	sigset_t blocked;

	sigemptyset(&blocked);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		sigaddset(&blocked, signals[i]);
	sigprocmask(SIG_BLOCK, &blocked, outside);
}

static int read_news(struct follow *follow, const struct pollfd *fds, size_t count,
		     struct error *err)
{
	int news = 0;

	if (fds[0].revents) {
		news = FOLLOW_LOGS;
		if (drain(follow->inotify)) {
			int rc = watch_all(follow, err);

			if (rc < 0)
				return rc;
		}
	}
	for (size_t i = 2; i < count; i++)
		if (fds[i].revents)
			news |= FOLLOW_LOGS;
	return fds[1].revents ? news | FOLLOW_INPUT : news;
}

int follow_wait(struct follow *follow, int input, int64_t deadline, bool (*stop)(void),
		struct error *err)
{
	_cleanup_free_ struct pollfd *fds = memory_new(follow->count + 2, sizeof(*fds));
	size_t count = 0;
	sigset_t outside;
	int rc;

	fds[count++] = (struct pollfd){ .fd = follow->inotify, .events = POLLIN };
	fds[count++] = (struct pollfd){ .fd = input, .events = POLLIN };
	for (size_t i = 0; i < follow->count; i++)
		if (!follow->sources[i].path)
			fds[count++] = (struct pollfd){ .fd = follow->sources[i].journal_fd,
							.events = POLLIN };
	block_signals(&outside);
	rc = stop && stop() ? -ECANCELED : sleep_until(fds, count, deadline, &outside);
	sigprocmask(SIG_SETMASK, &outside, NULL);
	if (rc == -ECANCELED || (rc == -EINTR && stop && stop()))
		return FOLLOW_STOPPED;
	if (rc == -EINTR)
		return 0;
	if (rc < 0)
		return error_set(err, -rc, "start again; what was seen is not lost",
				 "cannot wait: %s", strerror(-rc));
	return read_news(follow, fds, count, err);
}
