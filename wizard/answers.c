/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#include "wizard/answers.h"
#include "wizard/strings.h"
#include "wizard/screen.h"
#include "wizard/util.h"

const struct question answers_engine[] = {
	{ "undo.apply", "yes no", "yes", "take the changes back?" },
	{ "output.replace", "yes no", "no", "replace a file that is there already?" },
	{ 0 },
};

/* KEY or KEY[SUBJECT] = VALUE. The strings are slices of one block of memory, `line`. */
struct answer {
	char *line;
	const char *key;
	const char *subject; /* may be NULL */
	const char *value;
	size_t number; /* of the line in the answers file; 0: the command line */
	bool asked;    /* a question has come that it answers, or would but for a better one */
};

/* As they are looked up: what the command line said comes first. */
struct answers {
	const struct question *questions;
	bool yes;
	struct answer *items;
	size_t count;
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

	return question ?: find_question(answers_engine, key);
}

static int unknown_key(const struct answers *answers, const char *key, struct error *err)
{
	const struct question *tables[] = { answers->questions, answers_engine };
	_cleanup_(strings_clear) struct strings keys = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(tables); i++)
		for (const struct question *at = tables[i]; at && at->key; at++)
			strings_add(&keys, at->key);
	return strings_unknown("question", key, &keys, err);
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

	answer->line = str_copy(text);
	equals = find_equals(answer->line, &subject);
	if (!equals)
		return error_set(err, EINVAL, "write KEY = VALUE or KEY[SUBJECT] = VALUE",
				 "no \"=\" after a key in \"%s\"", text);
	*equals = '\0';
	answer->key = str_trim(answer->line);
	answer->subject = subject ? str_trim(subject) : NULL;
	answer->value = str_trim(equals + 1);
	return 0;
}

char *answers_name(const char *key, const char *subject)
{
	return subject ? str_printf("%s[%s]", key, subject) : str_copy(key);
}

/* "KEY[SUBJECT] = VALUE" */
static char *answer_text(const struct answer *answer)
{
	_cleanup_free_ char *name = answers_name(answer->key, answer->subject);

	return str_printf("%s = %s", name, answer->value);
}

static bool same_subject(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static int check_twice(const struct answers *answers, const struct answer *answer,
		       struct error *err)
{
	for (const struct answer *at = answers->items; at < answer; at++) {
		_cleanup_free_ char *name = NULL;

		if (!at->number != !answer->number || strcmp(at->key, answer->key) != 0 ||
		    !same_subject(at->subject, answer->subject))
			continue;
		name = answers_name(answer->key, answer->subject);
		error_set(err, EINVAL, "keep the one that you mean", "%s is answered twice", name);
		if (at->number)
			error_remedy(err, "it is answered on line %zu already: keep one of them",
				     at->number);
		return -EINVAL;
	}
	return 0;
}

static int check(const struct answers *answers, const struct answer *answer, struct error *err)
{
	const struct question *question = answers_question(answers, answer->key);
	_cleanup_(strings_clear) struct strings choices = { 0 };
	int r;

	if (!question)
		return unknown_key(answers, answer->key, err);
	strings_split(&choices, question->choices ?: "", " ");
	if (question->choices && !strings_has(&choices, answer->value)) {
		error_set(err, EINVAL, NULL, "%s cannot be \"%s\"", answer->key, answer->value);
		return error_remedy(err, "it accepts one of: %s", question->choices);
	}
	if (!question->check && answer->subject)
		return error_set(err, EINVAL, "leave out the brackets and what is in them",
				 "%s is asked about nothing in particular, not about \"%s\"",
				 answer->key, answer->subject);
	r = question->check ? question->check(answer->subject, answer->value, err) : 0;
	return r < 0 ? r : check_twice(answers, answer, err);
}

static int add(struct answers *answers, const char *text, size_t number, struct error *err)
{
	struct answer *answer = array_push(&answers->items, &answers->count, sizeof(*answer));

	answer->number = number;
	return split(answer, text, err) ?: check(answers, answer, err);
}

struct answers *answers_new(const struct question *questions, bool yes)
{
	struct answers *answers = memory_new(1, sizeof(*answers));

	answers->questions = questions;
	answers->yes = yes;
	return answers;
}

int answers_add(struct answers *answers, const char *text, struct error *err)
{
	int r = add(answers, text, 0, err);

	return r == -EINVAL ? error_prefix(err, "--answer %s", text) : r;
}

int answers_read(struct answers *answers, const char *path, struct error *err)
{
	_cleanup_free_ char *text = NULL;
	size_t length, number = 0;
	struct stat found;
	char *rest;

	/* A device may have no end. */
	if (stat(path, &found) == 0 && (S_ISCHR(found.st_mode) || S_ISBLK(found.st_mode)))
		return error_set(err, EINVAL, "give a text file with lines KEY = VALUE",
				 "--answers: %s is a device: it is not an answers file", path);
	if (file_read(path, &text, &length, err) < 0)
		return error_prefix(err, "--answers");
	if (strlen(text) != length)
		return error_set(err, EINVAL, "give a text file with lines KEY = VALUE",
				 "%s holds zero bytes: it is not an answers file", path);
	rest = text;
	for (char *line = strsep(&rest, "\n"); line; line = strsep(&rest, "\n")) {
		const char *trimmed = str_trim(line);
		int r;

		number++;
		if (!*trimmed || *trimmed == '#')
			continue;
		r = add(answers, trimmed, number, err);
		if (r < 0)
			return r == -EINVAL ? error_prefix(err, "%s:%zu", path, number) : r;
	}
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

/* How well an answer fits what is asked about; the best one wins. */
enum fit { FIT_NOT, FIT_KEY, FIT_SAME, FIT_EXACT };

static enum fit fit(const struct answers *answers, const struct answer *answer, const char *key,
		    const char *subject)
{
	const struct question *question;

	if (strcmp(answer->key, key) != 0)
		return FIT_NOT;
	if (!answer->subject)
		return FIT_KEY;
	if (!subject)
		return FIT_NOT;
	if (strcmp(answer->subject, subject) == 0)
		return FIT_EXACT;
	question = answers_question(answers, key);
	return question->same && question->same(answer->subject, subject) ? FIT_SAME : FIT_NOT;
}

static bool is_strict(const struct answers *answers, const struct answer *answer)
{
	const char *strict = answers_question(answers, answer->key)->strict;

	return strict && strcmp(answer->value, strict) == 0;
}

/* *other: one that fits as well, and says something else; NULL: none. */
static const struct answer *look_up(const struct answers *answers, const char *key,
				    const char *subject, const struct answer **other)
{
	const struct answer *best = NULL;
	enum fit how = FIT_NOT;

	*other = NULL;
	for (size_t i = 0; i < answers->count; i++) {
		const struct answer *at = &answers->items[i];
		enum fit found = fit(answers, at, key, subject);

		if (found > how) {
			how = found;
			best = at;
			*other = NULL;
		} else if (found == FIT_SAME && found == how && strcmp(at->value, best->value) &&
			   !same_subject(at->subject, best->subject)) {
			bool wins = is_strict(answers, at);

			*other = wins ? best : at;
			best = wins ? at : best;
		}
	}
	return best;
}

static const char *origin_of(const struct answer *answer)
{
	return answer->number ? "answers file" : "--answer";
}

const char *answers_find(const struct answers *answers, const char *key, const char *subject,
			 const char **origin)
{
	const struct answer *other, *found = look_up(answers, key, subject, &other);
	const struct question *question = answers_question(answers, key);
	bool yes = answers->yes && question && question->recommended;

	if (origin && (found || yes))
		*origin = found ? origin_of(found) : "--yes";
	return found ? found->value : yes ? question->recommended : NULL;
}

void answers_mark(struct answers *answers, const char *key, const char *subject)
{
	for (size_t i = 0; i < answers->count; i++)
		if (fit(answers, &answers->items[i], key, subject) != FIT_NOT)
			answers->items[i].asked = true;
}

const char *answers_take(struct answers *answers, const char *key, const char *subject,
			 const char **origin)
{
	const struct answer *other, *found = look_up(answers, key, subject, &other);

	answers_mark(answers, key, subject);
	if (other) {
		_cleanup_free_ char *one = answer_text(found), *two = answer_text(other);

		screen_mark(MARK_WARN, "Two answers disagree here. Taken: %s. Not taken: %s.", one,
			    two);
	}
	return answers_find(answers, key, subject, origin);
}

const char *answers_unused(const struct answers *answers, const char *key, const char *value,
			   size_t *at)
{
	while (*at < answers->count) {
		const struct answer *answer = &answers->items[(*at)++];

		if (!answer->asked && answer->subject && strcmp(answer->key, key) == 0 &&
		    strcmp(answer->value, value) == 0)
			return answer->subject;
	}
	return NULL;
}

void answers_say_unused(const struct answers *answers)
{
	_cleanup_(strings_clear) struct strings keys = { 0 };
	_cleanup_free_ char *list = NULL;

	for (size_t i = 0; i < answers->count; i++) {
		const struct answer *answer = &answers->items[i];
		_cleanup_free_ char *text = answer_text(answer);

		if (answer->asked)
			continue;
		if (answer->subject || !answer->number)
			screen_mark(MARK_WARN, "%s (%s) was never asked for in this run", text,
				    origin_of(answer));
		else
			strings_add(&keys, answer->key);
	}
	list = strings_join(&keys, ", ");
	if (*list)
		screen_say("In the answers file, and not asked for in this run: %s", list);
}
