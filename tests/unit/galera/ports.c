/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "steps/galera/config.h"
#include "tests/unit/unit.h"
#include "wizard/util.h"

enum { NODE, PROVIDER, RECEIVE, OPTIONS };

/* A configuration with these settings, each of which may be NULL. */
struct given {
	struct galera_option options[OPTIONS];
	struct galera_config config;
};

static void give(struct given *given, const char *node, const char *provider, const char *receive)
{
	*given = (struct given){ .options = {
					 [NODE] = { (char *)"wsrep_node_address", (char *)node },
					 [PROVIDER] = { (char *)"wsrep_provider_options",
							(char *)provider },
					 [RECEIVE] = { (char *)"wsrep_sst_receive_address",
						       (char *)receive },
				 } };
	given->config.options = given->options;
	given->config.option_count = OPTIONS;
	given->config.multicast = provider && strstr(provider, "gmcast.mcast_addr");
}

/* "4567/tcp replication, 4568/tcp IST base_port" */
static char *listed(const struct galera_config *config)
{
	struct galera_port ports[GALERA_PORTS_MAX] = { 0 };
	struct error err = { 0 };
	int count = galera_ports(config, ports, &err);
	char *text = strdup("");

	must(count, &err);
	for (int i = 0; i < count; i++) {
		_cleanup_free_ char *old = text;

		text = str_printf("%s%s%u/%s %s%s%s", old, *old ? "; " : "", ports[i].number,
				  ports[i].proto, ports[i].purpose, *ports[i].setting ? " " : "",
				  ports[i].setting);
	}
	return text;
}

static void test_ports(void **state)
{
	static const struct {
		const char *node, *provider, *receive, *expected;
	} cases[] = {
		{ NULL, NULL, NULL, "4567/tcp replication; 4568/tcp IST; 4444/tcp SST" },
		{ "10.0.0.1", "gcache.size=1G", "AUTO",
		  "4567/tcp replication; 4568/tcp IST; 4444/tcp SST" },
		{ "127.0.0.2",
		  "gmcast.listen_addr=tcp://"
		  "127.0.0.2:4567;ist.recv_addr=127.0.0.2:4568;gcache.size=32M",
		  "127.0.0.2:4444",
		  "4567/tcp replication gmcast.listen_addr; 4568/tcp IST ist.recv_addr; "
		  "4444/tcp SST wsrep_sst_receive_address" },
		{ NULL, "base_port=5000", NULL,
		  "5000/tcp replication base_port; 5001/tcp IST base_port; 4444/tcp SST" },
		{ "db3:6000", NULL, NULL,
		  "6000/tcp replication wsrep_node_address; 6001/tcp IST wsrep_node_address; "
		  "4444/tcp SST" },
		{ "db3:6000", "base_port = 7000", NULL,
		  "7000/tcp replication base_port; 7001/tcp IST base_port; 4444/tcp SST" },
		/* Only base_port moves IST's port. */
		{ NULL, "gmcast.listen_addr=tcp://0.0.0.0:5567", NULL,
		  "5567/tcp replication gmcast.listen_addr; 4568/tcp IST; 4444/tcp SST" },
		{ NULL, "gmcast.listen_addr=tcp://0.0.0.0; base_port=5000", NULL,
		  "5000/tcp replication base_port; 5001/tcp IST base_port; 4444/tcp SST" },
		{ "[fd00::1]:6000", "gmcast.listen_addr=tcp://[::1]:4577;ist.recv_addr=[fd00::1]",
		  NULL,
		  "4577/tcp replication gmcast.listen_addr; 6001/tcp IST wsrep_node_address; "
		  "4444/tcp SST" },
		{ "fd00::4:1", NULL, "fd00::5",
		  "4567/tcp replication; 4568/tcp IST; 4444/tcp SST" },
		{ NULL, "ist.recv_addr=ssl://10.0.0.1:4600?x=1", "db3:4500/",
		  "4567/tcp replication; 4600/tcp IST ist.recv_addr; "
		  "4500/tcp SST wsrep_sst_receive_address" },
		{ NULL, "ist.recv_addr=1.2.3.4:4600;ist.recv_bind=10.0.0.1:4601", NULL,
		  "4567/tcp replication; 4600/tcp IST ist.recv_addr; 4601/tcp IST ist.recv_bind; "
		  "4444/tcp SST" },
		{ NULL, "ist.recv_bind=10.0.0.1", NULL,
		  "4567/tcp replication; 4568/tcp IST; 4444/tcp SST" },
		{ NULL, "gmcast.mcast_addr=239.192.0.11;base_port=4570", NULL,
		  "4570/tcp replication base_port; 4570/udp replication, multicast base_port; "
		  "4571/tcp IST base_port; 4444/tcp SST" },
		{ NULL, "ist.recv_addr=a:4567", "a:4567", "4567/tcp replication" },
		{ NULL, "ist.recv_addr=a:1;base_port=65535", "b:65535",
		  "65535/tcp replication base_port; 1/tcp IST ist.recv_addr" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_free_ char *text = NULL;
		struct given given;

		give(&given, cases[i].node, cases[i].provider, cases[i].receive);
		text = listed(&given.config);
		assert_string_equal(text, cases[i].expected);
	}
}

static void test_all_five(void **state)
{
	struct galera_port ports[GALERA_PORTS_MAX];
	struct given given;

	give(&given, NULL, "gmcast.mcast_addr=239.1.1.1;ist.recv_bind=a:9", NULL);
	assert_int_equal(galera_ports(&given.config, ports, NULL), GALERA_PORTS_MAX);
}

static void test_methods(void **state)
{
	static const struct {
		const char *method;
		int count;
	} cases[] = { { "mysqldump", 2 },   { "MySQLdump", 2 },     { "skip", 2 }, { "rsync", 3 },
		      { "mariabackup", 3 }, { "xtrabackup-v2", 3 }, { NULL, 3 } };

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct galera_port ports[GALERA_PORTS_MAX];
		struct given given;

		give(&given, NULL, NULL, "a:4445");
		given.config.sst_method = (char *)cases[i].method;
		assert_int_equal(galera_ports(&given.config, ports, NULL), cases[i].count);
	}
}

static void test_bad_ports(void **state)
{
	static const struct {
		const char *node, *provider, *receive, *setting, *value;
	} cases[] = {
		{ "db:0", NULL, NULL, "wsrep_node_address", "db:0" },
		{ NULL, "base_port=65536", NULL, "base_port", "65536" },
		{ NULL, "base_port=", NULL, "base_port", "empty" },
		{ NULL, "base_port=4567x", NULL, "base_port", "4567x" },
		{ NULL, "base_port=-1", NULL, "base_port", "-1" },
		{ NULL, "gmcast.listen_addr=tcp://[::1]:http", NULL, "gmcast.listen_addr", "http" },
		{ NULL, "ist.recv_addr=a:99999999999999999999", NULL, "ist.recv_addr", "999" },
		{ NULL, "ist.recv_bind=a:x", NULL, "ist.recv_bind", "a:x" },
		{ NULL, "ist.recv_addr=a:", NULL, "ist.recv_addr", "a:" },
		{ NULL, "base_port=65535", NULL, "base_port", "65535" },
		{ NULL, NULL, "a:70000", "wsrep_sst_receive_address", "70000" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct galera_port ports[GALERA_PORTS_MAX];
		struct error err = { 0 };
		struct given given;

		give(&given, cases[i].node, cases[i].provider, cases[i].receive);
		assert_int_equal(galera_ports(&given.config, ports, &err), -EINVAL);
		assert_int_equal(err.code, EINVAL);
		assert_non_null(strstr(err.what, cases[i].setting));
		assert_non_null(strstr(err.what, cases[i].value));
		assert_true(*err.remedy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ports),
		cmocka_unit_test(test_all_five),
		cmocka_unit_test(test_methods),
		cmocka_unit_test(test_bad_ports),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
