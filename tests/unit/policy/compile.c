/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <sepol/policydb/policydb.h>

#include "steps/policy/oracle.h"
#include "wizard/util.h"

#define QUERIES 20000
#define SEED    20260801

static char root[PATH_MAX];
static struct store *store;
static struct store_cil *modules;
static size_t count;
static struct oracle *kernel;
static sepol_policydb_t *names;

static void must(int r, const struct error *err)
{
	if (r < 0)
		fail_msg("%s (%s)", err->what, err->remedy);
}

static int setup(void **state)
{
	const char *temporary = getenv("TMPDIR");
	_cleanup_free_ char *path = NULL, *image = NULL;
	struct error err = { 0 };
	size_t length;

	(void)state;
	snprintf(root, sizeof(root), "%s/compile.XXXXXX", temporary ? temporary : "/tmp");
	if (!mkdtemp(root))
		return -1;
	must(store_create(root, "/", &err), &err);
	must(store_open(&store, root, &err), &err);
	must(store_all_modules(store, NULL, &modules, &count, &err), &err);
	must(store_kernel_policy(store, &path, &err), &err);
	must(oracle_open(&kernel, path, &err), &err);
	must(file_read(path, &image, &length, &err), &err);
	assert_int_equal(sepol_policydb_create(&names), 0);
	assert_int_equal(sepol_policydb_from_image(NULL, image, length, names), 0);
	return 0;
}

static int teardown(void **state)
{
	_cleanup_free_ char *said = NULL;
	const char *const command[] = { "rm", "-rf", root, NULL };

	(void)state;
	sepol_policydb_free(names);
	oracle_close(kernel);
	store_cils_free(modules, count);
	store_close(store);
	return process_capture(command, &said, NULL, NULL);
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
static struct query random_query(void)
{
	struct query query = { .source = rand() % 2 ? "mysqld_t" : random_type() };

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
		must(oracle_judge(oracle, queries[i].source, queries[i].target,
					queries[i].tclass, queries[i].permission, &judgements[i],
					&err),
		     &err);
}

static void test_same_as_committed(void **state)
{
	static struct query queries[QUERIES];
	static struct judgement before[QUERIES], after[QUERIES];
	struct oracle *compiled = NULL;
	size_t allowed = 0, silent = 0;
	struct error err = { 0 };

	(void)state;
	srand(SEED);
	for (size_t i = 0; i < QUERIES; i++)
		queries[i] = random_query();
	must(oracle_compile(&compiled, modules, count, NULL, NULL, &err), &err);
	must(oracle_copy_booleans(compiled, kernel, &err), &err);
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
	assert_in_range(allowed, QUERIES / 100, QUERIES / 2);
	assert_in_range(silent, 1, QUERIES / 2);
	oracle_close(compiled);
}

/* ---- candidates -------------------------------------------------------------------------------
 */

static enum verdict verdict(struct oracle *oracle, const char *target, const char *tclass,
			    const char *permission)
{
	struct judgement judgement;
	struct error err = { 0 };

	must(oracle_judge(oracle, "mysqld_t", target, tclass, permission, &judgement, &err),
	     &err);
	return judgement.verdict;
}

static void test_candidate(void **state)
{
	struct oracle *compiled = NULL;
	struct error err = { 0 };

	(void)state;
	assert_int_equal(verdict(kernel, "rsync_exec_t", "file", "execute"), VERDICT_NO_RULE);
	must(oracle_compile(&compiled, modules, count, "galera",
			    "(allow mysqld_t rsync_exec_t (file (execute)))\n"
			    "(typepermissive mysqld_t)\n"
			    "(optional absent (allow mysqld_t nosuch_t (file (read))))\n",
			    &err),
	     &err);
	assert_int_equal(verdict(compiled, "rsync_exec_t", "file", "execute"), VERDICT_ALLOWED);
	assert_int_equal(verdict(compiled, "rsync_exec_t", "file", "write"), VERDICT_NO_RULE);
	assert_true(oracle_is_permissive(compiled, "mysqld_t"));
	assert_false(oracle_is_permissive(kernel, "mysqld_t"));
	oracle_close(compiled);
}

/* The candidate must be refused with this code and these words. */
static void refused(const char *candidate, int code, const char *word, const char *other)
{
	struct oracle *compiled = NULL;
	struct error err = { 0 };

	assert_int_equal(oracle_compile(&compiled, modules, count, "galera", candidate, &err),
			 code);
	assert_null(compiled);
	assert_non_null(str_starts(err.what, "galera "));
	if (!strstr(err.what, word) || !strstr(err.what, other))
		fail_msg("no \"%s\", \"%s\" in: %s", word, other, err.what);
	assert_null(strchr(err.what, '\n'));
	assert_int_not_equal(err.remedy[0], 0);
}

static void test_refused(void **state)
{
	(void)state;
	refused("(allow mysqld_t rsync_exec_t (file (open)))\n"
		"  (allow mysqld_t nosuch_t (file (read)))  \n",
		-EINVAL, "galera:2", "(allow mysqld_t nosuch_t (file (read)))");
	refused("(allow mysqld_t rsync_exec_t (file (fly)))", -EINVAL, "permission fly",
		"galera:1");
	refused("(allow mysqld_t rsync_exec_t (file (open))", -EINVAL, "parenthesis", "line 1");
	refused("\n(allow mysqld_t shadow_t (file (read open)))", -EPERM,
		"(allow mysqld_t shadow_t (file (read", "(neverallow ");
}

/* A local module breaks a neverallow already; a commit let it. That is not the candidate's fault.
 */
static void test_neverallow_of_another(void **state)
{
	static const char bad[] = "(allow httpd_t shadow_t (file (read)))";
	struct store_cil *more = calloc(count + 1, sizeof(*more));
	struct oracle *compiled = NULL;
	struct error err = { 0 };

	(void)state;
	assert_non_null(more);
	memcpy(more, modules, count * sizeof(*more));
	more[count] = (struct store_cil){ (char *)"local", (char *)bad, sizeof(bad) - 1 };
	must(oracle_compile(&compiled, more, count + 1, "galera",
			    "(allow mysqld_t rsync_exec_t (file (execute)))", &err),
	     &err);
	assert_int_equal(verdict(compiled, "rsync_exec_t", "file", "execute"), VERDICT_ALLOWED);
	oracle_close(compiled);
	compiled = NULL;
	assert_int_equal(oracle_compile(&compiled, more, count + 1, "galera",
					"(allow mysqld_t shadow_t (file (read)))", &err),
			 -EPERM);
	assert_non_null(strstr(err.what, "(allow mysqld_t shadow_t"));
	free(more);
}

/* libsemanage's own compilations are heard by the store after ours, too. */
static void test_store_still_hears(void **state)
{
	struct error err = { 0 };

	(void)state;
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
		cmocka_unit_test(test_candidate),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_neverallow_of_another),
		cmocka_unit_test(test_store_still_hears),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
