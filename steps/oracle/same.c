/* SPDX-License-Identifier: GPL-2.0-or-later */
/* same - do two policies say the same? The kernel writes its tables in another order than libsepol.
 */
#include "steps/oracle/policy.h"

#include "steps/oracle/oracle.h"
#include "wizard/util.h"

static uint64_t mix(uint64_t sum, uint64_t value)
{
	return (sum ^ value) * UINT64_C(0x9e3779b97f4a7c15) ^ sum >> 29;
}

/* Of each alone, added up: so their order does not matter. */
static int add_rule(avtab_key_t *key, avtab_datum_t *datum, void *data)
{
	const avtab_extended_perms_t *extended = datum->xperms;
	uint64_t *sum = data, rule = mix(1, key->source_type);

	rule = mix(rule, key->target_type);
	rule = mix(rule, key->target_class);
	/* That it is in force depends on the booleans as they are at the moment. */
	rule = mix(rule, key->specified & ~(unsigned int)AVTAB_ENABLED);
	rule = mix(rule, datum->data);
	if (extended) {
		rule = mix(rule, (uint64_t)extended->specified << 8 | extended->driver);
		for (size_t i = 0; i < ARRAY_SIZE(extended->perms); i++)
			rule = mix(rule, extended->perms[i]);
	}
	*sum += rule;
	return 0;
}

/* libsemanage turns the order of local labels round at times. */
static uint64_t sum_ports(const policydb_t *policy)
{
	uint64_t sum = 0;

	for (const ocontext_t *entry = policy->ocontexts[OCON_PORT]; entry; entry = entry->next) {
		const context_struct_t *context = &entry->context[0];
		uint64_t port = mix(2, entry->u.port.protocol);

		port = mix(port, (uint64_t)entry->u.port.low_port << 16 | entry->u.port.high_port);
		port = mix(port, (uint64_t)context->user << 32 | context->role);
		sum += mix(port, context->type);
	}
	return sum;
}

bool oracle_same(const struct oracle *one, const struct oracle *other)
{
	policydb_t *policies[] = { &one->policy->p, &other->policy->p };
	uint64_t rules[] = { 0, 0 };

	for (size_t i = 0; i < ARRAY_SIZE(policies); i++)
		policy_rules(policies[i], true, add_rule, &rules[i]);
	return rules[0] == rules[1] && sum_ports(policies[0]) == sum_ports(policies[1]) &&
	       ebitmap_cmp(&policies[0]->permissive_map, &policies[1]->permissive_map);
}
