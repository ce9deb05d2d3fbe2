/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "steps/policy/oracle.h"
#include "steps/policy/store.h"
#include "tests/unit/unit.h"
#include "wizard/util.h"

#define NOBODY 65534

/* One scratch copy of this host's store for all tests: a process can have one. */
static char root[PATH_MAX];
static char sandbox[PATH_MAX]; /* exists while libsemanage is at work on a change */
static struct store *store;

static void remove_tree(const char *path)
{
	_cleanup_free_ char *said = NULL;
	const char *const command[] = { "rm", "-rf", path, NULL };

	assert_int_equal(process_capture(command, &said, NULL, NULL), 0);
}

static int setup(void **state)
{
	const char *temporary = getenv("TMPDIR");
	struct error err = { 0 };

	(void)state;
	snprintf(root, sizeof(root), "%s/store.XXXXXX", temporary ? temporary : "/tmp");
	if (!mkdtemp(root))
		return -1;
	must(store_create(root, "/", &err), &err);
	must(store_open(&store, root, &err), &err);
	snprintf(sandbox, sizeof(sandbox), "%.3000s/var/lib/selinux/%s/tmp", root,
		 store_type(store));
	/* Identity holds against what this host's libsemanage builds, whoever built the host's. */
	must(store_begin(store, &err), &err);
	must(store_rebuild(store, &err), &err);
	must(store_commit(store, &err), &err);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	store_close(store);
	remove_tree(root);
	return 0;
}

/* The compiled policy and the local ports, as bytes. */
struct snapshot {
	char *policy, *ports;
	size_t length;
};

static struct snapshot snapshot_take(void)
{
	_cleanup_free_ char *path = NULL, *file = NULL;
	struct snapshot snapshot = { 0 };
	struct error err = { 0 };
	struct store_port *ports;
	size_t count, size;
	FILE *out = open_memstream(&snapshot.ports, &size);

	must(store_kernel_policy(store, &path, &err), &err);
	must(file_read(path, &snapshot.policy, &snapshot.length, &err), &err);
	must(store_local_ports(store, &ports, &count, &err), &err);
	for (size_t i = 0; i < count; i++)
		fprintf(out, "%s %u-%u %s\n", ports[i].proto, ports[i].low, ports[i].high,
			ports[i].type);
	store_ports_free(ports, count);
	fclose(out);
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

static void assert_label(const char *proto, unsigned int number, const char *expected,
			 enum store_label expected_label)
{
	_cleanup_free_ char *type = NULL;
	struct error err = { 0 };
	enum store_label label = STORE_LABEL_NONE;

	must(store_port_label(store, proto, number, &type, &label, &err), &err);
	assert_non_null(type);
	assert_string_equal(type, expected);
	assert_int_equal(label, expected_label);
}

static void assert_active(const char *name, bool expected, unsigned int expected_priority)
{
	struct error err = { 0 };
	unsigned int priority = 1000;
	bool active = !expected;

	must(store_module_active(store, name, &active, &priority, &err), &err);
	assert_int_equal(active, expected);
	assert_int_equal(priority, expected_priority);
}

static void assert_text(const char *name, const char *expected)
{
	_cleanup_free_ char *text = NULL;
	struct error err = { 0 };

	must(store_module_text(store, name, STORE_PRIORITY, &text, &err), &err);
	if (expected)
		assert_string_equal(text ? text : "absent", expected);
	else
		assert_null(text);
}

/* ---- reading ----------------------------------------------------------------------------------
 */

static void test_open(void **state)
{
	_cleanup_free_ char *path = NULL, *empty = str_printf("%s/empty", root);
	_cleanup_free_ char *type = NULL, *active = NULL;
	struct store *other = NULL;
	struct error err = { 0 };

	(void)state;
	must(store_kernel_policy(store, &path, &err), &err);
	assert_non_null(str_starts(path, root));
	assert_non_null(strstr(path, "/policy/policy."));

	/* The same root again, beside the first. */
	must(store_open(&other, root, &err), &err);
	assert_string_equal(store_type(other), store_type(store));
	assert_string_equal(store_messages(other), "");
	store_close(other);

	assert_int_equal(store_open(&other, "/nonexistent", &err), -ENOENT);
	must(make_directories(empty, 0755, &err), &err);
	assert_int_equal(store_open(&other, empty, &err), -ENOENT);
	assert_non_null(strstr(err.remedy, "selinux-policy-default"));

	/* A configuration without a store, and one that names another directory. */
	type = str_printf("%s/etc/selinux/config", empty);
	active = str_printf("%s/etc/selinux", empty);
	must(make_directories(active, 0755, &err), &err);
	must(file_write(type, "# SELINUXTYPE=no\nSELINUXTYPE=nosuch\n", 37, 0644, &err), &err);
	assert_int_equal(store_open(&other, empty, &err), -ENOENT);
	assert_non_null(strstr(err.what, "\"nosuch\""));
	must(file_write(type, "SELINUXTYPE=../x\n", 17, 0644, &err), &err);
	assert_int_equal(store_open(&other, empty, &err), -ENOENT);
}

static void test_second_root(void **state)
{
	_cleanup_free_ char *second = str_printf("%s/second", root);
	struct store *other = NULL;
	struct error err = { 0 };

	(void)state;
	must(store_create(second, root, &err), &err);
	assert_int_equal(store_open(&other, second, &err), -EBUSY);
	assert_non_null(strstr(err.what, root));
	assert_int_equal(store_create(second, root, &err), -EEXIST);
	assert_int_equal(store_create(root, root, &err), -EINVAL);
	assert_int_equal(store_create("/", root, &err), -EINVAL);
	remove_tree(second);
}

static void test_labels(void **state)
{
	_cleanup_free_ char *type = NULL;
	struct error err = { 0 };

	(void)state;
	assert_label("tcp", 3306, "mysqld_port_t", STORE_LABEL_POLICY);
	assert_label("tcp", 4444, "kerberos_master_port_t", STORE_LABEL_POLICY);
	/* The narrowest of 1024-65535, 1024-32767, ... */
	assert_label("tcp", 4567, "unreserved_port_t", STORE_LABEL_RANGE);
	assert_label("udp", 4567, "unreserved_port_t", STORE_LABEL_RANGE);
	assert_int_equal(store_port_label(store, "icmp", 1, &type, NULL, &err), -EINVAL);
}

static void test_modules(void **state)
{
	struct store_cil *modules, *fewer;
	struct error err = { 0 };
	size_t count, less;
	bool mysql = false;

	(void)state;
	assert_active("mysql", true, 100);
	assert_active("nosuch", false, 0);
	assert_text("nosuch", NULL);
	assert_text("mysql", NULL); /* not at this priority */
	must(store_all_modules(store, NULL, &modules, &count, &err), &err);
	must(store_all_modules(store, "mysql", &fewer, &less, &err), &err);
	assert_int_equal(count, less + 1);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(strlen(modules[i].text), modules[i].length);
		if (strcmp(modules[i].name, "mysql") == 0)
			mysql = strstr(modules[i].text, "(type mysqld_t)") != NULL;
	}
	assert_true(mysql);
	for (size_t i = 0; i < less; i++)
		assert_string_not_equal(fewer[i].name, "mysql");
	store_cils_free(modules, count);
	store_cils_free(fewer, less);
}

/* ---- changing ---------------------------------------------------------------------------------
 */

static void test_ports_there_and_back(void **state)
{
	struct snapshot before = snapshot_take(), between, after;
	struct error err = { 0 };

	(void)state;
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
	assert_string_equal(between.ports, "tcp 4444-4444 mysqld_port_t\n"
					   "tcp 4567-4567 mysqld_port_t\n"
					   "udp 4567-4567 mysqld_port_t\n");

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

	(void)state;
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

	(void)state;
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

/* ---- not changing -----------------------------------------------------------------------------
 */

/* store_commit must fail, with this word in its error, and nothing of it on the screen. */
static void assert_refused(const char *word)
{
	struct error err = { 0 };
	FILE *screen = tmpfile();
	int saved = dup(STDERR_FILENO), r;

	dup2(fileno(screen), STDERR_FILENO);
	r = store_commit(store, &err);
	dup2(saved, STDERR_FILENO);
	close(saved);
	fseek(screen, 0, SEEK_END);
	assert_int_equal(ftell(screen), 0);
	fclose(screen);
	assert_true(r < 0);
	assert_int_equal(err.code, -r);
	if (!strstr(err.what, word))
		fail_msg("no \"%s\" in: %s", word, err.what);
	assert_non_null(strstr(store_messages(store), word));
	assert_int_not_equal(err.remedy[0], 0);
}

static void test_refused(void **state)
{
	struct snapshot before = snapshot_take(), after;
	struct error err = { 0 };

	(void)state;
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

	(void)state;
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

	(void)state;
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

/* ---- for an ordinary user ------------------------------------------------------------------- */

/* In a process of its own, that has not yet opened a store. */
static int as_user(const char *directory)
{
	_cleanup_free_ char *type = NULL;
	struct store *mine = NULL;
	struct error err = { 0 };
	bool active = false;

	if (setgroups(0, NULL) < 0 || setgid(NOBODY) < 0 || setuid(NOBODY) < 0)
		return 2;
	if (store_create(directory, "/", &err) < 0 || store_open(&mine, directory, &err) < 0 ||
	    store_module_active(mine, "mysql", &active, NULL, &err) < 0 ||
	    store_port_label(mine, "tcp", 3306, &type, NULL, &err) < 0) {
		puts(err.what);
		return 1;
	}
	store_close(mine);
	return active && type && strcmp(type, "mysqld_port_t") == 0 ? 0 : 3;
}

static void test_ordinary_user(void **state)
{
	char directory[] = "/tmp/galera-selinux-store.XXXXXX"; /* where `nobody` can go */
	_cleanup_free_ char *said = NULL, *heard = NULL, *self = realpath("/proc/self/exe", NULL);
	const char *const command[] = { self, directory, NULL };
	int r;

	(void)state;
	if (getuid() != 0)
		skip();
	assert_non_null(mkdtemp(directory));
	assert_int_equal(chown(directory, NOBODY, NOBODY), 0);
	r = process_capture(command, &said, &heard, NULL);
	remove_tree(directory);
	if (r != 0)
		fail_msg("%d: %s%s", r, said, heard);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_open),
		cmocka_unit_test(test_second_root),
		cmocka_unit_test(test_labels),
		cmocka_unit_test(test_modules),
		cmocka_unit_test(test_ports_there_and_back),
		cmocka_unit_test(test_module_there_and_back),
		cmocka_unit_test(test_hidden_shown_and_back),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_abort),
		cmocka_unit_test(test_busy),
		cmocka_unit_test(test_ordinary_user),
	};

	if (argc == 2)
		return as_user(argv[1]);
	return cmocka_run_group_tests(tests, setup, teardown);
}
