/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <popt.h>
#include <stdio.h>
#include <string.h>

#include "wizard/answers.h"
#include "wizard/completion.h"
#include "wizard/util.h"

/* ---- the shells ------------------------------------------------------------------------------ */

static int print_script(const struct workflow *workflow, const char *shell, struct error *err)
{
	_cleanup_(strings_clear) struct strings names = { 0 };
	const struct completion *at = workflow->completions;

	for (; at && at->shell; at++) {
		if (strcmp(at->shell, shell) == 0) {
			fputs(at->script, stdout);
			return 0;
		}
		strings_add(&names, at->shell);
	}
	return strings_unknown("shell", shell, &names, err);
}

/* ---- what can stand there -------------------------------------------------------------------- */

/* The line as far as it is typed. */
struct typed {
	const struct program *program;
	const struct command *command; /* NULL: none yet */
	struct option_tables tables;
	const struct poptOption *waits; /* the option whose value comes next */
	const char *word;               /* the last, which is to be completed */
};

static void offer(const struct typed *typed, const char *before, const char *name,
		  const char *behind, const char *meaning)
{
	_cleanup_free_ char *word = str_printf("%s%s%s", before, name, behind);

	if (str_starts(word, typed->word))
		printf("%s\t%s\n", word, meaning ?: "");
}

static bool takes_value(const struct poptOption *option)
{
	return (option->argInfo & POPT_ARG_MASK) != POPT_ARG_NONE;
}

/* The option that a word names, with or without a value behind it; NULL: none. */
static const struct poptOption *find_option(const struct typed *typed, const char *word)
{
	for (const struct poptOption *table = typed->tables.all; table->arg; table++)
		for (const struct poptOption *at = table->arg; at->longName; at++) {
			const char *rest = str_starts(word, "--");

			rest = rest ? str_starts(rest, at->longName) : NULL;
			if ((rest && (!*rest || *rest == '=')) ||
			    (at->shortName && word[0] == '-' && word[1] == at->shortName &&
			     !word[2]))
				return at;
		}
	return NULL;
}

static void take_word(struct typed *typed, const char *word)
{
	const struct poptOption *option = *word == '-' ? find_option(typed, word) : NULL;

	if (typed->waits) {
		typed->waits = NULL;
	} else if (option && takes_value(option) && !strchr(word, '=')) {
		typed->waits = option;
	} else if (*word != '-' && !typed->command) {
		typed->command = program_command(typed->program, word);
		option_tables_init(&typed->tables, typed->program->workflow, typed->command);
	}
}

static void offer_answers(const struct typed *typed, const char *before)
{
	const struct question *tables[] = { typed->program->workflow->questions, answers_engine };
	size_t length = strlen(before);
	bool keyed = strlen(typed->word) > length && strchr(typed->word + length, '=');

	for (size_t i = 0; i < ARRAY_SIZE(tables); i++)
		for (const struct question *at = tables[i]; at && at->key; at++) {
			_cleanup_free_ char *key = str_printf("%s%s=", before, at->key);
			_cleanup_(strings_clear) struct strings values = { 0 };

			if (!keyed)
				offer(typed, key, "", "", at->meaning);
			else if (at->choices)
				strings_split(&values, at->choices, " ");
			for (size_t value = 0; value < values.count; value++)
				offer(typed, key, values.items[value], "", NULL);
		}
}

static void offer_values(const struct typed *typed, const struct poptOption *option,
			 const char *before)
{
	_cleanup_(strings_clear) struct strings names = { 0 };

	if (strcmp(option->longName, "answer") == 0)
		offer_answers(typed, before);
	else if (typed->program->workflow->names_of)
		typed->program->workflow->names_of(option->longName, &names);
	for (size_t i = 0; i < names.count; i++)
		offer(typed, before, names.items[i], "", NULL);
}

static void offer_options(const struct typed *typed)
{
	for (const struct poptOption *table = typed->tables.all; table->arg; table++)
		for (const struct poptOption *at = table->arg; at->longName; at++)
			offer(typed, "--", at->longName, takes_value(at) ? "=" : "", at->descrip);
}

static void offer_commands(const struct typed *typed)
{
	const struct command *command;
	size_t at = 0;

	while ((command = program_next_command(typed->program, &at)))
		offer(typed, command->name, "", "", command->summary);
}

static void offer_arguments(const struct typed *typed)
{
	const struct step *const *step = typed->program->workflow->steps;
	const struct completion *shell = typed->program->workflow->completions;
	const char *takes = typed->command ? typed->command->arguments : "COMMAND";

	if (!takes && !*typed->word)
		offer_options(typed);
	else if (takes && strstr(takes, "COMMAND"))
		offer_commands(typed);
	else if (takes && strcmp(takes, "SHELL") == 0)
		for (; shell && shell->shell; shell++)
			offer(typed, shell->shell, "", "", NULL);
	else if (takes && str_starts(takes, "STEP"))
		for (; *step; step++)
			offer(typed, (*step)->name, "", "", (*step)->title);
}

static void offer_all(const struct program *program, char *const *words)
{
	struct typed typed = { .program = program, .word = "" };
	const char *value;

	option_tables_init(&typed.tables, program->workflow, NULL);
	for (; words[0] && words[1]; words++)
		take_word(&typed, words[0]);
	if (words[0])
		typed.word = words[0];
	value = strchr(typed.word, '=');
	if (typed.waits) {
		offer_values(&typed, typed.waits, "");
	} else if (str_starts(typed.word, "--") && value) {
		const struct poptOption *option = find_option(&typed, typed.word);
		_cleanup_free_ char *before =
			memory_copy(typed.word, (size_t)(value + 1 - typed.word));

		if (option)
			offer_values(&typed, option, before);
	} else if (*typed.word == '-') {
		offer_options(&typed);
	} else {
		offer_arguments(&typed);
	}
}

int completion_print(const struct program *program, const struct strings *arguments,
		     struct error *err)
{
	if (!arguments->count || strcmp(arguments->items[0], "words") != 0)
		return print_script(program->workflow, arguments->count ? arguments->items[0] : "",
				    err);
	offer_all(program, arguments->items + 1);
	return 0;
}
