/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "steps/oracle/policy.h"

#include <endian.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sepol/debug.h>

#include "steps/oracle/oracle.h"
#include "wizard/util.h"

/* newer_version - of a kernel policy that this libsepol is too old for: its version; 0: it is none.
 * The file begins with a magic number, a string's length, the string, and the version. */
static unsigned int newer_version(const char *image, size_t length)
{
	static const char target[] = "\10\0\0\0SE Linux";
	uint32_t head;
	unsigned char version[4];

	if (length < 20)
		return 0;
	memcpy(&head, image, sizeof(head));
	memcpy(version, image + 16, sizeof(version));
	if (le32toh(head) != POLICYDB_MAGIC || memcmp(image + 4, target, sizeof(target) - 1) != 0 ||
	    version[1] || version[0] <= (unsigned int)sepol_policy_kern_vers_max())
		return 0;
	return version[0];
}

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
	if (newer_version(image, length))
		return error_set(
			err, EINVAL,
			"judge against it on its own host, or install a libsepol of that "
			"host's age",
			"a policy of version %u, and this host's libsepol reads none above %d",
			newer_version(image, length), sepol_policy_kern_vers_max());
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
	int r = file_read(path, &image, &length, err)
			?: oracle_open_image(oracle, image, length, err);

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

/* ---- its tables ------------------------------------------------------------------------------ */

const type_datum_t *policy_type(const struct oracle *oracle, const char *name, uint32_t flavor)
{
	const type_datum_t *type = hashtab_search(oracle->policy->p.p_types.table, name);

	return type && type->flavor == flavor ? type : NULL;
}

const perm_datum_t *policy_permission(const class_datum_t *class, const char *name)
{
	const perm_datum_t *permission = hashtab_search(class->permissions.table, name);

	if (!permission && class->comdatum)
		permission = hashtab_search(class->comdatum->permissions.table, name);
	return permission;
}

uint32_t policy_access(const policydb_t *policy, const char *tclass, const char *permission,
		       uint16_t *class)
{
	const class_datum_t *datum = hashtab_search(policy->p_classes.table, tclass);
	const perm_datum_t *found = datum ? policy_permission(datum, permission) : NULL;

	*class = datum ? (uint16_t)datum->s.value : 0;
	return found ? UINT32_C(1) << (found->s.value - 1) : 0;
}

static void visit_list(cond_av_list_t *list, rule_visit *visit, void *data)
{
	for (; list; list = list->next)
		visit(&list->node->key, &list->node->datum, data);
}

void policy_rules(policydb_t *policy, bool whatever, rule_visit *visit, void *data)
{
	avtab_map(&policy->te_avtab, visit, data);
	for (cond_node_t *node = policy->cond_list; node; node = node->next) {
		bool holds = cond_evaluate_expr(policy, node->expr) > 0;

		if (holds || whatever)
			visit_list(node->true_list, visit, data);
		if (!holds || whatever)
			visit_list(node->false_list, visit, data);
	}
}

/* ---- names ----------------------------------------------------------------------------------- */

bool oracle_has_type(struct oracle *oracle, const char *type)
{
	return policy_type(oracle, type, TYPE_TYPE) != NULL;
}

bool oracle_has_attribute(struct oracle *oracle, const char *attribute)
{
	return policy_type(oracle, attribute, TYPE_ATTRIB) != NULL;
}

bool oracle_type_has_attribute(struct oracle *oracle, const char *type, const char *attribute)
{
	const type_datum_t *one = policy_type(oracle, type, TYPE_TYPE);
	const type_datum_t *other = policy_type(oracle, attribute, TYPE_ATTRIB);

	return one && other &&
	       ebitmap_get_bit(&oracle->policy->p.type_attr_map[one->s.value - 1],
			       other->s.value - 1);
}

bool oracle_is_permissive(struct oracle *oracle, const char *type)
{
	const type_datum_t *datum = policy_type(oracle, type, TYPE_TYPE);

	/* This map alone counts from 1. */
	return datum && ebitmap_get_bit(&oracle->policy->p.permissive_map, datum->s.value);
}

bool oracle_has_class(struct oracle *oracle, const char *tclass)
{
	uint16_t class;

	policy_access(&oracle->policy->p, tclass, "", &class);
	return class != 0;
}

bool oracle_has_permission(struct oracle *oracle, const char *tclass, const char *permission)
{
	uint16_t class;

	return policy_access(&oracle->policy->p, tclass, permission, &class) != 0;
}

static int add_name(hashtab_key_t name, hashtab_datum_t datum, void *names)
{
	(void)datum;
	strings_add(names, name);
	return 0;
}

static int add_type(hashtab_key_t name, hashtab_datum_t datum, void *names)
{
	if (((const type_datum_t *)datum)->flavor == TYPE_TYPE)
		strings_add(names, name);
	return 0;
}

void oracle_names(const struct oracle *oracle, bool permissions, struct strings *names)
{
	const policydb_t *policy = &oracle->policy->p;

	if (!permissions)
		hashtab_map(policy->p_types.table, add_type, names);
	for (uint32_t i = 0; permissions && i < policy->p_classes.nprim; i++) {
		const class_datum_t *class = policy->class_val_to_struct[i];

		if (class)
			hashtab_map(class->permissions.table, add_name, names);
		if (class && class->comdatum)
			hashtab_map(class->comdatum->permissions.table, add_name, names);
	}
}

/* ---- ports ----------------------------------------------------------------------------------- */

/* As the kernel has it: the first entry that holds the port, local ones standing before ranges. */
const char *oracle_port_type(const struct oracle *oracle, const char *proto, unsigned int number)
{
	const policydb_t *policy = &oracle->policy->p;
	int protocol = !strcmp(proto, "udp") ? IPPROTO_UDP : IPPROTO_TCP;
	const ocontext_t *entry = policy->ocontexts[OCON_PORT];

	while (entry && !(entry->u.port.protocol == protocol && number >= entry->u.port.low_port &&
			  number <= entry->u.port.high_port))
		entry = entry->next;
	return entry ? policy->p_type_val_to_name[entry->context[0].type - 1] : NULL;
}

/* Which sources have rules for one type. */
struct users {
	const policydb_t *policy;
	const ebitmap_t *target; /* the type's attributes, and itself */
	uint16_t class;
	uint32_t mask;
	bool *found; /* by type, from 0 */
};

static int add_users(avtab_key_t *key, avtab_datum_t *datum, void *data)
{
	struct users *users = data;
	ebitmap_node_t *node;
	unsigned int bit;

	if (!(key->specified & AVTAB_ALLOWED) || key->target_class != users->class ||
	    !(datum->data & users->mask) || !ebitmap_get_bit(users->target, key->target_type - 1U))
		return 0;
	users->found[key->source_type - 1] = true;
	ebitmap_for_each_positive_bit(&users->policy->attr_type_map[key->source_type - 1], node,
				      bit) users->found[bit] = true;
	return 0;
}

void oracle_port_users(const struct oracle *oracle, const char *target, struct strings *names)
{
	policydb_t *policy = &oracle->policy->p;
	const type_datum_t *type = policy_type(oracle, target, TYPE_TYPE);
	const type_datum_t *domains = policy_type(oracle, "domain", TYPE_ATTRIB);
	_cleanup_free_ bool *found = memory_new(policy->p_types.nprim, sizeof(*found));
	struct users users = { .policy = policy, .found = found };

	users.mask = policy_access(policy, "tcp_socket", "name_connect", &users.class) |
		     policy_access(policy, "tcp_socket", "name_bind", &users.class);
	if (!type || !domains)
		return;
	users.target = &policy->type_attr_map[type->s.value - 1];
	policy_rules(policy, false, add_users, &users);
	for (uint32_t i = 0; i < policy->p_types.nprim; i++)
		if (found[i] && ebitmap_get_bit(&policy->attr_type_map[domains->s.value - 1], i) &&
		    policy->type_val_to_struct[i]->flavor == TYPE_TYPE)
			strings_add(names, policy->p_type_val_to_name[i]);
	strings_sort(names);
}

/* ---- do two policies say the same? ----------------------------------------------------------- */

static uint64_t mix(uint64_t sum, uint64_t value)
{
	return (sum ^ value) * UINT64_C(0x9e3779b97f4a7c15) ^ sum >> 29;
}

/* Of each alone, added up: so their order does not matter. The kernel writes its tables in another
 * than libsepol. */
static int sum_rule(avtab_key_t *key, avtab_datum_t *datum, void *data)
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
		policy_rules(policies[i], true, sum_rule, &rules[i]);
	return rules[0] == rules[1] && sum_ports(policies[0]) == sum_ports(policies[1]) &&
	       ebitmap_cmp(&policies[0]->permissive_map, &policies[1]->permissive_map);
}

/* ---- policies that are changed --------------------------------------------------------------- */

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
