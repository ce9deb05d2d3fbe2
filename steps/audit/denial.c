/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "steps/audit/denial.h"
#include "wizard/util.h"

/* The texts that a denial owns. */
static const size_t texts[] = {
	offsetof(struct denial, origin),         offsetof(struct denial, node),
	offsetof(struct denial, source_context), offsetof(struct denial, target_context),
	offsetof(struct denial, source),         offsetof(struct denial, target),
	offsetof(struct denial, tclass),         offsetof(struct denial, invalid_context),
	offsetof(struct denial, comm),           offsetof(struct denial, exe),
	offsetof(struct denial, path),           offsetof(struct denial, capability),
};

static char **text_of(struct denial *denial, size_t i)
{
	return (void *)((char *)denial + texts[i]);
}

void denial_clear(struct denial *denial)
{
	if (!denial)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		free(*text_of(denial, i));
	for (size_t i = 0; i < denial->permission_count; i++)
		free(denial->permissions[i]);
	free(denial->permissions);
	memset(denial, 0, sizeof(*denial));
}

void denials_clear(struct denials *denials)
{
	if (!denials)
		return;
	for (size_t i = 0; i < denials->count; i++)
		denial_clear(&denials->items[i]);
	free(denials->items);
	memset(denials, 0, sizeof(*denials));
}

size_t denials_total(const struct denials *denials)
{
	size_t total = 0;

	for (size_t i = 0; i < denials->count; i++)
		total += denial_records(&denials->items[i]);
	return total;
}

/* own - copies of what the denial shares with the one that it was copied from. */
static void own(struct denial *denial, const char *origin)
{
	char *const *permissions = denial->permissions;

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		*text_of(denial, i) = str_copy(*text_of(denial, i));
	free(denial->origin);
	denial->origin = str_copy(origin);
	denial->permissions = memory_new(denial->permission_count, sizeof(*permissions));
	for (size_t i = 0; i < denial->permission_count; i++)
		denial->permissions[i] = str_copy(permissions[i]);
}

void denials_append(struct denials *denials, const struct denials *more, const char *origin)
{
	for (size_t i = 0; i < more->count; i++) {
		struct denial *item = array_push(&denials->items, &denials->count, sizeof(*item));

		*item = more->items[i];
		own(item, origin);
	}
	denials->lines += more->lines;
	denials->events += more->events;
	denials->avc += more->avc;
	denials->other += more->other;
	denials->granted += more->granted;
	denials->unreadable += more->unreadable;
	denials->lost_notices += more->lost_notices;
}
