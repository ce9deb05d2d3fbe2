/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A cluster that does an exercise: writes recorded logs again, each line when it was written, all
 * of it in so many seconds, while somebody watches. With --rotate both logs are rotated in the
 * middle, as auditd and logrotate do. The server's process and grastate.dat are in ROOT, which has
 * its data in DATA (player.h).
 * Usage: play [--rotate] RECORDED_AUDIT_LOG RECORDED_SERVER_LOG SECONDS AUDIT_LOG SERVER_LOG ROOT
 * DATA
 */
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "steps/rehearsal/player.h"
#include "wizard/util.h"

static int64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static void sleep_until(int64_t when)
{
	struct timespec time = { .tv_sec = when / 1000, .tv_nsec = when % 1000 * 1000000 };

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL);
}

/* LOG -> LOG.1 -> LOG.2, and a new LOG. */
static void turn(const char *log)
{
	char one[PATH_MAX], two[PATH_MAX];
	FILE *fresh;

	snprintf(one, sizeof(one), "%s.1", log);
	snprintf(two, sizeof(two), "%s.2", log);
	rename(one, two);
	rename(log, one);
	fresh = fopen(log, "ae");
	if (fresh)
		fclose(fresh);
}

static int fail(const struct error *err)
{
	fprintf(stderr, "play: %s\n", err->what);
	return 1;
}

static int play(struct playing *playing, int64_t begin, double seconds, bool rotate,
		const char *audit_log, const char *server_log)
{
	struct error err = { 0 };
	int64_t next = begin;

	while (next >= 0) {
		sleep_until(next);
		if (playing_go_on(playing, now(), &next, &err) < 0)
			return fail(&err);
		if (rotate && (double)(now() - begin) >= seconds * 500) {
			turn(audit_log);
			turn(server_log);
			rotate = false;
		}
	}
	return 0;
}

int main(int argc, char **argv)
{
	bool rotate = argc > 1 && !strcmp(argv[1], "--rotate");
	char **at = argv + 1 + rotate;
	struct playing *playing;
	struct error err = { 0 };
	double recorded, seconds;
	int status;

	if (argc - rotate != 8)
		return 2;
	seconds = strtod(at[2], NULL);
	struct played_log audit = { at[0], at[3] }, server = { at[1], at[4] };
	struct played_machine machine = { at[5], at[6] };
	int64_t begin = now();

	if (playing_begin(&playing, &audit, &server, &machine, 1, begin, &err) < 0)
		return fail(&err);
	recorded = playing_seconds(playing);
	playing_end(playing);
	begin = now();
	if (playing_begin(&playing, &audit, &server, &machine, seconds > 0 ? recorded / seconds : 0,
			  begin, &err) < 0)
		return fail(&err);
	status = play(playing, begin, seconds, rotate, at[3], at[4]);
	playing_end(playing);
	return status;
}
