/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * width.h - modules of others, and how much each of them gives the server's domains
 */
#pragma once

#include "steps/oracle/oracle.h"
#include "steps/store/store.h"

struct width {
	char *name;
	unsigned int priority;
	unsigned int below; /* of the distribution's module of that name, for which it stands */
	size_t rules;       /* allow rules in its text whose source is one of the domains */
	size_t accesses;    /* type, class, permission: what it alone opens to them, booleans as
			     * they may be; to types that the policy has without it */
	size_t silenced;    /* likewise, what is no longer logged */
	bool only_ours;     /* it does nothing else than that */
};
struct widths {
	struct width *items;
	size_t count;
};

/*
 * widths_find - every active module from STORE_PRIORITY_OTHERS on, but `ours` (may be NULL) and
 * permissive_DOMAIN as semanage makes it, that opens or silences an access of the domains
 * (NULL-terminated), or has rules of theirs among other things. Each is compiled in memory with the
 * policy of the distribution alone, so that two that do the same are both found; a module that
 * needs another one of them is compiled with that, too. policy: as it is built from the store now.
 * Without such modules nothing is compiled; else it takes a second, and half of one for each: begin
 * (may be NULL) is called before, with their number. Caller clears.
 */
int widths_find(struct store *store, const struct oracle *policy, const char *const *domains,
		const char *ours, void (*begin)(size_t count), struct widths *widths,
		struct error *err);
void widths_clear(struct widths *widths);
