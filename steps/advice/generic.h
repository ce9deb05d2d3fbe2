/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * generic.h - what holds for any service: types that say "mislabelled", accesses that none should
 * have
 */
#ifndef STEPS_ADVICE_GENERIC_H
#define STEPS_ADVICE_GENERIC_H

#include "steps/advice/advice.h"

/* Types that an object has when nobody gave it one of its own. Space-separated. */
extern const char generic_labels[];
/* Of these, those of home directories. */
extern const char generic_homes[];
/* Domains of programs that were given none. */
extern const char generic_domains[];

/* Looked up after the service's own rows; up to one with why NULL. */
extern const struct known_denial generic_denials[];

/* generic_severity - 0..10 of granting a permission about which no row says anything. */
int generic_severity(const char *tclass, const char *permission);

#endif
