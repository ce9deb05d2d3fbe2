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
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "wizard/step.h"

struct answers;

/* What the engine itself asks, up to one with key NULL; a workflow need not list these. */
extern const struct question answers_engine[];

/* answers_new - none yet; yes: --yes. questions, the workflow's, are borrowed. */
struct answers *answers_new(const struct question *questions, bool yes);
void answers_free(struct answers *answers);

/* answers_add - what is behind one --answer. -EINVAL: an unknown key, a missing '=', a value or a
 * subject that its question does not accept, a key given twice; the error says what is accepted. */
int answers_add(struct answers *answers, const char *text, struct error *err);

/* answers_read - an answers file; called last. The error names the line, too. */
int answers_read(struct answers *answers, const char *path, struct error *err);

/* answers_name - "KEY", or "KEY[SUBJECT]" (subject may be NULL), in new memory (caller frees). */
char *answers_name(const char *key, const char *subject);

/* answers_question - the question with this key, of the workflow or of the engine, or NULL. */
const struct question *answers_question(const struct answers *answers, const char *key);

/* answers_find - the settled value for KEY[SUBJECT] (subject may be NULL), or NULL when only the
 * terminal can tell; --yes included. *origin (may be NULL) gets where it came
 * from: "--answer", "answers file" or "--yes". Both are borrowed. */
const char *answers_find(const struct answers *answers, const char *key, const char *subject,
			 const char **origin);

/* answers_take - the same, when the question is asked: whatever answers it counts as asked for, and
 * where two answers disagree, the screen tells which is taken. */
const char *answers_take(struct answers *answers, const char *key, const char *subject,
			 const char **origin);

/* answers_mark - whatever answers it counts as asked for. */
void answers_mark(struct answers *answers, const char *key, const char *subject);

/* answers_unused - the answers KEY[SUBJECT] = value that no question has been asked for: the
 * subject of the next one at each call, *at being 0 before the first; borrowed. NULL: no more. */
const char *answers_unused(const struct answers *answers, const char *key, const char *value,
			   size_t *at);

/* answers_say_unused - tell which answers no question has been asked for. One that was given for
 * this run or for one subject is a warning; the others of an answers file share a line. */
void answers_say_unused(const struct answers *answers);
