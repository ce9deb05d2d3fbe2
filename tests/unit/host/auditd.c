/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <libaudit.h>
#include <string.h>
#include <sys/stat.h>

#include "steps/host/auditd.h"
#include "tests/unit/unit.h"
#include "wizard/util.h"

/* ---- rules ----------------------------------------------------------------------------------- */

struct condition {
	__u32 field, operator, value;
	const char *text;
};

static bool excludes(__u32 list, const struct condition *conditions, size_t count, char *text,
		     size_t size)
{
	_cleanup_free_ struct audit_rule_data *rule = calloc(1, sizeof(*rule) + 256);

	rule->flags = list;
	rule->action = AUDIT_ALWAYS;
	rule->field_count = (__u32)count;
	for (size_t i = 0; i < count; i++) {
		rule->fields[i] = conditions[i].field;
		rule->fieldflags[i] = conditions[i].operator;
		rule->values[i] = conditions[i].value;
		if (conditions[i].text) {
			rule->values[i] = (__u32)strlen(conditions[i].text);
			strcpy(rule->buf + rule->buflen, conditions[i].text);
			rule->buflen += rule->values[i];
		}
	}
	return auditd_rule_excludes_avc(rule, text, size);
}

static void rules_that_exclude_avc(void **state)
{
	static const struct {
		struct condition conditions[2];
		size_t count;
		const char *text; /* NULL: does not exclude */
	} cases[] = {
		{ { { AUDIT_MSGTYPE, AUDIT_EQUAL, AUDIT_AVC, NULL } },
		  1,
		  "-a always,exclude -F msgtype=AVC" },
		{ { { AUDIT_MSGTYPE, AUDIT_EQUAL, AUDIT_CWD, NULL } }, 1, NULL },
		{ { { AUDIT_MSGTYPE, AUDIT_NOT_EQUAL, AUDIT_AVC, NULL } }, 1, NULL },
		{ { { AUDIT_MSGTYPE, AUDIT_NOT_EQUAL, AUDIT_CWD, NULL } },
		  1,
		  "-a always,exclude -F msgtype!=CWD" },
		{ { { AUDIT_MSGTYPE, AUDIT_GREATER_THAN_OR_EQUAL, 1400, NULL },
		    { AUDIT_MSGTYPE, AUDIT_LESS_THAN_OR_EQUAL, 1499, NULL } },
		  2,
		  "-a always,exclude -F msgtype>=AVC -F msgtype<=1499" },
		{ { { AUDIT_MSGTYPE, AUDIT_GREATER_THAN, 1400, NULL } }, 1, NULL },
		{ { { AUDIT_MSGTYPE, AUDIT_LESS_THAN, 1400, NULL } }, 1, NULL },
		{ { { AUDIT_MSGTYPE, AUDIT_LESS_THAN, 1401, NULL } }, 1, "<" },
		{ { { AUDIT_MSGTYPE, AUDIT_GREATER_THAN, 1399, NULL } }, 1, ">" },
		{ { { AUDIT_MSGTYPE, AUDIT_EQUAL, AUDIT_AVC, NULL },
		    { AUDIT_SUBJ_TYPE, AUDIT_EQUAL, 0, "mysqld_t" } },
		  2,
		  "-a always,exclude -F msgtype=AVC -F subj_type=mysqld_t" },
		{ { { AUDIT_UID, AUDIT_EQUAL, 100, NULL } }, 1, "-a always,exclude -F uid=100" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char text[256] = "";
		bool yes = excludes(AUDIT_FILTER_EXCLUDE, cases[i].conditions, cases[i].count, text,
				    sizeof(text));

		if (yes != (cases[i].text != NULL) || (yes && !strstr(text, cases[i].text)))
			fail_msg("case %zu: %d, '%s'", i, yes, text);
	}
}

static void rules_of_other_lists_do_not(void **state)
{
	const struct condition avc = { AUDIT_MSGTYPE, AUDIT_EQUAL, AUDIT_AVC, NULL };
	char text[256];

	assert_false(excludes(AUDIT_FILTER_TASK, NULL, 0, text, sizeof(text)));
	assert_false(excludes(AUDIT_FILTER_EXIT, &avc, 1, text, sizeof(text)));
	assert_false(excludes(AUDIT_FILTER_USER, &avc, 1, text, sizeof(text)));
	assert_true(
		excludes(AUDIT_FILTER_EXCLUDE | AUDIT_FILTER_PREPEND, &avc, 1, text, sizeof(text)));
}

static void a_long_rule_is_cut(void **state)
{
	static const struct condition long_one[] = {
		{ AUDIT_EXE, AUDIT_EQUAL, 0, "/a/program/whose/path/does/not/fit" },
	};
	struct audit_rule_data wrong = { .flags = AUDIT_FILTER_EXCLUDE, .field_count = 9999 };
	char text[32];

	assert_true(excludes(AUDIT_FILTER_EXCLUDE, long_one, 1, text, sizeof(text)));
	assert_non_null(str_starts(text, "-a always,exclude -F exe=/a/p"));
	assert_true(strlen(text) < sizeof(text));
	/* Counts that do not fit the rule. */
	wrong.fields[0] = AUDIT_EXE;
	wrong.values[0] = 100000;
	assert_true(auditd_rule_excludes_avc(&wrong, text, sizeof(text)));
}

/* ---- this machine ---------------------------------------------------------------------------- */

static void state_of_this_kernel(void **state)
{
	struct audit_state audit;
	struct error err = { 0 };
	int rc = host_audit_state(&audit, &err);

	if (rc < 0) {
		print_message("no audit here: %s\n", err.what);
		assert_true(rc == -EPERM || rc == -EPROTONOSUPPORT);
		assert_true(*err.remedy);
		skip();
	}
	assert_int_equal(err.code, 0);
	assert_true(audit.daemon >= 0);
	assert_true(audit.excludes_avc == (audit.exclusion[0] != '\0'));
}

/* ---- the log's path -------------------------------------------------------------------------- */

static void log_path_of_the_configuration(void **state)
{
	static const struct {
		const char *text, *path;
	} cases[] = {
		{ NULL, "/var/log/audit/audit.log" },
		{ "", "/var/log/audit/audit.log" },
		{ "#log_file = /no\nlog_file = /srv/audit.log\nlog_group = adm\n",
		  "/srv/audit.log" },
		{ " LOG_FILE=/x/y \r\n", "/x/y" },
		{ "log_file = /one\nlog_file = /two", "/two" },
		{ "log_file = relative\nlog_file_x = /no\nlog_file\n", "/var/log/audit/audit.log" },
	};
	char *root = scratch_directory();

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_free_ char *path = NULL;
		struct error err = { 0 };

		if (cases[i].text)
			free(put_file(root, "etc/audit/auditd.conf", cases[i].text));
		assert_int_equal(host_audit_log_path(root, &path, &err), 0);
		assert_string_equal(str_starts(path, root), cases[i].path);
		assert_int_equal(err.code, 0);
	}
	scratch_remove(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_that_exclude_avc),
		cmocka_unit_test(rules_of_other_lists_do_not),
		cmocka_unit_test(a_long_rule_is_cut),
		cmocka_unit_test(state_of_this_kernel),
		cmocka_unit_test(log_path_of_the_configuration),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
