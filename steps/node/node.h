/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * node.h - the node that the workflow works on: what the step files share
 *
 * Everything is opened at its first use and kept until the session closes, so that `steps` and
 * `--help` load no policy. Pointers that are given out are borrowed.
 */
#pragma once

#include <stdbool.h>
#include <sys/stat.h>

#include "steps/audit/denial.h"
#include "steps/galera/config.h"
#include "steps/host/selinux.h"
#include "steps/host/server.h"
#include "steps/node/whole.h"
#include "steps/rehearsal/player.h"
#include "steps/oracle/oracle.h"
#include "steps/store/store.h"
#include "wizard/session.h"

#define PORT_TYPE   "mysqld_port_t"
#define MODULE_NAME "galera"
/* In the session's directory. */
#define MODULE_TE  "galera.te"
#define MODULE_CIL "galera.cil"
#define MODULE_PP  "galera.pp" /* where checkmodule and semodule_package are installed */

#define MODULE_LOADED "loaded" /* memory: the text that was installed last */

/* Memory: of another node's result that was applied here {"host", "made", "ports", "rules"}, as its
 * file has them (cluster/result.h). */
#define NODE_RESULT "result"

/* The workflow's options, as popt leaves them. */
struct node_options {
	char **domain;       /* --domain TYPE, NULL-terminated: the server's first; may be NULL */
	char **logs;         /* --log FILE, NULL-terminated; may be NULL */
	char **evidence;     /* --evidence FILE, NULL-terminated; may be NULL */
	char **ignore;       /* --ignore NAME, NULL-terminated; may be NULL */
	char **dangerous;    /* --allow-dangerous NAME, NULL-terminated; may be NULL */
	int decide_again;    /* --decide-again */
	char *defaults_file; /* --defaults-file FILE */
	char *group_suffix;  /* --defaults-group-suffix SUFFIX */
	char **exercises;    /* --exercise NAME, NULL-terminated; NULL: all */
	char *timeout;       /* --timeout 15m: how long to wait for an exercise */
	char *pace;          /* --pace N: how many times as fast a recording is played */
	char *cluster;       /* rehearse --cluster DIR */
	char *keep;          /* rehearse --keep DIR */
	char *store;         /* rehearse --store DIR: whose policy store is copied */
	bool temporary;      /* rehearse without it: the root is removed at the end */
};
extern struct node_options node_options;

struct held;
struct node;

/* What the operator has said in this run, which does not ask it again; and what is held back. */
struct node_run {
	bool decided_again;       /* the review that --decide-again is for is done */
	bool confine_later;       /* once the module is loaded, confining the server can wait */
	bool confine_now;         /* whatever is left to do: the command `confine` */
	bool applies;             /* another node's result, in which nothing is decided here */
	enum in_kernel in_kernel; /* what node_loaded() has found there */
	bool system_later;        /* the whole system stays permissive, and nothing is claimed */
	struct held *held;        /* of change.c; NULL: nothing is held back */
};
struct node_run *node_run(struct session *session);

/* node_open, node_close - the workflow's open and close. */
int node_open(struct session *session, void **data, struct error *err);
void node_close(void *data);

const char *node_domain(void); /* "mysqld_t", or --domain */
/* The domains whose denials count, NULL-terminated: node_domain() and, by default,
 * mysqld_safe_t. */
const char *const *node_domains(void);

/* node_command - as session_command(), with the options that say which server is meant. New memory
 * (caller frees). */
char *node_command(const struct session *session, const char *words);

bool node_ignored(const char *name); /* has --ignore waived this finding of the check? */

int node_config(struct session *session, const struct galera_config **config, struct error *err);
/* node_config_read - the same without an open session. Caller clears. */
int node_config_read(const struct session *session, struct galera_config *config,
		     struct error *err);
/* node_ports - this node's own, and the cluster's that a result has brought. */
#define NODE_PORTS_MAX (GALERA_PORTS_MAX + 16)
int node_ports(struct session *session, const struct galera_port **ports, int *count,
	       struct error *err);
int node_store(struct session *session, struct store **store, struct error *err);
int node_labels(struct session *session, struct file_labels **labels, struct error *err);

/* node_name - as the other nodes' logs call this one, by its configuration; else the machine's.
 * node_is_name - can a node be called so: a word that stands in a record, in a file's name and on a
 * command line as it is? */
#define NODE_NAME_SIZE 256
void node_name(const struct session *session, char name[static NODE_NAME_SIZE]);
bool node_is_name(const char *name);

/* node_policy_package - "selinux-policy-default 2:2.20221101-9": the package that installs the
 * policy of this type; "": it is not known, as of a scratch root. New memory (caller frees). */
char *node_policy_package(const struct session *session, const char *type);

/* node_server - the node's server, as it runs; in a scratch root none does. Caller clears. */
int node_server(const struct session *session, struct server_process *process, struct error *err);

/* Percona's unit that begins a new cluster: it is stopped, but never started again. */
#define NODE_BOOTSTRAP_UNIT "mysql@bootstrap"
struct node_units {
	char *unit;    /* to be started: "mariadb" */
	char *running; /* to be stopped; the same, but after a bootstrap */
};
/* node_units - what the server's units are called, running or not. Caller clears. */
int node_units(const struct session *session, struct node_units *units, struct error *err);
void node_units_clear(struct node_units *units);
/* node_has_program - is a program of this name installed? */
bool node_has_program(const struct session *session, const char *name);

/* node_fingerprint - the workflow's: the compiled policy by its file, and in short the file
 * contexts, SELinux's mode and how often a policy was loaded, the server's configuration, the
 * module's files and the options that were given. It loads no policy. */
int node_fingerprint(struct session *session, char **text, struct error *err);

/* node_check_names - does the policy define what --domain and --allow-dangerous name? Else -EINVAL.
 * Asked of each policy that is opened. */
int node_check_names(struct oracle *oracle, struct error *err);

/* node_policy - the compiled policy: its path, in new memory (caller frees), and what stat(2) says
 * of it (st may be NULL). */
int node_policy(struct session *session, char **path, struct stat *st, struct error *err);
/* node_loaded - the policy as the store has it now. */
int node_loaded(struct session *session, struct oracle **oracle, struct error *err);
/* node_base - the policy without our module, and without those that ours replaces: what the rules
 * are measured against. Kept in the session's directory, made anew (3 s) when somebody else has
 * changed the policy. NODE_REPLACED: a key of the memory with these names as members. */
#define NODE_REPLACED "others.replaced"
int node_base(struct session *session, struct oracle **oracle, struct error *err);
/* node_keep_base - before our module is loaded for the first time: keep the policy as it is. */
int node_keep_base(struct session *session, struct error *err);
/* node_forget_base - before a change of other modules than ours: the base is to be made anew. */
int node_forget_base(struct session *session, struct error *err);

/* node_stamp - the state of the policy, without reading it; *stamp is the caller's. Where it is
 * remembered under NODE_OTHERS, each change of ours takes the new state for the old one.
 * node_is_current - is this key's the state that the policy is in now? */
#define NODE_OTHERS "others.policy"
#define NODE_BASE   "policy.base"
int node_stamp(struct session *session, json_t **stamp, struct error *err);
int node_is_current(struct session *session, const char *key, bool *current, struct error *err);
/* node_compile - cil as our module, built in memory with the store's others (of these what bears on
 * the server's domains, see excerpt.h), booleans as in the base: ask the oracle about these domains
 * alone. *count: how many modules of the store. violations, errors: as oracle_compile(). */
int node_compile(struct session *session, const char *cil, struct oracle **oracle, size_t *count,
		 struct violations *violations, struct error *err);
/* Around a commit of ours, which leaves what was made of the policy as it is: which of these states
 * are current before it; and behind it, to take the new state for theirs, forget the others, and
 * read the policy anew. */
#define NODE_STAMPS 2
int node_are_current(struct session *session, bool current[NODE_STAMPS], struct error *err);
int node_committed(struct session *session, const bool current[NODE_STAMPS], struct error *err);

/* node_make_whole - where a commit was cut off, by whichever program, build the policy anew, and
 * say so. */
int node_make_whole(struct session *session, struct error *err);

/* node_is_permissive - is the server's domain permissive, by the store's policy? */
int node_is_permissive(struct session *session, bool *permissive, struct error *err);

/* node_audit_log - path of the audit log on this machine, root included. */
int node_audit_log(struct session *session, const char **path, struct error *err);

/* node_log_is_own - is it this machine's own audit log, or one that auditd has rotated? */
bool node_log_is_own(const struct session *session, const char *path);

/* node_log_read - of the server's domains; a log that stays as it is is read once in a session. A
 * log whose origin is a path is one that somebody gives, unless it is this machine's own. */
int node_log_read(struct session *session, const char *path, const char *origin,
		  struct denials *denials, struct error *err);

/* node_guard_logs - -EINVAL where path, a file to be written, is one of logs (NULL-terminated; may
 * be NULL), or this host's own audit log, or that of the root. */
int node_guard_logs(const struct session *session, const char *path, char *const *logs,
		    struct error *err);

/* The recording that stands in for the operator and the cluster in a rehearsal; NULL: none. */
struct player *node_player(struct session *session);

/* node_slot - a place for what another part keeps with the node; release(*slot) is called when the
 * session closes. There is one. */
void **node_slot(struct session *session, void (*release)(void *));
