/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "steps/audit/log.h"
#include "steps/module/rules.h"
#include "tests/unit/advice/world.h"
#include "wizard/util.h"

static void print_allow(FILE *out, const struct finding *finding)
{
	fprintf(out, "allow %s %s:%s {", finding->source, finding->target, finding->tclass);
	for (size_t i = 0; i < finding->permissions.count; i++)
		fprintf(out, " %s", finding->permissions.items[i]);
	fputs(" };\n", out);
}

static void test_nothing(void **state)
{
	struct findings findings = judge(NULL, 0);

	assert_int_equal(findings.count, 0);
	findings_clear(&findings);
}

static void test_unknown_names(void **state)
{
	char *read[] = { "read", "fly" };
	struct denial items[] = {
		with_contexts(DENIAL(.target = "no_such_t", .tclass = "file",
				     .permissions = { read, 1 })),
		with_contexts(DENIAL(.target = "shadow_t", .tclass = "no_class",
				     .permissions = { read, 1 })),
		with_contexts(DENIAL(.source = "x y_t", .target = "shadow_t", .tclass = "file",
				     .permissions = { read, 1 })),
		with_contexts(
			DENIAL(.target = "shadow_t", .tclass = "file", .permissions = { read, 2 })),
	};
	struct findings findings = judge(items, ARRAY_SIZE(items));

	assert_int_equal(findings.unknown_names, 4);
	assert_int_equal(only(&findings)->permissions.count, 1);
	assert_string_equal(findings.items[0].permissions.items[0], "read");
	findings_clear(&findings);
	for (size_t i = 0; i < ARRAY_SIZE(items); i++) {
		free(items[i].source_context);
		free(items[i].target_context);
	}
}

static void test_grouped_and_sorted(void **state)
{
	char *search[] = { "search", "getattr" }, *setpgid[] = { "setpgid" },
	     *bind[] = { "name_bind" };
	struct denial items[] = {
		with_contexts(DENIAL(.target = "init_t", .tclass = "dir", .comm = "ps",
				     .seconds = 9, .permissions = { search, 2 })),
		with_contexts(DENIAL(.target = "getty_t", .tclass = "dir", .comm = "ps",
				     .seconds = 7, .permissions = { search, 1 },
				     .permissive = true)),
		with_contexts(DENIAL(.target = "mysqld_t", .tclass = "process", .seconds = 8,
				     .permissions = { setpgid, 1 }, .permissive = true)),
		with_contexts(DENIAL(.target = "unreserved_port_t", .tclass = "tcp_socket",
				     .port = 4568, .permissions = { bind, 1 })),
		with_contexts(DENIAL(.target = "unreserved_port_t", .tclass = "tcp_socket",
				     .port = 4567, .permissions = { bind, 1 })),
		with_contexts(DENIAL(.target = "unreserved_port_t", .tclass = "tcp_socket",
				     .port = 4567, .permissions = { bind, 1 })),
	};
	struct findings findings;
	const struct finding *finding;
	_cleanup_free_ char *key = NULL;

	world.port_calls = 0;
	findings = judge(items, ARRAY_SIZE(items));
	finding = findings.items;
	assert_int_equal(world.port_calls, 2);
	assert_int_equal(findings.count, 3);
	assert_int_equal(finding->fix, FIX_PORT);
	assert_string_equal(finding->detail,
			    "4567/tcp -> mysqld_port_t, 4568/tcp -> mysqld_port_t");
	assert_int_equal((++finding)->fix, FIX_DONTAUDIT);
	assert_string_equal(finding->target, "domain");
	assert_string_equal(finding->rule_target, "domain");
	assert_string_equal(finding->detail, "seen: getty_t, init_t");
	assert_int_equal(finding->count, 2);
	assert_int_equal(finding->evidence[0], 1);
	assert_int_equal(finding->evidence[1], 0);
	assert_int_equal(finding->first, 7);
	assert_int_equal(finding->last, 9);
	assert_false(finding->permissive_only);
	key = finding_key(finding);
	assert_string_equal(key, "mysqld_t domain dir getattr,search");
	assert_int_equal((++finding)->fix, FIX_ALLOW);
	assert_true(finding->permissive_only);
	findings_clear(&findings);
	for (size_t i = 0; i < ARRAY_SIZE(items); i++) {
		free(items[i].source_context);
		free(items[i].target_context);
	}
}

/* ---- recordings ----------------------------------------------------------------------------- */

static void read_log(const char *phase, const char *exercise, struct denials *denials)
{
	static const char *const domains[] = { "mysqld_t", NULL };
	_cleanup_free_ char *path = str_printf(CLUSTER "%s/%s/audit.log", phase, exercise);
	struct error err = { 0 };

	if (audit_log_read(path, false, exercise, domains, denials, &err) < 0)
		fail_msg("%s: %s", path, err.what);
}

static void accept_all(struct findings *findings)
{
	for (size_t i = 0; i < findings->count; i++)
		findings->items[i].decision = DECISION_ACCEPT;
}

static void check_rule(const struct rule *rule, const char *text)
{
	_cleanup_free_ char *made = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&made, &length);

	assert_non_null(out);
	fprintf(out, "%s:%s", rule->target, rule->tclass);
	for (size_t i = 0; i < rule->permissions.count; i++)
		fprintf(out, " %s", rule->permissions.items[i]);
	assert_int_equal(fclose(out), 0);
	assert_string_equal(made, text);
}

/* Does the policy allow this by itself? target: "TYPE:CLASS", as a rule has them. */
static bool is_allowed(const struct findings *findings, const char *target, const char *permission)
{
	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *one = &findings->items[i];
		bool self = strcmp(one->source, one->target) == 0;
		_cleanup_free_ char *of =
			str_printf("%s:%s", self ? "self" : one->target, one->tclass);

		if (one->fix == FIX_ALLOWED && strcmp(of, target) == 0 &&
		    strings_has(&one->permissions, permission))
			return true;
	}
	return false;
}

/* What of a rule "TYPE:CLASS PERMISSION ..." is left to the module; NULL: nothing. Caller frees. */
static char *not_allowed(const struct findings *findings, const char *rule)
{
	_cleanup_(strings_clear) struct strings words = { 0 }, left = { 0 };

	strings_split(&words, rule, " ");
	strings_add(&left, words.items[0]);
	for (size_t i = 1; i < words.count; i++)
		if (!is_allowed(findings, words.items[0], words.items[i]))
			strings_add(&left, words.items[i]);
	return left.count > 1 ? strings_join(&left, " ") : NULL;
}

static const struct finding *first_with(const struct findings *findings, enum fix fix)
{
	for (size_t i = 0; i < findings->count; i++)
		if (findings->items[i].fix == fix)
			return &findings->items[i];
	fail_msg("no finding is %s", fix_name(fix));
	return NULL;
}

static void test_recorded_training(void **state)
{
	static const char *const exercises[] = { "bootstrap", "sst", "ist", "notify" };
	static const char *const expected[] = {
		"initrc_tmp_t:file write",
		"rsync_exec_t:file execute execute_no_trans getattr map open read",
		"self:process setpgid",
		"boot_t:dir getattr search",
		"boot_t:file getattr",
		"boot_t:lnk_file read",
		"domain:dir getattr search",
		"domain:file open read",
		"mnt_t:dir getattr search",
		"proc_t:filesystem associate",
		"self:dir add_name write",
		"self:file create",
	};
	const struct finding *label;
	struct denials denials = { 0 };
	struct findings findings;
	struct rules rules = { 0 };
	size_t made = 0, permissions = 0;

	for (size_t i = 0; i < ARRAY_SIZE(exercises); i++)
		read_log("permissive", exercises[i], &denials);
	findings = judge(denials.items, denials.count);
	assert_int_equal(findings.unknown_names, 0);
	label = first_with(&findings, FIX_LABEL);
	assert_string_equal(label->detail, "restorecon -v /lost+found");
	assert_true(label->permissive_only);
	accept_all(&findings);
	rules_from_findings(&findings, &denials, &rules);
	for (size_t i = 0; i < ARRAY_SIZE(expected); i++) {
		_cleanup_free_ char *left = not_allowed(&findings, expected[i]);
		const struct rule *rule = &rules.items[made];

		if (!left)
			continue;
		assert_int_not_equal(made++, rules.count);
		assert_int_equal(rule->kind, i < 3 ? RULE_ALLOW : RULE_DONTAUDIT);
		assert_string_equal(rule->source, "mysqld_t");
		assert_non_null(rule->comment);
		check_rule(rule, left);
		permissions += i < 3 ? rule->permissions.count : 0;
		/* The recovery file, by mariadbd: a known need, not the default for a write. */
		if (i == 0)
			assert_int_equal(first_with(&findings, FIX_ALLOW)->severity, 2);
	}
	assert_int_equal(made, rules.count);
	assert_int_equal(rules_permissions(&rules, RULE_ALLOW), permissions);
	rules_clear(&rules);
	findings_clear(&findings);
	denials_clear(&denials);
}

/* Confined by the right module, thousands of denials: none may end in a rule that allows. */
static void test_recorded_confined(void **state)
{
	static const char *const exercises[] = { "sst", "ist", "notify" };
	struct denials denials = { 0 };
	struct findings findings;

	for (size_t i = 0; i < ARRAY_SIZE(exercises); i++)
		read_log("enforcing", exercises[i], &denials);
	assert_true(denials_total(&denials) > 3000);
	findings = judge(denials.items, denials.count);
	for (size_t i = 0; i < findings.count; i++) {
		const struct finding *finding = &findings.items[i];

		if (finding->fix != FIX_LABEL && finding->fix != FIX_ALLOWED)
			assert_string_equal(fix_name(finding->fix), "dontaudit");
		assert_false(finding->permissive_only);
	}
	assert_uint_in_range(findings.count, 5, 10);
	findings_clear(&findings);
	denials_clear(&denials);
}

static void test_recorded_without_ports(void **state)
{
	struct denials denials = { 0 };
	struct findings findings;

	read_log("noports", "bootstrap", &denials);
	findings = judge(denials.items, denials.count);
	assert_int_equal(only(&findings)->fix, FIX_PORT);
	assert_string_equal(findings.items[0].detail, "4567/tcp -> mysqld_port_t");
	findings_clear(&findings);
	denials_clear(&denials);
}

/* What the policy hides is hidden as well where hiding is off for once. */
static void test_recorded_without_dontaudit(void **state)
{
	struct denials denials = { 0 };
	struct findings findings;

	read_log("permissive-dontaudit-off", "sst", &denials);
	findings = judge(denials.items, denials.count);
	for (size_t i = 0; i < findings.count; i++) {
		const struct finding *finding = &findings.items[i];

		if (finding->fix == FIX_ALLOW)
			assert_true(strcmp(finding->target, "rsync_exec_t") == 0 ||
				    strcmp(finding->target, "initrc_tmp_t") == 0);
	}
	findings_clear(&findings);
	denials_clear(&denials);
}

/* A published case: MariaDB 5.5 on CentOS 6, SST by rsync; audit2allow made a rule of each. */
static void test_published_case(void **state)
{
	static const struct {
		const char *source, *target, *tclass, *permissions;
		unsigned int port;
	} rows[] = {
		{ "mysqld_safe_t", "mysqld_t", "process", "signull", 0 },
		{ "mysqld_safe_t", "var_lib_t", "dir",
		  "write remove_name search create add_name setattr", 0 },
		{ "mysqld_safe_t", "var_lib_t", "file",
		  "setattr read create getattr write ioctl unlink open append", 0 },
		{ "mysqld_safe_t", "var_lib_t", "sock_file", "getattr unlink", 0 },
		{ "mysqld_safe_t", "var_run_t", "dir", "write remove_name", 0 },
		{ "mysqld_t", "anon_inodefs_t", "file", "write getattr", 0 },
		{ "mysqld_t", "kerberos_master_port_t", "tcp_socket", "name_bind name_connect",
		  4444 },
		{ "mysqld_t", "port_t", "tcp_socket", "name_bind name_connect", 4567 },
		{ "mysqld_t", "port_t", "tcp_socket", "name_bind name_connect", 4568 },
		{ "mysqld_t", "proc_net_t", "file", "read getattr open", 0 },
		{ "mysqld_t", "rsync_exec_t", "file", "read getattr open execute execute_no_trans",
		  0 },
		{ "mysqld_t", "mysqld_t", "process", "setpgid", 0 },
		{ "mysqld_t", "var_lib_t", "dir", "setattr", 0 },
		{ "mysqld_t", "var_lib_t", "file", "getattr open ioctl append", 0 },
		{ "mysqld_t", "var_lib_t", "sock_file", "create unlink getattr", 0 },
	};
	struct denial items[ARRAY_SIZE(rows)];
	_cleanup_free_ char *allowed = NULL;
	struct findings findings;
	size_t length = 0;
	FILE *out = open_memstream(&allowed, &length);

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char *rest = strdup(rows[i].permissions), *word;

		items[i] = with_contexts(
			DENIAL(.source = (char *)rows[i].source, .target = (char *)rows[i].target,
			       .tclass = (char *)rows[i].tclass, .port = rows[i].port));
		items[i].permissions.items = calloc(16, sizeof(char *));
		while ((word = strsep(&rest, " ")))
			items[i].permissions.items[items[i].permissions.count++] = word;
	}
	findings = judge(items, ARRAY_SIZE(items));
	assert_int_equal(findings.unknown_names, 0);
	for (size_t i = 0; i < findings.count; i++) {
		const struct finding *finding = &findings.items[i];

		if (strcmp(finding->target, "var_lib_t") == 0)
			assert_true(finding->fix == FIX_LABEL || finding->fix == FIX_ALLOWED);
		if (strstr(finding->target, "port_t"))
			assert_int_equal(finding->fix, FIX_PORT);
		if (finding->fix == FIX_ALLOW)
			print_allow(out, finding);
	}
	assert_int_equal(fclose(out), 0);
	/* What remains, where audit2allow had 14 rules: in this policy proc_net_t and signull are
	 * allowed already. */
	assert_string_equal(allowed, "allow mysqld_safe_t var_run_t:dir { remove_name write };\n"
				     "allow mysqld_t anon_inodefs_t:file { getattr write };\n"
				     "allow mysqld_t rsync_exec_t:file "
				     "{ execute execute_no_trans getattr open read };\n"
				     "allow mysqld_t mysqld_t:process { setpgid };\n");
	findings_clear(&findings);
	for (size_t i = 0; i < ARRAY_SIZE(items); i++) {
		free(items[i].permissions.items[0]);
		free(items[i].permissions.items);
		free(items[i].source_context);
		free(items[i].target_context);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_unknown_names),
		cmocka_unit_test(test_grouped_and_sorted),
		cmocka_unit_test(test_recorded_training),
		cmocka_unit_test(test_recorded_confined),
		cmocka_unit_test(test_recorded_without_ports),
		cmocka_unit_test(test_recorded_without_dontaudit),
		cmocka_unit_test(test_published_case),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
