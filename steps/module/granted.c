/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "steps/module/granted.h"
#include "steps/oracle/access.h"
#include "wizard/util.h"

char *rule_missing(struct oracle *oracle, const struct rule *rule)
{
	const char *const names[] = { rule->source, rule_target(rule) };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (!oracle_has_type(oracle, names[i]) && !oracle_has_attribute(oracle, names[i]))
			return str_printf("type %s", names[i]);
	for (size_t i = 0; i < rule->permissions.count; i++)
		if (!oracle_has_permission(oracle, rule->tclass, rule->permissions.items[i]))
			return str_printf("permission %s of %s", rule->permissions.items[i],
					  rule->tclass);
	return NULL;
}

static bool grants_ioctls(const struct oracle *of, const struct rule *rule, const char *permission)
{
	if (rule->kind == RULE_ALLOW && !strcmp(permission, "ioctl"))
		for (size_t i = 0; i < rule->ioctl_count; i++)
			if (access_ioctl_denied(of, rule->source, rule_target(rule), rule->tclass,
						rule->ioctls[i]))
				return false;
	return true;
}

int rule_granted(const struct oracle *space, const struct oracle *of, const struct rule *rule,
		 bool *granted, size_t *count, struct error *err)
{
	struct access_set *has = NULL, *silenced = NULL;
	int r = access_of(space, of, rule->source, ACCESS_ALLOWED, &has, err);

	*count = 0;
	if (r == 0 && rule->kind == RULE_DONTAUDIT)
		r = access_of(space, of, rule->source, ACCESS_SILENCED, &silenced, err);
	for (size_t i = 0; r == 0 && i < rule->permissions.count; i++) {
		struct access_set *wanted = access_new(space);
		const char *permission = rule->permissions.items[i];

		access_add(wanted, rule_target(rule), rule->tclass, permission);
		access_subtract(wanted, has);
		if (silenced)
			access_subtract(wanted, silenced);
		granted[i] = access_count(wanted, NULL) == 0 && grants_ioctls(of, rule, permission);
		*count += granted[i];
		access_free(wanted);
	}
	access_free(has);
	access_free(silenced);
	return r;
}
