/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "steps/audit/log.h"
#include "steps/audit/source.h"
#include "tests/unit/unit.h"
#include "wizard/util.h"

#define LOG CLUSTER "enforcing/sst/audit.log"

static char *place;

static int setup(void **state)
{
	(void)state;
	place = scratch_file("", 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	unlink(place);
	free(place);
	return 0;
}

/* all_of - what a source gives, in new memory; the caller frees. */
static char *all_of(const char *path, size_t *length)
{
	_cleanup_(source_close) struct source *source = NULL;
	struct error err = { 0 };
	char *all = NULL;
	FILE *out = open_memstream(&all, length);
	const char *block;
	size_t size;

	must(source_open(path, &source, &err), &err);
	while (source_next(source, &block, &size, &err) == 0 && size)
		fwrite(block, 1, size, out);
	assert_int_equal(err.code, 0);
	fclose(out);
	return all;
}

static void pack(int filter, const char *bytes, size_t length)
{
	struct archive *archive = archive_write_new();
	struct archive_entry *entry = archive_entry_new();

	assert_int_equal(archive_write_set_format_raw(archive), ARCHIVE_OK);
	assert_int_equal(archive_write_add_filter(archive, filter), ARCHIVE_OK);
	assert_int_equal(archive_write_open_filename(archive, place), ARCHIVE_OK);
	archive_entry_set_filetype(entry, AE_IFREG);
	assert_int_equal(archive_write_header(archive, entry), ARCHIVE_OK);
	assert_int_equal(archive_write_data(archive, bytes, length), length);
	archive_entry_free(entry);
	assert_int_equal(archive_write_free(archive), ARCHIVE_OK);
}

static void compressed_logs_are_decompressed(void **state)
{
	static const int filters[] = { ARCHIVE_FILTER_GZIP, ARCHIVE_FILTER_BZIP2, ARCHIVE_FILTER_XZ,
				       ARCHIVE_FILTER_ZSTD };
	_cleanup_free_ char *text = NULL;
	size_t length;

	(void)state;
	assert_int_equal(file_read(LOG, &text, &length, NULL), 0);
	for (size_t i = 0; i < ARRAY_SIZE(filters); i++) {
		_cleanup_free_ char *all = NULL;
		size_t got;

		pack(filters[i], text, length);
		all = all_of(place, &got);
		assert_int_equal(got, length);
		assert_memory_equal(all, text, length);
		free(TAKE_PTR(all));
		/* All of it compressed is less than a block. */
		pack(filters[i], text, 100);
		all = all_of(place, &got);
		assert_int_equal(got, 100);
	}
}

static void plain_logs_of_any_length_are_whole(void **state)
{
	static const size_t lengths[] = { 0, 1, 262143, 262144, 262145, 524288, 1700000 };
	_cleanup_free_ char *text = NULL;
	size_t length;

	(void)state;
	assert_int_equal(file_read(LOG, &text, &length, NULL), 0);
	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
		_cleanup_free_ char *all = NULL;
		FILE *out = fopen(place, "w");
		size_t got;

		assert_int_equal(fwrite(text, 1, lengths[i], out), lengths[i]);
		assert_int_equal(fclose(out), 0);
		all = all_of(place, &got);
		assert_int_equal(got, lengths[i]);
		assert_memory_equal(all, text, got);
	}
}

static void a_damaged_log_is_refused(void **state)
{
	static const char *const domains[] = { "mysqld_t", NULL };
	_cleanup_free_ char *text = NULL, *packed = NULL;
	struct denials denials = { 0 };
	struct error err = { 0 };
	size_t length;

	(void)state;
	assert_int_equal(file_read(LOG, &text, &length, NULL), 0);
	pack(ARCHIVE_FILTER_GZIP, text, length);
	assert_int_equal(file_read(place, &packed, &length, NULL), 0);
	assert_int_equal(truncate(place, (off_t)length / 2), 0);
	assert_int_equal(audit_log_read(place, "here", domains, &denials, &err), -EIO);
	assert_non_null(strstr(err.remedy, "zcat"));
	assert_int_equal(denials.count + denials.lines, 0);
	assert_int_equal(truncate(place, 5), 0);
	assert_int_equal(audit_log_read(place, "here", domains, &denials, &err), -EIO);
}

/* Closed while the thread waits for a pipe that says no more. */
static void a_silent_pipe_can_be_closed(void **state)
{
	_cleanup_(source_close) struct source *source = NULL;
	_cleanup_free_ char *path = NULL, *text = NULL, *packed = NULL;
	const char *block;
	size_t length, size;
	int ends[2];
	pid_t child;

	(void)state;
	assert_int_equal(file_read(LOG, &text, &length, NULL), 0);
	pack(ARCHIVE_FILTER_GZIP, text, length);
	assert_int_equal(file_read(place, &packed, &length, NULL), 0);
	/* The first block is filled before there is a thread, so let it be full. */
	assert_int_equal(pipe(ends), 0);
	child = fork();
	if (child == 0) {
		close(ends[0]);
		for (int i = 0; i < 40; i++)
			if (write(ends[1], packed, length) != (ssize_t)length)
				_exit(1);
		pause();
		_exit(1);
	}
	path = str_printf("/proc/self/fd/%d", ends[0]);
	assert_int_equal(source_open(path, &source, NULL), 0);
	assert_int_equal(source_next(source, &block, &size, NULL), 0);
	assert_true(size > 0);
	source_close(&source);
	source = NULL;
	close(ends[0]);
	close(ends[1]);
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, NULL, 0), child);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compressed_logs_are_decompressed),
		cmocka_unit_test(plain_logs_of_any_length_are_whole),
		cmocka_unit_test(a_damaged_log_is_refused),
		cmocka_unit_test(a_silent_pipe_can_be_closed),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
