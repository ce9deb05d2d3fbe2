/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Audit records as people paste them: in each form, each kind of record is read, or told. */
#include <errno.h>
#include <string.h>

#include "tests/unit/audit/dress.h"
#include "tests/unit/audit/logs.h"
#include "wizard/util.h"

#define FORMS FIXTURES "forms/"

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
		{ "json-strings", 6, 0, 0, 0 },
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

		must(audit_log_read(path, true, path, mysqld, &denials, &err), &err);
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
	must(audit_log_read(FORMS "selinux_err.log", true, "x", mysqld, &denials, &err), &err);
	assert_int_equal(denials.refused, 4);
	assert_int_equal(denials.refused_ours, 2);
	assert_non_null(strstr(denials.refusals.items[0], "op=security_bounded_transition"));
	assert_string_equal(denials.others[0].name, "init_t");
	denials_clear(&denials);

	must(audit_log_read(FORMS "apparmor.log", true, "x", mysqld, &denials, &err), &err);
	assert_int_equal(denials.apparmor, 3);
	assert_int_equal(denials.avc + denials.unreadable, 0);
	denials_clear(&denials);

	assert_int_equal(audit_log_read(FORMS "setroubleshoot-summary-only.log", true, "x", mysqld,
					&denials, &err),
			 -EINVAL);
	assert_non_null(strstr(err.what, "setroubleshoot"));
	assert_non_null(strstr(err.remedy, "ausearch -m avc"));
	denials_clear(&denials);
}

/* ---- each form, each kind of record ---------------------------------------------------------- */

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

	for (size_t i = 0; i < one->permissions.count; i++) {
		char *longer = str_printf("%s %s", text, one->permissions.items[i]);

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

/* From one place of a line to another. */
static void put_replaced(FILE *out, const struct raw *raw, const char *const (*pairs)[2])
{
	for (const char *at = raw->line; *at;) {
		size_t i = 0;

		while (pairs[i][0] && !str_starts(at, pairs[i][0]))
			i++;
		fputs(pairs[i][0] ? pairs[i][1] : (char[]){ *at, '\0' }, out);
		at += pairs[i][0] ? strlen(pairs[i][0]) : 1;
	}
	fputc('\n', out);
}

/* What programs, pages and mails make of a record's characters. */
static void records_in_disguise(void **state)
{
	static const char *const disguises[][6][2] = {
		{ { "denied", "\x1b[01;31m\x1b[Kdenied\x1b[m\x1b[K" } },
		{ { "type=", "> type=" }, { "denied", "[01;31m[Kdenied[m[K" } },
		{ { "mysqld_t", "^[[01;31m^[[Kmysqld_t^[[m^[[K" } },
		{ { "avc:", "\x1b]0;root@db1:~\aavc:" } },
		{ { " ", "\t" } },
		{ { "_", "\\_" }, { "{", "\\{" }, { "}", "\\}" } },
		{ { "denied", "<em>denied</em>" },
		  { "mysqld_t", "<span class=\"x\">mysqld_t</span>" } },
		{ { "\"", "&#034;" }, { "{", "&#123;" }, { " ", "&#x20;" } },
		{ { "\"", "&amp;quot;" } },
		{ { "  ", "\u2003" } },
		{ { "type=", "> type=" }, { ":object_r", ":eek:bject_r" } },
		{ { ":object_r", "\U0001F62Ebject_r" } },
		{ { "type=", "1,\"type=" }, { "\"", "\"\"" } },
		{ { "mysqld_t", "mysqld\u00ad_t" }, { "type=", "\u2060type=" } },
	};
	_cleanup_free_ char *kinds = NULL;
	struct error err = { 0 };
	struct raw raw = { 0 };
	size_t length;
	char *at;

	(void)state;
	must(file_read(FORMS "kinds.raw.log", &kinds, &length, &err), &err);
	for (at = kinds; raw_of(&at, &raw);)
		for (size_t i = 0; i < ARRAY_SIZE(disguises); i++) {
			_cleanup_free_ char *text = NULL, *wanted = NULL, *read = NULL;
			struct denials want, denials;
			FILE *out = open_memstream(&text, &length);

			put_replaced(out, &raw, disguises[i]);
			fclose(out);
			must(given_read(raw.line, strlen(raw.line), &want, &err), &err);
			must(given_read(text, strlen(text), &denials, &err), &err);
			if (denials.count != 1 || denials.unreadable)
				fail_msg("disguise %zu: %s", i, text);
			wanted = description(&want.items[0], true);
			read = description(&denials.items[0], true);
			if (strcmp(read, wanted) != 0)
				fail_msg("disguise %zu: %s, not\n%s:\n%s", i, read, wanted, text);
			denials_clear(&want);
			denials_clear(&denials);
		}
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(public_reports),           cmocka_unit_test(other_than_denials),
		cmocka_unit_test(every_form_of_every_kind), cmocka_unit_test(records_in_disguise),
		cmocka_unit_test(mixtures_lose_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
