/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rules of another node's result: what this policy lacks of them is taken, and nothing else. */
#include "steps/cluster/result.h"
#include "steps/module/text.h"
#include "tests/unit/advice/world.h"

static const char *const domains[] = { "mysqld_t", "mysqld_safe_t", NULL };

/* "allow SOURCE TARGET CLASS PERMISSION,..." with more members behind it. */
#define RULE(kind, source, target, tclass, permissions, more)                                      \
	"{\"rule\": \"" kind "\", \"source\": \"" source "\", \"target\": \"" target               \
	"\", \"class\": \"" tclass "\", \"permissions\": " permissions                             \
	", \"comment\": \"why\"" more "}"

static struct result_account take(const char *text, struct rules *rules)
{
	json_auto_t *list = json_loads(text, 0, NULL);
	struct result_account account = { 0 };
	struct error err = { 0 };

	assert_non_null(list);
	must(result_take(list, world.advisor.oracle, domains, rules, &account, &err), &err);
	return account;
}

static void check_text(const struct rules *rules, const char *const *wanted)
{
	size_t i = 0;

	for (; wanted[i]; i++) {
		_cleanup_free_ char *text = NULL;

		assert_true(i < rules->count);
		text = rule_text(&rules->items[i], NULL);
		assert_string_equal(text, wanted[i]);
	}
	assert_int_equal(rules->count, i);
}

static void takes_what_the_policy_lacks(void **state)
{
	_cleanup_(rules_clear) struct rules rules = { 0 };
	/* clang-format off */
	static const char text[] = "["
		RULE("allow", "mysqld_t", "rsync_exec_t", "file", "[\"open\", \"execute\"]", "")
		","
		RULE("allow", "mysqld_t", "mysqld_t", "process", "[\"setpgid\", \"signal\"]",
		     ", \"unobserved\": [\"setpgid\"]")
		","
		RULE("allow", "mysqld_t", "mysqld_db_t", "file", "[\"read\", \"write\"]", "")
		"]";
	/* clang-format on */
	struct result_account account = take(text, &rules);

	(void)state;
	check_text(&rules,
		   (const char *const[]){ "allow mysqld_t rsync_exec_t:file { execute open }",
					  "allow mysqld_t self:process { setpgid }", NULL });
	assert_int_equal(account.rules, 2);
	assert_int_equal(account.permissions, 3);
	assert_int_equal(account.granted, 3);
	assert_int_equal(account.unknown + account.foreign, 0);
	assert_int_equal(rules.items[0].given.count, 2);
	assert_string_equal(rules.items[1].unobserved.items[0], "setpgid");
	assert_string_equal(rules.items[0].comment, "why");
}

static void counts_what_it_does_not_take(void **state)
{
	static const struct {
		const char *rule, *first;
		size_t foreign, unknown;
	} cases[] = {
		{ RULE("allow", "sshd_t", "shadow_t", "file", "[\"read\"]", ""), "sshd_t", 1, 0 },
		{ RULE("allow", "no_such_t", "etc_t", "file", "[\"read\"]", ""), "no_such_t", 1,
		  0 },
		{ RULE("allow", "mysqld_t", "no_such_t", "file", "[\"read\"]", ""),
		  "type no_such_t", 0, 1 },
		{ RULE("allow", "mysqld_t", "etc_t", "no_such", "[\"read\"]", ""),
		  "permission read of no_such", 0, 1 },
		{ RULE("allow", "mysqld_t", "rsync_exec_t", "file", "[\"open\", \"fly\"]", ""),
		  "permission fly of file", 0, 1 },
		/* It would hold for every file. */
		{ RULE("allow", "mysqld_t", "file_type", "file", "[\"execmod\"]", ""),
		  "type file_type", 0, 1 },
		{ RULE("dontaudit", "mysqld_t", "etc_t", "file", "[\"execmod\"]",
		       ", \"attribute\": true"),
		  "attribute etc_t", 0, 1 },
		{ RULE("allow", "mysqld_t", "a) (b", "file", "[\"read\"]", ""), "type a) (b", 0,
		  1 },
		{ RULE("allow", "mysqld_t", "", "file", "[\"read\"]", ""), "type ", 0, 1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_(rules_clear) struct rules rules = { 0 };
		_cleanup_free_ char *text = str_printf("[%s]", cases[i].rule);
		struct result_account account = take(text, &rules);

		assert_int_equal(rules.count, 0);
		assert_int_equal(account.foreign, cases[i].foreign);
		assert_int_equal(account.unknown, cases[i].unknown);
		assert_string_equal(account.first, cases[i].first);
	}
}

/* The commands of an ioctl: those of both, or all where one of them has all. */
static void joins_commands(void **state)
{
	static const struct {
		const char *own, *given;
		size_t count;
	} cases[] = {
		{ ", \"ioctls\": [3, 1]", ", \"ioctls\": [2, 3]", 3 },
		{ "", ", \"ioctls\": [2]", 0 },
		{ ", \"ioctls\": [2]", "", 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		static const char *const format =
			"[{\"rule\": \"allow\", \"source\": \"mysqld_t\", \"target\": "
			"\"rsync_exec_t\", "
			"\"class\": \"file\", \"permissions\": [\"ioctl\"]%s}]";
		_cleanup_free_ char *own = NULL, *given = NULL;
		_cleanup_(rules_clear) struct rules rules = { 0 };

#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		own = str_printf(format, cases[i].own);
		given = str_printf(format, cases[i].given);
		take(own, &rules);
		take(given, &rules);
		assert_int_equal(rules.count, 1);
		assert_int_equal(rules.items[0].ioctl_count, cases[i].count);
		if (cases[i].count)
			assert_int_equal(rules.items[0].ioctls[2], 3);
	}
}

/* Each piece of evidence speaks for its own permissions, and what has none stands by itself. */
static void evidence_is_judged(void **state)
{
	_cleanup_(denials_clear) struct denials denials = { 0 };
	/* clang-format off */
	static const char text[] = "["
		RULE("allow", "mysqld_t", "rsync_exec_t", "file",
		     "[\"execute\", \"open\", \"read\"]",
		     ", \"evidence\": [{\"permissions\": [\"open\", \"execute\", \"write\"], "
		     "\"comm\": \"bash\"}, {\"permissions\": 7}, 8]")
		","
		RULE("dontaudit", "mysqld_t", "boot_t", "dir", "[\"search\"]", "")
		","
		RULE("allow", "sshd_t", "boot_t", "dir", "[\"search\"]", "")
		"]";
	/* clang-format on */
	json_auto_t *list = json_loads(text, 0, NULL);

	(void)state;
	assert_non_null(list);
	result_denials(list, domains, &denials);
	assert_int_equal(denials.count, 2);
	assert_int_equal(denials.items[0].permissions.count, 2);
	assert_string_equal(denials.items[0].comm, "bash");
	assert_int_equal(denials.items[1].permissions.count, 1);
	assert_string_equal(denials.items[1].permissions.items[0], "read");
	assert_null(denials.items[1].comm);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_what_the_policy_lacks),
		cmocka_unit_test(counts_what_it_does_not_take),
		cmocka_unit_test(joins_commands),
		cmocka_unit_test(evidence_is_judged),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
