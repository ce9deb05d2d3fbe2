/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "wizard/engine.h"
#include "wizard/names.h"
#include "wizard/util.h"

int workflow_find_step(const struct workflow *workflow, const char *name)
{
	for (int i = 0; workflow->steps[i]; i++)
		if (strcmp(workflow->steps[i]->name, name) == 0)
			return i;
	return -1;
}

int workflow_unknown_step(const struct workflow *workflow, const char *name, struct error *err)
{
	_cleanup_free_ const char **names = NULL;
	size_t count = 0;

	for (int i = 0; workflow->steps[i]; i++)
		count++;
	names = calloc(count + 1, sizeof(*names));
	for (size_t i = 0; names && i < count; i++)
		names[i] = workflow->steps[i]->name;
	return names_unknown("step", name, names, err);
}
