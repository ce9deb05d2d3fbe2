/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "steps/module/text.h"
#include "tests/unit/unit.h"
#include "wizard/process.h"
#include "wizard/util.h"

/* Data made by hand: the structures own their strings, these tests lend them literals. */
#pragma GCC diagnostic ignored "-Wdiscarded-qualifiers"

static const struct module_header header = { .name = "galera",
					     .version = "1.0",
					     .comment = "Made for db3.\nDo not edit." };
static char *run_rsync[] = { "execute", "open", "read" }, *own_group[] = { "setpgid" },
	    *look[] = { "getattr", "search" };
static struct rule items[] = {
	{ .kind = RULE_ALLOW,
	  .source = "mysqld_t",
	  .target = "rsync_exec_t",
	  .tclass = "file",
	  .permissions = { run_rsync, 3 },
	  .comment = "Runs rsync.\nSeen 2 times" },
	{ .kind = RULE_ALLOW,
	  .source = "mysqld_t",
	  .target = "self",
	  .tclass = "process",
	  .permissions = { own_group, 1 },
	  .comment = "Own process group." },
	{ .kind = RULE_DONTAUDIT,
	  .source = "mysqld_t",
	  .target = "domain",
	  .tclass = "dir",
	  .target_is_attribute = true,
	  .permissions = { look, 2 } },
};
static struct rules rules = { .items = items, .count = 3 };

static void test_bytes(void **state)
{
	_cleanup_free_ char *text = NULL;

	assert_int_equal(te_text(&header, &rules, &text, NULL), 0);
	assert_string_equal(text, "# Made for db3.\n"
				  "# Do not edit.\n"
				  "module galera 1.0;\n"
				  "\n"
				  "require {\n"
				  "\trole object_r;\n"
				  "}\n"
				  "\n"
				  "# Runs rsync.\n"
				  "# Seen 2 times\n"
				  "optional {\n"
				  "\trequire {\n"
				  "\t\ttype mysqld_t, rsync_exec_t;\n"
				  "\t\tclass file { execute open read };\n"
				  "\t}\n"
				  "\tallow mysqld_t rsync_exec_t:file { execute open read };\n"
				  "}\n"
				  "\n"
				  "# Own process group.\n"
				  "optional {\n"
				  "\trequire {\n"
				  "\t\ttype mysqld_t;\n"
				  "\t\tclass process setpgid;\n"
				  "\t}\n"
				  "\tallow mysqld_t self:process setpgid;\n"
				  "}\n"
				  "\n"
				  "optional {\n"
				  "\trequire {\n"
				  "\t\ttype mysqld_t;\n"
				  "\t\tattribute domain;\n"
				  "\t\tclass dir { getattr search };\n"
				  "\t}\n"
				  "\tdontaudit mysqld_t domain:dir { getattr search };\n"
				  "}\n");
}

/* The module compiled by the distribution's own tools and turned into CIL by them. */
static char *compile(const char *te)
{
	char *directory = scratch_directory();
	_cleanup_free_ char *source = put_file(directory, "galera.te", te);
	_cleanup_free_ char *module = str_printf("%s/galera.mod", directory);
	_cleanup_free_ char *package = str_printf("%s/galera.pp", directory);
	_cleanup_free_ char *said = NULL, *also_said = NULL;
	const char *const check[] = { "checkmodule", "-M", "-m", source, "-o", module, NULL };
	const char *const pack[] = { "semodule_package", "-m", module, "-o", package, NULL };
	const char *const convert[] = { "/usr/libexec/selinux/hll/pp", package, NULL };
	char *cil = NULL;

	assert_int_equal(process_capture(check, &said, NULL, NULL), 0);
	assert_int_equal(process_capture(pack, &also_said, NULL, NULL), 0);
	assert_int_equal(process_capture(convert, &cil, NULL, NULL), 0);
	scratch_remove(directory);
	return cil;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* "(allow a b (file (x y)))" -> "allow a b file x", "allow a b file y". */
static size_t add_rule(char *line, char *accesses[], size_t count)
{
	char *words[64], *word, *rest = line;
	size_t n = 0;

	while ((word = strsep(&rest, " ()\t"))) {
		if (*word)
			words[n++] = word;
		assert_true(n < ARRAY_SIZE(words));
	}
	for (size_t i = 4; i < n; i++)
		accesses[count++] = str_printf("%s %s %s %s %s", words[0], words[1], words[2],
					       words[3], words[i]);
	return count;
}

static size_t accesses_of(const char *cil, char *accesses[])
{
	_cleanup_free_ char *copy = strdup(cil);
	char *rest = copy, *line;
	size_t count = 0;

	while ((line = strsep(&rest, "\n"))) {
		line += strspn(line, " \t");
		if (str_starts(line, "(allow ") || str_starts(line, "(dontaudit "))
			count = add_rule(line, accesses, count);
	}
	qsort(accesses, count, sizeof(*accesses), by_text);
	return count;
}

/* te_text through the distribution's tools and cil_text hold the same accesses: count of them. */
static size_t compare_texts(const struct rules *both)
{
	_cleanup_free_ char *te = NULL, *cil = NULL, *converted = NULL;
	char *from_te[64], *from_cil[64];
	size_t count;

	assert_int_equal(te_text(&header, both, &te, NULL), 0);
	assert_int_equal(cil_text(&header, both, &cil, NULL), 0);
	converted = compile(te);
	count = accesses_of(converted, from_te);
	assert_int_equal(accesses_of(cil, from_cil), count);
	for (size_t i = 0; i < count; i++) {
		assert_string_equal(from_te[i], from_cil[i]);
		free(from_te[i]);
		free(from_cil[i]);
	}
	return count;
}

static void test_same_as_cil(void **state)
{
	struct rules none = { 0 };

	assert_int_equal(compare_texts(&rules), 6);
	assert_int_equal(compare_texts(&none), 0);
}

static void test_hostile_comment(void **state)
{
	static char *const hostile[] = {
		"x\n}\nallow mysqld_t shadow_t:file read;\n# ",
		"line 1 \"/etc/passwd\"\r(allow mysqld_t self (process (execmem)))",
		"x\n)\n(allow mysqld_t self (process (execmem)))\n; `m4'\x1b[2J\"\x85 }",
		";* lmx 1 /etc/passwd\n",
	};
	char *kept = items[0].comment;

	for (size_t i = 0; i < ARRAY_SIZE(hostile); i++) {
		struct module_header bad = header;
		_cleanup_free_ char *cil = NULL;

		items[0].comment = hostile[i];
		assert_int_equal(compare_texts(&rules), 6);
		bad.comment = hostile[i];
		assert_int_equal(cil_text(&bad, &rules, &cil, NULL), 0);
		assert_null(strstr(cil, "\n(allow"));
		assert_null(strchr(cil, '\r'));
		assert_null(strchr(cil, '\x1b'));
	}
	items[0].comment = kept;
}

static void test_requirements_are_sorted(void **state)
{
	struct rule rule = items[0];
	struct rules one = { .items = &rule, .count = 1 };
	_cleanup_free_ char *text = NULL;

	rule.target = "initrc_tmp_t";
	assert_int_equal(te_text(&header, &one, &text, NULL), 0);
	assert_non_null(strstr(text, "\t\ttype initrc_tmp_t, mysqld_t;\n"));
}

static void test_bad_name(void **state)
{
	_cleanup_free_ char *text = NULL;
	struct error err = { 0 };
	char *kept = items[0].target;

	items[0].target = "self; allow";
	assert_int_equal(te_text(&header, &rules, &text, &err), -EINVAL);
	assert_null(text);
	items[0].target = kept;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_same_as_cil),
		cmocka_unit_test(test_hostile_comment),
		cmocka_unit_test(test_requirements_are_sorted),
		cmocka_unit_test(test_bad_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
