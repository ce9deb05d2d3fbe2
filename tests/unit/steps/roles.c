/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "steps/exercising/results.h"
#include "steps/exercising/roles.h"
#include "tests/unit/steps/session.h"
#include "wizard/util.h"

static int put(struct session *session, const char *exercise, json_t *result, struct error *err)
{
	const struct occasion at = { session, PHASE_PERMISSIVE, exercise_find(exercise) };

	return results_put(&at, result, err);
}

/* A session that remembers an SST from db2 at 1000 to 1100, an IST from db3 at 2000 to 2100. */
static struct session *new_session(void)
{
	struct session *session = bare_session();
	struct error err = { 0 };

	must(put(session, "sst",
		 json_pack("{s:s, s:s, s:i, s:i}", "result", "proved", "donor", "db2", "began",
			   1000, "ended", 1100),
		 &err),
	     &err);
	must(put(session, "ist",
		 json_pack("{s:s, s:s, s:i, s:i}", "result", "proved", "donor", "db3.example.org",
			   "began", 2000, "ended", 2100),
		 &err),
	     &err);
	must(put(session, "notify", json_pack("{s:s, s:s}", "result", "proved", "donor", ""), &err),
	     &err);
	return session;
}

static void test_roles(void **state)
{
	static const struct {
		const char *origin, *node;
		time_t first, last;
		const char *exercise, *role;
	} rows[] = {
		{ "sst", NULL, 1050, 0, "sst", "joiner" },
		{ "sst confined", NULL, 9000, 0, "sst", "joiner" },
		{ "ist", "db1", 2050, 0, "ist", "joiner" },
		{ "notify", NULL, 3000, 0, "notify", NULL },
		/* Another node's log. */
		{ "/root/db2.log", "db2", 1050, 0, "sst", "donor" },
		{ "/root/db2.log", "db2.example.org", 1050, 0, "sst", "donor" },
		{ "/root/db2.log", "DB2", 1050, 0, "sst", "donor" },
		{ "/root/db2.log", "db3", 2101, 0, "ist", "donor" },
		{ "/root/db2.log", "db2", 900, 1001, "sst", "donor" },
		/* At the time of no exercise that it gave a transfer in. */
		{ "/root/db2.log", "db2", 2050, 0, NULL, "donor" },
		/* Of nobody known. */
		{ "/root/db2.log", "db4", 1050, 0, NULL, NULL },
		{ "/root/db2.log", "db", 1050, 0, NULL, NULL },
		{ "/root/db2.log", "db22", 1050, 0, NULL, NULL },
		{ "/root/db2.log", NULL, 1050, 0, NULL, NULL },
		{ "/sst", NULL, 1050, 0, NULL, NULL },
		{ "sstx", NULL, 1050, 0, NULL, NULL },
	};
	struct session *session = new_session();

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct denial denial = { .origin = (char *)rows[i].origin,
					 .node = (char *)rows[i].node,
					 .seconds = rows[i].first,
					 .last = rows[i].last };
		struct denials denials = { .items = &denial, .count = 1 };

		roles_tell(session, &denials);
		if (strcmp(denial.exercise ?: "-", rows[i].exercise ?: "-") != 0 ||
		    strcmp(denial.role ?: "-", rows[i].role ?: "-") != 0)
			fail_msg("%s of %s at %ld: %s, %s", rows[i].origin, rows[i].node ?: "-",
				 (long)rows[i].first, denial.exercise ?: "-", denial.role ?: "-");
	}
	session_free(session);
}

/* Of other nodes' evidence files: each was the joiner in its own exercises, whoever was watched
 * here, and the donor in those of the nodes that name it. */
static void test_evidence(void **state)
{
	static const char memory[] =
		"[{\"node\": {\"node\": \"db3\"}, \"exercises\": [{\"exercise\": \"sst\", "
		"\"donor\": \"db1\", \"began\": 5000, \"ended\": 5100, \"donor_confined\": "
		"\"db4\", \"began_confined\": 8000, \"ended_confined\": 8100}, {\"exercise\": "
		"\"notify\", \"began\": 6000, \"ended\": 6100}, {\"exercise\": \"none\", "
		"\"donor\": \"db5\", \"began\": 1, \"ended\": 9999}]}]";
	static const struct {
		const char *node;
		time_t first;
		const char *exercise, *role;
	} rows[] = {
		{ "db3", 5050, "sst", "joiner" },
		{ "db3.example.org", 6050, "notify", NULL },
		{ "db3", 8050, "sst", "joiner" },
		/* As before, by what was watched here: db3 gave an IST. */
		{ "db3", 2050, "ist", "donor" },
		{ "db3", 7000, NULL, "donor" },
		{ "db1", 5050, "sst", "donor" },
		{ "db1", 8050, NULL, "donor" },
		{ "db4", 8050, "sst", "donor" },
		{ "db4", 5050, NULL, "donor" },
		{ "db5", 5050, NULL, NULL },
	};
	struct session *session = new_session();
	struct error err = { 0 };

	(void)state;
	must(session_remember(session, ROLES_EVIDENCE, json_loads(memory, 0, NULL), &err), &err);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct denial denial = { .origin = (char *)"evidence of it",
					 .node = (char *)rows[i].node,
					 .seconds = rows[i].first };
		struct denials denials = { .items = &denial, .count = 1 };

		roles_tell(session, &denials);
		if (strcmp(denial.exercise ?: "-", rows[i].exercise ?: "-") != 0 ||
		    strcmp(denial.role ?: "-", rows[i].role ?: "-") != 0)
			fail_msg("%s at %ld: %s, %s", rows[i].node, (long)rows[i].first,
				 denial.exercise ?: "-", denial.role ?: "-");
	}
	session_free(session);
}

/* ---- which node is meant --------------------------------------------------------------------- */

static void test_same(void **state)
{
	static const struct {
		const char *one, *other;
		bool same;
	} cases[] = {
		{ "db1", "db1", true },
		{ "db1", "DB1", true },
		{ "db1", "db1.example.com", true },
		{ "db1.here", "db1.example.com", true },
		{ "db1", "db11", false },
		{ "db1", "db2", false },
		{ "db", "db1.example.com", false },
		/* A name that is not known is nobody's. */
		{ "", "", false },
		{ "", "db1", false },
		{ ".example.com", ".example.com", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(roles_same_node(cases[i].one, cases[i].other), cases[i].same);
		assert_int_equal(roles_same_node(cases[i].other, cases[i].one), cases[i].same);
	}
}

static void test_find(void **state)
{
	char unnamed[] = "", db2[] = "db2.example.com";
	struct given_node nodes[] = { { .name = unnamed }, { .name = db2, .denials = 7 } };
	const struct given_nodes given = { nodes, ARRAY_SIZE(nodes) };

	(void)state;
	assert_ptr_equal(given_nodes_find(&given, "DB2"), &nodes[1]);
	assert_null(given_nodes_find(&given, "db1"));
	assert_null(given_nodes_find(&given, ""));
	assert_null(given_nodes_find(&(struct given_nodes){ 0 }, "db2"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_roles),
		cmocka_unit_test(test_evidence),
		cmocka_unit_test(test_same),
		cmocka_unit_test(test_find),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
