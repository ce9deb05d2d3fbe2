/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fnmatch.h>
#include <string.h>

#include "steps/advice/known.h"
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
	"default_t var_t var_lib_t var_log_t var_spool_t usr_t root_t etc_runtime_t unlabeled_t "  \
	"file_t mnt_t " HOMES
#define FILES   "file dir lnk_file sock_file fifo_file"
#define SOCKETS "tcp_socket udp_socket dccp_socket sctp_socket"

const char known_homes[] = HOMES;
const char known_general_labels[] = LABELS;
static const char general_domains[] = "unconfined_service_t unconfined_t initrc_t init_t kernel_t";

static const struct known_denial general_denials[] = {
	{ .target = HOMES,
	  .tclass = FILES,
	  .fix = FIX_LABEL,
	  .severity = 6,
	  .why = "A service has no business in a home directory; what it needs belongs "
		 "elsewhere." },
	{ .target = LABELS,
	  .tclass = FILES,
	  .fix = FIX_LABEL,
	  .severity = 6,
	  .why = "The label is a general one: the file was moved, made in the wrong place or never "
		 "labelled. A rule would open every such file of the system." },

	{ .target = "port_t unreserved_port_t reserved_port_t hi_reserved_port_t ephemeral_port_t "
		    "kerberos*",
	  .tclass = SOCKETS,
	  .permissions = "name_bind name_connect",
	  .fix = FIX_REFUSE,
	  .severity = 9,
	  .why = "A rule would open every port that has this label, not this port alone. Label the "
		 "port, if the service should use it." },

	{ .target = "shadow_t",
	  .fix = FIX_REFUSE,
	  .severity = 10,
	  .why = "The password hashes of the system: no database needs them." },
	{ .target = "security_t",
	  .fix = FIX_REFUSE,
	  .severity = 10,
	  .why = "The control files of SELinux itself: who may write them can switch it off." },
	{ .target = "memory_device_t proc_kcore_t",
	  .fix = FIX_REFUSE,
	  .severity = 10,
	  .why = "The memory of the whole machine." },
	{ .target = "fixed_disk_device_t removable_device_t",
	  .fix = FIX_REFUSE,
	  .severity = 10,
	  .why = "A raw disk: who may open it passes by every label of every file on it." },
	{ .tclass = "process",
	  .permissions = "execmem execstack execheap",
	  .fix = FIX_REFUSE,
	  .severity = 9,
	  .why = "Memory that can be written and run is what an attack needs; a plugin or library "
		 "that asks for it is to be replaced." },
	{ .tclass = FILES,
	  .permissions = "execmod",
	  .fix = FIX_REFUSE,
	  .severity = 9,
	  .why = "Changed code is run: the library needs a build without text relocations." },
	{ .target = "@unconfined_domain_type",
	  .tclass = "process",
	  .permissions = "transition dyntransition ptrace setexec",
	  .fix = FIX_REFUSE,
	  .severity = 10,
	  .why = "The other domain is not confined: this would be a way out of the confinement." },
	{ .tclass = "process",
	  .permissions = "ptrace dyntransition",
	  .fix = FIX_REFUSE,
	  .severity = 9,
	  .why = "It would take over another process." },
	{ .tclass = "capability capability2 cap_userns cap2_userns",
	  .permissions =
		  "sys_admin sys_module sys_rawio sys_ptrace sys_boot mac_admin mac_override "
		  "setpcap audit_control linux_immutable",
	  .fix = FIX_REFUSE,
	  .severity = 9,
	  .why = "The capability is as much as being root of the machine." },
	{ .target = "@tmpfile tmp_t",
	  .tclass = "file",
	  .permissions = "execute execute_no_trans entrypoint",
	  .fix = FIX_REFUSE,
	  .severity = 9,
	  .why = "A temporary file is run, which whoever breaks in can write. A library that was "
		 "built with an executable stack asks for it, too: it is to be replaced." },
	{ .target = "su_exec_t sudo_exec_t passwd_exec_t chfn_exec_t mount_exec_t newrole_exec_t",
	  .tclass = "file",
	  .permissions = "execute execute_no_trans entrypoint",
	  .fix = FIX_REFUSE,
	  .severity = 9,
	  .why = "A setuid program: a service's script has no need of another user." },
	{ 0 },
};

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

static bool match_target(struct oracle *oracle, const char *words, const char *source,
			 const char *target)
{
	char word[WORD_SIZE];

	while (words && next_word(&words, word))
		if (*word == '@' ? oracle_type_has_attribute(oracle, target, word + 1)
		    : strcmp(word, "self") == 0 ? strcmp(source, target) == 0
						: matches(word, target))
			return true;
	return !words;
}

static const struct known_denial *find_row(const struct known_denial *rows, struct oracle *oracle,
					   const struct denial *denial, const char *target,
					   const char *permission, bool domain)
{
	for (; rows && rows->why; rows++)
		if ((rows->fix == FIX_DOMAIN) == domain &&
		    match_words(rows->tclass, denial->tclass) &&
		    match_words(rows->permissions, permission) &&
		    match_words(rows->comm, denial->comm) &&
		    (!denial->exe || match_words(rows->exe, denial->exe)) &&
		    match_words(rows->path, denial->path) &&
		    match_target(oracle, rows->target, denial->source, target))
			return rows;
	return NULL;
}

const struct known_denial *known_row(const struct advisor *advisor, const struct denial *denial,
				     const char *target, const char *permission, bool domain)
{
	const struct known_denial *row =
		find_row(advisor->known, advisor->oracle, denial, target, permission, domain);

	return row ? row
		   : find_row(general_denials, advisor->oracle, denial, target, permission, domain);
}

bool known_is_general_domain(const char *domain)
{
	return match_words(general_domains, domain);
}

bool known_is_insisted(char *const *insisted, const char *target, const char *permission)
{
	for (; insisted && *insisted; insisted++)
		if (!strcmp(*insisted, target) || !strcmp(*insisted, permission))
			return true;
	return false;
}
