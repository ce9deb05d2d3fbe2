/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * known.h - what is known of an access: by the service's table, or of any service
 */
#pragma once

#include "steps/advice/finding.h"
#include "steps/audit/denial.h"

/* match_words - is text one of the space-separated words; one with a '*' is a pattern of
 * fnmatch(3). words NULL: anything is; text NULL: nothing is, otherwise. */
bool match_words(const char *words, const char *text);

/* As words: types that an object has when nobody gave it one of its own; of these, those of home
 * directories; domains in which programs land that were given none. */
extern const char known_general_labels[];
extern const char known_homes[];
extern const char known_general_domains[];

/* known_row - the first row for one permission of a denial, its target taken to be the type
 * target: of the advisor's table, then of those for any service; NULL: none. A program's path that
 * the log does not have matches. domain: FIX_DOMAIN's rows alone, or all but these. */
const struct known_denial *known_row(const struct advisor *advisor, const struct denial *denial,
				     const char *target, const char *permission, bool domain);

/* known_danger - of an access that no row knows: what makes it dangerous, so that it is to be
 * refused; NULL: nothing that can be seen. */
const struct known_denial *known_danger(const struct advisor *advisor, const struct denial *denial,
					const char *target, const char *permission);

/* known_severity - 0..10 of granting a permission about which no row says anything. */
int known_severity(const char *tclass, const char *permission);

/* known_is_insisted - is this access, by its target type or its permission, among those that the
 * operator insists on? insisted: as in struct advisor. */
bool known_is_insisted(char *const *insisted, const char *target, const char *permission);
