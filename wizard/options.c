/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <popt.h>
#include <string.h>
#include <sys/stat.h>

#include "wizard/names.h"
#include "wizard/options.h"
#include "wizard/util.h"

/* Far from the values that a workflow's table may use. */
enum {
	OPTION_ROOT = 0x4700,
	OPTION_ANSWERS,
	OPTION_ANSWER,
	OPTION_YES,
	OPTION_JSON,
	OPTION_FORCE,
	OPTION_NO_COLOR,
	OPTION_PLAIN,
	OPTION_HELP,
	OPTION_VERSION,
};

static const struct poptOption engine_options[] = {
	{ "root", 0, POPT_ARG_STRING, NULL, OPTION_ROOT, "work in this scratch root, not in /",
	  "DIR" },
	{ "yes", 'y', POPT_ARG_NONE, NULL, OPTION_YES,
	  "answer what has a recommended answer with that", NULL },
	{ "answer", 0, POPT_ARG_STRING, NULL, OPTION_ANSWER,
	  "answer a question beforehand (may be repeated); KEY[SUBJECT]=VALUE for one subject",
	  "KEY=VALUE" },
	{ "answers", 0, POPT_ARG_STRING, NULL, OPTION_ANSWERS,
	  "answer questions beforehand: lines KEY = VALUE", "FILE" },
	{ "force", 0, POPT_ARG_NONE, NULL, OPTION_FORCE,
	  "write into a file that is there already, without a question", NULL },
	{ "json", 0, POPT_ARG_NONE, NULL, OPTION_JSON, "print results as JSON", NULL },
	{ "no-color", 0, POPT_ARG_NONE, NULL, OPTION_NO_COLOR,
	  "no colours (also: NO_COLOR in the environment)", NULL },
	{ "plain", 0, POPT_ARG_NONE, NULL, OPTION_PLAIN,
	  "no colours, nothing is redrawn in place, and keys are told in words: for screen readers "
	  "and logs",
	  NULL },
	{ "help", 'h', POPT_ARG_NONE, NULL, OPTION_HELP, "print this help, or a command's", NULL },
	{ "version", 0, POPT_ARG_NONE, NULL, OPTION_VERSION, "print the version", NULL },
	POPT_TABLEEND,
};

void option_tables_init(struct option_tables *tables, const struct workflow *workflow,
			const struct command *command)
{
	const struct poptOption end = POPT_TABLEEND;
	const struct {
		const struct poptOption *options;
		const char *title;
	} parts[] = {
		{ command ? command->options : NULL, "Options of this command:" },
		{ workflow->options, "Options for every command:" },
		{ engine_options, "Common options:" },
	};

	for (size_t i = 0, at = 0; i <= ARRAY_SIZE(parts); i++) {
		if (i == ARRAY_SIZE(parts))
			tables->all[at] = end;
		else if (parts[i].options)
			tables->all[at++] = (struct poptOption){
				.argInfo = POPT_ARG_INCLUDE_TABLE,
				.arg = (void *)parts[i].options,
				.descrip = parts[i].title,
			};
	}
}

static void context_free(poptContext *context)
{
	poptFreeContext(*context);
}

/* ---- errors --------------------------------------------------------------------------------- */

static int collect_names(const struct option_tables *tables, const char ***names, size_t *count)
{
	for (const struct poptOption *table = tables->all; table->arg; table++) {
		const struct poptOption *option = table->arg;

		for (; option->longName || option->shortName || option->arg; option++) {
			const char **name;

			if (!option->longName)
				continue;
			name = array_push(names, count, sizeof(**names));
			if (!name)
				return -ENOMEM;
			*name = option->longName;
		}
	}
	return array_push(names, count, sizeof(**names)) ? 0 : -ENOMEM;
}

static int unknown_option(const struct option_tables *tables, const char *option, const char *help,
			  struct error *err)
{
	_cleanup_free_ const char **names = NULL;
	_cleanup_free_ char *bare = strndup(option, strcspn(option, "="));
	size_t count = 0;
	const char *nearest;

	if (!bare || collect_names(tables, &names, &count) < 0)
		return error_nomem(err);
	error_set(err, EINVAL, NULL, "unknown option %s", bare);
	nearest = names_nearest(bare + strspn(bare, "-"), names);
	if (nearest)
		return error_remedy(err, "did you mean --%s? All options: %s --help", nearest,
				    help);
	return error_remedy(err, "see what there is: %s --help", help);
}

static int bad_option(poptContext context, int code, const struct option_tables *tables,
		      const char *help, struct error *err)
{
	const char *option = poptBadOption(context, POPT_BADOPTION_NOALIAS);

	if (code == POPT_ERROR_MALLOC)
		return error_nomem(err);
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

static int unknown_command(const struct program *program, const char *name, struct error *err)
{
	const struct command *const *lists[] = { program->commands, program->workflow->commands };
	_cleanup_free_ const char **names = NULL;
	size_t count = 0;

	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		for (const struct command *const *at = lists[i]; at && *at; at++) {
			const char **room = array_push(&names, &count, sizeof(*names));

			if (!room)
				return error_nomem(err);
			*room = (*at)->name;
		}
	}
	if (!array_push(&names, &count, sizeof(*names)))
		return error_nomem(err);
	return names_unknown("command", name, names, err);
}

/* ---- reading -------------------------------------------------------------------------------- */

static int set_root(struct options *options, const char *path, struct error *err)
{
	struct stat info;
	char *resolved = realpath(path, NULL);

	if (!resolved)
		return error_set(err, errno, "create the folder, or correct the path",
				 "--root %s: %s", path, strerror(errno));
	free(options->root);
	options->root = resolved;
	options->session.root = resolved;
	if (stat(resolved, &info) < 0 || !S_ISDIR(info.st_mode))
		return error_set(err, ENOTDIR, "give a folder", "--root %s: not a directory", path);
	return 0;
}

/* Keeps the list NULL-terminated at every moment, for options_clear(). */
static int add_word(char ***words, const char *word, struct error *err)
{
	size_t count = 0;
	char **more;

	while (*words && (*words)[count])
		count++;
	more = reallocarray(*words, count + 2, sizeof(*more));
	if (!more)
		return error_nomem(err);
	*words = more;
	more[count + 1] = NULL;
	more[count] = strdup(word);
	return more[count] ? 0 : error_nomem(err);
}

static int take_option(struct options *options, int which, char *value, struct error *err)
{
	switch (which) {
	case OPTION_ROOT:
		return set_root(options, value, err);
	case OPTION_ANSWER:
		return add_word(&options->session.answers, value, err);
	case OPTION_ANSWERS:
		free(options->answers);
		options->answers = strdup(value);
		options->session.answers_file = options->answers;
		return options->answers ? 0 : error_nomem(err);
	case OPTION_YES:
		options->session.yes = true;
		break;
	case OPTION_JSON:
		options->session.json = true;
		break;
	case OPTION_FORCE:
		options->session.force = true;
		break;
	case OPTION_NO_COLOR:
		options->session.plain = true;
		break;
	case OPTION_PLAIN:
		options->session.plain = options->session.lines = true;
		break;
	case OPTION_HELP:
		options->help = true;
		break;
	case OPTION_VERSION:
		options->version = true;
		break;
	}
	return 0;
}

/* Read argv as these tables say; *words gets what is no option. With until_word everything from the
 * first such word on is left as it is. */
static int read_words(struct options *options, int argc, const char **argv,
		      const struct option_tables *tables, bool until_word, const char *help,
		      char ***words, struct error *err)
{
	poptContext context __attribute__((cleanup(context_free))) = poptGetContext(
		NULL, argc, argv, tables->all, until_word ? POPT_CONTEXT_POSIXMEHARDER : 0);
	const char **left;
	int which, r = 0;

	if (!context)
		return error_nomem(err);
	while (r == 0 && (which = poptGetNextOpt(context)) >= 0) {
		_cleanup_free_ char *value = poptGetOptArg(context);

		r = take_option(options, which, value, err);
	}
	if (r < 0)
		return r;
	if (which < -1)
		return bad_option(context, which, tables, help, err);
	for (left = poptGetArgs(context); left && *left && r == 0; left++)
		r = add_word(words, *left, err);
	return r;
}

static const struct command *find_command(const struct program *program, const char *name)
{
	const struct command *const *lists[] = { program->commands, program->workflow->commands };

	for (size_t i = 0; i < ARRAY_SIZE(lists); i++)
		for (const struct command *const *at = lists[i]; at && *at; at++)
			if (strcmp((*at)->name, name) == 0)
				return *at;
	return NULL;
}

static void free_words(char **words)
{
	for (char **word = words; word && *word; word++)
		free(*word);
	free(words);
}

static void cleanup_words(char ***words)
{
	free_words(*words);
}

/* What stands behind the command's name, and its own options with it. */
static int read_command(struct options *options, char **words, const struct program *program,
			struct error *err)
{
	const struct command *command = options->command;
	_cleanup_free_ char *help = str_printf("%s %s", program->workflow->program, command->name);
	struct option_tables tables;
	int argc = 0, r;

	if (!help)
		return error_nomem(err);
	while (words[argc])
		argc++;
	option_tables_init(&tables, program->workflow, command);
	r = read_words(options, argc, (const char **)words, &tables, false, help,
		       &options->arguments, err);
	if (r < 0 || command->arguments || !options->arguments || options->help)
		return r;
	error_set(err, EINVAL, NULL, "surplus argument \"%s\"", options->arguments[0]);
	return error_remedy(err, "\"%s\" takes no arguments; see %s --help", command->name, help);
}

int options_parse(struct options *options, int argc, char **argv, const struct program *program,
		  struct error *err)
{
	char **words __attribute__((cleanup(cleanup_words))) = NULL;
	struct option_tables tables;
	int r;

	*options = (struct options){
		.session.root = "/",
		.command = program->resume,
		.words = argv + (argc > 0),
	};
	option_tables_init(&tables, program->workflow, NULL);
	r = read_words(options, argc, (const char **)argv, &tables, true,
		       program->workflow->program, &words, err);
	if (r < 0 || !words)
		return r;
	options->command = find_command(program, words[0]);
	if (!options->command)
		return unknown_command(program, words[0], err);
	return read_command(options, words, program, err);
}

void options_clear(struct options *options)
{
	free(options->root);
	free(options->answers);
	free_words(options->session.answers);
	free_words(options->arguments);
	*options = (struct options){ 0 };
}
