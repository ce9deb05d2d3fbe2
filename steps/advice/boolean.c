/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "steps/advice/match.h"
#include "steps/oracle/access.h"
#include "steps/advice/refine.h"
#include "wizard/util.h"

/* What was denied to a source, so that a boolean is not blamed for opening it. */
static int denied_to(const struct advisor *advisor, const char *source,
		     const struct denials *denials, struct access_set **denied, struct error *err)
{
	int r = access_new(advisor->oracle, denied, err);

	for (size_t i = 0; r == 0 && i < denials->count; i++) {
		const struct denial *denial = &denials->items[i];

		if (strcmp(denial->source, source))
			continue;
		for (size_t j = 0; j < denial->permission_count; j++)
			if (oracle_has_type(advisor->oracle, denial->target))
				access_add(*denied, denial->target, denial->tclass,
					   denial->permissions[j]);
	}
	return r;
}

/* Keep of booleans those that are also in others. */
static void intersect(struct access_boolean *booleans, size_t *count,
		      const struct access_boolean *others, size_t other_count)
{
	size_t kept = 0;

	for (size_t i = 0; i < *count; i++)
		for (size_t j = 0; j < other_count; j++)
			if (!strcmp(booleans[i].name, others[j].name)) {
				booleans[kept++] = booleans[i];
				break;
			}
	*count = kept;
}

/* Those that would allow every permission of the finding. */
static int find_booleans(const struct advisor *advisor, const struct finding *finding,
			 struct access_boolean **booleans, size_t *count, struct error *err)
{
	int r = 0;

	*booleans = NULL;
	*count = 0;
	for (size_t i = 0; r == 0 && i < finding->permission_count && (i == 0 || *count); i++) {
		_cleanup_free_ struct access_boolean *others = NULL;
		size_t other_count;

		r = access_booleans(advisor->oracle, finding->source, finding->target,
				    finding->tclass, finding->permissions[i], &others, &other_count,
				    err);
		if (r == 0 && i == 0) {
			*booleans = TAKE_PTR(others);
			*count = other_count;
		} else if (r == 0) {
			intersect(*booleans, count, others, other_count);
		}
	}
	return r;
}

static int add_boolean(const struct advisor *advisor, const struct access_boolean *boolean,
		       const struct access_set *denied, struct finding *finding, struct error *err)
{
	struct finding_boolean *slot;
	struct access_set *opened;
	int r = access_opened(advisor->oracle, finding->source, boolean->name, &opened, err);

	if (r < 0)
		return r;
	slot = array_push(&finding->booleans, &finding->boolean_count, sizeof(*slot));
	if (slot) {
		slot->state = boolean->state;
		slot->further = access_count(opened, denied);
		slot->name = strdup(boolean->name);
	}
	access_free(opened);
	return slot && slot->name ? 0 : error_nomem(err);
}

/* The narrowest is a fix of its own when it is no wider than the rule. */
static int choose(struct finding *finding, struct error *err)
{
	const struct finding_boolean *best = NULL;

	for (size_t i = 0; i < finding->boolean_count; i++)
		if (!best || finding->booleans[i].further < best->further)
			best = &finding->booleans[i];
	if (!best || best->further)
		return 0;
	finding->fix = FIX_BOOLEAN;
	free(finding->detail);
	free(finding->why);
	finding->detail = str_printf("setsebool -P %s %s", best->name, best->state ? "on" : "off");
	finding->why =
		strdup("The policy has a boolean for just this: it opens nothing besides what "
		       "was denied.");
	return finding->detail && finding->why ? 0 : error_nomem(err);
}

static int advise(const struct advisor *advisor, const struct denials *denials,
		  struct finding *finding, struct error *err)
{
	_cleanup_free_ struct access_boolean *booleans = NULL;
	struct access_set *denied = NULL;
	size_t count;
	int r = find_booleans(advisor, finding, &booleans, &count, err);

	if (r == 0 && count)
		r = denied_to(advisor, finding->source, denials, &denied, err);
	for (size_t i = 0; r == 0 && i < count; i++)
		if (!advisor->bad_booleans || !match_words(advisor->bad_booleans, booleans[i].name))
			r = add_boolean(advisor, &booleans[i], denied, finding, err);
	access_free(denied);
	return r < 0 ? r : choose(finding, err);
}

int boolean_advise(const struct advisor *advisor, const struct denials *denials,
		   struct findings *findings, struct error *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < findings->count; i++) {
		struct finding *finding = &findings->items[i];

		if (finding->fix == FIX_ALLOW || finding->fix == FIX_REFUSE)
			r = advise(advisor, denials, finding, err);
	}
	return r;
}
