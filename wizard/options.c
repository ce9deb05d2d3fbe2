/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <popt.h>
#include <string.h>
#include <sys/stat.h>

#include "wizard/strings.h"
#include "wizard/options.h"
#include "wizard/text.h"
#include "wizard/trust.h"
#include "wizard/util.h"

/* Far from the values that a workflow's table may use. */
enum { OPTION_ANSWER = 0x4700 };

static struct options given;

static const struct poptOption engine_options[] = {
	{ "root", 0, POPT_ARG_STRING, &given.session.root, 0, "work in this scratch root, not in /",
	  "DIR" },
	{ "yes", 'y', POPT_ARG_NONE, &given.session.yes, 0,
	  "answer what has a recommended answer with that", NULL },
	{ "answer", 0, POPT_ARG_STRING, NULL, OPTION_ANSWER,
	  "answer a question beforehand (may be repeated); KEY[SUBJECT]=VALUE for one subject",
	  "KEY=VALUE" },
	{ "answers", 0, POPT_ARG_STRING, &given.session.answers_file, 0,
	  "answer questions beforehand: lines KEY = VALUE", "FILE" },
	{ "force", 0, POPT_ARG_NONE, &given.session.force, 0,
	  "write into a file that is there already, without a question", NULL },
	{ "json", 0, POPT_ARG_NONE, &given.session.json, 0, "print results as JSON", NULL },
	{ "no-color", 0, POPT_ARG_NONE, &given.session.no_color, 0,
	  "no colours (also: NO_COLOR in the environment)", NULL },
	{ "plain", 0, POPT_ARG_NONE, &given.session.plain, 0,
	  "no colours, nothing is redrawn in place, and keys are told in words: for screen readers "
	  "and logs",
	  NULL },
	{ "help", 'h', POPT_ARG_NONE, &given.help, 0, "print this help, or a command's", NULL },
	{ "version", 0, POPT_ARG_NONE, &given.version, 0, "print the version", NULL },
	POPT_TABLEEND,
};

void option_tables_init(struct option_tables *tables, const struct workflow *workflow,
			const struct command *command)
{
	const struct {
		const struct poptOption *options;
		const char *title;
	} parts[] = {
		{ command ? command->options : NULL, "Options of this command:" },
		{ workflow->options, "Options for every command:" },
		{ engine_options, "Common options:" },
	};

	*tables = (struct option_tables){ 0 };
	for (size_t i = 0, at = 0; i < ARRAY_SIZE(parts); i++)
		if (parts[i].options)
			tables->all[at++] = (struct poptOption){
				.argInfo = POPT_ARG_INCLUDE_TABLE,
				.arg = (void *)parts[i].options,
				.descrip = parts[i].title,
			};
}

static void context_free(poptContext *context)
{
	poptFreeContext(*context);
}

/* ---- errors --------------------------------------------------------------------------------- */

static int unknown_option(const struct option_tables *tables, const char *option, const char *help,
			  struct error *err)
{
	_cleanup_(strings_clear) struct strings names = { 0 };
	_cleanup_free_ char *bare = memory_copy(option, strcspn(option, "="));
	const char *nearest;

	for (const struct poptOption *table = tables->all; table->arg; table++) {
		const struct poptOption *at = table->arg;

		for (; at->longName || at->shortName || at->arg; at++)
			strings_add(&names, at->longName);
	}
	error_set(err, EINVAL, NULL, "unknown option %s", bare);
	nearest = strings_nearest(bare + strspn(bare, "-"), &names);
	if (nearest)
		return error_remedy(err, "did you mean --%s? All options: %s --help", nearest,
				    help);
	return error_remedy(err, "see what there is: %s --help", help);
}

static int bad_option(poptContext context, int code, const struct option_tables *tables,
		      const char *help, struct error *err)
{
	const char *option = poptBadOption(context, POPT_BADOPTION_NOALIAS);

	if (code == POPT_ERROR_BADOPT)
		return unknown_option(tables, option, help, err);
	if (code == POPT_ERROR_NOARG)
		error_set(err, EINVAL, NULL, "option %s needs a value behind it", option);
	else if (code == POPT_ERROR_UNWANTEDARG)
		error_set(err, EINVAL, NULL, "option %s takes no value", option);
	else
		error_set(err, EINVAL, NULL, "option %s: %s", option, poptStrerror(code));
	return error_remedy(err, "see its meaning: %s --help", help);
}

/* ---- reading -------------------------------------------------------------------------------- */

const struct command *program_next_command(const struct program *program, size_t *at)
{
	const struct command *const *others = program->workflow->commands;
	size_t index = ++*at, own = 0;

	while (program->commands[own].name)
		own++;
	if (index < own)
		return &program->commands[index];
	return others ? others[index - own] : NULL;
}

static int find_root(struct error *err)
{
	_cleanup_free_ const char *named = TAKE_PTR(given.session.root);
	struct stat info;
	int r;

	if (!named)
		return 0;
	r = path_trusted(named, "--root", err);
	if (r < 0)
		return r;
	given.session.root = realpath(named, NULL);
	if (!given.session.root)
		return error_set(err, errno, "create the folder, or correct the path",
				 "--root %s: %s", named, strerror(errno));
	if (stat(given.session.root, &info) < 0 || !S_ISDIR(info.st_mode))
		return error_set(err, ENOTDIR, "give a folder", "--root %s: not a directory",
				 named);
	return 0;
}

/* Read argv as these tables say; words gets what is no option. With until_word everything from the
 * first such word on is left as it is. */
static int read_words(int argc, const char **argv, const struct option_tables *tables,
		      bool until_word, const char *help, struct strings *words, struct error *err)
{
	poptContext context __attribute__((cleanup(context_free))) = poptGetContext(
		NULL, argc, argv, tables->all, until_word ? POPT_CONTEXT_POSIXMEHARDER : 0);
	int code;

	if (!context)
		no_memory();
	while ((code = poptGetNextOpt(context)) >= 0)
		if (code == OPTION_ANSWER)
			strings_take(&given.answers, poptGetOptArg(context));
	if (code < -1)
		return bad_option(context, code, tables, help, err);
	for (const char **left = poptGetArgs(context); left && *left; left++)
		strings_add(words, *left);
	return find_root(err);
}

const struct command *program_command(const struct program *program, const char *name)
{
	const struct command *command;
	size_t at = 0;

	do
		command = program_next_command(program, &at);
	while (command && strcmp(command->name, name) != 0);
	return command;
}

static int find_command(const struct program *program, const char *name, struct error *err)
{
	_cleanup_(strings_clear) struct strings names = { 0 };
	const struct command *command;
	size_t at = 0;

	given.command = program_command(program, name);
	if (given.command)
		return 0;
	if (workflow_find_step(program->workflow, name, NULL) >= 0) {
		error_set(err, EINVAL, NULL, "%s is a step, not a command", name);
		return error_remedy(err, "%s run %s", program->workflow->program, name);
	}
	while ((command = program_next_command(program, &at)))
		strings_add(&names, command->name);
	return strings_unknown("command", name, &names, err);
}

/* What stands behind the command's name, and its own options with it. */
static int read_command(const struct strings *words, const struct program *program,
			struct error *err)
{
	const struct command *command = given.command;
	_cleanup_free_ char *help = str_printf("%s %s", program->workflow->program, command->name);
	struct option_tables tables;
	int r;

	option_tables_init(&tables, program->workflow, command);
	r = read_words((int)words->count, (const char **)words->items, &tables, false, help,
		       &given.arguments, err);
	if (r < 0 || command->arguments || !given.arguments.count || given.help)
		return r;
	error_set(err, EINVAL, NULL, "surplus argument \"%s\"", given.arguments.items[0]);
	return error_remedy(err, "\"%s\" takes no arguments; see %s --help", command->name, help);
}

/* `help COMMAND` is COMMAND --help. */
static int take_help(const struct program *program, struct error *err)
{
	given.help = true;
	given.command = program->commands;
	return given.arguments.count ? find_command(program, given.arguments.items[0], err) : 0;
}

static int read_all(int argc, char **argv, const struct program *program, struct error *err)
{
	_cleanup_(strings_clear) struct strings words = { 0 };
	struct option_tables tables;
	int r;

	option_tables_init(&tables, program->workflow, NULL);
	r = read_words(argc, (const char **)argv, &tables, true, program->workflow->program, &words,
		       err);
	if (r == 0 && words.count)
		r = find_command(program, words.items[0], err)
			    ?: read_command(&words, program, err);
	if (r == 0 && words.count && strcmp(words.items[0], "help") == 0 && !given.help)
		r = take_help(program, err);
	return r;
}

int options_parse(const struct options **options, int argc, char **argv,
		  const struct program *program, struct error *err)
{
	int r;

	given = (struct options){ .command = program->commands, .words = argv + (argc > 0) };
	r = read_all(argc, argv, program, err);
	if (!given.session.root)
		given.session.root = str_copy("/");
	given.session.answers = given.answers.items;
	*options = &given;
	return r;
}

void options_clear(const struct options **options)
{
	free((char *)given.session.root);
	free((char *)given.session.answers_file);
	strings_clear(&given.answers);
	strings_clear(&given.arguments);
	*options = NULL;
}

/* ---- help ----------------------------------------------------------------------------------- */

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

static void put_command(FILE *out, const struct command *command)
{
	_cleanup_free_ char *left =
		str_printf("%s%s%s", *command->name ? command->name : "(no command)",
			   command->arguments ? " " : "", command->arguments ?: "");

	put_row(out, left, command->summary);
}

/* What stands between popt's "Usage: PROGRAM" and its lists of options. */
static void put_head(FILE *out, const struct command *command, const struct program *program)
{
	size_t at = 0;

	if (command != program->commands) {
		fprintf(out, "%s [OPTION...]%s%s\n\n", command->name, command->arguments ? " " : "",
			command->arguments ?: "");
		text_wrap(out, command->summary, 0, 0, WIDTH);
		return;
	}
	fputs("[OPTION...] [COMMAND]\n\n", out);
	text_wrap(out, program->workflow->summary, 0, 0, WIDTH);
	fputs("\nCommands:\n", out);
	put_command(out, program->commands);
	while ((command = program_next_command(program, &at)))
		put_command(out, command);
}

static void put_tail(const struct command *command, const struct program *program)
{
	const struct step *const *step = program->workflow->steps;

	if (command == program->commands) {
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

/* Of a command its own options alone: there are many that all of them have. */
static void put_pointers(const struct command *command, const char *name)
{
	if (command->example)
		printf("\nExample:\n  %s %s\n", name, command->example);
	printf("\nThe options that every command has: %s --help\n"
	       "What all of it means: man %s\n",
	       name, name);
}

void options_help(const struct options *options, const struct program *program)
{
	const char *argv[] = { program->workflow->program, NULL };
	bool whole = options->command == program->commands;
	struct option_tables tables;
	_cleanup_free_ char *head = NULL;
	FILE *out = stream_open(&head, NULL);
	poptContext context;

	put_head(out, options->command, program);
	stream_close(&out);
	head[strlen(head) - 1] = '\0'; /* popt ends the line */
	option_tables_init(&tables, program->workflow, options->command);
	if (!whole) /* what stands behind the command's own */
		tables.all[options->command->options != NULL] = (struct poptOption)POPT_TABLEEND;
	context = poptGetContext(NULL, 1, argv, tables.all, 0);
	if (!context)
		no_memory();
	poptSetOtherOptionHelp(context, head);
	poptPrintHelp(context, stdout, 0);
	poptFreeContext(context);
	put_tail(options->command, program);
	if (!whole)
		put_pointers(options->command, program->workflow->program);
}
