/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "steps/oracle/access.h"
#include "steps/module/replay.h"
#include "wizard/util.h"

static const char *verdict_text(enum verdict verdict)
{
	switch (verdict) {
	case VERDICT_ALLOWED:
		return "it is allowed";
	case VERDICT_NO_RULE:
		return "no rule allows it";
	case VERDICT_CONSTRAINT:
		return "a constraint of the policy (MLS or user-based) denies it all the same";
	case VERDICT_ROLE:
		return "the role may not";
	case VERDICT_BOUNDS:
		return "a bounded domain may not exceed its parent";
	case VERDICT_UNKNOWN:
		break;
	}
	return "the policy does not define a name in it";
}

static bool has_permission(const struct finding *finding, const char *permission)
{
	for (size_t i = 0; i < finding->permission_count; i++)
		if (!strcmp(finding->permissions[i], permission))
			return true;
	return false;
}

/* Is the denial what the finding's decision makes of it? */
static bool count_one(const struct finding *finding, const struct denial *denial,
		      const struct judgement *judgement, struct replay *replay)
{
	bool allowed = judgement->verdict == VERDICT_ALLOWED;
	enum fix decided = finding_rule(finding);
	size_t records = denial_records(denial);

	replay->replayed += records;
	if (allowed)
		replay->allowed += records;
	else if (judgement->dontaudit)
		replay->silenced += records;
	else
		replay->left += records;
	if (decided == FIX_ALLOW)
		return allowed;
	return decided != FIX_DONTAUDIT || (!allowed && judgement->dontaudit);
}

static int tell_failure(struct oracle *oracle, const struct denial *denial, const char *permission,
			const struct judgement *judgement, struct replay *replay, struct error *err)
{
	_cleanup_free_ char *obstacle = NULL;
	int r = oracle_obstacle(oracle, denial->source_context, denial->target_context,
				denial->tclass, permission, &obstacle, err);

	if (r == 0)
		snprintf(replay->failure, sizeof(replay->failure), "%s %s:%s %s: %s%s%s",
			 denial->source, denial->target, denial->tclass, permission,
			 verdict_text(judgement->verdict), obstacle ? ": " : "",
			 obstacle ? obstacle : "");
	return r;
}

/* An ioctl is allowed when its command is, too. */
static void check_ioctl(const struct oracle *oracle, const struct denial *denial,
			const char *permission, struct judgement *judgement)
{
	if (judgement->verdict == VERDICT_ALLOWED && denial->has_ioctl &&
	    !strcmp(permission, "ioctl") &&
	    access_ioctl_denied(oracle, denial->source, denial->target, denial->tclass,
				denial->ioctl))
		judgement->verdict = VERDICT_NO_RULE;
}

int replay_denials(struct oracle *oracle, const struct findings *findings,
		   const struct denials *denials, struct replay *replay, struct error *err)
{
	memset(replay, 0, sizeof(*replay));
	for (size_t f = 0; f < findings->count; f++) {
		const struct finding *finding = &findings->items[f];

		for (size_t e = 0; e < finding->evidence_count; e++) {
			const struct denial *denial = &denials->items[finding->evidence[e]];

			for (size_t p = 0; p < denial->permission_count; p++) {
				const char *permission = denial->permissions[p];
				struct judgement judgement;
				int r;

				if (!has_permission(finding, permission))
					continue;
				r = oracle_judge(oracle, denial->source_context,
						 denial->target_context, denial->tclass, permission,
						 &judgement, err);
				if (r < 0)
					return r;
				check_ioctl(oracle, denial, permission, &judgement);
				if (count_one(finding, denial, &judgement, replay) ||
				    replay->broken++)
					continue;
				r = tell_failure(oracle, denial, permission, &judgement, replay,
						 err);
				if (r < 0)
					return r;
			}
		}
	}
	return 0;
}
