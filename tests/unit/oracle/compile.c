/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <sepol/policydb/policydb.h>
#include <string.h>
#include <unistd.h>

#include "steps/oracle/excerpt.h"
#include "steps/oracle/oracle.h"
#include "tests/unit/store/scratch.h"
#include "wizard/util.h"

#define QUERIES 20000
#define SEED    20260801

/* The store's modules, whole, and what of them bears on these sources. */
static const char *const sources[] = { "mysqld_t", "mysqld_safe_t", NULL };
static struct store_cil *modules, *excerpt;
static size_t count;
static struct oracle *kernel;
static sepol_policydb_t *names;

static int setup(void **state)
{
	_cleanup_free_ char *path = NULL, *image = NULL;
	struct error err = { 0 };
	size_t length;

	scratch_store_open();
	must(store_all_modules(store, NULL, &modules, &count, &err), &err);
	must(store_kernel_policy(store, &path, &err), &err);
	must(oracle_open(&kernel, path, &err), &err);
	must(store_all_modules(store, NULL, &excerpt, &count, &err), &err);
	excerpt_modules(excerpt, count, kernel, sources);
	must(file_read(path, &image, &length, &err), &err);
	assert_int_equal(sepol_policydb_create(&names), 0);
	assert_int_equal(sepol_policydb_from_image(NULL, image, length, names), 0);
	return 0;
}

static int teardown(void **state)
{
	sepol_policydb_free(names);
	oracle_close(kernel);
	store_cils_free(modules, count);
	store_cils_free(excerpt, count);
	scratch_store_close();
	return 0;
}

/* ---- the same policy as a commit --------------------------------------------------------------
 */

struct query {
	const char *source, *target, *tclass;
	char permission[64];
};

static const char *random_type(void)
{
	for (;;) {
		uint32_t i = (uint32_t)rand() % names->p.p_types.nprim;

		if (names->p.type_val_to_struct[i]->flavor == TYPE_TYPE)
			return names->p.p_type_val_to_name[i];
	}
}

/* A name of the table, any; false when it is empty. */
static bool random_name(const symtab_t *table, char *name, size_t size)
{
	uint32_t left = table->table->nel ? (uint32_t)rand() % table->table->nel : 0;

	for (unsigned int i = 0; i < table->table->size; i++) {
		for (hashtab_ptr_t node = table->table->htable[i]; node; node = node->next) {
			if (left-- == 0) {
				snprintf(name, size, "%s", node->key);
				return true;
			}
		}
	}
	return false;
}

/* Half of them about the domain that we are here for; a random one is seldom allowed, so many are
 * about a type and itself. */
static struct query random_query(bool any_source)
{
	struct query query = { .source = any_source && rand() % 2 ? random_type()
								  : sources[rand() % 2] };

	query.target = rand() % 2 ? random_type() : query.source;
	for (;;) {
		uint32_t i = (uint32_t)rand() % names->p.p_classes.nprim;
		const class_datum_t *class = names->p.class_val_to_struct[i];
		bool common = class->comdatum && rand() % 4;

		query.tclass = names->p.p_class_val_to_name[i];
		if (random_name(common ? &class->comdatum->permissions : &class->permissions,
				query.permission, sizeof(query.permission)))
			return query;
	}
}

static void judge_all(struct oracle *oracle, const struct query *queries,
		      struct judgement *judgements)
{
	struct error err = { 0 };

	for (size_t i = 0; i < QUERIES; i++)
		must(oracle_judge(oracle, queries[i].source, queries[i].target, queries[i].tclass,
				  queries[i].permission, &judgements[i], &err),
		     &err);
}

static void same_as_committed(const struct store_cil *of, bool any_source)
{
	static struct query queries[QUERIES];
	static struct judgement before[QUERIES], after[QUERIES];
	struct oracle *compiled = NULL;
	size_t allowed = 0, silent = 0;
	struct error err = { 0 };

	srand(SEED);
	for (size_t i = 0; i < QUERIES; i++)
		queries[i] = random_query(any_source);
	must(oracle_compile(&compiled, of, count, NULL, NULL, NULL, &err), &err);
	oracle_copy_booleans(compiled, kernel);
	judge_all(kernel, queries, before);
	judge_all(compiled, queries, after);
	for (size_t i = 0; i < QUERIES; i++) {
		const struct query *query = &queries[i];

		if (before[i].verdict != after[i].verdict ||
		    before[i].dontaudit != after[i].dontaudit)
			fail_msg("%s %s:%s %s: %d, compiled: %d", query->source, query->target,
				 query->tclass, query->permission, before[i].verdict,
				 after[i].verdict);
		assert_int_not_equal(before[i].verdict, VERDICT_UNKNOWN);
		allowed += before[i].verdict == VERDICT_ALLOWED;
		silent += before[i].dontaudit;
	}
	assert_uint_in_range(allowed, QUERIES / 100, QUERIES / 2);
	assert_uint_in_range(silent, 1, QUERIES / 2);
	oracle_close(compiled);
}

static void test_same_as_committed(void **state)
{
	same_as_committed(modules, true);
}

static void test_excerpt_same_for_its_sources(void **state)
{
	size_t whole = 0, left = 0;

	for (size_t i = 0; i < count; i++) {
		whole += modules[i].length;
		left += excerpt[i].length;
		assert_int_equal(strlen(excerpt[i].text), excerpt[i].length);
	}
	assert_uint_in_range(left, whole / 100, whole / 2);
	same_as_committed(excerpt, false);
}

/* ---- candidates -------------------------------------------------------------------------------
 */

static enum verdict verdict(struct oracle *oracle, const char *target, const char *tclass,
			    const char *permission)
{
	struct judgement judgement;
	struct error err = { 0 };

	must(oracle_judge(oracle, "mysqld_t", target, tclass, permission, &judgement, &err), &err);
	return judgement.verdict;
}

static void test_candidate(void **state)
{
	struct oracle *compiled = NULL;
	struct error err = { 0 };

	assert_int_equal(verdict(kernel, "rsync_exec_t", "file", "execute"), VERDICT_NO_RULE);
	must(oracle_compile(&compiled, modules, count, "galera",
			    "(allow mysqld_t rsync_exec_t (file (execute)))\n"
			    "(typepermissive mysqld_t)\n"
			    "(optional absent (allow mysqld_t nosuch_t (file (read))))\n",
			    NULL, &err),
	     &err);
	assert_int_equal(verdict(compiled, "rsync_exec_t", "file", "execute"), VERDICT_ALLOWED);
	assert_int_equal(verdict(compiled, "rsync_exec_t", "file", "write"), VERDICT_NO_RULE);
	assert_true(oracle_is_permissive(compiled, "mysqld_t"));
	assert_false(oracle_is_permissive(kernel, "mysqld_t"));
	oracle_close(compiled);
}

/* The candidate must be refused with this code and these words. */
static void refused(const struct store_cil *by, const char *candidate, int code, const char *word,
		    const char *other)
{
	struct oracle *compiled = NULL;
	struct error err = { 0 };

	assert_int_equal(oracle_compile(&compiled, by, count, "galera", candidate, NULL, &err),
			 code);
	assert_null(compiled);
	assert_non_null(str_starts(err.what, "galera "));
	if (!strstr(err.what, word) || !strstr(err.what, other))
		fail_msg("no \"%s\", \"%s\" in: %s", word, other, err.what);
	assert_null(strchr(err.what, '\n'));
	assert_int_not_equal(err.remedy[0], 0);
}

static void test_refused_by_excerpt(void **state)
{
	const struct store_cil *by = excerpt;

	refused(by,
		"(allow mysqld_t rsync_exec_t (file (open)))\n"
		"  (allow mysqld_t nosuch_t (file (read)))  \n",
		-EINVAL, "galera:2", "(allow mysqld_t nosuch_t (file (read)))");
	refused(by, "(allow mysqld_t rsync_exec_t (file (fly)))", -EINVAL, "permission fly",
		"galera:1");
	refused(by, "(allow mysqld_t rsync_exec_t (file (open))", -EINVAL, "parenthesis", "line 1");
	refused(by, "\n(allow mysqld_t shadow_t (file (read open)))", -EPERM,
		"(allow mysqld_t shadow_t (file (read", "(neverallow ");
	refused(by,
		"(allow mysqld_t kmsg_device_t (chr_file (read)))\n"
		"(allow mysqld_t memory_device_t (chr_file (read)))",
		-EPERM, "(allow mysqld_t memory_device_t (chr_file (read)))", "(neverallow ");
	refused(by, "(allow domain shadow_t (file (write)))", -EPERM, "(allow domain shadow_t",
		"(neverallow ");
}

/* Each costs some seconds: two of them stand for the rest. */
static void test_refused(void **state)
{
	refused(modules, "(allow mysqld_t rsync_exec_t (file (fly)))", -EINVAL, "permission fly",
		"galera:1");
	refused(modules, "(allow mysqld_t shadow_t (file (read open)))", -EPERM,
		"(allow mysqld_t shadow_t (file (read", "(neverallow ");
}

/* ---- what an excerpt keeps --------------------------------------------------------------------
 */

/* The lines of a module of these lines; in new memory. */
static char *excerpt_of(const char *text, bool translated)
{
	struct store_cil module = { .text = strdup(text),
				    .length = strlen(text),
				    .translated = translated };

	assert_non_null(module.text);
	excerpt_modules(&module, 1, kernel, sources);
	assert_int_equal(strlen(module.text), module.length);
	return module.text;
}

static void keeps(const char *text, const char *expected)
{
	_cleanup_free_ char *left = excerpt_of(text, true);

	assert_string_equal(left, expected);
}

static void test_excerpt_of_lines(void **state)
{
	static const char others[] = "(allow sshd_t shadow_t (file (read)))\n";
	_cleanup_free_ char *not_translated = excerpt_of(others, false);

	/* Lines keep their numbers. */
	keeps("(type a_t)\n(allow sshd_t shadow_t (file (read)))\n(type b_t)",
	      "(type a_t)\n\n(type b_t)");
	keeps("(dontaudit sshd_t shadow_t (file (read)))\n(auditallow sshd_t a_t (file (read)))\n",
	      "\n\n");
	assert_string_equal(not_translated, others);
	/* Sources of ours, by name, by attribute, by an attribute that the policy does not show. */
	keeps("(allow mysqld_t a_t (file (read)))\n", "(allow mysqld_t a_t (file (read)))\n");
	keeps("(allow domain a_t (file (read)))", "(allow domain a_t (file (read)))");
	keeps("(allow nosuch_attribute a_t (file (read)))",
	      "(allow nosuch_attribute a_t (file (read)))");
	keeps("(neverallow sshd_t shadow_t (file (read)))",
	      "(neverallow sshd_t shadow_t (file (read)))");
	/* Labels, but not in an optional block; a quoted bracket is none. */
	keeps("(filecon \"/a(/.*)?\" any (system_u object_r a_t ((s0) (s0))))\n(type a_t)",
	      "\n(type a_t)");
	keeps("(typetransition sshd_t a_t file \"x)\" b_t)\n(type a_t)", "\n(type a_t)");
	keeps("(optional o\n(typetransition sshd_t a_t file b_t)\n)",
	      "(optional o\n(typetransition sshd_t a_t file b_t)\n)");
	/* A requirement decides about a block, if it may fail, and about nothing else. */
	keeps("(typeattributeset cil_gen_require a_t)\n(typeattributeset domain (a_t))",
	      "\n(typeattributeset domain (a_t))");
	keeps("(optional o\n (typeattributeset cil_gen_require a_t)\n)\n(roleattributeset "
	      "cil_gen_require r)",
	      "(optional o\n (typeattributeset cil_gen_require a_t)\n)\n");
	keeps("(optional o\n (typeattributeset cil_gen_require sshd_t)\n (typeattributeset "
	      "cil_gen_require domain)\n (roleattributeset cil_gen_require system_r)\n)",
	      "(optional o\n\n\n\n)");
	keeps("(optional o\n (typeattributeset cil_gen_require system_r)\n (roleattributeset "
	      "cil_gen_require sshd_t)\n)",
	      "(optional o\n (typeattributeset cil_gen_require system_r)\n (roleattributeset "
	      "cil_gen_require sshd_t)\n)");
	/* In a block, a rule of others goes if class and permissions are known. */
	keeps("(optional o\n (allow sshd_t a_t (file (read open)))\n)", "(optional o\n\n)");
	keeps("(optional o\n (allow sshd_t a_t (file (read fly)))\n)",
	      "(optional o\n (allow sshd_t a_t (file (read fly)))\n)");
	keeps("(optional o\n (allow sshd_t a_t (kite (read)))\n (allow sshd_t a_t named)\n)",
	      "(optional o\n (allow sshd_t a_t (kite (read)))\n (allow sshd_t a_t named)\n)");
	/* Of a branch of a conditional block the first statement stays, so that it has one. */
	keeps("(booleanif (b)\n (true\n\n  (allow sshd_t a_t (file (read)))\n"
	      "  (allow sshd_t a_t (file (open)))\n )\n (false\n"
	      "  (dontaudit sshd_t a_t (file (read)))\n  (allow mysqld_t a_t (file (open)))\n"
	      "  (typetransition sshd_t a_t file b_t)\n  (allow sshd_t a_t (file (read)))\n )\n"
	      ")\n(allow sshd_t a_t (file (read)))\n(type b_t)",
	      "(booleanif (b)\n (true\n\n  (allow sshd_t a_t (file (read)))\n"
	      "\n )\n (false\n"
	      "  (dontaudit sshd_t a_t (file (read)))\n  (allow mysqld_t a_t (file (open)))\n"
	      "  (typetransition sshd_t a_t file b_t)\n\n )\n"
	      ")\n\n(type b_t)");
	/* Cut off in the middle of a rule, of a word; nothing at all. */
	keeps("(allow sshd_t", "(allow sshd_t");
	keeps("(allow sshd_t a_t (file (read", "(allow sshd_t a_t (file (read");
	keeps("(", "(");
	keeps("", "");
}

/*
 * An optional block gives the domain an attribute that a neverallow rule excepts, and has a rule of
 * another domain. Whether the block is in force, and so whether the candidate may be, depends on
 * that rule and on what the block requires: in the excerpt as in the whole.
 */
static int code_with(const struct store_cil *of, const char *required, const char *permission,
		     bool shorten)
{
	_cleanup_free_ char *text =
		str_printf("(optional granted\n"
			   "    (typeattributeset cil_gen_require %s)\n"
			   "    (typeattributeset can_read_shadow_passwords (mysqld_t ))\n"
			   "    (allow sshd_t sshd_t (file (%s)))\n"
			   ")\n",
			   required, permission);
	struct store_cil *more = calloc(count + 1, sizeof(*more));
	struct oracle *compiled = NULL;
	struct error err = { 0 };
	int r;

	assert_non_null(text);
	assert_non_null(more);
	memcpy(more, of, count * sizeof(*more));
	more[count] = (struct store_cil){
		.name = (char *)"local", .text = text, .length = strlen(text), .translated = true
	};
	if (shorten) {
		excerpt_modules(&more[count], 1, kernel, sources);
		assert_int_equal(strstr(text, "(allow sshd_t") != NULL, !strcmp(permission, "fly"));
		assert_int_equal(strstr(text, "require") != NULL, !strcmp(required, "nosuch_t"));
	}
	r = oracle_compile(&compiled, more, count + 1, "galera",
			   "(allow mysqld_t shadow_t (file (read)))", NULL, &err);
	oracle_close(compiled);
	free(more);
	return r;
}

static void test_optional_block(void **state)
{
	assert_int_equal(code_with(modules, "sshd_t", "read", false), 0);
	assert_int_equal(code_with(excerpt, "sshd_t", "read", true), 0);
	assert_int_equal(code_with(modules, "sshd_t", "fly", false), -EPERM);
	assert_int_equal(code_with(excerpt, "sshd_t", "fly", true), -EPERM);
	assert_int_equal(code_with(modules, "nosuch_t", "read", false), -EPERM);
	assert_int_equal(code_with(excerpt, "nosuch_t", "read", true), -EPERM);
}

/* A local module breaks a neverallow already; a commit let it. That is not the candidate's fault.
 */
static void test_neverallow_of_another(void **state)
{
	static const char bad[] = "(allow httpd_t shadow_t (file (read)))";
	struct store_cil *more = calloc(count + 1, sizeof(*more));
	struct oracle *compiled = NULL;
	struct error err = { 0 };

	assert_non_null(more);
	memcpy(more, modules, count * sizeof(*more));
	more[count] = (struct store_cil){ (char *)"local", (char *)bad, sizeof(bad) - 1, false };
	must(oracle_compile(&compiled, more, count + 1, "galera",
			    "(allow mysqld_t rsync_exec_t (file (execute)))", NULL, &err),
	     &err);
	assert_int_equal(verdict(compiled, "rsync_exec_t", "file", "execute"), VERDICT_ALLOWED);
	oracle_close(compiled);
	compiled = NULL;
	assert_int_equal(oracle_compile(&compiled, more, count + 1, "galera",
					"(allow mysqld_t shadow_t (file (read)))", NULL, &err),
			 -EPERM);
	assert_non_null(strstr(err.what, "(allow mysqld_t shadow_t"));
	free(more);
}

/* A neverallow rule says who is meant, not only the name that the translation gives them. */
static void test_neverallow_spelled_out(void **state)
{
	static const char rules[] =
		"(typeattribute local_typeattr_1)\n"
		"(typeattribute local_typeattr_10)\n"
		"(typeattributeset local_typeattr_10 (not (sshd_t ) ))\n"
		"(typeattributeset local_typeattr_1 (and (domain ) (not (sshd_t httpd_t ) )))\n"
		"(neverallow local_typeattr_1 rsync_exec_t (file (write)))\n"
		"(neverallow local_typeattr_10 local_typeattr_10 (process (ptrace)))";
	struct store_cil *more = calloc(count + 1, sizeof(*more));
	_cleanup_(violations_clear) struct violations violations = { 0 };
	struct oracle *compiled = NULL;
	struct error err = { 0 };

	assert_non_null(more);
	memcpy(more, excerpt, count * sizeof(*more));
	more[count] =
		(struct store_cil){ (char *)"local", (char *)rules, sizeof(rules) - 1, false };
	assert_int_equal(oracle_compile(&compiled, more, count + 1, "galera",
					"(allow mysqld_t rsync_exec_t (file (write)))\n"
					"(allow mysqld_t self (process (ptrace)))\n",
					&violations, &err),
			 -EPERM);
	assert_int_equal(violations.count, 2);
	assert_string_equal(violations.items[0].forbidden,
			    "(neverallow (not (sshd_t)) (not (sshd_t)) (process (ptrace)))");
	assert_string_equal(violations.items[1].forbidden,
			    "(neverallow (and (domain) (not (sshd_t httpd_t))) rsync_exec_t "
			    "(file (write)))");
	free(more);
}

/* libsemanage's own compilations are heard by the store after ours, too. */
static void test_store_still_hears(void **state)
{
	struct error err = { 0 };

	must(store_begin(store, &err), &err);
	must(store_module_install(store, "bad", STORE_PRIORITY,
				  "(allow nosuch_t self (file (read)))", &err),
	     &err);
	assert_int_equal(store_commit(store, &err), -EIO);
	assert_non_null(strstr(err.what, "bad/cil:1"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_as_committed),
		cmocka_unit_test(test_excerpt_same_for_its_sources),
		cmocka_unit_test(test_candidate),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_refused_by_excerpt),
		cmocka_unit_test(test_excerpt_of_lines),
		cmocka_unit_test(test_optional_block),
		cmocka_unit_test(test_neverallow_of_another),
		cmocka_unit_test(test_neverallow_spelled_out),
		cmocka_unit_test(test_store_still_hears),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
