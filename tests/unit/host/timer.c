/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A real systemd, of a user, on a bus of its own that stands for the system's. It starts only where
 * it believes that the machine was booted by systemd: so in a mount namespace with a /run of its
 * own.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "steps/host/timer.h"
#include "tests/unit/unit.h"
#include "wizard/util.h"

#define NAME "galera-selinux-test"

static char *directory;
static pid_t daemons[2];
static bool ready;

static pid_t start(const char *const *argv)
{
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (!freopen("/dev/null", "w", stdout) || !freopen("/dev/null", "w", stderr))
		_exit(126);
	execv(argv[0], (char *const *)argv);
	_exit(127);
}

static void set_up_daemons(void)
{
	_cleanup_free_ char *bus = str_printf("unix:path=%s/bus", directory);
	_cleanup_free_ char *address = str_printf("--address=%s", bus);
	const char *const daemon[] = { "/usr/bin/dbus-daemon", "--session", "--nofork", address,
				       NULL };
	const char *const systemd[] = { "/usr/lib/systemd/systemd", "--user", NULL };
	struct error err = { 0 };
	bool waits;

	setenv("XDG_RUNTIME_DIR", directory, 1);
	setenv("DBUS_SESSION_BUS_ADDRESS", bus, 1);
	setenv("DBUS_SYSTEM_BUS_ADDRESS", bus, 1);
	if (access(daemon[0], X_OK) < 0 || access(systemd[0], X_OK) < 0 ||
	    unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("none", "/run", "tmpfs", 0, NULL) < 0 || mkdir("/run/systemd", 0755) < 0 ||
	    mkdir("/run/systemd/system", 0755) < 0)
		return;
	daemons[0] = start(daemon);
	usleep(500000);
	daemons[1] = start(systemd);
	for (int i = 0; i < 200 && !ready; i++) {
		usleep(100000);
		ready = host_timer_waits(NAME, &waits, &err) == 0;
	}
	if (!ready)
		print_message("%s\n", err.what);
}

static int set_up(void **state)
{
	directory = scratch_directory();
	set_up_daemons();
	return 0;
}

static int tear_down(void **state)
{
	for (size_t i = ARRAY_SIZE(daemons); i-- > 0;) {
		if (daemons[i] <= 0)
			continue;
		kill(daemons[i], SIGTERM);
		waitpid(daemons[i], NULL, 0);
	}
	scratch_remove(directory);
	return 0;
}

static bool waits(void)
{
	struct error err = { 0 };
	bool is = false;

	must(host_timer_waits(NAME, &is, &err), &err);
	return is;
}

/* Within a minute: others may work beside. */
static bool comes(bool (*it)(void), bool wanted)
{
	for (int i = 0; i < 600 && it() != wanted; i++)
		usleep(100000);
	return it() == wanted;
}

static char *mark(void)
{
	static char path[4096];

	snprintf(path, sizeof(path), "%s/mark", directory);
	return path;
}

static bool is_marked(void)
{
	return access(mark(), F_OK) == 0;
}

static void starts(const char *const *argv, uint64_t seconds)
{
	struct error err = { 0 };
	struct host_timer timer = { NAME, "a test", argv, seconds };

	must(host_timer_start(&timer, &err), &err);
}

static void stops(void)
{
	struct error err = { 0 };

	must(host_timer_stop(NAME, &err), &err);
}

static void test_starts_its_program_once(void **state)
{
	const char *const touch[] = { "/usr/bin/touch", mark(), NULL };

	if (!ready)
		skip();
	assert_false(waits());
	stops();
	starts(touch, 5);
	assert_true(waits());
	assert_false(is_marked());
	assert_true(comes(is_marked, true));
	assert_true(comes(waits, false));
}

static void test_is_replaced_and_stopped(void **state)
{
	const char *const touch[] = { "/usr/bin/touch", mark(), NULL };

	if (!ready)
		skip();
	unlink(mark());
	starts(touch, 2);
	starts(touch, 3600);
	sleep(4);
	assert_false(is_marked());
	assert_true(waits());
	stops();
	assert_true(comes(waits, false));
	stops();
	starts(touch, 2);
	stops();
	sleep(4);
	assert_false(is_marked());
}

/* It is tried again; a new one takes its place all the same. */
static void test_program_that_fails(void **state)
{
	const char *const fails[] = { "/bin/sh", "-c", "touch \"$0\"; exit 1", mark(), NULL };
	const char *const touch[] = { "/usr/bin/touch", mark(), NULL };

	if (!ready)
		skip();
	unlink(mark());
	starts(fails, 1);
	assert_true(comes(is_marked, true));
	sleep(1);
	assert_true(waits());
	unlink(mark());
	starts(touch, 1);
	assert_true(comes(is_marked, true));
	assert_true(comes(waits, false));
}

static void test_without_systemd(void **state)
{
	const char *const touch[] = { "/usr/bin/touch", mark(), NULL };
	struct host_timer timer = { NAME, "a test", touch, 1 };
	struct error err = { 0 };
	bool is;

	setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nowhere", 1);
	assert_int_equal(host_timer_start(&timer, &err), -ENOENT);
	assert_non_null(strstr(err.what, "cannot reach the timer " NAME));
	assert_true(*err.remedy);
	assert_int_equal(host_timer_stop(NAME, &err), -ENOENT);
	assert_int_equal(host_timer_waits(NAME, &is, &err), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_starts_its_program_once),
		cmocka_unit_test(test_is_replaced_and_stopped),
		cmocka_unit_test(test_program_that_fails),
		cmocka_unit_test(test_without_systemd),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
