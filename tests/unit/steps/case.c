/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Decisions on two findings of one source, target and class. */
#include <stdlib.h>

#include "steps/case.h"
#include "tests/unit/steps/session.h"
#include "wizard/util.h"

/* The structures own their strings, these tests lend them literals. */
#pragma GCC diagnostic ignored "-Wdiscarded-qualifiers"

enum { KNOWN, OTHER, COUNT };

static char *write_words[] = { "write" }, *append_words[] = { "append", "open" };
static char *companions[] = { "getattr" };

static struct finding finding(char **permissions, size_t count)
{
	return (struct finding){ .fix = FIX_ALLOW,
				 .source = "mysqld_t",
				 .target = "initrc_tmp_t",
				 .tclass = "file",
				 .permissions = { permissions, count },
				 .companions = { companions, 1 } };
}

static void decide(struct session *session, struct findings *findings, int which,
		   enum decision decision, bool with_companions)
{
	struct error err = { 0 };

	if (case_decide(session, &findings->items[which], decision, with_companions, &err) < 0)
		fail_msg("%s", err.what);
	case_decide_all(session, findings);
}

static void assert_decided(const struct findings *findings, enum decision known,
			   enum decision other)
{
	assert_int_equal(findings->items[KNOWN].decision, known);
	assert_int_equal(findings->items[OTHER].decision, other);
}

static void test_each_keeps_its_own(void **state)
{
	static const enum decision made[] = { DECISION_ACCEPT, DECISION_REJECT,
					      DECISION_DONTAUDIT };
	struct finding items[] = { finding(write_words, 1), finding(append_words, 2) };
	struct findings findings = { .items = items, .count = COUNT };
	struct session *session = bare_session();

	(void)state;
	decide(session, &findings, KNOWN, DECISION_ACCEPT, false);
	assert_decided(&findings, DECISION_ACCEPT, DECISION_NONE);
	for (size_t i = 0; i < ARRAY_SIZE(made); i++)
		for (size_t j = 0; j < ARRAY_SIZE(made); j++) {
			decide(session, &findings, OTHER, made[i], false);
			decide(session, &findings, KNOWN, made[j], false);
			assert_decided(&findings, made[j], made[i]);
		}
	session_free(session);
}

/* What the one brought along stays when the other is decided without it, and goes with its own. */
static void test_companions(void **state)
{
	struct finding items[] = { finding(write_words, 1), finding(append_words, 2) };
	struct findings findings = { .items = items, .count = COUNT };
	struct session *session = bare_session();

	(void)state;
	decide(session, &findings, KNOWN, DECISION_ACCEPT, true);
	decide(session, &findings, OTHER, DECISION_REJECT, false);
	assert_decided(&findings, DECISION_ACCEPT, DECISION_REJECT);
	assert_true(items[KNOWN].with_companions);
	assert_false(items[OTHER].with_companions);
	decide(session, &findings, KNOWN, DECISION_ACCEPT, false);
	assert_false(items[KNOWN].with_companions);
	session_free(session);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_keeps_its_own),
		cmocka_unit_test(test_companions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
