/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A bus on which this test answers as systemd does. */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <systemd/sd-bus.h>

#include "steps/host/manager.h"
#include "tests/unit/unit.h"

static char *directory, *address, *file_of_root, *file_of_all;
static pid_t bus;

static int get(sd_bus_message *call)
{
	const char *interface, *member;

	if (sd_bus_message_read(call, "ss", &interface, &member) < 0)
		return -EINVAL;
	if (strcmp(sd_bus_message_get_destination(call), "org.freedesktop.systemd1") != 0 ||
	    strcmp(sd_bus_message_get_path(call),
		   "/org/freedesktop/systemd1/unit/mariadb_40node2_2eservice") != 0 ||
	    strcmp(interface, "org.freedesktop.systemd1.Service") != 0)
		return sd_bus_reply_method_errorf(call, SD_BUS_ERROR_UNKNOWN_OBJECT, "no");
	if (!strcmp(member, "MainPID"))
		return sd_bus_reply_method_return(call, "v", "u", 4711);
	/* As of MariaDB's mariadb@.service; and one that starts it by a shell. */
	if (!strcmp(member, "ExecStart"))
		return sd_bus_reply_method_return(
			call, "v", "a(sasbttttuii)", 2, "/usr/sbin/mariadbd", 3, "mariadbd",
			"--defaults-file=/etc/my file.cnf", "$MYSQLD_MULTI_INSTANCE", 0,
			(uint64_t)1, (uint64_t)2, (uint64_t)3, (uint64_t)4, 5u, 6, 7, "/bin/sh", 3,
			"/bin/sh", "-c", "[ -x /r ] && P=`/r`; exec 'mariadbd' --q=r $P", 1,
			(uint64_t)1, (uint64_t)2, (uint64_t)3, (uint64_t)4, 5u, 6, 7);
	if (!strcmp(member, "Environment"))
		return sd_bus_reply_method_return(
			call, "v", "as", 2, "MYSQLD_MULTI_INSTANCE=--defaults-group-suffix=.node2",
			"MYSQLD_OPTS= --x=y  --z");
	/* As of Percona's mysql.service; and what a server writes of itself. */
	if (!strcmp(member, "EnvironmentFiles"))
		return sd_bus_reply_method_return(call, "v", "a(sb)", 3, "/nonexistent/file", 1,
						  file_of_root, 1, file_of_all, 0);
	return sd_bus_reply_method_errorf(call, SD_BUS_ERROR_UNKNOWN_PROPERTY, "no");
}

static int answer(sd_bus_message *call, void *data, sd_bus_error *error)
{
	(void)data;
	(void)error;
	if (sd_bus_message_is_method_call(call, "org.freedesktop.DBus", "Hello"))
		return sd_bus_reply_method_return(call, "s", ":1.1");
	if (sd_bus_message_is_method_call(call, "org.freedesktop.DBus.Properties", "Get"))
		return get(call);
	return 0;
}

/* One caller after the other, until it is killed. */
static void serve(int listening)
{
	for (;;) {
		int fd = accept(listening, NULL, NULL), r = 1;
		sd_id128_t id = { 0 };
		sd_bus *client;

		if (fd < 0 || sd_bus_new(&client) < 0 || sd_bus_set_fd(client, fd, fd) < 0 ||
		    sd_bus_set_server(client, 1, id) < 0 || sd_bus_set_trusted(client, 1) < 0 ||
		    sd_bus_add_filter(client, NULL, answer, NULL) < 0 || sd_bus_start(client) < 0)
			_exit(1);
		while (r >= 0) {
			r = sd_bus_process(client, NULL);
			if (r == 0)
				r = sd_bus_wait(client, UINT64_MAX);
		}
		sd_bus_unref(client);
	}
}

static int setup(void **state)
{
	static const char options[] = "# OPTS=--a\n\n ;B=--b\nnone\n"
				      "  MYSQLD_OPTS=\"--defaults-file=/etc/px.cnf --c\"\n";
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	directory = scratch_directory();
	if (snprintf(at.sun_path, sizeof(at.sun_path), "%s/bus", directory) >=
		    (int)sizeof(at.sun_path) ||
	    bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0 || listen(fd, 5) < 0)
		return -1;
	address = str_printf("unix:path=%s", at.sun_path);
	file_of_root = str_printf("%s/sysconfig", directory);
	file_of_all = str_printf("%s/position", directory);
	assert_int_equal(file_write(file_of_root, options, strlen(options), 0644, NULL), 0);
	assert_int_equal(file_write(file_of_all, "A=--open", strlen("A=--open"), 0644, NULL), 0);
	assert_int_equal(chmod(file_of_all, 0666), 0);
	bus = fork();
	if (!bus)
		serve(fd);
	return close(fd);
}

static int teardown(void **state)
{
	kill(bus, SIGKILL);
	waitpid(bus, NULL, 0);
	scratch_remove(directory);
	free(address);
	free(file_of_root);
	free(file_of_all);
	return 0;
}

static void the_main_process_is_what_systemd_says(void **state)
{
	setenv("DBUS_SYSTEM_BUS_ADDRESS", address, 1);
	assert_int_equal(host_main_pid("mariadb@node2"), 4711);
	assert_int_equal(host_main_pid("mariadb"), 0);
	setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent/bus", 1);
	assert_int_equal(host_main_pid("mariadb@node2"), 0);
}

static void assert_words(const char *unit, const char *wanted)
{
	_cleanup_(strings_clear) struct strings words = { 0 };
	_cleanup_free_ char *text = NULL;

	host_unit_words(unit, &words);
	text = strings_join(&words, "|");
	assert_string_equal(text, wanted);
}

static void what_a_server_is_started_with(void **state)
{
	setenv("DBUS_SYSTEM_BUS_ADDRESS", address, 1);
	assert_words("mariadb@node2",
		     "mariadbd|--defaults-file=/etc/my file.cnf|$MYSQLD_MULTI_INSTANCE|"
		     "/bin/sh|-c|[|-x|/r|]|P=`/r`|exec|mariadbd|--q=r|$P|"
		     "--defaults-group-suffix=.node2|--x=y|--z|--defaults-file=/etc/px.cnf|--c");
	assert_words("mariadb", "");
	setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent/bus", 1);
	assert_words("mariadb@node2", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_main_process_is_what_systemd_says),
		cmocka_unit_test(what_a_server_is_started_with),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
