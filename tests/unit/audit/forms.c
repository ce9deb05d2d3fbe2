/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Audit records as people paste them: in each form, each kind of record is read, or told. */
#include <errno.h>
#include <string.h>

#include "steps/audit/extract.h"
#include "tests/unit/audit/logs.h"
#include "wizard/util.h"

#define FORMS FIXTURES "forms/"

static int given_read(const char *text, size_t length, struct denials *denials, struct error *err)
{
	_cleanup_free_ char *path = scratch_file(text, length);
	int r;

	memset(denials, 0, sizeof(*denials));
	r = audit_given_read(path, "here", mysqld, denials, err);
	unlink(path);
	return r;
}

/* ---- what people had ------------------------------------------------------------------------- */

static void public_reports(void **state)
{
	static const struct {
		const char *name;
		size_t denials, other, unreadable, passed;
	} rows[] = {
		{ "anonclass.interpreted", 1, 0, 0, 0 },
		{ "audispd", 2, 0, 0, 0 },
		{ "el5-bare-avc", 0, 1, 0, 1 },
		{ "el6-messages", 1, 0, 0, 0 },
		{ "el6-messages-wrapped", 1, 0, 0, 0 },
		{ "grep-file-prefix", 6, 0, 0, 0 },
		{ "host-prefix", 6, 0, 0, 0 },
		{ "indented", 2, 0, 0, 0 },
		{ "interpreted-wrapped", 0, 1, 0, 0 },
		{ "journal-audit-transport", 2, 0, 0, 0 },
		{ "json-strings", 6, 0, 0, 2 },
		{ "kinds.interpreted", 31, 0, 0, 0 },
		{ "kinds.raw", 31, 0, 0, 0 },
		{ "mail-quoted", 6, 0, 0, 0 },
		{ "mixed-forms", 6, 0, 0, 0 },
		{ "mls-read", 1, 0, 0, 0 },
		{ "notice-then-denial.interpreted", 2, 0, 0, 0 },
		{ "notice-then-denial.raw", 2, 0, 0, 0 },
		{ "rhel7-messages", 1, 0, 0, 0 },
		{ "rhel7-path.interpreted", 2, 0, 0, 0 },
		{ "rhel7-path.raw", 2, 0, 0, 0 },
		{ "selinux_err", 0, 1, 0, 0 },
		{ "unknown-one", 1, 0, 0, 0 },
		{ "wrapped", 1, 0, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_free_ char *path = str_printf(FORMS "%s.log", rows[i].name);
		struct denials denials = { 0 };
		struct error err = { 0 };

		must(audit_given_read(path, path, mysqld, &denials, &err), &err);
		if (denials_total(&denials) != rows[i].denials || denials.other != rows[i].other ||
		    denials.unreadable != rows[i].unreadable || denials.passed != rows[i].passed)
			fail_msg("%s: %zu denials, %zu other, %zu unreadable, %zu passed",
				 rows[i].name, denials_total(&denials), denials.other,
				 denials.unreadable, denials.passed);
		denials_clear(&denials);
	}
}

static void other_than_denials(void **state)
{
	struct denials denials = { 0 };
	struct error err = { 0 };

	(void)state;
	must(audit_given_read(FORMS "selinux_err.log", "x", mysqld, &denials, &err), &err);
	assert_int_equal(denials.refused, 4);
	assert_int_equal(denials.refused_ours, 2);
	assert_non_null(strstr(denials.refusals.items[0], "op=security_bounded_transition"));
	assert_string_equal(denials.others[0].name, "init_t");
	denials_clear(&denials);

	must(audit_given_read(FORMS "apparmor.log", "x", mysqld, &denials, &err), &err);
	assert_int_equal(denials.apparmor, 3);
	assert_int_equal(denials.avc + denials.unreadable, 0);
	denials_clear(&denials);

	assert_int_equal(audit_given_read(FORMS "setroubleshoot-summary-only.log", "x", mysqld,
					  &denials, &err),
			 -EINVAL);
	assert_non_null(strstr(err.what, "setroubleshoot"));
	assert_non_null(strstr(err.remedy, "ausearch -m avc"));
	denials_clear(&denials);
}

/* ---- each form, each kind of record ---------------------------------------------------------- */

/* A raw record in its parts: "type=AVC msg=audit(", id, "): ", body. */
struct raw {
	char *line, *id, *body;
};

typedef void dresser(FILE *out, const struct raw *raw);

static void put_kernel(FILE *out, const struct raw *raw)
{
	fprintf(out, "Nov 24 14:25:49 db1 kernel: audit: type=1400 audit(%s): %s\n", raw->id,
		raw->body);
}

static void put_old_kernel(FILE *out, const struct raw *raw)
{
	fprintf(out, "Nov 24 14:25:49 db1 kernel: audit(%s): %s\n", raw->id, raw->body);
}

static void put_dmesg(FILE *out, const struct raw *raw)
{
	static const char *const times[] = { "[   12.345678]",
					     "[Tue Nov 24 14:25:49 2026]",
					     "[Nov24 14:25]",
					     "[  +0.000003]",
					     "<5>[   12.345678]",
					     "kern  :notice: [   12.345678]",
					     "2026-11-24T14:25:49,123456+00:00" };
	static size_t turn;

	fprintf(out, "%s audit: type=1400 audit(%s): %s\n", times[turn++ % ARRAY_SIZE(times)],
		raw->id, raw->body);
}

static void put_number(FILE *out, const struct raw *raw)
{
	fprintf(out, "type=1400 msg=audit(%s): %s\n", raw->id, raw->body);
}

static void put_journal(FILE *out, const struct raw *raw)
{
	static int pid = 100;

	fprintf(out, "Nov 24 14:25:49 db1 audit[%d]: AVC %s\n", pid++, raw->body);
}

static void put_bare(FILE *out, const struct raw *raw)
{
	fprintf(out, "%s\n", raw->body);
}

static void put_html(FILE *out, const struct raw *raw)
{
	fputs("<li>", out);
	for (const char *at = raw->line; *at; at++)
		if (*at == '"')
			fputs("&quot;", out);
		else
			fputc(*at, out);
	fputs("</li>\n", out);
}

static void put_typographic(FILE *out, const struct raw *raw)
{
	for (const char *at = raw->line; *at; at++)
		if (*at == '"')
			fputs(at[-1] == '=' ? "\xe2\x80\x9c" : "\xe2\x80\x9d", out);
		else if (*at == ' ' && at[1] == ' ')
			fputs("\xc2\xa0", out);
		else
			fputc(*at, out);
	fputc('\n', out);
}

static void put_single_blanks(FILE *out, const struct raw *raw)
{
	for (const char *at = raw->line; *at; at++)
		if (*at != ' ' || at[1] != ' ')
			fputc(*at, out);
	fputc('\n', out);
}

static void put_escaped(FILE *out, const char *text)
{
	for (; *text; text++)
		fprintf(out, *text == '"' || *text == '\\' ? "\\%c" : "%c", *text);
}

static void put_json_string(FILE *out, const struct raw *raw)
{
	fputs("    \"", out);
	put_escaped(out, raw->line);
	fputs("\",\n", out);
}

static void put_json_lines(FILE *out, const struct raw *raw)
{
	fputs("{\"changed\": true, \"stdout\": \"----\\n", out);
	put_escaped(out, raw->line);
	fputs("\", \"stdout_lines\": [\"----\", \"", out);
	put_escaped(out, raw->line);
	fputs("\"]}\n", out);
}

static void put_json_journal(FILE *out, const struct raw *raw)
{
	fputs("{\"_TRANSPORT\":\"audit\",\"_AUDIT_TYPE_NAME\":\"AVC\",\"_AUDIT_ID\":\"88\","
	      "\"__REALTIME_TIMESTAMP\":\"1795530349432001\",\"MESSAGE\":\"AVC ",
	      out);
	put_escaped(out, raw->body);
	fputs("\"}\n", out);
}

/* Where a mail breaks lines: before a word that goes beyond the column. */
static void put_words(FILE *out, const struct raw *raw, const char *head, const char *next)
{
	_cleanup_free_ char *copy = str_copy(raw->line);
	size_t column = 0;
	char *rest = NULL;

	fputs(head, out);
	for (char *word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
		if (column && column + strlen(word) > 60) {
			fputs(next, out);
			column = 0;
		} else if (column) {
			fputc(' ', out);
		}
		column += (size_t)fprintf(out, "%s", word) + 1;
	}
	fputc('\n', out);
}

static void put_wrapped(FILE *out, const struct raw *raw)
{
	put_words(out, raw, "", "\n");
}

static void put_wrapped_indented(FILE *out, const struct raw *raw)
{
	put_words(out, raw, "", " \n    ");
}

static void put_wrapped_quoted(FILE *out, const struct raw *raw)
{
	put_words(out, raw, "> ", "\n> ");
}

static void put_continued(FILE *out, const struct raw *raw)
{
	put_words(out, raw, "", " \\\n");
}

/* Where a terminal does it: anywhere, at the same column. */
static void put_cut(FILE *out, const struct raw *raw)
{
	static const int columns[] = { 60, 80, 100, 120 };
	static size_t turn;
	int width = columns[turn++ % ARRAY_SIZE(columns)];

	for (const char *at = raw->line; *at; at += strnlen(at, (size_t)width))
		fprintf(out, "%.*s\n", width, at);
}

static const struct {
	const char *before;
	dresser *dress; /* NULL: the record stands behind what is before it */
	bool no_id;     /* the form does not have the event's id */
	bool pasted;
} forms[] = {
	{ "", NULL, false, false },
	{ "    ", NULL, false, true },
	{ "\t", NULL, false, true },
	{ "> ", NULL, false, true },
	{ "> > | ", NULL, false, true },
	{ "# ", NULL, false, true },
	{ "  12  ", NULL, false, true },
	{ "12: ", NULL, false, true },
	{ "audit.log:", NULL, false, true },
	{ "/var/log/audit/audit.log.1:37:", NULL, false, true },
	{ "/var/log/audit/audit.log-", NULL, false, true },
	{ "[root@db1 ~]# ", NULL, false, true },
	{ "root@db1:~# ", NULL, false, true },
	{ "This is what I see: ", NULL, false, true },
	{ "\xef\xbb\xbf", NULL, false, false },
	{ "Nov 24 14:25:49 db1 audispd: ", NULL, false, true },
	{ "Nov 24 14:25:49 db1 audisp-syslog[796]: ", NULL, false, true },
	{ "/var/log/messages:Nov 24 14:25:49 db1 audispd: ", NULL, false, true },
	{ "<13>1 2026-11-24T14:25:49.003Z db1 audispd 796 - - ", NULL, false, true },
	{ "2026-11-24T14:25:49.003+01:00 db1 audispd: ", NULL, false, true },
	{ NULL, put_kernel, false, true },
	{ NULL, put_old_kernel, false, true },
	{ NULL, put_dmesg, false, true },
	{ NULL, put_number, false, true },
	{ NULL, put_journal, true, true },
	{ NULL, put_bare, true, true },
	{ NULL, put_html, false, true },
	{ NULL, put_typographic, false, false },
	{ NULL, put_single_blanks, false, false },
	{ NULL, put_json_string, false, false },
	{ NULL, put_json_lines, false, false },
	{ NULL, put_json_journal, true, false },
	{ NULL, put_wrapped, false, false },
	{ NULL, put_wrapped_indented, false, false },
	{ NULL, put_wrapped_quoted, false, true },
	{ NULL, put_continued, false, false },
	{ NULL, put_cut, false, false },
};

static void put_form(FILE *out, size_t form, const struct raw *raw)
{
	if (forms[form].dress)
		forms[form].dress(out, raw);
	else
		fprintf(out, "%s%s\n", forms[form].before, raw->line);
}

/* raw_of - the next record of those at *at. False: there is none. */
static bool raw_of(char **at, struct raw *raw)
{
	char *close;

	free(raw->line);
	free(raw->id);
	*raw = (struct raw){ 0 };
	if (!*at || !**at)
		return false;
	raw->line = memory_copy(*at, strcspn(*at, "\n"));
	*at = strchr(*at, '\n') + 1;
	raw->id = str_copy(strchr(raw->line, '(') + 1);
	close = strchr(raw->id, ')');
	*close = '\0';
	raw->body = strstr(raw->line, "): ") + 3;
	return true;
}

/* description - all that a form has of a denial. */
static char *description(const struct denial *one, bool id)
{
	_cleanup_free_ char *event =
		id ? str_printf("%ld.%03u:%lu", (long)one->seconds, one->millis, one->serial)
		   : str_copy("");
	char *text = str_printf("%s %s|%s|%s|%s|%d%d|%d|%s|%s %d|%u|%d%x %s", event,
				one->source_context, one->target_context, one->tclass,
				one->invalid_context ?: "", one->permissive, one->userspace,
				(int)one->pid, one->comm ?: "", one->path ?: "", one->path_is_name,
				one->port, one->has_ioctl, one->ioctl, one->capability ?: "");

	for (size_t i = 0; i < one->permission_count; i++) {
		char *longer = str_printf("%s %s", text, one->permissions[i]);

		free(text);
		text = longer;
	}
	return text;
}

static void check_form(size_t form, const struct raw *raw, const struct denial *want)
{
	_cleanup_free_ char *text = NULL, *read = NULL,
			    *wanted = description(want, !forms[form].no_id);
	struct denials denials;
	struct error err = { 0 };
	size_t length;
	FILE *out = open_memstream(&text, &length);

	put_form(out, form, raw);
	fclose(out);
	if (given_read(text, length, &denials, &err) < 0)
		fail_msg("form %zu: %s\n%s", form, err.what, text);
	if (denials.count != 1 || denials.unreadable)
		fail_msg("form %zu: %zu denials, %zu unreadable:\n%s", form, denials.count,
			 denials.unreadable, text);
	read = description(&denials.items[0], !forms[form].no_id);
	if (strcmp(read, wanted) != 0)
		fail_msg("form %zu: %s, not\n%s:\n%s", form, read, wanted, text);
	assert_int_equal(denials.pasted > 0, forms[form].pasted);
	denials_clear(&denials);
}

static void every_form_of_every_kind(void **state)
{
	_cleanup_free_ char *text = NULL;
	struct error err = { 0 };
	struct raw raw = { 0 };
	size_t length, kinds = 0;
	char *at;

	(void)state;
	must(file_read(FORMS "kinds.raw.log", &text, &length, &err), &err);
	for (at = text; raw_of(&at, &raw); kinds++) {
		struct denials want;

		must(given_read(raw.line, strlen(raw.line), &want, &err), &err);
		assert_int_equal(want.count, 1);
		for (size_t form = 0; form < ARRAY_SIZE(forms); form++)
			check_form(form, &raw, &want.items[0]);
		denials_clear(&want);
	}
	assert_int_equal(kinds, 31);
}

/* Forms in any order: what denies is read or told, and counted once. */
static void mixtures_lose_nothing(void **state)
{
	static const char *const between[] = {
		"",
		"Then I tried again.\n",
		"----\n",
		"time->Tue Nov 24 14:25:49 2026\n",
		"# setenforce 0\n",
		"\n",
		"Nov 24 14:25:49 db1 systemd[1]: Started x.\n",
		"type=AVC msg=audit(1.001:1): avc:  denied  { read } for  pid=1 comm=\"x\n\n",
		"Nov 24 14:25:49 db1 joe: type=AVC msg=audit(1.001:1): avc:  denied  { read } for "
		"pid=1 comm=\"x\" " CONTEXTS "tclass=file\n",
	};
	unsigned int seed = 1;

	(void)state;
	for (int run = 0; run < 60; run++) {
		_cleanup_free_ char *kinds = NULL, *text = NULL;
		struct denials denials;
		struct error err = { 0 };
		struct raw raw = { 0 };
		size_t length, put = 0, broken = 0;
		char *at;
		FILE *out;

		must(file_read(FORMS "kinds.raw.log", &kinds, &length, &err), &err);
		out = open_memstream(&text, &length);
		for (at = kinds; raw_of(&at, &raw); put++) {
			size_t what = (size_t)rand_r(&seed) % ARRAY_SIZE(between);

			put_form(out, (size_t)rand_r(&seed) % ARRAY_SIZE(forms), &raw);
			fputs(between[what], out);
			broken += what >= ARRAY_SIZE(between) - 2;
		}
		fclose(out);
		must(given_read(text, length, &denials, &err), &err);
		if (denials_total(&denials) != put || denials.unreadable != broken)
			fail_msg("%zu of %zu denials, %zu of %zu unreadable:\n%s",
				 denials_total(&denials), put, denials.unreadable, broken, text);
		denials_clear(&denials);
	}
}

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

		must(audit_given_read(path, path, mysqld, &denials, &err), &err);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(public_reports),
		cmocka_unit_test(other_than_denials),
		cmocka_unit_test(every_form_of_every_kind),
		cmocka_unit_test(mixtures_lose_nothing),
		cmocka_unit_test(records_of_one_event),
		cmocka_unit_test(records_that_lost_their_line_breaks),
		cmocka_unit_test(other_programs_are_not_believed),
		cmocka_unit_test(the_hosts_own_log_is_strict),
		cmocka_unit_test(an_extract_is_raw),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
