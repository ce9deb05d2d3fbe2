/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * refine.h - what is found out about findings once all of their permissions are known
 */
#pragma once

#include "steps/advice/finding.h"
#include "steps/audit/denial.h"

/*
 * refine_booleans - for findings that would become a rule or are refused: the booleans that would
 * allow all of it, and what else each opens for the source. One that opens nothing that was not
 * denied is as narrow as the rule, and the policy's own way: the fix becomes FIX_BOOLEAN.
 */
void refine_booleans(const struct advisor *advisor, const struct denials *denials,
		     struct findings *findings);

/* refine_companions - for findings of FIX_ALLOW: the permissions that usually go with those seen.
 */
int refine_companions(const struct advisor *advisor, struct findings *findings, struct error *err);

/* refine_hiding - rules that are known to silence what is not needed, and would hide as well what
 * is refused, as a log shows: these permissions become a finding of their own that is not known. */
void refine_hiding(const struct advisor *advisor, struct findings *findings);

/* refine_known_companions - append, as findings without evidence, what the rows behind sorted
 * findings name as companions: of those that were found, what is not settled by the policy already.
 * Sorted in. */
int refine_known_companions(const struct advisor *advisor, struct findings *findings,
			    struct error *err);
