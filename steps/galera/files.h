/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * files.h - the files of the server whose label decides whether it runs, confined
 */
#pragma once

#include "steps/galera/config.h"
#include "wizard/strings.h"

enum galera_file_kind {
	GALERA_FILE_TREE,    /* a directory that is the server's own, with all that is in it */
	GALERA_FILE_DIR,     /* a directory of the server's files, that may have others', too */
	GALERA_FILE_LOG,     /* a file that the server makes anew in its directory */
	GALERA_FILE_PROGRAM, /* a program that the server runs */
	GALERA_FILE_PLAIN,   /* a file that the server reads */
};

struct galera_file {
	const char *name; /* of the finding about it: "label-datadir" */
	const char *what; /* "the data directory" */
	enum galera_file_kind kind;
	char *path; /* absolute, as the server has it, without a slash at its end */
	/* GALERA_FILE_TREE, _DIR and _LOG: the type that it must have, and another one that will
	 * do (may be NULL). Else NULL: whatever the policy wants. */
	const char *type, *also;
};

/* Those of a configuration, each once; what is in a tree that is named before is left out. Those
 * that do not exist are named, too. Returns how many. Caller frees with galera_files_free. */
size_t galera_files(const struct galera_config *config, struct galera_file **files);
void galera_files_free(struct galera_file *files, size_t count);

/* galera_directories - add the directories that the configuration names, or has a file in. */
void galera_directories(const struct galera_config *config, struct strings *directories);

/* The directory of grastate.dat, where the provider keeps the group's UUID. Borrowed. */
const char *galera_state_directory(const struct galera_config *config);
/* That UUID out of it: of a node that has lost, or not got, the group's state "00000000-..."; "":
 * the file is not there, is no file, or has none. path: with the root. */
void galera_saved_group(const char *path, char group[40]);

/*
 * The path of the script that the command runs, where it can be told for sure: the server hands
 * "COMMAND --status ..." to `sh -c`, so the command has to be an absolute path, with plain words
 * behind it at most. New memory (caller frees), or NULL: *why says why it cannot ("it is more than
 * the path of a script"; static).
 *
 * What every program of the system may run (/usr/bin and such) is none: it is an interpreter, or is
 * not the notify command's alone.
 */
char *galera_notify_script(const char *command, const char **why);
