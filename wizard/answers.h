/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * answers.h - questions settled beforehand, for prompt.c and session.c
 *
 * Answers come from --answer KEY=VALUE, from the answers file and from --yes. The file has lines
 * `KEY = VALUE` and `KEY[SUBJECT] = VALUE`, comments from a '#' at the start of a line, and blank
 * lines. A key must be a question of the workflow or of the engine, and stand there once.
 *
 * Of the answers to one key, the one with the very subject that is asked about wins, then one whose
 * subject means it (question.same), then the one without a subject; the command line comes first.
 */
#ifndef WIZARD_ANSWERS_H
#define WIZARD_ANSWERS_H

#include "wizard/session.h"

struct answers;

/*
 * answers_new - read and check what the options settle. workflow and the strings of options are
 * borrowed. -EINVAL: an unknown key, a missing '=', a value or a subject that its question does not
 * accept, a key given twice; the error names the place and what is accepted.
 */
int answers_new(struct answers **answers, const struct workflow *workflow,
		const struct session_options *options, struct error *err);
void answers_free(struct answers *answers);

/* answers_question - the question with this key, of the workflow or of the engine, or NULL. */
const struct question *answers_question(const struct answers *answers, const char *key);

/* answers_find - as session_answer(). */
const char *answers_find(const struct answers *answers, const char *key, const char *subject,
			 const char **origin);

/* answers_take - as session_take_answer(). */
const char *answers_take(struct answers *answers, const char *key, const char *subject,
			 const char **origin);

/* answers_unused - as session_unused_answer(). */
const char *answers_unused(const struct answers *answers, const char *key, const char *value,
			   size_t *at);

/* answers_say_unused - tell which answers no question has been asked for. One that was given for
 * this run or for one subject is a warning; the others of an answers file share a line. */
void answers_say_unused(const struct answers *answers);

/*
 * session_answer - the settled value for KEY[SUBJECT] (subject may be NULL), or NULL when only the
 * terminal can tell. In prompt.h's order, --yes included. *origin (may be NULL) gets where it came
 * from: "--answer", "answers file" or "--yes". Both are borrowed from the session.
 */
const char *session_answer(const struct session *session, const char *key, const char *subject,
			   const char **origin);

/* session_take_answer - the same, when the question is asked: whatever answers it counts as asked
 * for, and where two answers disagree, the screen tells which is taken. */
const char *session_take_answer(struct session *session, const char *key, const char *subject,
				const char **origin);

/* session_question - the question with this key, of the workflow or of the engine, or NULL. */
const struct question *session_question(const struct session *session, const char *key);

#endif
