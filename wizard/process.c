/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "wizard/process.h"
#include "wizard/trust.h"
#include "wizard/util.h"

/* ---- the environment ------------------------------------------------------------------------- */

/* Where programs of the system are; the administrator's own come last. */
static const char *const directories[] = { "/usr/sbin", "/usr/bin",        "/sbin",
					   "/bin",      "/usr/local/sbin", "/usr/local/bin" };

#define SYSTEM_PATH "PATH=/usr/sbin:/usr/bin:/sbin:/bin"

/* A child's. There is no home to read options from, nor one that it could make; without HOME some
 * look in a folder "~". */
static char *const child_environment[] = { (char *)SYSTEM_PATH, (char *)"HOME=/dev/null",
					   (char *)"LC_ALL=C", NULL };

/* A locale, a terminal and a time zone are names of files, below the system's own folders. */
static bool is_plain(const char *value)
{
	return *value != '/' && *value != ':' && !strstr(value, "..");
}

void process_clean(void)
{
	static const char *const names[] = { "COLUMNS",  "LANG",      "LC_ALL", "LC_CTYPE", "LINES",
					     "NO_COLOR", "SUDO_USER", "TERM",   "TZ" };
	char *kept[ARRAY_SIZE(names)];

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		kept[i] = str_copy(getenv(names[i]));
	if (clearenv() != 0 || putenv((char *)SYSTEM_PATH) != 0)
		no_memory();
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (kept[i] && is_plain(kept[i]) && setenv(names[i], kept[i], 1) < 0)
			no_memory();
		free(kept[i]);
	}
}

/* In new memory; NULL: there is none that can be trusted. */
static char *find_program(const char *name)
{
	if (strchr(name, '/'))
		return str_copy(name);
	for (size_t i = 0; i < ARRAY_SIZE(directories); i++) {
		_cleanup_free_ char *path = str_printf("%s/%s", directories[i], name);

		if (access(path, X_OK) == 0 && path_trusted(path, name, NULL) == 0)
			return TAKE_PTR(path);
	}
	return NULL;
}

/* ---- its outputs ----------------------------------------------------------------------------- */

/* One of the child's outputs: a pipe, and what has come out of it. */
struct stream {
	int pipe[2];
	struct bytes bytes;
};

static void streams_clear(struct stream (*streams)[2])
{
	for (struct stream *stream = *streams; stream < *streams + 2; stream++) {
		cleanup_close(&stream->pipe[0]);
		cleanup_close(&stream->pipe[1]);
		free(stream->bytes.text);
	}
}

/* Both at once, so that a child that fills one pipe while we wait on the other cannot hang. */
static int streams_drain(struct stream streams[2])
{
	while (streams[0].pipe[0] >= 0 || streams[1].pipe[0] >= 0) {
		struct pollfd waits[2] = {
			{ .fd = streams[0].pipe[0], .events = POLLIN },
			{ .fd = streams[1].pipe[0], .events = POLLIN },
		};

		if (TEMP_FAILURE_RETRY(poll(waits, 2, -1)) < 0)
			return -errno;
		for (int i = 0; i < 2; i++) {
			ssize_t got = 1;

			if (waits[i].revents)
				got = bytes_read(&streams[i].bytes, waits[i].fd);
			if (got < 0 && got != -EINTR)
				return (int)got;
			if (got == 0)
				cleanup_close(&streams[i].pipe[0]);
		}
	}
	return 0;
}

/* Start argv with its outputs in the pipes. The child gets the default signal dispositions and an
 * empty mask: what we ignore (SIGPIPE) must not be ignored by it. Returns 0 or a positive errno. */
static int spawn(const char *program, const char *const argv[], struct stream streams[2],
		 pid_t *pid)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none, broken_pipe;
	int r;

	/* glibc's cannot fail. */
	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attributes);
	sigemptyset(&none);
	sigemptyset(&broken_pipe);
	sigaddset(&broken_pipe, SIGPIPE);
	r = posix_spawnattr_setsigmask(&attributes, &none)
		    ?: posix_spawnattr_setsigdefault(&attributes, &broken_pipe)
		    ?: posix_spawnattr_setflags(&attributes,
						POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF)
		    ?: posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
		    ?: posix_spawn_file_actions_adddup2(&actions, streams[0].pipe[1], 1)
		    ?: posix_spawn_file_actions_adddup2(&actions, streams[1].pipe[1], 2)
		    ?: posix_spawn(pid, program, &actions, &attributes, (char *const *)argv,
				   child_environment);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return r;
}

static int wait_for(pid_t pid, const char *program, struct error *err)
{
	int status;

	if (TEMP_FAILURE_RETRY(waitpid(pid, &status, 0)) < 0)
		return error_set(err, errno, NULL, "cannot wait for %s: %m", program);
	if (WIFSIGNALED(status))
		return error_set(err, EINTR, "start it again", "%s was ended by signal %d (%s)",
				 program, WTERMSIG(status), strsignal(WTERMSIG(status)));
	return WEXITSTATUS(status);
}

int process_capture(const char *const argv[], char **output, char **messages, struct error *err)
{
	struct stream streams[2] __attribute__((cleanup(streams_clear))) = {
		{ .pipe = { -1, -1 } },
		{ .pipe = { -1, -1 } },
	};
	_cleanup_free_ char *program = find_program(argv[0]);
	pid_t pid;
	int r, status;

	if (!program)
		return error_set(err, ENOENT, "install its package",
				 "there is no program %s in /usr/bin or /usr/sbin", argv[0]);
	if (pipe2(streams[0].pipe, O_CLOEXEC) < 0 || pipe2(streams[1].pipe, O_CLOEXEC) < 0)
		return error_set(err, errno, "start again: nothing is lost",
				 "cannot make a pipe: %s", strerror(errno));
	r = spawn(program, argv, streams, &pid);
	if (r)
		return error_set(err, r, r == ENOENT ? "install it" : NULL, "cannot start %s: %s",
				 argv[0], strerror(r));
	cleanup_close(&streams[0].pipe[1]);
	cleanup_close(&streams[1].pipe[1]);
	r = streams_drain(streams);
	/* After a failure the child may still write: it must get SIGPIPE, not wait for us. */
	cleanup_close(&streams[0].pipe[0]);
	cleanup_close(&streams[1].pipe[0]);
	status = wait_for(pid, argv[0], err);
	if (r < 0)
		return error_set(err, -r, NULL, "cannot read what %s says: %s", argv[0],
				 strerror(-r));
	if (status < 0)
		return status;
	*output = TAKE_PTR(streams[0].bytes.text);
	if (messages)
		*messages = TAKE_PTR(streams[1].bytes.text);
	return status;
}

/* ---- signals -------------------------------------------------------------------------------- */

static volatile sig_atomic_t interrupted;

static void note_signal(int number)
{
	(void)number;
	interrupted = 1;
}

void process_watch_signals(void)
{
	/* No SA_RESTART: a prompt that waits must wake up. */
	struct sigaction note = { .sa_handler = note_signal }, ignore = { .sa_handler = SIG_IGN };

	sigaction(SIGINT, &note, NULL);
	sigaction(SIGTERM, &note, NULL);
	sigaction(SIGHUP, &note, NULL);
	sigaction(SIGPIPE, &ignore, NULL);
}

bool process_interrupted(void)
{
	return interrupted;
}
