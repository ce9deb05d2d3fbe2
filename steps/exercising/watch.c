/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "steps/exercising/evidence.h"
#include "steps/exercising/tally.h"
#include "steps/exercising/watch.h"
#include "steps/galera/wsrep_story.h"
#include "steps/host/follow.h"
#include "steps/node/node.h"
#include "wizard/process.h"
#include "wizard/screen.h"
#include "wizard/terminal.h"
#include "wizard/util.h"

enum {
	QUIET = 2000,        /* after the end, so long without news means that all is there, */
	QUIET_MOST = 15000,  /* ... and if it is never quiet, so long */
	AGAIN = 1000,        /* the process and the files behind the log are looked at so often */
	LINE_EVERY = 10000,  /* where no line can be redrawn, progress is told at most so often */
	BEHIND_MOST = 60000, /* a log that grows faster than it is read is followed so long */
};

struct watch {
	const struct watch_order *order;
	struct watched *watched;
	struct follow *follow;
	int audit, server; /* sources */
	struct wsrep_watch *log;
	struct tally tally;
	struct playing *playing;
	int64_t next_line;  /* of the recording; -1: none is left */
	int64_t limit;      /* -1: none */
	int64_t settled;    /* since when, -1: it is not */
	int64_t last_news;  /* when something came last */
	int64_t last_shown; /* when progress was last told in a line */
	char progress[320];
	char *unfit; /* the reason that was said last, where something else came */
	bool skips;  /* 's' was pressed once */
	bool gap;    /* some of the server's log is missing */
	bool behind; /* there is more in the logs at once */
};

void watched_clear(struct watched *watched)
{
	free(watched->why);
	*watched = (struct watched){ 0 };
}

static void watch_clear(struct watch *watch)
{
	live_clear();
	if (watch->order->keys)
		keys_close();
	follow_free(watch->follow);
	wsrep_watch_free(watch->log);
	tally_clear(&watch->tally);
	playing_end(watch->playing);
	free(watch->unfit);
}

/* ---- what is seen ---------------------------------------------------------------------------- */

static void show_news(void *data, const struct wsrep_news *news)
{
	static const enum mark marks[] = {
		[NEWS_EVENT] = MARK_NONE,
		[NEWS_WARNING] = MARK_WARN,
		[NEWS_FAILURE] = MARK_STOP,
	};
	struct watch *watch = data;
	const char *clock = *news->clock ? news->clock : "        ";

	*watch->progress = '\0';
	if (news->kind == NEWS_PROGRESS)
		snprintf(watch->progress, sizeof(watch->progress), "%s", news->text);
	else
		screen_mark(marks[news->kind], "%s  %s", clock, news->text);
	if (news->kind == NEWS_FAILURE || news->kind == NEWS_WARNING)
		tally_moment(&watch->tally, news->seconds);
}

/* The line that says how it stands: what goes on, and the denials so far. */
static void show_state(struct watch *watch, int64_t now)
{
	size_t denials = denials_total(&watch->tally.denials);
	const char *keys = watch->order->keys ? " (Enter: look; s: skip; q: quit)" : "";
	_cleanup_free_ char *line = NULL;

	if (denials)
		line = str_printf("%s%s%zu denial%s so far, the last: %s", watch->progress,
				  *watch->progress ? "; " : "", denials, denials == 1 ? "" : "s",
				  watch->tally.last);
	else
		line = str_printf("%s%s", *watch->progress ? watch->progress : "waiting ...", keys);
	if (watch->order->limit == 0)
		return;
	if (live_possible()) {
		live_show("%s", line);
	} else if (watch->last_news > watch->last_shown && now - watch->last_shown >= LINE_EVERY) {
		screen_mark(MARK_NONE, "%s", line);
		watch->last_shown = now;
	}
}

/* The denials first: a failure that the server tells of is looked at with them. */
static int read_logs(struct watch *watch, bool *news, struct error *err)
{
	struct wsrep_teller teller = { show_news, watch };
	_cleanup_free_ char *audit = NULL, *server = NULL;
	size_t audit_length, server_length;
	bool gap;
	int r = follow_read(watch->follow, watch->audit, &audit, &audit_length, &gap, err);

	if (r < 0)
		return r;
	tally_feed(&watch->tally, audit, audit_length);
	r = follow_read(watch->follow, watch->server, &server, &server_length, &gap, err);
	if (r < 0)
		return r;
	if (gap && !watch->gap)
		screen_mark(MARK_WARN,
			    "part of the server's log is missing: it was rotated away or "
			    "truncated");
	watch->gap |= gap;
	wsrep_watch_feed(watch->log, server, server_length, &teller);
	*news = audit_length || server_length;
	watch->behind = audit_length >= LOG_MOST || server_length >= LOG_MOST;
	return 0;
}

/* ---- is it settled? -------------------------------------------------------------------------- */

/* What is known of the notify command beside its marks; see exercise_judge(). */
static int notify_runs(const struct watch *watch)
{
	const char *script = watch->order->script;
	size_t seen = script ? tally_of_program(&watch->tally, script) : 0;

	return seen ? (int)seen : watch->order->mark ? 0 : -1;
}

static int judge(struct watch *watch, struct error *err)
{
	const struct occasion *at = &watch->order->at;
	struct watched *watched = watch->watched;
	struct witness witness = { .notify_runs = notify_runs(watch) };
	int r;

	wsrep_watch_story(watch->log, &watched->story);
	r = evidence_witness(at, watched->story.pid, &witness, err);
	if (r < 0)
		return r;
	/* While the server of the begin runs, no other can have begun on its data: what the log
	 * tells of one up to now is somebody else's. */
	if (witness.pid && !witness.restarted && at->exercise->kind != EXERCISE_ARBITRATOR)
		wsrep_watch_void(watch->log);
	free(watched->why);
	wsrep_watch_story(watch->log, &watched->story);
	watched->proof = exercise_judge(at->exercise, &watched->story, &witness, &watched->why);
	watched->moment = tally_around(&watch->tally);
	return 0;
}

/* Something else than the exercise: said when it is over, and once. */
static bool is_unfit(struct watch *watch)
{
	const struct watched *watched = watch->watched;

	if (watched->proof != PROOF_WRONG || !watched->story.synced)
		return false;
	if (watch->order->limit == 0 || !watch->order->patient)
		return true;
	if (!watch->unfit || strcmp(watch->unfit, watched->why) != 0) {
		screen_mark(MARK_WARN, "%s", watched->why);
		free(watch->unfit);
		watch->unfit = str_copy(watched->why);
	}
	return false;
}

/* Settled, and quiet since; until then *when is when to look again. */
static bool is_over(struct watch *watch, int64_t now, int64_t *when)
{
	enum proof proof = watch->watched->proof;
	int64_t quiet;

	/* What bears it out may come a moment after the log's last line. */
	*when = proof == PROOF_NONE && watch->watched->story.synced ? now + AGAIN : -1;
	if (proof != PROOF_OK && proof != PROOF_SILENT && proof != PROOF_FAILED &&
	    !is_unfit(watch)) {
		watch->settled = -1;
		return false;
	}
	/* All of a recording belongs to it. */
	if (watch->playing)
		return watch->next_line < 0;
	if (watch->order->limit == 0)
		return true;
	if (watch->settled < 0)
		watch->settled = now;
	quiet = watch->last_news + QUIET;
	if (quiet > watch->settled + QUIET_MOST)
		quiet = watch->settled + QUIET_MOST;
	*when = quiet;
	return now >= quiet;
}

/* ---- waiting --------------------------------------------------------------------------------- */

static bool must_stop(void)
{
	return process_interrupted() || keys_suspended();
}

/* What a key means. Returns 1 when it ends the watch. */
static int press(struct watch *watch)
{
	int key = keys_read();
	bool again = key == 's' && watch->skips;

	watch->skips = key == 's';
	switch (key) {
	case '\n':
		screen_mark(MARK_NONE, "so far: %s", watch->watched->why);
		return 0;
	case 's':
		watch->watched->end = WATCH_SKIP;
		if (!again)
			screen_mark(
				MARK_WARN,
				"Skip it? What %s needs will not be known. s again skips it; any "
				"other key goes on.",
				watch->order->at.exercise->title);
		return again;
	case 'q':
	case -1:
		watch->watched->end = WATCH_QUIT;
		return 1;
	default:
		return 0;
	}
}

static int64_t earlier(int64_t one, int64_t other)
{
	if (one < 0 || other < 0)
		return one < 0 ? other : one;
	return one < other ? one : other;
}

/* 0: look again; 1: it is over. */
static int wait_on(struct watch *watch, int input, int64_t until, struct error *err)
{
	int news = follow_wait(watch->follow, input, until, must_stop, err);

	if (news < 0)
		return news;
	if (process_interrupted())
		return error_set(err, EINTR, NULL, "interrupted");
	if (keys_suspended()) {
		live_clear();
		keys_suspend();
	}
	return news & FOLLOW_INPUT ? press(watch) : 0;
}

static int look(struct watch *watch, int64_t now, struct error *err)
{
	bool news = false;
	int r = (watch->playing ? playing_go_on(watch->playing, now, &watch->next_line, err) : 0)
			?: read_logs(watch, &news, err);

	if (r < 0)
		return r;
	if (news)
		watch->last_news = now;
	return judge(watch, err);
}

/* A recording that has ended brings nothing more. What is there already is read to its end, within
 * reason. */
static bool is_late(const struct watch *watch, int64_t now)
{
	int64_t limit = watch->limit;

	if (watch->playing)
		return watch->next_line < 0 && !watch->behind;
	if (watch->behind && watch->order->limit == 0)
		limit += BEHIND_MOST;
	return limit >= 0 && now >= limit;
}

static int watch_on(struct watch *watch, int input, struct error *err)
{
	if (watch->order->keys && !live_possible())
		screen_say("Keys: Enter tells how it stands, s skips it, q quits, to go on later.");
	for (;;) {
		int64_t now = follow_now(), quiet = -1, next;
		int r = look(watch, now, err);

		if (r < 0)
			return r;
		if (!watch->behind && is_over(watch, now, &quiet)) {
			watch->watched->end = WATCH_SETTLED;
			return 0;
		}
		if (is_late(watch, now)) {
			watch->watched->end = WATCH_LIMIT;
			return 0;
		}
		show_state(watch, now);
		next = earlier(quiet, watch->playing ? watch->next_line : watch->limit);
		r = wait_on(watch, input, watch->behind ? now : next, err);
		if (r)
			return r < 0 ? r : 0;
	}
}

/* ---- begin ----------------------------------------------------------------------------------- */

/* Where the hidden denials are shown, *phase becomes the one that was recorded so, if any was. */
static int recorded_phase(const struct occasion *at, const char **phase, struct error *err)
{
	static const char hidden_shown[] = PHASE_PERMISSIVE "-dontaudit-off";
	struct store *store;
	bool shown = false;
	int r = node_store(at->session, &store, err) ?: store_shows_hidden(store, &shown, err);

	if (shown && !occasion_is_confined(at) &&
	    player_recorded(node_player(at->session), hidden_shown, at->exercise->name))
		*phase = hidden_shown;
	return r;
}

static int begin_playing(struct watch *watch, struct error *err)
{
	const struct occasion *at = &watch->order->at;
	struct played_machine machine = { .root = at->session->root };
	_cleanup_free_ char *server_log = NULL;
	const struct galera_config *config = NULL;
	const char *phase = at->phase, *audit_log;
	int r = node_audit_log(at->session, &audit_log, err)
			?: evidence_server_log(at->session, &server_log, err)
			?: evidence_cut_back(at, err)
			?: recorded_phase(at, &phase, err)
			?: node_config(at->session, &config, err);

	if (r < 0)
		return r;
	machine.data = config->data_directory;
	return player_begin(node_player(at->session), phase, at->exercise->name, audit_log,
			    server_log, &machine, watch->order->pace, follow_now(), &watch->playing,
			    err);
}

static int begin(struct watch *watch, struct error *err)
{
	int r = follow_new(&watch->follow, err);

	watch->log = wsrep_watch_new(watch->order->mark ? watch->order->mark : "");
	if (r == 0)
		r = evidence_follow(&watch->order->at, watch->follow, &watch->audit, &watch->server,
				    err);
	return r == 0 && watch->order->play ? begin_playing(watch, err) : r;
}

int watch_exercise(const struct watch_order *order, struct watched *watched, struct error *err)
{
	int64_t now = follow_now();
	_cleanup_(watch_clear) struct watch watch = {
		.order = order,
		.watched = watched,
		.tally = { .domains = node_domains() },
		.next_line = -1,
		.limit = order->limit < 0 ? -1 : now + order->limit,
		.settled = -1,
		.last_news = now,
		.last_shown = now,
	};

	return begin(&watch, err) ?: watch_on(&watch, order->keys ? keys_open() : -1, err);
}
