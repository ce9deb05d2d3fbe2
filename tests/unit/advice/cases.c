/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every rung of the ladder, and every denial that is known of a Galera cluster, in each form in
 * which an operator could have it: raw, enriched, interpreted by the real ausearch, and as the
 * kernel's own message. Read from a log, judged against the real policy.
 */
#include <string.h>
#include <unistd.h>

#include "steps/advice/known.h"
#include "steps/audit/log.h"
#include "tests/unit/advice/cases.h"
#include "tests/unit/advice/world.h"
#include "wizard/process.h"

/* ---- the logs -------------------------------------------------------------------------------- */

enum form { FORM_RAW, FORM_ENRICHED, FORM_INTERPRETED, FORM_KERNEL, FORMS };

static const char *const form_names[] = { "raw", "enriched", "interpreted", "kernel" };

/* Where its program is. */
static const char *exe_of(const char *comm)
{
	static const char *const programs[] = { "/usr/bin/ps", "/usr/bin/ss", "/usr/bin/lsof",
						"/usr/bin/bash", "/usr/bin/ip" };

	for (size_t i = 0; comm && i < ARRAY_SIZE(programs); i++)
		if (!strcmp(strrchr(programs[i], '/') + 1, comm))
			return programs[i];
	return "/usr/sbin/mariadbd";
}

static void write_case(FILE *out, const struct test_case *one, size_t serial, enum form form)
{
	const char *source = one->source ?: "mysqld_t", *role = "object_r";
	bool context = strchr(one->target, ':');
	bool self = !strcmp(one->target, source);
	bool process = self || strstr(one->tclass, "process") || strstr(one->tclass, "system");

	if (process)
		role = "system_r";
	fprintf(out,
		form == FORM_KERNEL ? "[   12.345678] audit: type=1400 audit(1795530349.432:%zu): "
				    : "type=AVC msg=audit(1795530349.432:%zu): ",
		serial);
	fprintf(out,
		"avc:  denied  { %s } for  pid=796 comm=\"%s\" %sscontext=system_u:system_r:%s:s0 ",
		one->permissions, one->comm ?: "mariadbd", one->fields ?: "", source);
	if (context)
		fprintf(out, "tcontext=%s ", one->target);
	else
		fprintf(out, "tcontext=system_u:%s:%s:s0 ", role, one->target);
	fprintf(out, "tclass=%s permissive=1%s\n", one->tclass, one->behind ?: "");
	if (form == FORM_KERNEL)
		return;
	fprintf(out,
		"type=SYSCALL msg=audit(1795530349.432:%zu): arch=c000003e syscall=59 success=no "
		"exit=-13 a0=1 a1=2 a2=3 a3=4 items=0 ppid=1 pid=796 auid=4294967295 uid=0 gid=0 "
		"euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=(none) ses=4294967295 comm=\"%s\" "
		"exe=\"%s\" subj=system_u:system_r:%s:s0 key=(null)%s%s\n",
		serial, one->comm ?: "mariadbd", exe_of(one->comm), source,
		form == FORM_RAW
			? ""
			: "\x1d"
			  "ARCH=x86_64 SYSCALL=execve AUID=\"unset\" UID=\"root\" GID=\"root\"",
		/* ausearch believes that; we do not. */
		form == FORM_ENRICHED ? " exe=\"/forged\" comm=\"forged\"" : "");
}

static char *new_log(enum form form)
{
	char *path = str_printf("%s/%s.XXXXXX", root, form_names[form]);
	FILE *out = fdopen(mkstemp(path), "w");

	assert_non_null(out);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		write_case(out, &cases[i], i + 1, form);
	fclose(out);
	return path;
}

/* interpret - the log, as the real ausearch shows it. */
static void interpret(char **path)
{
	const char *const argv[] = { "ausearch", "-i", "-if", *path, NULL };
	_cleanup_free_ char *text = NULL;
	struct error err = { 0 };

	if (process_capture(argv, &text, NULL, &err) != 0)
		fail_msg("%s", err.what);
	unlink(*path);
	must(file_write(*path, text, strlen(text), 0600, &err), &err);
}

/* ---- the verdicts ---------------------------------------------------------------------------- */

/* path: is the program's in the log? */
static void check_recommended(const struct test_case *one, const struct finding *finding, bool path)
{
	bool unsure = one->scan && !path;

	if (finding_recommended(finding) != !(one->asked || unsure))
		fail_msg("{ %s } %s:%s: recommended %d", one->permissions, one->target, one->tclass,
			 finding_recommended(finding));
	assert_int_equal(strstr(finding->why, "path is not in the log") != NULL, unsure);
}

static bool rows_seen[256];

static void see_rows(const struct test_case *one, const struct denial *denial)
{
	for (int domain = 0; domain <= 1; domain++) {
		const struct known_denial *row =
			known_row(&world.advisor, denial, denial->target, one->permissions, domain);

		for (size_t i = 0; row && galera_known_denials[i].why; i++)
			if (row == &galera_known_denials[i])
				rows_seen[i] = true;
	}
}

static void check_case(const struct test_case *one, struct denial *denial, const char *form)
{
	const char *permissions = one->permissions;
	struct findings findings;
	const struct finding *finding;

	world.labelled = one->labelled;
	findings = judge(denial, 1);
	world.labelled = false;
	if (one->elsewhere && findings.unknown_names) {
		findings_clear(&findings);
		return;
	}
	finding = only(&findings);
	if (one->or_allowed && finding->fix == FIX_ALLOWED) {
		findings_clear(&findings);
		return;
	}
	if (finding->fix != one->fix || finding->severity != one->severity ||
	    (one->detail && strcmp(finding->detail, one->detail) != 0))
		fail_msg("%s { %s } %s:%s %s: %s, severity %d, \"%s\"; not %s, %d, \"%s\"", form,
			 permissions, one->target, one->tclass, one->fields ?: "",
			 fix_name(finding->fix), finding->severity, finding->detail,
			 fix_name(one->fix), one->severity, one->detail ?: "");
	assert_int_not_equal(finding->why[0], 0);
	if (finding_is_rule(finding) && !finding_needs_nothing(finding))
		check_recommended(one, finding, denial->exe != NULL);
	findings_clear(&findings);
}

static void check_form(enum form form)
{
	static const char *const domains[] = { "mysqld_t", "mysqld_safe_t", "unconfined_service_t",
					       "kernel_t", NULL };
	_cleanup_free_ char *path = new_log(form);
	bool seen[ARRAY_SIZE(cases)] = { false };
	struct denials denials = { 0 };
	struct error err = { 0 };

	if (form == FORM_INTERPRETED)
		interpret(&path);
	must(audit_log_read(path, false, "log", domains, &denials, &err), &err);
	assert_int_equal(denials.unreadable, 0);
	for (size_t i = 0; i < denials.count; i++) {
		struct denial *denial = &denials.items[i];

		assert_uint_in_range(denial->serial, 1, ARRAY_SIZE(cases));
		/* Two cases that differ in nothing but the world. */
		for (size_t j = denial->serial - 1, n = denial_records(denial);
		     n && j < ARRAY_SIZE(cases); j++, n--) {
			seen[j] = true;
			denial->more = 0;
			see_rows(&cases[j], denial);
			check_case(&cases[j], denial, form_names[form]);
		}
	}
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		if (!seen[i])
			fail_msg("%s: case %zu was not read", form_names[form], i);
	denials_clear(&denials);
}

static void test_raw(void **state)
{
	check_form(FORM_RAW);
}

static void test_enriched(void **state)
{
	check_form(FORM_ENRICHED);
}

static void test_interpreted(void **state)
{
	if (access("/usr/sbin/ausearch", X_OK) != 0 && access("/sbin/ausearch", X_OK) != 0)
		skip();
	check_form(FORM_INTERPRETED);
}

static void test_kernel(void **state)
{
	check_form(FORM_KERNEL);
}

/* Each row is the first that takes some case: none is hidden by one before it. */
static void test_each_row(void **state)
{
	for (size_t i = 0; galera_known_denials[i].why; i++)
		if (!rows_seen[i])
			fail_msg("no case is for the known denial: %s",
				 galera_known_denials[i].why);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_raw),         cmocka_unit_test(test_enriched),
		cmocka_unit_test(test_interpreted), cmocka_unit_test(test_kernel),
		cmocka_unit_test(test_each_row),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
