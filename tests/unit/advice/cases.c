/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every rung of the ladder, and every denial that is known of a Galera cluster, in each form in
 * which an operator could have it: raw, enriched, interpreted by the real ausearch, and as the
 * kernel's own message. Read from a log, judged against the real policy.
 */
#include <string.h>
#include <unistd.h>

#include "steps/advice/known.h"
#include "steps/audit/log.h"
#include "tests/unit/advice/world.h"
#include "wizard/process.h"

struct test_case {
	const char *permissions, *target, *tclass; /* of the target, a type or a context */
	const char *fields;                        /* of the record, behind pid= and comm= */
	const char *comm;                          /* NULL: mariadbd */
	const char *source;                        /* NULL: mysqld_t */
	const char *behind;                        /* fields at the end of the record */
	enum fix fix;
	int severity;
	const char *detail; /* NULL: none is looked for */
	bool labelled;      /* the ports have their labels by now */
	bool or_allowed;    /* some releases of the policy allow it */
	bool elsewhere;     /* some do not have the type */
	bool scan;          /* recommended only where the program's path is in the log */
	bool asked;         /* a rule, and not recommended at all */
};

#define FILE_FIELDS(path) "path=\"" path "\" dev=\"vda\" ino=7 "
#define NAME_FIELDS(name) "name=\"" name "\" dev=\"vda\" ino=7 "

static const struct test_case cases[] = {
	/* Galera's ports under other labels, which differ by release. */
	{ "name_bind", "port_t", "tcp_socket", .fields = "src=4567 ", .fix = FIX_PORT,
	  .severity = 4, .detail = "4567/tcp -> mysqld_port_t" },
	{ "name_bind", "unreserved_port_t", "tcp_socket", .fields = "src=4567 ", .fix = FIX_PORT,
	  .severity = 4, .detail = "4567/tcp -> mysqld_port_t" },
	{ "name_bind", "tram_port_t", "tcp_socket", .fields = "src=4567 ", .fix = FIX_PORT,
	  .severity = 4, .detail = "4567/tcp -> mysqld_port_t", .elsewhere = true },
	{ "name_connect", "port_t", "tcp_socket", .fields = "dest=4567 ", .fix = FIX_PORT,
	  .severity = 3, .detail = "4567/tcp -> mysqld_port_t" },
	{ "name_bind", "kerberos_master_port_t", "tcp_socket", .fields = "src=4444 ",
	  .comm = "rsync", .fix = FIX_PORT, .severity = 4, .detail = "4444/tcp -> mysqld_port_t",
	  .elsewhere = true },
	{ "name_bind", "kerberos_port_t", "tcp_socket", .fields = "src=4444 ", .comm = "socat",
	  .fix = FIX_PORT, .severity = 4, .detail = "4444/tcp -> mysqld_port_t" },
	{ "name_bind", "kerberos_master_port_t", "tcp_socket", .fields = "src=4444 ", .comm = "nc",
	  .fix = FIX_PORT, .severity = 4, .detail = "4444/tcp -> mysqld_port_t",
	  .elsewhere = true },
	{ "name_connect", "kerberos_master_port_t", "tcp_socket", .fields = "dest=4444 ",
	  .comm = "rsync", .fix = FIX_PORT, .severity = 3, .detail = "4444/tcp -> mysqld_port_t",
	  .elsewhere = true },
	{ "name_bind", "unreserved_port_t", "tcp_socket", .fields = "src=4568 ", .fix = FIX_PORT,
	  .severity = 4, .detail = "4568/tcp -> mysqld_port_t" },
	{ "name_connect", "unreserved_port_t", "tcp_socket", .fields = "dest=4568 ",
	  .fix = FIX_PORT, .severity = 3, .detail = "4568/tcp -> mysqld_port_t" },
	/* Labelled meanwhile; of another service; multicast needs the label and a rule. */
	{ "name_connect", "unreserved_port_t", "tcp_socket", .fields = "dest=4567 ",
	  .fix = FIX_ALLOWED, .severity = 3, .detail = "the port is labelled mysqld_port_t now",
	  .labelled = true },
	{ "name_bind", "unreserved_port_t", "tcp_socket", .fields = "src=5555 ", .fix = FIX_REFUSE,
	  .severity = 9,
	  .detail = "if the service is to use 5555/tcp: semanage port -a -t mysqld_port_t -p tcp "
		    "5555" },
	{ "name_bind", "kerberos_port_t", "tcp_socket", .fields = "src=88 ", .fix = FIX_REFUSE,
	  .severity = 9 },
	{ "name_bind", "unreserved_port_t", "udp_socket", .fields = "src=4567 ", .fix = FIX_PORT,
	  .severity = 4, .detail = "4567/udp -> mysqld_port_t" },
	{ "name_bind", "mysqld_port_t", "udp_socket", .fields = "src=4567 ", .fix = FIX_ALLOW,
	  .severity = 2, .detail = "", .labelled = true },
	/* Needed. */
	{ "setpgid", "mysqld_t", "process", .fix = FIX_ALLOW, .severity = 1, .detail = "" },
	{ "read", "rsync_exec_t", "file", .fields = FILE_FIELDS("/usr/bin/rsync"), .comm = "bash",
	  .fix = FIX_ALLOW, .severity = 2, .detail = "" },
	{ "open", "rsync_exec_t", "file", .fields = FILE_FIELDS("/usr/bin/rsync"), .comm = "bash",
	  .fix = FIX_ALLOW, .severity = 2, .detail = "" },
	{ "getattr", "rsync_exec_t", "file", .fields = FILE_FIELDS("/usr/bin/rsync"),
	  .comm = "bash", .fix = FIX_ALLOW, .severity = 2, .detail = "" },
	{ "execute", "rsync_exec_t", "file", .fields = FILE_FIELDS("/usr/bin/rsync"),
	  .comm = "bash", .fix = FIX_ALLOW, .severity = 2, .detail = "" },
	{ "execute_no_trans", "rsync_exec_t", "file", .fields = FILE_FIELDS("/usr/bin/rsync"),
	  .comm = "bash", .fix = FIX_ALLOW, .severity = 2, .detail = "" },
	{ "map", "rsync_exec_t", "file", .fields = FILE_FIELDS("/usr/bin/rsync"), .comm = "bash",
	  .fix = FIX_ALLOW, .severity = 2, .detail = "" },
	{ "connectto", "mysqld_t", "unix_stream_socket",
	  .fields = "path=\"/run/mysqld/mysqld.sock\" ", .comm = "mariadb", .fix = FIX_ALLOW,
	  .severity = 1, .or_allowed = true },
	{ "read", "proc_net_t", "file", .fields = NAME_FIELDS("tcp"), .comm = "ss",
	  .fix = FIX_ALLOW, .severity = 2, .or_allowed = true },
	{ "read", "sysctl_net_t", "file", .fields = NAME_FIELDS("somaxconn"), .comm = "ss",
	  .fix = FIX_ALLOW, .severity = 2, .or_allowed = true },
	{ "write", "initrc_tmp_t", "file", .fields = FILE_FIELDS("/tmp/wsrep_recovery.gpW7lk"),
	  .fix = FIX_ALLOW, .severity = 2, .detail = "" },
	{ "open", "initrc_tmp_t", "file", .fields = FILE_FIELDS("/tmp/other"), .fix = FIX_ALLOW,
	  .severity = 4 },
	{ "read", "tmp_t", "file", .fields = FILE_FIELDS("/tmp/other"), .fix = FIX_ALLOW,
	  .severity = 4 },
	{ "open", "cluster_tmp_t", "file", .fields = FILE_FIELDS("/tmp/cluster"), .fix = FIX_ALLOW,
	  .severity = 4, .elsewhere = true },
	{ "write", "anon_inodefs_t", "file",
	  .fields = "path=\"anon_inode:[eventfd]\" dev=\"anon_inodefs\" ino=7 ", .fix = FIX_ALLOW,
	  .severity = 2, .or_allowed = true, .elsewhere = true },
	{ "execute", "hostname_exec_t", "file", .fields = NAME_FIELDS("hostname"),
	  .comm = "wsrep_sst_rsync", .fix = FIX_ALLOW, .severity = 2, .detail = "" },
	{ "map", "hostname_exec_t", "file", .fields = FILE_FIELDS("/usr/bin/hostname"),
	  .comm = "hostname", .fix = FIX_ALLOW, .severity = 2 },
	{ "execute", "mysqld_safe_exec_t", "file", .fields = NAME_FIELDS("mysqld_safe"),
	  .comm = "sh", .fix = FIX_ALLOW, .severity = 3, .detail = "" },
	{ "create", "io_uring_t", "anon_inode", .fields = "anonclass=[io_uring] ", .fix = FIX_ALLOW,
	  .severity = 2, .elsewhere = true },
	{ "map", "io_uring_t", "anon_inode",
	  .fields = "path=\"anon_inode:[io_uring]\" dev=\"anon_inodefs\" ino=7 ", .fix = FIX_ALLOW,
	  .severity = 2, .elsewhere = true },
	{ "create", "mysqld_t", "anon_inode", .fields = "anonclass=[io_uring] ", .fix = FIX_ALLOW,
	  .severity = 2, .or_allowed = true },
	/* Another nameless file of the same type is not what the row means. */
	{ "getattr", "mysqld_t", "anon_inode", .fields = "anonclass=[io_uring] ", .fix = FIX_ALLOW,
	  .severity = 2, .or_allowed = true },
	{ "getattr", "mysqld_t", "anon_inode", .fields = "anonclass=[userfaultfd] ",
	  .fix = FIX_ALLOW, .severity = 1, .or_allowed = true, .asked = true },
	{ "write", "cgroup_memory_pressure_t", "file", .fields = NAME_FIELDS("memory.pressure"),
	  .fix = FIX_ALLOW, .severity = 2, .elsewhere = true },
	/* Not needed: silenced. */
	{ "write", "cgroup_t", "file", .fields = NAME_FIELDS("memory.pressure"),
	  .fix = FIX_DONTAUDIT, .severity = 3, .detail = "" },
	{ "open", "cgroup_t", "file",
	  .fields = FILE_FIELDS("/sys/fs/cgroup/system.slice/mariadb.service/memory.pressure"),
	  .fix = FIX_DONTAUDIT, .severity = 3 },
	{ "write", "cgroup_t", "file", .fields = NAME_FIELDS("memory.max"), .fix = FIX_REFUSE,
	  .severity = 9 },
	{ "getattr", "getty_t", "process", .comm = "ss", .fix = FIX_DONTAUDIT, .severity = 3,
	  .detail = "seen: getty_t", .scan = true },
	{ "getattr", "init_t", "dir", .fields = FILE_FIELDS("/proc/1"), .comm = "ps",
	  .fix = FIX_DONTAUDIT, .severity = 3, .scan = true },
	{ "search", "getty_t", "dir", .fields = NAME_FIELDS("1"), .comm = "lsof",
	  .fix = FIX_DONTAUDIT, .severity = 3, .detail = "seen: getty_t", .scan = true },
	{ "getattr", "initctl_t", "fifo_file", .fields = FILE_FIELDS("/run/initctl"),
	  .comm = "lsof", .fix = FIX_DONTAUDIT, .severity = 1, .scan = true },
	{ "create", "mysqld_t", "netlink_tcpdiag_socket", .comm = "ss", .fix = FIX_DONTAUDIT,
	  .severity = 2, .scan = true },
	{ "module_request", "kernel_t", "system", .fields = "kmod=\"net-pf-16-proto-4\" ",
	  .comm = "ip", .fix = FIX_DONTAUDIT, .severity = 7, .asked = true },
	{ "write", "mysqld_t", "dir", .fields = NAME_FIELDS("fd"), .comm = "bash",
	  .fix = FIX_DONTAUDIT, .severity = 2, .scan = true },
	{ "add_name", "mysqld_t", "dir", .fields = NAME_FIELDS("63"), .comm = "bash",
	  .fix = FIX_DONTAUDIT, .severity = 2, .scan = true },
	{ "create", "mysqld_t", "file", .fields = NAME_FIELDS("63"), .comm = "bash",
	  .fix = FIX_DONTAUDIT, .severity = 2, .scan = true },
	{ "associate", "proc_t", "filesystem", .fields = NAME_FIELDS("63"), .comm = "bash",
	  .fix = FIX_DONTAUDIT, .severity = 3, .scan = true },
	{ "getattr", "boot_t", "dir", .fields = FILE_FIELDS("/boot"), .comm = "bash",
	  .fix = FIX_DONTAUDIT, .severity = 2, .scan = true },
	{ "getattr", "mnt_t", "dir", .fields = FILE_FIELDS("/mnt"), .comm = "bash",
	  .fix = FIX_DONTAUDIT, .severity = 2, .scan = true },
	{ "read", "boot_t", "lnk_file", .fields = NAME_FIELDS("vmlinuz"), .comm = "bash",
	  .fix = FIX_DONTAUDIT, .severity = 2, .scan = true },
	{ "getattr", "boot_t", "file", .fields = FILE_FIELDS("/boot/vmlinuz"), .comm = "bash",
	  .fix = FIX_DONTAUDIT, .severity = 2, .scan = true },
	{ "search", "selinux_config_t", "dir", .fields = NAME_FIELDS("selinux"),
	  .comm = "selinuxenabled", .fix = FIX_DONTAUDIT, .severity = 2 },
	{ "search", "security_t", "dir", .fields = NAME_FIELDS("selinux"), .comm = "selinuxenabled",
	  .fix = FIX_DONTAUDIT, .severity = 3 },
	{ "getattr", "debugfs_t", "filesystem", .comm = "lsof", .fix = FIX_DONTAUDIT, .severity = 1,
	  .scan = true, .or_allowed = true },
	{ "getattr", "tty_device_t", "chr_file", .fields = FILE_FIELDS("/dev/tty1"), .comm = "ps",
	  .fix = FIX_DONTAUDIT, .severity = 1 },
	/* The policy hides it; no row says more. */
	{ "setfscreate", "mysqld_t", "process", .fix = FIX_DONTAUDIT, .severity = 6 },
	/* Moved, made in the wrong place, never labelled. */
	{ "write", "default_t", "file", .fields = FILE_FIELDS("/data/mysql/ibdata1"),
	  .fix = FIX_LABEL, .severity = 6,
	  .detail = "semanage fcontext -a -e /var/lib/mysql /data/mysql && restorecon -Rv "
		    "/data/mysql" },
	{ "search", "default_t", "dir", .fields = "path=2F646120746128782F6D79 dev=\"vda\" ino=7 ",
	  .fix = FIX_LABEL, .severity = 6,
	  .detail = "semanage fcontext -a -t mysqld_db_t $'/da[[:space:]]ta\\\\(x/my(/.*)?' && "
		    "restorecon -Rv $'/da ta(x/my'" },
	{ "write", "var_t", "file", .fields = FILE_FIELDS("/srv/mysql/x"), .fix = FIX_LABEL,
	  .severity = 6,
	  .detail = "semanage fcontext -a -e /var/lib/mysql /srv/mysql && restorecon -Rv "
		    "/srv/mysql" },
	{ "setattr", "var_lib_t", "dir", .fields = FILE_FIELDS("/var/lib/mysql"), .fix = FIX_LABEL,
	  .severity = 6, .detail = "restorecon -v /var/lib/mysql" },
	{ "setattr", "var_lib_t", "dir", .fields = NAME_FIELDS("mysql"), .fix = FIX_LABEL,
	  .severity = 6,
	  .detail = "find \"mysql\", which is labelled var_lib_t, and run restorecon -v on it" },
	{ "read", "unlabeled_t", "file", .fields = FILE_FIELDS("/var/lib/mysql/x"),
	  .fix = FIX_LABEL, .severity = 6, .detail = "restorecon -v /var/lib/mysql/x" },
	{ "write", "usr_t", "file", .fields = FILE_FIELDS("/opt/mysql/x"), .fix = FIX_LABEL,
	  .severity = 6 },
	{ "read", "user_tmp_t", "file", .fields = FILE_FIELDS("/var/lib/mysql/server-key.pem"),
	  .fix = FIX_LABEL, .severity = 2,
	  .detail = "restorecon -v /var/lib/mysql/server-key.pem" },
	{ "execute", "user_home_t", "file", .fields = FILE_FIELDS("/home/me/notify.sh"),
	  .comm = "sh", .fix = FIX_LABEL, .severity = 6,
	  .detail = "mv /home/me/notify.sh /usr/local/bin/notify.sh && restorecon -v "
		    "/usr/local/bin/notify.sh" },
	{ "execute", "admin_home_t", "file", .fields = FILE_FIELDS("/root/notify.sh"), .comm = "sh",
	  .fix = FIX_LABEL, .severity = 6, .elsewhere = true },
	{ "execute", "user_home_t", "file", .fields = FILE_FIELDS("/usr/local/bin/notify.sh"),
	  .comm = "sh", .fix = FIX_LABEL, .severity = 6,
	  .detail = "restorecon -v /usr/local/bin/notify.sh" },
	/* The starter of old releases. */
	{ "write", "var_lib_t", "dir", .fields = NAME_FIELDS("mysql"), .comm = "mysqld_safe",
	  .source = "mysqld_safe_t", .fix = FIX_LABEL, .severity = 6 },
	{ "signull", "mysqld_t", "process", .comm = "mysqld_safe", .source = "mysqld_safe_t",
	  .fix = FIX_ALLOW, .severity = 2, .or_allowed = true },
	{ "remove_name", "var_run_t", "dir", .fields = NAME_FIELDS("mysqld.pid"),
	  .comm = "mysqld_safe", .source = "mysqld_safe_t", .fix = FIX_ALLOW, .severity = 4 },
	/* Never by a rule. */
	{ "write", "nfs_t", "file", .fields = FILE_FIELDS("/srv/nfs/x"), .fix = FIX_REFUSE,
	  .severity = 7 },
	{ "dac_override", "mysqld_t", "cap_userns", .fields = "capability=1  ", .fix = FIX_REFUSE,
	  .severity = 8 },
	{ "dac_override", "mysqld_t", "capability", .fields = "capability=1  ", .fix = FIX_REFUSE,
	  .severity = 8, .or_allowed = true },
	{ "dac_read_search", "mysqld_t", "cap_userns", .fields = "capability=2  ",
	  .fix = FIX_REFUSE, .severity = 8 },
	{ "dac_read_search", "mysqld_t", "capability", .fields = "capability=2  ",
	  .fix = FIX_REFUSE, .severity = 8, .or_allowed = true },
	{ "read", "shadow_t", "file", .fields = FILE_FIELDS("/etc/shadow"), .fix = FIX_REFUSE,
	  .severity = 10, .detail = "refused: allow mysqld_t shadow_t:file { read };" },
	{ "write", "security_t", "file", .fields = FILE_FIELDS("/sys/fs/selinux/enforce"),
	  .fix = FIX_REFUSE, .severity = 10 },
	{ "read", "memory_device_t", "chr_file", .fields = FILE_FIELDS("/dev/mem"),
	  .fix = FIX_REFUSE, .severity = 10 },
	{ "read", "fixed_disk_device_t", "blk_file", .fields = FILE_FIELDS("/dev/sda"),
	  .fix = FIX_REFUSE, .severity = 10 },
	{ "ptrace", "unconfined_t", "process", .fix = FIX_REFUSE, .severity = 10 },
	{ "execmem", "mysqld_t", "process", .fix = FIX_REFUSE, .severity = 9 },
	{ "execstack", "mysqld_t", "process", .fix = FIX_REFUSE, .severity = 9 },
	{ "execheap", "mysqld_t", "process", .fix = FIX_REFUSE, .severity = 9 },
	{ "execute", "su_exec_t", "file", .fields = FILE_FIELDS("/usr/bin/su"), .fix = FIX_REFUSE,
	  .severity = 9 },
	{ "sys_admin", "mysqld_t", "capability", .fields = "capability=21  ", .fix = FIX_REFUSE,
	  .severity = 9 },
	/* The other rungs: allowed by now, wrong domain, invalid label, constraint, and the last
	   one. */
	{ "read", "mysqld_db_t", "file", .fields = FILE_FIELDS("/var/lib/mysql/x"),
	  .fix = FIX_ALLOWED, .severity = 2, .detail = "nothing to do" },
	{ "transition", "bin_t", "process", .source = "kernel_t", .fix = FIX_DOMAIN,
	  .severity = 6 },
	{ "read", "unlabeled_t", "file", .fields = FILE_FIELDS("/var/lib/mysql/y"),
	  .behind = " trawcon=\"system_u:object_r:gone_t:s0\"", .fix = FIX_INVALID_LABEL,
	  .severity = 2,
	  .detail = "restorecon -v /var/lib/mysql/y (it has system_u:object_r:gone_t:s0)" },
	{ "create", "staff_u:object_r:mysqld_db_t:s0", "file", .fields = NAME_FIELDS("x"),
	  .fix = FIX_CONSTRAINT, .severity = 4,
	  .detail =
		  "denied by a constraint of levels, users or roles: "
		  "system_u:system_r:mysqld_t:s0, staff_u:object_r:mysqld_db_t:s0: constrain file "
		  "{ create } (u1 == u2 (failed)) or (t1 == can_change_object_identity (failed))" },
	/* Nobody knows it; or it would be denied with a rule, too. */
	{ "getpgid", "sshd_t", "process", .fix = FIX_ALLOW, .severity = 6, .asked = true },
	{ "mac_admin", "mysqld_t", "capability2", .fix = FIX_REFUSE, .severity = 9 },
	/* Dangerous, by what the policy says of the types, and by class and permission. */
	{ "setcurrent", "mysqld_t", "process", .fix = FIX_REFUSE, .severity = 8 },
	{ "transition", "passwd_t", "process", .fix = FIX_REFUSE, .severity = 9 },
	{ "sigkill", "init_t", "process", .fix = FIX_REFUSE, .severity = 8 },
	{ "write", "httpd_sys_content_t", "file", .fields = FILE_FIELDS("/var/www/x"),
	  .fix = FIX_REFUSE, .severity = 8 },
	{ "write", "bin_t", "file", .fix = FIX_REFUSE, .severity = 9 },
	{ "create", "systemd_unit_t", "file", .fix = FIX_REFUSE, .severity = 9, .elsewhere = true },
	{ "relabelto", "rsync_exec_t", "file", .fix = FIX_REFUSE, .severity = 9 },
	{ "append", "auditd_log_t", "file", .fix = FIX_REFUSE, .severity = 9 },
	{ "write", "mysqld_exec_t", "file", .fix = FIX_REFUSE, .severity = 9 },
	{ "write", "sysctl_kernel_t", "file", .fix = FIX_REFUSE, .severity = 9 },
	{ "execute", "mysqld_db_t", "file", .fix = FIX_REFUSE, .severity = 9 },
	{ "setfcap", "mysqld_t", "capability", .fix = FIX_REFUSE, .severity = 8 },
	{ "reboot", "init_t", "system", .fix = FIX_REFUSE, .severity = 9 },
	{ "name_bind", "ssh_port_t", "tcp_socket", .fields = "src=22 ", .fix = FIX_REFUSE,
	  .severity = 7 },
	/* A file of nobody's in particular is only not recommended. */
	{ "write", "rsync_tmp_t", "file", .fix = FIX_ALLOW, .severity = 4, .asked = true },
	{ "write", "initrc_tmp_t", "file", .fields = FILE_FIELDS("/tmp/x"), .comm = "evil",
	  .fix = FIX_ALLOW, .severity = 4, .asked = true },
	{ "transition", "staff_u:staff_r:staff_t:s0", "process", .comm = "sh", .fix = FIX_REFUSE,
	  .severity = 9 },
	{ "transition", "system_u:staff_r:staff_t:s0", "process", .comm = "sh", .fix = FIX_REFUSE,
	  .severity = 9 },
	/* A rule is missing, and would not help. */
	{ "create", "staff_u:object_r:rsync_tmp_t:s0", "file", .fields = NAME_FIELDS("y"),
	  .fix = FIX_CONSTRAINT, .severity = 4 },
	{ "execute", "mysqld_tmp_t", "file", .fields = FILE_FIELDS("/tmp/#sql_1_0.MAD"),
	  .fix = FIX_REFUSE, .severity = 9 },
	/* What a scan of the processes never needs. */
	{ "ptrace", "getty_t", "process", .comm = "ps", .fix = FIX_REFUSE, .severity = 9 },
	{ "sys_ptrace", "mysqld_t", "capability", .fields = "capability=19  ", .comm = "ps",
	  .fix = FIX_REFUSE, .severity = 9 },
	{ "dac_read_search", "mysqld_t", "cap_userns", .fields = "capability=2  ", .comm = "lsof",
	  .fix = FIX_REFUSE, .severity = 8 },
	{ "read", "init_t", "file", .fields = FILE_FIELDS("/proc/1/environ"), .comm = "ps",
	  .fix = FIX_REFUSE, .severity = 9 },
	{ "open", "getty_t", "file", .fields = NAME_FIELDS("smaps_rollup"), .comm = "ps",
	  .fix = FIX_REFUSE, .severity = 9 },
	{ "write", "getty_t", "file", .fields = FILE_FIELDS("/proc/7/mem"), .comm = "bash",
	  .fix = FIX_REFUSE, .severity = 9 },
	{ "search", "getty_t", "dir", .fields = NAME_FIELDS("fd"), .comm = "lsof",
	  .fix = FIX_REFUSE, .severity = 7 },
	{ "read", "getty_t", "lnk_file", .fields = FILE_FIELDS("/proc/7/fd/3"), .comm = "lsof",
	  .fix = FIX_REFUSE, .severity = 7 },
	{ "read", "getty_t", "file", .fields = FILE_FIELDS("/proc/7/stat"), .comm = "ps",
	  .fix = FIX_DONTAUDIT, .severity = 3, .scan = true },
	{ "execute", "getty_exec_t", "file", .fields = FILE_FIELDS("/usr/sbin/agetty"),
	  .fix = FIX_ALLOW, .severity = 5, .detail = "", .asked = true },
	{ "ioctl", "getty_exec_t", "file",
	  .fields = "path=\"/usr/sbin/agetty\" dev=\"vda\" ino=7 ioctlcmd=0x5401 ",
	  .fix = FIX_ALLOW, .severity = 2, .asked = true },
};

/* ---- the logs -------------------------------------------------------------------------------- */

enum form { FORM_RAW, FORM_ENRICHED, FORM_INTERPRETED, FORM_KERNEL, FORMS };

static const char *const form_names[] = { "raw", "enriched", "interpreted", "kernel" };

/* Where its program is. */
static const char *exe_of(const char *comm)
{
	static const char *const programs[] = { "/usr/bin/ps", "/usr/bin/ss", "/usr/bin/lsof",
						"/usr/bin/bash" };

	for (size_t i = 0; comm && i < ARRAY_SIZE(programs); i++)
		if (!strcmp(strrchr(programs[i], '/') + 1, comm))
			return programs[i];
	return "/usr/sbin/mariadbd";
}

static void write_case(FILE *out, const struct test_case *one, size_t serial, enum form form)
{
	const char *source = one->source ?: "mysqld_t", *role = "object_r";
	bool context = strchr(one->target, ':');
	bool self = !strcmp(one->target, source);
	bool process = self || strstr(one->tclass, "process") || strstr(one->tclass, "system");

	if (process)
		role = "system_r";
	fprintf(out,
		form == FORM_KERNEL ? "[   12.345678] audit: type=1400 audit(1795530349.432:%zu): "
				    : "type=AVC msg=audit(1795530349.432:%zu): ",
		serial);
	fprintf(out,
		"avc:  denied  { %s } for  pid=796 comm=\"%s\" %sscontext=system_u:system_r:%s:s0 ",
		one->permissions, one->comm ?: "mariadbd", one->fields ?: "", source);
	if (context)
		fprintf(out, "tcontext=%s ", one->target);
	else
		fprintf(out, "tcontext=system_u:%s:%s:s0 ", role, one->target);
	fprintf(out, "tclass=%s permissive=1%s\n", one->tclass, one->behind ?: "");
	if (form == FORM_KERNEL)
		return;
	fprintf(out,
		"type=SYSCALL msg=audit(1795530349.432:%zu): arch=c000003e syscall=59 success=no "
		"exit=-13 a0=1 a1=2 a2=3 a3=4 items=0 ppid=1 pid=796 auid=4294967295 uid=0 gid=0 "
		"euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=(none) ses=4294967295 comm=\"%s\" "
		"exe=\"%s\" subj=system_u:system_r:%s:s0 key=(null)%s%s\n",
		serial, one->comm ?: "mariadbd", exe_of(one->comm), source,
		form == FORM_RAW
			? ""
			: "\x1d"
			  "ARCH=x86_64 SYSCALL=execve AUID=\"unset\" UID=\"root\" GID=\"root\"",
		/* ausearch believes that; we do not. */
		form == FORM_ENRICHED ? " exe=\"/forged\" comm=\"forged\"" : "");
}

static char *new_log(enum form form)
{
	char *path = str_printf("%s/%s.XXXXXX", root, form_names[form]);
	FILE *out = fdopen(mkstemp(path), "w");

	assert_non_null(out);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		write_case(out, &cases[i], i + 1, form);
	fclose(out);
	return path;
}

/* interpret - the log, as the real ausearch shows it. */
static void interpret(char **path)
{
	const char *const argv[] = { "ausearch", "-i", "-if", *path, NULL };
	_cleanup_free_ char *text = NULL;
	struct error err = { 0 };

	if (process_capture(argv, &text, NULL, &err) != 0)
		fail_msg("%s", err.what);
	unlink(*path);
	must(file_write(*path, text, strlen(text), 0600, &err), &err);
}

/* ---- the verdicts ---------------------------------------------------------------------------- */

/* path: is the program's in the log? */
static void check_recommended(const struct test_case *one, const struct finding *finding, bool path)
{
	bool unsure = one->scan && !path;

	if (finding_recommended(finding) != !(one->asked || unsure))
		fail_msg("{ %s } %s:%s: recommended %d", one->permissions, one->target, one->tclass,
			 finding_recommended(finding));
	assert_int_equal(strstr(finding->why, "path is not in the log") != NULL, unsure);
}

static bool rows_seen[256];

static void see_rows(const struct test_case *one, const struct denial *denial)
{
	for (int domain = 0; domain <= 1; domain++) {
		const struct known_denial *row =
			known_row(&world.advisor, denial, denial->target, one->permissions, domain);

		for (size_t i = 0; row && galera_known_denials[i].why; i++)
			if (row == &galera_known_denials[i])
				rows_seen[i] = true;
	}
}

static void check_case(const struct test_case *one, struct denial *denial, const char *form)
{
	const char *permissions = one->permissions;
	struct findings findings;
	const struct finding *finding;

	world.labelled = one->labelled;
	findings = judge(denial, 1);
	world.labelled = false;
	if (one->elsewhere && findings.unknown_names) {
		findings_clear(&findings);
		return;
	}
	finding = only(&findings);
	if (one->or_allowed && finding->fix == FIX_ALLOWED) {
		findings_clear(&findings);
		return;
	}
	if (finding->fix != one->fix || finding->severity != one->severity ||
	    (one->detail && strcmp(finding->detail, one->detail) != 0))
		fail_msg("%s { %s } %s:%s %s: %s, severity %d, \"%s\"; not %s, %d, \"%s\"", form,
			 permissions, one->target, one->tclass, one->fields ?: "",
			 fix_name(finding->fix), finding->severity, finding->detail,
			 fix_name(one->fix), one->severity, one->detail ?: "");
	assert_int_not_equal(finding->why[0], 0);
	if (finding_is_rule(finding) && !finding_needs_nothing(finding))
		check_recommended(one, finding, denial->exe != NULL);
	findings_clear(&findings);
}

static void check_form(enum form form)
{
	static const char *const domains[] = { "mysqld_t", "mysqld_safe_t", "unconfined_service_t",
					       "kernel_t", NULL };
	_cleanup_free_ char *path = new_log(form);
	bool seen[ARRAY_SIZE(cases)] = { false };
	struct denials denials = { 0 };
	struct error err = { 0 };

	if (form == FORM_INTERPRETED)
		interpret(&path);
	must(audit_log_read(path, "log", domains, &denials, &err), &err);
	assert_int_equal(denials.unreadable, 0);
	for (size_t i = 0; i < denials.count; i++) {
		struct denial *denial = &denials.items[i];

		assert_uint_in_range(denial->serial, 1, ARRAY_SIZE(cases));
		/* Two cases that differ in nothing but the world. */
		for (size_t j = denial->serial - 1, n = denial_records(denial);
		     n && j < ARRAY_SIZE(cases); j++, n--) {
			seen[j] = true;
			denial->more = 0;
			see_rows(&cases[j], denial);
			check_case(&cases[j], denial, form_names[form]);
		}
	}
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		if (!seen[i])
			fail_msg("%s: case %zu was not read", form_names[form], i);
	denials_clear(&denials);
}

static void test_raw(void **state)
{
	(void)state;
	check_form(FORM_RAW);
}

static void test_enriched(void **state)
{
	(void)state;
	check_form(FORM_ENRICHED);
}

static void test_interpreted(void **state)
{
	(void)state;
	if (access("/usr/sbin/ausearch", X_OK) != 0 && access("/sbin/ausearch", X_OK) != 0)
		skip();
	check_form(FORM_INTERPRETED);
}

static void test_kernel(void **state)
{
	(void)state;
	check_form(FORM_KERNEL);
}

/* Each row is the first that takes some case: none is hidden by one before it. */
static void test_each_row(void **state)
{
	(void)state;
	for (size_t i = 0; galera_known_denials[i].why; i++)
		if (!rows_seen[i])
			fail_msg("no case is for the known denial: %s",
				 galera_known_denials[i].why);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_raw),         cmocka_unit_test(test_enriched),
		cmocka_unit_test(test_interpreted), cmocka_unit_test(test_kernel),
		cmocka_unit_test(test_each_row),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
