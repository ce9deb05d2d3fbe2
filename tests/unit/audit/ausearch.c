/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the real ausearch makes of a log tells the same as the log. */
#include <glob.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tests/unit/audit/logs.h"
#include "wizard/process.h"

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
				   one->tclass, one->permissions.count, one->permissions.items[0],
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
	struct denials denials = denials_in(path);
	char *text = described(&denials);

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
	_cleanup_free_ char *raw = described_file(log), *path = NULL, *shown = NULL;
	_cleanup_free_ char *interpreted = NULL;
	_cleanup_free_ char *locale = str_printf("LC_ALL=%s", getenv("LC_ALL") ?: "C");
	_cleanup_free_ char *places = str_printf("LOCPATH=%s", getenv("LOCPATH") ?: "");
	_cleanup_free_ char *zone = str_printf("TZ=%s", getenv("TZ") ?: ":/etc/localtime");
	const char *const argv[] = {
		"env", locale, places, zone, "ausearch", "-i", "-if", log, NULL
	};

	shown = run(argv);
	path = scratch_file(shown, strlen(shown));
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
	path = scratch_file(text, strlen(text));
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
	path = scratch_file(fields_log, strlen(fields_log));
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
	char *folder;

	(void)state;
	if (!has_ausearch() || access("/usr/bin/localedef", X_OK) != 0 ||
	    access("/usr/share/i18n/locales/de_DE", R_OK) != 0)
		skip();
	folder = scratch_directory();
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
	scratch_remove(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ausearch_interprets_and_nothing_is_lost),
		cmocka_unit_test(ausearch_shows_raw_records),
		cmocka_unit_test(each_field_is_read),
		cmocka_unit_test(dates_of_other_countries),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
