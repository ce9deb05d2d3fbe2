/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "steps/audit/batch.h"
#include "steps/audit/parts.h"
#include "steps/audit/reader.h"
#include "steps/audit/seam.h"
#include "wizard/util.h"

/* A block fits into a processor's second cache, where looking for newlines finds it. */
#define BLOCK (256 * 1024)
/* A smaller part is read sooner than a thread is started. */
#define PART_MIN (1024 * 1024)
#define PART_MAX (32 * 1024 * 1024)

struct part {
	const struct parts_log *log;
	off_t at, end; /* what is to be read yet */
	struct kinds *kinds;
	struct batch *batch; /* NULL: events are counted at once */
	struct reader *reader;
	struct denials *counts; /* those of all parts, or its own: */
	struct denials own;

	pthread_t thread;
	bool started;
	int rc;
	struct error error;
	char block[BLOCK];
};

struct reading {
	const struct parts_log *log;
	struct kinds *kinds;
	struct denials *counts;
	struct part *parts; /* as many as the log has threads */
	off_t sought;       /* how far cuts have been looked for */
	off_t cuts[PARTS_MAX];
};

static void parts_clear(struct reading *reading)
{
	for (unsigned int i = 0; reading->parts && i < reading->log->threads; i++) {
		reader_free(&reading->parts[i].reader);
		batch_free(&reading->parts[i].batch);
	}
	free(reading->parts);
}

/* ---- a part ---------------------------------------------------------------------------------- */

static int take_event(void *data, struct event *event, struct error *err)
{
	struct part *part = data;

	return part->batch ? batch_add(part->batch, event, err)
			   : kinds_add(part->kinds, event, 0, 0, part->counts, err);
}

/* read_part - to its end, the end of the log, or until the batch is full. */
static int read_part(struct part *part, struct error *err)
{
	while (part->at < part->end && !(part->batch && batch_is_full(part->batch))) {
		size_t size = part->end - part->at < BLOCK ? (size_t)(part->end - part->at) : BLOCK;
		ssize_t got = pread(part->log->fd, part->block, size, part->at);
		int rc;

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_set(err, errno, "give the path of an audit log",
					 "cannot read %s: %s", part->log->name, strerror(errno));
		if (got == 0)
			break;
		part->at += got;
		rc = reader_take(part->reader, part->block, (size_t)got, err);
		if (rc == 0 && !reader_is_plain(part->reader))
			rc = -EAGAIN;
		if (rc < 0)
			return rc;
	}
	return 0;
}

static void *run_part(void *data)
{
	struct part *part = data;

	part->rc = read_part(part, &part->error);
	return NULL;
}

static int part_init(struct part *part, struct reading *reading)
{
	bool first = part == reading->parts;

	part->log = reading->log;
	part->kinds = reading->kinds;
	part->counts = first ? reading->counts : &part->own;
	part->reader = reader_new(reading->log->name, take_event, part, part->counts);
	return part->reader ? 0 : -ENOMEM;
}

/* ---- a round --------------------------------------------------------------------------------- */

/* find_cuts - where the parts of a round end, which begins at `from`. Returns how many there are.
 */
static unsigned int find_cuts(struct reading *reading, off_t from)
{
	const struct parts_log *log = reading->log;
	unsigned int count = 0;
	off_t last = from;

	while (count < log->threads && log->size - reading->sought > log->part) {
		off_t cut = seam_find(log->fd, reading->sought += log->part);

		if (cut > last)
			last = reading->cuts[count++] = cut;
	}
	/* All that is left, and what somebody is writing to it. */
	if (count < log->threads)
		reading->cuts[count++] = INT64_MAX;
	return count;
}

static void start_part(struct part *part, off_t from, off_t end)
{
	part->at = from;
	part->end = end;
	part->rc = 0;
	part->started = part->batch && pthread_create(&part->thread, NULL, run_part, part) == 0;
}

/* start_parts - without a thread for it, a part is read when its turn comes. */
static int start_parts(struct reading *reading, off_t from, unsigned int count)
{
	sigset_t all, before;
	int rc = 0;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	for (unsigned int i = 0; i < count; i++) {
		struct part *part = &reading->parts[i];

		if (i && !(part->batch = batch_new()))
			rc = -ENOMEM;
		start_part(part, i ? reading->cuts[i - 1] : from, reading->cuts[i]);
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return rc;
}

/* end_part - what it found is counted, what is left of it is read. */
static int end_part(struct reading *reading, struct part *part, struct error *err)
{
	int rc = part->rc;

	if (part->error.code && err)
		*err = part->error;
	if (rc == 0 && part->batch)
		rc = batch_count(part->batch, part->kinds, reading->counts, err);
	batch_free(&part->batch);
	if (rc == 0)
		rc = read_part(part, err);
	if (rc == 0)
		rc = reader_end(part->reader, err);
	return rc == 0 && !reader_is_plain(part->reader) ? -EAGAIN : rc;
}

static void add_counts(struct denials *to, struct denials *from)
{
	to->lines += from->lines;
	to->events += from->events;
	to->avc += from->avc;
	to->other += from->other;
	to->granted += from->granted;
	to->unreadable += from->unreadable;
	to->lost_notices += from->lost_notices;
	*from = (struct denials){ 0 };
}

/* read_round - *from: its end. */
static int read_round(struct reading *reading, off_t *from, struct error *err)
{
	unsigned int count = find_cuts(reading, *from);
	int rc = start_parts(reading, *from, count);

	if (rc < 0)
		error_nomem(err);
	else
		rc = read_part(&reading->parts[0], err);
	/* In the order of the log; none is left running, whatever became of those before it. */
	for (unsigned int i = 0; i < count; i++) {
		struct part *part = &reading->parts[i];

		if (part->started)
			pthread_join(part->thread, NULL);
		if (i)
			reader_follow(part->reader, part[-1].reader);
		if (rc == 0)
			rc = end_part(reading, part, err);
		if (i)
			add_counts(reading->counts, &part->own);
	}
	reader_follow(reading->parts[0].reader, reading->parts[count - 1].reader);
	*from = reading->cuts[count - 1];
	return rc;
}

/* ---- the log --------------------------------------------------------------------------------- */

unsigned int parts_threads(off_t size, off_t *part)
{
	cpu_set_t set;
	int processors = sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 1;
	unsigned int threads = processors < PARTS_MAX ? (unsigned int)processors : PARTS_MAX;

	if (size < (off_t)threads * PART_MIN)
		threads = (unsigned int)(size / PART_MIN);
	if (threads < 2)
		return 1;
	/* All threads have equal parts in each of the rounds. */
	*part = size / (threads * (size / (threads * (off_t)PART_MAX) + 1)) + 1;
	return threads;
}

int parts_read(const struct parts_log *log, struct kinds *kinds, struct denials *counts,
	       size_t *records, struct error *err)
{
	_cleanup_(parts_clear) struct reading reading = {
		.log = log,
		.kinds = kinds,
		.counts = counts,
		.parts = calloc(log->threads, sizeof(struct part)),
	};
	off_t from = 0;
	int rc = reading.parts ? 0 : error_nomem(err);

	for (unsigned int i = 0; i < log->threads && rc == 0; i++)
		if (part_init(&reading.parts[i], &reading) < 0)
			rc = error_nomem(err);
	while (rc == 0 && from < INT64_MAX)
		rc = read_round(&reading, &from, err);
	*records = 0;
	for (unsigned int i = 0; i < log->threads && rc == 0; i++)
		*records += reader_records(reading.parts[i].reader);
	return rc;
}
