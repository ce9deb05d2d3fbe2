/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "wizard/answers.h"
#include "wizard/names.h"
#include "wizard/util.h"

/* What the engine itself asks; a workflow need not list these. */
static const struct question engine_questions[] = {
	{ "undo.apply", "yes no", "yes", "take the changes back?" },
	{ NULL, NULL, NULL, NULL },
};

/* KEY or KEY[SUBJECT] = VALUE. The strings are slices of one block of memory, `line`. */
struct answer {
	char *line;
	const char *key;
	const char *subject; /* may be NULL */
	const char *value;
	const char *origin;
	size_t number; /* of the line in the answers file */
};

/* As they are looked up: what the command line said comes first. */
struct answers {
	const struct question *questions;
	bool yes;
	struct answer *items;
	size_t count;
};

/* Where an answer stands, for errors. */
struct place {
	const char *origin; /* "--answer" or "answers file" */
	const char *file;   /* NULL: the command line */
	size_t number;
};

static const struct question *find_question(const struct question *questions, const char *key)
{
	for (; questions && questions->key; questions++)
		if (strcmp(questions->key, key) == 0)
			return questions;
	return NULL;
}

const struct question *answers_question(const struct answers *answers, const char *key)
{
	const struct question *question = find_question(answers->questions, key);

	return question ? question : find_question(engine_questions, key);
}

static int place_prefix(const struct place *place, const char *text, struct error *err)
{
	if (place->file)
		return error_prefix(err, "%s:%zu", place->file, place->number);
	return error_prefix(err, "--answer %s", text);
}

static int unknown_key(const struct answers *answers, const char *key, struct error *err)
{
	const struct question *tables[] = { answers->questions, engine_questions };
	_cleanup_free_ const char **keys = NULL;
	size_t count = 0;

	for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
		for (const struct question *at = tables[i]; at && at->key; at++) {
			const char **room = array_push(&keys, &count, sizeof(*keys));

			if (!room)
				return error_nomem(err);
			*room = at->key;
		}
	}
	/* The end: array_push() zeroes. */
	if (!array_push(&keys, &count, sizeof(*keys)))
		return error_nomem(err);
	return names_unknown("question", key, keys, err);
}

static bool is_word_of(const char *word, const char *words)
{
	size_t length = strlen(word);

	while (*words) {
		size_t next = strcspn(words, " ");

		if (length && next == length && strncmp(words, word, length) == 0)
			return true;
		words += next;
		words += strspn(words, " ");
	}
	return false;
}

static char *trim(char *text)
{
	char *end;

	while (isspace((unsigned char)*text))
		text++;
	end = text + strlen(text);
	while (end > text && isspace((unsigned char)end[-1]))
		end--;
	*end = '\0';
	return text;
}

/* The '=' behind "KEY" or "KEY[SUBJECT]". A subject may hold '=' and ']', so its end is the first
 * ']' that a '=' follows. */
static char *find_equals(char *text, char **subject)
{
	char *at = text + strcspn(text, "[=");

	*subject = NULL;
	if (*at != '[')
		return *at ? at : NULL;
	for (char *end = strchr(at, ']'); end; end = strchr(end + 1, ']')) {
		char *equals = end + 1 + strspn(end + 1, " \t");

		if (*equals == '=') {
			*at = *end = '\0';
			*subject = at + 1;
			return equals;
		}
	}
	return NULL;
}

static int split(struct answer *answer, const char *text, struct error *err)
{
	char *subject, *equals;

	answer->line = strdup(text);
	if (!answer->line)
		return error_nomem(err);
	equals = find_equals(answer->line, &subject);
	if (!equals)
		return error_set(err, EINVAL, "write KEY = VALUE or KEY[SUBJECT] = VALUE",
				 "no \"=\" after a key in \"%s\"", text);
	*equals = '\0';
	answer->key = trim(answer->line);
	answer->subject = subject ? trim(subject) : NULL;
	answer->value = trim(equals + 1);
	return 0;
}

static bool same_subject(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static int check(const struct answers *answers, const struct answer *answer, struct error *err)
{
	const struct question *question = answers_question(answers, answer->key);

	if (!question)
		return unknown_key(answers, answer->key, err);
	if (question->choices && !is_word_of(answer->value, question->choices)) {
		error_set(err, EINVAL, NULL, "%s cannot be \"%s\"", answer->key, answer->value);
		return error_remedy(err, "it accepts one of: %s", question->choices);
	}
	for (const struct answer *at = answers->items; at < answer; at++) {
		if (at->origin != answer->origin || strcmp(at->key, answer->key) != 0 ||
		    !same_subject(at->subject, answer->subject))
			continue;
		error_set(err, EINVAL, "keep the one that you mean", "%s%s%s%s is answered twice",
			  answer->key, answer->subject ? "[" : "",
			  answer->subject ? answer->subject : "", answer->subject ? "]" : "");
		if (at->number)
			error_remedy(err, "it is answered on line %zu already: keep one of them",
				     at->number);
		return -EINVAL;
	}
	return 0;
}

static int add(struct answers *answers, const char *text, const struct place *place,
	       struct error *err)
{
	struct answer *answer = array_push(&answers->items, &answers->count, sizeof(*answer));
	int r;

	if (!answer)
		return error_nomem(err);
	answer->origin = place->origin;
	answer->number = place->number;
	r = split(answer, text, err);
	if (r == 0)
		r = check(answers, answer, err);
	return r == -EINVAL ? place_prefix(place, text, err) : r;
}

static int read_answers_file(struct answers *answers, const char *path, struct error *err)
{
	struct place place = { .origin = "answers file", .file = path };
	_cleanup_free_ char *text = NULL;
	size_t length;
	char *rest;
	int r = file_read(path, &text, &length, err);

	if (r < 0)
		return error_prefix(err, "--answers");
	if (strlen(text) != length)
		return error_set(err, EINVAL, "give a text file with lines KEY = VALUE",
				 "%s holds zero bytes: it is not an answers file", path);
	rest = text;
	for (char *line = strsep(&rest, "\n"); line; line = strsep(&rest, "\n")) {
		const char *trimmed = trim(line);

		place.number++;
		if (!*trimmed || *trimmed == '#')
			continue;
		r = add(answers, trimmed, &place, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int read_all(struct answers *answers, const struct session_options *options,
		    struct error *err)
{
	struct place place = { .origin = "--answer" };
	int r;

	for (char **answer = options->answers; answer && *answer; answer++) {
		r = add(answers, *answer, &place, err);
		if (r < 0)
			return r;
	}
	return options->answers_file ? read_answers_file(answers, options->answers_file, err) : 0;
}

int answers_new(struct answers **answers, const struct workflow *workflow,
		const struct session_options *options, struct error *err)
{
	struct answers *made = calloc(1, sizeof(*made));
	int r;

	if (!made)
		return error_nomem(err);
	made->questions = workflow->questions;
	made->yes = options->yes;
	r = read_all(made, options, err);
	if (r < 0) {
		answers_free(made);
		return r;
	}
	*answers = made;
	return 0;
}

void answers_free(struct answers *answers)
{
	if (!answers)
		return;
	for (size_t i = 0; i < answers->count; i++)
		free(answers->items[i].line);
	free(answers->items);
	free(answers);
}

static const struct answer *look_up(const struct answers *answers, const char *key,
				    const char *subject)
{
	for (size_t i = 0; i < answers->count; i++)
		if (strcmp(answers->items[i].key, key) == 0 &&
		    same_subject(answers->items[i].subject, subject))
			return &answers->items[i];
	return NULL;
}

const char *answers_find(const struct answers *answers, const char *key, const char *subject,
			 const char **origin)
{
	const struct answer *found = subject ? look_up(answers, key, subject) : NULL;
	const struct question *question = answers_question(answers, key);
	const char *from = NULL, *value = NULL;

	if (!found)
		found = look_up(answers, key, NULL);
	if (found) {
		value = found->value;
		from = found->origin;
	} else if (answers->yes && question && question->recommended) {
		value = question->recommended;
		from = "--yes";
	}
	if (origin && value)
		*origin = from;
	return value;
}
