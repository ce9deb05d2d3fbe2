/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cil.h - the text of a module: its words, and what it is about
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "wizard/piece.h"

/* cil_next - takes off the next bracket, word or string with its quotes, past white space and
 * comments; empty: the text has ended. Behind its end there may be more text, and then a NUL. */
struct piece cil_next(struct piece *rest);
/* cil_equal - the same words: the same module, whatever its comments say. */
bool cil_equal(const char *text, const char *other);

struct cil_survey {
	size_t allows;  /* allow rules whose source is one of the domains, conditional ones, too */
	bool only_ours; /* there is nothing but these domains' rules, and what rules require */
};

/* cil_survey - of the domains, by their names as they stand there (NULL-terminated). What it does
 * not know is taken for something else than rules of these domains. */
struct cil_survey cil_survey(const char *text, const char *const *domains);
