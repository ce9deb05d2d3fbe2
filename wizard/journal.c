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
#define FORMAT     2 /* the newest that is known */

/* CRC-32 as of IEEE 802.3, of what comes behind bytes that had this one (0: of nothing). Bit by
 * bit: a journal is small, and its fsyncs take longer. */
static uint32_t crc32_of(uint32_t before, const char *bytes, size_t length)
{
	uint32_t crc = ~before;

	for (size_t i = 0; i < length; i++) {
		crc ^= (unsigned char)bytes[i];
		for (int bit = 0; bit < 8; bit++)
			crc = (crc >> 1) ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return ~crc;
}

/* before: the digits of the line before, "" where that does not count. */
static void put_digits(char digits[CRC_DIGITS + 1], const char *before, const char *text,
		       size_t length)
{
	uint32_t crc = crc32_of(crc32_of(0, before, strlen(before)), text, length);

	snprintf(digits, CRC_DIGITS + 1, "%08" PRIx32, crc);
}

int journal_damaged(struct journal *journal, size_t index, const char *how, struct error *err)
{
	if (index < json_array_size(journal->records))
		json_array_set_new(journal->records, index, json_null());
	journal->damaged = true;
	cleanup_close(&journal->fd);
	error_set(err, EBADMSG, NULL, "%s: line %zu %s", journal->path, index + 1, how);
	return error_remedy(err,
			    "the journal was edited or the disk is damaged; restore the file from "
			    "a backup, or move it away to start from the beginning (undo then "
			    "knows nothing of the earlier changes)");
}

/* ---- reading -------------------------------------------------------------------------------- */

struct line {
	const char *text; /* behind the digits */
	size_t length;
	json_t *record; /* NULL: it is none */
	bool cut;       /* no newline: the file ends in it */
};

/* The line's parts, whether they are right or not. */
static struct line take_line(const char *at, const char *end, char digits[CRC_DIGITS + 1])
{
	const char *newline = memchr(at, '\n', (size_t)(end - at));
	size_t length = newline ? (size_t)(newline - at) : (size_t)(end - at);
	struct line line = { at + length, 0, NULL, !newline };

	digits[0] = '\0';
	if (length > CRC_DIGITS && at[CRC_DIGITS] == ' ') {
		memcpy(digits, at, CRC_DIGITS);
		digits[CRC_DIGITS] = '\0';
		line.text = at + CRC_DIGITS + 1;
		line.length = length - CRC_DIGITS - 1;
		line.record = json_loadb(line.text, line.length, 0, NULL);
	}
	return line;
}

static bool has_digits(const struct line *line, const char *before, const char *digits)
{
	char wanted[CRC_DIGITS + 1];

	put_digits(wanted, before, line->text, line->length);
	return !strcmp(digits, wanted);
}

/* Of a record that says the format, else 0; -1: it says none. */
static json_int_t format_in(const json_t *record)
{
	json_int_t format = member_number(record, "format");

	return !member_is(record, "event", "journal") ? 0 : format > 0 ? format : -1;
}

/* Is its sum right? *alone: it is without the line before. Behind a damaged line, that one may have
 * been what says the format. */
static bool is_proved(const struct journal *journal, const struct line *line, const char *digits,
		      bool *alone)
{
	bool follows = has_digits(line, journal->last, digits);

	*alone = has_digits(line, "", digits);
	return journal->chained ? follows : *alone || (journal->damaged && follows);
}

/* What is wrong with the line, or NULL. */
static const char *flaw(struct journal *journal, const struct line *line, const char *digits,
			bool *alone)
{
	json_int_t format = format_in(line->record);

	if (!is_proved(journal, line, digits, alone))
		return journal->chained ? "is damaged, or does not follow the line before it"
					: "is damaged";
	if (!json_is_object(line->record))
		return "holds no record";
	if (format && (journal->chained || format != FORMAT))
		return "says a format where none can begin";
	journal->chained = journal->chained || format || !*alone;
	return NULL;
}

static int too_new(const struct journal *journal, json_int_t format, struct error *err)
{
	error_set(err, ENOTSUP, NULL,
		  "%s: of format %lld, and this version of the program knows formats up to %d",
		  journal->path, (long long)format, FORMAT);
	return error_remedy(err, "go on with the newer version that wrote it");
}

/* One line of which the file has more than a torn beginning. The first flaw is told. */
static int take(struct journal *journal, const struct line *line, const char *digits,
		struct error *err)
{
	size_t index = json_array_size(journal->records);
	bool alone, before = journal->damaged;
	const char *how = flaw(journal, line, digits, &alone);

	if (alone && !journal->chained && format_in(line->record) > FORMAT)
		return too_new(journal, format_in(line->record), err);
	list_add(journal->records, line->record ? json_incref(line->record) : json_null());
	strcpy(journal->last, digits);
	if (how)
		journal_damaged(journal, index, how, before ? NULL : err);
	return 0;
}

/* Lines behind a damaged one are looked at, too: each is proved by the digits in front of it. */
static int parse(struct journal *journal, const char *text, size_t length, struct error *err)
{
	const char *at = text, *end = text + length;
	bool alone;
	int r = 0;

	while (r == 0 && at < end) {
		char digits[CRC_DIGITS + 1];
		struct line line = take_line(at, end, digits);

		at = line.text + line.length + !line.cut;
		journal->torn = line.cut || (at == end && !line.record &&
					     !is_proved(journal, &line, digits, &alone));
		if (!journal->torn) {
			r = take(journal, &line, digits, err);
			journal->length = (off_t)(at - text);
		}
		json_decref(line.record);
	}
	return r < 0 ? r : journal->damaged ? -EBADMSG : 0;
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
	if (r == 0 || r == -EBADMSG)
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
	_cleanup_free_ char *text = json_dumps(record, JSON_COMPACT), *line = NULL;
	char digits[CRC_DIGITS + 1];
	int r;

	put_digits(digits, journal->chained ? journal->last : "", text, strlen(text));
	line = str_printf("%s %s\n", digits, text);
	r = put_line(journal, line, strlen(line));
	if (r == 0)
		strcpy(journal->last, digits);
	if (r == 0)
		return 0;
	return error_set(err, -r,
			 r == -ENOSPC || r == -EDQUOT || r == -EFBIG
				 ? "free some space there, then start again: nothing is lost"
				 : "settle that, then start again: nothing is lost",
			 "cannot write to the journal %s (it is as it was before): %s",
			 journal->path, strerror(-r));
}

static int add_record(struct journal *journal, json_t *record, struct error *err)
{
	int r = write_record(journal, record, err);

	if (r == 0)
		list_add(journal->records, record);
	else
		json_decref(record);
	return r;
}

/* From this line on it is in the newest format. */
static int begin_format(struct journal *journal, struct error *err)
{
	json_t *record = json_made(json_pack("{ss si}", "event", "journal", "format", FORMAT));
	int r = add_record(journal, record, err);

	journal->chained = r == 0;
	return r;
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
	r = journal->chained ? 0 : begin_format(journal, err);
	if (r == 0)
		return add_record(journal, record, err);
	json_decref(record);
	return r;
}
