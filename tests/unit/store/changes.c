/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Real changes of a store: there and back to the byte, refused, given up, at the same time. */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "steps/oracle/oracle.h"
#include "tests/unit/store/scratch.h"

static char *sandbox; /* exists while libsemanage is at work on a change */

static int setup(void **state)
{
	struct error err = { 0 };

	scratch_store_open();
	sandbox = str_printf("%s/var/lib/selinux/%s/tmp", root, store_type(store));
	/* Identity holds against what this host's libsemanage builds, whoever built the host's. */
	must(store_begin(store, &err), &err);
	must(store_rebuild(store, &err), &err);
	must(store_commit(store, &err), &err);
	return 0;
}

static int teardown(void **state)
{
	free(sandbox);
	scratch_store_close();
	return 0;
}

/* The compiled policy and the local ports, as bytes. */
struct snapshot {
	char *policy, *ports;
	size_t length;
};

/* The statements of the file that libsemanage keeps them in. */
static char *local_ports(void)
{
	_cleanup_free_ char *path =
		str_printf("%s/var/lib/selinux/%s/active/ports.local", root, store_type(store));
	_cleanup_free_ char *text = NULL;
	char *ports, *rest, *line;
	FILE *out = stream_open(&ports, NULL);

	if (file_read(path, &text, NULL, NULL) == 0)
		for (rest = text; (line = strsep(&rest, "\n"));)
			if (str_starts(line, "portcon "))
				fprintf(out, "%s\n", line);
	stream_close(&out);
	return ports;
}

static struct snapshot snapshot_take(void)
{
	_cleanup_free_ char *path = NULL;
	struct snapshot snapshot = { .ports = local_ports() };
	struct error err = { 0 };

	must(store_kernel_policy(store, &path, &err), &err);
	must(file_read(path, &snapshot.policy, &snapshot.length, &err), &err);
	return snapshot;
}

static bool snapshot_same(const struct snapshot *one, const struct snapshot *other)
{
	return one->length == other->length &&
	       memcmp(one->policy, other->policy, one->length) == 0 &&
	       strcmp(one->ports, other->ports) == 0;
}

static void snapshot_clear(struct snapshot *snapshot)
{
	free(snapshot->policy);
	free(snapshot->ports);
}

/* ---- changing ------------------------------------------------------------------------------- */

static void test_ports_there_and_back(void **state)
{
	struct snapshot before = snapshot_take(), between, after;
	struct error err = { 0 };

	must(store_begin(store, &err), &err);
	must(store_port_set(store, "tcp", 4567, "mysqld_port_t", &err), &err);
	must(store_port_set(store, "udp", 4567, "mysqld_port_t", &err), &err);
	must(store_port_set(store, "tcp", 4444, "http_port_t", &err), &err);
	must(store_port_set(store, "tcp", 4444, "mysqld_port_t", &err), &err);
	must(store_commit(store, &err), &err);
	assert_label("tcp", 4567, "mysqld_port_t", STORE_LABEL_LOCAL);
	assert_label("udp", 4567, "mysqld_port_t", STORE_LABEL_LOCAL);
	assert_label("tcp", 4444, "mysqld_port_t", STORE_LABEL_LOCAL);
	assert_label("udp", 4568, "unreserved_port_t", STORE_LABEL_RANGE);
	between = snapshot_take();
	assert_false(snapshot_same(&before, &between));
	assert_non_null(strstr(between.ports, "tcp 4444 system_u:object_r:mysqld_port_t"));
	assert_non_null(strstr(between.ports, "tcp 4567 system_u:object_r:mysqld_port_t"));
	assert_non_null(strstr(between.ports, "udp 4567 system_u:object_r:mysqld_port_t"));

	must(store_begin(store, &err), &err);
	must(store_port_unset(store, "tcp", 4444, &err), &err);
	must(store_port_unset(store, "tcp", 4567, &err), &err);
	must(store_port_unset(store, "udp", 4567, &err), &err);
	must(store_port_unset(store, "udp", 4444, &err), &err); /* has none */
	must(store_rebuild(store, &err), &err);
	must(store_commit(store, &err), &err);
	assert_label("tcp", 4444, "kerberos_master_port_t", STORE_LABEL_POLICY);
	after = snapshot_take();
	assert_true(snapshot_same(&before, &after));
	snapshot_clear(&before);
	snapshot_clear(&between);
	snapshot_clear(&after);
}

static volatile sig_atomic_t signals_within, signals_after;

static void on_signal(int number)
{
	(void)number;
	if (access(sandbox, F_OK) == 0)
		signals_within = 1;
	else
		signals_after = 1;
}

/* One rebuild for a module and a port there, one back; a signal amid the first is held back. */
static void test_module_there_and_back(void **state)
{
	static const char text[] = "(typepermissive mysqld_t)\n";
	const struct itimerval soon = { .it_value = { .tv_usec = 300000 } };
	struct snapshot before = snapshot_take(), between, after;
	struct error err = { 0 };
	sigset_t blocked;

	must(store_begin(store, &err), &err);
	must(store_module_install(store, "test_one", STORE_PRIORITY, "(type gone_t)\n", &err),
	     &err);
	must(store_module_install(store, "test_one", STORE_PRIORITY, text, &err), &err);
	must(store_port_set(store, "tcp", 4567, "mysqld_port_t", &err), &err);
	signal(SIGALRM, SIG_IGN);
	signal(SIGTERM, on_signal);
	if (fork() == 0) {
		usleep((useconds_t)soon.it_value.tv_usec);
		kill(getppid(), SIGTERM);
		_exit(0);
	}
	must(store_commit(store, &err), &err);
	wait(NULL);
	assert_int_equal(signals_within, 0);
	assert_int_equal(signals_after, 1);
	sigprocmask(SIG_SETMASK, NULL, &blocked);
	assert_false(sigismember(&blocked, SIGTERM));
	signal(SIGTERM, SIG_DFL);
	assert_active("test_one", true, STORE_PRIORITY);
	assert_text("test_one", text);
	between = snapshot_take();
	assert_false(snapshot_same(&before, &between));

	must(store_begin(store, &err), &err);
	must(store_module_remove(store, "test_one", STORE_PRIORITY, &err), &err);
	must(store_module_remove(store, "test_two", STORE_PRIORITY, &err), &err); /* absent */
	must(store_port_unset(store, "tcp", 4567, &err), &err);
	must(store_commit(store, &err), &err);
	assert_active("test_one", false, 0);
	after = snapshot_take();
	assert_true(snapshot_same(&before, &after));
	snapshot_clear(&before);
	snapshot_clear(&between);
	snapshot_clear(&after);
}

static bool hides_selinux_config(void)
{
	struct error err = { 0 };
	struct judgement judgement = { 0 };
	_cleanup_free_ char *path = NULL;
	struct oracle *oracle;

	must(store_kernel_policy(store, &path, &err), &err);
	must(oracle_open(&oracle, path, &err), &err);
	must(oracle_judge(oracle, "mysqld_t", "selinux_config_t", "dir", "search", &judgement,
			  &err),
	     &err);
	oracle_close(oracle);
	assert_int_equal(judgement.verdict, VERDICT_NO_RULE);
	return judgement.dontaudit;
}

static void assert_shows_hidden(bool wanted)
{
	struct error err = { 0 };
	bool shown = !wanted;

	must(store_shows_hidden(store, &shown, &err), &err);
	assert_int_equal(shown, wanted);
	assert_int_equal(hides_selinux_config(), !wanted);
}

static void test_hidden_shown_and_back(void **state)
{
	struct snapshot before = snapshot_take(), after;
	struct error err = { 0 };

	assert_int_equal(store_show_hidden(store, true, &err), -EINVAL); /* no transaction */
	assert_shows_hidden(false);
	must(store_begin(store, &err), &err);
	must(store_show_hidden(store, true, &err), &err);
	must(store_commit(store, &err), &err);
	assert_shows_hidden(true);

	/* What else is changed meanwhile leaves it so. */
	must(store_begin(store, &err), &err);
	must(store_module_install(store, "test_one", STORE_PRIORITY, "(type gone_t)\n", &err),
	     &err);
	must(store_commit(store, &err), &err);
	assert_shows_hidden(true);

	must(store_begin(store, &err), &err);
	must(store_module_remove(store, "test_one", STORE_PRIORITY, &err), &err);
	must(store_show_hidden(store, false, &err), &err);
	must(store_commit(store, &err), &err);
	assert_shows_hidden(false);
	after = snapshot_take();
	assert_true(snapshot_same(&before, &after));
	snapshot_clear(&before);
	snapshot_clear(&after);
}

/* ---- not changing --------------------------------------------------------------------------- */

/* store_commit must fail, with this word in its error, and nothing of it on the screen. */
static void assert_refused(const char *word)
{
	struct error err = { 0 };
	struct capture screen;
	int r;

	capture_start(&screen, STDERR_FILENO);
	r = store_commit(store, &err);
	assert_string_equal(capture_end(&screen), "");
	assert_true(r < 0);
	assert_int_equal(err.code, -r);
	if (!strstr(err.what, word))
		fail_msg("no \"%s\" in: %s", word, err.what);
	assert_int_not_equal(err.remedy[0], 0);
	/* It is of that operation alone. */
	assert_int_equal(store_commit(store, &err), -EINVAL);
	assert_null(strstr(err.what, word));
}

static void test_refused(void **state)
{
	struct snapshot before = snapshot_take(), after;
	struct error err = { 0 };

	must(store_begin(store, &err), &err);
	must(store_port_set(store, "tcp", 4567, "nosuch_t", &err), &err);
	assert_refused("nosuch_t");

	must(store_begin(store, &err), &err);
	must(store_module_install(store, "test_bad", STORE_PRIORITY,
				  "(allow mysqld_t nosuch_t (file (read)))", &err),
	     &err);
	assert_refused("test_bad/cil:1");
	assert_active("test_bad", false, 0);

	after = snapshot_take();
	assert_true(snapshot_same(&before, &after));
	snapshot_clear(&after);

	snapshot_clear(&before);

	/* What was refused is not tried again; and ports alone, there and back again. */
	for (int round = 0; round < 2; round++) {
		before = round ? snapshot_take() : (struct snapshot){ 0 };
		must(store_begin(store, &err), &err);
		must(store_port_set(store, "tcp", 4568, "mysqld_port_t", &err), &err);
		must(store_commit(store, &err), &err);
		must(store_begin(store, &err), &err);
		must(store_port_unset(store, "tcp", 4568, &err), &err);
		must(store_commit(store, &err), &err);
	}
	after = snapshot_take();
	assert_true(snapshot_same(&before, &after));
	snapshot_clear(&before);
	snapshot_clear(&after);
}

static void test_abort(void **state)
{
	struct snapshot before = snapshot_take(), after;
	struct error err = { 0 };

	store_abort(store); /* nothing to give up */
	assert_int_equal(store_commit(store, &err), -EINVAL);
	assert_int_equal(store_port_set(store, "tcp", 4567, "mysqld_port_t", &err), -EINVAL);
	assert_int_equal(store_module_remove(store, "mysql", 100, &err), -EINVAL);
	must(store_begin(store, &err), &err);
	assert_int_equal(store_begin(store, &err), -EALREADY);
	must(store_port_set(store, "tcp", 4567, "mysqld_port_t", &err), &err);
	assert_int_equal(store_port_set(store, "tcp", 65536, "mysqld_port_t", &err), -EINVAL);
	assert_int_equal(store_port_set(store, "tcp", 0, "mysqld_port_t", &err), -EINVAL);
	store_abort(store);
	assert_label("tcp", 4567, "unreserved_port_t", STORE_LABEL_RANGE);
	must(store_begin(store, &err), &err);
	must(store_commit(store, &err), &err);
	after = snapshot_take();
	assert_true(snapshot_same(&before, &after));
	snapshot_clear(&before);
	snapshot_clear(&after);
}

/* Another program that begins a change and, when a byte comes, commits a port and ends. */
static pid_t other_program(int *go)
{
	int ready[2], proceed[2];
	char byte = 0;
	pid_t child;

	assert_int_equal(pipe(ready), 0);
	assert_int_equal(pipe(proceed), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct store *mine = NULL;
		struct error err = { 0 };
		int r;

		close(ready[0]);
		close(proceed[1]); /* or it would wait for itself, should the test fail */
		r = store_open(&mine, root, &err);

		if (r == 0)
			r = store_begin(mine, &err);
		if (r == 0)
			r = store_port_set(mine, "tcp", 4568, "http_port_t", &err);
		if (write(ready[1], &byte, 1) != 1 || read(proceed[0], &byte, 1) != 1)
			_exit(2);
		_exit(r == 0 && store_commit(mine, &err) == 0 ? 0 : 1);
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	close(ready[1]);
	close(proceed[0]);
	*go = proceed[1];
	return child;
}

static void test_busy(void **state)
{
	struct error err = { 0 };
	int go, status;
	pid_t child;

	assert_label("tcp", 4568, "unreserved_port_t", STORE_LABEL_RANGE);
	child = other_program(&go);
	assert_int_equal(store_begin(store, &err), -EBUSY);
	assert_non_null(strstr(err.what, "semanage.trans.LOCK"));
	assert_int_equal(write(go, "", 1), 1);
	close(go);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	/* Its change is seen here, and the lock is free. */
	assert_label("tcp", 4568, "http_port_t", STORE_LABEL_LOCAL);
	must(store_begin(store, &err), &err);
	must(store_port_unset(store, "tcp", 4568, &err), &err);
	must(store_commit(store, &err), &err);
	assert_label("tcp", 4568, "unreserved_port_t", STORE_LABEL_RANGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ports_there_and_back),
		cmocka_unit_test(test_module_there_and_back),
		cmocka_unit_test(test_hidden_shown_and_back),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_abort),
		cmocka_unit_test(test_busy),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
