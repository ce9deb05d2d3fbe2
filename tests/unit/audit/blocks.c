/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A log that comes in blocks is read as one that is in memory, to the byte. */
#include <errno.h>
#include <glob.h>
#include <string.h>

#include "tests/unit/audit/made.h"

/* The size of a block. */
#define BLOCK 262144
/* A line, without its newline. */
#define FILLER "type=USER_END msg=audit(1.001:1): pid=1 uid=0 auid=0 ses=1 subj=a:b:c res=success "

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
	assert_int_equal(one->permissions.count, other->permissions.count);
	for (size_t i = 0; i < one->permissions.count; i++)
		assert_string_equal(one->permissions.items[i], other->permissions.items[i]);
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

/* same_in_blocks - however much of other records is before it, and so wherever the blocks end.
 * Clears the log; how many events it has. */
static size_t same_in_blocks(struct log *log)
{
	static const size_t before[] = { 0, BLOCK - 5000, BLOCK - 700, BLOCK - 1 };
	const size_t most = before[ARRAY_SIZE(before) - 1];
	_cleanup_free_ char *all = NULL;
	size_t events = 0;

	assert_int_equal(fclose(log->out), 0);
	all = malloc(most + log->length);
	memcpy(all + most, log->text, log->length);
	for (size_t i = 0; i < ARRAY_SIZE(before); i++) {
		char *text = all + most - before[i];
		size_t length = before[i] + log->length;
		struct denials whole = { 0 }, denials = { 0 };
		int rc;

		for (size_t j = 0; j < before[i]; j++)
			text[j] = j % sizeof(FILLER) && j + 1 < before[i]
					  ? FILLER[j % sizeof(FILLER) - 1]
					  : '\n';
		audit_text_read(text, length, "here", mysqld, &whole);
		assert_true(!length || whole.lines);
		rc = read_bytes(text, length, &denials, NULL);
		assert_int_equal(rc, whole.unreadable && !whole.events ? -EINVAL : 0);
		if (rc == 0)
			same_denials(&whole, &denials);
		if (i == 0)
			events = whole.events;
		denials_clear(&denials);
		denials_clear(&whole);
	}
	free(log->text);
	return events;
}

/* ---- logs ------------------------------------------------------------------------------------ */

static void recorded_logs(void **state)
{
	struct log log, all;
	glob_t logs;

	log_begin(&all);
	assert_int_equal(glob(CLUSTER "*/*/audit.log", 0, NULL, &logs), 0);
	assert_int_equal(glob("tests/fixtures/audit/[ks]*.log", GLOB_APPEND, NULL, &logs), 0);
	for (size_t i = 0; i < logs.gl_pathc; i++) {
		log_begin(&log);
		log_file(&log, logs.gl_pathv[i]);
		log_file(&all, logs.gl_pathv[i]);
		same_in_blocks(&log);
	}
	same_in_blocks(&all);
	globfree(&logs);
}

static void logs_made_up(void **state)
{
	for (unsigned int round = 1; round <= 5; round++) {
		unsigned int serial = 0;
		struct log log;

		seed = round;
		log_begin(&log);
		for (int i = 0; i < 1000; i++)
			write_events(log.out, &serial);
		same_in_blocks(&log);
	}
}

static void tiny_logs(void **state)
{
	static const char *const texts[] = { "", "\n", "x", "\n\n\n",
					     "type=AVC msg=audit(1.001:1):" };

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct log log;

		log_begin(&log);
		fputs(texts[i], log.out);
		same_in_blocks(&log);
	}
}

/* Bytes are flipped, newlines among them, and pieces come twice or in another order. */
static void damaged_logs(void **state)
{
	_cleanup_free_ char *text = NULL;
	size_t length;

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
		same_in_blocks(&log);
	}
}

/* ---- events ---------------------------------------------------------------------------------- */

/* An event of which records stand before and behind a cut, as two processors' events do. */
static void an_event_is_not_cut(void **state)
{
	static const unsigned int between[] = { 1, 27, 63, 64, 79 };

	for (size_t round = 0; round < ARRAY_SIZE(between); round++) {
		unsigned int apart = between[round], pairs = 0;
		struct log log;

		log_begin(&log);
		for (unsigned int i = 0; i < 600; i += apart, pairs++) {
			fprintf(log.out,
				"type=AVC msg=audit(9.001:%u): avc:  denied  { open } for  pid=1 "
				"comm=\"ps\" " CONTEXTS "tclass=file permissive=0\n",
				5000 + i);
			log_denials(&log, i, apart);
			fprintf(log.out,
				"type=SYSCALL msg=audit(9.001:%u): arch=c000003e exe=\"/bin/%u\"\n",
				5000 + i, i % 7);
		}
		/* So many are open at a time; what is farther apart is another event's. */
		assert_int_equal(same_in_blocks(&log), pairs * (apart + 1 + (apart > 63)));
	}
}

/* There is always an event that begins before and ends behind. */
static void events_that_overlap_without_an_end(void **state)
{
	struct log log;

	log_begin(&log);
	for (unsigned int i = 0; i < 3000; i++)
		fprintf(log.out,
			"type=AVC msg=audit(9.001:%u): avc:  denied  { open } for  pid=1 "
			"comm=\"ps%u\" " CONTEXTS "tclass=file permissive=0\n",
			10 + i / 2 - i % 2, i % 3);
	assert_int_equal(same_in_blocks(&log), 1501);
	/* The same serial numbers again and again: none is open any more. */
	log_begin(&log);
	for (unsigned int i = 0; i < 30; i++)
		log_denials(&log, 1, 100);
	log_denials(&log, 1, 1);
	assert_int_equal(same_in_blocks(&log), 3001);
}

/* It is handed over when it is full, before events that were opened before it. */
static void a_huge_event(void **state)
{
	struct log log;

	for (unsigned int place = 130; place < 200; place += 15) {
		log_begin(&log);
		log_denials(&log, 0, place);
		for (unsigned int i = 0; i < 800; i++)
			fprintf(log.out,
				"type=AVC msg=audit(9.001:5): avc:  denied  { open } for  pid=1 "
				"comm=\"%0200u\" " CONTEXTS "tclass=dir permissive=0\n",
				i % 50);
		log_denials(&log, place, 600);
		assert_int_equal(same_in_blocks(&log), place + 1 + 600);
	}
}

/* ---- what depends on the order --------------------------------------------------------------- */

/* The kinds of an access that are kept are the first ones. */
static void more_kinds_than_are_kept(void **state)
{
	struct log log;

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
	same_in_blocks(&log);
}

/* Whether a record is whole that has no newline is told by those before it. */
static void the_last_line(void **state)
{
	static const char *const words[] = { " permissive=1", "" };

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
		same_in_blocks(&log);
	}
}

/* What stands before a line in another form says how it is read. */
static void a_line_in_another_form(void **state)
{
	for (unsigned int before = 0; before <= 4000; before += 800) {
		struct log log;

		log_begin(&log);
		log_quiet(&log, 1, before);
		fprintf(log.out, "type=AVC msg=audit(11/24/26 14:25:49.432:88) : avc:  denied\n");
		log_denials(&log, before + 1, 4000 - before);
		assert_int_equal(same_in_blocks(&log), 4000);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recorded_logs),
		cmocka_unit_test(logs_made_up),
		cmocka_unit_test(tiny_logs),
		cmocka_unit_test(damaged_logs),
		cmocka_unit_test(an_event_is_not_cut),
		cmocka_unit_test(events_that_overlap_without_an_end),
		cmocka_unit_test(a_huge_event),
		cmocka_unit_test(more_kinds_than_are_kept),
		cmocka_unit_test(the_last_line),
		cmocka_unit_test(a_line_in_another_form),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
