/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * exercises.h - the exercises, in the operator's words, and what proves each
 */
#ifndef STEPS_GALERA_EXERCISES_H
#define STEPS_GALERA_EXERCISES_H

#include <stdbool.h>
#include <stddef.h>

#include "steps/galera/config.h"
#include "steps/galera/wsrep_log.h"

struct exercise {
	const char *name;   /* "sst", "ist", "notify": stable; recordings use it too */
	const char *title;  /* "SST" */
	const char *what;   /* "the whole data set is copied" */
	const char *safety; /* the condition before its commands; NULL: none */
	/* Shell commands, one a line, with {{datadir}} and {{service}}; NULL-terminated. They are
	 * for this node; one for another node says so in a comment behind it. */
	const char *const *commands;
};

/* galera_exercises - the three of the documentation, up to one with name NULL. */
extern const struct exercise galera_exercises[];

enum proof {
	PROOF_NONE,   /* nothing seen: not done yet, or the log is elsewhere */
	PROOF_OK,     /* proved */
	PROOF_WRONG,  /* something else happened: an IST where an SST was wanted */
	PROOF_FAILED, /* it was tried and failed */
};

/*
 * exercise_judge - does the story prove the exercise? *why gets a sentence without a full stop (new
 * memory, caller frees; NULL: no memory) that names what was seen; it may quote the log.
 *
 * sst and ist are proved by what this node got since its start; what it gave to others counts for
 * nothing. notify is proved by a restart that synced, with no failure of the command logged and not
 * the remark that it is not set: the server is silent about success, and only about that.
 * notify_runs is how many times the script is known to have run since; -1: it cannot be known. 0
 * proves that it did not run.
 */
enum proof exercise_judge(const struct exercise *exercise, const struct wsrep_story *story,
			  int notify_runs, char **why);

/* Services, some as patterns ("mariadb@*"), and executables, of every flavour; NULL-terminated. */
extern const char *const galera_units[];
extern const char *const galera_servers[];
/* Domains of the server: "mysqld_t", "mysqld_safe_t". NULL-terminated. */
extern const char *const galera_domains[];

#endif
