/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cil.h - the text of a module: its words, and what it is about
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* What is still to be read. Behind its end there may be more of the text, and then a NUL. */
struct cil_reader {
	const char *at, *end;
};
/* A bracket, a word or a string with its quotes, where it stands in the text. */
struct cil_word {
	const char *at;
	size_t length;
};

/* cil_next - the next one, past white space and comments; length 0: the text has ended. */
struct cil_word cil_next(struct cil_reader *reader);
bool cil_is(struct cil_word word, const char *text);
/* cil_is_among - of texts, NULL-terminated. */
bool cil_is_among(struct cil_word word, const char *const *texts);
/* cil_equal - the same words: the same module, whatever its comments say. */
bool cil_equal(const char *text, const char *other);

struct cil_survey {
	size_t allows;  /* allow rules whose source is one of the domains, conditional ones, too */
	bool only_ours; /* there is nothing but these domains' rules, and what rules require */
};

/* cil_survey - of the domains, by their names as they stand there (NULL-terminated). What it does
 * not know is taken for something else than rules of these domains. */
struct cil_survey cil_survey(const char *text, const char *const *domains);
