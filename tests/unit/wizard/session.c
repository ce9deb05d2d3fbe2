/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "opened.h"
#include "wizard/process.h"

#include <signal.h>
#include <sys/file.h>

static void test_creates_its_directory(void **state)
{
	struct session *session = open_session(false);
	struct stat info;

	(void)state;
	assert_int_equal(stat(small_path("var/lib/small"), &info), 0);
	assert_int_equal(info.st_mode & 07777, 0700);
	assert_int_equal(stat(small_path("var/lib/small/lock"), &info), 0);
	assert_int_equal(info.st_mode & 07777, 0600);
	session_free(session);
	session_free(NULL);
}

static void test_paths(void **state)
{
	struct session_options options = { .root = "/" };
	struct session *session = NULL;
	struct error err = { 0 };

	(void)state;
	assert_int_equal(session_new(&session, &small_workflow, &options, &err), 0);
	_cleanup_free_ char *inside = session_in_root(session, "/etc/x");
	_cleanup_free_ char *own = session_path(session, "journal");
	_cleanup_free_ char *resume = session_resume(session);
	assert_false(session_is_scratch(session));
	assert_string_equal(inside, "/etc/x");
	assert_string_equal(own, "/var/lib/small/journal");
	assert_string_equal(resume, "small");
	assert_null(session->arguments[0]);

	assert_int_equal(session_move(session, "/some where//", &err), 0);
	_cleanup_free_ char *moved = session_in_root(session, "etc/x");
	_cleanup_free_ char *moved_own = session_path(session, "journal");
	_cleanup_free_ char *moved_resume = session_resume(session);
	_cleanup_free_ char *undo = session_command(session, "undo");
	assert_true(session_is_scratch(session));
	assert_string_equal(session->root, "/some where");
	assert_string_equal(moved, "/some where/etc/x");
	assert_string_equal(moved_own, "/some where/var/lib/small/journal");
	assert_string_equal(moved_resume, "small --root '/some where'");
	assert_string_equal(undo, "small --root '/some where' undo");

	session_set_resume(session, "small rehearse");
	_cleanup_free_ char *own_resume = session_resume(session);
	assert_string_equal(own_resume, "small rehearse");
	session_free(session);
}

static void test_open_session_cannot_move(void **state)
{
	struct session *session = open_session(false);
	struct error err = { 0 };

	(void)state;
	assert_int_equal(session_move(session, "/elsewhere", &err), -EALREADY);
	assert_int_equal(session_open(session, false, &err), -EALREADY);
	assert_string_equal(session->root, small_root);
	session_free(session);
}

static void test_memory_is_on_the_disk(void **state)
{
	struct session *session = open_session(false);

	(void)state;
	remember(session, "one", json_integer(1));
	remember(session, "two", json_pack("[s]", "x"));
	remember(session, "gone", json_integer(3));
	remember(session, "one", json_integer(11));
	remember(session, "gone", NULL);
	assert_int_equal(recalled(session, "one"), 11);
	session_free(session);

	session = open_session(false);
	assert_int_equal(recalled(session, "one"), 11);
	assert_int_equal(json_array_size(session_recall(session, "two")), 1);
	assert_null(session_recall(session, "gone"));
	assert_int_equal(json_array_size(session_records(session)), 6);
	session_free(session);
}

static void test_same_value_is_written_once(void **state)
{
	struct session *session = open_session(false);

	(void)state;
	remember(session, "a", json_integer(1));
	remember(session, "a", json_integer(1));
	remember(session, "never", json_null());
	/* There is only one "true". */
	remember(session, "b", json_true());
	remember(session, "b", json_true());
	assert_int_equal(json_array_size(session_records(session)), 3);
	session_free(session);
}

/* A caller may alter what it recalled, and hand that in again. */
static void test_value_altered_in_place_is_written(void **state)
{
	struct session *session = open_session(false);
	json_t *list;

	(void)state;
	remember(session, "list", json_pack("[i]", 1));
	list = session_recall(session, "list");
	json_array_append_new(list, json_integer(2));
	remember(session, "list", json_incref(list));
	session_free(session);
	session = open_session(false);
	assert_int_equal(json_array_size(session_recall(session, "list")), 2);
	session_free(session);
}

static void test_needs_to_be_open(void **state)
{
	struct session *session = new_session();
	struct error err = { 0 };

	(void)state;
	assert_int_equal(session_remember(session, "a", json_integer(1), &err), -EBADF);
	assert_null(session_recall(session, "a"));
	session_free(session);
}

static void test_read_only_changes_nothing(void **state)
{
	struct session *session = open_session(true);
	struct error err = { 0 };

	(void)state;
	assert_true(session->is_read_only);
	remember(session, "a", json_integer(5));
	assert_int_equal(recalled(session, "a"), 5);
	assert_int_equal(session_go_back(session, "talk", &err), 0);
	assert_int_equal(session->round, 2);
	session_free(session);
	assert_true(small_is("var", "absent"));
}

static void test_reader_beside_a_run(void **state)
{
	struct session *running = open_session(false), *reader;

	(void)state;
	remember(running, "a", json_integer(5));
	reader = open_session(true);
	assert_int_equal(recalled(reader, "a"), 5);
	session_free(reader);
	session_free(running);
}

static void test_rounds_and_reset(void **state)
{
	struct session *session = open_session(false);
	struct error err = { 0 };

	(void)state;
	assert_int_equal(session->round, 1);
	assert_int_equal(session->back_to, -1);
	assert_int_equal(session_go_back(session, "tlak", &err), -EINVAL);
	assert_true(small_has(err.remedy, "did you mean \"talk\"?"));
	assert_int_equal(session_go_back(session, "talk", &err), 0);
	assert_string_equal(session->workflow->steps[session->back_to]->name, "talk");
	remember(session, "a", json_integer(5));
	session_free(session);

	session = open_session(false);
	assert_int_equal(session->round, 2);
	assert_int_equal(session->back_to, -1);
	assert_int_equal(session_reset(session, &err), 0);
	assert_int_equal(session->round, 1);
	session_free(session);

	session = open_session(false);
	assert_int_equal(session->round, 1);
	assert_null(session_recall(session, "a"));
	session_free(session);
}

/* ---- the lock ------------------------------------------------------------------------------- */

static void test_lock_names_its_holder(void **state)
{
	_cleanup_free_ char *pid_text = NULL, *name = NULL;
	struct session *session;
	struct error err = { 0 };
	int ready[2], done[2];
	char byte;
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(ready) | pipe(done), 0);
	pid = fork();
	if (pid == 0) {
		close(done[1]);
		session = open_session(false);
		_exit(write(ready[1], "x", 1) == 1 && read(done[0], &byte, 1) == 0 ? 0 : 1);
	}
	close(done[0]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	session = new_session();
	assert_int_equal(session_open(session, false, &err), -EBUSY);
	assert_int_equal(file_read("/proc/self/comm", &name, NULL, &err), 0);
	name[strcspn(name, "\n")] = '\0';
	pid_text = str_printf("process %d (%s), since 20", pid, name);
	assert_true(small_has(err.what, pid_text));
	assert_true(small_has(err.remedy, "ps -fp"));
	session_free(session);
	session = open_session(true); /* looking is allowed */
	session_free(session);

	close(done[1]);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	session = open_session(false);
	session_free(session);
	close(ready[0]);
	close(ready[1]);
}

/* The kernel drops the lock of a process that was killed; its file stays. */
static void test_lock_of_a_dead_process(void **state)
{
	struct session *session;

	(void)state;
	assert_int_equal(make_directories(small_path("var/lib/small"), 0700, NULL), 0);
	small_put("var/lib/small/lock", "1 1600000000\n");
	session = open_session(false);
	session_free(session);
}

static void test_lock_without_a_name(void **state)
{
	struct session *session = new_session();
	struct error err = { 0 };
	int fd;

	(void)state;
	assert_int_equal(make_directories(small_path("var/lib/small"), 0700, NULL), 0);
	fd = open(small_path("var/lib/small/lock"), O_RDWR | O_CREAT, 0600);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	assert_int_equal(session_open(session, false, &err), -EBUSY);
	assert_true(small_has(err.what, "another small is at work here"));
	session_free(session);
	close(fd);
}

/* ---- what stands in the way ------------------------------------------------------------------ */

static int open_as_nobody(void *data)
{
	struct session *session = new_session();
	struct error err = { 0 };
	int r;

	(void)data;
	if (setgid(65534) < 0 || setuid(65534) < 0)
		return 77;
	r = session_open(session, false, &err);
	fprintf(stderr, "%s\n%s\n", err.what, err.remedy);
	session_free(session);
	return r == -EACCES ? 0 : 1;
}

static void test_without_permission(void **state)
{
	small_result_auto result = { 0 };

	(void)state;
	if (geteuid() != 0)
		skip();
	result = small_child(open_as_nobody, NULL);
	assert_int_equal(result.status, 0);
	assert_true(small_has(result.err, "run small as root, or give a scratch root"));
}

static void test_directory_is_a_file(void **state)
{
	struct session *session = new_session();
	struct error err = { 0 };

	(void)state;
	small_put("var", "file");
	assert_int_equal(session_open(session, false, &err), -ENOTDIR);
	session_free(session);
}

/* ---- the workflow's own data ------------------------------------------------------------------
 */

static int closed, opening;

static int open_data(struct session *session, void **data, struct error *err)
{
	(void)session;
	if (opening < 0)
		return error_set(err, EIO, NULL, "no data");
	*data = &opening;
	return 0;
}

static void close_data(void *data)
{
	closed += data == &opening;
}

static void test_workflow_opens_and_closes(void **state)
{
	struct workflow workflow = small_workflow;
	struct session_options options = { .root = small_root };
	struct session *session = NULL;
	struct error err = { 0 };

	(void)state;
	workflow.open = open_data;
	workflow.close = close_data;
	for (opening = -1; opening <= 0; opening++) {
		closed = 0;
		assert_int_equal(session_new(&session, &workflow, &options, &err), 0);
		assert_int_equal(session_open(session, false, &err), opening < 0 ? -EIO : 0);
		assert_ptr_equal(session->data, opening < 0 ? NULL : &opening);
		session_free(session);
		assert_int_equal(closed, opening < 0 ? 0 : 1);
	}
}

/* ---- signals -------------------------------------------------------------------------------- */

static int be_stopped(void *data)
{
	int number = *(int *)data, fds[2];
	char byte;

	process_watch_signals();
	if (process_interrupted() || pipe(fds) < 0)
		return 1;
	raise(SIGPIPE);
	if (process_interrupted())
		return 2;
	/* Twice: the second is no harder than the first. */
	raise(number);
	raise(number);
	if (!process_interrupted())
		return 3;
	/* A read that waits wakes up. */
	if (fork() == 0) {
		usleep(100000);
		kill(getppid(), number);
		_exit(0);
	}
	return read(fds[0], &byte, 1) == -1 && errno == EINTR ? 0 : 4;
}

static void test_signals_are_noted(void **state)
{
	int numbers[] = { SIGINT, SIGTERM, SIGHUP };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		small_result_auto result = small_child(be_stopped, &numbers[i]);
		assert_int_equal(result.status, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(creates_its_directory),      TEST(paths),
		TEST(open_session_cannot_move),   TEST(memory_is_on_the_disk),
		TEST(same_value_is_written_once), TEST(value_altered_in_place_is_written),
		TEST(needs_to_be_open),           TEST(read_only_changes_nothing),
		TEST(reader_beside_a_run),        TEST(rounds_and_reset),
		TEST(lock_names_its_holder),      TEST(lock_of_a_dead_process),
		TEST(lock_without_a_name),        TEST(without_permission),
		TEST(directory_is_a_file),        TEST(workflow_opens_and_closes),
		TEST(signals_are_noted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
