/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Logs of which lines, or all, cannot be read. */
#include <errno.h>
#include <string.h>

#include "tests/unit/audit/logs.h"

/* ---- what cannot be read --------------------------------------------------------------------- */

static void another_log_is_refused(void **state)
{
	struct denials denials = { 0 };
	struct error err = { 0 };

	assert_int_equal(audit_log_read(CLUSTER "permissive/sst/node1.log", false, "x", mysqld,
					&denials, &err),
			 -EINVAL);
	assert_non_null(strstr(err.what, "no line of it is an audit record"));
	assert_true(*err.remedy);
	assert_int_equal(
		audit_log_read("/nonexistent/audit.log", false, "x", mysqld, &denials, &err),
		-ENOENT);
	assert_int_equal(audit_log_read("/", false, "x", mysqld, &denials, &err), -EISDIR);
	assert_int_equal(denials.count + denials.lines, 0);
	assert_int_equal(read_bytes("", 0, &denials, &err), 0);
	assert_int_equal(read_bytes("\n\n", 2, &denials, &err), 0);
	assert_int_equal(denials.unreadable, 0);
	denials_clear(&denials);
}

/* Each is counted as unreadable, and the good record behind it is read. */
static void bad_lines_are_counted(void **state)
{
	static const char head[] = "type=AVC msg=audit(10.001:1): avc:  denied  ";
	_cleanup_free_ char *many = malloc(1100), *huge = malloc(1 << 20);
	const char *const bad[] = {
		"no audit record",
		"type=AVC",
		"type=AVC msg=audit(1.1:",
		"type=AVC msg=audit(1.1:1)",
		"type=AVC msg=audit(99999999999999999999.1:1): avc:  denied  { a } for pid=1",
		"type=AVC msg=audit(1.1:99999999999999999999): avc:  denied  { a } for pid=1",
		"node= type=AVC msg=audit(1.1:1): x",
		"{ read } for  pid=1 " CONTEXTS "permissive=1",
		"{ } for " CONTEXTS "tclass=file",
		"{ read for " CONTEXTS "tclass=file",
		"{ read } for scontext=mysqld_t tcontext=u:r:t:s0 tclass=file",
		"{ read } for scontext=a:b:mysqld_t tcontext=u:r: tclass=file",
		"{ read } for scontext=a:b:mysqld_t tclass=file",
		"{ read } for  pid=1 comtype=SYSCALL msg=audit(1.1:1): " CONTEXTS "tclass=file",
		many,
		huge,
	};

	memset(many, 'r', 1099);
	memcpy(many, "{ ", 2);
	for (size_t i = 10; i < 1000; i += 10)
		many[i] = ' ';
	strcpy(many + 1000, " } for " CONTEXTS "tclass=file");
	memset(huge, 'x', (1 << 20) - 1);
	huge[(1 << 20) - 1] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		_cleanup_free_ char *text = str_printf("%s%s\n%s{ open } for  pid=1 " CONTEXTS
						       "tclass=file permissive=0\n",
						       *bad[i] == '{' ? head : "", bad[i], head);
		struct denials denials = denials_of(text);

		if (denials.unreadable != 1 || denials.count != 1)
			fail_msg("%zu unreadable, %zu read: %.200s", denials.unreadable,
				 denials.count, text);
		assert_int_equal(denials.avc, 1);
		assert_int_equal(denials.lines, 2);
		denials_clear(&denials);
	}
}

static void a_nul_byte_makes_a_line_unreadable(void **state)
{
	static const char lines[] =
		"type=AVC msg=audit(10.001:1): avc:  denied  { read } for  pid=1 "
		"comm=\"a\" " CONTEXTS "tclass=file permissive=1\n"
		"type=AVC msg=audit(10.001:2): avc:  denied  { write } for  pid=2 "
		"comm=\"b\" " CONTEXTS "tclass=file permissive=1\n"
		"type=AVC msg=audit(10.001:1): avc:  denied  { open } for  pid=1 "
		"comm=\"a\" " CONTEXTS "tclass=file permissive=1\n"
		"node=x type=AVC msg=audit(10.001:2): avc:  denied  { map } for  pid=3 "
		"comm=\"c\" " CONTEXTS "tclass=file permissive=1\n";
	_cleanup_free_ char *text = strdup(lines);
	struct denials denials = { 0 };

	strstr(text, "comm=\"b\"")[5] = '\0';
	assert_int_equal(read_bytes(text, sizeof(lines) - 1, &denials, NULL), 0);
	assert_int_equal(denials.unreadable, 1);
	assert_int_equal(denials.count, 3);
	denials_clear(&denials);
}

static void cut_names_are_not_taken(void **state)
{
	struct denials denials = denials_of(
		"type=AVC msg=audit(10.001:1): avc:  denied  { read } for  pid=1 "
		"comm=\"ab " CONTEXTS "tclass=file permissive=1\n"
		"type=SYSCALL msg=audit(10.001:1): arch=c000003e comm=\"a\" exe=\"/usr/sb");

	assert_int_equal(denials.count, 1);
	assert_null(denials.items[0].comm);
	assert_null(denials.items[0].exe);
	denials_clear(&denials);
}

static void losses_are_noticed(void **state)
{
	struct denials denials = denials_of(
		"type=KERNEL msg=audit(1.001:1): audit_lost=4 audit_rate_limit=0\n"
		"audit: backlog limit exceeded\n"
		"audit: audit_lost=0 audit_rate_limit=0\n"
		"type=CONFIG_CHANGE msg=audit(1.001:2): op=set audit_backlog_limit=8192 old=64\n"
		"type=EXECVE msg=audit(1.001:3): argc=1 a0=\"audit_lost=9\"\n");

	assert_int_equal(denials.lost_notices, 2);
	assert_int_equal(denials.unreadable, 1);
	denials_clear(&denials);
}

/* ---- damage ---------------------------------------------------------------------------------- */

static void a_log_cut_anywhere_is_read_up_to_there(void **state)
{
	_cleanup_free_ char *text = NULL;
	size_t length;

	assert_int_equal(file_read(FIXTURES "small.log", &text, &length, NULL), 0);
	for (size_t cut = 0; cut <= length; cut++) {
		struct denials denials = { 0 };
		size_t lines = 0, avc = 0;
		int rc = read_bytes(text, cut, &denials, NULL);

		for (const char *at = text; at < text + cut; lines++) {
			const char *end = memchr(at, '\n', (size_t)(text + cut - at));
			const char *last = strstr(at, "permissive=1");

			/* All that a record says is there, with or without the newline. */
			avc += last && last + 12 <= text + cut && str_starts(at, "type=AVC") &&
			       last < strchr(at, '\n');
			at = end ? end + 1 : text + cut;
		}
		if (rc == -EINVAL) {
			assert_true(lines == 1);
			continue;
		}
		assert_int_equal(rc, 0);
		assert_int_equal(denials.lines, lines);
		assert_int_equal(denials.count, avc);
		assert_true(denials.unreadable <= 1);
		denials_clear(&denials);
	}
}

static void a_damaged_log_never_shows_more_than_there_was(void **state)
{
	unsigned int seed = 20261124;
	_cleanup_free_ char *text = NULL;
	size_t length;

	assert_int_equal(file_read(FIXTURES "kinds.log", &text, &length, NULL), 0);
	for (int round = 0; round < 2000; round++) {
		_cleanup_free_ char *damaged = malloc(length);
		struct denials denials = { 0 };
		struct error err = { 0 };

		memcpy(damaged, text, length);
		for (int i = 1 + rand_r(&seed) % 40; i; i--) {
			char *byte = &damaged[(size_t)rand_r(&seed) % length];

			/* Newlines stay: this is about what a line says. */
			if (*byte == '\n')
				continue;
			*byte = (char)(*byte ^ (1 << rand_r(&seed) % 8));
			if (*byte == '\n')
				*byte = ' ';
		}
		if (read_bytes(damaged, length, &denials, &err) < 0) {
			assert_int_equal(err.code, EINVAL);
			continue;
		}
		assert_int_equal(denials.lines, 18);
		assert_true(denials.events <= 18);
		assert_true(denials.avc + denials.granted + denials.unreadable <= 18);
		assert_int_equal(denials.count + denials.other, denials.avc);
		denials_clear(&denials);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(another_log_is_refused),
		cmocka_unit_test(bad_lines_are_counted),
		cmocka_unit_test(a_nul_byte_makes_a_line_unreadable),
		cmocka_unit_test(cut_names_are_not_taken),
		cmocka_unit_test(losses_are_noticed),
		cmocka_unit_test(a_log_cut_anywhere_is_read_up_to_there),
		cmocka_unit_test(a_damaged_log_never_shows_more_than_there_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
