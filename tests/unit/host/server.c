/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "steps/host/server.h"
#include "tests/unit/host/root.h"
#include "wizard/util.h"

static int setup(void **state)
{
	root = scratch_directory();
	return 0;
}

static int teardown(void **state)
{
	scratch_remove(root);
	return 0;
}

/* start_as - a process of this program, which is a copy of sleep, once it runs: as this user, or in
 * a namespace of processes of its own, as a container's. */
static pid_t start_as(const char *program, uid_t user, bool contained)
{
	_cleanup_close_ int own = open("/proc/self/ns/pid", O_RDONLY | O_CLOEXEC);
	char link[64], target[4096];
	pid_t pid;

	if (contained)
		assert_int_equal(unshare(CLONE_NEWPID), 0);
	pid = fork();
	if (pid && contained)
		assert_int_equal(setns(own, CLONE_NEWPID), 0);
	if (!pid) {
		if (user && setuid(user) < 0)
			_exit(126);
		execl(program, "something else", "60", NULL);
		_exit(127);
	}
	snprintf(link, sizeof(link), "/proc/%d/exe", (int)pid);
	for (int i = 0; i < 1000; i++) {
		ssize_t length = readlink(link, target, sizeof(target) - 1);

		if (length > 0) {
			target[length] = '\0';
			if (!strcmp(target, program))
				return pid;
		}
		usleep(10000);
	}
	fail_msg("%s did not start", program);
	return -1;
}

static pid_t start(const char *program)
{
	return start_as(program, 0, false);
}

static void stop(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* The names are this test's own, as a real server might run here. */
static void a_server_is_found_by_its_executable(void **state)
{
	static const char *const names[] = { "mariadbd-of-a-test", "mysqld-of-a-test", NULL };
	static const char *const units[] = { "mariadb-of-a-test", NULL };
	_cleanup_free_ char *first = str_printf("%s/mysqld-of-a-test", root);
	_cleanup_free_ char *second = str_printf("%s/mariadbd-of-a-test", root);
	struct server_process process = { .pid = 5 };
	pid_t older, newer;

	assert_int_equal(host_find_server(names, units, NULL, &process, NULL), 0);
	assert_int_equal(process.pid, 0);
	assert_null(process.exe);
	assert_int_equal(process.others, 0);

	run("cp /bin/sleep $root/mysqld-of-a-test; cp /bin/sleep $root/mariadbd-of-a-test");
	older = start(first);
	/* More than a clock tick later. */
	usleep(50000);
	newer = start(second);
	assert_int_equal(host_find_server(names, units, NULL, &process, NULL), 0);
	assert_int_equal(process.pid, older);
	assert_string_equal(process.exe, first);
	assert_string_equal(process.name, "mysqld-of-a-test");
	assert_int_equal(process.others, 1);
	assert_null(process.unit);
	server_process_clear(&process);
	/* Neither is that instance of a unit. */
	assert_int_equal(host_find_server(names, units, "node2", &process, NULL), 0);
	assert_int_equal(process.pid, older);
	assert_false(server_is_instance(&process, "node2"));
	server_process_clear(&process);

	/* Replaced by an upgrade. */
	stop(older);
	run("rm $root/mariadbd-of-a-test");
	assert_int_equal(host_find_server(names, units, NULL, &process, NULL), 0);
	assert_int_equal(process.pid, newer);
	assert_string_equal(process.exe, second);
	assert_int_equal(process.others, 0);
	server_process_clear(&process);
	stop(newer);
	assert_int_equal(host_find_server(names, units, NULL, &process, NULL), 0);
	assert_int_equal(process.pid, 0);
	server_process_clear(&process);
}

/* One that works in the data directory, as its owner: not another of that name. */
static void the_server_of_a_data_directory(void **state)
{
	static const char *const names[] = { "mariadbd-with-data", NULL };
	_cleanup_free_ char *program = str_printf("%s/mariadbd-with-data", root);
	_cleanup_free_ char *data = str_printf("%s/data", root), *here = getcwd(NULL, 0);
	_cleanup_free_ char *link = str_printf("%s/link", root);
	struct server_life life = { .pid = 5 }, again;
	pid_t other, ours;

	run("cp /bin/sleep $root/mariadbd-with-data; mkdir $root/data; ln -s data $root/link");
	other = start(program);
	assert_int_equal(host_server_of("/", data, names, 0, &life, NULL), 0);
	assert_int_equal(life.pid, 0);
	assert_int_equal(chdir(data), 0);
	ours = start(program);
	assert_int_equal(chdir(here), 0);
	assert_int_equal(host_server_of("/", link, names, 0, &life, NULL), 0);
	assert_int_equal(life.pid, ours);
	assert_true(life.started > 0);
	if (geteuid() == 0) {
		/* Somebody else's process; but the provider's file is its user's own. */
		assert_int_equal(chown(data, 65534, 65534), 0);
		assert_int_equal(host_server_of("/", data, names, 0, &again, NULL), 0);
		assert_int_equal(again.pid, 0);
		run("touch $root/data/grastate.dat");
		assert_int_equal(host_server_of("/", data, names, 0, &again, NULL), 0);
		assert_int_equal(again.pid, ours);
	}
	/* A scratch root has processes of its own, or none. */
	assert_int_equal(host_server_of(root, "/data", names, 0, &again, NULL), 0);
	assert_int_equal(again.pid, 0);
	run("ln -s /proc $root/proc");
	assert_int_equal(host_server_of(root, "/data", names, 0, &again, NULL), 0);
	assert_memory_equal(&again, &life, sizeof(life));
	assert_int_equal(host_server_of("/", data, names, ours, &again, NULL), 0);
	assert_int_equal(again.pid, ours);
	assert_int_equal(host_server_of("/", data, names, other, &again, NULL), 0);
	assert_int_equal(again.pid, 0);
	/* Another one is another, whatever its number. */
	stop(ours);
	usleep(50000);
	assert_int_equal(chdir(data), 0);
	ours = start(program);
	assert_int_equal(chdir(here), 0);
	assert_int_equal(host_server_of("/", data, names, 0, &again, NULL), 0);
	assert_int_equal(again.pid, ours);
	assert_true(again.started > life.started);
	stop(ours);
	stop(other);
	assert_int_equal(host_server_of("/", data, names, 0, &again, NULL), 0);
	assert_int_equal(again.pid, 0);
}

/* Anybody may call a program so, and be the first. */
static void not_every_program_of_that_name(void **state)
{
	static const char *const names[] = { "mysqld-of-a-test", NULL };
	static const char *const units[] = { "mariadb-of-a-test", NULL };
	_cleanup_free_ char *program = str_printf("%s/mysqld-of-a-test", root);
	struct server_process process = { 0 };
	pid_t theirs, contained, ours;

	if (geteuid() != 0)
		skip();
	run("chmod 711 $root; cp /bin/sleep $root/mysqld-of-a-test");
	theirs = start_as(program, 4711, false);
	contained = start_as(program, 0, true);
	usleep(50000);
	assert_int_equal(host_find_server(names, units, NULL, &process, NULL), 0);
	assert_int_equal(process.pid, 0);
	assert_int_equal(process.others, 0);
	ours = start_as(program, 100, false);
	assert_int_equal(host_find_server(names, units, NULL, &process, NULL), 0);
	assert_int_equal(process.pid, ours);
	assert_int_equal(process.others, 0);
	server_process_clear(&process);
	stop(theirs);
	stop(contained);
	stop(ours);
}

static void programs_are_found_below_the_root(void **state)
{
	static const char *const names[] = { "mariadbd", "mysqld", NULL };
	char *path;

	path = host_program_path(root, names);
	assert_null(path);
	run("mkdir -p $root/usr/sbin/mariadbd $root/usr/libexec $root/usr/bin;"
	    "touch $root/usr/bin/mariadbd; touch $root/usr/libexec/mysqld;"
	    "chmod +x $root/usr/libexec/mysqld");
	/* Neither the directory nor the file that is no program. */
	path = host_program_path(root, names);
	assert_string_equal(path, "/usr/libexec/mysqld");
	free(path);
	run("chmod +x $root/usr/bin/mariadbd");
	path = host_program_path(root, names);
	assert_string_equal(path, "/usr/bin/mariadbd");
	free(path);
	path = host_program_path("/", (const char *const[]){ "env", NULL });
	assert_string_equal(path, "/usr/bin/env");
	free(path);
}

static void space_is_measured(void **state)
{
	_cleanup_free_ char *missing = str_printf("%s/missing", root);
	struct error err = { 0 };
	uint64_t empty, full, linked, space = 0;

	assert_int_equal(host_free_bytes(root, &space, NULL), 0);
	assert_true(space > 0);
	assert_int_equal(host_free_bytes(missing, &space, &err), -ENOENT);
	assert_true(*err.remedy);

	assert_int_equal(host_tree_bytes(root, &empty, NULL), 0);
	run("mkdir $root/a; dd if=/dev/zero of=$root/a/b bs=1024 count=1024 2>/dev/null");
	assert_int_equal(host_tree_bytes(root, &full, NULL), 0);
	assert_uint_in_range(full - empty, 1 << 20, (1 << 20) + 65536);
	run("ln -s / $root/a/everything; ln -s $root/a $root/again");
	assert_int_equal(host_tree_bytes(root, &linked, NULL), 0);
	assert_uint_in_range(linked - full, 0, 65536);
	err.remedy[0] = '\0';
	assert_int_equal(host_tree_bytes(missing, &full, &err), -ENOENT);
	assert_true(*err.remedy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_server_is_found_by_its_executable, setup,
						teardown),
		cmocka_unit_test_setup_teardown(the_server_of_a_data_directory, setup, teardown),
		cmocka_unit_test_setup_teardown(not_every_program_of_that_name, setup, teardown),
		cmocka_unit_test_setup_teardown(programs_are_found_below_the_root, setup, teardown),
		cmocka_unit_test_setup_teardown(space_is_measured, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
