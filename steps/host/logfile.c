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
/* No rotation keeps more files; who fills the directory with names is not to keep us busy. */
#define MOST_PIECES 1000

/* A log, or what it was before a rotation. */
struct rotated {
	char *path;
	const char *suffix; /* behind the log's name, in path: "", ".1", "-20261124" */
	dev_t device;
	ino_t inode;
	int64_t written; /* last time, nanoseconds */
};

struct rotation {
	struct rotated *items;
	size_t count;
};

static void rotation_clear(struct rotation *pieces)
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

/* FNV-1a of the bytes before offset; false: cannot be read. */
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

/* status NULL: there is no such file. A path that is not UTF-8 is not kept: then a link there is
 * not known to have pointed elsewhere. */
static json_t *make_mark(const char *path, const struct stat *status, uint64_t size,
			 const char *check)
{
	json_t *mark = json_object();
	struct timespec now;

	(void)json_object_set_new(mark, "path", json_string(path));
	/* The clock that the kernel stamps files with. */
	clock_gettime(CLOCK_REALTIME_COARSE, &now);
	member_set(mark, "time", json_integer(nanoseconds(now)));
	member_set(mark, "missing", json_boolean(!status));
	if (!status)
		return mark;
	member_set(mark, "inode", json_integer((json_int_t)status->st_ino));
	member_set(mark, "device", json_integer((json_int_t)status->st_dev));
	member_set(mark, "size", json_integer((json_int_t)size));
	member_set(mark, "check", json_string(check));
	return mark;
}

static int cannot(const char *what, const char *path, struct error *err)
{
	return error_set(err, errno, "look whether the log's path is right, and read it as root",
			 "cannot %s %s: %m", what, path);
}

/* A descriptor, or a negative errno. Whoever owns the directory can put a pipe there, which would
 * be waited on, or a link to a device, which does something when it is opened: O_PATH does not. */
static int open_log(const char *path, struct stat *status, struct error *err)
{
	_cleanup_close_ int place = open(path, O_PATH | O_CLOEXEC);
	char real[32];
	int fd;

	if (place < 0 && errno == ENOENT)
		return -ENOENT;
	if (place < 0 || fstat(place, status) < 0)
		return cannot("open", path, err);
	if (!S_ISREG(status->st_mode))
		return error_set(err, EINVAL,
				 "see what it is, and who made it (ls -l); let the server log to a "
				 "file (log_error), or to the systemd journal",
				 "%s is no file: it is not read", path);
	snprintf(real, sizeof(real), "/proc/self/fd/%d", place);
	fd = open(real, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	return fd < 0 ? cannot("open", path, err) : fd;
}

/* Where the last line begins, if it is not ended: who logs has not written all of it yet. What is
 * longer than a record is none (libaudit.h: 8970 bytes; enriching does not double that). -1: cannot
 * be read. */
static int64_t whole_lines(int fd, uint64_t size)
{
	char bytes[2 * 8970];
	size_t length = size < sizeof(bytes) ? (size_t)size : sizeof(bytes);
	uint64_t begin = size - length;
	const char *end;

	if (pread(fd, bytes, length, (off_t)begin) != (ssize_t)length)
		return -1;
	end = memrchr(bytes, '\n', length);
	return (int64_t)(end ? begin + (size_t)(end + 1 - bytes) : begin ? size : 0);
}

int logfile_mark(const char *path, json_t **mark, struct error *err)
{
	struct stat status;
	_cleanup_close_ int fd = open_log(path, &status, err);
	int64_t size;
	_cleanup_free_ char *real = NULL;
	char sum[17] = "";

	if (fd == -ENOENT) {
		*mark = make_mark(path, NULL, 0, NULL);
		return 0;
	}
	if (fd < 0)
		return fd;
	size = whole_lines(fd, (uint64_t)status.st_size);
	if (size < 0 || !checksum(fd, (uint64_t)size, sum))
		return cannot("read", path, err);
	real = realpath(path, NULL);
	*mark = make_mark(real ? real : path, &status, (uint64_t)size, sum);
	return 0;
}

/* ---- rotation -------------------------------------------------------------------------------- */

/* Is a suffix what logrotate puts behind the log's name: ".1", or "-20261124" and whatever date
 * format begins with a year? */
static bool is_rotated(const char *suffix)
{
	const char *digits = *suffix == '-' ? "0123456789-_:.T" : "0123456789";

	return (*suffix == '.' || *suffix == '-') && suffix[1] &&
	       !suffix[1 + strspn(suffix + 1, digits)];
}

static bool is_piece(const struct rotated *piece, dev_t device, ino_t inode)
{
	return piece->device == device && piece->inode == inode;
}

static void add_piece(struct rotation *pieces, int dir, const char *directory, const char *name,
		      const char *suffix)
{
	struct stat status;
	struct rotated *piece;

	if (fstatat(dir, name, &status, 0) < 0 || !S_ISREG(status.st_mode))
		return;
	for (size_t i = 0; i < pieces->count; i++)
		if (is_piece(&pieces->items[i], status.st_dev, status.st_ino))
			return;
	piece = array_push(&pieces->items, &pieces->count, sizeof(*piece));
	piece->path = str_printf("%s%s", directory, name);
	piece->suffix = piece->path + strlen(piece->path) - strlen(suffix);
	piece->device = status.st_dev;
	piece->inode = status.st_ino;
	piece->written = nanoseconds(status.st_mtim);
}

/* path, and its rotated predecessors beside it. */
static int add_pieces(struct rotation *pieces, const char *path, struct error *err)
{
	const char *log = basename(path);
	_cleanup_free_ char *directory =
		log == path ? str_copy("./") : memory_copy(path, (size_t)(log - path));
	_cleanup_closedir_ DIR *dir = opendir(directory);
	struct dirent *entry;

	if (!dir)
		return errno == ENOENT ? 0 : cannot("read", directory, err);
	while ((entry = readdir(dir))) {
		const char *suffix = str_starts(entry->d_name, log);

		if (!suffix || (*suffix && !is_rotated(suffix)))
			continue;
		if (pieces->count == MOST_PIECES)
			return error_set(err, E2BIG, "see who makes them, and remove them",
					 "more than %d files in %s are called as if %s had been "
					 "rotated",
					 MOST_PIECES, directory, log);
		add_piece(pieces, dirfd(dir), directory, entry->d_name, suffix);
	}
	return 0;
}

/* The log itself comes last; among rotated ones, the higher number is older, the earlier date is.
 * Where the kinds differ, when each was last written to decides. */
static int oldest_first(const void *left, const void *right)
{
	const struct rotated *a = left, *b = right;

	if (!*a->suffix != !*b->suffix)
		return !*a->suffix - !*b->suffix;
	if (*a->suffix == '-' && *b->suffix == '-')
		return strcmp(a->suffix, b->suffix);
	if (*a->suffix == '.' && *b->suffix == '.') {
		unsigned long x = strtoul(a->suffix + 1, NULL, 10);
		unsigned long y = strtoul(b->suffix + 1, NULL, 10);

		return (x < y) - (x > y);
	}
	return (a->written > b->written) - (a->written < b->written);
}

/* Of path, of the file that it is a link to, and of the one that it was then. */
static int list_pieces(struct rotation *pieces, const char *path, const char *marked,
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

/* What has been read. */
struct news {
	struct bytes bytes;
	bool gap;
	json_t *end; /* the mark of where it was read to; NULL: nothing was there */
};

static void news_clear(struct news *news)
{
	free(news->bytes.text);
	json_decref(news->end);
	*news = (struct news){ 0 };
}

/* A hole, as `truncate -s 1T` makes it, holds no line: where there are bytes again, or the end. */
static uint64_t behind_hole(int fd, uint64_t offset, uint64_t size)
{
	off_t data = lseek(fd, (off_t)offset, SEEK_DATA);

	if (data >= 0)
		return (uint64_t)data;
	return errno == ENXIO && offset < size ? size : offset;
}

/* From *offset on, which becomes where it was read to. */
static int read_rest(int fd, const char *path, uint64_t *offset, uint64_t size, struct news *news,
		     struct error *err)
{
	ssize_t got = 1;

	while ((got > 0 || got == -EINTR) && news->bytes.used < LOG_MOST) {
		*offset = behind_hole(fd, *offset, size);
		got = lseek(fd, (off_t)*offset, SEEK_SET) < 0 ? -errno
							      : bytes_read(&news->bytes, fd);
		*offset += got > 0 ? (uint64_t)got : 0;
	}
	errno = (int)-got;
	return got < 0 ? cannot("read", path, err) : 0;
}

/* From where the mark, NULL for none, says. -EAGAIN: it has been rotated away since the list was
 * made. */
static int read_piece(const struct rotated *piece, const json_t *mark, struct news *news,
		      struct error *err)
{
	struct stat status;
	_cleanup_close_ int fd = open_log(piece->path, &status, err);
	uint64_t offset = (uint64_t)member_number(mark, "size");
	const char *check = member_or_null(mark, "check");
	char sum[17];
	int rc;

	if (fd < 0)
		return fd == -ENOENT ? -EAGAIN : fd;
	if (!is_piece(piece, status.st_dev, status.st_ino))
		return -EAGAIN;
	if (offset > (uint64_t)status.st_size ||
	    (check && (!checksum(fd, offset, sum) || strcmp(sum, check)))) {
		/* Truncated, or another file by now: all of it is news, and something is lost. */
		news->gap = true;
		offset = 0;
	}
	rc = read_rest(fd, piece->path, &offset, (uint64_t)status.st_size, news, err);
	if (rc < 0)
		return rc;
	/* It became shorter while it was read: the next look finds out. */
	if (!checksum(fd, offset, sum)) {
		offset = 0;
		*sum = '\0';
	}
	json_decref(news->end);
	news->end = make_mark(piece->path, &status, offset, sum);
	return 0;
}

/* The index of the marked file; if that is gone, of the first that was written to after the mark:
 * as only one file is, at a time, that one was begun later. */
static size_t first_piece(const struct rotation *pieces, const json_t *mark, bool *found)
{
	ino_t inode = (ino_t)member_number(mark, "inode");
	dev_t device = (dev_t)member_number(mark, "device");
	int64_t time = member_number(mark, "time");
	bool missing = json_is_true(json_object_get(mark, "missing"));
	size_t first;

	*found = false;
	for (size_t i = 0; i < pieces->count && !missing; i++) {
		*found = is_piece(&pieces->items[i], device, inode);
		if (*found)
			return i;
	}
	for (first = 0; first < pieces->count; first++)
		if (!*pieces->items[first].suffix || pieces->items[first].written >= time)
			break;
	return first;
}

static int read_since(const char *path, const json_t *mark, struct news *news, struct error *err)
{
	_cleanup_(rotation_clear) struct rotation pieces = { 0 };
	bool found;
	size_t first;
	int rc = list_pieces(&pieces, path, member_or_null(mark, "path"), err);

	if (rc < 0)
		return rc;
	first = first_piece(&pieces, mark, &found);
	news->gap = !found && !json_is_true(json_object_get(mark, "missing"));
	for (size_t i = first; i < pieces.count && !rc && news->bytes.used < LOG_MOST; i++)
		rc = read_piece(&pieces.items[i], found && i == first ? mark : NULL, news, err);
	return rc;
}

int logfile_advance(const char *path, json_t **mark, char **text, size_t *length, bool *gap,
		    struct error *err)
{
	_cleanup_(news_clear) struct news news = { 0 };
	int rc = -EAGAIN;

	for (int try = 0; rc == -EAGAIN && try < TRIES; try++) {
		news_clear(&news);
		rc = read_since(path, *mark, &news, err);
	}
	if (rc == -EAGAIN)
		return error_set(err, EAGAIN, "wait a moment, then start again",
				 "%s is rotated faster than it can be read", path);
	if (rc < 0)
		return rc;
	/* The log is gone with all that it was: said once. */
	if (!news.end && news.gap)
		news.end = make_mark(path, NULL, 0, NULL);
	if (news.end) {
		json_decref(*mark);
		*mark = TAKE_PTR(news.end);
	}
	*text = news.bytes.text ? TAKE_PTR(news.bytes.text) : str_copy("");
	*length = news.bytes.used;
	*gap = news.gap;
	return 0;
}

int logfile_since(const char *path, const json_t *mark, char **text, size_t *length, bool *gap,
		  struct error *err)
{
	json_auto_t *from = json_incref((json_t *)mark);
	_cleanup_free_ char *all = NULL;
	FILE *out;
	size_t got = 0;
	int rc, patience = 20;
	bool whole = true;

	*gap = false;
	if (!mark || json_is_null(mark))
		return file_read(path, text, length, err);
	out = stream_open(&all, length);
	do {
		_cleanup_free_ char *some = NULL;
		bool missing = false;

		if (!whole && got < LOG_MOST)
			usleep(50000);
		rc = logfile_advance(path, &from, &some, &got, &missing, err);
		*gap |= rc == 0 && missing;
		if (rc == 0)
			fwrite(some, 1, got, out);
		if (rc == 0 && got)
			whole = some[got - 1] == '\n';
	} while (rc == 0 && (got >= LOG_MOST || (!whole && patience-- > 0)));
	stream_close(&out);
	if (rc == 0)
		*text = TAKE_PTR(all);
	return rc;
}
