/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every question stands in the answers example, every option and step in the man page; and what the
 * runner asks of itself is a question. */
#include <popt.h>
#include <stdbool.h>
#include <string.h>

#include "steps/steps.h"
#include "tests/unit/unit.h"
#include "wizard/answers.h"
#include "wizard/strings.h"
#include "wizard/util.h"

extern const char template_answers_example[];

/* The value that these answers give the key, in new memory; NULL: none. */
static char *value_in(const char *answers, const char *key)
{
	_cleanup_free_ char *line = str_printf("\n%s = ", key);
	const char *found = strstr(answers, line);

	return found ? strndup(found + strlen(line), strcspn(found + strlen(line), "\n")) : NULL;
}

static bool is_question(const char *key, size_t length)
{
	for (const struct question *question = workflow.questions; question->key; question++)
		if (strlen(question->key) == length && !strncmp(question->key, key, length))
			return true;
	return false;
}

static void the_example_has_every_question(void **state)
{
	(void)state;
	for (const struct question *question = workflow.questions; question->key; question++) {
		_cleanup_free_ char *value = value_in(template_answers_example, question->key);

		if (!value)
			fail_msg("not in answers.example: %s", question->key);
		if (question->recommended)
			assert_string_equal(value, question->recommended);
	}
}

/* exercise.also has an answer without being asked: what the configuration does not speak for is
 * wanted by name alone. */
static void all_yes_has_every_question(void **state)
{
	_cleanup_free_ char *answers = NULL;

	(void)state;
	assert_int_equal(file_read("tests/fixtures/answers/all-yes", &answers, NULL, NULL), 0);
	for (const struct question *question = workflow.questions; question->key; question++) {
		_cleanup_free_ char *value = value_in(answers, question->key);

		if (!strcmp(question->key, "exercise.also"))
			continue;
		if (!value)
			fail_msg("not in tests/fixtures/answers/all-yes: %s", question->key);
		assert_string_equal(value, question->recommended);
	}
}

static void each_step_that_is_applied_has_its_question(void **state)
{
	(void)state;
	for (const struct step *const *step = workflow.steps; *step; step++) {
		_cleanup_free_ char *key = str_printf("%s.apply", (*step)->name);
		bool asked = (*step)->flags & STEP_CHANGES_SYSTEM &&
			     (!(*step)->ask || (*step)->flags & STEP_ASKS_FIRST);

		if (asked && !is_question(key, strlen(key)))
			fail_msg("no question of the workflow: %s", key);
	}
}

/* The comment above names them: between the blank line before, and the key. */
static void the_example_has_every_choice(void **state)
{
	(void)state;
	for (const struct question *question = workflow.questions; question->key; question++) {
		_cleanup_free_ char *line = str_printf("\n%s = ", question->key);
		const char *key = strstr(template_answers_example, line), *from = key;
		_cleanup_free_ char *choices = strdup(question->choices ? question->choices : "");
		_cleanup_free_ char *comment = NULL;
		char *rest = choices, *choice;

		while (from > template_answers_example && strncmp(from, "\n\n", 2) != 0)
			from--;
		comment = strndup(from, (size_t)(key - from));
		while ((choice = strsep(&rest, " ")))
			if (!strstr(comment, choice))
				fail_msg("answers.example: %s does not name %s", question->key,
					 choice);
	}
}

static void the_example_has_nothing_else(void **state)
{
	const char *line = template_answers_example;

	(void)state;
	for (; line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
		size_t length = strcspn(line, " =\n");

		if (*line && !strchr("#\n", *line) && !is_question(line, length) &&
		    strncmp(line, "undo.apply", length) != 0 &&
		    strncmp(line, "output.replace", length) != 0)
			fail_msg("answers.example: no question %.*s", (int)length, line);
	}
}

/* By its long name, or by its letter. */
static void has_options(const char *page, const struct poptOption *options)
{
	for (; options && (options->longName || options->shortName); options++) {
		_cleanup_free_ char *name = str_printf("Fl -%s", options->longName);
		_cleanup_free_ char *letter = str_printf("Fl %c ", options->shortName);

		if (!(options->longName && strstr(page, name)) &&
		    !(options->shortName && strstr(page, letter)))
			fail_msg("not in the man page: --%s", options->longName);
	}
}

static void the_man_page_has_every_option_command_and_step(void **state)
{
	_cleanup_free_ char *page = NULL;

	(void)state;
	assert_int_equal(file_read("galera-selinux.8", &page, NULL, NULL), 0);
	has_options(page, workflow.options);
	for (const struct command *const *command = workflow.commands; *command; command++) {
		_cleanup_free_ char *item = str_printf(".It Cm %s", (*command)->name);

		if (!strstr(page, item))
			fail_msg("not in the man page: %s", (*command)->name);
		has_options(page, (*command)->options);
	}
	for (const struct step *const *step = workflow.steps; *step; step++) {
		_cleanup_free_ char *item = str_printf(".It Cm %s\n", (*step)->name);

		if (!strstr(page, item))
			fail_msg("not in the man page: %s", (*step)->name);
	}
}

/* How galera-selinux-answers(5) begins about a question, in new memory. */
static char *item_of(const struct question *question)
{
	_cleanup_(strings_clear) struct strings choices = { 0 };
	_cleanup_free_ char *values = NULL;

	strings_split(&choices, question->choices ? question->choices : "", " ");
	values = strings_join(&choices, " , ");
	return str_printf(".It Cm %s\n%s%s%sRecommended:\n.Cm %s .\n", question->key,
			  *values ? "Values:\n.Cm " : "A text.", values, *values ? " .\n" : "\n",
			  question->recommended);
}

/* In the order of the tables, and no other. */
static void the_page_of_answers_has_every_question(void **state)
{
	const struct question *const tables[] = { workflow.questions, answers_engine };
	_cleanup_free_ char *page = NULL;
	const char *at;

	(void)state;
	assert_int_equal(file_read("galera-selinux-answers.5", &page, NULL, NULL), 0);
	at = page;
	for (size_t i = 0; i < ARRAY_SIZE(tables); i++)
		for (const struct question *question = tables[i]; question->key; question++) {
			_cleanup_free_ char *item = item_of(question);

			at = strstr(at, ".It Cm ");
			if (!at || strncmp(at, item, strlen(item)) != 0)
				fail_msg("galera-selinux-answers.5 is to have here:\n%sand "
					 "has:\n%.200s",
					 item, at ? at : "nothing");
			at += strlen(item);
		}
	assert_null(strstr(at, ".It Cm "));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_example_has_every_question),
		cmocka_unit_test(all_yes_has_every_question),
		cmocka_unit_test(each_step_that_is_applied_has_its_question),
		cmocka_unit_test(the_example_has_every_choice),
		cmocka_unit_test(the_example_has_nothing_else),
		cmocka_unit_test(the_man_page_has_every_option_command_and_step),
		cmocka_unit_test(the_page_of_answers_has_every_question),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
