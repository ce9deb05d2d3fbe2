/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "steps/oracle/policy.h"

#include <errno.h>
#include <string.h>
#include <sepol/debug.h>

#include "steps/oracle/oracle.h"
#include "wizard/util.h"

/* sepol_policydb_from_image would destroy a policy that it cannot read, and freeing it would again.
 */
static int policy_read(sepol_policydb_t **policy, void *image, size_t length, struct error *err)
{
	sepol_policy_file_t *file = NULL;
	int r;

	if (sepol_policydb_create(policy) < 0 || sepol_policy_file_create(&file) < 0)
		no_memory();
	sepol_policy_file_set_mem(file, image, length);
	r = length ? sepol_policydb_read(*policy, file) : -1;
	sepol_policy_file_free(file);
	if (r == 0 && (*policy)->p.policy_type == POLICY_KERN)
		return 0;
	return error_set(err, EINVAL,
			 "name a compiled policy that this host's libsepol can read, such as "
			 "/etc/selinux/TYPE/policy/policy.NN",
			 "not a kernel policy");
}

int oracle_open_image(struct oracle **result, void *image, size_t length, struct error *err)
{
	struct oracle *oracle = memory_new(1, sizeof(*oracle));
	int r;

	/* libsepol's word goes to standard error otherwise; what it returns is said by us. */
	sepol_debug(0);
	if (sepol_sidtab_init(&oracle->sids) < 0)
		no_memory();
	r = policy_read(&oracle->policy, image, length, err);
	free(image);
	if (r < 0)
		oracle_close(oracle);
	else
		*result = oracle;
	return r;
}

int oracle_open(struct oracle **oracle, const char *path, struct error *err)
{
	char *image = NULL;
	size_t length = 0;
	int r = file_read(path, &image, &length, err);

	if (r == 0)
		r = oracle_open_image(oracle, image, length, err);
	return r == -EINVAL ? error_prefix(err, "%s", path) : r;
}

int oracle_save(const struct oracle *oracle, const char *path, struct error *err)
{
	_cleanup_free_ void *image = NULL;
	size_t length = 0;

	if (sepol_policydb_to_image(NULL, oracle->policy, &image, &length) < 0)
		no_memory();
	return file_write(path, image, length, 0600, err);
}

void oracle_close(struct oracle *oracle)
{
	if (!oracle)
		return;
	sepol_policydb_free(oracle->policy);
	sepol_sidtab_destroy(&oracle->sids);
	free(oracle->suppositions);
	free(oracle);
}

/* ---- policies that are changed -------------------------------------------------------------- */

void oracle_copy_booleans(struct oracle *oracle, const struct oracle *from)
{
	const policydb_t *theirs = &from->policy->p;
	policydb_t *ours = &oracle->policy->p;

	for (uint32_t i = 0; i < theirs->p_bools.nprim; i++) {
		cond_bool_datum_t *boolean =
			hashtab_search(ours->p_bools.table, theirs->p_bool_val_to_name[i]);

		if (boolean)
			boolean->state = theirs->bool_val_to_struct[i]->state;
	}
	if (evaluate_conds(ours) < 0)
		no_memory();
}

/* The policy's rule for an access, a new one that allows nothing where it has none; NULL: it does
 * not know the names. */
static avtab_datum_t *rule_of(const struct oracle *oracle, const struct supposed *access,
			      uint32_t *bits)
{
	const type_datum_t *source = policy_type(oracle, access->source, TYPE_TYPE);
	const type_datum_t *target = policy_type(oracle, access->target, TYPE_TYPE);
	avtab_t *rules = &oracle->policy->p.te_avtab;
	avtab_key_t key = { .specified = AVTAB_ALLOWED };
	avtab_datum_t nothing = { 0 };
	avtab_ptr_t node;

	*bits = policy_access(&oracle->policy->p, access->tclass, access->permission,
			      &key.target_class);
	if (!source || !target || !*bits)
		return NULL;
	key.source_type = (uint16_t)source->s.value;
	key.target_type = (uint16_t)target->s.value;
	node = avtab_search_node(rules, &key);
	if (!node)
		node = avtab_insert_nonunique(rules, &key, &nothing);
	if (!node)
		no_memory();
	return &node->datum;
}

void oracle_suppose(struct oracle *oracle, const struct supposed *accesses, size_t count)
{
	while (oracle->supposition_count) {
		const struct supposition *last = &oracle->suppositions[--oracle->supposition_count];

		last->rule->data = last->before;
	}
	for (size_t i = 0; i < count; i++) {
		uint32_t bits;
		avtab_datum_t *rule = rule_of(oracle, &accesses[i], &bits);
		struct supposition *made;

		if (!rule)
			continue;
		made = array_push(&oracle->suppositions, &oracle->supposition_count, sizeof(*made));
		*made = (struct supposition){ rule, rule->data };
		rule->data |= bits;
	}
}
