/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "wizard/options.h"
#include "wizard/text.h"
#include "wizard/util.h"
#include "wizard/wizard.h"

#define WIDTH       80
#define INDENT      2
#define WIDEST_LEFT 22 /* of the left column; a longer one has its line for itself */

static const struct {
	enum exit_status status;
	const char *meaning;
} statuses[] = {
	{ EXIT_DONE, "done" },
	{ EXIT_FAILED, "failed, or a finding must be settled first" },
	{ EXIT_USAGE, "wrong usage" },
	{ EXIT_PAUSED, "paused, declined or interrupted; start again to go on" },
	{ EXIT_DENIALS, "denials found that the policy does not allow" },
};

static void put_row(FILE *out, const char *left, const char *right)
{
	size_t column = INDENT + WIDEST_LEFT + 2, at = INDENT + strlen(left);

	fprintf(out, "%*s%s", INDENT, "", left);
	if (at + 2 > column) {
		fputc('\n', out);
		at = 0;
	}
	fprintf(out, "%*s", (int)(column - at), "");
	text_wrap(out, right, column, column, WIDTH);
}

static int put_command(FILE *out, const struct command *command, struct error *err)
{
	_cleanup_free_ char *left = str_printf(
		"%s%s%s", *command->name ? command->name : "(no command)",
		command->arguments ? " " : "", command->arguments ? command->arguments : "");

	if (!left)
		return error_nomem(err);
	put_row(out, left, command->summary);
	return 0;
}

static int put_commands(FILE *out, const struct program *program, struct error *err)
{
	const struct command *const *lists[] = { program->commands, program->workflow->commands };
	int r;

	fputs("\nCommands:\n", out);
	r = put_command(out, program->resume, err);
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++)
		for (const struct command *const *at = lists[i]; r == 0 && at && *at; at++)
			r = put_command(out, *at, err);
	return r;
}

/* What stands between popt's "Usage: PROGRAM" and its lists of options. */
static int put_head(FILE *out, const struct command *command, const struct program *program,
		    struct error *err)
{
	if (command == program->resume) {
		fputs("[OPTION...] [COMMAND]\n\n", out);
		text_wrap(out, program->workflow->summary, 0, 0, WIDTH);
		return put_commands(out, program, err);
	}
	fprintf(out, "%s [OPTION...]%s%s\n\n", command->name, command->arguments ? " " : "",
		command->arguments ? command->arguments : "");
	text_wrap(out, command->summary, 0, 0, WIDTH);
	return 0;
}

static void put_tail(const struct command *command, const struct program *program)
{
	const struct step *const *step = program->workflow->steps;

	if (command == program->resume) {
		puts("\nExit status:");
		for (size_t i = 0; i < ARRAY_SIZE(statuses); i++)
			printf("  %d  %s\n", statuses[i].status, statuses[i].meaning);
		printf("\n%s COMMAND --help tells more of a command.\n",
		       program->workflow->program);
	} else if (command->arguments && str_starts(command->arguments, "STEP")) {
		puts("\nSteps:");
		for (; *step; step++)
			put_row(stdout, (*step)->name, (*step)->title);
	}
}

int options_help(const struct options *options, const struct program *program, struct error *err)
{
	const char *argv[] = { program->workflow->program, NULL };
	struct option_tables tables;
	_cleanup_free_ char *head = NULL;
	size_t length;
	FILE *out = open_memstream(&head, &length);
	poptContext context;
	int r;

	if (!out)
		return error_nomem(err);
	r = put_head(out, options->command, program, err);
	if (fclose(out) != 0 && r == 0)
		r = error_nomem(err);
	if (r < 0)
		return r;
	if (length && head[length - 1] == '\n')
		head[length - 1] = '\0'; /* popt ends the line */
	option_tables_init(&tables, program->workflow, options->command);
	context = poptGetContext(NULL, 1, argv, tables.all, 0);
	if (!context)
		return error_nomem(err);
	poptSetOtherOptionHelp(context, head);
	poptPrintHelp(context, stdout, 0);
	poptFreeContext(context);
	put_tail(options->command, program);
	return 0;
}
