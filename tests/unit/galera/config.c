/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "steps/galera/config.h"
#include "tests/unit/unit.h"
#include "wizard/process.h"
#include "wizard/util.h"

#define RECORDING CLUSTER "my.cnf"

static char *folder;

static int setup(void **state)
{
	folder = scratch_directory();
	return 0;
}

static int teardown(void **state)
{
	scratch_remove(folder);
	return 0;
}

static void need_my_print_defaults(void)
{
	const char *const version[] = { "my_print_defaults", "--version", NULL };
	_cleanup_free_ char *output = NULL;

	if (process_capture(version, &output, NULL, NULL) != 0) {
		print_message("my_print_defaults (MariaDB's or MySQL's) is not installed\n");
		skip();
	}
}

static char *put(const char *name, const char *text)
{
	return put_file(folder, name, text);
}

static void read_file(const char *path, const char *suffix, struct galera_config *config)
{
	struct galera_config_source source = { .root = "/",
					       .defaults_file = path,
					       .group_suffix = suffix };
	struct error err = { 0 };
	int r = galera_config_read(&source, config, &err);

	must(r, &err);
	assert_int_equal(r, 0);
	assert_int_equal(err.code, 0);
}

static void read_text(const char *text, struct galera_config *config)
{
	_cleanup_free_ char *path = put("my.cnf", text);

	need_my_print_defaults();
	read_file(path, NULL, config);
}

static void test_recording(void **state)
{
	struct galera_config config = { 0 };
	char *value;

	need_my_print_defaults();
	read_file(RECORDING, NULL, &config);
	assert_true(config.read);
	assert_true(config.wsrep_on);
	assert_false(config.multicast);
	assert_string_equal(config.data_directory, "/var/lib/mysql-node2");
	assert_string_equal(config.error_log, "/var/log/mysql/node2.log");
	assert_string_equal(galera_config_get(&config, "socket"), "/run/mysqld/node2.sock");
	assert_string_equal(config.sst_method, "rsync");
	assert_string_equal(config.notify_command, "/usr/local/bin/wsrep_notify");
	assert_string_equal(config.node_name, "node2");
	assert_string_equal(galera_config_get(&config, "wsrep_cluster_name"), "lab");
	assert_string_equal(galera_config_get(&config, "wsrep_cluster_address"),
			    "gcomm://127.0.0.1,127.0.0.2,127.0.0.3");
	assert_string_equal(galera_config_get(&config, "bind_address"), "127.0.0.2");
	assert_null(galera_config_get(&config, "bind-address"));
	value = galera_provider_option(&config, "ist.recv_addr");
	assert_string_equal(value, "127.0.0.2:4568");
	free(value);
	galera_config_clear(&config);
	assert_null(config.options);
	galera_config_clear(&config);
}

static void test_defaults(void **state)
{
	struct galera_config config = { 0 };

	read_text("[client]\nuser=x\n", &config);
	assert_false(config.read);
	assert_false(config.wsrep_on);
	assert_string_equal(config.data_directory, "/var/lib/mysql");
	assert_string_equal(config.sst_method, "rsync");
	assert_null(config.error_log);
	assert_null(galera_config_get(&config, "socket"));
	assert_null(config.notify_command);
	assert_null(config.node_name);
	galera_config_clear(&config);
}

static void test_names_and_values(void **state)
{
	struct galera_config config = { 0 };

	read_text("[mysqld]\n"
		  "wsrep-node-name = first\n"
		  "loose-wsrep_sst_method=mariabackup\n"
		  "wsrep_notify_cmd=\"/opt/a b/notify --x=y\"\n"
		  "wsrep_cluster_name='it''s'\n"
		  "skip-name-resolve\n"
		  "init_connect=\"one\\n\\ntwo\"\n"
		  "[mariadb]\n"
		  "wsrep_node_name=second\n",
		  &config);
	assert_string_equal(config.node_name, "second");
	assert_string_equal(config.sst_method, "mariabackup");
	assert_string_equal(config.notify_command, "/opt/a b/notify --x=y");
	assert_string_equal(galera_config_get(&config, "init_connect"), "one\n\ntwo");
	assert_null(galera_config_get(&config, "skip_name_resolve"));
	assert_null(galera_config_get(&config, "never_set"));
	assert_int_equal(config.option_count, 7);
	assert_string_equal(config.options[0].name, "wsrep_node_name");
	assert_string_equal(config.options[1].name, "loose_wsrep_sst_method");
	assert_string_equal(config.options[4].name, "skip_name_resolve");
	assert_null(config.options[4].value);
	galera_config_clear(&config);
}

static void test_groups(void **state)
{
	static const char text[] = "[mysqld_safe]\nport=1\n"
				   "[client]\nport=2\n"
				   "[server]\nserver-id=3\n"
				   "[galera]\nwsrep_cluster_name=g\n"
				   "[mariadbd]\nwsrep_node_name=plain\n"
				   "[mariadbd.two]\nwsrep_node_name=two\n";
	_cleanup_free_ char *path = put("groups.cnf", text);
	struct galera_config config = { 0 };

	need_my_print_defaults();
	read_file(path, NULL, &config);
	assert_null(galera_config_get(&config, "port"));
	assert_string_equal(galera_config_get(&config, "server_id"), "3");
	assert_string_equal(galera_config_get(&config, "wsrep_cluster_name"), "g");
	assert_string_equal(config.node_name, "plain");
	galera_config_clear(&config);
	read_file(path, ".two", &config);
	assert_string_equal(config.node_name, "two");
	assert_string_equal(galera_config_get(&config, "wsrep_cluster_name"), "g");
	galera_config_clear(&config);
}

static void test_error_log(void **state)
{
	static const struct {
		const char *line, *path; /* path NULL: DATADIR/HOSTNAME.err */
	} cases[] = {
		{ "log_error=/var/log/mysqld.log", "/var/log/mysqld.log" },
		{ "log-error=/var/log/mysqld", "/var/log/mysqld.err" },
		{ "log_error=errors.log", "/srv/db/errors.log" },
		{ "log_error=./errors", "/srv/db/errors.err" },
		{ "log_error=a.d/errors", "/srv/db/a.d/errors.err" },
		{ "log_error", NULL },
		{ "log_error=", NULL },
	};
	char host[256] = "";

	gethostname(host, sizeof(host) - 1);
	host[strcspn(host, ".")] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_free_ char *text =
			str_printf("[mysqld]\ndatadir=/srv/db//\n%s\n", cases[i].line);
		_cleanup_free_ char *unnamed = str_printf("/srv/db/%s.err", host);
		struct galera_config config = { 0 };

		read_text(text, &config);
		assert_string_equal(config.data_directory, "/srv/db");
		assert_string_equal(config.error_log, cases[i].path ? cases[i].path : unnamed);
		galera_config_clear(&config);
	}
}

static void test_wsrep_on(void **state)
{
	static const struct {
		const char *lines;
		bool on;
	} cases[] = {
		{ "wsrep_on=ON", true },
		{ "wsrep_on", true },
		{ "wsrep-on=1", true },
		{ "wsrep_on=OFF\nwsrep_provider=/usr/lib/galera/libgalera_smm.so", false },
		{ "wsrep_on=0", false },
		{ "wsrep_provider=/usr/lib/galera/libgalera_smm.so", true },
		{ "wsrep_provider=none", false },
		{ "wsrep_provider=", false },
		{ "port=3306", false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_free_ char *text = str_printf("[mysqld]\n%s\n", cases[i].lines);
		struct galera_config config = { 0 };

		read_text(text, &config);
		assert_int_equal(config.wsrep_on, cases[i].on);
		assert_true(config.read);
		galera_config_clear(&config);
	}
}

static void test_provider_options(void **state)
{
	static const struct {
		const char *options, *name, *value;
	} cases[] = {
		{ "base_port=1;base_port=2", "base_port", "2" },
		{ " gmcast.listen_addr = tcp://[::1]:5 ; x=1", "gmcast.listen_addr",
		  "tcp://[::1]:5" },
		{ "a=b=c;", "a", "b=c" },
		{ "a=;", "a", "" },
		{ "base_port", "base_port", NULL },
		{ "xbase_port=1;base_portx=2;;", "base_port", NULL },
		{ "", "base_port", NULL },
	};
	struct galera_option option = { .name = (char *)"wsrep_provider_options" };
	struct galera_option variable = { .name = (char *)"wsrep_provider_ist_recv_addr",
					  .value = (char *)"h:77" };
	struct galera_config config = { .options = &option, .option_count = 1 };
	char *value;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		option.value = (char *)cases[i].options;
		value = galera_provider_option(&config, cases[i].name);
		assert_text_or_null(value, cases[i].value);
		free(value);
	}
	config.options = &variable;
	value = galera_provider_option(&config, "ist.recv_addr");
	assert_string_equal(value, "h:77");
	free(value);
}

static void test_multicast(void **state)
{
	struct galera_config config = { 0 };

	read_text("[mysqld]\nwsrep_provider_options=\"gmcast.mcast_addr=239.192.0.11\"\n", &config);
	assert_true(config.multicast);
	galera_config_clear(&config);
	read_text("[mysqld]\nwsrep_provider_options=\"gmcast.mcast_addr=\"\n", &config);
	assert_false(config.multicast);
	galera_config_clear(&config);
}

static void test_scratch_root(void **state)
{
	struct galera_config_source source = { .root = folder };
	_cleanup_free_ char *first = NULL, *second = NULL;
	struct galera_config config = { 0 };

	need_my_print_defaults();
	assert_int_equal(galera_config_read(&source, &config, NULL), 0);
	assert_false(config.read);
	assert_string_equal(config.data_directory, "/var/lib/mysql");
	galera_config_clear(&config);

	first = put("etc/my.cnf", "[mysqld]\nwsrep_node_name=redhat\ndatadir=/srv\n");
	assert_int_equal(galera_config_read(&source, &config, NULL), 0);
	assert_string_equal(config.node_name, "redhat");
	assert_string_equal(config.data_directory, "/srv");
	galera_config_clear(&config);

	second = put("etc/mysql/my.cnf", "[mysqld]\nwsrep_node_name=debian\n");
	assert_int_equal(galera_config_read(&source, &config, NULL), 0);
	assert_string_equal(config.node_name, "debian");
	galera_config_clear(&config);
}

static void test_refused(void **state)
{
	_cleanup_free_ char *path = put("bad.cnf", "no group\n[mysqld]\nport=1\n");
	struct galera_config_source source = { .root = "/", .defaults_file = path };
	struct galera_config config = { 0 };
	struct error err = { 0 };

	need_my_print_defaults();
	assert_int_equal(galera_config_read(&source, &config, &err), -EINVAL);
	assert_int_equal(err.code, EINVAL);
	assert_non_null(strstr(err.what, "bad.cnf at line: 1"));
	assert_null(strchr(err.what, '\n'));
	assert_true(*err.remedy);
	assert_null(config.options);

	source.defaults_file = "/nonexistent/my.cnf";
	assert_int_equal(galera_config_read(&source, &config, &err), -EINVAL);
	assert_non_null(strstr(err.what, "/nonexistent/my.cnf"));
}

/* Without the program the defaults stand. */
static void test_not_installed(void **state)
{
	struct galera_config_source source = { .root = "/",
					       .defaults_file = RECORDING,
					       .program = "no-such-program-here" };
	struct galera_config config = { 0 };

	assert_int_equal(galera_config_read(&source, &config, NULL), 0);
	assert_false(config.read);
	assert_string_equal(config.data_directory, "/var/lib/mysql");
	galera_config_clear(&config);
}

/* One that does not know --mysqld, as MySQL's, is given the groups by name. */
static void test_mysql_my_print_defaults(void **state)
{
	_cleanup_free_ char *program =
		put("bin/my_print_defaults", "#!/bin/sh\n"
					     "case \"$*\" in *--mysqld*) exit 1;; esac\n"
					     "echo --report-host=\"$*\"\n");
	struct galera_config_source source = { .root = "/",
					       .defaults_file = "/etc/x.cnf",
					       .program = program };
	struct galera_config config = { 0 };

	assert_int_equal(chmod(program, 0755), 0);
	assert_int_equal(galera_config_read(&source, &config, NULL), 0);
	assert_string_equal(galera_config_get(&config, "report_host"),
			    "--defaults-file=/etc/x.cnf client-server mysqld server mariadb "
			    "mariadbd galera");
	galera_config_clear(&config);
}

/* Neither the caller's own options, nor those that a variable names, nor a program of his. */
static void test_the_caller_has_no_say(void **state)
{
	_cleanup_free_ char *home = put(".my.cnf", "[mysqld]\nreport_host=of-a-home\n");
	_cleanup_free_ char *named = put("my.cnf", "[mysqld]\nreport_host=of-a-variable\n");
	_cleanup_free_ char *tilde = put("~/.my.cnf", "[mysqld]\nreport_host=of-a-tilde\n");
	_cleanup_free_ char *program = put("my_print_defaults", "#!/bin/sh\n"
								"echo --report-host=of-a-path\n");
	_cleanup_free_ char *path = str_printf("%s:%s", folder, getenv("PATH")), *before = NULL;
	_cleanup_free_ char *from = getcwd(NULL, 0), *kept = str_copy(getenv("PATH"));
	const char *const variables[] = { "HOME", "MYSQL_HOME" };
	struct galera_config_source source = { .root = "/" };
	struct galera_config config = { 0 };
	struct error err = { 0 };

	need_my_print_defaults();
	assert_int_equal(chmod(program, 0755), 0);
	before = str_copy(getenv("HOME"));
	for (size_t i = 0; i < ARRAY_SIZE(variables); i++)
		setenv(variables[i], folder, 1);
	setenv("MYSQL_GROUP_SUFFIX", ".evil", 1);
	setenv("PATH", path, 1);
	assert_int_equal(chdir(folder), 0);
	must(galera_config_read(&source, &config, &err), &err);
	assert_int_equal(chdir(from), 0);
	setenv("PATH", kept, 1);
	unsetenv("MYSQL_HOME");
	unsetenv("MYSQL_GROUP_SUFFIX");
	setenv("HOME", before ? before : "/", 1);
	assert_string_equal(galera_config_get(&config, "report_host") ?: "of nobody", "of nobody");
	galera_config_clear(&config);
}

/* What the optional exercises are offered for. */
static void test_encryption(void **state)
{
	static const struct {
		const char *text;
		bool sst, ist;
	} cases[] = {
		{ "[mysqld]\nwsrep_on=ON\n", false, false },
		{ "[sst]\nencrypt=3\ntkey=/k\n", true, false },
		{ "[sst]\nencrypt=0\ntkey=/k\n", false, false },
		{ "[sst]\nssl-mode=VERIFY_CA\n", true, false },
		{ "[sst]\nssl-mode=DISABLED\n", false, false },
		{ "[xtrabackup]\nencrypt=4\n", true, false },
		{ "[mysqld]\nwsrep_provider_options=\"gcache.size=1G; socket.ssl_key=/k\"\n", false,
		  true },
		{ "[mysqld]\nwsrep_provider_options=\"socket.ssl_key=/k;socket.ssl=no\"\n", false,
		  false },
		{ "[mysqld]\nwsrep_provider_options=\"socket.ssl=yes\"\n[sst]\nencrypt=4\n", true,
		  true },
		/* Another program's group, and an option of the server's of that name. */
		{ "[client]\nencrypt=4\n[mysqld]\nencrypt=4\n", false, false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct galera_config config = { 0 };

		read_text(cases[i].text, &config);
		if (config.sst_encrypted != cases[i].sst || config.ist_encrypted != cases[i].ist)
			fail_msg("%s: %d %d", cases[i].text, config.sst_encrypted,
				 config.ist_encrypted);
		galera_config_clear(&config);
	}
}

static void test_arbitrator(void **state)
{
	static const struct {
		const char *file, *text;
		bool named;
	} cases[] = {
		{ "etc/default/garb", "# GALERA_NODES=\"db1:4567\"\nGALERA_GROUP=x\n", false },
		{ "etc/default/garb", "GALERA_NODES=\"\"\n", false },
		{ "etc/default/garb", "GALERA_NODES=", false },
		{ "etc/default/garb", "GALERA_NODES=\"db1:4567 db2:4567\"\n", true },
		{ "etc/default/garb", "GALERA_NODES=\" db1 \"\n", true },
		{ "etc/default/garb", "# garbd\n\nGALERA_NODES='db1'", true },
		{ "etc/default/garb", "", false },
		{ "etc/sysconfig/garb", "GALERA_NODES=db1\n", true },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_free_ char *path = put(cases[i].file, cases[i].text);
		struct galera_config_source source = { .root = folder };
		struct galera_config config = { 0 };

		assert_int_equal(galera_config_read(&source, &config, NULL), 0);
		if (config.arbitrator != cases[i].named)
			fail_msg("%s: %s", cases[i].file, cases[i].text);
		galera_config_clear(&config);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_recording, setup, teardown),
		cmocka_unit_test_setup_teardown(test_defaults, setup, teardown),
		cmocka_unit_test_setup_teardown(test_names_and_values, setup, teardown),
		cmocka_unit_test_setup_teardown(test_groups, setup, teardown),
		cmocka_unit_test_setup_teardown(test_error_log, setup, teardown),
		cmocka_unit_test_setup_teardown(test_wsrep_on, setup, teardown),
		cmocka_unit_test(test_provider_options),
		cmocka_unit_test_setup_teardown(test_multicast, setup, teardown),
		cmocka_unit_test_setup_teardown(test_scratch_root, setup, teardown),
		cmocka_unit_test_setup_teardown(test_encryption, setup, teardown),
		cmocka_unit_test_setup_teardown(test_arbitrator, setup, teardown),
		cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(test_not_installed, setup, teardown),
		cmocka_unit_test_setup_teardown(test_the_caller_has_no_say, setup, teardown),
		cmocka_unit_test_setup_teardown(test_mysql_my_print_defaults, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
