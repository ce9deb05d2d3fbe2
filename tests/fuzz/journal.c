/* SPDX-License-Identifier: GPL-2.0-or-later */ /* A session's journal: as it is read, and as it was
						   written, cut off and damaged. */
/* Seeds: tests/fuzz/seeds/journal */
#include <errno.h>

#include "tests/fuzz/fuzz.h"
#include "wizard/journal.h"

/* In memory, with a name: no link is followed to a journal. unlink() and close() take it away. */
static int named_file(const void *bytes, size_t size, char path[32])
{
	int fd;

	strcpy(path, access("/dev/shm", W_OK) == 0 ? "/dev/shm/fuzz.XXXXXX" : "/tmp/fuzz.XXXXXX");
	fd = mkstemp(path);
	claim(fd >= 0 && bytes_write(fd, bytes, size) == 0, "no file\n");
	return fd;
}

static struct journal *open_at(const char *path, bool read_only, int *result)
{
	struct journal *journal = NULL;
	struct error err = { 0 };

	*result = journal_open(&journal, path, read_only, &err);
	claim(*result == 0 || (*err.what && *err.remedy), "no reason is given\n");
	claim((*result == 0 || *result == -EBADMSG) == (journal != NULL), "%s\n", err.what);
	claim(!journal || journal->damaged == (*result == -EBADMSG), "damaged, or not\n");
	return journal;
}

/* All that is there, and one more; and both when it is opened again. */
static void append_holds(const char *path)
{
	struct error err = { 0 };
	int r;
	struct journal *journal = open_at(path, false, &r), *again;
	size_t before;

	if (r == 0) {
		before = json_array_size(journal->records);
		claim(journal_append(journal, json_pack("{s:s}", "x", "y"), &err) == 0, "%s\n",
		      err.what);
		again = open_at(path, true, &r);
		claim(r == 0 && !again->torn, "what was appended cannot be read\n");
		claim(json_equal(again->records, journal->records), "other records are read\n");
		claim(json_array_size(again->records) > before, "not one more\n");
		journal_close(again);
	}
	journal_close(journal);
}

/* The lines of the input that are records, written. */
static json_t *write_records(const char *path, char *text)
{
	struct error err = { 0 };
	int r;
	struct journal *journal = open_at(path, false, &r);
	json_t *records;

	claim(r == 0, "no new journal\n");
	for (char *rest = text, *line; (line = strsep(&rest, "\n"));) {
		json_t *record = json_loads(line, 0, NULL);

		if (!json_is_object(record))
			json_decref(record);
		else
			claim(journal_append(journal, record, &err) == 0, "%s\n", err.what);
	}
	records = json_incref(journal->records);
	journal_close(journal);
	return records;
}

/* What is read was written, in that order. Returns whether it is all of it, and said to be sound.
 */
static bool reads_all(const char *path, const json_t *written)
{
	int r;
	struct journal *journal = open_at(path, true, &r);
	size_t at = 0, count = json_array_size(journal->records);
	bool all = r == 0 && !journal->torn && json_equal(journal->records, written);

	for (size_t i = 0; i < count; i++) {
		json_t *record = json_array_get(journal->records, i);

		if (json_is_null(record))
			continue;
		while (at < json_array_size(written) &&
		       !json_equal(record, json_array_get(written, at)))
			at++;
		claim(at++ < json_array_size(written), "record %zu was never written\n", i);
	}
	journal_close(journal);
	return all;
}

static void damage_holds(char *text, const uint8_t *data, size_t size)
{
	char path[32], byte;
	int fd = named_file("", 0, path);
	json_t *written = write_records(path, text);
	off_t end = lseek(fd, 0, SEEK_END), at = (off_t)(size > 1 ? data[0] << 8 | data[1] : 0);

	claim(reads_all(path, written), "not all is read\n");
	if (end) {
		at %= end;
		claim(pread(fd, &byte, 1, at) == 1, "no byte\n");
		byte ^= (char)(1 << size % 8);
		claim(pwrite(fd, &byte, 1, at) == 1, "no byte\n");
		claim(!reads_all(path, written), "a damage at %jd is not seen\n", (intmax_t)at);
		claim(ftruncate(fd, at) == 0, "it cannot be cut\n");
		claim(!reads_all(path, written), "that it was cut is not seen\n");
		append_holds(path);
	}
	json_decref(written);
	unlink(path);
	close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_free_ char *text = memory_copy(data, size);
	char path[32];
	int fd = named_file(data, size, path);

	append_holds(path);
	unlink(path);
	close(fd);
	damage_holds(text, data, size);
	return 0;
}
