/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "steps/audit/source.h"
#include "wizard/util.h"

/* A block fits into a processor's second cache, where looking for newlines finds it. */
#define BLOCK  (256 * 1024)
#define BLOCKS 4

struct block {
	size_t size;
	char bytes[BLOCK];
};

struct source {
	const char *path;
	int fd;
	struct archive *archive; /* NULL: the log is not compressed, and fd is read as it is */

	pthread_t thread;
	bool started;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	size_t filled, taken; /* blocks, since the start; taken ones may be overwritten */
	bool ended, stop;
	struct error error; /* of the thread; code 0: none */

	bool holds; /* the caller has the block that is at taken */
	struct block blocks[BLOCKS];
};

const char *source_name(const struct source *source)
{
	return strcmp(source->path, "-") == 0 ? "standard input" : source->path;
}

/* ---- bytes ----------------------------------------------------------------------------------- */

static int read_error(struct source *source, int code, struct error *err)
{
	return error_set(err, code, "give the path of an audit log", "cannot read %s: %s",
			 source_name(source), strerror(code));
}

static int archive_failed(struct source *source, struct error *err)
{
	const char *what = archive_error_string(source->archive);

	return error_set(err, EIO,
			 "decompress it yourself and give what comes out: zcat, xzcat or zstdcat "
			 "FILE | ... -",
			 "cannot decompress %s: %s", source_name(source), what ? what : "damaged");
}

/* read_some - read(2), and the only place where the thread may be cancelled: a pipe can be silent
 * for ever. */
static ssize_t read_some(int fd, char *bytes, size_t room)
{
	ssize_t got;

	pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, NULL);
	got = read(fd, bytes, room);
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
	return got;
}

/* read_plain - fill the block as far as the log reaches. */
static int read_plain(struct source *source, struct block *block, struct error *err)
{
	while (block->size < BLOCK) {
		ssize_t got =
			read_some(source->fd, block->bytes + block->size, BLOCK - block->size);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return read_error(source, errno, err);
		if (got == 0)
			break;
		block->size += (size_t)got;
	}
	return 0;
}

static int read_packed(struct source *source, struct block *block, struct error *err)
{
	while (block->size < BLOCK) {
		ssize_t got = archive_read_data(source->archive, block->bytes + block->size,
						BLOCK - block->size);

		if (got == ARCHIVE_RETRY)
			continue;
		if (got < 0)
			return archive_failed(source, err);
		if (got == 0)
			break;
		block->size += (size_t)got;
	}
	return 0;
}

static int fill(struct source *source, struct block *block, struct error *err)
{
	block->size = 0;
	return source->archive ? read_packed(source, block, err) : read_plain(source, block, err);
}

/* ---- compressed ------------------------------------------------------------------------------ */

static bool is_packed(const struct block *block)
{
	static const struct {
		const char *bytes;
		size_t length;
	} magic[] = {
		{ "\x1f\x8b", 2 }, /* gzip */
		{ "BZh", 3 },      /* bzip2 */
		{ "\xfd"
		  "7zXZ",
		  6 },                     /* xz, with its NUL */
		{ "\x28\xb5\x2f\xfd", 4 }, /* zstd */
	};

	for (size_t i = 0; i < ARRAY_SIZE(magic); i++)
		if (block->size >= magic[i].length &&
		    !memcmp(block->bytes, magic[i].bytes, magic[i].length))
			return true;
	return false;
}

/* What libarchive decompresses: the first block, which has been read to see what it is, and what
 * follows it. */
struct packed {
	struct source *source;
	size_t given;
	struct block first, next;
};

static la_ssize_t give_packed(struct archive *archive, void *data, const void **bytes)
{
	struct packed *packed = data;
	struct error err;
	int rc;

	*bytes = packed->first.bytes;
	if (!packed->given++)
		return (la_ssize_t)packed->first.size;
	*bytes = packed->next.bytes;
	packed->next.size = 0;
	rc = read_plain(packed->source, &packed->next, &err);
	if (rc < 0) {
		archive_set_error(archive, err.code, "%s", strerror(err.code));
		return ARCHIVE_FATAL;
	}
	return (la_ssize_t)packed->next.size;
}

static int end_packed(struct archive *archive, void *data)
{
	(void)archive;
	free(data);
	return ARCHIVE_OK;
}

/* open_packed - from here on, what is read is decompressed. */
static int open_packed(struct source *source, const struct block *first, struct error *err)
{
	_cleanup_free_ struct packed *packed = malloc(sizeof(*packed));
	struct archive_entry *entry;
	struct archive *archive = source->archive = archive_read_new();

	if (!packed || !archive)
		return error_nomem(err);
	packed->source = source;
	packed->given = 0;
	packed->first = *first;
	archive_read_support_filter_gzip(archive);
	archive_read_support_filter_bzip2(archive);
	archive_read_support_filter_xz(archive);
	archive_read_support_filter_zstd(archive);
	archive_read_support_format_raw(archive);
	archive_read_support_format_empty(archive);
	if (archive_read_open(archive, TAKE_PTR(packed), NULL, give_packed, end_packed) !=
	    ARCHIVE_OK)
		return archive_failed(source, err);
	/* It begins as a compressed log does, and is none. */
	if (archive_filter_code(archive, 0) == ARCHIVE_FILTER_NONE)
		return archive_failed(source, err);
	switch (archive_read_next_header(archive, &entry)) {
	case ARCHIVE_OK:
	case ARCHIVE_EOF:
		return 0;
	default:
		return archive_failed(source, err);
	}
}

/* ---- reading ahead --------------------------------------------------------------------------- */

/* wait_for_room - until a block may be filled; false: nobody wants one any more. */
static bool wait_for_room(struct source *source)
{
	bool go;

	pthread_mutex_lock(&source->lock);
	while (!source->stop && source->filled - source->taken == BLOCKS)
		pthread_cond_wait(&source->changed, &source->lock);
	go = !source->stop;
	pthread_mutex_unlock(&source->lock);
	return go;
}

static void *read_ahead(void *data)
{
	struct source *source = data;
	bool ended = false;

	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
	while (!ended && wait_for_room(source)) {
		/* Only this thread changes filled. */
		struct block *block = &source->blocks[source->filled % BLOCKS];
		struct error error = { 0 };
		int rc = fill(source, block, &error);

		ended = rc < 0 || !block->size;
		pthread_mutex_lock(&source->lock);
		source->error = error;
		source->ended = ended;
		source->filled += !ended;
		pthread_cond_signal(&source->changed);
		pthread_mutex_unlock(&source->lock);
	}
	return NULL;
}

/* start_thread - without one, blocks are read when they are asked for. */
static void start_thread(struct source *source)
{
	sigset_t all, before;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	source->started = pthread_create(&source->thread, NULL, read_ahead, source) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static int next_ahead(struct source *source, struct block **block, struct error *err)
{
	int rc = 0;

	pthread_mutex_lock(&source->lock);
	if (source->holds) {
		source->taken++;
		pthread_cond_signal(&source->changed);
	}
	while (!source->ended && source->filled == source->taken)
		pthread_cond_wait(&source->changed, &source->lock);
	source->holds = source->filled > source->taken;
	*block = source->holds ? &source->blocks[source->taken % BLOCKS] : NULL;
	if (!*block && source->error.code) {
		rc = -source->error.code;
		if (err)
			*err = source->error;
	}
	pthread_mutex_unlock(&source->lock);
	return rc;
}

/* ---- the source ------------------------------------------------------------------------------ */

/* open_first - the first block: it tells whether the log is compressed. Only then is a thread worth
 * while: the kernel copies a block sooner than it switches threads. */
static int open_first(struct source *source, struct error *err)
{
	struct block *first = &source->blocks[0];
	int rc = fill(source, first, err);

	if (rc == 0 && is_packed(first)) {
		rc = open_packed(source, first, err);
		if (rc == 0)
			rc = fill(source, first, err);
	}
	if (rc < 0)
		return rc;
	source->filled = first->size > 0;
	if (source->archive && first->size == BLOCK)
		start_thread(source);
	return 0;
}

int source_open(const char *path, struct source **source, struct error *err)
{
	_cleanup_(source_close) struct source *opened = malloc(sizeof(*opened));
	int rc;

	if (!opened)
		return error_nomem(err);
	memset(opened, 0, offsetof(struct source, blocks));
	opened->path = path;
	pthread_mutex_init(&opened->lock, NULL);
	pthread_cond_init(&opened->changed, NULL);
	opened->fd =
		strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (opened->fd < 0)
		return error_set(err, errno,
				 errno == ENOENT ? "look whether auditd is installed and running "
						   "(systemctl status auditd), or name another log"
						 : "read it as root, or name another log",
				 "cannot open %s: %s", path, strerror(errno));
	rc = open_first(opened, err);
	if (rc == 0)
		*source = TAKE_PTR(opened);
	return rc;
}

int source_plain(const struct source *source, off_t *size)
{
	struct stat status;

	if (source->archive || source->fd == STDIN_FILENO || fstat(source->fd, &status) < 0 ||
	    !S_ISREG(status.st_mode))
		return -1;
	*size = status.st_size;
	return source->fd;
}

int source_next(struct source *source, const char **block, size_t *size, struct error *err)
{
	struct block *next = NULL;
	int rc = 0;

	if (source->started) {
		rc = next_ahead(source, &next, err);
	} else if (source->filled) {
		next = &source->blocks[0];
		if (source->holds)
			rc = fill(source, next, err);
		source->holds = true;
	}
	*block = next ? next->bytes : NULL;
	*size = next ? next->size : 0;
	return rc;
}

void source_close(struct source **pointer)
{
	struct source *source = *pointer;

	if (!source)
		return;
	if (source->started) {
		pthread_mutex_lock(&source->lock);
		source->stop = true;
		pthread_cond_signal(&source->changed);
		pthread_mutex_unlock(&source->lock);
		pthread_cancel(source->thread);
		pthread_join(source->thread, NULL);
	}
	archive_read_free(source->archive);
	if (source->fd > STDERR_FILENO)
		close(source->fd);
	pthread_cond_destroy(&source->changed);
	pthread_mutex_destroy(&source->lock);
	free(source);
}
