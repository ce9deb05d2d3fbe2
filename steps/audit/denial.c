/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "steps/audit/denial.h"
#include "wizard/util.h"

void denial_clear(struct denial *denial)
{
	if (!denial)
		return;
	free(denial->origin);
	free(denial->node);
	free(denial->source_context);
	free(denial->target_context);
	free(denial->source);
	free(denial->target);
	free(denial->tclass);
	for (size_t i = 0; i < denial->permission_count; i++)
		free(denial->permissions[i]);
	free(denial->permissions);
	free(denial->invalid_context);
	free(denial->comm);
	free(denial->exe);
	free(denial->path);
	free(denial->capability);
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

static void copy_to(struct denial *copy, const struct denial *denial, const char *origin)
{
	*copy = *denial;
	copy->origin = str_copy(origin);
	copy->node = str_copy(denial->node);
	copy->source_context = str_copy(denial->source_context);
	copy->target_context = str_copy(denial->target_context);
	copy->source = str_copy(denial->source);
	copy->target = str_copy(denial->target);
	copy->tclass = str_copy(denial->tclass);
	copy->permissions = memory_new(denial->permission_count, sizeof(*copy->permissions));
	for (size_t i = 0; i < denial->permission_count; i++)
		copy->permissions[i] = str_copy(denial->permissions[i]);
	copy->invalid_context = str_copy(denial->invalid_context);
	copy->comm = str_copy(denial->comm);
	copy->exe = str_copy(denial->exe);
	copy->path = str_copy(denial->path);
	copy->capability = str_copy(denial->capability);
}

void denials_append(struct denials *denials, const struct denials *more, const char *origin)
{
	for (size_t i = 0; i < more->count; i++)
		copy_to(array_push(&denials->items, &denials->count, sizeof(*denials->items)),
			&more->items[i], origin);
	denials->lines += more->lines;
	denials->events += more->events;
	denials->avc += more->avc;
	denials->other += more->other;
	denials->granted += more->granted;
	denials->unreadable += more->unreadable;
	denials->lost_notices += more->lost_notices;
}
