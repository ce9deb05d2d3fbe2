/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "steps/oracle/cil.h"
#include "tests/unit/unit.h"

static const char *const domains[] = { "mysqld_t", "mysqld_safe_t", NULL };

static void test_survey(void **state)
{
	static const struct {
		const char *text;
		size_t allows;
		bool only_ours;
	} cases[] = {
		{ "", 0, true },
		{ "; (type x_t)\n", 0, true },
		{ "(typeattributeset cil_gen_require mysqld_t)\n"
		  "(roleattributeset cil_gen_require system_r)\n"
		  "(allow mysqld_t etc_t (file (read)))\n(allow mysqld_safe_t self (dir (search)))",
		  2, true },
		{ "(allow mysqld_t m_typeattr_1 (file (read)))(typeattribute m_typeattr_1)"
		  "(typeattributeset m_typeattr_1 (and (file_type ) (not (etc_t ))))",
		  1, true },
		{ "(dontaudit mysqld_t etc_t (file (read)))"
		  "(allowx mysqld_t etc_t (ioctl file (0x5401)))",
		  0, true },
		{ "(optional a (typeattributeset cil_gen_require x_t)"
		  "(allow mysqld_t x_t (file (read))))",
		  1, true },
		{ "(booleanif (and (a) (not (b))) (true (allow mysqld_t x_t (file (read))))"
		  "(false (allow mysqld_t y_t (file (read)))))",
		  2, true },
		/* What others would miss. */
		{ "(allow mysqld_t etc_t (file (read)))(allow httpd_t etc_t (file (read)))", 1,
		  false },
		{ "(allow mysqld_t_x etc_t (file (read)))", 0, false },
		{ "(allow domain etc_t (file (read)))", 0, false },
		{ "(optional a (allow mysqld_t x_t (file (read)))(allow y_t x_t (file (read))))", 1,
		  false },
		{ "(booleanif (a) (true (allow y_t x_t (file (read)))))", 0, false },
		{ "(type x_t)", 0, false },
		{ "(typeattribute x)", 0, false },
		{ "(typeattributeset domain (mysqld_t))", 0, false },
		{ "(boolean x false)", 0, false },
		{ "(typepermissive mysqld_t)", 0, false },
		{ "(typetransition mysqld_t tmp_t file x_t)", 0, false },
		{ "(filecon \"/a (allow mysqld_t b; (/.*)?\" any (u r t ((s0) (s0))))"
		  "(allow mysqld_t etc_t (file (read)))",
		  1, false },
		{ "(unknown)(allow mysqld_t etc_t (file (read)))", 1, false },
		/* Cut off anywhere. */
		{ "(allow", 0, false },
		{ "(filecon \"/a", 0, false },
		{ "(optional a (allow mysqld_t", 1, true },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct cil_survey survey = cil_survey(cases[i].text, domains);

		if (survey.allows != cases[i].allows || survey.only_ours != cases[i].only_ours)
			fail_msg("%s: %zu, %d", cases[i].text, survey.allows, survey.only_ours);
	}
}

/* However long a name is, what comes behind it is read. */
static void test_long_names(void **state)
{
	for (int length = 60; length < 5000; length += 67) {
		_cleanup_free_ char *name = memory_new((size_t)length + 1, 1), *text = NULL;
		struct cil_survey survey;

		memset(name, 'x', (size_t)length);
		text = str_printf("(optional %s (allow mysqld_t %s (file (read))))\n"
				  "(allow mysqld_t etc_t (%s (%s)))(allow %s etc_t (file (read)))",
				  name, name, name, name, name);
		survey = cil_survey(text, domains);
		assert_int_equal(survey.allows, 2);
		assert_false(survey.only_ours);
		text[strlen(text) - strlen(name) - strlen("(allow  etc_t (file (read)))")] = '\0';
		survey = cil_survey(text, domains);
		assert_int_equal(survey.allows, 2);
		assert_true(survey.only_ours);
	}
}

/* Comments and white space are no part of the module. */
static void test_equal(void **state)
{
	static const char rule[] = "(allow mysqld_t self (process (setpgid)))";

	assert_true(cil_equal(rule, "; version 2\n(allow mysqld_t self\n\t(process (setpgid)))\n"));
	assert_true(cil_equal("", "; nothing"));
	assert_false(cil_equal(rule, ""));
	assert_false(cil_equal("", rule));
	assert_false(cil_equal(rule, "(allow mysqld_t self (process (setpgi)))"));
	assert_false(cil_equal(rule, "(allow mysqld_t self (process (setpgid))) (block a)"));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_survey),
					    cmocka_unit_test(test_long_names),
					    cmocka_unit_test(test_equal) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
