/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * crash.h - end the process at a record of the journal, and read what it left
 */
#pragma once

#include "small.h"

#include <sys/syscall.h>

#include "wizard/journal.h"

/* The process ends right after the journal's record of this number is on the disk. 0: never. */
static int crash_after small_unused;
/* So many bytes of that record are missing then, as after a power cut. */
static int torn_bytes small_unused;

/* In place of the C library's: only the journal calls it. */
int fdatasync(int fd);
int fdatasync(int fd)
{
	struct stat info;

	if (crash_after && --crash_after == 0) {
		if (torn_bytes && fstat(fd, &info) == 0 &&
		    ftruncate(fd, info.st_size - torn_bytes) != 0)
			abort();
		_exit(42);
	}
	return (int)syscall(SYS_fdatasync, fd);
}

static small_unused json_t *journal(void)
{
	struct journal *opened = NULL;
	struct error err = { 0 };
	json_t *records;

	if (journal_open(&opened, small_path("var/lib/small/journal"), true, &err) != 0)
		fail_msg("%s", err.what);
	records = json_incref(opened->records);
	journal_close(opened);
	return records;
}

/* How many records have this event and step (NULL: any)? */
static small_unused int count(const char *event, const char *step)
{
	json_auto_t *records = journal();
	json_t *record;
	size_t index;
	int found = 0;

	json_array_foreach(records, index, record)
	{
		const char *its = json_string_value(json_object_get(record, "step"));

		if (strcmp(json_string_value(json_object_get(record, "event")), event) == 0 &&
		    (!step || (its && strcmp(its, step) == 0)))
			found++;
	}
	return found;
}

static small_unused void runs(struct small_result result, int status)
{
	if (result.status != status)
		fprintf(stderr, "exit status %d\n%s%s\n", result.status, result.out, result.err);
	assert_int_equal(result.status, status);
	small_result_clear(&result);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, small_set_up, small_tear_down)
