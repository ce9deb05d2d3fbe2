/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A log that several threads read in parts is read as by one reader, to the byte. */
#include <errno.h>
#include <glob.h>
#include <string.h>

#include "steps/audit/reader.h"
#include "steps/audit/seam.h"
#include "tests/unit/audit/made.h"

#define KIB 1024

/* A log in memory, and what its parts are to be. */
struct log {
	char *text;
	size_t length;
	FILE *out;
};

static void log_begin(struct log *log)
{
	*log = (struct log){ 0 };
	log->out = open_memstream(&log->text, &log->length);
	assert_non_null(log->out);
}

static void log_file(struct log *log, const char *path)
{
	_cleanup_free_ char *text = NULL;
	size_t length;

	assert_int_equal(file_read(path, &text, &length, NULL), 0);
	fwrite(text, 1, length, log->out);
}

/* Denials of so many events, each of a file of its own name, from this serial number on. */
static void log_denials(struct log *log, unsigned int serial, unsigned int count)
{
	for (unsigned int i = serial; i < serial + count; i++)
		fprintf(log->out,
			"type=AVC msg=audit(%u.001:%u): avc:  denied  { read } for  pid=%u "
			"comm=\"ps\" name=\"f%u\" " CONTEXTS "tclass=file permissive=0\n",
			1000 + i / 9, i, i, i);
}

static void log_quiet(struct log *log, unsigned int serial, unsigned int count)
{
	for (unsigned int i = serial; i < serial + count; i++)
		fprintf(log->out, "type=USER_END msg=audit(%u.001:%u): pid=%u res=success\n",
			1000 + i / 9, i, i);
}

/* ---- to the byte ----------------------------------------------------------------------------- */

static void same_text(const char *one, const char *other)
{
	if (one && other)
		assert_string_equal(one, other);
	assert_ptr_equal(!one, !other);
}

static void same_denial(const struct denial *one, const struct denial *other)
{
	assert_int_equal(one->more, other->more);
	assert_int_equal(one->unlike, other->unlike);
	assert_int_equal(one->last, other->last);
	assert_int_equal(one->seconds, other->seconds);
	assert_int_equal(one->millis, other->millis);
	assert_int_equal(one->serial, other->serial);
	assert_int_equal(one->pid, other->pid);
	assert_int_equal(one->port, other->port);
	assert_int_equal(one->permissive, other->permissive);
	assert_int_equal(one->userspace, other->userspace);
	assert_int_equal(one->path_is_name, other->path_is_name);
	assert_int_equal(one->has_ioctl, other->has_ioctl);
	assert_int_equal(one->ioctl, other->ioctl);
	same_text(one->origin, other->origin);
	same_text(one->node, other->node);
	same_text(one->source_context, other->source_context);
	same_text(one->target_context, other->target_context);
	same_text(one->source, other->source);
	same_text(one->target, other->target);
	same_text(one->tclass, other->tclass);
	same_text(one->invalid_context, other->invalid_context);
	same_text(one->comm, other->comm);
	same_text(one->exe, other->exe);
	same_text(one->path, other->path);
	same_text(one->capability, other->capability);
	assert_int_equal(one->permission_count, other->permission_count);
	for (size_t i = 0; i < one->permission_count; i++)
		assert_string_equal(one->permissions[i], other->permissions[i]);
}

static void same_denials(const struct denials *one, const struct denials *other)
{
	assert_int_equal(one->lines, other->lines);
	assert_int_equal(one->events, other->events);
	assert_int_equal(one->avc, other->avc);
	assert_int_equal(one->other, other->other);
	assert_int_equal(one->granted, other->granted);
	assert_int_equal(one->unreadable, other->unreadable);
	assert_int_equal(one->lost_notices, other->lost_notices);
	assert_int_equal(one->count, other->count);
	for (size_t i = 0; i < one->count; i++)
		same_denial(&one->items[i], &other->items[i]);
}

/* same_in_parts - by two to four threads, in parts of different sizes. Clears the log. */
static void same_in_parts(struct log *log)
{
	static const off_t parts[] = { 12 * KIB, 60 * KIB, 333 * KIB, 2500 * KIB };
	_cleanup_free_ char *path = NULL;
	struct denials whole = { 0 };
	struct error err = { 0 };
	int expected;

	assert_int_equal(fclose(log->out), 0);
	path = scratch_file(log->text, log->length);
	/* One thread, one part. */
	expected = read_parts(path, 1, (off_t)log->length + 1, &whole, &err);
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		struct denials denials = { 0 };
		int rc = read_parts(path, 2 + (unsigned int)i % 3, parts[i], &denials, &err);

		assert_int_equal(rc, expected);
		if (rc == 0)
			same_denials(&whole, &denials);
		denials_clear(&denials);
	}
	denials_clear(&whole);
	unlink(path);
	free(log->text);
}

static bool has_seam(const struct log *log)
{
	fflush(log->out);
	return seam_in(log->text, log->length) > 0;
}

/* ---- logs ------------------------------------------------------------------------------------ */

static void recorded_logs(void **state)
{
	struct log log, all;
	size_t seams = 0;
	glob_t logs;

	(void)state;
	log_begin(&all);
	assert_int_equal(glob(CLUSTER "*/*/audit.log", 0, NULL, &logs), 0);
	assert_int_equal(glob("tests/fixtures/audit/[ks]*.log", GLOB_APPEND, NULL, &logs), 0);
	for (size_t i = 0; i < logs.gl_pathc; i++) {
		log_begin(&log);
		log_file(&log, logs.gl_pathv[i]);
		log_file(&all, logs.gl_pathv[i]);
		seams += has_seam(&log);
		same_in_parts(&log);
	}
	assert_true(seams >= 3);
	same_in_parts(&all);
	globfree(&logs);
}

static void logs_made_up(void **state)
{
	(void)state;
	for (unsigned int round = 1; round <= 5; round++) {
		unsigned int serial = 0;
		struct log log;

		seed = round;
		log_begin(&log);
		for (int i = 0; i < 1000; i++)
			write_events(log.out, &serial);
		assert_true(has_seam(&log));
		same_in_parts(&log);
	}
}

static void tiny_logs(void **state)
{
	static const char *const texts[] = { "", "\n", "x", "\n\n\n",
					     "type=AVC msg=audit(1.001:1):" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct log log;

		log_begin(&log);
		fputs(texts[i], log.out);
		assert_false(has_seam(&log));
		same_in_parts(&log);
	}
}

/* Bytes are flipped, newlines among them, and pieces come twice or in another order. */
static void damaged_logs(void **state)
{
	_cleanup_free_ char *text = NULL;
	size_t length;

	(void)state;
	assert_int_equal(file_read(CLUSTER "enforcing/ist/audit.log", &text, &length, NULL), 0);
	seed = 20261124;
	for (int round = 0; round < 12; round++) {
		struct log log;

		log_begin(&log);
		for (int piece = 0; piece < 4; piece++) {
			size_t from = draw((unsigned int)length);
			size_t size = draw((unsigned int)(length - from));

			fwrite(text + from, 1, size, log.out);
		}
		fflush(log.out);
		for (unsigned int i = draw(2000); i && log.length; i--)
			log.text[draw((unsigned int)log.length)] ^= (char)(1 << draw(8));
		same_in_parts(&log);
	}
}

/* ---- seams ----------------------------------------------------------------------------------- */

/* An event of which records stand before and behind a cut, as two processors' events do. */
static void an_event_is_not_cut(void **state)
{
	(void)state;
	for (unsigned int apart = 1; apart < 80; apart += 26) {
		struct log log;

		log_begin(&log);
		for (unsigned int i = 0; i < 600; i += apart) {
			fprintf(log.out,
				"type=AVC msg=audit(9.001:%u): avc:  denied  { open } for  pid=1 "
				"comm=\"ps\" " CONTEXTS "tclass=file permissive=0\n",
				5000 + i);
			log_denials(&log, i, apart);
			fprintf(log.out,
				"type=SYSCALL msg=audit(9.001:%u): arch=c000003e exe=\"/bin/%u\"\n",
				5000 + i, i % 7);
		}
		same_in_parts(&log);
	}
}

/* There is always an event that begins before and ends behind. */
static void a_log_without_a_seam(void **state)
{
	struct log log;

	(void)state;
	log_begin(&log);
	for (unsigned int i = 0; i < 3000; i++)
		fprintf(log.out,
			"type=AVC msg=audit(9.001:%u): avc:  denied  { open } for  pid=1 "
			"comm=\"ps%u\" " CONTEXTS "tclass=file permissive=0\n",
			10 + i / 2 - i % 2, i % 3);
	assert_false(has_seam(&log));
	same_in_parts(&log);
	/* One event, and the same serial numbers again and again. */
	log_begin(&log);
	for (unsigned int i = 0; i < 30; i++)
		log_denials(&log, 1, 100);
	log_denials(&log, 1, 1);
	assert_false(has_seam(&log));
	same_in_parts(&log);
}

static void a_seam_is_told_by_enough_events(void **state)
{
	struct log log;
	size_t seam;

	(void)state;
	log_begin(&log);
	/* The first line is taken for the end of one. */
	log_quiet(&log, 0, 1 + 2 * OPEN_EVENTS + OPEN_EVENTS - 1);
	assert_false(has_seam(&log));
	log_quiet(&log, 1000, 1);
	assert_true(has_seam(&log));
	seam = seam_in(log.text, log.length);
	assert_int_equal(log.text[seam - 1], '\n');
	assert_non_null(str_starts(strstr(log.text + seam, ":129)"), ":129)"));
	assert_int_equal(strstr(log.text + seam, "type=") - log.text, seam);
	assert_null(strstr(log.text + seam, ":128)"));
	/* An event of the first part goes on behind it. */
	log_quiet(&log, 128, 1);
	log_quiet(&log, 2000, OPEN_EVENTS - 1);
	assert_false(has_seam(&log));
	log_quiet(&log, 3000, 1);
	assert_true(has_seam(&log));
	same_in_parts(&log);
}

/* It is handed over when it is full, before events that were opened before it. */
static void a_huge_event(void **state)
{
	struct log log;

	(void)state;
	for (unsigned int place = 130; place < 200; place += 15) {
		log_begin(&log);
		log_denials(&log, 0, place);
		for (unsigned int i = 0; i < 800; i++)
			fprintf(log.out,
				"type=AVC msg=audit(9.001:5): avc:  denied  { open } for  pid=1 "
				"comm=\"%0200u\" " CONTEXTS "tclass=dir permissive=0\n",
				i % 50);
		log_denials(&log, place, 600);
		same_in_parts(&log);
	}
}

/* ---- what depends on the order --------------------------------------------------------------- */

/* The kinds of an access that are kept are the first ones; and the batches overflow. */
static void more_kinds_than_are_kept(void **state)
{
	struct log log;

	(void)state;
	log_begin(&log);
	for (unsigned int i = 0; i < 3; i++) {
		log_denials(&log, 100 + i * 100000, 250);
		log_denials(&log, 20000 - i * 100, 500);
		log_quiet(&log, 50000 + i * 100000, 3000);
		log_denials(&log, 30000, 2000);
		for (unsigned int j = 0; j < 20; j++)
			log_denials(&log, 90000, 100);
	}
	for (unsigned int i = 0; i < 5000; i++)
		fprintf(log.out,
			"type=AVC msg=audit(9.001:%u): avc:  denied  { open } for  pid=1 "
			"comm=\"ps\" path=\"/%0700u\" " CONTEXTS "tclass=file permissive=0\n",
			i, i % 3000);
	assert_true(has_seam(&log));
	same_in_parts(&log);
}

/* Whether a record is whole that has no newline is told by those before it. */
static void the_last_line(void **state)
{
	static const char *const words[] = { " permissive=1", "" };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct log log;

		log_begin(&log);
		fprintf(log.out,
			"type=AVC msg=audit(9.001:1): avc:  denied  { open } for  pid=1 "
			"comm=\"ps\" " CONTEXTS "tclass=file%s\n",
			words[i % 2]);
		log_quiet(&log, 10, 3000);
		fprintf(log.out,
			"type=AVC msg=audit(9.001:2): avc:  denied  { open } for  pid=1 "
			"comm=\"ps\" " CONTEXTS "tclass=file%s",
			words[i / 2]);
		same_in_parts(&log);
	}
}

/* What stands before a line in another form says how it is read: such a log is not divided. */
static void a_line_in_another_form(void **state)
{
	(void)state;
	for (unsigned int before = 0; before <= 4000; before += 800) {
		_cleanup_(kinds_free) struct kinds *kinds = kinds_new("here", mysqld);
		struct denials counts = { 0 };
		struct parts_log parts = { .name = "log", .threads = 3, .part = 50 * KIB };
		size_t records;
		struct log log;
		FILE *file = tmpfile();

		log_begin(&log);
		log_quiet(&log, 1, before);
		fprintf(log.out, "type=AVC msg=audit(11/24/26 14:25:49.432:88) : avc:  denied\n");
		log_denials(&log, before + 1, 4000 - before);
		fflush(log.out);
		assert_int_equal(fwrite(log.text, 1, log.length, file), log.length);
		fflush(file);
		parts.fd = fileno(file);
		parts.size = (off_t)log.length;
		assert_int_equal(parts_read(&parts, kinds, &counts, &records, NULL), -EAGAIN);
		fclose(file);
		same_in_parts(&log);
	}
}

static void a_log_is_worth_threads(void **state)
{
	off_t part = 0;

	(void)state;
	assert_int_equal(parts_threads(0, &part), 1);
	assert_int_equal(parts_threads(1000 * KIB, &part), 1);
	if (parts_threads((off_t)1 << 33, &part) > 1)
		assert_true(part > KIB * KIB && part <= 33 * KIB * KIB);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recorded_logs),
		cmocka_unit_test(logs_made_up),
		cmocka_unit_test(tiny_logs),
		cmocka_unit_test(damaged_logs),
		cmocka_unit_test(an_event_is_not_cut),
		cmocka_unit_test(a_log_without_a_seam),
		cmocka_unit_test(a_seam_is_told_by_enough_events),
		cmocka_unit_test(a_huge_event),
		cmocka_unit_test(more_kinds_than_are_kept),
		cmocka_unit_test(the_last_line),
		cmocka_unit_test(a_line_in_another_form),
		cmocka_unit_test(a_log_is_worth_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
