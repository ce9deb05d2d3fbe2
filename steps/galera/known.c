/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sources: the base policies of Debian and Fedora, the modules that RHEL and Percona ship, reports
 * of users, and recordings of a cluster under a real kernel: training and confined, by rsync and by
 * mariabackup, in which every exercise succeeded with the access denied: WENT_ON. Labels that say
 * "moved", and what no service may have, are in steps/advice/known.c.
 */
#include "steps/galera/known.h"

#define PLACE   "In a recorded cluster (Debian 12, MariaDB 10.11)"
#define WENT_ON PLACE " the SST went on without."
#define SEEN    PLACE " it was needed."

/* What looks at other programs: in the SST scripts, and of their shell. */
#define LOOKERS "ps ss lsof netstat pidof pgrep pkill fuser"
#define SHELLS  "bash sh dash wsrep_sst_*"
#define SERVERS "mariadbd mysqld"
#define FILES   "file dir lnk_file sock_file fifo_file"

/* Where these are. Some are links: to pgrep, killall5, bash, dash. */
#define PROGRAM(name) "/usr/bin/" name " /bin/" name " /usr/sbin/" name " /sbin/" name
#define SHELLS_EXE    PROGRAM("bash") " " PROGRAM("dash") " " PROGRAM("sh")
#define PROCESSES     PROGRAM("ps") " " PROGRAM("pidof") " " PROGRAM("killall5")
#define SIGNALS       PROGRAM("pgrep") " " PROGRAM("pkill") " " PROGRAM("fuser")
#define SOCKETS       PROGRAM("ss") " " PROGRAM("lsof") " " PROGRAM("netstat")
#define LOOKERS_EXE   PROCESSES " " SIGNALS " " SOCKETS

/* Of InnoDB, MyISAM, Aria; the logs of replication; the state of the node, of backups. */
const char galera_data_files[] =
	"ibdata* ib_logfile* ibtmp* ib_buffer_pool ib_lru_dump undo[0-9]* undo_[0-9]* #ib_* "
	"#innodb_* *.ibd *.frm *.MYD *.MYI *.MAD *.MAI *.sdi *.dblwr db.opt aria_log* "
	"mysql-bin.* mariadb-bin.* binlog.* *-relay-bin.* relay-log* relaylog* tc.log auto.cnf "
	"multi-master.info *_upgrade_info grastate.dat gvwstate.dat galera.cache gcache.page.* "
	"xtrabackup_* backup-my.cnf";
const char galera_own_types[] = "mysqld_*";

/* Never recommended, though each would allow one of these accesses. */
const char galera_bad_booleans[] = "nis_enabled allow_ypbind mysql_connect_any "
				   "domain_kernel_load_modules";

/* Rows: what it is about; whose it is; what to do; why. */
/* clang-format off */
/* Not seen in training: there the script learns that SELinux is on, and spares itself ss. */
static const struct known_companion scans[] = {
	{ .target = "@domain", .tclass = "process", .permissions = "getattr", .severity = 3,
	  .why = "Confined, the SST script takes another way, and runs ss, which looks at every "
		 "process, too. " WENT_ON },
	{ .target = "self", .tclass = "netlink_tcpdiag_socket", .permissions = "create",
	  .severity = 2,
	  .why = "Confined, the SST script takes another way, and runs ss, which asks the kernel "
		 "which ports listen; denied, it reads /proc/net instead. " WENT_ON },
	{ 0 },
};

const struct known_denial galera_known_denials[] = {
	/* The server in a domain that is not its own. */
	{ .comm = "mariadbd mysqld mysqld_safe mariadbd-safe wsrep_sst_*",
	  .fix = FIX_DOMAIN, .severity = 6,
	  .why = "The server does not run in its own domain, so nothing can be learned of it and "
		 "nothing confines it: its executable has the wrong label, or it was started by "
		 "hand." },

	/* Scans of all processes. Not of what a program has in memory: that is never silenced, and
	 * so stands first. */
	{ .target = "@domain", .tclass = "file",
	  .permissions = "read open map write append execute",
	  .path = "/proc/*/mem /proc/*/environ /proc/*/maps /proc/*/smaps* /proc/*/auxv "
		  "/proc/*/pagemap /proc/*/numa_maps /proc/*/stack /proc/*/syscall mem environ "
		  "maps smaps* auxv pagemap numa_maps stack syscall",
	  .fix = FIX_REFUSE, .severity = 9,
	  .why = "It looks into the memory of another program, where passwords and keys are. No "
		 "SST script does that: find out who did." },
	{ .target = "@domain", .tclass = "dir lnk_file", .permissions = "read open search",
	  .path = "/proc/*/fd /proc/*/fd/* /proc/*/map_files /proc/*/map_files/* fd map_files",
	  .fix = FIX_REFUSE, .severity = 7,
	  .why = "It looks at what another program has open, which lets it read that, too." },
	{ .target = "@domain", .tclass = "process", .permissions = "getattr getsched",
	  .comm = LOOKERS " " SHELLS, .exe = LOOKERS_EXE " " SHELLS_EXE,
	  .fix = FIX_DONTAUDIT, .severity = 3, .widen = "domain",
	  .why = "ss and ps look at every process to find one of their own. " WENT_ON },
	{ .target = "@domain", .tclass = "dir file lnk_file",
	  .permissions = "getattr search open read",
	  .comm = LOOKERS " " SHELLS, .exe = LOOKERS_EXE " " SHELLS_EXE,
	  .fix = FIX_DONTAUDIT, .severity = 3, .widen = "domain", .companions = scans,
	  .why = "ps and ss look at other programs in /proc, where audit2allow would allow them "
		 "all. " WENT_ON },
	{ .target = "tty_device_t", .tclass = "chr_file", .permissions = "getattr",
	  .fix = FIX_DONTAUDIT, .severity = 1,
	  .why = "ps looks which terminal a process has. " WENT_ON },
	{ .tclass = "sock_file fifo_file chr_file blk_file", .permissions = "getattr",
	  .comm = LOOKERS, .exe = LOOKERS_EXE,
	  .fix = FIX_DONTAUDIT, .severity = 1, .widen = "file_type",
	  .why = "lsof and ss look at what other programs have open." },
	{ .tclass = "filesystem", .permissions = "getattr",
	  .comm = LOOKERS " " SHELLS, .exe = LOOKERS_EXE " " SHELLS_EXE,
	  .fix = FIX_DONTAUDIT, .severity = 1, .widen = "filesystem_type",
	  .why = "lsof looks at every mounted file system." },
	/* Denied, it falls back to /proc/net/tcp, which tells the same; allowed, it would go on to
	 * ask for bind, getattr, nlmsg_read and each process's context. */
	{ .target = "self", .tclass = "netlink_tcpdiag_socket",
	  .fix = FIX_DONTAUDIT, .severity = 2,
	  .comm = LOOKERS, .exe = LOOKERS_EXE,
	  .why = "ss asks the kernel which ports listen; denied, it reads /proc/net "
		 "instead. " WENT_ON },
	{ .target = "kernel_t", .tclass = "system", .permissions = "module_request",
	  .fix = FIX_DONTAUDIT, .severity = 7,
	  .why = "ip and ss ask for a kernel module that they can do without. Not the boolean "
		 "domain_kernel_load_modules: it would let every domain load modules." },

	/* The shell of the SST scripts. */
	{ .target = "self", .tclass = "dir", .permissions = "write add_name",
	  .comm = SHELLS, .exe = SHELLS_EXE,
	  .fix = FIX_DONTAUDIT, .severity = 2,
	  .why = "The SST script opens /proc/self/fd/N for writing. " WENT_ON },
	{ .target = "self", .tclass = "file", .permissions = "create",
	  .comm = SHELLS, .exe = SHELLS_EXE,
	  .fix = FIX_DONTAUDIT, .severity = 2,
	  .why = "The SST script opens /proc/self/fd/N for writing. " WENT_ON },
	{ .target = "proc_t", .tclass = "filesystem", .permissions = "associate",
	  .comm = SHELLS, .exe = SHELLS_EXE,
	  .fix = FIX_DONTAUDIT, .severity = 3,
	  .why = "The SST script opens /proc/self/fd/N for writing. " WENT_ON },
	{ .target = "boot_t mnt_t lost_found_t", .tclass = "dir file lnk_file",
	  .permissions = "getattr search read",
	  .comm = SHELLS, .exe = SHELLS_EXE,
	  .fix = FIX_DONTAUDIT, .severity = 2,
	  .why = "The SST script's shell looks at the directories below / while it expands "
		 "a pattern. " WENT_ON },
	{ .target = "selinux_config_t", .tclass = "dir file lnk_file",
	  .permissions = "getattr search open read",
	  .fix = FIX_DONTAUDIT, .severity = 2,
	  .why = "The SST script asks whether SELinux is on; confined it cannot tell, and takes "
		 "another way. " WENT_ON },
	{ .target = "security_t", .tclass = "dir filesystem", .permissions = "getattr search",
	  .fix = FIX_DONTAUDIT, .severity = 3,
	  .why = "The SST script asks whether SELinux is on. " WENT_ON },

	/* Needed. */
	{ .target = "self", .tclass = "process", .permissions = "setpgid",
	  .fix = FIX_ALLOW, .severity = 1,
	  .without = "the server cannot start an SST script or notify command",
	  .why = "The server runs each SST script and notify command in a process group of its "
		 "own. " SEEN },
	{ .target = "rsync_exec_t", .tclass = "file",
	  .permissions = "read open getattr execute execute_no_trans map",
	  .fix = FIX_ALLOW, .severity = 2,
	  .without = "an SST by rsync fails",
	  .why = "An SST by rsync runs rsync inside the server's domain. " SEEN },
	{ .target = "self", .tclass = "unix_stream_socket", .permissions = "connectto",
	  .fix = FIX_ALLOW, .severity = 1,
	  .without = "a notify command or SST script cannot reach its own server",
	  .why = "A notify command or SST script connects to its own server's socket." },
	/* Both families' modules for the SST have it (MariaDB's, Percona's). */
	{ .target = "hostname_exec_t", .tclass = "file",
	  .permissions = "read open getattr execute execute_no_trans map",
	  .fix = FIX_ALLOW, .severity = 2,
	  .why = "The SST script runs hostname, to see whether an address is its own host's. It "
		 "stays in the server's domain, with the server's rights alone." },
	{ .target = "ifconfig_exec_t", .tclass = "file",
	  .permissions = "read open getattr execute execute_no_trans map",
	  .fix = FIX_ALLOW, .severity = 2,
	  .why = "The SST script runs ip, to see whether the node's address is one of its host's; "
		 "else rsync listens on all that the host has. It stays in the server's domain, "
		 "with the server's rights alone." },
	{ .target = "self", .tclass = "process", .permissions = "setcap",
	  .comm = "ip", .exe = PROGRAM("ip"),
	  .fix = FIX_ALLOW, .severity = 3,
	  .why = "ip gives up what capabilities it has before it does anything." },
	{ .target = "mysqld_safe_exec_t", .tclass = "file",
	  .permissions = "read open getattr execute execute_no_trans map ioctl",
	  .fix = FIX_ALLOW, .severity = 3,
	  .why = "A script that the server runs calls mysqld_safe, or looks for it. It stays in "
		 "the server's domain, with the server's rights alone." },
	/* The ring of a policy without a type for it has the server's own. */
	{ .target = "self io_uring_t", .tclass = "anon_inode",
	  .permissions = "create read write map getattr",
	  .path = "[io_uring] anon_inode:[io_uring]",
	  .fix = FIX_ALLOW, .severity = 2,
	  .why = "InnoDB reads and writes its files by the kernel's io_uring. Denied, it takes a "
		 "slower way, and says so in the error log." },
	/* MariaDB from 11.6 on. Where the policy has a type for this one file, it may have it. */
	{ .target = "memory_pressure_t cgroup_memory_pressure_t", .tclass = "file",
	  .permissions = "read write append open getattr",
	  .fix = FIX_ALLOW, .severity = 2,
	  .why = "The server asks the kernel to be told when memory runs short, and then gives "
		 "some of its own back." },
	{ .target = "cgroup_t", .tclass = "file",
	  .permissions = "read write append open getattr",
	  .path = "memory.pressure /sys/fs/cgroup/*/memory.pressure",
	  .fix = FIX_DONTAUDIT, .severity = 3,
	  .why = "The server asks the kernel to be told when memory runs short; denied, it goes "
		 "on without. A rule would let it write every file of that label, with which "
		 "control groups are steered." },
	{ .target = "proc_net_t sysctl_net_t", .tclass = "file dir lnk_file",
	  .permissions = "read open getattr search map",
	  .fix = FIX_ALLOW, .severity = 2,
	  .why = "The SST script looks whether the receiver's port listens (ss, netstat)." },
	{ .target = "anon_inodefs_t", .tclass = "file", .permissions = "read write getattr",
	  .fix = FIX_ALLOW, .severity = 2,
	  .why = "The server waits for events (epoll, eventfd), which older kernels label so." },
	{ .target = "mysqld_port_t", .tclass = "udp_socket", .permissions = "name_bind",
	  .fix = FIX_ALLOW, .severity = 2,
	  .without = "replication by multicast fails",
	  .why = "Replication by multicast receives on UDP. The port's label alone is not enough: "
		 "no policy lets the server bind UDP ports." },
	{ .target = "initrc_tmp_t tmp_t", .tclass = "file",
	  .permissions = "write append read open getattr",
	  .comm = SERVERS, .path = "/tmp/wsrep_recovery.*",
	  .fix = FIX_ALLOW, .severity = 2,
	  .without = "the node does not start",
	  .why = "galera_recovery hands the server a temporary file for its messages. " SEEN },
	{ .target = "initrc_tmp_t tmp_t cluster_tmp_t", .tclass = "file",
	  .permissions = "write append read open getattr",
	  .comm = SERVERS, .path = "/tmp/*",
	  .fix = FIX_ALLOW, .severity = 4,
	  .why = "A temporary file of whoever starts the server (galera_recovery, Pacemaker). A "
		 "newer server does without; until then, a rule." },

	/* The server's starter of older releases. */
	{ .target = "mysqld_t", .tclass = "process",
	  .permissions = "signull signal sigkill getattr",
	  .fix = FIX_ALLOW, .severity = 2,
	  .why = "mysqld_safe looks whether the server lives, and ends it." },
	{ .target = "var_run_t", .tclass = "dir",
	  .permissions = "write add_name remove_name search",
	  .fix = FIX_ALLOW, .severity = 4,
	  .why = "mysqld_safe writes its pid file beside those of others. Better: a pid-file in a "
		 "directory of its own, which has its own label." },

	/* Not a rule. */
	{ .target = "admin_home_t user_home_t user_home_dir_t home_root_t", .tclass = FILES,
	  .fix = FIX_LABEL, .severity = 6,
	  .why = "A script or file below a home directory, as a notify command: it belongs into "
		 "/usr/local/bin, where it gets the right label." },
	{ .target = "mysqld_etc_t etc_t", .tclass = "file",
	  .permissions = "execute execute_no_trans",
	  .fix = FIX_LABEL, .severity = 6,
	  .why = "A script among the configuration, as a notify command: it needs the label of a "
		 "program. A rule would let the server run all that is there." },
	{ .target = "nfs_t cifs_t fusefs_t @noxattrfs", .tclass = FILES,
	  .fix = FIX_REFUSE, .severity = 7,
	  .why = "The file system keeps no labels: there is one for all, and restorecon changes "
		 "nothing. Mount the data directory with "
		 "context=system_u:object_r:mysqld_db_t:s0; a rule would open every such mount." },
	{ .target = "kerberos*", .tclass = "tcp_socket udp_socket",
	  .permissions = "name_bind name_connect",
	  .fix = FIX_REFUSE, .severity = 9,
	  .why = "4444 is the SST's port, and Kerberos's by the base policy. Label the port; a "
		 "rule, or nis_enabled, would open all of Kerberos's." },
	{ .target = "self", .tclass = "capability cap_userns",
	  .permissions = "dac_override dac_read_search",
	  .fix = FIX_REFUSE, .severity = 8,
	  .why = "A file has the wrong owner or mode: chown it to the server's user. The "
		 "capability would pass by every mode of every file." },
	{ 0 },
};
/* clang-format on */
