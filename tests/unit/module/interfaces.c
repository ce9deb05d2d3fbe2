/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "steps/module/interfaces.h"
#include "tests/unit/unit.h"
#include "wizard/util.h"

/* Data made by hand: the structures own their strings, these tests lend them literals. */
#pragma GCC diagnostic ignored "-Wdiscarded-qualifiers"

/* As the headers of a policy are laid out, with as much of their macros as the interfaces need. */
static const char makefile[] =
	"tmp/%.mod: %.te\n"
	"\tmkdir -p tmp\n"
	"\tm4 $(dir $(lastword $(MAKEFILE_LIST)))support.m4 "
	"$(dir $(lastword $(MAKEFILE_LIST)))include/kernel/x.if $< >tmp/$*.tmp\n"
	"\tfalse\n";
static const char support[] = "divert(-1)\n"
			      "define(`interface',`define(`$1',`##### begin $1\n$2')')\n"
			      "define(`gen_require',`require {\n$1\n} # end require')\n"
			      "define(`look_perms',`{ getattr search }')\n"
			      "divert(0)dnl\n";

/* Each requires something, too. Exactly a rule are x_look, x_look_too and x_group alone. */
static const struct {
	const char *name, *body;
} interfaces[] = {
	{ "x_wider", "allow $1 boot_t:dir { getattr open search };" },
	{ "x_narrower", "allow $1 boot_t:dir getattr;" },
	{ "x_other_kind", "dontaudit $1 boot_t:dir look_perms;" },
	{ "x_other_type", "allow $1 { boot_t mnt_t }:dir look_perms;" },
	{ "x_all_but", "allow $1 ~boot_t:dir look_perms;" },
	{ "x_other_class", "allow $1 boot_t:{ dir file } look_perms;" },
	{ "x_more", "allow $1 boot_t:dir look_perms; allow $1 boot_t:file read;" },
	{ "x_attribute", "allow $1 boot_t:dir look_perms; typeattribute $1 x;" },
	{ "x_two", "allow $1 $2:dir look_perms;" },
	{ "x_torn", "allow $1 boot_t:dir { getattr search" },
	{ "x_of_others", "allow init_t boot_t:dir look_perms;" },
	{ "x_nothing", "" },
	{ "x_look", "# looks\nallow $1 { boot_t } : dir { search { getattr } };" },
	{ "x_look_too", "allow $1 boot_t:dir look_perms;" },
	{ "x_both", "dontaudit $1 self:process setpgid; allow $1 self:process setpgid;" },
	{ "x_group", "allow $1 self:process setpgid;" },
};

/* As the headers have them; caller frees. */
static char *headers(void)
{
	char *text = NULL;
	FILE *out = stream_open(&text, NULL);

	for (size_t i = 0; i < ARRAY_SIZE(interfaces); i++)
		fprintf(out,
			"interface(`%s',`\ngen_require(`type boot_t; class dir { getattr search "
			"};')\n%s\n')\n",
			interfaces[i].name, interfaces[i].body);
	stream_close(&out);
	return text;
}

static char *look[] = { "getattr", "search" }, *group[] = { "setpgid" }, *fetch[] = { "read" };
static unsigned int command = 0x5401;
static struct rule items[] = {
	{ .source = "mysqld_t", .target = "boot_t", .tclass = "dir", .permissions = { look, 2 } },
	{ .source = "mysqld_t",
	  .target = "self",
	  .tclass = "process",
	  .permissions = { group, 1 } },
	{ .source = "mysqld_t", .target = "boot_t", .tclass = "file", .permissions = { fetch, 1 } },
	{ .source = "mysqld_t",
	  .target = "self",
	  .tclass = "process",
	  .permissions = { group, 1 },
	  .ioctls = &command,
	  .ioctl_count = 1 },
};
static const struct rules rules = { items, ARRAY_SIZE(items) };

static int find(char **names, size_t *known, struct error *err)
{
	_cleanup_free_ char *text = headers();
	char *directory = scratch_directory();
	_cleanup_free_ char *work = str_printf("%s/work", directory);
	_cleanup_free_ char *made = put_file(directory, "Makefile", makefile);
	_cleanup_free_ char *macros = put_file(directory, "support.m4", support);
	_cleanup_free_ char *file = put_file(directory, "include/kernel/x.if", text);
	int r;

	must(make_directories(work, 0755, err), err);
	r = interfaces_find(directory, work, &rules, names, known, err);
	scratch_remove(directory);
	return r;
}

static void the_first_that_is_exactly_a_rule(void **state)
{
	char *names[ARRAY_SIZE(items)] = { NULL };
	struct error err = { 0 };
	size_t known = 0;

	must(find(names, &known, &err), &err);
	assert_int_equal(known, ARRAY_SIZE(interfaces));
	assert_non_null(names[0]);
	assert_string_equal(names[0], "x_look");
	assert_non_null(names[1]);
	assert_string_equal(names[1], "x_group");
	assert_null(names[2]);
	assert_null(names[3]);
	free(names[0]);
	free(names[1]);
}

static void without_headers_there_is_none(void **state)
{
	char *names[ARRAY_SIZE(items)] = { NULL };
	struct error err = { 0 };
	size_t known = 1;

	must(interfaces_find("/nonexistent", "/nonexistent", &rules, names, &known, &err), &err);
	assert_int_equal(known, 0);
}

static void headers_that_cannot_be_expanded_are_an_error(void **state)
{
	char *names[ARRAY_SIZE(items)] = { NULL };
	struct error err = { 0 };
	size_t known;
	char *directory = scratch_directory();
	_cleanup_free_ char *text = headers();
	_cleanup_free_ char *file = put_file(directory, "include/kernel/x.if", text);

	assert_int_equal(interfaces_find(directory, directory, &rules, names, &known, &err), -EIO);
	assert_non_null(strstr(err.what, "cannot expand the interfaces in"));
	scratch_remove(directory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_that_is_exactly_a_rule),
		cmocka_unit_test(without_headers_there_is_none),
		cmocka_unit_test(headers_that_cannot_be_expanded_are_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
