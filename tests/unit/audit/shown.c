/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <auparse.h>
#include <errno.h>
#include <glob.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "steps/audit/extract.h"
#include "steps/audit/log.h"
#include "steps/audit/shown.h"
#include "wizard/util.h"

#define FIXTURES "tests/fixtures/audit/"
#define CLUSTER  "tests/fixtures/clusters/debian12-mariadb10.11/"
#define ID       "msg=audit(11/24/26 14:25:49.432:88) : "
#define TAIL                                                                                       \
	"scontext=system_u:system_r:mysqld_t:s0 "                                                  \
	"tcontext=system_u:object_r:var_lib_t:s0 tclass=file permissive=1 "

static const char *const mysqld[] = { "mysqld_t", NULL };

/* ---- help ------------------------------------------------------------------------------------ */

static void write_text(char **path, const char *text, size_t length)
{
	int fd;

	*path = str_printf("%s/log.XXXXXX", getenv("TMPDIR") ?: "/tmp");
	fd = mkstemp(*path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, length), length);
	close(fd);
}

static int read_text(const char *text, struct denials *denials, struct error *err)
{
	_cleanup_free_ char *path = NULL;
	int rc;

	memset(denials, 0, sizeof(*denials));
	write_text(&path, text, strlen(text));
	rc = audit_log_read(path, "here", mysqld, denials, err);
	unlink(path);
	return rc;
}

static char *run(const char *const argv[])
{
	char *output = NULL;
	struct error err = { 0 };

	if (process_capture(argv, &output, NULL, &err) != 0)
		fail_msg("%s: %s", argv[0], err.what);
	return output;
}

/* described - what two forms of a log must agree on, a line a denial, sorted: ausearch shows the
 * records of an event in another order. */
static int compare_lines(const void *left, const void *right)
{
	return strcmp(*(char *const *)left, *(char *const *)right);
}

static char *described(const struct denials *denials)
{
	_cleanup_free_ char **lines = calloc(denials->count + 1, sizeof(*lines));
	char *text = NULL;
	size_t length;
	FILE *out;

	for (size_t i = 0; i < denials->count; i++) {
		const struct denial *one = &denials->items[i];

		lines[i] =
			str_printf("%ld.%03u:%lu %zu %ld %s|%s|%s|%zu %s|%s|%d%d %d|%s|%s|%s %d|"
				   "%u|%d%x\n",
				   (long)one->seconds, one->millis, one->serial, one->more,
				   (long)denial_last(one), one->source_context, one->target_context,
				   one->tclass, one->permission_count, one->permissions[0],
				   one->invalid_context ?: "", one->permissive, one->userspace,
				   (int)one->pid, one->comm ?: "", one->exe ?: "", one->path ?: "",
				   one->path_is_name, one->port, one->has_ioctl, one->ioctl);
	}
	qsort(lines, denials->count, sizeof(*lines), compare_lines);
	out = open_memstream(&text, &length);
	fprintf(out, "avc %zu other %zu granted %zu unreadable %zu\n", denials->avc, denials->other,
		denials->granted, denials->unreadable);
	for (size_t i = 0; i < denials->count; i++) {
		fputs(lines[i], out);
		free(lines[i]);
	}
	fclose(out);
	return text;
}

static char *described_file(const char *path)
{
	struct denials denials = { 0 };
	struct error err = { 0 };
	char *text;

	if (audit_log_read(path, "here", mysqld, &denials, &err) < 0)
		fail_msg("%s: %s", path, err.what);
	text = described(&denials);
	denials_clear(&denials);
	return text;
}

static bool has_ausearch(void)
{
	return access("/usr/sbin/ausearch", X_OK) == 0 || access("/sbin/ausearch", X_OK) == 0;
}

/* same_interpreted - `ausearch -i` of the log, and the log, tell the same. */
static void same_interpreted(const char *log)
{
	const char *const argv[] = { "ausearch", "-i", "-if", log, NULL };
	_cleanup_free_ char *raw = described_file(log), *shown = run(argv), *path = NULL;
	_cleanup_free_ char *interpreted = NULL;

	write_text(&path, shown, strlen(shown));
	interpreted = described_file(path);
	unlink(path);
	assert_string_equal(interpreted, raw);
}

/* ---- ausearch -------------------------------------------------------------------------------- */

static void ausearch_interprets_and_nothing_is_lost(void **state)
{
	glob_t logs;

	(void)state;
	if (!has_ausearch())
		skip();
	assert_int_equal(glob(CLUSTER "*/*/audit.log", 0, NULL, &logs), 0);
	for (size_t i = 0; i < logs.gl_pathc; i++)
		same_interpreted(logs.gl_pathv[i]);
	assert_true(logs.gl_pathc > 8);
	globfree(&logs);
}

static void ausearch_shows_raw_records(void **state)
{
	const char *const argv[] = { "ausearch", "-if", CLUSTER "permissive/sst/audit.log", NULL };
	_cleanup_free_ char *raw = described_file(argv[2]), *path = NULL, *text = NULL;
	_cleanup_free_ char *shown = NULL;

	(void)state;
	if (!has_ausearch())
		skip();
	text = run(argv);
	assert_non_null(strstr(text, "\ntime->"));
	write_text(&path, text, strlen(text));
	shown = described_file(path);
	unlink(path);
	assert_string_equal(shown, raw);
}

/* Each with names as only hostile ones are, and each kind of field. The names with control bytes
 * are for escaped_bytes_are_unsure. */
static const char fields_log[] =
	"type=AVC msg=audit(1795530349.432:88): avc:  denied  { write } for  pid=796 "
	"comm=6120622063 path=2F746D702F61206465762022783B2864656E79292028616C6C6F7729 "
	"dev=\"vda\" ino=18639 "
	"scontext=system_u:system_r:mysqld_t:s0 tcontext=system_u:object_r:initrc_tmp_t:s0 "
	"tclass=file permissive=1\n"
	"type=AVC msg=audit(1795530349.433:89): avc:  denied  { ioctl } for  pid=796 comm=\"bash\" "
	"path=\"/dev/tty\" dev=\"vda\" ino=18639 ioctlcmd=0x5401 "
	"scontext=system_u:system_r:mysqld_t:s0 tcontext=system_u:object_r:tty_device_t:s0 "
	"tclass=chr_file permissive=1\n"
	"type=AVC msg=audit(1795530349.434:90): avc:  denied  { name_connect } for  pid=796 "
	"comm=\"rsync\" dest=4444 scontext=system_u:system_r:mysqld_t:s0 "
	"tcontext=system_u:object_r:kerberos_port_t:s0 tclass=tcp_socket permissive=1\n"
	"type=SYSCALL msg=audit(1795530349.434:90): arch=c000003e syscall=42 success=no exit=-13 "
	"a0=3 a1=55ca a2=10 a3=8 items=0 ppid=699 pid=796 auid=4294967295 uid=0 gid=0 euid=0 "
	"suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=(none) ses=4294967295 comm=\"rsync\" "
	"exe=2F7573722F62696E2F6120622E736820286465 subj=system_u:system_r:mysqld_t:s0 key=(null)\n"
	"type=SOCKADDR msg=audit(1795530349.434:90): saddr=0200115C7F0000010000000000000000\n"
	"type=AVC msg=audit(1795530349.435:91): avc:  denied  { dac_override } for  pid=796 "
	"comm=\"rsync\" capability=1  scontext=system_u:system_r:mysqld_t:s0 "
	"tcontext=system_u:system_r:mysqld_t:s0 tclass=capability permissive=1\n"
	"type=AVC msg=audit(1795530349.436:92): avc:  denied  { read } for  pid=796 comm=\"rsync\" "
	"name=\"x\" dev=\"vda\" ino=3 scontext=system_u:system_r:mysqld_t:s0 "
	"tcontext=system_u:object_r:unlabeled_t:s0 tclass=file permissive=0 "
	"trawcon=\"system_u:object_r:gone_t:s0\"\n"
	"type=USER_AVC msg=audit(1795530349.437:93): pid=1 uid=0 auid=4294967295 ses=4294967295 "
	"subj=system_u:system_r:init_t:s0 msg='avc:  denied  { start } for auid=n/a uid=0 gid=0 "
	"path=\"/lib/systemd/system/foo bar.service\" cmdline=\"systemctl start foo\" "
	"scontext=system_u:system_r:mysqld_t:s0 "
	"tcontext=system_u:object_r:systemd_unit_file_t:s0 tclass=service permissive=0  "
	"exe=\"/usr/lib/systemd/systemd\" sauid=0 hostname=? addr=? terminal=?'\n"
	"type=AVC msg=audit(1795530349.438:94): avc:  denied  { connectto } for  pid=796 "
	"comm=\"rsync\" path=\"/run/x\" scontext=system_u:system_r:mysqld_t:s0 "
	"tcontext=system_u:system_r:mysqld_t:s0 tclass=unix_stream_socket permissive=1\n"
	"type=AVC msg=audit(1795530349.439:95): avc:  denied  { read } for  pid=796 comm=E697A5 "
	"path=2F746D702FE697A520 dev=\"vda\" ino=3 scontext=system_u:system_r:mysqld_t:s0 "
	"tcontext=system_u:object_r:tmp_t:s0:c1,c2 tclass=file permissive=0\n"
	"type=AVC msg=audit(1795530349.440:96): avc:  denied  { node_bind } for  pid=796 "
	"comm=\"rsync\" saddr=127.0.0.1 src=4567 scontext=system_u:system_r:mysqld_t:s0 "
	"tcontext=system_u:object_r:node_t:s0 tclass=tcp_socket permissive=0\n"
	"type=AVC msg=audit(1795530349.441:97): avc:  denied  { module_request } for  pid=796 "
	"comm=\"ip\" kmod=\"net-pf-16-proto-4\" scontext=system_u:system_r:mysqld_t:s0 "
	"tcontext=system_u:system_r:kernel_t:s0 tclass=system permissive=0\n"
	"type=AVC msg=audit(1795530349.442:98): avc:  denied  { setpgid } for  pid=796 "
	"comm=\"mysqld\" scontext=system_u:system_r:mysqld_t:s0 "
	"tcontext=system_u:system_r:mysqld_t:s0 tclass=process\n"
	"type=AVC msg=audit(1795530349.443:99): avc:  denied  { read } for  pid=796 comm=\"bash\" "
	"name=\"x\" dev=\"vda\" ino=77 scontext=system_u:system_r:mysqld_t:s0 "
	"tcontext=system_u:object_r:tmp_t:s0 tclass=file permissive=0\n"
	"type=PATH msg=audit(1795530349.443:99): item=0 name=2F6120622F78 inode=77 dev=fe:00 "
	"mode=0100644 ouid=0 ogid=0 rdev=00:00 obj=system_u:object_r:tmp_t:s0 nametype=NORMAL "
	"cap_fp=0 cap_fi=0 cap_fe=0 cap_fver=0 cap_frootid=0\n";

static void each_field_is_read(void **state)
{
	_cleanup_free_ char *path = NULL;

	(void)state;
	if (!has_ausearch())
		skip();
	write_text(&path, fields_log, strlen(fields_log));
	same_interpreted(path);
	unlink(path);
}

/* Dates of other countries: made of what the locales package has, if it is there. */
static void dates_of_other_countries(void **state)
{
	static const char *const countries[] = { "en_US", "en_GB", "de_DE", "fr_FR", "ja_JP",
						 "sv_SE", "nl_NL", "pl_PL", "ko_KR", "fi_FI" };
	const char *zones[] = { "UTC", "Asia/Tokyo", "America/New_York" };
	_cleanup_free_ char *before = strdup(getenv("LC_ALL") ?: "C");
	_cleanup_free_ char *folder = str_printf("%s/locales", getenv("TMPDIR") ?: "/tmp");

	(void)state;
	if (!has_ausearch() || access("/usr/bin/localedef", X_OK) != 0 ||
	    access("/usr/share/i18n/locales/de_DE", R_OK) != 0)
		skip();
	assert_int_equal(make_directories(folder, 0700, NULL), 0);
	setenv("LOCPATH", folder, 1);
	for (size_t i = 0; i < ARRAY_SIZE(countries); i++) {
		_cleanup_free_ char *name = str_printf("%s.UTF-8", countries[i]);
		_cleanup_free_ char *to = str_printf("%s/%s", folder, name);
		const char *const argv[] = { "localedef", "-c",    "-i", countries[i],
					     "-f",        "UTF-8", to,   NULL };

		free(run(argv));
		setenv("LC_ALL", name, 1);
		setenv("TZ", zones[i % ARRAY_SIZE(zones)], 1);
		tzset();
		same_interpreted(CLUSTER "permissive/notify/audit.log");
	}
	unsetenv("LOCPATH");
	unsetenv("TZ");
	tzset();
	setenv("LC_ALL", before, 1);
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

static void every_ioctl_with_a_name(void **state)
{
	struct shown *shown = shown_new();
	size_t named = 0;

	(void)state;
	assert_non_null(shown);
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
			assert_int_equal(shown_read(shown, line, strlen(line)), SHOWN_RECORD);
			assert_non_null(strstr(shown->text, number));
			named++;
		}
		auparse_destroy(parser);
	}
	assert_true(named > 20);
	free(shown);
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
	struct shown_dates parser;

	(void)state;
	shown_dates_init(&parser);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct tm local;
		time_t seconds = 0;
		bool fine =
			shown_dates_parse(&parser, rows[i].text, strlen(rows[i].text), &seconds);

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
	struct shown_dates parser;
	struct tm local;
	time_t seconds;

	(void)state;
	shown_dates_init(&parser);
	parser.now = 1795530349; /* 24 November 2026 */
	parser.month_first = true;
	assert_true(shown_dates_parse(&parser, "12/01/26 14:25:49", 17, &seconds));
	localtime_r(&seconds, &local);
	assert_int_equal(local.tm_mon + 1, 1);
	parser.month_first = false;
	assert_true(shown_dates_parse(&parser, "10/01/26 14:25:49", 17, &seconds));
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
	_cleanup_free_ char *path = NULL;

	(void)state;
	assert_int_equal(extract_read(paths, mysqld, "db2", &extract, NULL), 0);
	assert_int_equal(extract.unsure, 0);
	write_text(&path, extract.text, extract.length);
	assert_int_equal(audit_log_read(path, "x", mysqld, &denials, NULL), 0);
	unlink(path);
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
		cmocka_unit_test(ausearch_interprets_and_nothing_is_lost),
		cmocka_unit_test(ausearch_shows_raw_records),
		cmocka_unit_test(each_field_is_read),
		cmocka_unit_test(dates_of_other_countries),
		cmocka_unit_test(a_name_that_reads_like_fields_is_unsure),
		cmocka_unit_test(a_record_in_a_torn_name_is_unsure),
		cmocka_unit_test(ambiguous_program_and_file),
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
