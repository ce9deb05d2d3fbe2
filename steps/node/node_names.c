/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "steps/node/node.h"
#include "wizard/names.h"
#include "wizard/util.h"

/* what and name are of the error; names: what there is. */
static int unknown(const char *option, const char *what, const char *name, const char *const *names,
		   struct error *err)
{
	const char *nearest = names ? names_nearest(name, names) : NULL;

	error_set(err, EINVAL, NULL, "the policy has no %s %s", what, name);
	return nearest ? error_remedy(err, "did you mean %s %s?", option, nearest)
		       : error_remedy(err, "correct what is given with %s", option);
}

static int check_dangerous(struct oracle *oracle, const char *name, struct error *err)
{
	_cleanup_free_ const char **types = NULL, **permissions = NULL;

	if (oracle_has_type(oracle, name))
		return 0;
	permissions = oracle_names(oracle, true);
	for (size_t i = 0; permissions && permissions[i]; i++)
		if (!strcmp(permissions[i], name))
			return 0;
	types = oracle_names(oracle, false);
	if (!permissions || !types)
		return error_nomem(err);
	return unknown("--allow-dangerous", "type or permission", name,
		       names_nearest(name, types) ? types : permissions, err);
}

int node_check_names(struct oracle *oracle, struct error *err)
{
	int r = 0;

	for (char **domain = node_options.domain; domain && *domain; domain++) {
		_cleanup_free_ const char **types = NULL;

		if (oracle_has_type(oracle, *domain))
			continue;
		types = oracle_names(oracle, false);
		return unknown("--domain", "domain", *domain, types, err);
	}
	for (char **name = node_options.dangerous; r == 0 && name && *name; name++)
		r = check_dangerous(oracle, *name, err);
	return r;
}
