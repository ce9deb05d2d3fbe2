/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "steps/galera/wsrep_messages.h"
#include "steps/rehearsal/player.h"
#include "wizard/util.h"

struct player {
	json_t *recording; /* recording.json */
	char *cluster;     /* its directory */
};

#define NO_RECORDING                                                                               \
	"give a directory that holds recording.json, my.cnf and PHASE/EXERCISE/audit.log"

void player_close(struct player *player)
{
	if (!player)
		return;
	json_decref(player->recording);
	free(player->cluster);
	free(player);
}

static int load(const char *directory, const char *name, json_t **value, struct error *err)
{
	_cleanup_free_ char *path = str_printf("%s/%s", directory, name);
	_cleanup_free_ char *text = NULL;
	json_error_t at;
	int r = file_read(path, &text, NULL, err);

	if (r < 0)
		return r;
	*value = json_loads(text, 0, &at);
	if (!*value)
		return error_set(err, EINVAL, NO_RECORDING, "%s, line %d: %s", path, at.line,
				 at.text);
	return 0;
}

static int open_recording(struct player **player, const char *cluster, struct error *err)
{
	struct player *made = memory_new(1, sizeof(*made));
	int r = load(cluster, "recording.json", &made->recording, err);

	made->cluster = str_copy(cluster);
	if (r == 0 && !member_or_null(made->recording, "node"))
		r = error_set(err, EINVAL, NO_RECORDING, "%s/recording.json names no \"node\"",
			      cluster);
	if (r < 0) {
		player_close(made);
		return r;
	}
	*player = made;
	return 0;
}

int player_open(struct player **player, const char *root, struct error *err)
{
	_cleanup_free_ char *marker = str_printf("%s/rehearsal.json", root);
	json_auto_t *rehearsal = NULL;
	const char *cluster;
	int r;

	*player = NULL;
	/* The host itself is never a rehearsal, whatever lies in its root directory. */
	if (!strcmp(root, "/") || !*root || access(marker, F_OK) < 0)
		return 0;
	r = load(root, "rehearsal.json", &rehearsal, err);
	if (r < 0)
		return r;
	cluster = member_or_null(rehearsal, "cluster");
	return cluster ? open_recording(player, cluster, err)
		       : error_set(err, EINVAL, "make the scratch root anew with `rehearse --keep`",
				   "%s names no \"cluster\"", marker);
}

static int copy_into(const char *from, const char *root, const char *to, struct error *err)
{
	_cleanup_free_ char *path = str_printf("%s%s", root, to);
	_cleanup_free_ char *parent = str_copy(path);
	_cleanup_free_ char *text = NULL;
	size_t length;
	int r = file_read(from, &text, &length, err);

	if (r < 0)
		return error_remedy(err, "%s", NO_RECORDING);
	return make_directories(dirname(parent), 0755, err)
		       ?: file_write(path, text, length, 0644, err);
}

int player_attach(const char *root, const char *cluster, struct error *err)
{
	char real[PATH_MAX];
	_cleanup_free_ char *marker = str_printf("%s/rehearsal.json", root);
	_cleanup_free_ char *config = NULL, *text = NULL;
	struct player *player = NULL;
	json_auto_t *rehearsal = NULL;
	int r;

	if (!realpath(cluster, real))
		return error_set(err, errno, NO_RECORDING, "no recorded cluster at %s: %m",
				 cluster);
	r = open_recording(&player, real, err);
	player_close(player);
	if (r < 0)
		return r;
	rehearsal = json_pack("{s:s}", "cluster", real);
	if (!rehearsal)
		return error_set(err, EILSEQ, "give it a path of UTF-8",
				 "the recorded cluster's path %s is not UTF-8", real);
	text = json_dumps(rehearsal, JSON_INDENT(2));
	config = str_printf("%s/my.cnf", real);
	return copy_into(config, root, "/etc/my.cnf", err)
		       ?: file_write(marker, text, strlen(text), 0644, err);
}

const char *player_title(const struct player *player)
{
	const char *title = member_or_null(player->recording, "software");

	return title ?: player->cluster;
}

const char *player_told(const struct player *player, const char *what, const char *of)
{
	return member_or_null(json_object_get(player->recording, what), of);
}

/* A log of an exercise, by its name without ".log"; caller frees. */
static char *recorded_log(const struct player *player, const char *phase, const char *exercise,
			  const char *name)
{
	return str_printf("%s/%s/%s/%s.log", player->cluster, phase, exercise, name);
}

bool player_recorded(const struct player *player, const char *phase, const char *exercise)
{
	_cleanup_free_ char *audit = recorded_log(player, phase, exercise, "audit");

	return access(audit, R_OK) == 0;
}

int player_begin(struct player *player, const char *phase, const char *exercise,
		 const char *audit_log, const char *server_log,
		 const struct played_machine *machine, double pace, int64_t now,
		 struct playing **playing, struct error *err)
{
	const char *node = member_text(player->recording, "node");
	_cleanup_free_ char *audit = recorded_log(player, phase, exercise, "audit");
	_cleanup_free_ char *server = recorded_log(player, phase, exercise, node);

	if (access(audit, F_OK) < 0 || access(server, F_OK) < 0)
		return error_set(err, ENOENT,
				 "do this one on the node itself, or give another recording with "
				 "--cluster",
				 "the recorded cluster did not do the exercise %s as %s (%s)",
				 exercise, node, phase);
	return playing_begin(playing, &(struct played_log){ audit, audit_log },
			     &(struct played_log){ server, server_log }, machine, pace, now, err);
}

/* ---- the logs of one exercise ---------------------------------------------------------------- */

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
	char *root, *data; /* of the machine */
	char group[40];    /* its UUID, as the log had it last */
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
	free(playing->root);
	free(playing->data);
	free(playing);
}

static void cleanup_playing(struct playing **playing)
{
	playing_end(*playing);
}

/* Of a line, in milliseconds since the epoch; that of the line before where it has none. */
static int64_t time_of(int log, struct piece line, int64_t before)
{
	char clock[9], id[32];
	long long whole;
	unsigned int millis;
	time_t seconds;

	if (log == SERVER)
		return wsrep_time(line, true, clock, &seconds) ? (int64_t)seconds * 1000 : before;
	piece_copy(id, sizeof(id), piece_after(line, "msg=audit("));
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

		time = time_of(log, (struct piece){ at, at + end }, time);
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
		  const struct played_log *server, const struct played_machine *machine,
		  double pace, int64_t now, struct error *err)
{
	_cleanup_(cleanup_playing) struct playing *made = memory_new(1, sizeof(*made));
	const struct played_log *logs[LOGS] = { [AUDIT] = audit, [SERVER] = server };
	int r = 0;

	made->pace = pace;
	made->begin = now;
	made->root = str_copy(machine->root);
	made->data = path_in_root(machine->root, machine->data);
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

/* Of the lines up to `end`, those of a log. It is opened each time, as it may have been rotated
 * away since. */
static int write_log(struct playing *playing, int log, size_t end, struct error *err)
{
	_cleanup_free_ char *parent = str_copy(playing->to[log]);
	_cleanup_fclose_ FILE *file = NULL;
	bool written = true;
	int r = make_directories(dirname(parent), 0755, err);

	if (r < 0)
		return r;
	file = fopen(playing->to[log], "ae");
	if (!file)
		return error_set(err, errno, "see that the scratch root can be written to",
				 "cannot open %s: %m", playing->to[log]);
	for (size_t i = playing->next; i < end; i++) {
		const struct played_line *line = &playing->lines[i];

		if (line->log == log)
			written &= fwrite(line->text, 1, line->length, file) == line->length;
	}
	if (fflush(file) == 0 && written)
		return 0;
	return error_set(err, errno, "see that the scratch root has room", "writing %s: %m",
			 playing->to[log]);
}

/* ---- the machine ----------------------------------------------------------------------------- */

static void forget_processes(const char *proc)
{
	static const char *const names[] = { "exe", "cwd", "stat", "status" };
	_cleanup_closedir_ DIR *directory = opendir(proc);
	struct dirent *entry;

	while (directory && (entry = readdir(directory))) {
		for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
			_cleanup_free_ char *file =
				str_printf("%s/%s/%s", proc, entry->d_name, names[i]);

			unlink(file);
		}
		unlinkat(dirfd(directory), entry->d_name, AT_REMOVEDIR);
	}
}

/* In place of the one before: two servers do not work on one data directory. */
static int start_process(const struct playing *playing, long pid, struct error *err)
{
	_cleanup_free_ char *proc = path_in_root(playing->root, "/proc");
	_cleanup_free_ char *process = str_printf("%s/%ld", proc, pid);
	_cleanup_free_ char *exe = str_printf("%s/exe", process),
			    *cwd = str_printf("%s/cwd", process),
			    *stat = str_printf("%s/stat", process),
			    *status = str_printf("%s/status", process), *fields = NULL, *uid = NULL,
			    *data = NULL;
	struct timespec boot;
	int r;

	forget_processes(proc);
	r = make_directories(playing->data, 0755, err) ?: make_directories(process, 0755, err);
	if (r < 0)
		return r;
	data = realpath(playing->data, NULL);
	clock_gettime(CLOCK_BOOTTIME, &boot);
	/* The 22nd field is when it was started. */
	fields = str_printf("%ld (mariadbd) S%s %lld%09ld\n", pid,
			    " 1 0 0 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0", (long long)boot.tv_sec,
			    boot.tv_nsec);
	uid = str_printf("Name:\tmariadbd\nUid:\t%d\t%d\n", (int)geteuid(), (int)geteuid());
	if (symlink("/usr/sbin/mariadbd", exe) < 0 || !data || symlink(data, cwd) < 0)
		return error_set(err, errno, "see that the scratch root can be written to",
				 "cannot make %s: %m", process);
	return file_write(stat, fields, strlen(fields), 0644, err)
		       ?: file_write(status, uid, strlen(uid), 0644, err);
}

static int save_state(const struct playing *playing, struct error *err)
{
	_cleanup_free_ char *path = str_printf("%s/grastate.dat", playing->data);
	_cleanup_free_ char *text = str_printf(
		"# GALERA saved state\nversion: 2.1\nuuid:    %s\nseqno:   -1\n", playing->group);

	return make_directories(playing->data, 0755, err)
		       ?: file_write(path, text, strlen(text), 0600, err);
}

/* What a line of the server's log tells of the machine that it was written on. */
static int move_machine(struct playing *playing, const struct played_line *line, struct error *err)
{
	struct piece text = { line->text, line->text + line->length };
	bool unstamped;
	struct piece message = wsrep_message_of(text, &unstamped), uuid;
	const struct wsrep_message *row = wsrep_message_find(message);
	enum wsrep_event event = row ? row->event : EVENT_NONE;
	long pid = event == EVENT_BOOT ? wsrep_server_pid(message) : 0;

	uuid = piece_after(text, event == EVENT_GROUP_STATE ? row->text : "group UUID = ");
	if (piece_size(uuid))
		piece_copy(playing->group, sizeof(playing->group), piece_word(uuid, "-"));
	if (pid)
		return start_process(playing, pid, err);
	return event == EVENT_SYNCED && *playing->group ? save_state(playing, err) : 0;
}

int playing_go_on(struct playing *playing, int64_t now, int64_t *next, struct error *err)
{
	size_t end = playing->next;
	int r = 0;

	for (; r == 0 && end < playing->count && due(playing, end) <= now; end++)
		if (playing->lines[end].log == SERVER)
			r = move_machine(playing, &playing->lines[end], err);
	for (int log = 0; r == 0 && end > playing->next && log < LOGS; log++)
		r = write_log(playing, log, end, err);
	if (r < 0)
		return r;
	playing->next = end;
	*next = end < playing->count ? due(playing, end) : -1;
	return 0;
}
