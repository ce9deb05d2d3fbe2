/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "steps/audit/log.h"
#include "steps/audit/source.h"
#include "tests/unit/unit.h"
#include "wizard/util.h"

#define LOG CLUSTER "enforcing/sst/audit.log"

static char *place;

static int setup(void **state)
{
	place = scratch_file("", 0);
	return 0;
}

static int teardown(void **state)
{
	unlink(place);
	free(place);
	return 0;
}

/* all_of - what a source gives, in new memory; the caller frees. */
static char *all_of(const char *path, size_t *length)
{
	_cleanup_(source_close) struct log_source *source = NULL;
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

	assert_int_equal(file_read(LOG, &text, &length, NULL), 0);
	pack(ARCHIVE_FILTER_GZIP, text, length);
	assert_int_equal(file_read(place, &packed, &length, NULL), 0);
	assert_int_equal(truncate(place, (off_t)length / 2), 0);
	assert_int_equal(audit_log_read(place, false, "here", domains, &denials, &err), -EIO);
	assert_non_null(strstr(err.remedy, "zcat"));
	assert_int_equal(denials.count + denials.lines, 0);
	assert_int_equal(truncate(place, 5), 0);
	assert_int_equal(audit_log_read(place, false, "here", domains, &denials, &err), -EIO);
}

/* put_line - so many bytes and a newline, unless it is the last. */
static void put_line(FILE *out, size_t length, char byte, bool last)
{
	for (size_t i = 0; i < length; i++)
		fputc(byte, out);
	if (!last)
		fputc('\n', out);
}

/* Each call gives whole lines: 'a' to 'c', one of each, however long the second is. */
static void read_three_lines(size_t length, bool last)
{
	_cleanup_(source_close) struct log_source *source = NULL;
	struct error err = { 0 };
	const char *lines;
	size_t size;
	char seen = 'a';

	must(source_open(place, &source, &err), &err);
	while (source_next(source, &lines, &size, &err) == 0 && size)
		for (const char *at = lines, *end; at < lines + size; at = end + 1, seen++) {
			end = rawmemchr(at, '\n');
			assert_true(end < lines + size || (last && seen == 'b'));
			for (const char *byte = at; byte < end; byte++)
				assert_true(*byte == seen);
			/* Of one that is too long, there is enough to tell. */
			if (seen == 'b' && (size_t)(end - at) != length)
				assert_true(end - at > LINE_MAX_BYTES && length > LINE_MAX_BYTES);
		}
	assert_int_equal(err.code, 0);
	assert_int_equal(seen, last ? 'c' : 'd');
}

/* Lines that end where a block does, about there, and some blocks behind it. */
static void lines_are_whole(void **state)
{
	static const size_t lengths[] = { 1,      100,    65535,  65536,  65537,  131071,
					  131072, 131073, 262100, 262133, 262143, 262144,
					  262145, 393216, 400000, 524288, 1000000 };

	for (size_t i = 0; i < 2 * ARRAY_SIZE(lengths); i++) {
		FILE *out = fopen(place, "w");

		put_line(out, 10, 'a', false);
		put_line(out, lengths[i / 2], 'b', i % 2);
		if (i % 2 == 0)
			put_line(out, 20, 'c', false);
		assert_int_equal(fclose(out), 0);
		read_three_lines(lengths[i / 2], i % 2);
	}
}

/* It would be read for ever. */
static void a_device_is_refused(void **state)
{
	struct log_source *source;
	struct error err = { 0 };

	assert_int_equal(source_open("/dev/zero", &source, &err), -EINVAL);
	assert_string_equal(err.what, "/dev/zero is a device, no log");
}

/* What is in it is a log, and how to have that is said. */
static void another_form_is_named(void **state)
{
	static const struct {
		const char *bytes, *says;
		size_t length;
	} forms[] = {
		{ "\xff\xfet\0y\0p\0e\0", "it is UTF-16", 10 },
		{ "\xfe\xff\0t\0y\0p\0e", "it is UTF-16", 10 },
		{ "PK\3\4\24", "it is a ZIP archive", 5 },
	};
	struct log_source *source;

	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		struct error err = { 0 };

		assert_int_equal(file_write(place, forms[i].bytes, forms[i].length, 0600, NULL), 0);
		assert_int_equal(source_open(place, &source, &err), -EINVAL);
		assert_non_null(strstr(err.remedy, forms[i].says));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compressed_logs_are_decompressed),
		cmocka_unit_test(plain_logs_of_any_length_are_whole),
		cmocka_unit_test(a_damaged_log_is_refused),
		cmocka_unit_test(lines_are_whole),
		cmocka_unit_test(a_device_is_refused),
		cmocka_unit_test(another_form_is_named),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
