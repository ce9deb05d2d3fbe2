/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * match.h - the words of a table of known denials
 */
#ifndef STEPS_ADVICE_MATCH_H
#define STEPS_ADVICE_MATCH_H

#include <stdbool.h>

#include "steps/advice/advice.h"

/* match_words - is text one of the space-separated words; one with a '*' is a pattern of
 * fnmatch(3). words NULL: anything is; text NULL: nothing is, otherwise. */
bool match_words(const char *words, const char *text);

/* match_known - the first row for one permission of a denial, its target taken to be the type
 * target; NULL: none. A program's path that the log does not have matches. domain: FIX_DOMAIN's
 * rows alone, or all but these. */
const struct known_denial *match_known(const struct known_denial *rows, struct oracle *oracle,
				       const struct denial *denial, const char *target,
				       const char *permission, bool domain);

#endif
