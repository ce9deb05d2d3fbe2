/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * store.h - the policy store: ports, file contexts, modules, transactions (libsemanage)
 *
 * One root and one store a process: libsemanage fixes its paths at the first use. The store's type
 * (SELINUXTYPE) is read from the root's own /etc/selinux/config. Off a live SELinux root nothing is
 * loaded into a kernel. Messages of the libraries do not go to stderr: the first error among them
 * is part of the struct error.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "wizard/error.h"

struct store;

/*
 * store_open - connect to the store below root ("/" or a scratch root). Nothing is locked.
 * Errors: -ENOENT no configuration or no store; -EACCES not permitted (not root); -ENODEV:
 * the store is not managed.
 */
int store_open(struct store **store, const char *root, struct error *err);
void store_close(struct store *store);

const char *store_type(const struct store *store); /* "default", "targeted", ... */
/* Where it is kept, with the root: what a change writes to. */
const char *store_directory(const struct store *store);

/*
 * store_cut - was the last commit, of whichever program, cut off (by a kill, a power cut, a full
 * disk)? Then what SELinux reads below /etc/selinux is not what the store has built. *what: the
 * path of the first file that is not, in new memory (caller frees); NULL: the commit came to its
 * end. A commit that is under way is waited for. The kernel is not looked at.
 */
int store_cut(struct store *store, char **what, struct error *err);
/* store_mend - build the policy from the modules of the store and put all of it in place, as
 * store_commit() does, the kernel's included. A store that was moved away is moved back before. */
int store_mend(struct store *store, struct error *err);

/* store_newest_policy - the policy.NN in a directory with the highest NN; a path in new memory
 * (caller frees). -ENOENT when there is none. No store is needed. */
int store_newest_policy(const char *directory, char **path, struct error *err);
/* store_kernel_policy - path of the compiled policy (ROOT/etc/selinux/TYPE/policy/policy.NN, the
 * highest NN) in new memory (caller frees). -ENOENT when there is none. */
int store_kernel_policy(struct store *store, char **path, struct error *err);

/* store_linked_policy - path of the policy that the modules alone make, without local ports and
 * booleans, in new memory (caller frees). NULL: this libsemanage keeps none. */
char *store_linked_policy(const struct store *store);

/* Where a port's label comes from. */
enum store_label {
	STORE_LABEL_NONE,   /* it has none */
	STORE_LABEL_RANGE,  /* a range that holds it */
	STORE_LABEL_POLICY, /* the policy labels just this port */
	STORE_LABEL_LOCAL,  /* a local customisation labels just this port */
};

/*
 * store_port_label - the type that proto ("tcp", "udp") port number has: a local customisation,
 * else the narrowest range of the policy, else *type NULL (unlabelled). New memory (caller frees).
 * label (may be NULL): where it comes from.
 */
int store_port_label(struct store *store, const char *proto, unsigned int number, char **type,
		     enum store_label *label, struct error *err);

/* store_begin - take the store's lock. -EBUSY, saying so, when another program holds it. */
int store_begin(struct store *store, struct error *err);
/* store_commit - make the changes since store_begin real, all or none. Signals that would stop the
 * program are held back until it is done. On failure the store is as before store_begin; what was
 * put in place of it by then, store_cut() tells. */
int store_commit(struct store *store, struct error *err);
/*
 * store_rebuild - within a transaction: build the policy from the modules at its commit, even if
 * only ports change (4 s instead of 0.3). A commit of ports alone writes the same policy in another
 * order of bytes than a build does; with this, taking all changes back gives the very bytes again.
 */
int store_rebuild(struct store *store, struct error *err);
/*
 * store_shows_hidden - are the policy's dontaudit rules left out, so that what they hide is logged
 * (semodule -DB)? Asked of the store as it is now: any semodule -B of others puts them back.
 */
int store_shows_hidden(struct store *store, bool *shown, struct error *err);
/* store_show_hidden - within a transaction: leave the dontaudit rules out of the policy, or not. */
int store_show_hidden(struct store *store, bool show, struct error *err);
/* store_abort - give up the changes and the lock. Without a transaction: nothing. */
void store_abort(struct store *store);

/* Within a transaction. store_port_set adds or modifies the local label of one port. */
int store_port_set(struct store *store, const char *proto, unsigned int number, const char *type,
		   struct error *err);
/* store_port_unset - delete the local label of one port; one that has none: success. */
int store_port_unset(struct store *store, const char *proto, unsigned int number,
		     struct error *err);

/*
 * File contexts. Which files a local rule is about. Where the policy has a rule for just one path,
 * a local rule for just that path goes over it: with libselinux 3.4 and 3.11 always, with 3.8 where
 * it alone names a kind of file. A local rule for more than one path never does.
 */
enum store_files {
	STORE_FILES_ALL, /* of every kind */
	STORE_FILES_DIR, /* directories alone */
	STORE_FILES_REGULAR,
};
/* semanage's letter for it, as in "-f d" */
#define STORE_FILES_LETTERS "adf"

/* store_fcontext_spec - path as the regular expression of a file context that matches it; below:
 * and everything below it, "/data/mysql(/.*)?". New memory (caller frees). */
char *store_fcontext_spec(const char *path, bool below);
/* store_fcontext_local - the type that the local rule of just this expression gives, "<<none>>" for
 * none at all, in new memory (caller frees); *type NULL: there is no such rule. -EINVAL: a file
 * context cannot name it (white space). */
int store_fcontext_local(struct store *store, const char *spec, enum store_files files, char **type,
			 struct error *err);
/* Within a transaction. store_fcontext_set adds or modifies the local rule of one expression. The
 * files themselves keep their labels. */
int store_fcontext_set(struct store *store, const char *spec, enum store_files files,
		       const char *type, struct error *err);
/* store_fcontext_unset - delete the local rule of one expression; one that has none: success. */
int store_fcontext_unset(struct store *store, const char *spec, enum store_files files,
			 struct error *err);

/* Modules. A name can be present at several priorities; 400 is what an administrator's tools use.
 */
#define STORE_PRIORITY 400

/* store_module_text - the CIL text of module name at priority, new memory (caller frees). *text is
 * NULL, with success, when it is absent. */
int store_module_text(struct store *store, const char *name, unsigned int priority, char **text,
		      struct error *err);
/* store_module_active - is name enabled at any priority? *priority (may be NULL): the highest. */
int store_module_active(struct store *store, const char *name, bool *active, unsigned int *priority,
			struct error *err);
/* Within a transaction. Installing over the same name and priority replaces it. */
int store_module_install(struct store *store, const char *name, unsigned int priority,
			 const char *cil, struct error *err);
/* store_module_remove - one that is absent: success. */
int store_module_remove(struct store *store, const char *name, unsigned int priority,
			struct error *err);
/* store_module_enable - enable or disable a name, at all its priorities; one that is absent:
 * success. */
int store_module_enable(struct store *store, const char *name, bool enable, struct error *err);

/* The distribution's modules and those of products' packages are below this priority. */
#define STORE_PRIORITY_OTHERS 300
struct store_module {
	char *name;
	unsigned int priority; /* its highest, that which counts */
	unsigned int below;    /* the highest below STORE_PRIORITY_OTHERS; 0: none */
};
/* store_other_modules - the active modules from STORE_PRIORITY_OTHERS on; caller frees with
 * store_modules_free. */
int store_other_modules(struct store *store, struct store_module **modules, size_t *count,
			struct error *err);
void store_modules_free(struct store_module *modules, size_t count);

struct store_cil {
	char *name;
	char *text;
	size_t length;
	/* From a policy package (.pp), by libsepol: a statement a line, and in each optional block
	 * all types that its rules name are required. */
	bool translated;
};
/* store_all_modules - the CIL of every active module but `without` (may be NULL), for a compilation
 * in memory; caller frees with store_cils_free. */
int store_all_modules(struct store *store, const char *without, struct store_cil **modules,
		      size_t *count, struct error *err);
void store_cils_free(struct store_cil *modules, size_t count);

/*
 * store_create - make a scratch root of its own at root: /etc/selinux and /var/lib/selinux copied
 * from the host at from_root ("/"). As a user who may not read the host's store, the store is built
 * from the policy package's readable modules (/usr/share/selinux/TYPE, .pp or .pp.bz2) where there
 * are such; else -EACCES with what is needed. Call before store_open of that root.
 */
int store_create(const char *root, const char *from_root, struct error *err);
/* store_scratch - an empty directory for such a root; its path, in new memory (caller frees), has
 * that name in it. store_discard - remove it with all that is below it. */
int store_scratch(const char *name, char **root, struct error *err);
void store_discard(const char *root);

/*
 * A policy that is about to be installed, in a scratch root that store_create() has made. It is the
 * program semodule that changes it: this process has its own store.
 *
 * store_upgrade - put the modules of an unpacked package into it, as the package's installation
 * does, take the administrator's module `without` away, and build the policy. *found: what they
 * are and where, in new memory (caller frees); NULL: the package has no modules of this type.
 * Errors: -EINVAL: what semodule says.
 */
int store_upgrade(const char *root, const char *type, const char *package, const char *without,
		  char **found, struct error *err);
/* store_upgrade_try - install a module at STORE_PRIORITY, neverallow rules checked. *refused, in
 * new memory (caller frees): why not; NULL: the policy is built with it. *forbids: that is but a
 * neverallow rule, which a commit passes over. */
int store_upgrade_try(const char *root, const char *type, const char *name, const char *cil,
		      char **refused, bool *forbids, struct error *err);
