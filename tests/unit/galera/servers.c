/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The exercises as each server logs them: every one is recognised, and none is taken for another.
 */
#include <glob.h>
#include <string.h>

#include "steps/galera/failures.h"
#include "steps/galera/wsrep_messages.h"
#include "tests/unit/galera/borne_out.h"
#include "tests/unit/galera/stories.h"
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
	enum proof borne;
	size_t length;

	assert_int_equal(file_read(path, &text, &length, NULL), 0);
	story_read(text, length, &story);
	assert_true(story.started && story.synced && !story.failed && !story.server_unknown);
	assert_int_equal(story.starts, 1);
	/* A start that names no process cannot be borne out by one. */
	borne = story.pid ? PROOF_OK : PROOF_SILENT;
	assert_int_equal(borne == PROOF_OK, !strstr(server, "mariadb-5.5"));
	for (const struct exercise *e = galera_exercises; e->name; e++) {
		_cleanup_free_ char *why = NULL;
		bool proved =
			judge_borne_out(e, &story, &why) == borne && e->kind != EXERCISE_NOTIFY;

		if (proved != is_proved_by(log, server, e->name))
			fail_msg("%s: %s is %sproved: %s", path, e->name, proved ? "" : "not ",
				 why);
	}
	for (size_t calls = 0; calls < 2; calls++) {
		_cleanup_free_ char *why = NULL;

		story.notify_calls = calls;
		assert_int_equal(judge_borne_out(exercise_find("notify"), &story, &why),
				 calls ? borne : PROOF_SILENT);
	}
}

static void test_each_server(void **state)
{
	glob_t found;
	size_t logs = 0;
	unsigned int servers = 0;
	char without[512];

	for (size_t i = 0; i < ARRAY_SIZE(methods); i++) {
		_cleanup_free_ char *pattern = str_printf(LOGS "%s/*.log", methods[i].server);

		assert_true(server_named(methods[i].server));
		servers |= server_named(methods[i].server);
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
	wsrep_servers_words(EVERY_SERVER & ~servers, without, sizeof(without));
	if (servers != EVERY_SERVER)
		fail_msg("no logs of its exercises: %s", without);
}

/* Until its end, none is proved: nothing is claimed too early. */
static void test_not_before_the_end(void **state)
{
	static const char *const exercises[] = { "sst", "ist", "bootstrap", "crash" };

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
			enum proof proof;

			if (text[end] != '\n')
				continue;
			story_read(text, end, &story);
			proof = judge_borne_out(exercise_find(name), &story, &why);
			if (proof == PROOF_OK || proof == PROOF_SILENT)
				fail_msg("%s is proved at byte %zu: %s", path, end, why);
		}
	}
}

/* ---- real logs, whole or in part ------------------------------------------------------------- */

#define REAL "tests/fixtures/wsrep/real/"
#define ROW_JOINER(log, kind, proved)                                                              \
	{                                                                                          \
		(log), ROLE_JOINER, TRANSFER_##kind, COMPLETE, (proved), ""                        \
	}
#define ROW_DONOR(log, kind)                                                                       \
	{                                                                                          \
		(log), ROLE_DONOR, TRANSFER_##kind, COMPLETE, "", ""                               \
	}
#define ROW_FAILED(log, kind, flags, cause)                                                        \
	{                                                                                          \
		(log), ROLE_JOINER, TRANSFER_##kind, (flags), "", (cause)                          \
	}

enum wanted { COMPLETE = 1, FAILED = 2, DENIED = 4 };

/* What the file's name says, and nothing else. */
static const struct real {
	const char *log;
	enum transfer_role role;
	enum transfer_kind kind;
	int flags;
	const char *proved; /* the exercises, in the table's order */
	const char *cause;  /* what the failure means, in part; "": there is none */
} real[] = {
	{ "mariadb-11.8-bootstrap-ssl", .proved = "bootstrap", .cause = "" },
	{ "mariadb-11.8-bootstrap", .proved = "bootstrap", .cause = "" },
	{ "mariadb-11.8-bootstrap2", .proved = "bootstrap", .cause = "" },
	ROW_JOINER("mariadb-11.8-ist-mariabackup", IST, "ist"),
	ROW_JOINER("mariadb-11.8-ist-rsync", IST, "ist"),
	ROW_DONOR("mariadb-11.8-ist-rsync.donor", IST),
	/* Nothing was written meanwhile: two configuration changes are sent. */
	ROW_JOINER("mariadb-11.8-nothing", IST, "ist"),
	ROW_JOINER("mariadb-11.8-notify", IST, "ist notify"),
	ROW_JOINER("mariadb-11.8-notify-fail", IST, "ist"),
	ROW_DONOR("mariadb-11.8-sst-mariabackup-ssl.donor", SST),
	ROW_DONOR("mariadb-11.8-sst-mariabackup-syslog.donor", SST),
	ROW_JOINER("mariadb-11.8-sst-mariabackup-syslog", SST, "sst sst-mariabackup"),
	ROW_DONOR("mariadb-11.8-sst-mariabackup.donor", SST),
	ROW_JOINER("mariadb-11.8-sst-mariabackup", SST, "sst sst-mariabackup"),
	ROW_JOINER("mariadb-11.8-sst-rsync-ssl", SST, "sst sst-rsync sst-encrypted"),
	ROW_DONOR("mariadb-11.8-sst-rsync.donor", SST),
	ROW_JOINER("mariadb-11.8-sst-rsync", SST, "sst sst-rsync"),
	ROW_DONOR("mariadb-11.8-fail-donor.donor", SST),
	ROW_JOINER("mariadb-11.8-fail-donor", SST, "sst sst-mariabackup"),
	/* It waits for a donor until the log ends. */
	ROW_FAILED("mariadb-11.8-fail-istport", NONE, 0, "another program has the IST's port"),
	{ "mariadb-11.8-fail-nocluster", .flags = FAILED, .proved = "",
	  .cause = "does not reach the cluster" },
	ROW_FAILED("mariadb-11.8-fail-nolsof", NONE, FAILED, "needs lsof"),
	ROW_FAILED("mariadb-11.8-fail-norsync", NONE, FAILED, "needs rsync"),
	{ "mariadb-11.8-fail-not-safe", .flags = FAILED, .proved = "",
	  .cause = "not the last one to leave the cluster" },
	ROW_FAILED("mariadb-11.8-fail-sstport-mariabackup", SST, FAILED,
		   "another program has the SST's port (4444)"),
	{ "mariadb-11.8-fail-sstport-mariabackup.donor", ROLE_DONOR, TRANSFER_SST, 0, "", "" },
	ROW_FAILED("mariadb-11.8-fail-sstport-rsync", NONE, FAILED, "its port (4444) is taken"),
	{ "mariadb-11.8-fail-sstport-rsync.donor", .proved = "", .cause = "" },
	/* Of these the start is not in the log, so nothing is proved. */
	ROW_JOINER("pxc-5.6-syslog-ist-joiner", IST, ""),
	ROW_JOINER("mariadb-10.1-kolla-joiner-tail-sst", SST, ""),
	ROW_FAILED("mysql-8.0.23-spawn-eacces", NONE, FAILED | DENIED,
		   "may not run its SST script"),
	ROW_FAILED("mariadb-10.3-rsync-no-lsof", NONE, FAILED, "needs lsof"),
	{ "pxc-8.0-zh-ist-joiner", ROLE_JOINER, TRANSFER_IST, 0, "", "" },
	ROW_JOINER("mariadb-10.6-mariabackup-grep-ist", IST, ""),
	ROW_JOINER("mysql-5.6-nostamps-ist", IST, ""),
	{ "mariadb-10.4-start-errno13-abort", .flags = FAILED | DENIED, .proved = "",
	  .cause = "may not use what the message names" },
};

static char *proved_by(const struct wsrep_story *story)
{
	char *names = str_printf("%s", "");

	for (const struct exercise *e = galera_exercises; e->name; e++) {
		_cleanup_free_ char *why = NULL, *before = names;

		names = judge_borne_out(e, story, &why) == PROOF_OK
				? str_printf("%s%s%s", before, *before ? " " : "", e->name)
				: str_printf("%s", before);
	}
	return names;
}

static void test_real(void **state)
{
	glob_t found;

	assert_int_equal(glob(REAL "*.log", 0, NULL, &found), 0);
	assert_int_equal(found.gl_pathc, ARRAY_SIZE(real));
	globfree(&found);
	for (size_t i = 0; i < ARRAY_SIZE(real); i++) {
		_cleanup_free_ char *name = str_printf("%s.log", real[i].log), *proved = NULL;
		const char *cause = "";
		struct wsrep_story story;
		int flags;

		read_log(REAL, name, &story);
		flags = (story.complete ? COMPLETE : 0) | (story.failed ? FAILED : 0) |
			(story.permission_denied ? DENIED : 0);
		proved = proved_by(&story);
		if (*story.failure)
			cause = failure_find(story.failure)->what;
		if (story.role != real[i].role || story.kind != real[i].kind ||
		    flags != real[i].flags || strcmp(proved, real[i].proved) != 0 ||
		    !*cause != !*real[i].cause || !strstr(cause, real[i].cause))
			fail_msg("%s: role %d, kind %d, flags %d, proved \"%s\", cause \"%s\"",
				 name, story.role, story.kind, flags, proved, cause);
		assert_int_equal(story.notify_failed, strstr(name, "notify-fail") != NULL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_real),
		cmocka_unit_test(test_each_server),
		cmocka_unit_test(test_not_before_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
