/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "steps/audit/source.h"
#include "wizard/util.h"

/* It fits into a processor's second cache, where looking for newlines finds it. */
#define BLOCK (256 * 1024)

struct log_source {
	const char *path;
	int fd;
	struct archive *archive; /* NULL: the log is not compressed, and fd is read as it is */
	bool ended;              /* there is nothing behind the block */
	size_t size, given;      /* bytes in the block; of these, what the caller has had */
	size_t packed_size;
	char block[BLOCK + LINE_SLACK];
	char packed[BLOCK]; /* what is to be decompressed */
};

const char *source_name(const struct log_source *source)
{
	return strcmp(source->path, "-") == 0 ? "standard input" : source->path;
}

/* ---- bytes ----------------------------------------------------------------------------------- */

static int archive_failed(struct log_source *source, struct error *err)
{
	const char *what = archive_error_string(source->archive);

	return error_set(err, EIO,
			 "decompress it yourself and give what comes out: zcat, xzcat or zstdcat "
			 "FILE | ... -",
			 "cannot decompress %s: %s", source_name(source), what ? what : "damaged");
}

/* read_plain - read(2), whatever signals come. */
static ssize_t read_plain(int fd, char *bytes, size_t room)
{
	ssize_t got;

	do
		got = read(fd, bytes, room);
	while (got < 0 && errno == EINTR);
	return got;
}

static ssize_t read_some(struct log_source *source, char *bytes, size_t room, struct error *err)
{
	ssize_t got;

	if (!source->archive) {
		got = read_plain(source->fd, bytes, room);
		return got < 0 ? error_set(err, errno, "give the path of an audit log",
					   "cannot read %s: %m", source_name(source))
			       : got;
	}
	do
		got = archive_read_data(source->archive, bytes, room);
	while (got == ARCHIVE_RETRY);
	return got < 0 ? archive_failed(source, err) : got;
}

/* fill - the block, as far as the log reaches. */
static int fill(struct log_source *source, struct error *err)
{
	while (!source->ended && source->size < BLOCK) {
		ssize_t got =
			read_some(source, source->block + source->size, BLOCK - source->size, err);

		if (got < 0)
			return (int)got;
		source->size += (size_t)got;
		source->ended = got == 0;
	}
	return 0;
}

/* ---- compressed ------------------------------------------------------------------------------ */

struct magic {
	const char *bytes;
	size_t length;
};

static bool begins_with(const struct log_source *source, const struct magic *magic)
{
	return source->size >= magic->length && !memcmp(source->block, magic->bytes, magic->length);
}

static bool is_packed(const struct log_source *source)
{
	static const struct magic magic[] = {
		{ "\x1f\x8b", 2 },         /* gzip */
		{ "BZh", 3 },              /* bzip2 */
		{ "\3757zXZ", 6 },         /* xz, with its NUL */
		{ "\x28\xb5\x2f\xfd", 4 }, /* zstd */
	};

	for (size_t i = 0; i < ARRAY_SIZE(magic); i++)
		if (begins_with(source, &magic[i]))
			return true;
	return false;
}

/* What a person may have made of a log, and is to take back. */
static int check_form(const struct log_source *source, struct error *err)
{
	static const char wide[] =
		"it is UTF-16, as Windows writes text: iconv -f UTF-16 -t UTF-8 FILE | ... -";
	static const struct {
		struct magic magic;
		const char *remedy;
	} forms[] = {
		{ { "\xff\xfe", 2 }, wide },
		{ { "\xfe\xff", 2 }, wide },
		{ { "PK\3\4", 4 }, "it is a ZIP archive: give the logs that are in it" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(forms); i++)
		if (begins_with(source, &forms[i].magic))
			return error_set(err, EINVAL, forms[i].remedy,
					 "%s is not read as it is", source_name(source));
	return 0;
}

/* give_packed - at first, what was read to see what it is. */
static la_ssize_t give_packed(struct archive *archive, void *data, const void **bytes)
{
	struct log_source *source = data;
	ssize_t got = (ssize_t)source->packed_size;

	source->packed_size = 0;
	*bytes = source->packed;
	if (!got)
		got = read_plain(source->fd, source->packed, BLOCK);
	if (got < 0)
		archive_set_error(archive, errno, "%s", strerror(errno));
	return got < 0 ? ARCHIVE_FATAL : got;
}

/* open_packed - from here on, what is read is decompressed. */
static int open_packed(struct log_source *source, struct error *err)
{
	struct archive_entry *entry;
	struct archive *archive = source->archive = archive_read_new();

	if (!archive)
		no_memory();
	memcpy(source->packed, source->block, source->size);
	source->packed_size = source->size;
	source->size = 0;
	source->ended = false;
	archive_read_support_filter_gzip(archive);
	archive_read_support_filter_bzip2(archive);
	archive_read_support_filter_xz(archive);
	archive_read_support_filter_zstd(archive);
	archive_read_support_format_raw(archive);
	archive_read_support_format_empty(archive);
	if (archive_read_open(archive, source, NULL, give_packed, NULL) != ARCHIVE_OK)
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

/* ---- the source ------------------------------------------------------------------------------ */

/* A terminal and a pipe come to an end: somebody pastes, or a command writes. */
static bool is_endless(int fd)
{
	struct stat info;

	return fstat(fd, &info) == 0 &&
	       (S_ISBLK(info.st_mode) || (S_ISCHR(info.st_mode) && !isatty(fd))) &&
	       fd != STDIN_FILENO;
}

int source_open(const char *path, struct log_source **source, struct error *err)
{
	_cleanup_(source_close) struct log_source *opened = memory_new(1, sizeof(*opened));
	int rc;

	opened->path = path;
	opened->fd =
		strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (opened->fd < 0)
		return error_set(err, errno,
				 errno == ENOENT ? "name a log that is there"
						 : "read it as root, or name another log",
				 "cannot open %s: %m", *path ? path : "\"\"");
	rc = is_endless(opened->fd) ? error_set(err, EINVAL, "name a log, or - for standard input",
						"%s is a device, no log", path)
				    : fill(opened, err) ?: check_form(opened, err);
	if (rc == 0 && is_packed(opened))
		rc = open_packed(opened, err);
	if (rc == 0)
		*source = TAKE_PTR(opened);
	return rc;
}

/* cut_line - the block is full of one line: leave out what it has beyond the half of it. */
static int cut_line(struct log_source *source, struct error *err)
{
	char *middle = source->block + BLOCK / 2, *newline = NULL;
	int rc = 0;

	while (rc == 0 && !newline && !source->ended) {
		source->size = BLOCK / 2;
		rc = fill(source, err);
		newline = memchr(middle, '\n', source->size - BLOCK / 2);
	}
	if (newline) {
		size_t rest = (size_t)(source->block + source->size - newline);

		memmove(middle, newline, rest);
		source->size = BLOCK / 2 + rest;
	} else {
		source->size = BLOCK / 2;
	}
	return rc;
}

int source_next(struct log_source *source, const char **lines, size_t *size, struct error *err)
{
	const char *last;
	int rc;

	source->size -= source->given;
	memmove(source->block, source->block + source->given, source->size);
	source->given = 0;
	rc = fill(source, err);
	if (rc == 0 && !source->ended && !memrchr(source->block, '\n', source->size))
		rc = cut_line(source, err);
	last = source->ended ? NULL : memrchr(source->block, '\n', source->size);
	memset(source->block + source->size, '\n', LINE_SLACK);
	source->given = last ? (size_t)(last + 1 - source->block) : source->size;
	*lines = source->block;
	*size = source->given;
	return rc;
}

void source_close(struct log_source **pointer)
{
	struct log_source *source = *pointer;

	if (!source)
		return;
	archive_read_free(source->archive);
	if (source->fd > STDERR_FILENO)
		close(source->fd);
	free(source);
}
