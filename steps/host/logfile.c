/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "steps/host/logfile.h"
#include "wizard/util.h"

/* This many bytes before a mark are summed up, to know the file again: an inode is soon reused. */
#define CHECKED_BYTES 4096
/* Logs can rotate while they are looked at; more often than this is something else. */
#define TRIES 5

static const char remedy_read[] = "look whether the log's path is right, and read it as root";

/* A log, or what it was before a rotation. */
struct piece {
	char *path;
	const char *suffix; /* behind the log's name, in path: "", "1", "20261124" */
	bool dated;
	dev_t device;
	ino_t inode;
	uint64_t size;
	int64_t written; /* last time, nanoseconds */
};

struct pieces {
	struct piece *items;
	size_t count;
};

static void pieces_clear(struct pieces *pieces)
{
	for (size_t i = 0; i < pieces->count; i++)
		free(pieces->items[i].path);
	free(pieces->items);
}

/* ---- marks ----------------------------------------------------------------------------------- */

static int64_t nanoseconds(struct timespec time)
{
	return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

/* checksum - FNV-1a of the bytes before offset; false: cannot be read. */
static bool checksum(int fd, uint64_t offset, char text[17])
{
	unsigned char bytes[CHECKED_BYTES];
	size_t length = offset < sizeof(bytes) ? (size_t)offset : sizeof(bytes);
	uint64_t sum = 0xcbf29ce484222325;

	if (pread(fd, bytes, length, (off_t)(offset - length)) != (ssize_t)length)
		return false;
	for (size_t i = 0; i < length; i++)
		sum = (sum ^ bytes[i]) * 0x100000001b3;
	snprintf(text, 17, "%016" PRIx64, sum);
	return true;
}

static json_t *pack_mark(const char *path, const struct stat *status, uint64_t size,
			 const char *check)
{
	struct timespec now;

	/* The clock that the kernel stamps files with. */
	clock_gettime(CLOCK_REALTIME_COARSE, &now);
	if (!status)
		return json_pack("{s:s, s:b, s:I}", "path", path, "missing", 1, "time",
				 (json_int_t)nanoseconds(now));
	return json_pack("{s:s, s:b, s:I, s:I, s:I, s:s, s:I}", "path", path, "missing", 0, "inode",
			 (json_int_t)status->st_ino, "device", (json_int_t)status->st_dev, "size",
			 (json_int_t)size, "check", check, "time", (json_int_t)nanoseconds(now));
}

int logfile_mark(const char *path, json_t **mark, struct error *err)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	_cleanup_free_ char *real = NULL;
	char sum[17] = "";
	struct stat status;
	json_t *made;

	if (fd < 0 && errno != ENOENT)
		return error_set(err, errno, remedy_read, "cannot open %s: %s", path,
				 strerror(errno));
	if (fd < 0) {
		made = pack_mark(path, NULL, 0, NULL);
	} else {
		if (fstat(fd, &status) < 0 || !checksum(fd, (uint64_t)status.st_size, sum))
			return error_set(err, errno, remedy_read, "cannot read %s: %s", path,
					 strerror(errno));
		real = realpath(path, NULL);
		made = pack_mark(real ? real : path, &status, (uint64_t)status.st_size, sum);
	}
	if (!made)
		return error_nomem(err);
	*mark = made;
	return 0;
}

/* ---- rotation -------------------------------------------------------------------------------- */

/* rotation_suffix - what logrotate put behind the log's name: ".1", or "-20261124" and whatever
 * date format begins with a year; NULL: it did not. "": the log itself. */
static const char *rotation_suffix(const char *name, const char *log, bool *dated)
{
	const char *suffix = str_starts(name, log);

	*dated = false;
	if (!suffix || !*suffix)
		return suffix;
	*dated = *suffix == '-';
	if ((*suffix != '.' && *suffix != '-') || !suffix[1] ||
	    suffix[1 + strspn(suffix + 1, *dated ? "0123456789-_:.T" : "0123456789")])
		return NULL;
	return suffix + 1;
}

static int add_piece(struct pieces *pieces, int dir, const char *directory, const char *name,
		     const char *suffix, bool dated, struct error *err)
{
	struct stat status;
	struct piece *piece;

	if (fstatat(dir, name, &status, 0) < 0 || !S_ISREG(status.st_mode))
		return 0;
	for (size_t i = 0; i < pieces->count; i++)
		if (pieces->items[i].inode == status.st_ino &&
		    pieces->items[i].device == status.st_dev)
			return 0;
	piece = array_push(&pieces->items, &pieces->count, sizeof(*piece));
	if (!piece || !(piece->path = str_printf("%s/%s", directory, name)))
		return error_nomem(err);
	piece->suffix = piece->path + strlen(piece->path) - strlen(suffix);
	piece->dated = dated;
	piece->device = status.st_dev;
	piece->inode = status.st_ino;
	piece->size = (uint64_t)status.st_size;
	piece->written = nanoseconds(status.st_mtim);
	return 0;
}

/* add_pieces - path, and its rotated predecessors beside it. */
static int add_pieces(struct pieces *pieces, const char *path, struct error *err)
{
	const char *slash = strrchr(path, '/'), *log = slash ? slash + 1 : path;
	_cleanup_free_ char *directory =
		slash ? strndup(path, slash == path ? 1 : (size_t)(slash - path)) : strdup(".");
	_cleanup_closedir_ DIR *dir = NULL;
	struct dirent *entry;

	if (!directory)
		return error_nomem(err);
	dir = opendir(directory);
	if (!dir)
		return errno == ENOENT ? 0
				       : error_set(err, errno, remedy_read, "cannot read %s: %s",
						   directory, strerror(errno));
	while ((entry = readdir(dir))) {
		bool dated;
		const char *suffix = rotation_suffix(entry->d_name, log, &dated);
		int rc;

		if (!suffix)
			continue;
		rc = add_piece(pieces, dirfd(dir), directory, entry->d_name, suffix, dated, err);
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* oldest_first - the log itself comes last; among rotated ones, the higher number is older, the
 * earlier date is. Where the kinds differ, when each was last written to decides. */
static int oldest_first(const void *left, const void *right)
{
	const struct piece *a = left, *b = right;

	if (!*a->suffix != !*b->suffix)
		return !*a->suffix - !*b->suffix;
	if (*a->suffix && a->dated && b->dated)
		return strcmp(a->suffix, b->suffix);
	if (*a->suffix && !a->dated && !b->dated) {
		unsigned long x = strtoul(a->suffix, NULL, 10), y = strtoul(b->suffix, NULL, 10);

		return (x < y) - (x > y);
	}
	return (a->written > b->written) - (a->written < b->written);
}

/* list_pieces - of path, of the file that it is a link to, and of the one that it was then. */
static int list_pieces(struct pieces *pieces, const char *path, const char *marked,
		       struct error *err)
{
	_cleanup_free_ char *real = realpath(path, NULL);
	int rc = add_pieces(pieces, real ? real : path, err);

	if (!rc && marked && strcmp(marked, real ? real : path))
		rc = add_pieces(pieces, marked, err);
	if (!rc && pieces->count)
		qsort(pieces->items, pieces->count, sizeof(*pieces->items), oldest_first);
	return rc;
}

/* ---- reading --------------------------------------------------------------------------------- */

struct text {
	char *bytes;
	size_t length;
};

static void text_clear(struct text *text)
{
	free(text->bytes);
}

static int read_rest(int fd, const char *path, uint64_t *end, struct text *text, struct error *err)
{
	uint64_t offset = *end;
	struct stat status;
	char *bytes;
	size_t room;

	if (fstat(fd, &status) < 0)
		return error_set(err, errno, remedy_read, "cannot read %s: %s", path,
				 strerror(errno));
	/* What is written while we read is for the next time. */
	room = (uint64_t)status.st_size > offset ? (size_t)((uint64_t)status.st_size - offset) : 0;
	bytes = realloc(text->bytes, text->length + room + 1);
	if (!bytes)
		return error_nomem(err);
	text->bytes = bytes;
	while (room) {
		ssize_t got = pread(fd, bytes + text->length, room, (off_t)offset);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_set(err, errno, remedy_read, "cannot read %s: %s", path,
					 strerror(errno));
		if (!got)
			break;
		text->length += (size_t)got;
		offset += (uint64_t)got;
		room -= (size_t)got;
	}
	bytes[text->length] = '\0';
	*end = offset;
	return 0;
}

/* read_piece - from where the mark, NULL for none, says; *end becomes the mark of where it was read
 * to. -EAGAIN: it has been rotated away since the list was made. */
static int read_piece(const struct piece *piece, const json_t *mark, struct text *text, bool *gap,
		      json_t **end, struct error *err)
{
	_cleanup_close_ int fd = open(piece->path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	uint64_t offset = (uint64_t)member_number(mark, "size");
	const char *check = json_string_value(json_object_get(mark, "check"));
	struct stat status;
	char sum[17];
	int rc;

	if (fd < 0 && errno == ENOENT)
		return -EAGAIN;
	if (fd < 0 || fstat(fd, &status) < 0)
		return error_set(err, errno, remedy_read, "cannot open %s: %s", piece->path,
				 strerror(errno));
	if (status.st_ino != piece->inode || status.st_dev != piece->device)
		return -EAGAIN;
	if (offset > (uint64_t)status.st_size ||
	    (check && (!checksum(fd, offset, sum) || strcmp(sum, check)))) {
		/* Truncated, or another file by now: all of it is news, and something is lost. */
		*gap = true;
		offset = 0;
	}
	rc = read_rest(fd, piece->path, &offset, text, err);
	if (rc < 0)
		return rc;
	json_decref(*end);
	*end = checksum(fd, offset, sum) ? pack_mark(piece->path, &status, offset, sum) : NULL;
	/* It became shorter while it was read: the next look finds out. */
	if (!*end)
		*end = pack_mark(piece->path, &status, 0, "");
	return *end ? 0 : error_nomem(err);
}

/* first_piece - the index of the marked file; if that is gone, of the first that was written to
 * after the mark: as only one file is, at a time, that one was begun later. */
static size_t first_piece(const struct pieces *pieces, const json_t *mark, bool *found)
{
	ino_t inode = (ino_t)member_number(mark, "inode");
	dev_t device = (dev_t)member_number(mark, "device");
	int64_t time = member_number(mark, "time");
	bool missing = json_is_true(json_object_get(mark, "missing"));
	size_t first;

	*found = false;
	for (size_t i = 0; i < pieces->count && !missing; i++) {
		*found = pieces->items[i].inode == inode && pieces->items[i].device == device;
		if (*found)
			return i;
	}
	for (first = 0; first < pieces->count; first++)
		if (!*pieces->items[first].suffix || pieces->items[first].written >= time)
			break;
	return first;
}

static int read_since(const char *path, const json_t *mark, struct text *text, bool *gap,
		      json_t **end, struct error *err)
{
	_cleanup_(pieces_clear) struct pieces pieces = { 0 };
	bool found;
	size_t first;
	int rc = list_pieces(&pieces, path, json_string_value(json_object_get(mark, "path")), err);

	if (rc < 0)
		return rc;
	first = first_piece(&pieces, mark, &found);
	if (!found && !json_is_true(json_object_get(mark, "missing")))
		*gap = true;
	for (size_t i = first; i < pieces.count && !rc; i++)
		rc = read_piece(&pieces.items[i], found && i == first ? mark : NULL, text, gap, end,
				err);
	return rc;
}

static int read_on(const char *path, const json_t *mark, struct text *text, bool *gap, json_t **end,
		   struct error *err)
{
	for (int try = 0; try < TRIES; try++) {
		int rc;

		*gap = false;
		text->length = 0;
		rc = read_since(path, mark, text, gap, end, err);
		if (rc != -EAGAIN)
			return rc;
	}
	return error_set(err, EAGAIN, "wait a moment, then start again",
			 "%s is rotated faster than it can be read", path);
}

static int read_text(const char *path, const json_t *mark, char **text, size_t *length, bool *gap,
		     json_t **end, struct error *err)
{
	_cleanup_(text_clear) struct text read = { 0 };
	bool lost;
	int rc = read_on(path, mark, &read, &lost, end, err);

	if (rc < 0)
		return rc;
	if (!read.bytes && !(read.bytes = strdup("")))
		return error_nomem(err);
	*text = TAKE_PTR(read.bytes);
	*length = read.length;
	*gap = lost;
	return 0;
}

int logfile_since(const char *path, const json_t *mark, char **text, size_t *length, bool *gap,
		  struct error *err)
{
	json_t *end = NULL;
	int rc;

	if (!mark || json_is_null(mark)) {
		rc = file_read(path, text, length, err);
		if (!rc)
			*gap = false;
		return rc;
	}
	rc = read_text(path, mark, text, length, gap, &end, err);
	json_decref(end);
	return rc;
}

int logfile_advance(const char *path, json_t **mark, char **text, size_t *length, bool *gap,
		    struct error *err)
{
	json_t *end = NULL;
	int rc = read_text(path, *mark, text, length, gap, &end, err);

	if (rc < 0 || (!end && !*gap)) {
		json_decref(end);
		return rc;
	}
	/* The log is gone with all that it was: said once. */
	if (!end)
		end = pack_mark(path, NULL, 0, NULL);
	if (!end) {
		free(*text);
		*text = NULL;
		return error_nomem(err);
	}
	json_decref(*mark);
	*mark = end;
	return 0;
}
