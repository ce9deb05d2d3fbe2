/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Of an evidence file only what its format knows is kept; and what the cluster's table makes of it.
 */
#include <errno.h>

#include "steps/cluster/evidence.h"
#include "steps/exercising/roles.h"
#include "steps/ledger.h"
#include "steps/node/node.h"
#include "tests/unit/steps/session.h"
#include "wizard/strings.h"

#define NODE      "{\"node\": \"db2\", \"collected\": 5000}"
#define EXERCISES "{}"
#define LABELS    "{\"ports\": [], \"files\": []}"

static int read_members(const char *node, const char *exercises, const char *labels,
			json_t **object, struct error *err)
{
	json_auto_t *members =
		json_pack("{s:s, s:s, s:s, s:s}", EVIDENCE_NODE, node, EVIDENCE_EXERCISES,
			  exercises, EVIDENCE_LABELS, labels, EVIDENCE_RECORDS, "type=AVC\n");
	_cleanup_free_ char *bytes = NULL, *path = NULL;
	size_t length;
	int r;

	must(bundle_pack("x.tar.gz", &evidence_format, members, &bytes, &length, err), err);
	path = scratch_file(bytes, length);
	r = evidence_read(path, object, err);
	unlink(path);
	return r;
}

/* ---- what is kept ---------------------------------------------------------------------------- */

static void only_what_is_known(void **state)
{
	json_auto_t *object = NULL, *wanted = NULL;
	struct error err = { 0 };

	(void)state;
	must(read_members("{\"node\": \"db2\", \"evil\": {\"x\": 1}, \"collected\": \"soon\", "
			  "\"denials\": "
			  "7, \"domains\": [\"mysqld_t\", 5, []], \"policy\": {\"type\": \"mls\", "
			  "\"x\": 1}, \"server\": []}",
			  "{\"exercises\": [{\"exercise\": \"sst\", \"began\": 1.5, \"ended\": 2, "
			  "\"doubts\": [1]}, 7, \"sst\"], \"claim\": \"verified\"}",
			  "{\"files\": [{\"path\": \"/x\", \"class\": \"file\", \"type\": null}]}",
			  &object, &err),
	     &err);
	assert_string_equal(member_text(object, "records"), "type=AVC\n");
	assert_int_equal(strlen(member_text(object, "sha256")), 64);
	json_object_del(object, "records");
	json_object_del(object, "sha256");
	wanted =
		json_loads("{\"node\": {\"node\": \"db2\", \"domains\": [\"mysqld_t\"], "
			   "\"policy\": {\"type\": "
			   "\"mls\"}, \"denials\": 7}, \"exercises\": [{\"exercise\": \"sst\", "
			   "\"ended\": 2}], \"labels\": {\"files\": [{\"path\": \"/x\", \"class\": "
			   "\"file\"}]}}",
			   0, NULL);
	assert_non_null(wanted);
	assert_true(json_equal(object, wanted));
}

static void of_no_boundless_size(void **state)
{
	_cleanup_free_ char *labels = NULL, *path = memory_new(5001, 1);
	json_auto_t *object = NULL;
	struct error err = { 0 };
	FILE *out = stream_open(&labels, NULL);
	const json_t *files;

	(void)state;
	memset(path, 'x', 5000);
	fprintf(out, "{\"files\": [{\"path\": \"%s\"}", path);
	for (int i = 0; i < 9999; i++)
		fprintf(out, ", {\"path\": \"/%d\"}", i);
	fputs("]}", out);
	stream_close(&out);
	must(read_members(NODE, EXERCISES, labels, &object, &err), &err);
	files = json_object_get(json_object_get(object, "labels"), "files");
	assert_true(json_is_array(json_object_get(object, "exercises")));
	assert_int_equal(json_array_size(files), 4096);
	assert_int_equal(json_object_size(json_array_get(files, 0)), 0);
	assert_string_equal(member_text(json_array_get(files, 1), "path"), "/0");
}

static void refused(void **state)
{
	static const char *const nodes[] = {
		"{}",
		"[]",
		"no JSON",
		"{\"node\": \"\"}",
		"{\"node\": 7}",
		"{\"node\": \"a b\"}",
		"{\"node\": \"../db2\"}",
		"{\"node\": \"-db2\"}",
		"{\"node\": \".\"}",
		"{\"node\": \"\\u001b[2J\"}",
		"{\"node\": \"db2\", \"node\": \"db3\"}",
		"{\"node\": \"12345678901234567890123456789012345678901234567890123456789012345\"}",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(nodes); i++) {
		json_auto_t *object = NULL;
		struct error err = { 0 };

		if (read_members(nodes[i], EXERCISES, LABELS, &object, &err) != -EBADMSG)
			fail_msg("%s is taken", nodes[i]);
		assert_true(*err.remedy);
	}
	for (int i = 0; i < 2; i++) {
		json_auto_t *object = NULL;
		struct error err = { 0 };

		assert_int_equal(
			read_members(NODE, i ? "[]" : EXERCISES, i ? LABELS : "7", &object, &err),
			-EBADMSG);
	}
}

/* ---- the cluster's table --------------------------------------------------------------------- */

static void remember(struct session *session, const char *key, const char *text)
{
	struct error err = { 0 };
	json_t *value = json_loads(text, 0, NULL);

	assert_non_null(value);
	must(session_remember(session, key, value, &err), &err);
}

/* "node exercise role learning confined denials do", each row. */
static void expect_table(struct session *session, const char *own, const char *const *wanted)
{
	json_auto_t *rows_of_own = json_loads(own, 0, NULL);
	json_auto_t *rows = ledger_cluster(session, rows_of_own);
	char name[NODE_NAME_SIZE];
	size_t count = 0;

	node_name(session, name);
	list_each(row, rows) {
		const char *node = member_text(row, "node");
		_cleanup_free_ char *said =
			str_printf("%s %s %s %s/%s %lld %s", strcmp(node, name) ? node : "here",
				   member_text(row, "exercise"), member_text(row, "role"),
				   member_text(row, "learning"), member_text(row, "confined"),
				   member_number(row, "denials"), member_text(row, "do"));

		if (!wanted[count] || strcmp(said, wanted[count]) != 0)
			fail_msg("row %zu: \"%s\", not \"%s\"", count, said, wanted[count] ?: "");
		count++;
	}
	assert_null(wanted[count]);
}

#define SST(learning, donor)                                                                       \
	"[{\"exercise\": \"sst\", \"role\": \"joiner\", \"learning\": \"" learning "\", "          \
	"\"confined\": \"missing\", \"donor\": " donor ", \"began\": 1000, \"ended\": 1100}]"

static void table_of_a_cluster(void **state)
{
	static const char *const alone[] = {
		"here sst joiner proved/missing 0 ",
		"db1 sst donor missing/missing 0 galera-selinux collect -o db1.tar.zst",
		NULL,
	};
	static const char *const seen[] = {
		"here sst joiner proved/missing 5 ",
		"db3 sst joiner missing/missing 0 "
		"galera-selinux run permissive exercise --exercise sst",
		"db1 sst donor seen/missing 3 ",
		NULL,
	};
	static const char *const quiet[] = {
		"here sst joiner proved/missing 0 ",
		"db1 sst donor nothing denied/missing 0 ",
		NULL,
	};
	static const char *const nobody[] = {
		"here sst joiner skipped/missing 0 ",
		" sst donor missing/missing 0 "
		"galera-selinux run permissive exercise --exercise sst",
		NULL,
	};
	struct session *session = bare_session();

	(void)state;
	expect_table(session, SST("proved", "\"db1\""), alone);
	expect_table(session, SST("skipped", "null"), nobody);
	/* Its evidence was made while the transfer was under way, ... */
	remember(session, ROLES_EVIDENCE, "[{\"node\": {\"node\": \"db1\", \"collected\": 1099}}]");
	expect_table(session, SST("proved", "\"db1\""), alone);
	/* ... and afterwards. */
	remember(session, ROLES_EVIDENCE, "[{\"node\": {\"node\": \"DB1\", \"collected\": 1100}}]");
	expect_table(session, SST("proved", "\"db1.example.org\""),
		     (const char *const[]){ quiet[0],
					    "db1.example.org sst donor nothing denied/missing 0 ",
					    NULL });
	expect_table(session, SST("proved", "\"db1\""), quiet);
	/* What another node says of itself may be anything. */
	remember(session, ROLES_EVIDENCE,
		 "[{\"node\": {\"node\": \"db3\"}, \"exercises\": [{\"exercise\": \"sst\", "
		 "\"role\": "
		 "\"joiner\", \"learning\": \"\\u001b[2J\", \"confined\": 7, \"donor\": \"db1\"}, "
		 "{\"exercise\": \"rm -rf\", \"learning\": \"proved\", \"donor\": \"db9\"}]}]");
	{
		char name[NODE_NAME_SIZE];
		_cleanup_free_ char *text = NULL;

		node_name(session, name);
		text = str_printf("{\"seen\": [{\"node\": \"%s\", \"exercise\": \"sst\", \"role\": "
				  "\"joiner\", \"denials\": 5}, {\"node\": \"db1\", \"exercise\": "
				  "\"sst\", \"role\": \"donor\", \"denials\": 3}]}",
				  name);
		remember(session, "collect", text);
	}
	expect_table(session, SST("proved", "\"db1\""), seen);
	session_free(session);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_is_known),
		cmocka_unit_test(of_no_boundless_size),
		cmocka_unit_test(refused),
		cmocka_unit_test(table_of_a_cluster),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
