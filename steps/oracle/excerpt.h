/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * excerpt.h - of the store's modules, what bears on what a few domains may do
 *
 * Of a policy's rules, seven in eight are of other domains (Debian 12). They have no part in what a
 * module does that names none of these domains, so a compilation that is to check it can do without
 * them: it takes a tenth of the time.
 */
#pragma once

#include "steps/oracle/oracle.h"

/*
 * excerpt_modules - take out of the modules (in place; the lines keep their numbers) the rules of
 * every source but these types (NULL-terminated) and their attributes, the labels of new files and
 * of paths, and requirements that are met. All else stays: types, attributes, roles, constraints,
 * neverallow rules, and every module that is not translated. policy: one that was built from the
 * modules; what it does not know stays.
 *
 * A compilation of the result with a candidate gives the verdict on the candidate, and the answers
 * about these sources, that one of the whole modules gives: an optional block is in force there
 * when it is here, for what is taken out of one has only names that are sure to be known.
 */
void excerpt_modules(struct store_cil *modules, size_t count, const struct oracle *policy,
		     const char *const *sources);
