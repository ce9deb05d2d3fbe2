/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * finding.h - what the advice is made of (known denials, ports, whom to ask), and what it finds
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "steps/oracle/oracle.h"
#include "wizard/error.h"
#include "wizard/strings.h"

enum fix {
	FIX_ALLOWED,
	FIX_DOMAIN,
	FIX_PORT,
	FIX_LABEL,
	FIX_INVALID_LABEL,
	FIX_CONSTRAINT,
	FIX_BOOLEAN,
	FIX_DONTAUDIT,
	FIX_REFUSE,
	FIX_ALLOW,
};
const char *fix_name(enum fix fix); /* "port", "invalid-label": the machine interface's word */

/* Accesses that go together with those of a row; offered, and marked as not observed. */
struct known_companion {
	const char *target; /* "self", or "@x": every type of the attribute x */
	const char *tclass, *permissions;
	int severity;
	const char *why;
};

/* A row of a table of denials that are known for a service, with their explanation. A NULL member
 * matches anything; the members that are words match any one of their space-separated words, of
 * which one with a '*' is a pattern of fnmatch(3). A word "@x" matches a target type that has the
 * policy's attribute x, "!x" one that has it not, and "self" a target equal to the source. A row of
 * FIX_DOMAIN holds where the source is a domain in which programs land that were given none:
 * unconfined_service_t, initrc_t, ... */
struct known_denial {
	const char *target;
	const char *tclass;
	const char *permissions; /* each denied permission is looked up by itself */
	const char *comm;        /* a process calls itself what it likes: ... */
	const char *exe;  /* ... its program's path; what is in no log matches, but is not sure */
	const char *path; /* of the object; a word without '/': its last component, where the log
			   * has nothing else */
	bool others;      /* only where the target is none of the service's own types */
	enum fix fix;     /* FIX_DONTAUDIT, FIX_REFUSE, FIX_ALLOW, FIX_LABEL, FIX_DOMAIN */
	int severity;     /* 0 (harmless) .. 10 (never) of granting it */
	const char *why;  /* a sentence for the operator */
	/* FIX_ALLOW, where it is known: what happens without the rule, "an SST by rsync fails". */
	const char *without;
	/* FIX_DONTAUDIT: what the same program is known to do besides, though it may not have been
	 * seen yet; up to one with target NULL. May be NULL. */
	const struct known_companion *companions;
	/* FIX_DONTAUDIT: silence it for every type of this attribute, not for the one type seen:
	 * a scan meets every domain sooner or later. NULL: the type itself. */
	const char *widen;
};

/* A port that the service uses, and which type it should have. */
struct advice_port {
	const char *proto;
	unsigned int number;
	const char *type;
};

struct denial;

/* Where the answers come from. Borrowed throughout. */
struct advisor {
	struct oracle *oracle;            /* the policy that is loaded now */
	const struct known_denial *known; /* up to one with why NULL */
	const struct advice_port *ports;
	size_t port_count;
	const char *domain; /* the domain that the service should have: mysqld_t */
	/* Booleans that are not to be recommended, as words; may be NULL. */
	const char *bad_booleans;
	/* What the operator insists on, NULL-terminated: target types or permissions for which
	 * FIX_REFUSE becomes FIX_ALLOW; may be NULL. */
	char *const *insisted;
	/* Where the policy expects the service's data: the labels that a directory elsewhere is to
	 * be given ("semanage fcontext -a -e"). NULL: no such advice. */
	const char *data_directory;
	/* How the service's data files are named, and which types are its own: each as words of
	 * match_words(). NULL: a file is judged by its label alone. */
	const char *data_files, *own_types;
	/* The directories of the service's configuration: only these, and those of its data files,
	 * are advised to be labelled as the data. May be NULL. */
	const struct strings *directories;
	/* The expression of a file-context rule for a path and, below, for all that is in it, in
	 * new memory (caller frees); *alias: it names another path, which the policy takes this one
	 * for. NULL: not known. */
	int (*path_rule)(void *data, const char *path, bool below, char **rule, bool *alias,
			 struct error *err);
	/* The type of a port now, or *type NULL: unlabelled (caller frees). NULL: not known. */
	int (*port_label)(void *data, const char *proto, unsigned int number, char **type,
			  struct error *err);
	/* The type that the policy of the denial's node wants its path to have (its class tells
	 * file from dir), or *type NULL: it says nothing (caller frees). NULL: not known. */
	int (*path_label)(void *data, const struct denial *denial, char **type, struct error *err);
	void *data;
};

/* From here on a person decides, whoever recommends what. */
#define SEVERITY_ASKED 6

enum decision {
	DECISION_NONE,
	DECISION_ACCEPT, /* the fix as found */
	DECISION_REJECT, /* nothing; the access stays denied, and logged */
	/* Another fix than the one found. */
	DECISION_ALLOW,
	DECISION_DONTAUDIT,
};

/* A boolean that would allow an access, by itself. */
struct finding_boolean {
	char *name;
	bool state;     /* to be set to */
	size_t further; /* accesses that it opens besides those that were denied */
};

/* Accesses of one source to one target type and class that have one fix, and are all known or all
 * not known: what nobody knows takes nothing that is needed with it. */
struct finding {
	/* The target is the type that a rule would name: of one of the service's ports its label
	 * now, of a FIX_DONTAUDIT that is widened the attribute. */
	char *source, *target, *tclass;
	struct strings permissions; /* sorted, each once */
	enum fix fix;
	char *detail; /* what to do, exactly: "4568/tcp -> mysqld_port_t", "restorecon -v /x"; of a
		       * widened rule the types seen; never NULL, may be empty */
	char *why;    /* for the operator */
	char *rule_target; /* FIX_DONTAUDIT widened: the attribute; else NULL */
	int severity;
	/* A rule that is known to be right: of its kind a row stands behind each permission, of a
	 * severity below SEVERITY_ASKED, and the program is the one that the row means. */
	bool known;
	bool permissive_only; /* every denial was logged under permissive */
	bool silent; /* the policy itself denies all of it without a word: no rule is needed */

	const struct known_denial *row; /* what is known of it; borrowed; may be NULL */

	/* FIX_ALLOW: what usually goes with it and was not observed; sorted. */
	struct strings companions;
	bool with_companions; /* the operator wants them, too */
	bool unobserved;      /* nothing of it was seen: a known companion of another finding */
	struct finding_boolean *booleans;
	size_t boolean_count;
	unsigned int *ioctls; /* the commands of its ioctl permission, sorted; none: not known */
	size_t ioctl_count;

	size_t count; /* records */
	time_t first, last;
	size_t *evidence; /* indices into the denials, oldest first */
	size_t evidence_count;
	enum decision decision;
};

struct findings {
	struct finding *items; /* grouped by fix in the ladder's order, most severe first */
	size_t count;
	size_t denials;         /* records judged */
	size_t unknown_names;   /* records with a name that the policy does not define */
	struct strings unknown; /* these names, each once, with its kind before it: "type x_t" */
};

void finding_clear(struct finding *finding);
void findings_clear(struct findings *findings);

/* finding_compare - what two findings are: by fix, source, target, class, and whether they are
 * known. 0: they would be one. */
int finding_compare(const struct finding *one, const struct finding *other);

/* findings_sort - into the order that struct findings promises, after a fix was changed. */
void findings_sort(struct findings *findings);

/* ioctls_insert - one more command at its place among sorted ones, where it is not there yet. */
void ioctls_insert(unsigned int **ioctls, size_t *count, unsigned int command);

/* finding_refuse - no rule after all: forbidden is the policy's own rule that it would break, for
 * the operator. Undecided. */
void finding_refuse(struct finding *finding, const char *forbidden);

/* findings_split - the permissions that are marked in apart (as many as the finding at `at` has,
 * and not all) become a finding of their own, the last one, with the same evidence. */
void findings_split(struct findings *findings, size_t at, const bool *apart);

/* finding_is_rule - is its fix a rule of the module: allow, dontaudit? */
bool finding_is_rule(const struct finding *finding);

/* finding_recommended - may it be done for whoever has not looked at it? Refusing is nothing that
 * is done. */
bool finding_recommended(const struct finding *finding);

/* finding_is_needed - a rule without which something is known to fail: row->without. */
bool finding_is_needed(const struct finding *finding);

/* finding_rule - the rule that has been decided: FIX_ALLOW, FIX_DONTAUDIT; else FIX_ALLOWED. */
enum fix finding_rule(const struct finding *finding);

/* finding_needs_nothing - is it settled by the policy as it is: allowed, or denied silently? */
bool finding_needs_nothing(const struct finding *finding);

/* findings_by_danger - indices of the findings for a person: grouped by fix, the group with the
 * most severe finding first, what needs nothing last; new memory (caller frees). */
size_t *findings_by_danger(const struct findings *findings);

/* finding_heading - of the group that a finding is in, for a person; the same pointer for all of
 * it. */
const char *finding_heading(const struct finding *finding);

/* finding_key - "source target class permission,permission": stable; new memory (caller frees). */
char *finding_key(const struct finding *finding);
