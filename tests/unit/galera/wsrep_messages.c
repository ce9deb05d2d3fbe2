/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Each row of the table is recognised in a log of each server in its version range; and no log
 * has a message of a server that is not in the row's range.
 */
#include <glob.h>
#include <string.h>

#include "steps/galera/failures.h"
#include "steps/galera/wsrep_messages.h"
#include "tests/unit/galera/stories.h"
#include "wizard/util.h"

#define EACH_MESSAGE "tests/fixtures/wsrep/messages/*.log"
#define IN_SHORT     "tests/fixtures/wsrep/*.log"
#define EXERCISES    "tests/fixtures/wsrep/exercises/*/*.log"
#define REAL         "tests/fixtures/wsrep/real/*.log"
#define RECORDINGS   CLUSTER "*/*/node*.log"

enum { MOST = 256 };
static unsigned int messages_seen[MOST];

static void see_line(const char *path, unsigned int server, struct piece line)
{
	bool unstamped;
	struct piece message = wsrep_message_of(line, &unstamped);
	const struct wsrep_message *row = wsrep_message_find(message);

	if (row) {
		if (!(wsrep_message_servers(row) & server))
			fail_msg("%s has \"%s\", whose range is without it", path, row->text);
		messages_seen[row - wsrep_messages] |= server;
	}
	if (!row && strstr(path, "/messages/"))
		fail_msg("%s: no row knows: %.*s", path, (int)piece_size(line), line.at);
}

static void see_log(const char *path, unsigned int server)
{
	_cleanup_free_ char *text = NULL;
	struct piece rest;
	size_t length;

	assert_int_equal(file_read(path, &text, &length, NULL), 0);
	rest = (struct piece){ text, text + length };
	while (piece_size(rest)) {
		struct piece line = piece_until(rest, "\n");

		if (piece_size(piece_trim(line)))
			see_line(path, server, line);
		rest.at = line.end + (line.end < rest.end);
	}
}

/* Whose log it is: its name, "pxc" for short, or its folder's, begins with the server and its
 * version. */
static unsigned int server_of(const char *path)
{
	const char *name = strrchr(path, '/') + 1, *folder = strstr(path, "/exercises/");
	_cleanup_free_ char *percona = NULL;

	if (str_starts(name, "pxc-"))
		percona = str_printf("percona-%s", name + strlen("pxc-"));
	if (strstr(path, "/clusters/"))
		name = "mariadb-10.11";
	if (folder)
		name = folder + strlen("/exercises/");
	return server_named(percona ? percona : name);
}

static void see_logs(const char *pattern, size_t count)
{
	glob_t found;

	assert_int_equal(glob(pattern, 0, NULL, &found), 0);
	if (found.gl_pathc != count)
		fail_msg("%zu logs are %s, not %zu", found.gl_pathc, pattern, count);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		unsigned int server = server_of(found.gl_pathv[i]);

		if (!server)
			fail_msg("%s is of no server", found.gl_pathv[i]);
		see_log(found.gl_pathv[i], server);
	}
	globfree(&found);
}

static void fail_unseen(const char *text, unsigned int servers)
{
	char words[512];

	wsrep_servers_words(servers, words, sizeof(words));
	fail_msg("no log has \"%s\" as it is printed by: %s", text, words);
}

static void test_each_row(void **state)
{
	size_t rows = 0;

	see_logs(EACH_MESSAGE, (size_t)__builtin_popcount(EVERY_SERVER));
	for (const struct wsrep_message *row = wsrep_messages; row->text; row++, rows++)
		if (wsrep_message_servers(row) & ~messages_seen[rows])
			fail_unseen(row->text, wsrep_message_servers(row) & ~messages_seen[rows]);
	assert_uint_in_range(rows, 100, MOST);
}

static void test_ranges(void **state)
{
	see_logs(IN_SHORT, 11);
	see_logs(RECORDINGS, 43);
	see_logs(EXERCISES, 5 * (size_t)__builtin_popcount(EVERY_SERVER));
	see_logs(REAL, 36);
}

static bool is_generic(const char *message)
{
	return failure_find(message) == failure_find("");
}

/* Each failure is explained by a row of its own; but for the last word, which only ends others. */
static void explain_line(const char *path, struct piece message)
{
	const struct wsrep_message *row = wsrep_message_find(message);
	_cleanup_free_ char *text = strndup(message.at, piece_size(message));

	if (row &&
	    (row->event == EVENT_FAILURE || row->event == EVENT_HINDRANCE ||
	     row->event == EVENT_CAUSE || row->event == EVENT_DENIED || row->event == EVENT_READ ||
	     row->event == EVENT_NOTIFY_FAILED) &&
	    is_generic(text))
		fail_msg("%s: not explained: %s", path, text);
}

static void test_explained(void **state)
{
	static const char *const others[] = {
		"sst_donor_thread signaled with -2",
		"DONOR thread signaled with -13",
		"SST complete, status: 32",
		"SST complete, seqno: -1",
		"0.0 (db1): State transfer to 1.0 (db2) failed: -13 (Permission denied)",
	};
	glob_t found;

	assert_int_equal(glob(EACH_MESSAGE, 0, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		_cleanup_free_ char *text = NULL;
		bool unstamped;
		char *line;

		assert_int_equal(file_read(found.gl_pathv[i], &text, NULL, NULL), 0);
		for (char *rest = text; (line = strsep(&rest, "\n"));)
			explain_line(found.gl_pathv[i],
				     wsrep_message_of(piece_of(line), &unstamped));
	}
	globfree(&found);
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		assert_false(is_generic(others[i]));
	assert_true(is_generic("Aborting"));
}

static void test_server_names(void **state)
{
	static const struct {
		const char *line, *name;
		unsigned int servers;
	} cases[] = {
		{ "Starting MariaDB 10.11.6-MariaDB source revision 0 as process 9",
		  "MariaDB 10.11.6", MARIADB_10_4 },
		{ "/usr/sbin/mysqld (mysqld 10.1.48-MariaDB) starting as process 9 ...",
		  "MariaDB 10.1.48", MARIADB_10_1 },
		{ "/usr/sbin/mysqld (mysqld 8.0.36-28.1) starting as process 9", "MySQL 8.0.36",
		  PERCONA_8_0 | MYSQL_8_0 },
		{ "Starting MariaDB 99.1.2-MariaDB source revision 0 as process 9",
		  "MariaDB 99.1.2", 0 },
		{ "mysqld_safe Starting mysqld daemon with databases from /x", "", EVERY_SERVER },
		{ "Starting MariaDB \33[31m as process 9", "", EVERY_SERVER },
	};
	char name[32], words[64];

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct piece line = piece_of(cases[i].line);

		assert_int_equal(wsrep_server_read(line, name, sizeof(name)), cases[i].servers);
		assert_string_equal(name, cases[i].name);
	}
	assert_int_equal(server_named("mysql-8.0"), MYSQL_8_0);
	assert_int_equal(server_named("postgresql-16"), 0);
	assert_int_equal(server_named("mariadb"), 0);
	assert_int_equal(server_named("mariadb-x"), 0);
	wsrep_servers_words(MARIADB_10_4 | MARIADB_11, words, sizeof(words));
	assert_string_equal(words, "MariaDB 10.4 to 10.11, MariaDB 11");
	wsrep_servers_words(EVERY_SERVER, words, 8);
	assert_string_equal(words, "MariaDB");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_row),
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_explained),
		cmocka_unit_test(test_server_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
