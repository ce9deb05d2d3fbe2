/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "steps/module/text.h"
#include "tests/unit/unit.h"
#include "wizard/util.h"

/* Data made by hand: the structures own their strings, these tests lend them literals. */
#pragma GCC diagnostic ignored "-Wdiscarded-qualifiers"

static size_t all[] = { 0, 1, 2, 3, 4, 5 };
static struct denial denial_items[] = {
	{ .origin = "sst", .comm = "bash", .path = "/usr/bin/rsync" },
	{ .origin = "sst", .comm = "rsync", .path = "/usr/bin/rsync" },
	{ .origin = "ist", .comm = "rsync", .path = "/a" },
	{ .origin = "ist", .comm = "rsync", .path = "/b" },
	{ .origin = "ist", .comm = "rsync", .path = "/c" },
	{ .origin = "ist", .comm = "rsync", .path = "/d" },
};
static struct denials denials = { .items = denial_items, .count = 6 };

static void test_only_accepted_rules(void **state)
{
	char *permissions[] = { "read" };
	struct finding items[] = {
		{ .fix = FIX_ALLOW, .decision = DECISION_NONE },
		{ .fix = FIX_ALLOW, .decision = DECISION_REJECT },
		{ .fix = FIX_PORT, .decision = DECISION_ACCEPT },
		{ .fix = FIX_REFUSE, .decision = DECISION_ACCEPT },
	};
	struct findings findings = { .items = items, .count = 4 };
	struct rules rules = { 0 };

	for (size_t i = 0; i < findings.count; i++) {
		items[i].source = items[i].target = items[i].tclass = "x";
		items[i].permissions = (struct strings){ permissions, 1 };
	}
	rules_from_findings(&findings, &denials, &rules);
	assert_int_equal(rules.count, 0);
	assert_null(rules.items);
	assert_int_equal(rules_permissions(&rules, RULE_ALLOW), 0);
	rules_clear(&rules);
}

static void test_merged_and_sorted(void **state)
{
	char *two[] = { "open", "read" }, *other[] = { "getattr", "read" }, *one[] = { "setpgid" };
	struct finding items[] = {
		{ .source = "m_t",
		  .target = "a_t",
		  .tclass = "file",
		  .permissions = { two, 2 },
		  .fix = FIX_DONTAUDIT,
		  .rule_target = "domain" },
		{ .source = "m_t",
		  .target = "m_t",
		  .tclass = "process",
		  .permissions = { one, 1 },
		  .fix = FIX_ALLOW },
		{ .source = "m_t",
		  .target = "a_t",
		  .tclass = "file",
		  .permissions = { two, 2 },
		  .fix = FIX_ALLOW },
		{ .source = "m_t",
		  .target = "b_t",
		  .tclass = "file",
		  .permissions = { other, 2 },
		  .fix = FIX_DONTAUDIT,
		  .rule_target = "domain" },
	};
	struct findings findings = { .items = items, .count = 4 };
	struct rules rules = { 0 };

	for (size_t i = 0; i < findings.count; i++)
		items[i].decision = DECISION_ACCEPT;
	rules_from_findings(&findings, &denials, &rules);
	assert_int_equal(rules.count, 3);
	assert_int_equal(rules.items[0].kind, RULE_ALLOW);
	assert_string_equal(rules.items[0].target, "a_t");
	assert_false(rules.items[0].target_is_attribute);
	assert_string_equal(rules.items[1].target, "self");
	assert_false(rules.items[1].target_is_attribute);
	assert_int_equal(rules.items[2].kind, RULE_DONTAUDIT);
	assert_string_equal(rules.items[2].target, "domain");
	assert_true(rules.items[2].target_is_attribute);
	assert_int_equal(rules.items[2].permissions.count, 3);
	assert_string_equal(rules.items[2].permissions.items[0], "getattr");
	assert_string_equal(rules.items[2].permissions.items[1], "open");
	assert_string_equal(rules.items[2].permissions.items[2], "read");
	assert_int_equal(rules_permissions(&rules, RULE_ALLOW), 3);
	assert_int_equal(rules_permissions(&rules, RULE_DONTAUDIT), 3);

	/* The same again: nothing new, but the evidence. */
	rules_from_findings(&findings, &denials, &rules);
	assert_int_equal(rules.count, 3);
	assert_int_equal(rules_permissions(&rules, RULE_ALLOW), 3);
	assert_int_equal(rules_permissions(&rules, RULE_DONTAUDIT), 3);
	rules_clear(&rules);
}

static void test_evidence(void **state)
{
	char *permissions[] = { "read" };
	struct finding item = { .source = "m_t",
				.target = "a_t",
				.tclass = "file",
				.fix = FIX_ALLOW,
				.permissions = { permissions, 1 },
				.why = "Because.",
				.decision = DECISION_ACCEPT,
				.evidence = all,
				.count = 6,
				.evidence_count = 6,
				.permissive_only = true };
	struct findings findings = { .items = &item, .count = 1 };
	struct rules rules = { 0 };

	rules_from_findings(&findings, &denials, &rules);
	assert_int_equal(rules.count, 1);
	assert_string_equal(rules.items[0].comment,
			    "Because.\nSeen 6 times while permissive; sst, ist; bash, rsync; "
			    "/usr/bin/rsync, /a, /b, /c, ...");
	rules_clear(&rules);
}

static void test_hostile_evidence(void **state)
{
	char *permissions[] = { "read" };
	struct denial hostile = { .origin = "s\nst",
				  .comm = "\"\x1b[2J;\n)",
				  .path = "/\\\xc3\xa9" };
	struct denials log = { .items = &hostile, .count = 1 };
	struct finding item = { .source = "m_t",
				.target = "a_t",
				.tclass = "file",
				.fix = FIX_ALLOW,
				.permissions = { permissions, 1 },
				.why = "A\nb",
				.decision = DECISION_ACCEPT,
				.evidence = all,
				.count = 1,
				.evidence_count = 1 };
	struct findings findings = { .items = &item, .count = 1 };
	struct rules rules = { 0 };

	rules_from_findings(&findings, &log, &rules);
	assert_int_equal(rules.count, 1);
	assert_string_equal(rules.items[0].comment,
			    "A\\x0ab\nSeen 1 time; s\\x0ast; \"\\x1b[2J;\\x0a); /\\x5c\\xc3\\xa9");
	rules_clear(&rules);
}

static void test_names_are_checked(void **state)
{
	static const char *const bad[] = { "", "a b", "a\nallow", "a)", "a;b", "\xc3\xa9", "a{" };
	struct module_header header = { .name = "galera", .version = "1.0" };
	char *permissions[] = { "read" };
	struct rule rule = { .source = "m_t",
			     .target = "a_t",
			     .tclass = "file",
			     .permissions = { permissions, 1 } };
	struct rules rules = { .items = &rule, .count = 1 };
	struct error err = { 0 };

	assert_int_equal(rules_check(&header, &rules, &err), 0);
	assert_int_equal(err.code, 0);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		char **members[] = { &rule.source, &rule.target, &rule.tclass, &permissions[0] };

		for (size_t m = 0; m < ARRAY_SIZE(members); m++) {
			char *good = *members[m];

			*members[m] = (char *)bad[i];
			assert_int_equal(rules_check(&header, &rules, &err), -EINVAL);
			assert_int_not_equal(err.remedy[0], 0);
			assert_null(strchr(err.what, '\n'));
			*members[m] = good;
		}
		header.name = bad[i];
		assert_int_equal(rules_check(&header, &rules, &err), -EINVAL);
		header = (struct module_header){ .name = "galera", .version = bad[i] };
		assert_int_equal(rules_check(&header, &rules, &err), -EINVAL);
		header.version = "1.0";
	}
	rule.permissions.count = 0;
	assert_int_equal(rules_check(&header, &rules, &err), -EINVAL);
}

static void check_comment(const char *text, const char *expected)
{
	_cleanup_free_ char *made = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&made, &length);

	assert_non_null(out);
	rules_comment(out, "#", text);
	assert_int_equal(fclose(out), 0);
	assert_string_equal(made, expected);
}

static void test_comment(void **state)
{
	char longer[400], *line, *rest;
	_cleanup_free_ char *made = NULL;
	size_t length = 0;
	FILE *out;

	check_comment(NULL, "");
	check_comment("", "");
	check_comment("one\n\ntwo", "# one\n#\n# two\n");
	check_comment("a\rb\tc\x7f\xff", "# a?b?c??\n");

	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	longer[90] = ' ';
	out = open_memstream(&made, &length);
	assert_non_null(out);
	rules_comment(out, ";", longer);
	assert_int_equal(fclose(out), 0);
	rest = made;
	for (int lines = 0; (line = strsep(&rest, "\n")) && *line; lines++) {
		assert_true(strlen(line) <= 100);
		assert_memory_equal(line, "; ", 2);
		assert_true(lines > 0 || strlen(line) == 92);
	}
}

static void test_rule_text(void **state)
{
	static const bool second[] = { false, true };
	char *permissions[] = { "read", "open" };
	struct rule rule = { .kind = RULE_DONTAUDIT,
			     .source = "mysqld_t",
			     .target = "etc_t",
			     .tclass = "file",
			     .permissions = { permissions, 2 } };
	_cleanup_free_ char *whole = rule_text(&rule, NULL);
	_cleanup_free_ char *part = NULL;

	rule.kind = RULE_ALLOW;
	part = rule_text(&rule, second);
	assert_string_equal(whole, "dontaudit mysqld_t etc_t:file { read open }");
	assert_string_equal(part, "allow mysqld_t etc_t:file { open }");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_only_accepted_rules),
		cmocka_unit_test(test_merged_and_sorted),
		cmocka_unit_test(test_evidence),
		cmocka_unit_test(test_hostile_evidence),
		cmocka_unit_test(test_names_are_checked),
		cmocka_unit_test(test_comment),
		cmocka_unit_test(test_rule_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
