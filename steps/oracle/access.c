/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "steps/oracle/policy.h"

#include <errno.h>
#include <string.h>

#include "steps/oracle/access.h"
#include "wizard/util.h"

struct access_set {
	const policydb_t *space;
	uint32_t *bits;      /* by type and class: the permissions */
	const char *foreign; /* a name that the space does not have, and the set leaves out */
};

static size_t cells(const struct access_set *set)
{
	return (size_t)set->space->p_types.nprim * set->space->p_classes.nprim;
}

static uint32_t *cell(const struct access_set *set, uint32_t type, uint32_t class)
{
	return &set->bits[(size_t)(type - 1) * set->space->p_classes.nprim + (class - 1)];
}

struct access_set *access_new(const struct oracle *space)
{
	struct access_set *set = memory_new(1, sizeof(*set));

	set->space = &space->policy->p;
	set->bits = memory_new(cells(set), sizeof(*set->bits));
	return set;
}

void access_free(struct access_set **set)
{
	if (*set)
		free((*set)->bits);
	free(*set);
}

/* ---- names of one policy, numbers of another ------------------------------------------------- */

/* What is being read, and where to. */
struct reading {
	const policydb_t *of;
	struct access_set *set;
	const ebitmap_t *source; /* the source's attributes, and itself */
	uint32_t *types;         /* number in `of` -> number in the space; 0: none */
	enum access_kind kind;
};

static uint32_t *map_types(const policydb_t *of, const policydb_t *space)
{
	uint32_t *types = memory_new(of->p_types.nprim + 1, sizeof(*types));

	for (uint32_t i = 0; i < of->p_types.nprim; i++) {
		const type_datum_t *type =
			of == space || !of->p_type_val_to_name[i]
				? of->type_val_to_struct[i]
				: hashtab_search(space->p_types.table, of->p_type_val_to_name[i]);

		if (type && type->flavor == TYPE_TYPE)
			types[i + 1] = type->s.value;
	}
	return types;
}

struct translation {
	const class_datum_t *to;
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

/* Until a visit is not 0, which is returned. */
static int each_permission(const class_datum_t *class,
			   int (*visit)(hashtab_key_t, hashtab_datum_t, void *), void *data)
{
	int r = hashtab_map(class->permissions.table, visit, data);

	if (r == 0 && class->comdatum)
		r = hashtab_map(class->comdatum->permissions.table, visit, data);
	return r;
}

/* The permissions of a class in the space's numbers; false: it lacks one of the names. */
static bool translate(const struct reading *reading, uint32_t class, uint32_t *space_class,
		      uint32_t *bits)
{
	const char *name = reading->of->p_class_val_to_name[class - 1];
	struct translation translation = { .bits = *bits };

	translation.to = hashtab_search(reading->set->space->p_classes.table, name);
	if (!translation.to || each_permission(reading->of->class_val_to_struct[class - 1],
					       translate_one, &translation) < 0)
		return false;
	*space_class = translation.to->s.value;
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
		reading->set->foreign = reading->of->p_type_val_to_name[type - 1];
}

static int add_rule(avtab_key_t *key, avtab_datum_t *datum, void *data)
{
	struct reading *reading = data;
	const ebitmap_t *members = &reading->of->attr_type_map[key->target_type - 1];
	bool silent = reading->kind == ACCESS_SILENCED;
	/* A dontaudit rule is kept as what is still logged. */
	uint32_t bits = silent ? ~datum->data : datum->data, class;
	ebitmap_node_t *node;
	unsigned int bit;

	if (!(key->specified & (silent ? AVTAB_AUDITDENY : AVTAB_ALLOWED)) ||
	    !ebitmap_get_bit(reading->source, key->source_type - 1U))
		return 0;
	if (!translate(reading, key->target_class, &class, &bits)) {
		reading->set->foreign = reading->of->p_class_val_to_name[key->target_class - 1];
		return 0;
	}
	add_type(reading, key->target_type, class, bits);
	ebitmap_for_each_positive_bit(members, node, bit) add_type(reading, bit + 1, class, bits);
	return 0;
}

static struct access_set *read_set(const struct oracle *space, const struct oracle *of,
				   const char *source, enum access_kind kind)
{
	const type_datum_t *type = policy_type(of, source, TYPE_TYPE);
	_cleanup_free_ uint32_t *types = map_types(&of->policy->p, &space->policy->p);
	struct reading reading = {
		.of = &of->policy->p, .set = access_new(space), .types = types, .kind = kind
	};

	if (type) {
		reading.source = &reading.of->type_attr_map[type->s.value - 1];
		policy_rules(&of->policy->p, kind == ACCESS_POSSIBLE, add_rule, &reading);
	}
	return reading.set;
}

int access_of(const struct oracle *space, const struct oracle *of, const char *source,
	      enum access_kind kind, struct access_set **result, struct error *err)
{
	_cleanup_(access_free) struct access_set *set = read_set(space, of, source, kind);

	if (set->foreign)
		return error_set(err, ENOTUNIQ, "build the policy anew: semodule -B",
				 "one policy knows %s, and the other does not", set->foreign);
	*result = TAKE_PTR(set);
	return 0;
}

size_t access_gained(const struct oracle *base, const struct oracle *with, const char *source,
		     enum access_kind kind)
{
	_cleanup_(access_free) struct access_set *before = read_set(base, base, source, kind);
	_cleanup_(access_free) struct access_set *after = read_set(base, with, source, kind);

	return access_count(after, before);
}

void access_add(struct access_set *set, const char *target, const char *tclass,
		const char *permission)
{
	const policydb_t *space = set->space;
	const type_datum_t *type = hashtab_search(space->p_types.table, target);
	ebitmap_node_t *node;
	unsigned int bit;
	uint16_t class;
	uint32_t mask = policy_access(space, tclass, permission, &class);

	if (!type || !mask)
		return;
	if (type->flavor == TYPE_TYPE) {
		*cell(set, type->s.value, class) |= mask;
		return;
	}
	ebitmap_for_each_positive_bit(&space->attr_type_map[type->s.value - 1], node, bit) *
		cell(set, bit + 1, class) |= mask;
}

/* ---- comparison ------------------------------------------------------------------------------ */

/* What is in set and not in without (may be NULL: all). */
static uint32_t left(const struct access_set *set, const struct access_set *without, size_t i)
{
	return set->bits[i] & ~(without ? without->bits[i] : 0);
}

void access_subtract(struct access_set *set, const struct access_set *other)
{
	for (size_t i = 0; i < cells(set); i++)
		set->bits[i] &= ~other->bits[i];
}

size_t access_count(const struct access_set *set, const struct access_set *without)
{
	size_t count = 0;

	for (size_t i = 0; i < cells(set); i++)
		count += (size_t)__builtin_popcount(left(set, without, i));
	return count;
}

size_t access_types(const struct access_set *set, const struct access_set *without)
{
	size_t count = 0, classes = set->space->p_classes.nprim;

	for (size_t type = 0; type < set->space->p_types.nprim; type++) {
		bool any = false;

		for (size_t i = type * classes; i < (type + 1) * classes; i++)
			any = any || left(set, without, i);
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
		  struct access_names *access)
{
	const policydb_t *space = set->space;
	uint32_t classes = space->p_classes.nprim;
	size_t i = 0;

	while (i < cells(set) && !left(set, without, i))
		i++;
	if (i == cells(set))
		return false;
	const class_datum_t *class = space->class_val_to_struct[i % classes];
	struct naming naming = { (uint32_t)__builtin_ctz(left(set, without, i)) + 1, "?" };

	each_permission(class, name_one, &naming);
	*access = (struct access_names){ space->p_type_val_to_name[i / classes],
					 space->p_class_val_to_name[i % classes], naming.name };
	return true;
}

/* ---- booleans ------------------------------------------------------------------------------- */

struct access_set *access_opened(const struct oracle *oracle, const char *source,
				 const char *boolean)
{
	cond_bool_datum_t *datum = hashtab_search(oracle->policy->p.p_bools.table, boolean);
	_cleanup_(access_free) struct access_set *now =
		read_set(oracle, oracle, source, ACCESS_ALLOWED);
	struct access_set *then;

	datum->state = !datum->state;
	then = read_set(oracle, oracle, source, ACCESS_ALLOWED);
	datum->state = !datum->state;
	access_subtract(then, now);
	return then;
}

/* The access that is asked about, in numbers. */
struct numbers {
	policydb_t *policy;
	const ebitmap_t *source, *target;
	uint16_t class;
	uint32_t mask;
};

static bool numbers_find(struct numbers *numbers, const struct oracle *oracle, const char *source,
			 const char *target, const char *tclass, const char *permission)
{
	policydb_t *policy = &oracle->policy->p;
	const type_datum_t *from = policy_type(oracle, source, TYPE_TYPE);
	const type_datum_t *to = policy_type(oracle, target, TYPE_TYPE);

	*numbers = (struct numbers){ .policy = policy };
	numbers->mask = policy_access(policy, tclass, permission, &numbers->class);
	if (!from || !to || !numbers->mask)
		return false;
	numbers->source = &policy->type_attr_map[from->s.value - 1];
	numbers->target = &policy->type_attr_map[to->s.value - 1];
	return true;
}

static bool key_matches(const struct numbers *asked, const avtab_key_t *key)
{
	return key->target_class == asked->class &&
	       ebitmap_get_bit(asked->source, key->source_type - 1U) &&
	       ebitmap_get_bit(asked->target, key->target_type - 1U);
}

static bool list_grants(const struct numbers *asked, const cond_av_list_t *list)
{
	for (; list; list = list->next)
		if ((list->node->key.specified & AVTAB_ALLOWED) &&
		    (list->node->datum.data & asked->mask) && key_matches(asked, &list->node->key))
			return true;
	return false;
}

/* Which boolean a part (COND_BOOL) of an expression names, from 0. The member's name is a keyword
 * of C by now, and another one in later releases of libsepol; its place is the same. */
static uint32_t boolean_of(const cond_expr_t *part)
{
	uint32_t words[2];

	_Static_assert(offsetof(cond_expr_t, next) == sizeof(words), "type and boolean come first");
	memcpy(words, part, sizeof(words));
	return words[1] - 1;
}

/* Does a conditional block's expression hold, once this boolean is changed? */
static bool holds_flipped(policydb_t *policy, cond_expr_t *expression, uint32_t number)
{
	cond_bool_datum_t *boolean = policy->bool_val_to_struct[number];
	bool holds;

	boolean->state = !boolean->state;
	holds = cond_evaluate_expr(policy, expression) > 0;
	boolean->state = !boolean->state;
	return holds;
}

static void add_boolean(const struct numbers *asked, uint32_t number,
			struct access_boolean **booleans, size_t *count)
{
	const char *name = asked->policy->p_bool_val_to_name[number];
	struct access_boolean *boolean;

	for (size_t i = 0; i < *count; i++)
		if ((*booleans)[i].name == name)
			return;
	boolean = array_push(booleans, count, sizeof(*boolean));
	boolean->name = name;
	boolean->state = !asked->policy->bool_val_to_struct[number]->state;
}

struct access_boolean *access_booleans(const struct oracle *oracle, const char *source,
				       const char *target, const char *tclass,
				       const char *permission, size_t *count)
{
	struct access_boolean *booleans = NULL;
	struct numbers asked;

	*count = 0;
	if (!numbers_find(&asked, oracle, source, target, tclass, permission))
		return NULL;
	for (const cond_node_t *node = asked.policy->cond_list; node; node = node->next) {
		bool by_true = list_grants(&asked, node->true_list);

		if (by_true == list_grants(&asked, node->false_list))
			continue;
		for (const cond_expr_t *part = node->expr; part; part = part->next) {
			if (part->expr_type == COND_BOOL &&
			    holds_flipped(asked.policy, node->expr, boolean_of(part)) == by_true)
				add_boolean(&asked, boolean_of(part), &booleans, count);
		}
	}
	return booleans;
}

/* ---- extended permissions -------------------------------------------------------------------- */

static bool xperms_have(const avtab_extended_perms_t *xperms, unsigned int command)
{
	unsigned int driver = command >> 8 & 0xff, function = command & 0xff;

	if (xperms->specified == AVTAB_XPERMS_IOCTLDRIVER)
		return xperms->perms[driver / 32] >> driver % 32 & 1;
	return xperms->driver == driver && xperms->perms[function / 32] >> function % 32 & 1;
}

bool access_ioctl_denied(const struct oracle *oracle, const char *source, const char *target,
			 const char *tclass, unsigned int command)
{
	struct numbers asked;
	bool limited = false;

	if (!numbers_find(&asked, oracle, source, target, tclass, "ioctl"))
		return false;
	for (uint32_t i = 0; i < asked.policy->te_avtab.nslot; i++)
		for (avtab_ptr_t node = asked.policy->te_avtab.htable[i]; node; node = node->next) {
			if (!(node->key.specified & AVTAB_XPERMS_ALLOWED) || !node->datum.xperms ||
			    !key_matches(&asked, &node->key))
				continue;
			if (xperms_have(node->datum.xperms, command))
				return false;
			limited = true;
		}
	return limited;
}
