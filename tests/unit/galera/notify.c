/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "steps/galera/files.h"
#include "tests/unit/unit.h"
#include "wizard/util.h"

static void test_scripts(void **state)
{
	static const char *const cases[][2] = {
		{ "/usr/local/bin/wsrep_notify", "/usr/local/bin/wsrep_notify" },
		{ " /etc/mysql/notify.sh\t", "/etc/mysql/notify.sh" },
		{ "/opt/a/notify --to=db@example.org -v", "/opt/a/notify" },
		{ "/var/lib/mysql/n", "/var/lib/mysql/n" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *why = "not touched";
		_cleanup_free_ char *path = galera_notify_script(cases[i][0], &why);

		assert_non_null(path);
		assert_string_equal(path, cases[i][1]);
		assert_null(why);
	}
}

static void test_others(void **state)
{
	static const char *const cases[][2] = {
		{ "\"/opt/a b/notify\"", "more than the path" },
		{ "/opt/notify; rm -rf /", "more than the path" },
		{ "/opt/notify | logger", "more than the path" },
		{ "/opt/notify >/tmp/x", "more than the path" },
		{ "$HOME/notify", "more than the path" },
		{ "/opt/not*fy", "more than the path" },
		{ "~/notify", "more than the path" },
		{ "/opt/notify\n/opt/other", "more than the path" },
		{ "/opt/n\\ x", "more than the path" },
		{ "(/opt/notify)", "more than the path" },
		{ "notify.sh", "not the whole path" },
		{ "./notify.sh", "not the whole path" },
		{ "HOME=/x /opt/notify", "not the whole path" },
		{ "/opt/../bin/sh", "not the whole path" },
		{ "//bin/sh", "not the whole path" },
		{ "", "not the whole path" },
		{ "/bin/sh /opt/notify", "program of the system" },
		{ "/usr/bin/env python3 /opt/notify", "program of the system" },
		{ "/usr/sbin/service notify", "program of the system" },
		{ "/proc/self/exe", "program of the system" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *why = NULL;

		if (galera_notify_script(cases[i][0], &why) || !why || !strstr(why, cases[i][1]))
			fail_msg("%s: %s", cases[i][0], why ? why : "no reason");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scripts),
		cmocka_unit_test(test_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
