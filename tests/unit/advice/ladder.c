/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "tests/unit/advice/world.h"
#include "wizard/util.h"

/* One denial of one permission: its fix and, where not NULL, its detail. */
static void check(struct denial denial, const char *permission, enum fix fix, const char *detail)
{
	char *permissions[] = { (char *)permission };
	struct findings findings;
	struct finding *finding;

	denial = with_contexts(denial);
	denial.permissions = (struct strings){ permissions, 1 };
	findings = judge(&denial, 1);
	finding = only(&findings);
	assert_string_equal(fix_name(finding->fix), fix_name(fix));
	if (detail)
		assert_string_equal(finding->detail, detail);
	assert_non_null(finding->detail);
	assert_int_not_equal(finding->why[0], 0);
	assert_uint_in_range(finding->severity, 0, 10);
	assert_int_equal(finding->count, 1);
	findings_clear(&findings);
	free(denial.source_context);
	free(denial.target_context);
}

static void test_ports(void **state)
{
	world.port_calls = 0;
	check(DENIAL(.target = "unreserved_port_t", .tclass = "tcp_socket", .port = 4568),
	      "name_bind", FIX_PORT, "4568/tcp -> mysqld_port_t");
	check(DENIAL(.target = "kerberos_master_port_t", .tclass = "tcp_socket", .port = 4444,
		     .comm = "rsync"),
	      "name_bind", FIX_PORT, "4444/tcp -> mysqld_port_t");
	assert_int_equal(world.port_calls, 2);

	/* Another port, or the same number of another protocol: never a rule. */
	check(DENIAL(.target = "unreserved_port_t", .tclass = "tcp_socket", .port = 5555),
	      "name_bind", FIX_REFUSE,
	      "if the service is to use 5555/tcp: semanage port -a -t mysqld_port_t -p tcp 5555");
	check(DENIAL(.target = "unreserved_port_t", .tclass = "udp_socket", .port = 4568),
	      "name_bind", FIX_REFUSE, NULL);
	check(DENIAL(.target = "port_t", .tclass = "tcp_socket"), "name_connect", FIX_REFUSE, NULL);
	check(DENIAL(.target = "kerberos_port_t", .tclass = "tcp_socket", .port = 88), "name_bind",
	      FIX_REFUSE, NULL);

	/* Labelled meanwhile. */
	world.labelled = true;
	check(DENIAL(.target = "unreserved_port_t", .tclass = "tcp_socket", .port = 4567),
	      "name_bind", FIX_ALLOWED, "the port is labelled mysqld_port_t now");
	check(DENIAL(.target = "unreserved_port_t", .tclass = "udp_socket", .port = 4567),
	      "name_bind", FIX_ALLOW, "");
	world.labelled = false;
}

static void test_labels(void **state)
{
	check(DENIAL(.target = "default_t", .tclass = "file", .path = "/data/mysql/ibdata1"),
	      "write", FIX_LABEL,
	      "semanage fcontext -a -e /var/lib/mysql /data/mysql && restorecon -Rv /data/mysql");
	check(DENIAL(.target = "default_t", .tclass = "dir", .path = "/da ta/my"), "search",
	      FIX_LABEL,
	      "semanage fcontext -a -t mysqld_db_t $'/da[[:space:]]ta/my(/.*)?' && restorecon -Rv "
	      "$'/da ta/my'");
	/* The policy takes it for another path: semanage would refuse an equivalence, and a rule.
	 */
	check(DENIAL(.target = "var_t", .tclass = "file", .path = ALIASED "/ibdata1"), "write",
	      FIX_LABEL,
	      "semanage fcontext -a -t mysqld_db_t $'/mnt/db(/.*)?' && restorecon -Rv " ALIASED);
	check(DENIAL(.target = "var_t", .tclass = "file", .path = ALIASED "/x.y"), "write",
	      FIX_LABEL,
	      "move " ALIASED "/x.y to where the service's files belong, or give it a type of its "
	      "own: semanage fcontext -a -t TYPE $'/mnt/db/x\\\\.y' && restorecon -v " ALIASED
	      "/x.y");
	check(DENIAL(.target = "user_tmp_t", .tclass = "file", .path = "/var/lib/mysql/c\n.pem"),
	      "setattr", FIX_LABEL, "restorecon -v $'/var/lib/mysql/c\\x0a.pem'");
	check(DENIAL(.target = "var_lib_t", .tclass = "dir", .path = "mysql", .path_is_name = true),
	      "setattr", FIX_LABEL,
	      "find \"mysql\", which is labelled var_lib_t, and run restorecon -v on it");
	check(DENIAL(.target = "var_lib_t", .tclass = "sock_file"), "create", FIX_LABEL,
	      "find what is labelled var_lib_t there, and run restorecon -v on it");
	check(DENIAL(.target = "user_home_t", .tclass = "file", .path = "/home/me/notify.sh"),
	      "execute", FIX_LABEL,
	      "mv /home/me/notify.sh /usr/local/bin/notify.sh && "
	      "restorecon -v /usr/local/bin/notify.sh");
	/* Moved with mv, which keeps the label. */
	check(DENIAL(.target = "user_home_t", .tclass = "file", .path = "/usr/local/bin/notify.sh"),
	      "execute", FIX_LABEL, "restorecon -v /usr/local/bin/notify.sh");
}

static void test_no_label_advice(void **state)
{
	/* Labelled by hand where the policy says nothing: to restore that would do harm. */
	check(DENIAL(.target = "mysqld_db_t", .tclass = "file", .path = "/data/mysql/x"), "execute",
	      FIX_REFUSE, NULL);
	/* The label of a process, whatever a log has as its path. */
	check(DENIAL(.target = "getty_t", .tclass = "file", .path = "/var/lib/mysql/x"), "write",
	      FIX_REFUSE, NULL);
	check(DENIAL(.target = "var_t", .tclass = "file", .path = "/srv/mysql/x"), "write",
	      FIX_LABEL,
	      "semanage fcontext -a -e /var/lib/mysql /srv/mysql && restorecon -Rv /srv/mysql");
}

/* A path that the server merely touched is no directory of its. */
static void test_no_equivalence_of_any_directory(void **state)
{
	static const char move[] =
		"move /data/app/secret.db to where the service's files belong, or "
		"give it a type of its own: semanage fcontext -a -t TYPE "
		"$'/data/app/secret\\\\.db' && restorecon -v /data/app/secret.db";

	check(DENIAL(.target = "default_t", .tclass = "file", .path = "/data/app/secret.db"),
	      "write", FIX_LABEL, move);
	/* There is data in this one. */
	check(DENIAL(.target = "default_t", .tclass = "file", .path = "/data/app/ibdata1"), "write",
	      FIX_LABEL,
	      "semanage fcontext -a -e /var/lib/mysql /data/app && restorecon -Rv /data/app");
	/* Whatever label it has, and whatever the policy says of that. */
	check(DENIAL(.target = "etc_t", .tclass = "file", .path = "/data/app/x.ibd"), "open",
	      FIX_LABEL,
	      "semanage fcontext -a -e /var/lib/mysql /data/app && restorecon -Rv /data/app");
	check(DENIAL(.target = "container_file_t", .tclass = "file", .path = "grastate.dat",
		     .path_is_name = true),
	      "write", FIX_LABEL,
	      "find \"grastate.dat\", which is labelled container_file_t; in a data directory DIR "
	      "elsewhere than /var/lib/mysql: semanage fcontext -a -e /var/lib/mysql DIR && "
	      "restorecon -Rv DIR");
}

/* Judged against a policy file alone. */
static void test_labels_without_file_contexts(void **state)
{
	world.advisor.path_label = NULL;
	check(DENIAL(.target = "var_lib_t", .tclass = "file", .path = "/var/lib/mysql/x"), "write",
	      FIX_LABEL, "restorecon -v /var/lib/mysql/x");
	check(DENIAL(.target = "default_t", .tclass = "file", .path = "/data/mysql/x"), "write",
	      FIX_LABEL,
	      "semanage fcontext -a -e /var/lib/mysql /data/mysql && restorecon -Rv /data/mysql");
	check(DENIAL(.target = "user_home_t", .tclass = "file", .path = "/root/n.sh"), "execute",
	      FIX_LABEL, "mv /root/n.sh /usr/local/bin/n.sh && restorecon -v /usr/local/bin/n.sh");
	check(DENIAL(.target = "user_home_t", .tclass = "file", .path = "/usr/local/bin/n.sh"),
	      "execute", FIX_LABEL, "restorecon -v /usr/local/bin/n.sh");
	world.advisor.path_label = path_label;
}

/* No advice may give a shared directory the label of the data. */
static void test_no_equivalence_of_shared_directories(void **state)
{
	static const char *const paths[] = { "/x",     "/",        "/var/lib/x",
					     "/var/x", "/usr/x/y", "/home/x" };

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		char *permissions[] = { "write" };
		struct denial denial = with_contexts(
			DENIAL(.target = "unlabeled_t", .tclass = "file", .path = (char *)paths[i],
			       .permissions = { permissions, 1 }));
		struct findings findings = judge(&denial, 1);

		assert_int_equal(only(&findings)->fix, FIX_LABEL);
		assert_null(strstr(findings.items[0].detail, "fcontext -a -e"));
		findings_clear(&findings);
		free(denial.source_context);
		free(denial.target_context);
	}
}

/* What is in no log of tests/unit/advice/cases.c, where each rung has its rows. */
static void test_other_rungs(void **state)
{
	check(DENIAL(.source = "kernel_t", .target = "bin_t", .tclass = "process",
		     .comm = "mariadbd", .exe = "/usr/sbin/mariadbd"),
	      "transition", FIX_DOMAIN,
	      "mariadbd is to run as mysqld_t: restorecon -v /usr/sbin/mariadbd, then restart it");
	check(DENIAL(.target = "getty_t", .tclass = "dir", .comm = "mariadbd"), "read", FIX_ALLOW,
	      NULL);
	/* The kernel's own file systems: no label of theirs is restored. */
	check(DENIAL(.target = "security_t", .tclass = "file", .path = "/sys/fs/selinux/enforce"),
	      "write", FIX_REFUSE, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ports),
		cmocka_unit_test(test_labels),
		cmocka_unit_test(test_no_label_advice),
		cmocka_unit_test(test_labels_without_file_contexts),
		cmocka_unit_test(test_no_equivalence_of_shared_directories),
		cmocka_unit_test(test_no_equivalence_of_any_directory),
		cmocka_unit_test(test_other_rungs),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
