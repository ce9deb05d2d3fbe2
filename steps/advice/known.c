/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fnmatch.h>
#include <string.h>

#include "steps/advice/known.h"
#include "steps/oracle/oracle.h"
#include "wizard/util.h"

/* ---- words of a table ------------------------------------------------------------------------ */

#define WORD_SIZE 128

/* The next word of *rest, copied; false: there is none. */
static bool next_word(const char **rest, char word[WORD_SIZE])
{
	const char *from = *rest + strspn(*rest, " ");
	size_t length = strcspn(from, " ");

	*rest = from + length;
	if (length == 0 || length >= WORD_SIZE)
		return false;
	memcpy(word, from, length);
	word[length] = '\0';
	return true;
}

static bool matches(const char *word, const char *text)
{
	return strchr(word, '*') ? fnmatch(word, text, 0) == 0 : strcmp(word, text) == 0;
}

bool match_words(const char *words, const char *text)
{
	char word[WORD_SIZE];

	if (!words || !text)
		return !words;
	while (next_word(&words, word))
		if (matches(word, text))
			return true;
	return false;
}

/* ---- what holds for any service -------------------------------------------------------------- */

#define HOMES "admin_home_t user_home_t user_home_dir_t home_root_t"
#define LABELS                                                                                     \
	"default_t var_t var_lib_t var_log_t var_run_t var_spool_t usr_t root_t etc_runtime_t "    \
	"unlabeled_t file_t mnt_t " HOMES
#define FILES   "file dir lnk_file sock_file fifo_file"
#define SOCKETS "tcp_socket udp_socket dccp_socket sctp_socket"
#define CHANGE  "write append create unlink rename link setattr add_name remove_name rmdir reparent"

const char known_homes[] = HOMES;
const char known_general_labels[] = LABELS;
const char known_general_domains[] = "unconfined_service_t unconfined_t initrc_t init_t kernel_t";

/* clang-format off */
static const struct known_denial general_denials[] = {
	{ .target = HOMES, .tclass = FILES,
	  .fix = FIX_LABEL, .severity = 6,
	  .why = "A service has no business in a home directory; what it needs belongs "
		 "elsewhere." },
	{ .target = LABELS, .tclass = FILES,
	  .fix = FIX_LABEL, .severity = 6,
	  .why = "The label is a general one: the file was moved, made in the wrong place or never "
		 "labelled. A rule would open every such file of the system." },

	{ .target = "port_t unreserved_port_t reserved_port_t hi_reserved_port_t ephemeral_port_t "
		    "kerberos*",
	  .tclass = SOCKETS,
	  .permissions = "name_bind name_connect",
	  .fix = FIX_REFUSE, .severity = 9,
	  .why = "A rule would open every port that has this label, not this port alone. Label the "
		 "port, if the service should use it." },

	{ .target = "shadow_t",
	  .fix = FIX_REFUSE, .severity = 10,
	  .why = "The password hashes of the system: no database needs them." },
	{ .target = "security_t",
	  .fix = FIX_REFUSE, .severity = 10,
	  .why = "The control files of SELinux itself: who may write them can switch it off." },
	{ .target = "memory_device_t proc_kcore_t",
	  .fix = FIX_REFUSE, .severity = 10,
	  .why = "The memory of the whole machine." },
	{ .target = "fixed_disk_device_t removable_device_t",
	  .fix = FIX_REFUSE, .severity = 10,
	  .why = "A raw disk: who may open it passes by every label of every file on it." },
	{ .tclass = "process", .permissions = "execmem execstack execheap",
	  .fix = FIX_REFUSE, .severity = 9,
	  .why = "Memory that can be written and run is what an attack needs; a plugin or library "
		 "that asks for it is to be replaced." },
	{ .tclass = FILES, .permissions = "execmod",
	  .fix = FIX_REFUSE, .severity = 9,
	  .why = "Changed code is run: the library needs a build without text relocations." },
	{ .target = "@unconfined_domain_type", .tclass = "process",
	  .permissions = "transition dyntransition ptrace setexec",
	  .fix = FIX_REFUSE, .severity = 10,
	  .why = "The other domain is not confined: this would be a way out of the confinement." },
	{ .tclass = "process", .permissions = "ptrace dyntransition",
	  .fix = FIX_REFUSE, .severity = 9,
	  .why = "It would take over another process." },
	{ .tclass = "capability capability2 cap_userns cap2_userns",
	  .permissions =
		  "sys_admin sys_module sys_rawio sys_ptrace sys_boot mac_admin mac_override "
		  "setpcap audit_control linux_immutable",
	  .fix = FIX_REFUSE, .severity = 9,
	  .why = "The capability is as much as being root of the machine." },
	{ .target = "@tmpfile tmp_t", .tclass = "file",
	  .permissions = "execute execute_no_trans entrypoint",
	  .fix = FIX_REFUSE, .severity = 9,
	  .why = "A temporary file is run, which whoever breaks in can write. A library that was "
		 "built with an executable stack asks for it, too: it is to be replaced." },
	{ .target = "su_exec_t sudo_exec_t passwd_exec_t chfn_exec_t mount_exec_t newrole_exec_t "
		    "chkpwd_exec_t crontab_exec_t useradd_exec_t",
	  .tclass = "file",
	  .permissions = "execute execute_no_trans entrypoint",
	  .fix = FIX_REFUSE, .severity = 9,
	  .why = "A setuid program, or one that makes users: a service's script has no need of "
		 "another user." },
	{ .target = "semanage_exec_t setfiles_exec_t load_policy_exec_t setsebool_exec_t "
		    "kmod_exec_t insmod_exec_t iptables_exec_t init_exec_t initrc_exec_t "
		    "ssh_exec_t",
	  .tclass = "file",
	  .permissions = "execute execute_no_trans entrypoint",
	  .fix = FIX_REFUSE, .severity = 9,
	  .why = "A program that changes the policy, the kernel, the firewall or other services, "
		 "or that goes to other machines." },
	{ 0 },
};

/* Of what no table knows and no policy hides: what is dangerous, by the policy's attributes, and by
 * class and permission; by a type's name only where the policy has no attribute. */
static const struct known_denial dangers[] = {
	{ .target = "@file_type !non_security_file_type", .tclass = FILES,
	  .others = true, .fix = FIX_REFUSE, .severity = 9,
	  .why = "The policy counts it among the files of security: keys, passwords, the audit "
		 "log, the policy itself." },
	{ .target = "*_key_t *_keys_t *_key_file_t *_privkey_t *_keytab_t *_keyring_* *_secret_t "
		    "*_secrets_t *_passwd_t ssh_home_t cert_t",
	  .tclass = FILES,
	  .permissions = "read open map write append create unlink rename setattr",
	  .others = true, .fix = FIX_REFUSE, .severity = 8,
	  .why = "Keys and certificates of somebody else. Those that the server uses belong into a "
		 "directory of its own." },
	{ .target = "@device_node device_t", .tclass = "chr_file blk_file",
	  .permissions = "read write append open ioctl map create unlink rename setattr mounton "
			 "execute",
	  .others = true, .fix = FIX_REFUSE, .severity = 9,
	  .why = "A device: it passes by the files, or by the kernel's protection." },
	{ .target = "@sysctl_type @sysfs_types @proc_type debugfs_t tracefs_t cgroup_t",
	  .tclass = "file dir",
	  .permissions = CHANGE,
	  .others = true, .fix = FIX_REFUSE, .severity = 9,
	  .why = "The kernel is steered by it." },
	{ .target = "@exec_type @entry_type @systemdunit @systemd_unit_file_type "
		    "@cron_spool_type cron_spool_t ld_so_t ld_so_cache_t lib_t modules_object_t "
		    "boot_t",
	  .tclass = FILES,
	  .permissions = CHANGE,
	  .fix = FIX_REFUSE, .severity = 9,
	  .why = "It is run, or loaded, by others, root among them: who may change it is them." },
	{ .tclass = FILES, .permissions = "relabelfrom relabelto mounton",
	  .fix = FIX_REFUSE, .severity = 9,
	  .why = "Who may give a file its label decides who may do what with it." },
	{ .target = "!tmpfile !tmpfsfile", .tclass = FILES,
	  .permissions = CHANGE,
	  .others = true, .fix = FIX_REFUSE, .severity = 8,
	  .why = "A file of the system's or of another service's, by its label. If it is the "
		 "server's, it needs a label of the server's, not a rule." },
	{ .tclass = "filesystem",
	  .permissions = "mount remount unmount relabelfrom relabelto quotamod watch",
	  .fix = FIX_REFUSE, .severity = 9,
	  .why = "A file system is mounted, or labelled, for all." },
	{ .tclass = "file", .permissions = "entrypoint",
	  .fix = FIX_REFUSE, .severity = 9,
	  .why = "A domain that may be entered by more programs is confined less." },
	{ .tclass = "process", .permissions = "transition",
	  .others = true, .fix = FIX_REFUSE, .severity = 9,
	  .why = "A program would run with another domain's rights." },
	{ .tclass = "process",
	  .permissions = "setexec setcurrent setfscreate setkeycreate setsockcreate",
	  .fix = FIX_REFUSE, .severity = 8,
	  .why = "The process would choose its own label, or that of what it makes." },
	{ .tclass = "process", .permissions = "setcap",
	  .fix = FIX_REFUSE, .severity = 8,
	  .why = "The process would choose its own capabilities." },
	{ .tclass = "process",
	  .permissions =
		  "signal sigkill sigstop setsched setpgid setrlimit rlimitinh siginh noatsecure",
	  .others = true, .fix = FIX_REFUSE, .severity = 8,
	  .why = "It would stop or steer a process of another service." },
	{ .tclass = "capability cap_userns",
	  .permissions = "chown fowner fsetid kill mknod net_admin net_raw setfcap sys_chroot "
			 "sys_time audit_write setuid setgid lease",
	  .fix = FIX_REFUSE, .severity = 8,
	  .why = "The capability passes by owners and modes, or reaches beyond the service. A file "
		 "with the wrong owner is to be given the right one." },
	{ .tclass = "capability2 cap2_userns",
	  .permissions = "bpf perfmon checkpoint_restore syslog audit_read block_suspend",
	  .fix = FIX_REFUSE, .severity = 9,
	  .why = "The capability reaches into the kernel, or into other processes." },
	{ .tclass = "bpf perf_event kernel_service security memprotect",
	  .fix = FIX_REFUSE, .severity = 9,
	  .why = "It reaches into the kernel, or into other processes." },
	{ .tclass = "user_namespace",
	  .fix = FIX_REFUSE, .severity = 8,
	  .why = "In a user namespace much more of the kernel is open to a process, and a database "
		 "server has no need of one." },
	{ .tclass = "io_uring", .permissions = "override_creds sqpoll",
	  .fix = FIX_REFUSE, .severity = 8,
	  .why = "The kernel would work with the rights of another process, or all the time." },
	{ .tclass = "netlink_audit_socket netlink_selinux_socket packet_socket rawip_socket "
		    "tun_socket netlink_xfrm_socket",
	  .fix = FIX_REFUSE, .severity = 8,
	  .why = "A socket into the kernel's own affairs, or past its network stack." },
	{ .tclass = "system service",
	  .permissions = "module_load module_request syslog_mod syslog_console start stop reload "
			 "enable disable halt reboot undefined",
	  .fix = FIX_REFUSE, .severity = 9,
	  .why = "It would change the running system or its services." },
	{ .tclass = "key shm sem msgq msg",
	  .others = true, .fix = FIX_REFUSE, .severity = 7,
	  .why = "Memory, or a key, of another service or of a user." },
	{ .target = "@unconfined_domain_type",
	  .tclass = "unix_stream_socket unix_dgram_socket dbus fifo_file",
	  .permissions = "connectto sendto send_msg",
	  .fix = FIX_REFUSE, .severity = 8,
	  .why = "The process at the other end is not confined, and may do as it is told." },
	{ .tclass = "dbus", .permissions = "send_msg acquire_svc",
	  .others = true, .fix = FIX_REFUSE, .severity = 7,
	  .why = "Another service would do as it is told. No part of Galera speaks on this bus." },
	{ .target = "@port_type", .tclass = SOCKETS, .permissions = "name_bind",
	  .others = true, .fix = FIX_REFUSE, .severity = 7,
	  .why = "The port is another service's, by its label, and a rule would open every port "
		 "that has it. Label the port, if the service should use it." },
	{ 0 },
};
/* clang-format on */

/* First row that matches. */
static const struct {
	const char *tclass, *permissions;
	int severity;
} severities[] = {
	{ NULL, "setuid setgid fsetid chown fowner fsetid transition dyntransition relabel*", 8 },
	{ NULL, "execute execute_no_trans entrypoint", 5 },
	{ NULL, "getattr search signull", 1 },
	{ "process* capability* cap*_userns system", NULL, 6 },
	{ NULL, "read open map ioctl lock getopt nlmsg_read", 2 },
	{ NULL, "connectto sendto name_connect", 3 },
	{ NULL, NULL, 4 },
};

int known_severity(const char *tclass, const char *permission)
{
	size_t i = 0;

	while (i < ARRAY_SIZE(severities) - 1 &&
	       !(match_words(severities[i].tclass, tclass) &&
		 match_words(severities[i].permissions, permission)))
		i++;
	return severities[i].severity;
}

/* ---- rows ------------------------------------------------------------------------------------ */

/* Each "!x" must hold, and one of the others, if there are any. */
static bool match_target(struct oracle *oracle, const char *words, const char *source,
			 const char *target)
{
	bool any = false, matched = false;
	char word[WORD_SIZE];

	while (words && next_word(&words, word)) {
		if (*word == '!') {
			if (!oracle_has_attribute(oracle, word + 1) ||
			    oracle_type_has_attribute(oracle, target, word + 1))
				return false;
			continue;
		}
		any = true;
		matched = matched ||
			  (*word == '@' ? oracle_type_has_attribute(oracle, target, word + 1)
			   : strcmp(word, "self") == 0 ? strcmp(source, target) == 0
						       : matches(word, target));
	}
	return matched || !any;
}

static const struct known_denial *find_row(const struct known_denial *rows,
					   const struct advisor *advisor,
					   const struct denial *denial, const char *target,
					   const char *permission, bool domain)
{
	bool own = strcmp(denial->source, target) == 0 ||
		   (advisor->own_types && match_words(advisor->own_types, target));

	for (; rows && rows->why; rows++)
		if ((rows->fix == FIX_DOMAIN) == domain && !(rows->others && own) &&
		    match_words(rows->tclass, denial->tclass) &&
		    match_words(rows->permissions, permission) &&
		    match_words(rows->comm, denial->comm) &&
		    (!denial->exe || match_words(rows->exe, denial->exe)) &&
		    match_words(rows->path, denial->path) &&
		    match_target(advisor->oracle, rows->target, denial->source, target))
			return rows;
	return NULL;
}

const struct known_denial *known_row(const struct advisor *advisor, const struct denial *denial,
				     const char *target, const char *permission, bool domain)
{
	return find_row(advisor->known, advisor, denial, target, permission, domain)
		       ?: find_row(general_denials, advisor, denial, target, permission, domain);
}

const struct known_denial *known_danger(const struct advisor *advisor, const struct denial *denial,
					const char *target, const char *permission)
{
	static const struct known_denial run_what_is_written = {
		.fix = FIX_REFUSE,
		.severity = 9,
		.why = "The server may write this file: whoever makes it write something would "
		       "have it run, too."
	};
	struct judgement write = { 0 };

	if (match_words("execute execute_no_trans entrypoint", permission) &&
	    !strcmp(denial->tclass, "file") &&
	    oracle_judge(advisor->oracle, denial->source, target, "file", "write", &write, NULL) ==
		    0 &&
	    write.verdict == VERDICT_ALLOWED)
		return &run_what_is_written;
	return find_row(dangers, advisor, denial, target, permission, false);
}

bool known_is_insisted(char *const *insisted, const char *target, const char *permission)
{
	for (; insisted && *insisted; insisted++)
		if (!strcmp(*insisted, target) || !strcmp(*insisted, permission))
			return true;
	return false;
}
