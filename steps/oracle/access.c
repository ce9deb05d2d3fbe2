/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "steps/oracle/private.h"
#include "wizard/util.h"

static uint32_t *cell(const struct access_set *set, uint32_t type, uint32_t class)
{
	return &set->bits[(size_t)(type - 1) * set->space->p_classes.nprim + (class - 1)];
}

int access_new(const struct oracle *space, struct access_set **result, struct error *err)
{
	struct access_set *set = calloc(1, sizeof(*set));

	if (!set)
		return error_nomem(err);
	set->space = &space->policy->p;
	set->bits = calloc((size_t)set->space->p_types.nprim * set->space->p_classes.nprim,
			   sizeof(*set->bits));
	if (!set->bits) {
		free(set);
		return error_nomem(err);
	}
	*result = set;
	return 0;
}

void access_free(struct access_set *set)
{
	if (!set)
		return;
	free(set->bits);
	free(set);
}

/* ---- names of one policy, numbers of another ------------------------------------------------- */

/* What is being read, and where to. */
struct reading {
	const policydb_t *of;
	struct access_set *set;
	const ebitmap_t *source; /* the source's attributes, and itself */
	uint32_t *types;         /* number in `of` -> number in the space; 0: none */
	enum access_kind kind;
	int flipped; /* the boolean, from 0, whose state is taken to be the other; -1: none */
	const char *foreign; /* a name that the space does not have */
};

static uint32_t *map_types(const policydb_t *of, const policydb_t *space)
{
	uint32_t *types = calloc(of->p_types.nprim + 1, sizeof(*types));

	for (uint32_t i = 0; types && i < of->p_types.nprim; i++) {
		const type_datum_t *type =
			of == space || !of->p_type_val_to_name[i]
				? of->type_val_to_struct[i]
				: policy_find(space->p_types.table, of->p_type_val_to_name[i]);

		if (type && type->flavor == TYPE_TYPE)
			types[i + 1] = type->s.value;
	}
	return types;
}

struct translation {
	const class_datum_t *from, *to;
	uint32_t bits, translated;
};

static int translate_one(hashtab_key_t name, hashtab_datum_t datum, void *data)
{
	const perm_datum_t *permission = datum, *other;
	struct translation *translation = data;
	uint32_t bit = UINT32_C(1) << (permission->s.value - 1);

	if (!(translation->bits & bit))
		return 0;
	other = policy_permission(translation->to, name);
	if (!other)
		return -1;
	translation->translated |= UINT32_C(1) << (other->s.value - 1);
	return 0;
}

static int walk(hashtab_t table, int (*visit)(hashtab_key_t, hashtab_datum_t, void *), void *data)
{
	int r = 0;

	for (unsigned int i = 0; table && r == 0 && i < table->size; i++)
		for (hashtab_ptr_t node = table->htable[i]; node && r == 0; node = node->next)
			r = visit(node->key, node->datum, data);
	return r;
}

/* The permissions of a class in the space's numbers; false: it lacks one of the names. */
static bool translate(const struct reading *reading, uint32_t class, uint32_t *space_class,
		      uint32_t *bits)
{
	const char *name = reading->of->p_class_val_to_name[class - 1];
	struct translation translation = { .bits = *bits };

	*space_class = class;
	translation.from = reading->of->class_val_to_struct[class - 1];
	translation.to = policy_find(reading->set->space->p_classes.table, name);
	if (!translation.to)
		return false;
	*space_class = translation.to->s.value;
	if (walk(translation.from->permissions.table, translate_one, &translation) < 0 ||
	    (translation.from->comdatum &&
	     walk(translation.from->comdatum->permissions.table, translate_one, &translation) < 0))
		return false;
	*bits = translation.translated;
	return true;
}

/* ---- rules ----------------------------------------------------------------------------------- */

static void add_type(struct reading *reading, uint32_t type, uint32_t class, uint32_t bits)
{
	if (reading->types[type])
		*cell(reading->set, reading->types[type], class) |= bits;
	else if (reading->of->type_val_to_struct[type - 1] &&
		 reading->of->type_val_to_struct[type - 1]->flavor == TYPE_TYPE)
		reading->foreign = reading->of->p_type_val_to_name[type - 1];
}

static void add_rule(struct reading *reading, const avtab_key_t *key, uint32_t data)
{
	const ebitmap_t *members = &reading->of->attr_type_map[key->target_type - 1];
	bool silent = reading->kind == ACCESS_SILENCED;
	/* A dontaudit rule is kept as what is still logged. */
	uint32_t bits = silent ? ~data : data, class;
	ebitmap_node_t *node;
	unsigned int bit;

	if (!(key->specified & (silent ? AVTAB_AUDITDENY : AVTAB_ALLOWED)) ||
	    !policy_bit(reading->source, key->source_type - 1U))
		return;
	if (!translate(reading, key->target_class, &class, &bits)) {
		reading->foreign = reading->of->p_class_val_to_name[key->target_class - 1];
		return;
	}
	add_type(reading, key->target_type, class, bits);
	ebitmap_for_each_positive_bit(members, node, bit) add_type(reading, bit + 1, class, bits);
}

static void add_list(struct reading *reading, const cond_av_list_t *list)
{
	for (; list; list = list->next)
		add_rule(reading, &list->node->key, list->node->datum.data);
}

static void add_rules(struct reading *reading)
{
	const policydb_t *of = reading->of;

	for (uint32_t i = 0; i < of->te_avtab.nslot; i++)
		for (avtab_ptr_t node = of->te_avtab.htable[i]; node; node = node->next)
			add_rule(reading, &node->key, node->datum.data);
	for (const cond_node_t *node = of->cond_list; node; node = node->next) {
		bool state = condition_holds(of, node->expr, reading->flipped);

		if (state || reading->kind == ACCESS_POSSIBLE)
			add_list(reading, node->true_list);
		if (!state || reading->kind == ACCESS_POSSIBLE)
			add_list(reading, node->false_list);
	}
}

/* *foreign: a name that the space does not have, and the set leaves out; NULL: none. */
static int read_known(const struct oracle *space, const struct oracle *of, const char *source,
		      enum access_kind kind, int flipped, struct access_set **result,
		      const char **foreign, struct error *err)
{
	const type_datum_t *type = policy_type(of, source, TYPE_TYPE);
	_cleanup_free_ uint32_t *types = map_types(&of->policy->p, &space->policy->p);
	struct reading reading = {
		.of = &of->policy->p, .types = types, .kind = kind, .flipped = flipped
	};
	int r = types ? access_new(space, &reading.set, err) : error_nomem(err);

	if (r < 0 || !reading.set)
		return r;
	if (type) {
		reading.source = &reading.of->type_attr_map[type->s.value - 1];
		add_rules(&reading);
	}
	*foreign = reading.foreign;
	*result = reading.set;
	return 0;
}

int access_read(const struct oracle *space, const struct oracle *of, const char *source,
		enum access_kind kind, int flipped, struct access_set **result, struct error *err)
{
	const char *foreign = NULL;
	int r = read_known(space, of, source, kind, flipped, result, &foreign, err);

	if (r < 0 || !foreign)
		return r;
	access_free(*result);
	*result = NULL;
	return error_set(err, ENOTUNIQ, "build the policy anew: semodule -B",
			 "one policy knows %s, and the other does not", foreign);
}

int access_gained(const struct oracle *base, const struct oracle *with, const char *source,
		  enum access_kind kind, size_t *count, struct error *err)
{
	struct access_set *before = NULL, *after = NULL;
	const char *foreign;
	int r = read_known(base, base, source, kind, -1, &before, &foreign, err);

	if (r == 0)
		r = read_known(base, with, source, kind, -1, &after, &foreign, err);
	if (r == 0)
		*count = access_count(after, before);
	access_free(before);
	access_free(after);
	return r;
}

int access_of(const struct oracle *space, const struct oracle *of, const char *source,
	      enum access_kind kind, struct access_set **set, struct error *err)
{
	return access_read(space, of, source, kind, -1, set, err);
}

void access_add(struct access_set *set, const char *target, const char *tclass,
		const char *permission)
{
	const policydb_t *space = set->space;
	const type_datum_t *type = policy_find(space->p_types.table, target);
	const class_datum_t *class = policy_find(space->p_classes.table, tclass);
	const perm_datum_t *datum = class ? policy_permission(class, permission) : NULL;
	ebitmap_node_t *node;
	unsigned int bit;
	uint32_t mask;

	if (!type || !datum)
		return;
	mask = UINT32_C(1) << (datum->s.value - 1);
	if (type->flavor == TYPE_TYPE) {
		*cell(set, type->s.value, class->s.value) |= mask;
		return;
	}
	ebitmap_for_each_positive_bit(&space->attr_type_map[type->s.value - 1], node, bit) *
		cell(set, bit + 1, class->s.value) |= mask;
}

/* ---- comparison ------------------------------------------------------------------------------ */

static size_t cells(const struct access_set *set)
{
	return (size_t)set->space->p_types.nprim * set->space->p_classes.nprim;
}

void access_subtract(struct access_set *set, const struct access_set *other)
{
	for (size_t i = 0; i < cells(set); i++)
		set->bits[i] &= ~other->bits[i];
}

size_t access_count(const struct access_set *set, const struct access_set *without)
{
	size_t count = 0;

	for (size_t i = 0; i < cells(set); i++) {
		uint32_t left = set->bits[i] & ~(without ? without->bits[i] : 0);

		count += (size_t)__builtin_popcount(left);
	}
	return count;
}

size_t access_types(const struct access_set *set, const struct access_set *without)
{
	size_t count = 0, classes = set->space->p_classes.nprim;

	for (size_t type = 0; type < set->space->p_types.nprim; type++) {
		bool any = false;

		for (size_t i = type * classes; i < (type + 1) * classes; i++)
			any = any || (set->bits[i] & ~(without ? without->bits[i] : 0));
		count += any;
	}
	return count;
}

struct naming {
	uint32_t value;
	const char *name;
};

static int name_one(hashtab_key_t name, hashtab_datum_t datum, void *data)
{
	const perm_datum_t *permission = datum;
	struct naming *naming = data;

	if (permission->s.value != naming->value)
		return 0;
	naming->name = name;
	return 1;
}

bool access_first(const struct access_set *set, const struct access_set *without,
		  struct access *access)
{
	const policydb_t *space = set->space;
	uint32_t classes = space->p_classes.nprim;

	for (size_t i = 0; i < cells(set); i++) {
		uint32_t left = set->bits[i] & ~(without ? without->bits[i] : 0);
		const class_datum_t *class = space->class_val_to_struct[i % classes];
		struct naming naming = { .value = (uint32_t)__builtin_ctz(left | 1U << 31) + 1,
					 .name = "?" };

		if (!left)
			continue;
		if (walk(class->permissions.table, name_one, &naming) == 0 && class->comdatum)
			walk(class->comdatum->permissions.table, name_one, &naming);
		*access = (struct access){ space->p_type_val_to_name[i / classes],
					   space->p_class_val_to_name[i % classes], naming.name };
		return true;
	}
	return false;
}
