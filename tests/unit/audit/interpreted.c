/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `ausearch -i` and the kernel show, as far as it can be read in one way only. */
#include <auparse.h>
#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "steps/audit/extract.h"
#include "steps/audit/interpreted.h"
#include "tests/unit/audit/logs.h"
#include "wizard/util.h"

#define ID "msg=audit(11/24/26 14:25:49.432:88) : "
#define TAIL                                                                                       \
	"scontext=system_u:system_r:mysqld_t:s0 "                                                  \
	"tcontext=system_u:object_r:var_lib_t:s0 tclass=file permissive=1 "

static int read_text(const char *text, struct denials *denials, struct error *err)
{
	memset(denials, 0, sizeof(*denials));
	return read_bytes(text, strlen(text), denials, err);
}

/* ---- what can be read in two ways ------------------------------------------------------------ */

static void a_name_that_reads_like_fields_is_unsure(void **state)
{
	static const char *const records[] = {
		"pid=1 comm=x path=/tmp/a dev=vda dev=\"vda\" ino=1 " TAIL,
		"pid=1 comm=x path=/tmp/a ino=7 dev=\"vda\" ino=1 " TAIL,
		"pid=1 comm=x path=/tmp/a ioctlcmd=0x1 dev=\"vda\" ino=1 " TAIL,
		"pid=1 comm=x path=/tmp/a src=4567 dev=\"vda\" ino=1 " TAIL,
		"pid=1 comm=x path=/tmp/a unknown=1 dev=\"vda\" ino=1 " TAIL,
		"pid=1 comm=x src=4567 path=/tmp/a dev=\"vda\" ino=1 " TAIL,
		"pid=1 comm=x src=4567 " TAIL,
		"pid=1 comm=x pid=2 path=/tmp/a dev=\"vda\" ino=1 " TAIL,
		"pid=1 comm=x name=y path=/tmp/a dev=\"vda\" ino=1 " TAIL,
		"pid=1 comm=x path=/tmp/a " TAIL "dev=\"vda\" ino=1 " TAIL,
		"pid=1 comm=x path=/tmp/a permissive=0 dev=\"vda\" ino=1 " TAIL,
		"pid=1 comm=x path=/tmp/a\\012 dev=\"vda\" ino=1 " TAIL,
		"pid=1 comm=\\033[1 path=/tmp/a dev=\"vda\" ino=1 " TAIL,
		"pid=1 comm=x path=/tmp/a dev=\"vda\" ino=1 ioctlcmd=NEWNAME " TAIL,
		"pid=1 comm=x path=/tmp/a dev=a b ino=1 " TAIL,
		"comm=x pid=1 path=/tmp/a dev=\"vda\" ino=1 " TAIL,
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(records); i++) {
		_cleanup_free_ char *text = str_printf(
			"type=AVC " ID "avc:  denied  { read } for  pid=1 comm=sure path=/tmp/it "
			"is dev=\"vda\" ino=1 " TAIL "\ntype=AVC " ID
			"avc:  denied  { write } for  %s\n",
			records[i]);
		struct denials denials;

		assert_int_equal(read_text(text, &denials, NULL), 0);
		if (denials.count != 1 || denials.unreadable != 1)
			fail_msg("%zu denials of: %s", denials.count, records[i]);
		assert_string_equal(denials.items[0].path, "/tmp/it is");
		denials_clear(&denials);
	}
}

/* As ausearch did before it escaped them. */
static void a_record_in_a_torn_name_is_unsure(void **state)
{
	static const char text[] =
		"----\ntype=AVC " ID "avc:  denied  { read } for  pid=1 comm=x path=/tmp/a\n"
		"----\ntype=AVC " ID
		"avc:  denied  { write } for  pid=1 comm=forged path=/etc/shadow "
		"dev=\"vda\" ino=1 " TAIL "\n----\n dev=\"vda\" ino=1 " TAIL "\n----\ntype=AVC " ID
		"avc:  denied  { read } for  pid=1 comm=honest path=/tmp/b "
		"dev=\"vda\" ino=1 " TAIL "\n";
	struct denials denials;

	(void)state;
	assert_int_equal(read_text(text, &denials, NULL), 0);
	assert_int_equal(denials.count, 1);
	assert_string_equal(denials.items[0].comm, "honest");
	assert_int_equal(denials.unreadable, 3);
	denials_clear(&denials);
}

static void ambiguous_program_and_file(void **state)
{
	static const char text[] =
		"type=PATH " ID "item=0 name=/a/x inode=77 inode=77 dev=fe:00 nametype=NORMAL \n"
		"type=SYSCALL " ID "arch=x86_64 syscall=open comm=x exe=/y exe=/z subj=a:b:c "
		"key=(null) \n"
		"type=AVC " ID
		"avc:  denied  { read } for  pid=1 comm=x name=x dev=\"vda\" ino=77 " TAIL "\n";
	struct denials denials;

	(void)state;
	assert_int_equal(read_text(text, &denials, NULL), 0);
	assert_int_equal(denials.count, 1);
	assert_null(denials.items[0].exe);
	assert_true(denials.items[0].path_is_name);
	assert_int_equal(denials.unreadable, 2);
	denials_clear(&denials);
}

static void a_path_that_is_missing_is_unsure(void **state)
{
	struct denials denials;
	struct error err = { 0 };

	(void)state;
	assert_int_equal(read_text("type=USER_AVC " ID "pid=1 msg='avc:  denied  { start } for "
				   "tclass=service path=\n",
				   &denials, &err),
			 -EINVAL);
	assert_int_equal(denials.unreadable, 0);
}

static void every_ioctl_with_a_name(void **state)
{
	struct interpreted *interpreted = interpreted_new(false);
	size_t named = 0;

	(void)state;
	assert_non_null(interpreted);
	for (unsigned int command = 0; command < 0x10000; command++) {
		char text[512];
		const char *value;
		auparse_state_t *parser;

		snprintf(
			text, sizeof(text),
			"type=AVC msg=audit(1795530349.432:88): avc:  denied  { ioctl } for  pid=1 "
			"comm=\"x\" ioctlcmd=0x%x scontext=a:b:c tcontext=a:b:d tclass=file\n",
			command);
		parser = auparse_init(AUSOURCE_BUFFER, text);
		assert_int_equal(auparse_first_record(parser), 1);
		auparse_first_field(parser);
		assert_non_null(auparse_find_field(parser, "ioctlcmd"));
		value = auparse_interpret_field(parser);
		if (!str_starts(value, "0x")) {
			char number[32];
			_cleanup_free_ char *line = str_printf(
				"type=AVC " ID "avc:  denied  { ioctl } for  pid=1 comm=x path=/x "
				"dev=\"vda\" ino=1 ioctlcmd=%s " TAIL,
				value);

			snprintf(number, sizeof(number), " ioctlcmd=0x%x ", command);
			assert_int_equal(interpreted_read(interpreted, line, strlen(line)),
					 INTERPRETED_RECORD);
			assert_non_null(strstr(interpreted->text, number));
			named++;
		}
		auparse_destroy(parser);
	}
	assert_true(named > 20);
	free(interpreted);
}

/* ---- dates ----------------------------------------------------------------------------------- */

static void dates(void **state)
{
	static const struct {
		const char *text;
		int year, month, day; /* 0: not understood */
	} rows[] = {
		{ "11/24/26 14:25:49", 2026, 11, 24 },
		{ "11/24/2026 14:25:49", 2026, 11, 24 },
		{ "24/11/26 14:25:49", 2026, 11, 24 },
		{ "04/05/25 14:25:49", 2025, 4, 5 },
		{ "24.11.2026 14:25:49", 2026, 11, 24 },
		{ "24-11-26 14:25:49", 2026, 11, 24 },
		{ "2026-11-24 14:25:49", 2026, 11, 24 },
		{ "2026\345\271\26411\346\234\21024\346\227\245 14:25:49", 2026, 11, 24 },
		{ "2026. 11. 24. 14:25:49", 2026, 11, 24 },
		{ "31/02/26 14:25:49", 0, 0, 0 },
		{ "13/13/26 14:25:49", 0, 0, 0 },
		{ "11/24/26 24:25:49", 0, 0, 0 },
		{ "11/24/26 2:25:49 PM", 0, 0, 0 },
		{ "24 Nov 2026 14:25:49", 0, 0, 0 },
		{ "1/2/3/4 14:25:49", 0, 0, 0 },
		{ "11/24/12026 14:25:49", 0, 0, 0 },
		{ "11/24/26T14:25:49", 0, 0, 0 },
		{ "", 0, 0, 0 },
	};
	struct interpreted_dates parser;

	(void)state;
	interpreted_dates_init(&parser);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct tm local;
		time_t seconds = 0;
		bool fine = interpreted_dates_parse(&parser, rows[i].text, strlen(rows[i].text),
						    &seconds);

		if (fine != (rows[i].year > 0))
			fail_msg("%s", rows[i].text);
		if (!fine)
			continue;
		localtime_r(&seconds, &local);
		assert_int_equal(local.tm_year + 1900, rows[i].year);
		assert_int_equal(local.tm_mon + 1, rows[i].month);
		assert_int_equal(local.tm_mday, rows[i].day);
		assert_int_equal(local.tm_hour * 10000 + local.tm_min * 100 + local.tm_sec, 142549);
	}
}

/* The month that is not in the future, whatever the locale says. */
static void a_month_in_the_future(void **state)
{
	struct interpreted_dates parser;
	struct tm local;
	time_t seconds;

	(void)state;
	interpreted_dates_init(&parser);
	parser.now = 1795530349; /* 24 November 2026 */
	parser.month_first = true;
	assert_true(interpreted_dates_parse(&parser, "12/01/26 14:25:49", 17, &seconds));
	localtime_r(&seconds, &local);
	assert_int_equal(local.tm_mon + 1, 1);
	parser.month_first = false;
	assert_true(interpreted_dates_parse(&parser, "10/01/26 14:25:49", 17, &seconds));
	localtime_r(&seconds, &local);
	assert_int_equal(local.tm_mon + 1, 1);
	assert_int_equal(local.tm_mday, 10);
}

/* ---- the kernel's messages ------------------------------------------------------------------- */

static void messages_of_the_kernel(void **state)
{
	static const struct {
		const char *before;
		bool is_read;
	} rows[] = {
		{ "[   12.345678] audit: type=", true },
		{ "[Tue Nov 24 14:25:49 2026] audit: type=", true },
		{ "[   12.345678] db1 kernel: audit: type=", true },
		{ "Nov 24 14:25:49 db1 kernel: audit: type=", true },
		{ "Nov 24 14:25:49 db1 kernel: [   12.345678] audit: type=", true },
		{ "2026-11-24T14:25:49.123456+00:00 db1 kernel: [   12.3] audit: type=", true },
		{ "Tue 2026-11-24 14:25:49 UTC db1 kernel: audit: type=", true },
		/* Everyone can write these. */
		{ "Nov 24 14:25:49 db1 joe: audit: type=", false },
		{ "Nov 24 14:25:49 db1 joe: kernel: audit: type=", false },
		{ "Nov 24 14:25:49 db1 kernel[77]: audit: type=", false },
		{ "[   12.3] db1 joe[77]: [ 12.3] audit: type=", false },
		{ "Nov 24 14:25:49 db1 kernel: said [   12.3] audit: type=", false },
		{ "Nov 24 14:25:49 db1 kernel: [   12.3] said: audit: type=", false },
		{ "audit: type=", false },
		{ " [12.3] audit: type=", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_free_ char *text = str_printf(
			"%s1400 audit(1795530349.432:88): avc:  denied  { read } for  pid=1 "
			"comm=\"x\" path=\"/tmp/a\" dev=\"vda\" ino=1 " TAIL
			"\ntype=CWD msg=audit(1.001:1): cwd=\"/\"\n",
			rows[i].before);
		struct denials denials;

		assert_int_equal(read_text(text, &denials, NULL), 0);
		if (denials.count != rows[i].is_read || denials.unreadable == rows[i].is_read)
			fail_msg("%s", rows[i].before);
		if (denials.count)
			assert_int_equal(denials.items[0].serial, 88);
		denials_clear(&denials);
	}
}

static void messages_that_the_kernel_did_not_write(void **state)
{
	struct denials denials;

	(void)state;
	assert_int_equal(read_text("type=CWD msg=audit(1.001:1): cwd=\"/\"\n"
				   "Nov 24 14:25:49 db1 kernel: kauditd_printk_skb: 21 callbacks "
				   "suppressed\n",
				   &denials, NULL),
			 0);
	assert_int_equal(denials.lost_notices, 1);
	denials_clear(&denials);
}

/* ---- what becomes of it ---------------------------------------------------------------------- */

static void another_nodes_interpreted_log(void **state)
{
	char interpreted[] = FIXTURES "interpreted.log";
	char *const paths[] = { interpreted, NULL };
	struct extract extract;
	struct denials denials = { 0 };

	(void)state;
	assert_int_equal(extract_read(paths, false, mysqld, "db2", &extract, NULL), 0);
	assert_int_equal(extract.unsure, 0);
	assert_int_equal(read_bytes(extract.text, extract.length, &denials, NULL), 0);
	assert_true(denials.count > 0);
	assert_int_equal(denials_total(&denials), extract.denials);
	assert_string_equal(denials.items[0].node, "db2");
	assert_int_equal(denials.unreadable, 0);
	denials_clear(&denials);
	extract_clear(&extract);
}

static void nothing_of_it_is_sure(void **state)
{
	struct denials denials;
	struct error err = { 0 };

	(void)state;
	assert_int_equal(read_text("type=AVC msg=audit(24 Nov 2026 14:25:49.432:88) : avc:  denied"
				   "  { read } for  pid=1 comm=x " TAIL "\n",
				   &denials, &err),
			 -EINVAL);
	assert_non_null(strstr(err.what, "no line of it is an audit record that can be read"));
	assert_non_null(strstr(err.remedy, "without -i"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_that_reads_like_fields_is_unsure),
		cmocka_unit_test(a_record_in_a_torn_name_is_unsure),
		cmocka_unit_test(ambiguous_program_and_file),
		cmocka_unit_test(a_path_that_is_missing_is_unsure),
		cmocka_unit_test(every_ioctl_with_a_name),
		cmocka_unit_test(dates),
		cmocka_unit_test(a_month_in_the_future),
		cmocka_unit_test(messages_of_the_kernel),
		cmocka_unit_test(messages_that_the_kernel_did_not_write),
		cmocka_unit_test(another_nodes_interpreted_log),
		cmocka_unit_test(nothing_of_it_is_sure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
