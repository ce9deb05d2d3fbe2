/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "steps/audit/denial.h"

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
