/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "steps/galera/wsrep_time.h"
#include "steps/rehearsal/playing.h"
#include "wizard/util.h"

enum { AUDIT, SERVER, LOGS };

struct played_line {
	int log;
	int64_t time; /* milliseconds, as recorded */
	size_t order; /* among those of the same time */
	const char *text;
	size_t length; /* with its newline */
};

struct playing {
	char *to[LOGS];
	char *text[LOGS];
	struct played_line *lines;
	size_t count, next;
	double pace;
	int64_t begin; /* the caller's clock */
};

void playing_end(struct playing *playing)
{
	if (!playing)
		return;
	for (int log = 0; log < LOGS; log++) {
		free(playing->to[log]);
		free(playing->text[log]);
	}
	free(playing->lines);
	free(playing);
}

static void cleanup_playing(struct playing **playing)
{
	playing_end(*playing);
}

/* time_of - of a line, in milliseconds since the epoch; that of the line before where it has none.
 */
static int64_t time_of(int log, struct span line, int64_t before)
{
	char clock[9], id[32];
	long long whole;
	unsigned int millis;
	time_t seconds;

	if (log == SERVER)
		return wsrep_time(line, true, clock, &seconds) ? (int64_t)seconds * 1000 : before;
	span_copy(id, sizeof(id), span_after(line, "msg=audit("));
	if (sscanf(id, "%18lld.%3u:", &whole, &millis) != 2)
		return before;
	return (int64_t)whole * 1000 + millis;
}

static int read_lines(struct playing *playing, int log, const char *from, struct error *err)
{
	int64_t time = 0;
	size_t length;
	int r = file_read(from, &playing->text[log], &length, err);

	for (char *at = playing->text[log]; r == 0 && at && *at;) {
		size_t end = strcspn(at, "\n");
		struct played_line *line =
			array_push(&playing->lines, &playing->count, sizeof(*playing->lines));

		time = time_of(log, (struct span){ at, end }, time);
		*line = (struct played_line){ log, time, playing->count, at,
					      end + (at[end] == '\n') };
		at += line->length;
	}
	return r;
}

static int by_time(const void *left, const void *right)
{
	const struct played_line *a = left, *b = right;

	if (a->time != b->time)
		return (a->time > b->time) - (a->time < b->time);
	return (a->order > b->order) - (a->order < b->order);
}

int playing_begin(struct playing **playing, const struct played_log *audit,
		  const struct played_log *server, double pace, int64_t now, struct error *err)
{
	_cleanup_(cleanup_playing) struct playing *made = memory_new(1, sizeof(*made));
	const struct played_log *logs[LOGS] = { [AUDIT] = audit, [SERVER] = server };
	int r = 0;

	made->pace = pace;
	made->begin = now;
	for (int log = 0; r == 0 && log < LOGS; log++) {
		made->to[log] = str_copy(logs[log]->to);
		r = read_lines(made, log, logs[log]->from, err);
	}
	if (r < 0)
		return r;
	if (made->count)
		qsort(made->lines, made->count, sizeof(*made->lines), by_time);
	*playing = TAKE_PTR(made);
	return 0;
}

static int64_t due(const struct playing *playing, size_t index)
{
	int64_t since = playing->lines[index].time - playing->lines[0].time;

	return playing->begin + (playing->pace > 0 ? (int64_t)((double)since / playing->pace) : 0);
}

double playing_seconds(const struct playing *playing)
{
	if (!playing->count)
		return 0;
	return (double)(due(playing, playing->count - 1) - playing->begin) / 1000;
}

static int open_log(const char *path, FILE **file, struct error *err)
{
	_cleanup_free_ char *parent = str_copy(path);
	int r = make_directories(dirname(parent), 0755, err);

	if (r < 0)
		return r;
	*file = fopen(path, "ae");
	return *file ? 0
		     : error_set(err, errno, "see that the scratch root can be written to",
				 "cannot open %s: %m", path);
}

/* write_log - of the lines up to `end`, those of a log. It is opened each time, as it may have been
 * rotated away since. */
static int write_log(struct playing *playing, int log, size_t end, struct error *err)
{
	_cleanup_fclose_ FILE *file = NULL;
	bool written = true;
	int r = open_log(playing->to[log], &file, err);

	for (size_t i = playing->next; r == 0 && i < end; i++) {
		const struct played_line *line = &playing->lines[i];

		if (line->log == log)
			written &= fwrite(line->text, 1, line->length, file) == line->length;
	}
	if (r == 0 && (fflush(file) != 0 || !written))
		r = error_set(err, errno, "see that the scratch root has room", "writing %s: %m",
			      playing->to[log]);
	return r;
}

int playing_go_on(struct playing *playing, int64_t now, int64_t *next, struct error *err)
{
	size_t end = playing->next;
	int r = 0;

	while (end < playing->count && due(playing, end) <= now)
		end++;
	for (int log = 0; r == 0 && end > playing->next && log < LOGS; log++)
		r = write_log(playing, log, end, err);
	if (r < 0)
		return r;
	playing->next = end;
	*next = end < playing->count ? due(playing, end) : -1;
	return 0;
}
