/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * exercises.h - the exercises, in the operator's words, and what proves each
 */
#pragma once

#include <stdbool.h>

#include "steps/galera/config.h"
#include "steps/galera/wsrep_story.h"

enum exercise_kind {
	EXERCISE_SST,
	EXERCISE_IST,
	EXERCISE_NOTIFY,
	/* Optional. */
	EXERCISE_BOOTSTRAP,  /* this node begins the cluster */
	EXERCISE_ARBITRATOR, /* garbd joins, on another host */
	EXERCISE_CRASH,      /* this node is killed, and rejoins */
};

struct exercise {
	const char *name;   /* "sst", "ist", "notify": stable; recordings use it too */
	const char *method; /* an SST by this one ("xtrabackup": of all its versions); NULL: any */
	const char *title;  /* "SST" */
	const char *what;   /* "the whole data set is copied" */
	const char *covers; /* what is only seen in it; NULL: one of the three */
	const char *safety; /* the condition before its commands; NULL: none */
	/* Shell commands, one a line; NULL-terminated. They are for this node; one for another node
	 * says so in a comment behind it. In braces: {{datadir}}; {{running}}, the unit to be
	 * stopped; {{service}}, the one to be started; {{client}}, the server's client;
	 * {{restart}} and {{bootstrap}}, a command that restarts the server, and one that begins a
	 * new cluster. */
	const char *const *commands;
	enum exercise_kind kind;
	bool encrypted; /* a transfer that is encrypted */
	bool optional;  /* only where the operator asks for it */
};

/* galera_exercises - the three of the documentation, then the optional ones, up to one with name
 * NULL. */
extern const struct exercise galera_exercises[];

/* By its name; NULL: there is none. */
const struct exercise *exercise_find(const char *name);

/* Why the configuration speaks for an optional exercise: "wsrep_sst_auth has an account for it";
 * static. NULL: it does not. */
const char *exercise_offered(const struct exercise *exercise, const struct galera_config *config);

/* Does a joiner get something in it, and a donor give it? */
static inline bool exercise_is_transfer(const struct exercise *exercise)
{
	return exercise->kind == EXERCISE_SST || exercise->kind == EXERCISE_IST;
}

enum proof {
	PROOF_NONE,   /* nothing seen: not done yet, or the log is elsewhere */
	PROOF_OK,     /* proved */
	PROOF_SILENT, /* done, and nothing tells of a failure; but nothing proves it either */
	PROOF_WRONG,  /* something else happened: an IST where an SST was wanted */
	PROOF_FAILED, /* it was tried and failed */
};

/* What is known of the server beside its log, into which its clients can write: a failed login's
 * user name stands in it as it was sent, newlines included. */
struct witness {
	long pid;            /* of the server on the node's data directory; 0: none runs */
	bool restarted;      /* ... and it is not the one that ran when the exercise began */
	char group[40];      /* the UUID that grastate.dat has; "" */
	bool serves_joining; /* it serves clients before it has its state: an SST by mysqldump */
	int notify_runs;     /* see below */
};

/*
 * Does the story prove the exercise? *why gets a sentence without a full stop (new memory, caller
 * frees) that names what was seen; it may quote the log.
 *
 * sst and ist are proved by what this node got since its start; what it gave to others counts for
 * nothing. notify is proved by a restart that synced, with no failure of the command logged, and
 * the marks of our script in front of it (templates/notify): the server itself is silent about
 * success. Of the optional ones: an SST by a method needs its script's name; an encrypted IST, a
 * listener at ssl://; an encrypted SST, the script's words that it encrypts; bootstrap, that a
 * group was begun, and synced without a transfer; garbd, that a member of that name synced; crash,
 * that the server found a state that was not saved in a shutdown, and synced. notify_runs says what
 * a log without a mark means: -1: there was no such script, so nothing is known (PROOF_SILENT); 0:
 * there was one, so the command did not run; more: the audit log knows of it so many times.
 *
 * The log's word counts where no client can have put it there, and the witness bears it out:
 *   - the server that runs now is another one than at the begin, and the process that the story's
 *     start names. MariaDB 5.5 and the like name none: PROOF_SILENT
 *   - that there was a transfer, and that it was an SST, was said before the server was ready for
 *     clients (their sources: it logs that, and then accepts). PROOF_SILENT where it serves them
 *     meanwhile, and for garbd, whose joining a running server tells of
 *   - grastate.dat has the group's UUID, which it gets when the state is complete
 *   - a failure was logged before that, too, or the server is gone; else it is a hint (PROOF_WRONG)
 */
enum proof exercise_judge(const struct exercise *exercise, const struct wsrep_story *story,
			  const struct witness *witness, char **why);

/* Services, some as patterns ("mariadb@*"), and executables, of every flavour; NULL-terminated. */
extern const char *const galera_units[];
extern const char *const galera_servers[];
/* Domains of the server: "mysqld_t", "mysqld_safe_t". NULL-terminated. */
extern const char *const galera_domains[];
