/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <pwd.h>

#include "steps/host/who.h"
#include "tests/unit/unit.h"

static void test_named(void **state)
{
	const uid_t bin = getpwnam("bin")->pw_uid;
	_cleanup_free_ char *login = str_printf("%u", bin);
	const struct {
		const char *loginuid, *sudo_user;
		uid_t user;
		const char *name;
	} cases[] = {
		{ login, "daemon", 0, "bin" },           /* who logged in, whatever came since */
		{ "4294967295", "daemon", 0, "daemon" }, /* nobody did */
		{ "4294967295", NULL, 0, "root" },
		{ NULL, "daemon", 0, "daemon" },
		{ "", NULL, bin, "bin" },
		{ "x", NULL, bin, "bin" },
		{ "999999", "daemon", 0, "daemon" }, /* an account that is gone */
		{ NULL, "no such\nuser", 0, "root" },
		{ NULL, NULL, 999999, "uid 999999" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_free_ char *name =
			who_named(cases[i].loginuid, cases[i].sudo_user, cases[i].user);

		assert_string_equal(name, cases[i].name);
	}
}

/* As it is here: a name of this system's. */
static void test_here(void **state)
{
	_cleanup_free_ char *name = NULL;

	unsetenv("SUDO_USER");
	name = host_who();
	assert_non_null(name);
	assert_non_null(getpwnam(name));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_named),
		cmocka_unit_test(test_here),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
