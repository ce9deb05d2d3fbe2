/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An audit log is read once, as long as it stays as it is. */
#include <errno.h>

#include "steps/audit/log.h"
#include "steps/node/logs.h"
#include "tests/unit/unit.h"

static const char *const domains[] = { "mysqld_t", NULL };

static void same_text(const char *one, const char *other)
{
	assert_int_equal(!one, !other);
	if (one)
		assert_string_equal(one, other);
}

static void same_denial(const struct denial *one, const struct denial *other)
{
	assert_int_equal(denial_records(one), denial_records(other));
	assert_int_equal(denial_last(one), denial_last(other));
	assert_int_equal(one->serial, other->serial);
	assert_int_equal(one->port, other->port);
	assert_int_equal(one->permissive, other->permissive);
	assert_string_equal(one->origin, other->origin);
	assert_string_equal(one->source, other->source);
	assert_string_equal(one->target, other->target);
	assert_string_equal(one->tclass, other->tclass);
	assert_string_equal(one->source_context, other->source_context);
	assert_string_equal(one->target_context, other->target_context);
	assert_int_equal(one->permissions.count, other->permissions.count);
	for (size_t i = 0; i < one->permissions.count; i++)
		assert_string_equal(one->permissions.items[i], other->permissions.items[i]);
	same_text(one->node, other->node);
	same_text(one->comm, other->comm);
	same_text(one->exe, other->exe);
	same_text(one->path, other->path);
	same_text(one->capability, other->capability);
	same_text(one->invalid_context, other->invalid_context);
}

/* Two logs behind each other, as they are and as they are kept, the second time from memory. */
static void what_is_kept_is_what_is_read(void **state)
{
	static const char *const paths[] = { CLUSTER "permissive/sst/audit.log",
					     CLUSTER "permissive/notify/audit.log" };
	_cleanup_(logs_clear) struct logs logs = { 0 };
	struct error err = { 0 };

	(void)state;
	for (int round = 0; round < 2; round++) {
		_cleanup_(denials_clear) struct denials read = { 0 }, kept = { 0 };

		for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
			must(audit_log_read(paths[i], false, "a", domains, &read, &err), &err);
			must(logs_read(&logs, paths[i], false, "a", domains, &kept, &err), &err);
		}
		assert_true(read.count > 50);
		assert_int_equal(kept.count, read.count);
		for (size_t i = 0; i < read.count; i++)
			same_denial(&kept.items[i], &read.items[i]);
		assert_int_equal(kept.lines, read.lines);
		assert_int_equal(kept.events, read.events);
		assert_int_equal(kept.avc, read.avc);
		assert_int_equal(kept.other, read.other);
		assert_int_equal(kept.granted, read.granted);
		assert_int_equal(kept.unreadable, read.unreadable);
		assert_int_equal(kept.lost_notices, read.lost_notices);
		assert_int_equal(logs.count, ARRAY_SIZE(paths));
	}
}

static size_t count_in(struct logs *logs, const char *path)
{
	_cleanup_(denials_clear) struct denials denials = { 0 };
	struct error err = { 0 };

	must(logs_read(logs, path, false, path, domains, &denials, &err), &err);
	return denials_total(&denials);
}

static void one_that_has_grown_is_read_anew(void **state)
{
	static const char sst[] = CLUSTER "permissive/sst/audit.log";
	char *directory = scratch_directory();
	_cleanup_free_ char *path = str_printf("%s/audit.log", directory), *text = NULL;
	_cleanup_free_ char *link = str_printf("%s/link", directory);
	_cleanup_(logs_clear) struct logs logs = { 0 };
	_cleanup_(denials_clear) struct denials denials = { 0 };
	struct error err = { 0 };
	size_t half, length;

	(void)state;
	must(file_read(sst, &text, &length, &err), &err);
	half = (size_t)(strchr(text + length / 2, '\n') + 1 - text);
	assert_int_equal(logs_read(&logs, path, false, "a", domains, &denials, &err), -ENOENT);
	assert_int_equal(denials.count, 0);
	must(file_write(path, text, half, 0600, &err), &err);
	assert_uint_in_range(count_in(&logs, path), 1, count_in(&logs, sst) - 1);
	must(file_write(path, text, length, 0600, &err), &err);
	assert_int_equal(count_in(&logs, path), count_in(&logs, sst));
	/* By another name it is the same. */
	length = logs.count;
	assert_int_equal(symlink(path, link), 0);
	assert_int_equal(count_in(&logs, link), count_in(&logs, sst));
	assert_int_equal(logs.count, length);
	scratch_remove(directory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_kept_is_what_is_read),
		cmocka_unit_test(one_that_has_grown_is_read_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
