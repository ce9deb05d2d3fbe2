/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "steps/oracle/policy.h"

#include <endian.h>
#include <errno.h>
#include <string.h>
#include <sepol/booleans.h>
#include <sepol/debug.h>

#include "steps/oracle/oracle.h"
#include "wizard/util.h"

static unsigned long last_serial;

/* newer_version - of a kernel policy that this libsepol is too old for: its version; 0: it is none.
 * The file begins with a magic number, a string's length, the string, and the version. */
static unsigned int newer_version(const struct oracle *oracle)
{
	static const char target[] = "\10\0\0\0SE Linux";
	uint32_t head;
	unsigned char version[4];

	if (oracle->length < 20)
		return 0;
	memcpy(&head, oracle->image, sizeof(head));
	memcpy(version, (char *)oracle->image + 16, sizeof(version));
	if (le32toh(head) != POLICYDB_MAGIC ||
	    memcmp((char *)oracle->image + 4, target, sizeof(target) - 1) != 0 || version[1] ||
	    version[0] <= (unsigned int)sepol_policy_kern_vers_max())
		return 0;
	return version[0];
}

/* sepol_policydb_from_image would destroy a policy that it cannot read, and freeing it would again.
 */
static int policy_read(struct oracle *oracle, struct error *err)
{
	sepol_policy_file_t *file = NULL;
	int r;

	if (sepol_policydb_create(&oracle->policy) < 0 || sepol_policy_file_create(&file) < 0)
		no_memory();
	sepol_policy_file_set_mem(file, oracle->image, oracle->length);
	r = oracle->length ? sepol_policydb_read(oracle->policy, file) : -1;
	sepol_policy_file_free(file);
	if (r == 0 && oracle->policy->p.policy_type == POLICY_KERN)
		return 0;
	if (newer_version(oracle))
		return error_set(
			err, EINVAL,
			"judge against it on its own host, or install a libsepol of that "
			"host's age",
			"a policy of version %u, and this host's libsepol reads none above %d",
			newer_version(oracle), sepol_policy_kern_vers_max());
	return error_set(err, EINVAL,
			 "name a compiled policy that this host's libsepol can read, such as "
			 "/etc/selinux/TYPE/policy/policy.NN",
			 "not a kernel policy");
}

int oracle_open_image(struct oracle **result, void *image, size_t length, struct error *err)
{
	struct oracle *oracle = memory_new(1, sizeof(*oracle));
	int r;

	*oracle = (struct oracle){ .image = image, .length = length, .serial = ++last_serial };
	/* libsepol's word goes to standard error otherwise; what it returns is said by us. */
	sepol_debug(0);
	r = policy_read(oracle, err);
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
	return file_write(path, oracle->image, oracle->length, 0600, err);
}

void oracle_close(struct oracle *oracle)
{
	if (!oracle)
		return;
	sepol_policydb_free(oracle->policy);
	free(oracle->image);
	free(oracle);
}

/* ---- policies that are changed -------------------------------------------------------------- */

/* Our own copy was changed: what judges shall know it, too. */
static void renew(struct oracle *oracle)
{
	free(oracle->image);
	if (sepol_policydb_to_image(NULL, oracle->policy, &oracle->image, &oracle->length) < 0)
		no_memory();
	oracle->serial = ++last_serial;
}

static void boolean_set(struct oracle *oracle, const char *name, int state)
{
	sepol_bool_key_t *key = NULL;
	sepol_bool_t *boolean = NULL;

	if (sepol_bool_key_create(NULL, name, &key) < 0 || sepol_bool_create(NULL, &boolean) < 0 ||
	    sepol_bool_set_name(NULL, boolean, name) < 0)
		no_memory();
	sepol_bool_set_value(boolean, state);
	if (sepol_bool_set(NULL, oracle->policy, key, boolean) < 0)
		no_memory();
	sepol_bool_free(boolean);
	sepol_bool_key_free(key);
}

void oracle_copy_booleans(struct oracle *oracle, const struct oracle *from)
{
	const policydb_t *theirs = &from->policy->p;
	bool changed = false;

	for (uint32_t i = 0; i < theirs->p_bools.nprim; i++) {
		const char *name = theirs->p_bool_val_to_name[i];
		int state = theirs->bool_val_to_struct[i]->state;
		const cond_bool_datum_t *ours = policy_find(oracle->policy->p.p_bools.table, name);

		if (!ours || ours->state == state)
			continue;
		boolean_set(oracle, name, state);
		changed = true;
	}
	if (changed)
		renew(oracle);
}

/*
 * What a policy would say if it had some rules more. avtab_insert is not exported by the shared
 * library; but what is written goes through the whole table, and what reads it puts each rule where
 * it belongs. So a new one may stand anywhere, as long as its key is not there already.
 */
struct addition {
	avtab_key_t key;
	uint32_t bits;
	bool present;
};

static int compare(const void *one, const void *other)
{
	const avtab_key_t *a = &((const struct addition *)one)->key;
	const avtab_key_t *b = &((const struct addition *)other)->key;

	if (a->source_type != b->source_type)
		return a->source_type < b->source_type ? -1 : 1;
	if (a->target_type != b->target_type)
		return a->target_type < b->target_type ? -1 : 1;
	return (a->target_class > b->target_class) - (a->target_class < b->target_class);
}

static bool translate(const struct oracle *oracle, const struct supposed *access,
		      struct addition *addition)
{
	const type_datum_t *source = policy_type(oracle, access->source, TYPE_TYPE);
	const type_datum_t *target = policy_type(oracle, access->target, TYPE_TYPE);
	uint16_t class;
	uint32_t bits =
		policy_access(&oracle->policy->p, access->tclass, access->permission, &class);

	if (!source || !target || !bits)
		return false;
	*addition = (struct addition){ .key = { .source_type = (uint16_t)source->s.value,
						.target_type = (uint16_t)target->s.value,
						.target_class = class,
						.specified = AVTAB_ALLOWED },
				       .bits = bits };
	return true;
}

/* One for each source, target and class; how many. */
static size_t merge(struct addition *additions, size_t count)
{
	size_t kept = 0;

	qsort(additions, count, sizeof(*additions), compare);
	for (size_t i = 0; i < count; i++) {
		if (kept && compare(&additions[kept - 1], &additions[i]) == 0)
			additions[kept - 1].bits |= additions[i].bits;
		else
			additions[kept++] = additions[i];
	}
	return kept;
}

static void add(avtab_t *table, struct addition *additions, size_t count)
{
	for (uint32_t i = 0; i < table->nslot; i++)
		for (avtab_ptr_t node = table->htable[i]; node; node = node->next) {
			struct addition wanted = { .key = node->key };
			struct addition *found =
				bsearch(&wanted, additions, count, sizeof(wanted), compare);

			if (!found || !(node->key.specified & AVTAB_ALLOWED))
				continue;
			node->datum.data |= found->bits;
			found->present = true;
		}
	for (size_t i = 0; i < count; i++) {
		avtab_ptr_t node;

		if (additions[i].present)
			continue;
		node = memory_new(1, sizeof(*node)); /* libsepol frees it, with the others */
		node->key = additions[i].key;
		node->datum.data = additions[i].bits;
		node->next = table->htable[0];
		table->htable[0] = node;
		table->nel++;
	}
}

struct oracle *oracle_suppose(const struct oracle *oracle, const struct supposed *accesses,
			      size_t count)
{
	_cleanup_free_ struct addition *additions = memory_new(count, sizeof(*additions));
	void *image = memory_copy(oracle->image, oracle->length);
	struct oracle *with;
	size_t known = 0;

	/* This image has been read before. */
	if (oracle_open_image(&with, image, oracle->length, NULL) < 0)
		no_memory();
	for (size_t i = 0; i < count; i++)
		known += translate(with, &accesses[i], &additions[known]);
	add(&with->policy->p.te_avtab, additions, merge(additions, known));
	renew(with);
	return with;
}
