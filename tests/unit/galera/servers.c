/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The exercises as each server logs them: every one is recognised, and none is taken for another.
 */
#include <glob.h>
#include <string.h>

#include "steps/galera/exercises.h"
#include "steps/galera/wsrep_servers.h"
#include "tests/unit/unit.h"
#include "wizard/util.h"

#define LOGS "tests/fixtures/wsrep/exercises/"

/* The SST's method, by server. */
static const struct {
	const char *server, *method;
} methods[] = {
	{ "mariadb-5.5", "sst-rsync" },        { "mariadb-10.1", "sst-xtrabackup" },
	{ "mariadb-10.4", "sst-mariabackup" }, { "mariadb-11.4", "sst-rsync" },
	{ "percona-5.7", "sst-xtrabackup" },   { "percona-8.0", "sst-xtrabackup" },
	{ "mysql-5.7", "sst-rsync" },          { "mysql-8.0", "sst-clone" },
};

static const char *method_of(const char *server)
{
	for (size_t i = 0; i < ARRAY_SIZE(methods); i++)
		if (!strcmp(methods[i].server, server))
			return methods[i].method;
	fail_msg("%s has no SST", server);
	return NULL;
}

/* What a log proves. The notify command is proved by the marks of a script of ours alone. */
static bool is_proved_by(const char *log, const char *server, const char *exercise)
{
	if (!strcmp(exercise, "notify"))
		return false;
	if (!strcmp(log, "sst"))
		return !strcmp(exercise, "sst") || !strcmp(exercise, method_of(server));
	if (!strcmp(log, "crash"))
		return !strcmp(exercise, "crash") || !strcmp(exercise, "ist");
	return !strcmp(log, exercise);
}

static void judge_all(const char *path, const char *log, const char *server)
{
	_cleanup_free_ char *text = NULL;
	struct wsrep_story story;
	size_t length;

	assert_int_equal(file_read(path, &text, &length, NULL), 0);
	wsrep_story_read(text, length, &story);
	assert_true(story.started && story.synced && !story.failed && !story.server_unknown);
	assert_int_equal(story.starts, 1);
	for (const struct exercise *e = galera_exercises; e->name; e++) {
		_cleanup_free_ char *why = NULL;
		bool proved = exercise_judge(e, &story, -1, &why) == PROOF_OK;

		if (proved != is_proved_by(log, server, e->name))
			fail_msg("%s: %s is %sproved: %s", path, e->name, proved ? "" : "not ",
				 why);
	}
	for (size_t calls = 0; calls < 2; calls++) {
		_cleanup_free_ char *why = NULL;

		story.notify_calls = calls;
		assert_int_equal(exercise_judge(exercise_find("notify"), &story, -1, &why),
				 calls ? PROOF_OK : PROOF_SILENT);
	}
}

static void test_each_server(void **state)
{
	glob_t found;
	size_t logs = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(methods); i++) {
		_cleanup_free_ char *pattern = str_printf(LOGS "%s/*.log", methods[i].server);

		assert_true(wsrep_server_find(methods[i].server));
		assert_int_equal(glob(pattern, 0, NULL, &found), 0);
		for (size_t l = 0; l < found.gl_pathc; l++) {
			const char *name = strrchr(found.gl_pathv[l], '/') + 1;
			_cleanup_free_ char *log = strndup(name, strcspn(name, "."));

			judge_all(found.gl_pathv[l], log, methods[i].server);
		}
		logs += found.gl_pathc;
		globfree(&found);
	}
	assert_int_equal(logs, 5 * ARRAY_SIZE(methods));
}

/* Until its end, none is proved: nothing is claimed too early. */
static void test_not_before_the_end(void **state)
{
	static const char *const exercises[] = { "sst", "ist", "bootstrap", "crash" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(methods) * ARRAY_SIZE(exercises); i++) {
		const char *name = exercises[i % ARRAY_SIZE(exercises)];
		_cleanup_free_ char *path = str_printf(
			LOGS "%s/%s.log", methods[i / ARRAY_SIZE(exercises)].server, name);
		_cleanup_free_ char *text = NULL;
		size_t length;

		assert_int_equal(file_read(path, &text, &length, NULL), 0);
		for (size_t end = 0; end + 1 < length; end++) {
			_cleanup_free_ char *why = NULL;
			struct wsrep_story story;

			if (text[end] != '\n')
				continue;
			wsrep_story_read(text, end, &story);
			if (exercise_judge(exercise_find(name), &story, -1, &why) == PROOF_OK)
				fail_msg("%s is proved at byte %zu: %s", path, end, why);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_server),
		cmocka_unit_test(test_not_before_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
