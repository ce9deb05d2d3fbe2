/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <glob.h>
#include <sepol/cil/cil.h>
#include <sepol/policydb.h>
#include <string.h>
#include <unistd.h>

#include "steps/oracle/oracle.h"
#include "tests/unit/unit.h"
#include "wizard/util.h"

/* The policy below policy_root(), and a small one in which each verdict can be had. */
static struct oracle *host, *small;
static char *host_path;

static const char small_policy[] =
	"(handleunknown deny) (mls true)\n"
	"(class process (transition)) (class file (open)) (classorder (process file))\n"
	"(common io (read write)) (classcommon file io)\n"
	"(sid kernel) (sidorder (kernel)) (sidcontext kernel (system_u system_r one_t ((s0) "
	"(s0))))\n"
	"(sensitivity s0) (sensitivityorder (s0)) (category c0) (categoryorder (c0))\n"
	"(sensitivitycategory s0 (c0))\n"
	"(user system_u) (userlevel system_u (s0)) (userrange system_u ((s0) (s0 (c0))))\n"
	"(user owner_u) (userlevel owner_u (s0)) (userrange owner_u ((s0) (s0)))\n"
	"(role system_r) (role object_r) (role other_r)\n"
	"(userrole system_u system_r) (userrole system_u object_r) (userrole system_u other_r)\n"
	"(userrole owner_u other_r)\n"
	"(type one_t) (type two_t) (type child_t) (type parent_t) (type file_t) (type writer_t)\n"
	"(typealias old_t) (typealiasactual old_t file_t)\n"
	"(typeattribute domains) (typeattributeset domains (one_t two_t child_t parent_t "
	"writer_t))\n"
	"(typeattribute nothing)\n"
	"(roletype system_r domains) (roletype other_r two_t) (typebounds parent_t child_t)\n"
	"(typepermissive two_t)\n"
	"(mlsconstrain (file (read write)) (dom h1 h2))\n"
	"(mlsconstrain (file (write)) (eq h1 h2))\n"
	"(constrain (file (open)) (eq u1 u2))\n"
	"(allow domains file_t (file (open))) (allow one_t file_t (file (read)))\n"
	"(allow child_t file_t (file (read))) (allow one_t two_t (process (transition)))\n"
	"(allow writer_t file_t (file (read write)))\n"
	"(dontaudit one_t file_t (file (write)))\n";

/* Compiled here, without the checks of neverallow and bounds that would refuse it. */
static struct oracle *compile(const char *text)
{
	struct oracle *oracle = NULL;
	sepol_policydb_t *policy = NULL;
	struct error err = { 0 };
	cil_db_t *db;
	void *image;
	size_t length;

	cil_db_init(&db);
	cil_set_disable_neverallow(db, 1);
	assert_int_equal(cil_add_file(db, "small", text, strlen(text)), 0);
	assert_int_equal(cil_compile(db), 0);
	assert_int_equal(cil_build_policydb(db, &policy), 0);
	cil_db_destroy(&db);
	assert_int_equal(sepol_policydb_to_image(NULL, policy, &image, &length), 0);
	sepol_policydb_free(policy);
	must(oracle_open_image(&oracle, image, length, &err), &err);
	return oracle;
}

static int setup(void **state)
{
	_cleanup_free_ char *pattern =
		str_printf("%s/etc/selinux/*/policy/policy.*", policy_root());
	struct error err = { 0 };
	glob_t found;

	small = compile(small_policy);
	if (glob(pattern, 0, NULL, &found) == 0) {
		host_path = strdup(found.gl_pathv[found.gl_pathc - 1]);
		globfree(&found);
		must(oracle_open(&host, host_path, &err), &err);
	}
	return 0;
}

static int teardown(void **state)
{
	oracle_close(small);
	oracle_close(host);
	oracle_close(NULL);
	free(host_path);
	return 0;
}

static struct judgement judge(struct oracle *oracle, const char *source, const char *target,
			      const char *tclass, const char *permission)
{
	struct judgement judgement = { .verdict = (enum verdict)99 };
	struct error err = { 0 };

	must(oracle_judge(oracle, source, target, tclass, permission, &judgement, &err), &err);
	return judgement;
}

static enum verdict verdict(struct oracle *oracle, const char *source, const char *target,
			    const char *tclass, const char *permission)
{
	return judge(oracle, source, target, tclass, permission).verdict;
}

static enum verdict by_types(struct oracle *oracle, const char *source, const char *target,
			     const char *tclass, const char *permission)
{
	struct judgement judgement = { .verdict = (enum verdict)99 };
	struct error err = { 0 };

	must(oracle_judge(oracle, source, target, tclass, permission, &judgement, &err), &err);
	return judgement.verdict;
}

static void test_verdicts(void **state)
{
	static const char one[] = "system_u:system_r:one_t:s0-s0:c0";
	static const char file[] = "system_u:object_r:file_t:s0";

	assert_int_equal(verdict(small, one, file, "file", "read"), VERDICT_ALLOWED);
	assert_int_equal(verdict(small, one, file, "file", "write"), VERDICT_NO_RULE);
	assert_int_equal(verdict(small, "system_u:system_r:one_t:s0",
				 "system_u:object_r:file_t:s0:c0", "file", "read"),
			 VERDICT_CONSTRAINT);
	/* Without a rule, the constraint that also denies it does not show. */
	assert_int_equal(verdict(small, "system_u:system_r:one_t:s0",
				 "system_u:object_r:file_t:s0:c0", "file", "write"),
			 VERDICT_NO_RULE);
	assert_int_equal(verdict(small, one, "owner_u:object_r:file_t:s0", "file", "open"),
			 VERDICT_CONSTRAINT);
	assert_int_equal(verdict(small, one, "system_u:other_r:two_t:s0", "process", "transition"),
			 VERDICT_ROLE);
	assert_int_equal(verdict(small, "system_u:system_r:child_t:s0", file, "file", "read"),
			 VERDICT_BOUNDS);
	assert_true(judge(small, one, file, "file", "write").dontaudit);
	assert_false(judge(small, one, file, "file", "read").dontaudit);
	assert_false(judge(small, "system_u:system_r:two_t:s0", file, "file", "write").dontaudit);
}

static void test_obstacle(void **state)
{
	static const struct {
		const char *source, *target, *tclass, *permission, *text;
	} rows[] = {
		{ "system_u:system_r:one_t:s0", "system_u:object_r:file_t:s0:c0", "file", "read",
		  "mlsconstrain file { read } (h1 dom h2 (failed))" },
		/* Of its constraints only those of the permission. */
		{ "system_u:system_r:writer_t:s0", "system_u:object_r:file_t:s0:c0", "file", "read",
		  "mlsconstrain file { read } (h1 dom h2 (failed))" },
		{ "system_u:system_r:one_t:s0", "owner_u:object_r:file_t:s0", "file", "open",
		  "constrain file { open } (u1 == u2 (failed))" },
		{ "system_u:system_r:one_t:s0", "system_u:other_r:two_t:s0", "process",
		  "transition", "no rule \"allow system_r other_r\" for roles" },
		{ "system_u:system_r:child_t:s0", "system_u:object_r:file_t:s0", "file", "read",
		  "typebounds parent_t child_t" },
		{ "child_t", "file_t", "file", "read", "typebounds parent_t child_t" },
		/* Nothing but a rule is missing, or not even that; or a name is not known. */
		{ "one_t", "file_t", "file", "write", NULL },
		{ "one_t", "file_t", "file", "read", NULL },
		{ "one_t", "no_t", "file", "read", NULL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_free_ char *text = NULL;
		struct error err = { 0 };

		must(oracle_obstacle(small, rows[i].source, rows[i].target, rows[i].tclass,
				     rows[i].permission, &text, &err),
		     &err);
		assert_text_or_null(text, rows[i].text);
	}
}

static void assert_unknown(const char *source, const char *target, const char *tclass,
			   const char *permission, const char *which)
{
	struct judgement judgement = judge(small, source, target, tclass, permission);

	assert_int_equal(judgement.verdict, VERDICT_UNKNOWN);
	assert_string_equal(judgement.unknown, which);
	assert_false(judgement.dontaudit);
}

static void test_unknown(void **state)
{
	static const char one[] = "system_u:system_r:one_t:s0";
	static const char file[] = "system_u:object_r:file_t:s0";
	_cleanup_free_ char *huge = malloc(1 << 20);

	assert_unknown("system_u:system_r:no_t:s0", file, "file", "read", "source context");
	assert_unknown(one, "system_u:object_r:no_t:s0", "file", "read", "target context");
	assert_unknown(one, file, "socket", "read", "class");
	assert_unknown(one, file, "file", "fly", "permission");
	assert_unknown(one, file, "file", "", "permission");
	assert_unknown("system_u:system_r:domains:s0", file, "file", "read", "source context");
	assert_unknown("", file, "file", "read", "source context");
	assert_unknown("none_t", file, "file", "read", "source context");
	assert_int_equal(judge(small, "one_t", "file_t", "file", "read").verdict, VERDICT_ALLOWED);
	assert_unknown(":::::::", file, "file", "read", "source context");
	assert_unknown("a:b", file, "file", "read", "source context");
	assert_unknown(one, "system_u:object_r:file_t\n:s0", "file", "read", "target context");
	memset(huge, ':', (1 << 20) - 1);
	huge[(1 << 20) - 1] = '\0';
	assert_unknown(one, huge, "file", "read", "target context");
	memset(huge, 'a', (1 << 20) - 1);
	assert_unknown(huge, file, "file", "read", "source context");
}

/* Contexts of another host: only the type counts then. */
static void test_foreign_contexts(void **state)
{
	static const char file[] = "system_u:object_r:file_t:s0";

	assert_int_equal(verdict(small, "unconfined_u:unconfined_r:one_t:s0-s0:c0.c1023", file,
				 "file", "read"),
			 VERDICT_ALLOWED);
	assert_int_equal(
		verdict(small, "system_u:system_r:one_t", "user_u:object_r:file_t", "file", "read"),
		VERDICT_ALLOWED);
	/* Objects of the source's type, as a daemon's own files in /proc are. */
	assert_int_equal(verdict(small, "system_u:object_r:one_t:s0", file, "file", "read"),
			 VERDICT_ALLOWED);
	/* A type that the role of processes does not have is an object's. */
	assert_int_equal(verdict(small, "system_u:system_r:one_t:s0", "nobody_u:nobody_r:file_t:s9",
				 "file", "read"),
			 VERDICT_ALLOWED);
	assert_int_equal(verdict(small, "x_u:system_r:one_t:s0", "x_u:system_r:two_t:s0", "process",
				 "transition"),
			 VERDICT_ALLOWED);
	assert_int_equal(verdict(small, "system_u:system_r:one_t:s0", "user_u:object_r:old_t:s0",
				 "file", "read"),
			 VERDICT_ALLOWED);
}

static void test_types(void **state)
{
	assert_int_equal(by_types(small, "one_t", "file_t", "file", "read"), VERDICT_ALLOWED);
	assert_int_equal(by_types(small, "one_t", "old_t", "file", "read"), VERDICT_ALLOWED);
	assert_int_equal(by_types(small, "two_t", "file_t", "file", "read"), VERDICT_NO_RULE);
	assert_int_equal(by_types(small, "one_t", "two_t", "process", "transition"),
			 VERDICT_ALLOWED);
	assert_int_equal(by_types(small, "one_t", "domains", "file", "read"), VERDICT_UNKNOWN);
	assert_int_equal(by_types(small, "one_t:s0", "file_t", "file", "read"), VERDICT_UNKNOWN);
}

static void test_names(void **state)
{
	assert_true(oracle_has_type(small, "one_t"));
	assert_true(oracle_has_type(small, "old_t"));
	assert_false(oracle_has_type(small, "domains"));
	assert_false(oracle_has_type(small, "no_t"));
	assert_false(oracle_has_type(small, ""));
	assert_true(oracle_has_attribute(small, "domains"));
	assert_false(oracle_has_attribute(small, "one_t"));
	assert_true(oracle_type_has_attribute(small, "one_t", "domains"));
	assert_false(oracle_type_has_attribute(small, "file_t", "domains"));
	assert_false(oracle_type_has_attribute(small, "old_t", "domains"));
	assert_false(oracle_type_has_attribute(small, "one_t", "two_t"));
	assert_true(oracle_has_permission(small, "file", "open"));
	assert_true(oracle_has_permission(small, "file", "read")); /* of the common */
	assert_false(oracle_has_permission(small, "process", "read"));
	assert_false(oracle_has_permission(small, "nosuch", "read"));
	assert_true(oracle_is_permissive(small, "two_t"));
	assert_false(oracle_is_permissive(small, "one_t"));
	assert_false(oracle_is_permissive(small, "no_t"));
}

static void test_all_names(void **state)
{
	_cleanup_(strings_clear) struct strings types = { 0 }, permissions = { 0 };

	oracle_names(small, false, &types);
	oracle_names(small, true, &permissions);
	assert_true(strings_has(&types, "one_t"));
	assert_true(strings_has(&types, "old_t")); /* an alias */
	assert_false(strings_has(&types, "domains"));
	assert_false(strings_has(&types, "open"));
	assert_true(strings_has(&permissions, "open"));
	assert_true(strings_has(&permissions, "read")); /* of the class's common */
	assert_true(strings_has(&permissions, "transition"));
	assert_false(strings_has(&permissions, "one_t"));
}

static void test_host(void **state)
{
	static const char mysqld[] = "system_u:system_r:mysqld_t:s0";
	static const char port[] = "system_u:object_r:mysqld_port_t:s0";

	if (!host)
		skip();
	assert_true(oracle_has_type(host, "mysqld_t"));
	assert_true(oracle_type_has_attribute(host, "mysqld_t", "domain"));
	assert_true(oracle_type_has_attribute(host, "mysqld_port_t", "port_type"));
	assert_false(oracle_type_has_attribute(host, "mysqld_db_t", "port_type"));
	assert_true(oracle_has_permission(host, "tcp_socket", "name_bind"));
	assert_int_equal(verdict(host, mysqld, port, "tcp_socket", "name_bind"), VERDICT_ALLOWED);
	assert_int_equal(
		verdict(host, "system_u:object_r:mysqld_t:s0", port, "tcp_socket", "name_bind"),
		VERDICT_ALLOWED);
	assert_int_equal(
		verdict(host, mysqld, "system_u:object_r:ssh_port_t:s0", "tcp_socket", "name_bind"),
		VERDICT_NO_RULE);
	assert_int_equal(verdict(host, mysqld, "system_u:object_r:shadow_t:s0", "file", "write"),
			 VERDICT_NO_RULE);
}

/* Each oracle answers from its own policy, in whatever order they are asked. */
static void test_several(void **state)
{
	struct oracle *other = compile(small_policy);

	for (int i = 0; i < 3; i++) {
		assert_int_equal(by_types(other, "one_t", "file_t", "file", "read"),
				 VERDICT_ALLOWED);
		if (host)
			assert_int_equal(by_types(host, "one_t", "file_t", "file", "read"),
					 VERDICT_UNKNOWN);
	}
	oracle_close(other);
	/* One at the same address is not taken for the one that was closed. */
	other = compile("(class file (read)) (classorder (file)) (sid kernel) (sidorder (kernel))\n"
			"(mls false) (handleunknown deny) (user system_u) (role system_r)\n"
			"(role object_r) (userrole system_u system_r) (type a_t) (type b_t)\n"
			"(roletype system_r a_t) (sensitivity s0) (sensitivityorder (s0))\n"
			"(userlevel system_u (s0)) (userrange system_u ((s0) (s0)))\n"
			"(sidcontext kernel (system_u system_r a_t ((s0) (s0))))\n"
			"(allow a_t b_t (file (read)))");
	/* A policy without levels, asked with and without them. */
	assert_int_equal(by_types(other, "a_t", "b_t", "file", "read"), VERDICT_ALLOWED);
	assert_int_equal(by_types(other, "one_t", "b_t", "file", "read"), VERDICT_UNKNOWN);
	assert_int_equal(verdict(other, "u:r:a_t:s0", "u:object_r:b_t:s0:c1", "file", "read"),
			 VERDICT_ALLOWED);
	oracle_close(other);
	assert_int_equal(by_types(small, "one_t", "file_t", "file", "read"), VERDICT_ALLOWED);
}

static void test_booleans(void **state)
{
	static const char if_on[] = "(booleanif may (true (allow one_t file_t (file (write)))))\n";
	_cleanup_free_ char *off_text =
		str_printf("%s(boolean may false) %s(boolean own true)", small_policy, if_on);
	_cleanup_free_ char *on_text =
		str_printf("%s(boolean may true) %s(boolean more true)", small_policy, if_on);
	struct oracle *off = compile(off_text), *on = compile(on_text);

	assert_int_equal(by_types(on, "one_t", "file_t", "file", "write"), VERDICT_ALLOWED);
	assert_int_equal(by_types(off, "one_t", "file_t", "file", "write"), VERDICT_NO_RULE);
	oracle_copy_booleans(off, on);
	assert_int_equal(by_types(off, "one_t", "file_t", "file", "write"), VERDICT_ALLOWED);
	oracle_copy_booleans(off, on);
	oracle_copy_booleans(off, small);
	assert_int_equal(by_types(off, "one_t", "file_t", "file", "write"), VERDICT_ALLOWED);
	oracle_close(off);
	oracle_close(on);
}

/* With a rule that is not there, what denies it besides shows; the policy itself stays as it is. */
static void test_supposed(void **state)
{
	static const char one[] = "system_u:system_r:one_t:s0";
	static const char file[] = "system_u:object_r:file_t:s0";
	static const struct supposed accesses[] = {
		{ "one_t", "file_t", "file", "write" },
		{ "child_t", "file_t", "file", "write" },
		{ "child_t", "two_t", "process", "transition" },
		{ "one_t", "two_t", "file", "read" },
		{ "one_t", "two_t", "file", "write" },
		{ "no_t", "two_t", "file", "fly" },
	};
	struct oracle *with = small;

	oracle_suppose(with, accesses, ARRAY_SIZE(accesses));
	assert_int_equal(verdict(with, one, file, "file", "write"), VERDICT_ALLOWED);
	assert_int_equal(verdict(with, one, "system_u:object_r:file_t:s0:c0", "file", "write"),
			 VERDICT_CONSTRAINT);
	assert_int_equal(verdict(with, "system_u:system_r:child_t:s0", file, "file", "write"),
			 VERDICT_BOUNDS);
	assert_int_equal(verdict(with, "system_u:system_r:child_t:s0", "system_u:other_r:two_t:s0",
				 "process", "transition"),
			 VERDICT_ROLE);
	assert_int_equal(by_types(with, "one_t", "two_t", "file", "read"), VERDICT_ALLOWED);
	assert_int_equal(by_types(with, "one_t", "two_t", "file", "write"), VERDICT_ALLOWED);
	/* What it has besides, and what nobody asked for. */
	assert_int_equal(verdict(with, one, file, "file", "read"), VERDICT_ALLOWED);
	assert_int_equal(by_types(with, "two_t", "file_t", "file", "write"), VERDICT_NO_RULE);
	assert_int_equal(by_types(with, "one_t", "two_t", "file", "open"), VERDICT_NO_RULE);
	/* Others in their place; and none. */
	oracle_suppose(with, &accesses[3], 1);
	assert_int_equal(by_types(with, "one_t", "two_t", "file", "read"), VERDICT_ALLOWED);
	assert_int_equal(by_types(with, "one_t", "two_t", "file", "write"), VERDICT_NO_RULE);
	assert_int_equal(verdict(with, one, file, "file", "write"), VERDICT_NO_RULE);
	assert_int_equal(verdict(with, one, file, "file", "read"), VERDICT_ALLOWED);
	oracle_suppose(with, NULL, 0);
	assert_int_equal(by_types(with, "one_t", "two_t", "file", "read"), VERDICT_NO_RULE);
	assert_int_equal(verdict(small, one, file, "file", "write"), VERDICT_NO_RULE);
}

/* As sesearch counts them: rules for attributes, and conditional ones as the booleans are. */
static void test_port_users(void **state)
{
	static const char text[] =
		"(class tcp_socket (name_bind name_connect listen)) (classorder (unordered "
		"tcp_socket))\n(type port_t) (type b_t) (type a_t) (type c_t) (type d_t) (type "
		"e_t)\n"
		"(typeattribute domain) (typeattributeset domain (a_t b_t c_t d_t))\n"
		"(allow domain a_t (tcp_socket (listen)))\n"
		"(typeattribute ports) (typeattributeset ports (port_t))\n"
		"(typeattribute clients) (typeattributeset clients (b_t e_t))\n"
		"(allow clients ports (tcp_socket (name_connect)))\n"
		"(allow c_t port_t (tcp_socket (listen))) (boolean on true) (boolean off false)\n"
		"(booleanif on (true (allow a_t port_t (tcp_socket (name_bind)))))\n"
		"(booleanif off (true (allow d_t port_t (tcp_socket (name_bind)))))\n";
	_cleanup_free_ char *all = str_printf("%s%s", small_policy, text);
	_cleanup_(strings_clear) struct strings names = { 0 }, none = { 0 };
	struct oracle *oracle = compile(all);

	oracle_port_users(oracle, "port_t", &names);
	assert_int_equal(names.count, 2);
	assert_string_equal(names.items[0], "a_t");
	assert_string_equal(names.items[1], "b_t");
	oracle_port_users(oracle, "no_port_t", &none);
	assert_int_equal(none.count, 0);
	oracle_close(oracle);
}

static void test_no_policy(void **state)
{
	struct oracle *oracle = NULL;
	struct error err = { 0 };

	assert_int_equal(oracle_open(&oracle, "/nonexistent", &err), -ENOENT);
	assert_int_equal(oracle_open(&oracle, "/dev/null", &err), -EINVAL);
	assert_int_equal(oracle_open(&oracle, "tests/run", &err), -EINVAL);
	assert_non_null(strstr(err.what, "tests/run"));
	assert_int_equal(oracle_open_image(&oracle, strdup("SE Linux"), 8, &err), -EINVAL);
	assert_null(oracle);
	if (!host_path)
		return;
	/* Cut off anywhere, it is no policy, and no harm is done. */
	for (size_t parts = 1; parts < 20; parts++) {
		char *image;
		size_t length;

		must(file_read(host_path, &image, &length, &err), &err);
		assert_int_equal(oracle_open_image(&oracle, image, length * parts / 20, &err),
				 -EINVAL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_verdicts),  cmocka_unit_test(test_obstacle),
		cmocka_unit_test(test_unknown),   cmocka_unit_test(test_foreign_contexts),
		cmocka_unit_test(test_types),     cmocka_unit_test(test_names),
		cmocka_unit_test(test_all_names), cmocka_unit_test(test_host),
		cmocka_unit_test(test_several),   cmocka_unit_test(test_booleans),
		cmocka_unit_test(test_supposed),  cmocka_unit_test(test_port_users),
		cmocka_unit_test(test_no_policy),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
