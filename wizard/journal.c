/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "wizard/journal.h"
#include "wizard/util.h"

#define CRC_DIGITS 8 /* in front of a line, then one space */

/* CRC-32 as of IEEE 802.3. Bit by bit: a journal is small, and its fsyncs take longer. */
static uint32_t crc32_of(const char *bytes, size_t length)
{
	uint32_t crc = 0xffffffff;

	for (size_t i = 0; i < length; i++) {
		crc ^= (unsigned char)bytes[i];
		for (int bit = 0; bit < 8; bit++)
			crc = (crc >> 1) ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return ~crc;
}

static bool line_is_whole(const char *line, size_t length)
{
	char digits[CRC_DIGITS + 1];

	if (length <= CRC_DIGITS || line[CRC_DIGITS] != ' ')
		return false;
	snprintf(digits, sizeof(digits), "%08" PRIx32,
		 crc32_of(line + CRC_DIGITS + 1, length - CRC_DIGITS - 1));
	return memcmp(digits, line, CRC_DIGITS) == 0;
}

static int damaged(const struct journal *journal, size_t number, const char *how, struct error *err)
{
	error_set(err, EBADMSG, NULL, "%s: line %zu %s", journal->path, number, how);
	return error_remedy(err,
			    "the journal was edited or the disk is damaged; restore the file from "
			    "a backup, or move it away to start from the beginning (undo then "
			    "knows nothing of the earlier changes)");
}

static int add_line(struct journal *journal, const char *line, size_t length, size_t number,
		    struct error *err)
{
	json_t *record = json_loadb(line + CRC_DIGITS + 1, length - CRC_DIGITS - 1, 0, NULL);

	if (!json_is_object(record)) {
		json_decref(record);
		return damaged(journal, number, "holds no record", err);
	}
	list_add(journal->records, record);
	return 0;
}

static int parse(struct journal *journal, const char *text, size_t length, struct error *err)
{
	size_t at = 0;

	for (size_t number = 1; at < length; number++) {
		const char *line = text + at;
		const char *end = memchr(line, '\n', length - at);
		size_t next = end ? (size_t)(end - text) + 1 : length;
		int r;

		if (!end || !line_is_whole(line, (size_t)(end - line))) {
			if (next < length)
				return damaged(journal, number, "is damaged", err);
			journal->torn = true;
			return 0;
		}
		r = add_line(journal, line, (size_t)(end - line), number, err);
		if (r < 0)
			return r;
		at = next;
		journal->length = (off_t)at;
	}
	return 0;
}

static int open_for_append(struct journal *journal, struct error *err)
{
	int r;

	journal->fd = open(journal->path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	/* A new file's name is on the disk only when its directory is. */
	r = journal->fd < 0 ? -errno : sync_directory_of(journal->path);
	if (r == 0)
		return 0;
	return error_set(err, -r,
			 r == -EACCES || r == -EPERM
				 ? "run it as root, or give a scratch root with --root DIR"
				 : "settle that, then start again",
			 "cannot open the journal %s: %s", journal->path, strerror(-r));
}

static int load(struct journal *journal, bool read_only, struct error *err)
{
	_cleanup_free_ char *text = NULL;
	size_t length = 0;
	int r = read_only ? 0 : open_for_append(journal, err);

	if (r < 0)
		return r;
	if (read_only && access(journal->path, F_OK) < 0 && errno == ENOENT)
		return 0;
	return file_read(journal->path, &text, &length, err) ?: parse(journal, text, length, err);
}

int journal_open(struct journal **journal, const char *path, bool read_only, struct error *err)
{
	struct journal *opened = memory_new(1, sizeof(*opened));
	int r;

	opened->fd = -1;
	opened->path = str_copy(path);
	opened->records = json_array();
	r = load(opened, read_only, err);
	if (r == 0)
		*journal = opened;
	else
		journal_close(opened);
	return r;
}

void journal_close(struct journal *journal)
{
	if (!journal)
		return;
	cleanup_close(&journal->fd);
	json_decref(journal->records);
	free(journal->path);
	free(journal);
}

/* Write line at the end of the good ones and make it durable, or leave the file as it was. */
static int put_line(struct journal *journal, const char *line, size_t length)
{
	int r;

	/* What is behind the good lines was torn by a crash. */
	if (ftruncate(journal->fd, journal->length) < 0 ||
	    lseek(journal->fd, journal->length, SEEK_SET) < 0)
		return -errno;
	r = bytes_write(journal->fd, line, length);
	if (r == 0 && fdatasync(journal->fd) < 0)
		r = -errno;
	if (r == 0)
		journal->length += (off_t)length;
	else if (ftruncate(journal->fd, journal->length) == 0)
		fdatasync(journal->fd);
	return r;
}

static int write_record(struct journal *journal, const json_t *record, struct error *err)
{
	_cleanup_free_ char *text = json_dumps(record, JSON_COMPACT);
	_cleanup_free_ char *line =
		str_printf("%08" PRIx32 " %s\n", crc32_of(text, strlen(text)), text);
	int r = put_line(journal, line, strlen(line));

	if (r == 0)
		return 0;
	return error_set(err, -r,
			 r == -ENOSPC || r == -EDQUOT || r == -EFBIG
				 ? "free some space there, then start again: nothing is lost"
				 : "settle that, then start again: nothing is lost",
			 "cannot write to the journal %s (it is as it was before): %s",
			 journal->path, strerror(-r));
}

int journal_append(struct journal *journal, json_t *record, struct error *err)
{
	int r;

	if (journal->fd < 0) {
		json_decref(record);
		return error_set(err, EROFS, NULL, "the journal %s is open for reading only",
				 journal->path);
	}
	if (!json_object_get(record, "time"))
		member_set(record, "time", json_integer(time(NULL)));
	r = write_record(journal, record, err);
	if (r == 0)
		list_add(journal->records, record);
	else
		json_decref(record);
	return r;
}
