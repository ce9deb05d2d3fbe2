/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is recommended to whoever has not looked, and what is left to a person.
 */
#include <string.h>

#include "steps/audit/log.h"
#include "steps/advice/refine.h"
#include "tests/unit/advice/world.h"

#define COMPROMISED "tests/fixtures/advice/compromised-server.log"
#define SCAN        CLUSTER "permissive/sst/audit.log"

static const char *const domains[] = { "mysqld_t", NULL };

static void read_log(const char *path, struct denials *denials)
{
	struct error err = { 0 };

	must(audit_log_read(path, false, "log", domains, denials, &err), &err);
}

static struct findings judge_logs(struct denials *denials, const char *one, const char *other)
{
	read_log(one, denials);
	if (other)
		read_log(other, denials);
	return judge(denials->items, denials->count);
}

static bool has(const struct finding *finding, const char *permission)
{
	for (size_t i = 0; i < finding->permissions.count; i++)
		if (!strcmp(finding->permissions.items[i], permission))
			return true;
	return false;
}

/* The only one with a permission on a target type and class. */
static struct finding *find(const struct findings *findings, const char *target, const char *tclass,
			    const char *permission)
{
	struct finding *found = NULL;

	for (size_t i = 0; i < findings->count; i++) {
		struct finding *finding = &findings->items[i];

		if (strcmp(finding->target, target) || strcmp(finding->tclass, tclass) ||
		    !has(finding, permission))
			continue;
		assert_null(found);
		found = finding;
	}
	assert_non_null(found);
	return found;
}

static void free_contexts(struct denial *items, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(items[i].source_context);
		free(items[i].target_context);
	}
}

/* ---- scans ------------------------------------------------------------------------------------
 */

/* Whoever runs inside the server calls himself ps. */
static void test_compromised(void **state)
{
	struct denials denials = { 0 };
	struct findings findings = judge_logs(&denials, COMPROMISED, NULL);

	for (size_t i = 0; i < findings.count; i++)
		assert_int_not_equal(findings.items[i].fix, FIX_DONTAUDIT);
	assert_int_equal(find(&findings, "sshd_t", "process", "ptrace")->fix, FIX_REFUSE);
	assert_int_equal(find(&findings, "init_t", "file", "read")->fix, FIX_REFUSE);
	assert_int_equal(find(&findings, "auditd_t", "file", "open")->fix, FIX_REFUSE);
	assert_int_equal(find(&findings, "mysqld_t", "capability", "sys_ptrace")->fix, FIX_REFUSE);
	assert_false(finding_recommended(find(&findings, "init_t", "file", "read")));
	findings_clear(&findings);
	denials_clear(&denials);
}

/* A rule for what ps needs would hide it: that is for a person to say. The rest is as without. */
static void test_a_rule_would_hide_it(void **state)
{
	struct denials denials = { 0 };
	struct findings findings = judge_logs(&denials, SCAN, NULL);

	assert_true(finding_recommended(find(&findings, "domain", "file", "read")));
	findings_clear(&findings);
	findings = judge_logs(&denials, COMPROMISED, NULL);
	assert_false(finding_recommended(find(&findings, "domain", "file", "read")));
	assert_non_null(strstr(find(&findings, "domain", "file", "open")->why, "is refused above"));
	assert_true(finding_recommended(find(&findings, "domain", "dir", "getattr")));
	findings_clear(&findings);
	denials_clear(&denials);
}

/* Only what was refused is taken out of it. */
static void test_hidden_in_part(void **state)
{
	char *look[] = { "getattr", "read" }, *read[] = { "read" };
	struct denial items[] = {
		with_contexts(DENIAL(.target = "getty_t", .tclass = "file", .comm = "ps",
				     .exe = "/usr/bin/ps", .permissions = { look, 2 })),
		with_contexts(DENIAL(.target = "init_t", .tclass = "file", .comm = "ps",
				     .exe = "/usr/bin/ps", .path = "/proc/1/environ",
				     .permissions = { read, 1 })),
	};
	struct findings findings = judge(items, ARRAY_SIZE(items));

	assert_int_equal(findings.count, 3);
	assert_true(finding_recommended(find(&findings, "domain", "file", "getattr")));
	assert_false(finding_recommended(find(&findings, "domain", "file", "read")));
	assert_string_equal(find(&findings, "domain", "file", "read")->rule_target, "domain");
	assert_int_equal(find(&findings, "init_t", "file", "read")->fix, FIX_REFUSE);
	findings_clear(&findings);
	free_contexts(items, ARRAY_SIZE(items));
}

/* Without the program's path it may be anybody; what one program is known to do needs a rule
 * anyway, whatever came first. What comes along unseen comes with what is sure. */
static void test_program_not_in_the_log(void **state)
{
	char *search[] = { "search" }, *both[] = { "getattr", "search" };
	struct denial items[] = {
		with_contexts(DENIAL(.target = "getty_t", .tclass = "dir", .comm = "ps",
				     .permissions = { both, 2 })),
		with_contexts(DENIAL(.target = "init_t", .tclass = "dir", .comm = "ps",
				     .exe = "/usr/bin/ps", .permissions = { search, 1 })),
	};
	struct findings findings = judge(items, 1);
	struct error err = { 0 };

	assert_false(finding_recommended(only(&findings)));
	assert_non_null(strstr(findings.items[0].why, "path is not in the log"));
	must(refine_known_companions(&world.advisor, &findings, &err), &err);
	assert_int_equal(findings.count, 1);
	findings_clear(&findings);
	findings = judge(items, 2);
	assert_int_equal(findings.count, 2);
	assert_true(finding_recommended(find(&findings, "domain", "dir", "search")));
	assert_int_equal(find(&findings, "domain", "dir", "search")->count, 2);
	assert_null(strstr(find(&findings, "domain", "dir", "search")->why, "not in the log"));
	assert_false(finding_recommended(find(&findings, "domain", "dir", "getattr")));
	must(refine_known_companions(&world.advisor, &findings, &err), &err);
	assert_true(finding_recommended(find(&findings, "domain", "process", "getattr")));
	findings_clear(&findings);
	free_contexts(items, ARRAY_SIZE(items));
}

/* Another program of that name. */
static void test_another_program(void **state)
{
	char *search[] = { "search" };
	struct denial item =
		with_contexts(DENIAL(.target = "getty_t", .tclass = "dir", .comm = "ps",
				     .exe = "/tmp/.x/ps", .permissions = { search, 1 }));
	struct findings findings = judge(&item, 1);

	assert_int_equal(only(&findings)->fix, FIX_ALLOW);
	assert_false(finding_recommended(only(&findings)));
	findings_clear(&findings);
	free_contexts(&item, 1);
}

/* ---- what goes together ------------------------------------------------------------------------
 */

/* What nobody knows takes nothing that is needed with it, and nothing needed takes it along. */
static void test_known_and_unknown(void **state)
{
	char *run[] = { "execute", "relabelto", "write", "open" };
	char *process[] = { "setcurrent", "setpgid" };
	struct denial items[] = {
		with_contexts(DENIAL(.target = "rsync_exec_t", .tclass = "file",
				     .permissions = { run, 4 })),
		with_contexts(DENIAL(.target = "mysqld_t", .tclass = "process",
				     .permissions = { process, 2 })),
	};
	struct findings findings = judge(items, ARRAY_SIZE(items));
	_cleanup_free_ char *key = NULL;

	assert_int_equal(findings.count, 4);
	key = finding_key(find(&findings, "rsync_exec_t", "file", "write"));
	assert_string_equal(key, "mysqld_t rsync_exec_t file relabelto,write");
	assert_false(finding_recommended(find(&findings, "rsync_exec_t", "file", "write")));
	assert_true(finding_recommended(find(&findings, "rsync_exec_t", "file", "open")));
	assert_true(finding_is_needed(find(&findings, "rsync_exec_t", "file", "execute")));
	assert_int_equal(find(&findings, "rsync_exec_t", "file", "open")->severity, 2);
	assert_int_equal(find(&findings, "rsync_exec_t", "file", "open")->count, 1);
	assert_false(finding_recommended(find(&findings, "mysqld_t", "process", "setcurrent")));
	assert_false(finding_is_needed(find(&findings, "mysqld_t", "process", "setcurrent")));
	assert_true(finding_recommended(find(&findings, "mysqld_t", "process", "setpgid")));
	findings_clear(&findings);
	free_contexts(items, ARRAY_SIZE(items));
}

/* The policy's own rule is against one of them. */
static void test_split(void **state)
{
	char *write[] = { "append", "create", "write" };
	struct denial item = with_contexts(
		DENIAL(.target = "rsync_tmp_t", .tclass = "file", .permissions = { write, 3 }));
	struct findings findings = judge(&item, 1);
	static const bool apart[] = { false, true, false };

	assert_int_equal(only(&findings)->permissions.count, 3);
	findings_split(&findings, 0, apart);
	finding_refuse(&findings.items[1], "(neverallow)");
	assert_int_equal(findings.count, 2);
	assert_int_equal(findings.items[0].permissions.count, 2);
	assert_string_equal(findings.items[0].permissions.items[1], "write");
	assert_int_equal(findings.items[0].fix, FIX_ALLOW);
	assert_int_equal(findings.items[1].permissions.count, 1);
	assert_string_equal(findings.items[1].permissions.items[0], "create");
	assert_int_equal(findings.items[1].evidence_count, 1);
	assert_int_equal(findings.items[1].fix, FIX_REFUSE);
	assert_string_equal(findings.items[1].detail, "(neverallow)");
	findings_clear(&findings);
	free_contexts(&item, 1);
}

/* Denied with the rule, too: whoever insists gets no rule that does not help. */
static void test_a_rule_does_not_help(void **state)
{
	char *transition[] = { "transition" }, *insisted[] = { "transition", NULL };
	struct denial item = with_contexts(DENIAL(.target = "unconfined_t", .tclass = "process",
						  .permissions = { transition, 1 }));
	struct findings findings;

	free(item.target_context);
	item.target_context = strdup("unconfined_u:unconfined_r:unconfined_t:s0");
	findings = judge(&item, 1);
	assert_int_equal(only(&findings)->fix, FIX_REFUSE);
	findings_clear(&findings);
	world.advisor.insisted = insisted;
	findings = judge(&item, 1);
	world.advisor.insisted = NULL;
	assert_string_equal(fix_name(only(&findings)->fix), "constraint");
	assert_non_null(strstr(findings.items[0].detail, "u1 == u2 (failed)"));
	assert_false(finding_recommended(only(&findings)));
	findings_clear(&findings);
	free_contexts(&item, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_compromised),
		cmocka_unit_test(test_a_rule_would_hide_it),
		cmocka_unit_test(test_hidden_in_part),
		cmocka_unit_test(test_program_not_in_the_log),
		cmocka_unit_test(test_another_program),
		cmocka_unit_test(test_known_and_unknown),
		cmocka_unit_test(test_split),
		cmocka_unit_test(test_a_rule_does_not_help),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
