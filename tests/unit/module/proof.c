/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The proof, by mutation: the recorded training's module is proved; without any one of its
 * permissions, and with any one more, it is not.
 */
#include <sepol/kernel_to_cil.h>
#include <sepol/policydb.h>
#include <string.h>

#include "steps/audit/log.h"
#include "steps/oracle/access.h"
#include "steps/module/proof.h"
#include "steps/module/text.h"
#include "steps/advice/refine.h"
#include "tests/unit/advice/world.h"
#include "wizard/util.h"

static const char *const domains[] = { "mysqld_t", NULL };

static struct training {
	struct denials denials;
	struct findings findings;
	struct rules rules;
	struct store_cil policy; /* the host's compiled policy, as CIL: compiles in half a second */
} training;

static void read_policy(void)
{
	_cleanup_free_ char *path = NULL;
	sepol_policydb_t *policy = NULL;
	sepol_policy_file_t *file = NULL;
	struct error err = { 0 };
	FILE *in, *out = open_memstream(&training.policy.text, &training.policy.length);

	must(store_kernel_policy(store, &path, &err), &err);
	in = fopen(path, "r");
	assert_non_null(in);
	assert_int_equal(sepol_policydb_create(&policy), 0);
	assert_int_equal(sepol_policy_file_create(&file), 0);
	sepol_policy_file_set_fp(file, in);
	assert_int_equal(sepol_policydb_read(policy, file), 0);
	assert_int_equal(sepol_kernel_policydb_to_cil(out, (void *)policy), 0);
	fclose(out);
	fclose(in);
	sepol_policy_file_free(file);
	sepol_policydb_free(policy);
	training.policy.name = "policy";
}

static int setup_training(void **state)
{
	static const char *const exercises[] = { "bootstrap", "sst", "ist", "notify" };
	struct error err = { 0 };

	if (setup(state) < 0)
		return -1;
	read_policy();
	for (size_t i = 0; i < ARRAY_SIZE(exercises); i++) {
		_cleanup_free_ char *path =
			str_printf(CLUSTER "permissive/%s/audit.log", exercises[i]);

		must(audit_log_read(path, false, exercises[i], domains, &training.denials, &err),
		     &err);
	}
	must(advice_judge(&world.advisor, &training.denials, &training.findings, &err), &err);
	must(refine_known_companions(&world.advisor, &training.findings, &err), &err);
	for (size_t i = 0; i < training.findings.count; i++)
		training.findings.items[i].decision = DECISION_ACCEPT;
	rules_from_findings(&training.findings, &training.denials, &training.rules);
	assert_true(training.rules.count > 0);
	return 0;
}

static int teardown_training(void **state)
{
	rules_clear(&training.rules);
	findings_clear(&training.findings);
	denials_clear(&training.denials);
	free(training.policy.text);
	return teardown(state);
}

static struct oracle *compile(const struct rules *rules)
{
	static const struct module_header header = { .name = "galera", .version = "1.0" };
	_cleanup_free_ char *cil = NULL;
	struct oracle *with = NULL;
	struct error err = { 0 };

	must(cil_text(&header, rules, &cil, &err), &err);
	must(oracle_compile(&with, &training.policy, 1, "galera", cil, NULL, &err), &err);
	return with;
}

static struct comparison prove(const struct oracle *with, const struct rules *rules)
{
	struct comparison proof;
	struct error err = { 0 };

	must(proof_width(world.advisor.oracle, with, domains, rules, &training.findings,
			 &training.denials, &proof, &err),
	     &err);
	return proof;
}

static void test_proved(void **state)
{
	struct oracle *with = compile(&training.rules);
	struct comparison proof = prove(with, &training.rules);

	if (proof.broken)
		fail_msg("%s", proof.failure);
	assert_int_equal(proof.opened, 8);
	assert_true(proof.compared > 1000);
	assert_true(proof.silenced > 1000);
	assert_int_equal(proof.unobserved, 2);
	oracle_close(with);
}

/* ---- mutations ------------------------------------------------------------------------------- */

struct mutant {
	struct rules rules;
	struct rule items[32];
	char *permissions[40];
};

/* The training's rules, of which one has lost a permission, or got one more. */
static void mutate(struct mutant *mutant, size_t at, size_t without, const char *more)
{
	struct rule *rule = &mutant->items[at];

	mutant->rules = (struct rules){ mutant->items, training.rules.count };
	memcpy(mutant->items, training.rules.items, training.rules.count * sizeof(*rule));
	memcpy(mutant->permissions, rule->permissions.items,
	       rule->permissions.count * sizeof(char *));
	rule->permissions.items = mutant->permissions;
	if (more) {
		rule->permissions.items[rule->permissions.count++] = (char *)more;
		return;
	}
	rule->permissions.items[without] = rule->permissions.items[--rule->permissions.count];
	if (rule->permissions.count == 0)
		*rule = mutant->items[--mutant->rules.count];
}

static void refuted(const struct oracle *with, const struct rules *rules, const struct rule *rule,
		    const char *permission)
{
	struct comparison proof = prove(with, rules);

	if (!proof.broken || !strstr(proof.failure, permission))
		fail_msg("%s:%s, %s: proved all the same %s", rule->target, rule->tclass,
			 permission, proof.failure);
}

/* The module has a permission that the approved rules do not have: each in turn. */
static void test_wider_than_approved(void **state)
{
	struct oracle *with = compile(&training.rules);
	size_t tried = 0;

	for (size_t i = 0; i < training.rules.count; i++) {
		const struct rule *rule = &training.rules.items[i];

		for (size_t j = 0; j < rule->permissions.count; j++) {
			struct mutant approved;

			mutate(&approved, i, j, NULL);
			refuted(with, &approved.rules, rule, rule->permissions.items[j]);
			tried++;
		}
	}
	assert_true(tried >= 8 + 10);
	oracle_close(with);
}

static const struct {
	const char *tclass, *more;
} additions[] = {
	{ "file", "unlink" },
	{ "file", "relabelto" },
	{ "process", "execmem" },
	{ "dir", "rmdir" },
	{ "lnk_file", "unlink" },
	{ "filesystem", "unmount" },
	{ "netlink_tcpdiag_socket", "nlmsg_write" },
};

/* And a permission more than the approved rules have, compiled into it. */
static void test_one_more(void **state)
{
	size_t tried = 0;

	for (size_t i = 0; i < training.rules.count; i++)
		for (size_t a = 0; a < ARRAY_SIZE(additions); a++) {
			const struct rule *rule = &training.rules.items[i];
			struct mutant wider;
			struct oracle *with;

			if (strcmp(rule->tclass, additions[a].tclass) != 0 ||
			    (rule->kind == RULE_DONTAUDIT && !rule->target_is_attribute))
				continue;
			mutate(&wider, i, 0, additions[a].more);
			with = compile(&wider.rules);
			refuted(with, &training.rules, rule, additions[a].more);
			oracle_close(with);
			tried++;
		}
	assert_true(tried >= 5);
}

/* Denials with this permission that the policy still denies. */
static size_t still_denied(struct oracle *with, const struct rule *rule, const char *permission)
{
	const char *target = strcmp(rule->target, "self") ? rule->target : rule->source;
	size_t denied = 0;

	for (size_t i = 0; i < training.denials.count; i++) {
		const struct denial *denial = &training.denials.items[i];
		struct judgement judgement;

		if (strcmp(denial->target, target) != 0 ||
		    strcmp(denial->tclass, rule->tclass) != 0)
			continue;
		for (size_t j = 0; j < denial->permissions.count; j++) {
			if (strcmp(denial->permissions.items[j], permission) != 0)
				continue;
			assert_int_equal(oracle_judge(with, denial->source_context,
						      denial->target_context, denial->tclass,
						      permission, &judgement, NULL),
					 0);
			denied += judgement.verdict != VERDICT_ALLOWED;
		}
	}
	return denied;
}

/* Without any one permission, a recorded access is denied, and the rules say that it is allowed. */
static void test_one_less(void **state)
{
	size_t tried = 0;

	for (size_t i = 0; i < training.rules.count; i++) {
		const struct rule *rule = &training.rules.items[i];

		for (size_t j = 0; rule->kind == RULE_ALLOW && j < rule->permissions.count; j++) {
			struct mutant narrower;
			struct oracle *with;

			mutate(&narrower, i, j, NULL);
			with = compile(&narrower.rules);
			refuted(with, &training.rules, rule, rule->permissions.items[j]);
			assert_true(still_denied(with, rule, rule->permissions.items[j]) > 0);
			oracle_close(with);
			tried++;
		}
	}
	assert_int_equal(tried, 8);
}

static void test_attribute(void **state)
{
	char *read[] = { "read" };
	struct rule rule = { .kind = RULE_ALLOW,
			     .source = "mysqld_t",
			     .target = "domain",
			     .target_is_attribute = true,
			     .tclass = "file",
			     .permissions = { read, 1 } };
	struct rules rules = { .items = &rule, .count = 1 };
	struct oracle *with = compile(&rules);
	struct comparison proof = prove(with, &rules);

	assert_true(proof.broken >= 2);
	assert_non_null(strstr(proof.failure, "attribute"));
	oracle_close(with);
}

/* A rule that the policy has already, and one that no event needs. */
static void test_not_needed(void **state)
{
	char *getattr[] = { "getattr" };
	struct rule rule = { .kind = RULE_ALLOW,
			     .source = "mysqld_t",
			     .target = "mysqld_db_t",
			     .tclass = "file",
			     .permissions = { getattr, 1 } };
	struct rules rules = { .items = &rule, .count = 1 };
	struct oracle *with = compile(&rules);
	struct comparison proof = prove(with, &rules);

	assert_int_equal(proof.broken, 2);
	assert_non_null(strstr(proof.failure, "no recorded event needs it"));
	assert_int_equal(proof.opened, 0);
	oracle_close(with);
}

static void test_coverage(void **state)
{
	for (size_t i = 0; i < training.rules.count; i++) {
		struct rule *rule = &training.rules.items[i];
		struct coverage coverage =
			proof_coverage(rule, &training.findings, &training.denials);
		_cleanup_free_ char *names = coverage.names;

		assert_non_null(names);
		if (strcmp(rule->target, "rsync_exec_t") == 0) {
			assert_int_equal(coverage.denials, 12);
			assert_int_equal(coverage.nodes, 1);
			assert_string_equal(names, "sst, ist");
		}
		if (rule->unobserved.count) {
			assert_int_equal(coverage.denials, 0);
			assert_string_equal(names, "");
		}
	}
}

/* Logs of other hosts, given by their paths, which differ before the file's name. */
static void test_coverage_of_paths(void **state)
{
	static char paths[6][32];
	struct denials given = { .count = training.denials.count };

	given.items = calloc(given.count, sizeof(*given.items));
	assert_non_null(given.items);
	for (size_t i = 0; i < given.count; i++) {
		char *path = paths[i % 6];

		snprintf(path, sizeof(paths[0]), "/evidence/db%zu/audit.log", i % 6);
		given.items[i] = training.denials.items[i];
		given.items[i].origin = path;
	}
	for (size_t i = 0; i < training.rules.count; i++) {
		struct coverage coverage;

		if (strcmp(training.rules.items[i].target, "rsync_exec_t") != 0)
			continue;
		coverage = proof_coverage(&training.rules.items[i], &training.findings, &given);
		assert_non_null(coverage.names);
		assert_int_equal(coverage.nodes, 6);
		assert_int_equal(strncmp(coverage.names, "db", 2), 0);
		assert_non_null(strstr(coverage.names, "/audit.log and 2 more"));
		free(coverage.names);
	}
	free(given.items);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_proved),    cmocka_unit_test(test_wider_than_approved),
		cmocka_unit_test(test_one_more),  cmocka_unit_test(test_one_less),
		cmocka_unit_test(test_attribute), cmocka_unit_test(test_not_needed),
		cmocka_unit_test(test_coverage),  cmocka_unit_test(test_coverage_of_paths),
	};

	return cmocka_run_group_tests(tests, setup_training, teardown_training);
}
