/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <glob.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "steps/audit/log.h"
#include "wizard/util.h"

#define FIXTURES "tests/fixtures/audit/"
#define CLUSTER  "tests/fixtures/clusters/debian12-mariadb10.11/"
#define CONTEXTS                                                                                   \
	"scontext=system_u:system_r:mysqld_t:s0 "                                                  \
	"tcontext=system_u:object_r:var_lib_t:s0 "

static const char *const mysqld[] = { "mysqld_t", NULL };

/* read_bytes - the denials of a log with this content; what audit_log_read returned. */
static int read_bytes(const char *bytes, size_t length, struct denials *denials, struct error *err)
{
	_cleanup_free_ char *path = str_printf("%s/log.XXXXXX", getenv("TMPDIR") ?: "/tmp");
	_cleanup_close_ int fd = mkstemp(path);
	int rc;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, length), length);
	rc = audit_log_read(path, "here", mysqld, denials, err);
	unlink(path);
	return rc;
}

static struct denials denials_of(const char *text)
{
	struct denials denials = { 0 };
	struct error err = { 0 };

	if (read_bytes(text, strlen(text), &denials, &err) < 0)
		fail_msg("%s", err.what);
	return denials;
}

static struct denials denials_in(const char *path)
{
	struct denials denials = { 0 };
	struct error err = { 0 };

	if (audit_log_read(path, "here", mysqld, &denials, &err) < 0)
		fail_msg("%s", err.what);
	return denials;
}

static size_t count_of(const char *text, const char *word)
{
	size_t count = 0;

	for (; (text = strstr(text, word)); text++)
		count++;
	return count;
}

/* ---- recorded logs --------------------------------------------------------------------------- */

static void counts_are_those_of_the_text(void **state)
{
	glob_t logs;
	size_t all = 0;

	(void)state;
	assert_int_equal(glob(CLUSTER "*/*/audit.log", 0, NULL, &logs), 0);
	for (size_t i = 0; i < logs.gl_pathc; i++) {
		_cleanup_free_ char *text = NULL;
		struct denials denials = denials_in(logs.gl_pathv[i]);
		size_t permissions = 0;

		assert_int_equal(file_read(logs.gl_pathv[i], &text, NULL, NULL), 0);
		assert_int_equal(denials.lines, count_of(text, "\n"));
		assert_int_equal(denials.avc, count_of(text, "avc:  denied"));
		assert_int_equal(denials_total(&denials), count_of(text, ":mysqld_t:s0 tcontext"));
		assert_int_equal(denials_total(&denials) + denials.other, denials.avc);
		assert_int_equal(denials.unreadable + denials.granted + denials.lost_notices, 0);
		for (size_t j = 0; j < denials.count; j++) {
			permissions += denials.items[j].permission_count;
			assert_string_equal(denials.items[j].source, "mysqld_t");
			assert_string_equal(denials.items[j].origin, "here");
			assert_int_equal(denials.items[j].exe[0], '/');
		}
		/* None of these denies two permissions in one record. */
		assert_int_equal(permissions, denials.count);
		all += denials_total(&denials);
		denials_clear(&denials);
	}
	assert_true(all > 4000);
	globfree(&logs);
}

static void sst_has_fifty_denials_in_29_events(void **state)
{
	struct denials denials = denials_in(CLUSTER "permissive/sst/audit.log");
	const struct denial *map = &denials.items[6];

	(void)state;
	assert_int_equal(denials_total(&denials), 50);
	assert_int_equal(denials.events, 29);
	/* The third AVC record of one event. */
	assert_int_equal(map->seconds, 1795530356);
	assert_int_equal(map->millis, 120);
	assert_int_equal(map->serial, 92);
	assert_string_equal(map->permissions[0], "map");
	assert_string_equal(map->target, "rsync_exec_t");
	assert_string_equal(map->target_context, "system_u:object_r:rsync_exec_t:s0");
	assert_string_equal(map->tclass, "file");
	assert_string_equal(map->comm, "rsync");
	assert_string_equal(map->exe, "/usr/bin/rsync");
	assert_string_equal(map->path, "/usr/bin/rsync");
	assert_int_equal(map->pid, 966);
	assert_true(map->permissive);
	assert_false(map->path_is_name);
	assert_false(map->userspace);
	assert_null(map->node);
	assert_true(denials.items[2].path_is_name);
	assert_string_equal(denials.items[2].path, "rsync");
	denials_clear(&denials);
}

/* ---- kinds of records ------------------------------------------------------------------------ */

static void every_kind_of_field_is_read(void **state)
{
	struct denials all = denials_in(FIXTURES "kinds.log");
	const struct denial *denial = all.items;

	(void)state;
	assert_int_equal(all.count, 8);
	assert_int_equal(all.avc, 9);
	assert_int_equal(all.other, 1);
	assert_int_equal(all.granted, 1);
	assert_int_equal(all.unreadable, 0);
	assert_int_equal(all.events, 13);

	assert_string_equal(denial->node, "db1");
	assert_int_equal(denial->port, 4567);
	denial++;
	assert_int_equal(denial->port, 4444);
	assert_false(denial->permissive);
	assert_string_equal(denial->source, "mysqld_t");
	denial++;
	assert_string_equal(denial->capability, "1");
	assert_string_equal(denial->comm, "rs :main");
	denial++;
	assert_true(denial->has_ioctl);
	assert_int_equal(denial->ioctl, 0x5401);
	assert_string_equal(denial->path, "/var/lib/my data/ibdata");
	denial++;
	assert_int_equal(denial->permission_count, 2);
	assert_string_equal(denial->permissions[1], "write");
	assert_string_equal(denial->invalid_context, "system_u:object_r:gone_t:s0");
	assert_string_equal(denial->exe, "/usr/bin/my rsync");
	assert_string_equal(denial->path, "/var/lib/mysql/ibdata1");
	assert_false(denial->path_is_name);
	denial++;
	assert_string_equal(denial->path, "ambiguous");
	assert_true(denial->path_is_name);
	denials_clear(&all);
}

static void user_avc_is_read_from_its_end(void **state)
{
	struct denials all = denials_in(FIXTURES "kinds.log");
	const struct denial *start = &all.items[6], *send = &all.items[7];

	(void)state;
	/* The client's command line, before them, holds other contexts and another class. */
	assert_true(start->userspace && start->permissive);
	assert_string_equal(start->source, "mysqld_t");
	assert_string_equal(start->target, "mysqld_unit_file_t");
	assert_string_equal(start->tclass, "service");
	assert_string_equal(start->permissions[0], "start");
	assert_string_equal(start->path, "/lib/systemd/system/mariadb.service");
	assert_int_equal(start->pid, 0);
	assert_string_equal(send->tclass, "dbus");
	assert_int_equal(send->pid, 910);
	assert_false(send->permissive);
	denials_clear(&all);
}

static void old_kernels_say_no_permissive(void **state)
{
	struct denials denials = denials_of(
		"type=AVC msg=audit(1364481363.243:24287): avc:  denied  { read } for  pid=1 "
		"comm=\"mysqld\" " CONTEXTS "tclass=file\n"
		"type=USER_AVC msg=audit(1364481364.243:24288): user pid=1 uid=81 msg='avc:  "
		"denied  { send_msg } for  scontext=u:r:mysqld_t tcontext=u:r:init_t "
		"tclass=dbus : exe=\"/bin/dbus-daemon\" (sauid=81, hostname=?, addr=?)'\n"
		"type=AVC msg=audit(1364481365.243:24289): avc:  denied  { open } for  pid=1 "
		"comm=\"mysqld\" " CONTEXTS "tclass=file");

	(void)state;
	assert_int_equal(denials.count, 3);
	assert_false(denials.items[0].permissive);
	assert_string_equal(denials.items[1].target, "init_t");
	denials_clear(&denials);
}

static void other_domains_are_counted_and_left_out(void **state)
{
	static const char *const two[] = { "httpd_t", "mysqld_t", NULL };
	struct denials denials = { 0 };

	(void)state;
	assert_int_equal(audit_log_read(FIXTURES "kinds.log", "a", two, &denials, NULL), 0);
	assert_int_equal(denials.count, 9);
	assert_int_equal(denials.other, 0);
	/* A second log adds to the first. */
	assert_int_equal(audit_log_read(FIXTURES "kinds.log", "b", mysqld, &denials, NULL), 0);
	assert_int_equal(denials.count, 17);
	assert_int_equal(denials.other, 1);
	assert_int_equal(denials.events, 26);
	assert_string_equal(denials.items[8].origin, "a");
	assert_string_equal(denials.items[9].origin, "b");
	denials_clear(&denials);
}

/* ---- events ---------------------------------------------------------------------------------- */

static const char interleaved[] =
	"type=SYSCALL msg=audit(10.001:1): arch=c000003e comm=\"a\" exe=\"/bin/before\"\n"
	"type=AVC msg=audit(10.001:1): avc:  denied  { read } for  pid=1 comm=\"a\" " CONTEXTS
	"tclass=file permissive=1\n"
	"type=AVC msg=audit(10.001:2): avc:  denied  { write } for  pid=2 comm=\"b\" " CONTEXTS
	"tclass=file permissive=1\n"
	"type=AVC msg=audit(10.001:1): avc:  denied  { open } for  pid=1 comm=\"a\" " CONTEXTS
	"tclass=file permissive=1\n"
	"node=x type=AVC msg=audit(10.001:2): avc:  denied  { map } for  pid=3 comm=\"c\" " CONTEXTS
	"tclass=file permissive=1\n"
	"type=SYSCALL msg=audit(10.001:2): arch=c000003e comm=\"b\" exe=\"/bin/after\"\n";

static void interleaved_events_are_put_together(void **state)
{
	struct denials denials = denials_of(interleaved);

	(void)state;
	assert_int_equal(denials.events, 3);
	assert_int_equal(denials.count, 4);
	assert_string_equal(denials.items[0].exe, "/bin/before");
	assert_string_equal(denials.items[1].exe, "/bin/before");
	assert_string_equal(denials.items[2].exe, "/bin/after");
	/* Another node's event of the same id. */
	assert_null(denials.items[3].exe);
	denials_clear(&denials);
}

static void a_storm_is_read_in_linear_time(void **state)
{
	_cleanup_free_ char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);
	struct denials denials = { 0 };
	struct timespec begin, end;

	(void)state;
	for (int i = 0; i < 100000; i++)
		fprintf(out,
			"type=AVC msg=audit(%d.001:%d): avc:  denied  { read } for  pid=1 "
			"comm=\"ps\" " CONTEXTS "tclass=file permissive=1\n",
			1 + i / 5000, i);
	fclose(out);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &begin);
	assert_int_equal(read_bytes(text, length, &denials, NULL), 0);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
	assert_int_equal(denials.count, 1);
	assert_int_equal(denials_total(&denials), 100000);
	assert_int_equal(denials.items[0].seconds, 1);
	assert_int_equal(denials.items[0].last, 20);
	assert_int_equal(denials.events, 100000);
	/* 0.3 s; quadratic, it would be minutes. The margin is for valgrind. */
	assert_true(end.tv_sec - begin.tv_sec < 60);
	denials_clear(&denials);
}

/* ---- what cannot be read --------------------------------------------------------------------- */

static void another_log_is_refused(void **state)
{
	struct denials denials = { 0 };
	struct error err = { 0 };

	(void)state;
	assert_int_equal(
		audit_log_read(CLUSTER "permissive/sst/node1.log", "x", mysqld, &denials, &err),
		-EINVAL);
	assert_non_null(strstr(err.what, "no line of it is an audit record"));
	assert_true(*err.remedy);
	assert_int_equal(audit_log_read("/nonexistent/audit.log", "x", mysqld, &denials, &err),
			 -ENOENT);
	assert_int_equal(audit_log_read("/", "x", mysqld, &denials, &err), -EISDIR);
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

	(void)state;
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
	_cleanup_free_ char *text = strdup(interleaved);
	struct denials denials = { 0 };

	(void)state;
	strstr(text, "comm=\"b\"")[5] = '\0';
	assert_int_equal(read_bytes(text, sizeof(interleaved) - 1, &denials, NULL), 0);
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

	(void)state;
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

	(void)state;
	assert_int_equal(denials.lost_notices, 2);
	assert_int_equal(denials.unreadable, 1);
	denials_clear(&denials);
}

static void plain_ausearch_output_is_read(void **state)
{
	struct denials denials = denials_of(
		"----\ntime->Tue Nov 24 14:25:49 2026\n"
		"type=SYSCALL msg=audit(10.001:1): arch=c000003e comm=\"a\" exe=\"/bin/a\"\r\n"
		"type=AVC msg=audit(10.001:1): avc:  denied  { read } for  pid=1 "
		"comm=\"a\" " CONTEXTS "tclass=file permissive=1\r\n");

	(void)state;
	assert_int_equal(denials.unreadable, 0);
	assert_string_equal(denials.items[0].exe, "/bin/a");
	assert_string_equal(denials.items[0].tclass, "file");
	denials_clear(&denials);
}

/* ---- damage ---------------------------------------------------------------------------------- */

static void a_log_cut_anywhere_is_read_up_to_there(void **state)
{
	_cleanup_free_ char *text = NULL;
	size_t length;

	(void)state;
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

	(void)state;
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
		cmocka_unit_test(counts_are_those_of_the_text),
		cmocka_unit_test(sst_has_fifty_denials_in_29_events),
		cmocka_unit_test(every_kind_of_field_is_read),
		cmocka_unit_test(user_avc_is_read_from_its_end),
		cmocka_unit_test(old_kernels_say_no_permissive),
		cmocka_unit_test(other_domains_are_counted_and_left_out),
		cmocka_unit_test(interleaved_events_are_put_together),
		cmocka_unit_test(a_storm_is_read_in_linear_time),
		cmocka_unit_test(another_log_is_refused),
		cmocka_unit_test(bad_lines_are_counted),
		cmocka_unit_test(a_nul_byte_makes_a_line_unreadable),
		cmocka_unit_test(cut_names_are_not_taken),
		cmocka_unit_test(losses_are_noticed),
		cmocka_unit_test(plain_ausearch_output_is_read),
		cmocka_unit_test(a_log_cut_anywhere_is_read_up_to_there),
		cmocka_unit_test(a_damaged_log_never_shows_more_than_there_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
