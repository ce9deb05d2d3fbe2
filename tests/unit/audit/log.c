/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <glob.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tests/unit/audit/logs.h"
#include "wizard/util.h"

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
			permissions += denials.items[j].permissions.count;
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

	assert_int_equal(denials_total(&denials), 50);
	assert_int_equal(denials.events, 29);
	/* The third AVC record of one event. */
	assert_int_equal(map->seconds, 1795530356);
	assert_int_equal(map->millis, 120);
	assert_int_equal(map->serial, 92);
	assert_string_equal(map->permissions.items[0], "map");
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
	assert_int_equal(denial->permissions.count, 2);
	assert_string_equal(denial->permissions.items[1], "write");
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

	/* The client's command line, before them, holds other contexts and another class. */
	assert_true(start->userspace && start->permissive);
	assert_string_equal(start->source, "mysqld_t");
	assert_string_equal(start->target, "mysqld_unit_file_t");
	assert_string_equal(start->tclass, "service");
	assert_string_equal(start->permissions.items[0], "start");
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

	assert_int_equal(denials.count, 3);
	assert_false(denials.items[0].permissive);
	assert_string_equal(denials.items[1].target, "init_t");
	denials_clear(&denials);
}

static void other_domains_are_counted_and_left_out(void **state)
{
	static const char *const two[] = { "httpd_t", "mysqld_t", NULL };
	struct denials denials = { 0 };

	assert_int_equal(audit_log_read(FIXTURES "kinds.log", false, "a", two, &denials, NULL), 0);
	assert_int_equal(denials.count, 9);
	assert_int_equal(denials.other, 0);
	/* A second log adds to the first. */
	assert_int_equal(audit_log_read(FIXTURES "kinds.log", false, "b", mysqld, &denials, NULL),
			 0);
	assert_int_equal(denials.count, 17);
	assert_int_equal(denials.other, 1);
	assert_int_equal(denials.events, 26);
	assert_string_equal(denials.items[8].origin, "a");
	assert_string_equal(denials.items[9].origin, "b");
	denials_clear(&denials);
}

static void plain_ausearch_output_is_read(void **state)
{
	struct denials denials = denials_of(
		"----\ntime->Tue Nov 24 14:25:49 2026\n"
		"type=SYSCALL msg=audit(10.001:1): arch=c000003e comm=\"a\" exe=\"/bin/a\"\r\n"
		"type=AVC msg=audit(10.001:1): avc:  denied  { read } for  pid=1 "
		"comm=\"a\" " CONTEXTS "tclass=file permissive=1\r\n");

	assert_int_equal(denials.unreadable, 0);
	assert_string_equal(denials.items[0].exe, "/bin/a");
	assert_string_equal(denials.items[0].tclass, "file");
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

	assert_int_equal(denials.events, 3);
	assert_int_equal(denials.count, 4);
	assert_string_equal(denials.items[0].exe, "/bin/before");
	assert_string_equal(denials.items[1].exe, "/bin/before");
	assert_string_equal(denials.items[2].exe, "/bin/after");
	/* Another node's event of the same id. */
	assert_null(denials.items[3].exe);
	denials_clear(&denials);
}

static void a_node_of_any_bytes(void **state)
{
	static const char log[] =
		"node=n\xe9\xff"
		"de type=AVC msg=audit(10.001:1): avc:  denied  { read } for  "
		"pid=1 comm=\"a\" " CONTEXTS "tclass=file permissive=1\n"
		"node=caf\xc3\xa9 type=AVC msg=audit(10.001:2): avc:  denied  "
		"{ open } for  pid=1 comm=\"a\" " CONTEXTS "tclass=file permissive=1\n";
	struct denials denials = denials_of(log);

	assert_int_equal(denials.count, 2);
	assert_string_equal(denials.items[0].node, "n\\xe9\\xffde");
	assert_string_equal(denials.items[1].node, "caf\xc3\xa9");
	denials_clear(&denials);
}

/* The same number is read however it is written, and whatever the one before it was. */
static void ids_of_every_form(void **state)
{
	static const struct {
		const char *text;
		time_t seconds;
		unsigned int millis;
		unsigned long serial; /* 0: it is no id */
	} ids[] = {
		{ "1795530349.432:88", 1795530349, 432, 88 },
		{ "1795530349.001:99", 1795530349, 1, 99 },
		{ "1795530349.010:100", 1795530349, 10, 100 },
		{ "1795530349.100:109", 1795530349, 100, 109 },
		{ "1795530349.999:110", 1795530349, 999, 110 },
		{ "1795530350.5:199", 1795530350, 5, 199 },
		{ "1795530350.0005:1200", 1795530350, 5, 1200 },
		{ "1795530350.1000:1201", 0, 0, 0 },
		{ "1795530350.0x0:1202", 0, 0, 0 },
		{ "1795530350.00:1203:", 0, 0, 0 },
		{ "1795530350.000:12O4", 0, 0, 0 },
		{ "1795530350.000:120:", 0, 0, 0 },
		{ "1795530350.000:12", 1795530350, 0, 12 },
		{ "1795530350.000:7", 1795530350, 0, 7 },
		{ "1795530350.000:007", 1795530350, 0, 7 },
		{ "1795530350.000:", 0, 0, 0 },
		{ "1795530350.:8", 0, 0, 0 },
		{ "9.000:12345678", 9, 0, 12345678 },
		{ "9.000:12345679", 9, 0, 12345679 },
		{ "9.000:123456789", 9, 0, 123456789 },
		{ "9.000:4294967295", 9, 0, 4294967295 },
		{ "9.000:4294967294", 9, 0, 4294967294 },
		{ "9.000:1294967294", 9, 0, 1294967294 },
		{ "9.000:94", 9, 0, 94 },
		{ "99999999999.000:94", 99999999999, 0, 94 },
		{ "1234567890123456789.000:94", 0, 0, 0 },
		{ "9.000:1234567890123456789", 0, 0, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(ids); i++)
		for (size_t j = 0; j < ARRAY_SIZE(ids); j++) {
			_cleanup_free_ char *text = str_printf(
				"type=BPF msg=audit(%s): x\n"
				"type=AVC msg=audit(%s): avc:  denied  { read } for  "
				"pid=1 " CONTEXTS "tclass=file permissive=1\n"
				"type=AVC msg=audit(1.001:1): avc:  denied  { write } for  "
				"pid=1 " CONTEXTS "tclass=file permissive=1\n"
				"type=BPF msg=audit(%s): x\n",
				ids[j].text, ids[i].text, ids[j].text);
			struct denials denials = denials_of(text);
			bool same = ids[i].serial == ids[j].serial &&
				    ids[i].seconds == ids[j].seconds &&
				    ids[i].millis == ids[j].millis;

			assert_int_equal(denials.unreadable, !ids[i].serial + 2 * !ids[j].serial);
			assert_int_equal(denials.count, 1 + !!ids[i].serial);
			assert_int_equal(denials.events,
					 1 + !!ids[j].serial + (ids[i].serial && !same));
			if (ids[i].serial) {
				assert_int_equal(denials.items[0].seconds, ids[i].seconds);
				assert_int_equal(denials.items[0].millis, ids[i].millis);
				assert_int_equal(denials.items[0].serial, ids[i].serial);
			}
			denials_clear(&denials);
		}
}

/* Names that begin as those of the records that are read. */
static void types_that_are_alike(void **state)
{
	struct denials denials = denials_of(
		"type=AVC_PATH msg=audit(9.001:1): avc:  denied  { read } for " CONTEXTS "\n"
		"type=AV msg=audit(9.001:2): x\n"
		"type=USER_AVD msg=audit(9.001:3): audit_lost=4\n"
		"type=DAEMONS msg=audit(9.001:4): audit_lost=4\n"
		"type=KERN msg=audit(9.001:5): audit_lost=4\n"
		"type=KERNEL_OTHER msg=audit(9.001:6): audit_lost=4\n"
		"type=UNKNOWN[1334] msg=audit(9.001:7): x\n"
		"type=INTEGRITY_EVM_XATTR_AND_MORE msg=audit(9.001:8): x\n"
		"type=A B msg=audit(9.001:9): x\n"
		"type=A\tB msg=audit(9.001:9): x\n"
		"type= msg=audit(9.001:9): x\n"
		"type=A  msg=audit(9.001:9): x\n"
		"type=A\nB msg=audit(9.001:9): x\n");

	assert_int_equal(denials.events, 8);
	assert_int_equal(denials.avc, 0);
	assert_int_equal(denials.lost_notices, 1);
	assert_int_equal(denials.unreadable, 6);
	denials_clear(&denials);
}

static void a_storm_is_read_in_linear_time(void **state)
{
	_cleanup_free_ char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);
	struct denials denials = { 0 };
	struct timespec begin, end;

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
		cmocka_unit_test(a_node_of_any_bytes),
		cmocka_unit_test(ids_of_every_form),
		cmocka_unit_test(types_that_are_alike),
		cmocka_unit_test(a_storm_is_read_in_linear_time),
		cmocka_unit_test(plain_ausearch_output_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
