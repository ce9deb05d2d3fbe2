/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "wizard/answers.h"
#include "wizard/prompt.h"
#include "wizard/screen.h"
#include "wizard/strings.h"
#include "wizard/terminal.h"
#include "wizard/text.h"
#include "wizard/util.h"

#define INDENT      2
#define TYPING_ROOM 8 /* columns that a prompt leaves for the answer on its line */

struct prompt {
	const struct question *question;
	const char *subject, *text;
	const char *value, *origin; /* of an answer that is settled beforehand; NULL: none */
};

/* Nobody is there to ask: say how the question is settled beforehand. */
static int no_terminal(const struct prompt *prompt, struct error *err)
{
	const struct question *question = prompt->question;
	const char *quote = prompt->subject ? "'" : "", *first = question->recommended;
	_cleanup_(strings_clear) struct strings choices = { 0 }, others = { 0 };
	_cleanup_free_ char *name = answers_name(question->key, prompt->subject), *list = NULL;

	strings_split(&choices, question->choices ?: "", " ");
	if (!first)
		first = choices.count ? choices.items[0] : "TEXT";
	for (size_t i = 0; i < choices.count; i++)
		if (strcmp(choices.items[i], first) != 0)
			strings_add(&others, choices.items[i]);
	list = strings_join(&others, ", ");
	error_set(err, ENOTTY, NULL, "no terminal to ask at: %s", prompt->text);
	error_remedy(err,
		     "answer it with --answer %s%s=%s%s%s%s%s, or a line `%s = %s` in the file"
		     " given by --answers",
		     quote, name, first, quote, others.count ? " (or " : "", list,
		     others.count ? ")" : "", name, first);
	return -ENOTTY;
}

/* What is asked, and whether it is settled beforehand or can be asked at a terminal. */
static int prompt_init(struct prompt *prompt, struct session *session, const char *key,
		       const char *subject, const char *text, struct error *err)
{
	*prompt = (struct prompt){ answers_question(session->answers, key), subject, text };
	if (!prompt->question)
		return error_set(err, EINVAL, "this is a mistake in the program: please report it",
				 "a question without an entry in its table: %s", key);
	prompt->value = answers_take(session->answers, key, subject, &prompt->origin);
	return prompt->value || terminal_present() ? 0 : no_terminal(prompt, err);
}

/* The question, its value and where that came from, as if it had been typed. */
static void echo_answer(const struct prompt *prompt)
{
	screen_say("%s %s (%s)", prompt->text, prompt->value, prompt->origin);
}

/* Shows safe text of which the last line becomes the prompt, with room for the answer behind it. */
static int read_behind(const char *safe, char **line, struct error *err)
{
	_cleanup_free_ char *wrapped = NULL, *prompt = NULL;
	FILE *out = stream_open(&wrapped, NULL);
	char *last;

	text_wrap(out, safe, INDENT, 0, text_width() - TYPING_ROOM);
	stream_close(&out);
	wrapped[strlen(wrapped) - 1] = '\0'; /* the last newline */
	last = strrchr(wrapped, '\n');
	if (last) {
		*last++ = '\0';
		screen_say("%s", wrapped);
	}
	prompt = str_printf("%*s%s ", INDENT, "", last ?: wrapped);
	return terminal_line(prompt, line, err);
}

/* Shows the question and reads a line. `behind` is what the prompt says after the text. */
static int read_answer(const struct prompt *prompt, const char *behind, char **line,
		       struct error *err)
{
	_cleanup_free_ char *safe = text_safe(prompt->text, true);
	_cleanup_free_ char *all = str_printf("%s%s", safe, behind);

	if (!strchr(safe, '\n') && INDENT + text_columns(all) <= text_width() - TYPING_ROOM)
		return read_behind(all, line, err);
	/* Too long for one line: the text stands above, what can be typed on lines of its own. */
	behind += strspn(behind, " :");
	screen_say("%s", safe);
	return read_behind(*behind ? behind : ">", line, err);
}

/* ---- choices ------------------------------------------------------------------------------- */

enum { NO_CHOICE = -1, SEVERAL_CHOICES = -2 };

/* "[y]es" -> "yes" */
static char *label_word(const struct choice *choice)
{
	char *word = str_copy(choice->label), *to = word;

	for (const char *from = choice->label; *from; from++)
		if (*from != '[' && *from != ']')
			*to++ = *from;
	*to = '\0';
	return word;
}

enum match { MATCH_LETTER, MATCH_LETTER_ANY_CASE, MATCH_WORD, MATCH_BEGINNING, MATCHES };

static bool matches(const struct choice *choice, const char *typed, enum match how)
{
	_cleanup_free_ char *word = label_word(choice);
	size_t length = strlen(typed);

	switch (how) {
	case MATCH_LETTER:
		return length == 1 && *typed == choice->letter;
	case MATCH_LETTER_ANY_CASE:
		return length == 1 &&
		       tolower((unsigned char)*typed) == tolower((unsigned char)choice->letter);
	case MATCH_WORD:
		return strcasecmp(typed, choice->value) == 0 || strcasecmp(typed, word) == 0;
	case MATCH_BEGINNING:
		/* Of what is on the screen: nobody means a value that is not to be seen. */
		return strncasecmp(typed, word, length) == 0;
	default:
		return false;
	}
}

/* The choice that was typed. The stricter kind of match wins: 'a' is "[a]ccept" even beside
 * "[A]ll", and "accept" is itself even beside "accept-all". */
static int find_choice(const struct choice *choices, const char *typed)
{
	for (enum match how = 0; how < MATCHES; how++) {
		int found = NO_CHOICE;

		for (int i = 0; choices[i].value; i++)
			if (matches(&choices[i], typed, how))
				found = found == NO_CHOICE ? i : SEVERAL_CHOICES;
		if (found != NO_CHOICE)
			return found;
	}
	return NO_CHOICE;
}

static bool letter_is_taken(const struct choice *choices, char letter)
{
	for (int i = 0; choices[i].value; i++)
		if (choices[i].letter == letter)
			return true;
	return false;
}

/* " [Y]es / [d]etails / [q]uit": what Enter means has a capital letter, or is told behind. */
static char *choice_labels(const struct choice *choices, int default_index)
{
	char *labels = NULL;
	FILE *out = stream_open(&labels, NULL);

	for (int i = 0; choices[i].value; i++) {
		char letter = choices[i].letter, capital = (char)toupper((unsigned char)letter);
		const char *label = choices[i].label;
		const char bracketed[] = { '[', letter, ']', '\0' };
		const char *at = strstr(label, bracketed);

		fputs(i ? " / " : " ", out);
		if (i != default_index)
			fputs(label, out);
		else if (at && islower((unsigned char)letter) && !letter_is_taken(choices, capital))
			fprintf(out, "%.*s[%c]%s", (int)(at - label), label, capital, at + 3);
		else
			fprintf(out, "%s (Enter)", label);
	}
	stream_close(&out);
	return labels;
}

/* For a screen reader: " (type y or Enter for yes; n for no)". */
static char *choices_in_words(const struct choice *choices, int default_index)
{
	char *list = NULL;
	FILE *out = stream_open(&list, NULL);

	for (int i = 0; choices[i].value; i++) {
		_cleanup_free_ char *word = label_word(&choices[i]);

		fprintf(out, "%s%c%s for %s", i ? "; " : " (type ", choices[i].letter,
			i == default_index ? " or Enter" : "", word);
	}
	fputs(")", out);
	stream_close(&out);
	return list;
}

#define ENTER_IS_NONE "Enter does not accept this: type a letter."

/* What each leads to, and what Enter means. */
static void explain_choices(const struct choice *choices, int default_index)
{
	for (int i = 0; choices[i].value; i++) {
		_cleanup_free_ char *word = label_word(&choices[i]);

		screen_say("%c  %s%s%s", choices[i].letter, word, choices[i].leads ? ": " : "",
			   choices[i].leads ? choices[i].leads : "");
	}
	if (default_index >= 0) {
		_cleanup_free_ char *word = label_word(&choices[default_index]);

		screen_say("Enter means: %s.", word);
	} else {
		screen_say(ENTER_IS_NONE);
	}
}

/* A value that was settled beforehand must be one that this very prompt offers. */
static int take_choice(const struct prompt *prompt, const struct choice *choices, int *chosen,
		       struct error *err)
{
	_cleanup_free_ char *name = answers_name(prompt->question->key, prompt->subject);

	for (int i = 0; choices[i].value; i++) {
		if (strcmp(choices[i].value, prompt->value) != 0)
			continue;
		echo_answer(prompt);
		*chosen = i;
		return 0;
	}
	return error_set(err, EINVAL, "give another answer there, or ask at a terminal",
			 "%s = %s (%s) is no answer to: %s", name, prompt->value, prompt->origin,
			 prompt->text);
}

int prompt_choice(struct session *session, const char *key, const char *subject, const char *text,
		  const struct choice *choices, int default_index, int *chosen, struct error *err)
{
	_cleanup_free_ char *labels = session->options.plain
					      ? choices_in_words(choices, default_index)
					      : choice_labels(choices, default_index);
	struct prompt prompt;
	int r = prompt_init(&prompt, session, key, subject, text, err);

	if (r < 0)
		return r;
	if (prompt.value)
		return take_choice(&prompt, choices, chosen, err);
	for (;;) {
		_cleanup_free_ char *line = NULL;
		const char *typed;
		int found;

		r = read_answer(&prompt, labels, &line, err);
		if (r < 0)
			return r;
		typed = str_trim(line);
		found = *typed ? find_choice(choices, typed) : default_index;
		if (found >= 0) {
			*chosen = found;
			return 0;
		}
		if (!*typed) {
			screen_say(ENTER_IS_NONE);
			continue;
		}
		if (found == SEVERAL_CHOICES)
			screen_say("\"%s\" can mean several of the answers.", typed);
		else if (strcmp(typed, "?") != 0)
			screen_say("\"%s\" is none of the answers.", typed);
		explain_choices(choices, default_index);
	}
}

int prompt_yes_no(struct session *session, const char *key, const char *subject, const char *text,
		  bool default_yes, bool *answer, struct error *err)
{
	static const struct choice choices[] = {
		{ "yes", "[y]es", 'y', "it is done" },
		{ "no", "[n]o", 'n', "it is left as it is" },
		{ 0 },
	};
	int chosen = 0, r;

	r = prompt_choice(session, key, subject, text, choices, default_yes ? 0 : 1, &chosen, err);
	if (r < 0)
		return r;
	*answer = chosen == 0;
	return 0;
}

/* ---- text ---------------------------------------------------------------------------------- */

/* Is every byte of text one that text_safe() would let through? */
static bool is_plain(const char *text)
{
	_cleanup_free_ char *safe = text_safe(text, false);

	return strcmp(safe, text) == 0;
}

/* A text that was settled beforehand, held to the same as one that is typed. */
static int take_text(const struct prompt *prompt, char **answer, struct error *err)
{
	if (!is_plain(prompt->value))
		return error_set(err, EINVAL, "give it without control characters",
				 "%s = %s (%s) is no answer to: %s", prompt->question->key,
				 prompt->value, prompt->origin, prompt->text);
	*answer = str_copy(prompt->value);
	echo_answer(prompt);
	return 0;
}

/* " [db2]:" - what Enter means, and a colon where the question has no mark of its own. */
static char *text_behind(const char *text, const char *default_text)
{
	_cleanup_free_ char *offered = text_safe(default_text ?: "", false);
	const char *colon = *text && strchr("?:", text[strlen(text) - 1]) ? "" : ":";

	return *offered ? str_printf(" [%s]%s", offered, colon) : str_copy(colon);
}

int prompt_text(struct session *session, const char *key, const char *subject, const char *text,
		const char *default_text, char **answer, struct error *err)
{
	_cleanup_free_ char *behind = text_behind(text, default_text);
	struct prompt prompt;
	int r = prompt_init(&prompt, session, key, subject, text, err);

	if (r < 0)
		return r;
	if (prompt.value)
		return take_text(&prompt, answer, err);
	for (;;) {
		_cleanup_free_ char *line = NULL;
		const char *typed;

		r = read_answer(&prompt, behind, &line, err);
		if (r < 0)
			return r;
		typed = str_trim(line);
		if (!*typed && !default_text) {
			screen_say("An answer is needed; Ctrl-C leaves.");
			continue;
		}
		if (!is_plain(typed)) {
			screen_say("Control characters cannot be part of an answer.");
			continue;
		}
		*answer = str_copy(*typed ? typed : default_text);
		return 0;
	}
}

bool prompt_is_answered(const struct session *session, const char *key, const char *subject)
{
	return answers_find(session->answers, key, subject, NULL) != NULL;
}

const char *prompt_settled(const struct session *session, const char *key, const char *subject,
			   bool *by_subject)
{
	const char *value = answers_find(session->answers, key, subject, NULL);

	answers_mark(session->answers, key, subject);
	/* Each answer is a string of its own. */
	if (by_subject)
		*by_subject = value && value != answers_find(session->answers, key, NULL, NULL);
	return value;
}

const char *prompt_origin(const struct session *session, const char *key, const char *subject)
{
	const char *origin;

	return answers_find(session->answers, key, subject, &origin) ? origin
								     : "a person at a terminal";
}

bool prompt_is_left_to_yes(const struct session *session, const char *key, const char *subject)
{
	return !strcmp(prompt_origin(session, key, subject), "--yes");
}
