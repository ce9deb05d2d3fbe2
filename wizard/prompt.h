/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * prompt.h - typed questions, answered at a terminal or beforehand
 *
 * Order of answers: --answer KEY[SUBJECT]=, answers file KEY[SUBJECT], --answer KEY=, answers file
 * KEY, --yes (the question's recommended value), the terminal. Without a terminal on standard input
 * and standard error an unanswered question is an error, -ENOTTY, that names the option and the
 * answers-file key which settle it. Every answer that was not typed is echoed on the screen behind
 * its question, with where it came from, so that a log reads like a dialogue.
 *
 * All return 0, -EINTR on Ctrl-C / SIGTERM / hang-up / end of input, or another negative errno.
 * key must be in the workflow's table of questions (-EINVAL otherwise); subject may be NULL.
 */
#pragma once

#include <stdbool.h>

#include "wizard/session.h"

struct choice {
	const char *value; /* what the answers file says: "accept"; one of the question's choices */
	const char *label; /* what the screen shows, its letter in brackets: "[a]ccept" */
	char letter;       /* 'a': one meaning in the whole program, see tests/lint */
	const char *leads; /* what it leads to, for '?': "the rule enters the module" */
};

/* prompt_yes_no - default_yes is what Enter means at the terminal. Values: "yes", "no". The
 * question itself says what a yes leads to. */
int prompt_yes_no(struct session *session, const char *key, const char *subject, const char *text,
		  bool default_yes, bool *answer, struct error *err);

/* prompt_choice - one of choices, an array up to one with value NULL. *chosen gets its index.
 * default_index is what Enter means (-1: Enter asks again). At the terminal a choice is its
 * letter, its value, its label's words, or an unambiguous beginning of these; '?' tells what each
 * leads to. What was typed before the question stood there is no answer to it. */
int prompt_choice(struct session *session, const char *key, const char *subject, const char *text,
		  const struct choice *choices, int default_index, int *chosen, struct error *err);

/* prompt_text - a line of text in new memory (caller frees), without control characters.
 * default_text is what Enter means, "" where nothing is needed; NULL: Enter asks again. */
int prompt_text(struct session *session, const char *key, const char *subject, const char *text,
		const char *default_text, char **answer, struct error *err);

/* prompt_is_answered - is there an answer to KEY[SUBJECT] before any terminal? (Including
 * --yes.) */
bool prompt_is_answered(const struct session *session, const char *key, const char *subject);

/* prompt_settled - the value that was given beforehand, which counts as asked for; NULL: none.
 * *by_subject (may be NULL): for this very subject, not for all there are. */
const char *prompt_settled(const struct session *session, const char *key, const char *subject,
			   bool *by_subject);

/* prompt_origin - where the answer comes from: "--answer", "answers file", "--yes", or "a person at
 * a terminal". Static. */
const char *prompt_origin(const struct session *session, const char *key, const char *subject);

/* prompt_is_left_to_yes - is it --yes alone that answers it, with what is recommended to anyone? */
bool prompt_is_left_to_yes(const struct session *session, const char *key, const char *subject);
