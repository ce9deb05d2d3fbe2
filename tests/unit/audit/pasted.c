/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records in the text of others: what is around them, what is behind them, and what is no record.
 */
#include <string.h>

#include "steps/audit/extract.h"
#include "tests/unit/audit/logs.h"
#include "wizard/util.h"

#define FORMS FIXTURES "forms/"

/* ---- more than one record -------------------------------------------------------------------- */

static void records_of_one_event(void **state)
{
	static const char text[] =
		"Nov 24 14:25:49 db1 audit[7]: AVC avc:  denied  { read } for  pid=7 comm=\"x\" "
		"name=\"a\" dev=\"vda\" ino=5 " CONTEXTS "tclass=file permissive=1\n"
		"Nov 24 14:25:49 db1 audit[7]: AVC avc:  denied  { open } for  pid=7 comm=\"x\" "
		"name=\"a\" dev=\"vda\" ino=5 " CONTEXTS "tclass=file permissive=1\n"
		"Nov 24 14:25:49 db1 audit[7]: SYSCALL arch=c000003e syscall=2 exe=\"/usr/bin/x\" "
		"key=(null)\n"
		"Nov 24 14:25:49 db1 audit[7]: PATH item=0 name=\"/var/lib/a\" inode=5 "
		"nametype=NORMAL\n"
		"Nov 24 14:25:49 db1 audit[7]: AVC avc:  denied  { write } for  pid=7 comm=\"y\" "
		"name=\"b\" dev=\"vda\" ino=6 " CONTEXTS "tclass=file permissive=1\n";
	struct denials denials;
	struct error err = { 0 };

	(void)state;
	must(given_read(text, strlen(text), &denials, &err), &err);
	assert_int_equal(denials.count, 3);
	assert_int_equal(denials.events, 2);
	for (size_t i = 0; i < 2; i++) {
		assert_string_equal(denials.items[i].exe, "/usr/bin/x");
		assert_string_equal(denials.items[i].path, "/var/lib/a");
	}
	assert_null(denials.items[2].exe);
	denials_clear(&denials);
}

/* "= x": in hex, as the kernel writes names with a blank; a mail would write an '=' like that. */
static void a_name_that_begins_as_a_mail_escapes(void **state)
{
	static const char text[] =
		"Nov 24 14:25:49 db1 kernel: audit: type=1400 audit(1760000001.002:2): avc:  "
		"denied  "
		"{ write } for  pid=7 comm=3D2078 name=3D2079 dev=\"vda\" ino=5 " CONTEXTS
		"tclass=file permissive=1\n";
	struct denials denials;
	struct error err = { 0 };

	(void)state;
	must(given_read(text, strlen(text), &denials, &err), &err);
	assert_int_equal(denials.count, 1);
	assert_string_equal(denials.items[0].comm, "= x");
	assert_string_equal(denials.items[0].path, "= y");
	denials_clear(&denials);
}

static void records_that_lost_their_line_breaks(void **state)
{
	static const char text[] =
		"type=AVC msg=audit(1463550437.584:105): avc: denied { write } for pid=1 "
		"comm=\"x\" name=\"a\" dev=dm-0 ino=5 " CONTEXTS "tclass=dir "
		"type=SYSCALL msg=audit(1463550437.584:105): arch=c000003e exe=\"/usr/bin/x\" "
		"key=(null) type=AVC msg=audit(1463550438.584:106): avc: denied { read } for "
		"pid=1 comm=\"x\" name=\"a\" " CONTEXTS "tclass=dir\n";
	struct denials denials;
	struct error err = { 0 };

	(void)state;
	must(given_read(text, strlen(text), &denials, &err), &err);
	assert_int_equal(denials_total(&denials), 2);
	assert_int_equal(denials.unreadable, 0);
	assert_string_equal(denials.items[0].exe, "/usr/bin/x");
	denials_clear(&denials);
}

/* ---- what the text around it makes of a record ----------------------------------------------- */

#define RAW                                                                                        \
	"type=AVC msg=audit(1587133719.786:194): avc:  denied  { write } for  pid=7133 "           \
	"comm=\"mysqld\" name=\"mysql\" dev=\"dm-0\" ino=51 "                                      \
	"scontext=system_u:system_r:mysqld_t:s0 tcontext=unconfined_u:object_r:default_t:s0 "      \
	"tclass=dir"
#define NEXT                                                                                       \
	"avc:  denied  { name_connect } for  pid=3193 comm=\"mysqld\" dest=1433 "                  \
	"scontext=system_u:system_r:mysqld_t:s0 tcontext=system_u:object_r:mssql_port_t:s0 "       \
	"tclass=tcp_socket"
#define USER(quote)                                                                                \
	"type=USER_AVC msg=audit(1700000000.123:99): pid=1 uid=0 msg=" quote                       \
	"avc:  denied  { status } for auid=n/a uid=27 path=\"/a\" "                                \
	"scontext=system_u:system_r:mysqld_t:s0 tcontext=system_u:object_r:var_t:s0 "              \
	"tclass=service exe=\"/x\" terminal=?" quote

#define JSON                                                                                       \
	"type=AVC msg=audit(1.001:1): avc:  denied  { read } for  pid=1 comm=\\\"x\\\" "           \
	"scontext=a:b:mysqld_t tcontext=a:b:default_t tclass=dir"

/* What is before the record is in forms[]. RAW is one of them, or there is none. */
static void text_around_a_record(void **state)
{
	static const struct {
		const char *text;
		size_t denials, unreadable;
	} rows[] = {
		/* Behind it. */
		{ RAW ".\n", 1, 0 },
		{ RAW "$\n", 1, 0 },
		{ RAW "**\n", 1, 0 },
		{ RAW ").\n", 1, 0 },
		{ RAW "[/CODE]\n", 1, 0 },
		{ RAW "` and so on\n", 1, 0 },
		{ RAW "|x|\n", 1, 0 },
		{ RAW "\\n'\n", 1, 0 },
		{ RAW " <-- this one\n", 1, 0 },
		/* A pager, a page cut it off. */
		{ RAW ">\n" RAW "\n", 1, 1 },
		{ RAW "...\n" RAW "\n", 1, 1 },
		{ RAW "\u2026\n" RAW "\n", 1, 1 },
		{ "type=AVC msg=audit(1.001:1): avc:  den\n\n" RAW "\n", 1, 1 },
		{ "type=1400\n" RAW "\n", 1, 0 },
		/* More than one in a line. */
		{ RAW "type=AVC msg=audit(1.001:1): " NEXT "\n", 2, 0 },
		{ RAW "\\ntype=AVC msg=audit(1.001:1): " NEXT "\\n\n", 2, 0 },
		{ "> " RAW " Nov 24 14:25:49 db1 audit[7]: AVC " NEXT "\n", 2, 0 },
		{ RAW " " NEXT "\n" RAW "\n", 1, 1 },
		{ "> " RAW " " NEXT "\n", 2, 0 },
		{ "\"" RAW "\",\"type=AVC msg=audit(1.001:1): " NEXT "\"\n", 2, 0 },
		{ USER("'") " " RAW "\n" RAW "\n", 2, 1 },
		{ "{\"a\":\"" JSON "\"}{\"a\":\"" JSON "\",\"b\":\"" JSON "\"}\n" RAW "\n", 3, 0 },
		{ "[{\"a\":\"" JSON "\"},{\"a\":\"x\"}] > " RAW "\n", 2, 0 },
		{ "{\"a\": \"x\"} " RAW "\n", 1, 0 },
		{ "{\"" JSON "\": \"x\"}\n" RAW "\n", 1, 1 },
		/* Of a program. */
		{ USER("\\'") "\n" RAW "\n", 2, 0 },
		{ USER("''") "\n" RAW "\n", 2, 0 },
		{ "type=USER\\_AVC msg=audit(1.001:1): pid=1 msg='avc:  denied  { read } for "
		  "scontext=a:b:mysqld\\_t tcontext=a:b:c tclass=service exe=\"/x\"'\n" RAW "\n",
		  2, 0 },
		{ USER("'") "\u241dUID=\"root\"\n" RAW "\n", 2, 0 },
		{ USER("'") "#035UID=\"root\"\n" RAW "\n", 2, 0 },
		/* Not a context. */
		{ "type=AVC msg=audit(1.001:1): avc:  denied  { read } for  scontext=a:b:mysqld_t "
		  "tcontext=a:eek:bject_r:c tclass=dir\n" RAW "\n",
		  1, 1 },
		{ "> type=AVC msg=audit(1.001:1): avc:  denied  { read } for  "
		  "scontext=3Da:b:mysqld_t "
		  "tcontext=a:b:c tclass=dir\n" RAW "\n",
		  1, 1 },
		/* Behind a record of something else. */
		{ "type=PROCTITLE msg=audit(1587133719.786:194): proctitle=6D7973716C64 " RAW "\n",
		  1, 0 },
		{ "type=SYSCALL msg=audit(1587133719.786:194): arch=c000003e comm=\"mysqld\" " RAW
		  "\n",
		  1, 0 },
		/* Who only writes of it. */
		{ "# grep \"avc:  denied\" /var/log/audit/audit.log\n" RAW "\n", 1, 0 },
		{ "There are \"avc: denied\" messages:\n" RAW "\n", 1, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct denials denials;
		struct error err = { 0 };
		const struct denial *last;

		must(given_read(rows[i].text, strlen(rows[i].text), &denials, &err), &err);
		if (denials_total(&denials) != rows[i].denials || denials.other ||
		    denials.unreadable != rows[i].unreadable)
			fail_msg("%zu denials, %zu other, %zu unreadable: %s",
				 denials_total(&denials), denials.other, denials.unreadable,
				 rows[i].text);
		for (size_t j = 0; j < denials.count; j++) {
			last = &denials.items[j];
			if (!last->port && !last->userspace) {
				assert_string_equal(last->tclass, "dir");
				assert_string_equal(last->target, "default_t");
			}
		}
		denials_clear(&denials);
	}
}

/* ---- what nobody may claim ------------------------------------------------------------------- */

#define RECORD(id)                                                                                 \
	"type=AVC msg=audit(" id "): avc:  denied  { read } for  pid=1 comm=\"x\" name=\"a\" "     \
	"dev=\"vda\" ino=5 " CONTEXTS "tclass=file permissive=1"

static void other_programs_are_not_believed(void **state)
{
	static const char *const lines[] = {
		"Nov 24 14:25:49 db1 joe: " RECORD("1.001:1"),
		"Nov 24 14:25:49 db1 joe[7]: audit[7]: " RECORD("1.001:1"),
		"Nov 24 14:25:49 db1 sshd[7]: Invalid user " RECORD("1.001:1"),
		"Nov 24 14:25:49 db1 kernel: said " RECORD("1.001:1"),
		"2026-11-24T14:25:49.003+01:00 db1 joe: " RECORD("1.001:1"),
		"<13>1 2026-11-24T14:25:49.003Z db1 joe 7 - - " RECORD("1.001:1"),
		"Nov 24 14:25:49 db1 joe:" RECORD("1.001:1"),
		"Nov 24 14:25:49 db1 mysql-server_auditing: " RECORD("1.001:1"),
		"1 2026-11-24T14:25:49.003Z db1 joe 7 - - " RECORD("1.001:1"),
		"1795530349.432001 db1 joe[7]: " RECORD("1.001:1"),
		"[   12.345678] db1 joe[7]: " RECORD("1.001:1"),
		"_TRANSPORT=syslog\nSYSLOG_IDENTIFIER=joe\nMESSAGE=" RECORD("1.001:1"),
		"    _TRANSPORT=syslog\n    SYSLOG_IDENTIFIER=joe\n    MESSAGE=" RECORD("1.001:1"),
		"{\n\"_TRANSPORT\" : \"syslog\",\n\"MESSAGE\" : \"type=AVC msg=audit(1.001:1): "
		"avc:  "
		"denied  { read } for  " CONTEXTS "tclass=file\"\n}",
		"Nov 24 14:25:49 db1 audit[7]: AVC avc:  denied  { read } for  pid=7 comm=\"x\"\n"
		"Nov 24 14:25:50 db1 joe: " CONTEXTS "tclass=file",
		/* Everyone may call himself so; which transport and user it was, journald knows. */
		"{\"_TRANSPORT\":\"syslog\",\"SYSLOG_IDENTIFIER\":\"kernel\",\"_UID\":\"0\","
		"\"MESSAGE\":"
		"\"type=1400 audit(1.001:1): avc:  denied  { read } for  " CONTEXTS
		"tclass=file\"}",
		"{\"_TRANSPORT\":\"syslog\",\"SYSLOG_IDENTIFIER\":\"audispd\",\"_UID\":\"1000\","
		"\"MESSAGE\":\"type=AVC msg=audit(1.001:1): avc:  denied  { read } for  " CONTEXTS
		"tclass=file\"}",
		"{\"_TRANSPORT\":\"audit\",\"_AUDIT_TYPE_NAME\":\"USER_CMD\",\"_AUDIT_ID\":\"7\","
		"\"MESSAGE\":"
		"\"USER_CMD pid=1 msg='x\\ntype=AVC msg=audit(1.001:1): avc:  denied  { read } for "
		" " CONTEXTS "tclass=file'\"}",
		"{\"_TRANSPORT\":\"syslog\",\"SYSLOG_IDENTIFIER\":\"joe\",\"MESSAGE\":\"x\\n"
		"type=AVC msg=audit(1.001:1): avc:  denied  { read } for  " CONTEXTS
		"tclass=file\"}",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		_cleanup_free_ char *text =
			str_printf("%s\n%s\n", lines[i], RECORD("1795530349.432:88"));
		struct denials denials;
		struct error err = { 0 };

		must(given_read(text, strlen(text), &denials, &err), &err);
		if (denials_total(&denials) != 1 || denials.unreadable != 1)
			fail_msg("%s", lines[i]);
		assert_int_equal(denials.items[0].serial, 88);
		denials_clear(&denials);
	}
}

/* As `ausearch -i` shows names and commands, they may read like records; of one event, they do not.
 */
static void text_within_a_record_is_none(void **state)
{
	static const char *const lines[] = {
		"type=PROCTITLE msg=audit(11/24/26 14:25:49.432:88) : proctitle=echo ",
		"type=EXECVE msg=audit(11/24/26 14:25:49.432:88) : argc=2 a0=echo a1=",
		"type=CWD msg=audit(11/24/26 14:25:49.432:88) : cwd=/tmp/",
		"type=SYSCALL msg=audit(11/24/26 14:25:49.432:88) : arch=x86_64 exe=/tmp/",
		"type=USER_CMD msg=audit(11/24/26 14:25:49.432:88) : pid=1 msg='cwd=/ cmd=echo ",
		"type=TRUSTED_APP msg=audit(1700000000.001:1): pid=1 msg='said ",
	};
	static const char squeezed[] =
		"type=PROCTITLE msg=audit(11/24/26 14:25:49.432:88) : proctitle=rsync --daemon "
		"type=AVC msg=audit(11/24/26 14:25:49.432:88) : avc:  denied  { read } for  pid=1 "
		"comm=x name=a dev=\"vda\" ino=5 " CONTEXTS "tclass=file permissive=1 "
		"type=SYSCALL msg=audit(11/24/26 14:25:49.432:88) : arch=x86_64 exe=/x "
		"key=(null)\n";
	struct denials denials;
	struct error err = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		_cleanup_free_ char *text = str_printf("%s%s\n%s\n", lines[i], RECORD("1.001:1"),
						       RECORD("1795530349.432:88"));

		must(given_read(text, strlen(text), &denials, &err), &err);
		if (denials_total(&denials) != 1 || denials.unreadable != 1)
			fail_msg("%s", lines[i]);
		assert_int_equal(denials.items[0].serial, 88);
		denials_clear(&denials);
	}
	must(given_read(squeezed, strlen(squeezed), &denials, &err), &err);
	assert_int_equal(denials_total(&denials), 1);
	assert_int_equal(denials.unreadable, 0);
	assert_string_equal(denials.items[0].exe, "/x");
	denials_clear(&denials);
}

/* The host's own log is as the kernel wrote it: text within a line is no record. */
static void the_hosts_own_log_is_strict(void **state)
{
	static const char *const lines[] = {
		"> " RECORD("1.001:1"),
		"Nov 24 14:25:49 db1 audispd: " RECORD("1.001:1"),
		"Nov 24 14:25:49 db1 audit[7]: AVC avc:  denied  { read } for  " CONTEXTS
		"tclass=file",
		"avc:  denied  { read } for  " CONTEXTS "tclass=file",
		"\"" RECORD("1.001:1") "\"",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		_cleanup_free_ char *text =
			str_printf("%s\n%s\n", lines[i], RECORD("1795530349.432:88"));
		struct denials denials = denials_of(text);

		if (denials_total(&denials) != 1 || denials.unreadable != 1)
			fail_msg("%s", lines[i]);
		denials_clear(&denials);
	}
}

/* ---- what goes to another node --------------------------------------------------------------- */

static void an_extract_is_raw(void **state)
{
	static const char *const names[] = { "mixed-forms", "json-strings", "wrapped", "audispd" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		_cleanup_free_ char *path = str_printf(FORMS "%s.log", names[i]);
		char *const paths[] = { path, NULL };
		struct denials denials = { 0 }, again = { 0 };
		struct error err = { 0 };
		struct extract extract;

		must(audit_log_read(path, true, path, mysqld, &denials, &err), &err);
		must(extract_read(paths, true, mysqld, "db2", &extract, &err), &err);
		assert_int_equal(extract.denials, denials_total(&denials));
		assert_int_equal(extract.unsure, 0);
		/* Read as the host's own: there is nothing but records in it. */
		must(read_bytes(extract.text, extract.length, &again, &err), &err);
		assert_int_equal(denials_total(&again), denials_total(&denials));
		assert_int_equal(again.unreadable + again.pasted, 0);
		assert_string_equal(again.items[0].node, *names[i] == 'a' ? "db1" : "db2");
		denials_clear(&denials);
		denials_clear(&again);
		extract_clear(&extract);
	}
}

/* By the same reading: fields twice, of which the first counts; a last record that is cut off. */
static void an_extract_has_what_is_found(void **state)
{
	static const char log[] =
		"type=AVC msg=audit(10.001:1): avc:  denied  { read } for  pid=1 " CONTEXTS
		"comm=\"x\" scontext=u:r:sshd_t:s0 tclass=file permissive=0\n"
		"type=AVC msg=audit(10.001:2): avc:  denied  { read } for  pid=1 " CONTEXTS
		"tclass=file permissive=0\r\n"
		"type=AVC msg=audit(10.001:2): avc:  denied  { read } for  pid=1 " CONTEXTS
		"tclass=fil";
	_cleanup_free_ char *path = scratch_file(log, strlen(log));
	char *const paths[] = { path, NULL };
	struct denials found = { 0 }, again = { 0 };
	struct error err = { 0 };
	struct extract extract;

	(void)state;
	must(audit_log_read(path, false, "here", mysqld, &found, &err), &err);
	must(extract_read(paths, false, mysqld, "db2", &extract, &err), &err);
	assert_int_equal(denials_total(&found), 2);
	assert_int_equal(extract.denials, 2);
	assert_int_equal(extract.unsure, 1);
	must(read_bytes(extract.text, extract.length, &again, &err), &err);
	assert_int_equal(denials_total(&again), 2);
	assert_int_equal(again.unreadable, 0);
	unlink(path);
	denials_clear(&found);
	denials_clear(&again);
	extract_clear(&extract);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_of_one_event),
		cmocka_unit_test(a_name_that_begins_as_a_mail_escapes),
		cmocka_unit_test(records_that_lost_their_line_breaks),
		cmocka_unit_test(text_around_a_record),
		cmocka_unit_test(other_programs_are_not_believed),
		cmocka_unit_test(text_within_a_record_is_none),
		cmocka_unit_test(the_hosts_own_log_is_strict),
		cmocka_unit_test(an_extract_is_raw),
		cmocka_unit_test(an_extract_has_what_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
