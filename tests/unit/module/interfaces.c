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

#define REQUIRED              "gen_require(`type boot_t; class dir { getattr search };')\n"
#define INTERFACE(name, body) "interface(`" name "',`\n" body "\n')\n"
static const char headers[] = INTERFACE("x_wider", REQUIRED "allow $1 boot_t:dir { getattr open "
							    "search };") INTERFACE(
	"x_narrower",
	REQUIRED "allow $1 boot_t:dir getattr;") INTERFACE("x_other_kind", REQUIRED
							   "dontaudit $1 boot_t:dir look_perms;")
	INTERFACE("x_other_type", REQUIRED "allow $1 { boot_t mnt_t }:dir look_perms;") INTERFACE(
		"x_all_but",
		REQUIRED "allow $1 ~boot_t:dir look_perms;") INTERFACE("x_other_class", REQUIRED
								       "allow $1 boot_t:{ dir file "
								       "} look_perms;")
		INTERFACE("x_more", REQUIRED "allow $1 boot_t:dir look_perms; allow $1 boot_t:file "
					     "read;") INTERFACE(
			"x_attribute",
			REQUIRED "allow $1 boot_t:dir look_perms; typeattribute $1 x;")
			INTERFACE("x_two", REQUIRED "allow $1 $2:dir look_perms;") INTERFACE(
				"x_torn", REQUIRED "allow $1 boot_t:dir { getattr search")
				INTERFACE("x_of_others", REQUIRED "allow init_t boot_t:dir "
								  "look_perms;") INTERFACE(
					"x_nothing",
					REQUIRED) INTERFACE("x_look", REQUIRED
							    "# looks\nallow $1 { boot_t } : dir { "
							    "search { getattr } };")
					INTERFACE("x_look_too",
						  REQUIRED "allow $1 boot_t:dir look_perms;")
						INTERFACE("x_both",
							  "dontaudit $1 self:process setpgid; "
							  "allow $1 self:process setpgid;")
							INTERFACE("x_group",
								  "allow $1 self:process setpgid;");

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

static int find(const char *with, char **names, size_t *known, struct error *err)
{
	char *directory = scratch_directory();
	_cleanup_free_ char *work = str_printf("%s/work", directory);
	_cleanup_free_ char *made = put_file(directory, "Makefile", makefile);
	_cleanup_free_ char *macros = put_file(directory, "support.m4", support);
	_cleanup_free_ char *file = put_file(directory, "include/kernel/x.if", with);
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

	(void)state;
	must(find(headers, names, &known, &err), &err);
	assert_int_equal(known, 16);
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

	(void)state;
	must(interfaces_find("/nonexistent", "/nonexistent", &rules, names, &known, &err), &err);
	assert_int_equal(known, 0);
}

static void headers_that_cannot_be_expanded_are_an_error(void **state)
{
	char *names[ARRAY_SIZE(items)] = { NULL };
	struct error err = { 0 };
	size_t known;
	char *directory = scratch_directory();
	_cleanup_free_ char *file = put_file(directory, "include/kernel/x.if", headers);

	(void)state;
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
