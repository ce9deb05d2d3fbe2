/* SPDX-License-Identifier: GPL-2.0-or-later */
/* options.h - what the command line says */
#pragma once

#include <popt.h>

#include "wizard/session.h"
#include "wizard/strings.h"

/* What there is to choose from. */
struct program {
	const struct workflow *workflow;
	/* The engine's, up to one with name NULL; the first, "", is what is done without one. */
	const struct command *commands;
};

/* program_next_command - another command at each call, *at being 0 before the first: the engine's,
 * then the workflow's; NULL: no more. */
const struct command *program_next_command(const struct program *program, size_t *at);

/* program_command - by its name; NULL: there is none. */
const struct command *program_command(const struct program *program, const char *name);

/* The tables that hold for a command, or for all of them; each an included table with a title, up
 * to one that is all zero. */
struct option_tables {
	struct poptOption all[4];
};

/* option_tables_init - for a command, or with NULL for the program without one. */
void option_tables_init(struct option_tables *tables, const struct workflow *workflow,
			const struct command *command);

/* What the command line says: there is one, which the options' tables point into. */
struct options {
	struct session_options session;
	struct strings answers; /* of the session */
	const struct command *command;
	struct strings arguments; /* the words after the command's name */
	char *const *words;       /* all that stands behind the program's name, as it was typed */
	int help, version;        /* --help, --version */
};

/* options_parse - read argv; *options is there in any case, until options_clear(). The engine's and
 * the workflow's options may stand before and after the command's name, a command's own behind it.
 * An unknown option or command, or a surplus argument is -EINVAL; a --root that is no directory is
 * an error as realpath(3)'s. */
int options_parse(const struct options **options, int argc, char **argv,
		  const struct program *program, struct error *err);
void options_clear(const struct options **options);

/* options_help - --help, of the program or of the command in options, on standard output. */
void options_help(const struct options *options, const struct program *program);
