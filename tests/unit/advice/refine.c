/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Booleans, companions, ioctls: what is found out about a finding as a whole.
 */
#include <string.h>

#include "steps/oracle/access.h"
#include "steps/module/rules.h"
#include "tests/unit/advice/world.h"
#include "wizard/util.h"

static void free_contexts(struct denial *items, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(items[i].source_context);
		free(items[i].target_context);
	}
}

static const struct finding_boolean *boolean(const struct finding *finding, const char *name)
{
	for (size_t i = 0; i < finding->boolean_count; i++)
		if (strcmp(finding->booleans[i].name, name) == 0)
			return &finding->booleans[i];
	return NULL;
}

/* mysql_connect_any would do, and opens every port: it is told only where nobody has warned of it.
 */
static void test_wide_boolean(void **state)
{
	char *connect[] = { "name_connect" };
	struct denial item = with_contexts(DENIAL(.target = "http_port_t", .tclass = "tcp_socket",
						  .permissions = { connect, 1 }, .port = 8008));
	struct findings findings = judge(&item, 1);
	const struct finding_boolean *any = boolean(only(&findings), "mysql_connect_any");

	assert_string_equal(fix_name(findings.items[0].fix), "allow");
	assert_non_null(any);
	assert_true(any->state);
	assert_true(any->further > 100);
	findings_clear(&findings);
	world.advisor.bad_booleans = galera_bad_booleans;
	findings = judge(&item, 1);
	assert_null(boolean(only(&findings), "mysql_connect_any"));
	world.advisor.bad_booleans = NULL;
	findings_clear(&findings);
	free_contexts(&item, 1);
}

/* What a boolean opens, all of it denied: then it is no wider than the rules would be. */
static void test_narrow_boolean(void **state)
{
	struct denial *items = NULL;
	struct findings findings;
	struct access_set *opened =
		access_opened(world.advisor.oracle, "mysqld_t", "mysql_connect_any");
	struct access_set *seen = access_new(world.advisor.oracle);
	struct access_names access;
	size_t count = 0;

	assert_int_equal(access_count(seen, NULL), 0);
	assert_true(access_count(opened, seen) > 100);
	while (access_first(opened, seen, &access)) {
		struct denial *item = array_push(&items, &count, sizeof(*item));
		char **permission = calloc(1, sizeof(*permission));

		*permission = (char *)access.permission;
		*item = with_contexts(DENIAL(.target = (char *)access.target,
					     .tclass = (char *)access.tclass,
					     .permissions = { permission, 1 }));
		access_add(seen, access.target, access.tclass, access.permission);
	}
	assert_true(count > 100);
	findings = judge(items, count);
	for (size_t i = 0; i < findings.count; i++) {
		assert_string_equal(fix_name(findings.items[i].fix), "boolean");
		assert_string_equal(findings.items[i].detail, "setsebool -P mysql_connect_any on");
	}
	findings_clear(&findings);
	free_contexts(items, count);
	for (size_t i = 0; i < count; i++)
		free(items[i].permissions.items);
	free(items);
	access_free(&opened);
	access_free(&seen);
}

static void test_companions_are_not_added(void **state)
{
	char *read[] = { "read" };
	struct denial item = with_contexts(
		DENIAL(.target = "getty_exec_t", .tclass = "file", .permissions = { read, 1 }));
	struct denials denials = { .items = &item, .count = 1 };
	struct findings findings = judge(&item, 1);
	struct finding *finding = only(&findings);
	struct rules rules = { 0 };

	assert_int_equal(finding->companions.count, 2);
	assert_string_equal(finding->companions.items[0], "getattr");
	assert_string_equal(finding->companions.items[1], "open");
	finding->decision = DECISION_ACCEPT;
	rules_from_findings(&findings, &denials, &rules);
	assert_int_equal(rules.count, 1);
	assert_int_equal(rules.items[0].permissions.count, 1);
	rules_clear(&rules);
	finding->with_companions = true;
	rules_from_findings(&findings, &denials, &rules);
	assert_int_equal(rules.count, 1);
	assert_int_equal(rules.items[0].permissions.count, 3);
	assert_int_equal(rules.items[0].unobserved.count, 2);
	assert_non_null(strstr(rules.items[0].comment, "Not observed, but approved: getattr open"));
	rules_clear(&rules);
	findings_clear(&findings);
	free_contexts(&item, 1);
}

/* What the one would bring along is decided with the other. */
static void test_companions_are_nobodys_own(void **state)
{
	char *write[] = { "write" }, *append[] = { "append", "open" };
	struct denial items[] = {
		with_contexts(DENIAL(.target = "initrc_tmp_t", .tclass = "file", .comm = "mariadbd",
				     .path = "/tmp/wsrep_recovery.x", .permissions = { write, 1 })),
		with_contexts(DENIAL(.target = "initrc_tmp_t", .tclass = "file", .comm = "sh",
				     .path = "/tmp/x", .permissions = { append, 2 })),
	};
	struct findings findings = judge(items, 2);

	assert_int_equal(findings.count, 2);
	for (size_t i = 0; i < 2; i++) {
		const struct finding *finding = &findings.items[i];

		assert_true(finding->companions.count > 0);
		for (size_t j = 0; j < finding->companions.count; j++) {
			assert_string_not_equal(finding->companions.items[j], "write");
			assert_string_not_equal(finding->companions.items[j], "append");
			assert_string_not_equal(finding->companions.items[j], "open");
		}
	}
	findings_clear(&findings);
	free_contexts(items, 2);
}

static void test_ioctls(void **state)
{
	char *ioctl[] = { "ioctl" };
	struct denial items[3];
	struct denials denials = { .items = items, .count = 3 };
	struct findings findings;
	struct rules rules = { 0 };

	for (size_t i = 0; i < 3; i++)
		items[i] = with_contexts(DENIAL(.target = "getty_exec_t", .tclass = "file",
						.permissions = { ioctl, 1 }, .has_ioctl = true,
						.ioctl = i ? 0x5401 : 0x5413));
	findings = judge(items, 3);
	only(&findings)->decision = DECISION_ACCEPT;
	rules_from_findings(&findings, &denials, &rules);
	assert_int_equal(rules.count, 1);
	assert_int_equal(rules.items[0].ioctl_count, 2);
	assert_int_equal(rules.items[0].ioctls[0], 0x5401);
	rules_clear(&rules);
	findings_clear(&findings);
	/* One whose command is not known: then all of them. */
	items[2].has_ioctl = false;
	findings = judge(items, 3);
	only(&findings)->decision = DECISION_ACCEPT;
	rules_from_findings(&findings, &denials, &rules);
	assert_int_equal(rules.count, 1);
	assert_int_equal(rules.items[0].ioctl_count, 0);
	rules_clear(&rules);
	findings_clear(&findings);
	free_contexts(items, 3);
}

/* Another fix than the one found, and one that is refused unless the operator insists. */
static void test_other_fix(void **state)
{
	char *execmem[] = { "execmem" }, *insisted[] = { "execmem", NULL };
	struct denial item = with_contexts(
		DENIAL(.target = "mysqld_t", .tclass = "process", .permissions = { execmem, 1 }));
	struct findings findings = judge(&item, 1);

	assert_int_equal(only(&findings)->fix, FIX_REFUSE);
	findings.items[0].decision = DECISION_ACCEPT;
	assert_int_equal(finding_rule(&findings.items[0]), FIX_ALLOWED);
	findings_clear(&findings);
	world.advisor.insisted = insisted;
	findings = judge(&item, 1);
	world.advisor.insisted = NULL;
	assert_int_equal(only(&findings)->fix, FIX_ALLOW);
	findings.items[0].decision = DECISION_DONTAUDIT;
	assert_int_equal(finding_rule(&findings.items[0]), FIX_DONTAUDIT);
	findings_clear(&findings);
	free_contexts(&item, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wide_boolean),
		cmocka_unit_test(test_narrow_boolean),
		cmocka_unit_test(test_companions_are_not_added),
		cmocka_unit_test(test_companions_are_nobodys_own),
		cmocka_unit_test(test_ioctls),
		cmocka_unit_test(test_other_fix),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
