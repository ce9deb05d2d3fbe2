/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include <sepol/debug.h>
#include <sepol/booleans.h>
#include <sepol/sepol.h>
#include <sepol/policydb/policydb.h>
#include <sepol/policydb/services.h>
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#else
#define __lsan_disable()
#define __lsan_enable()
#endif

#include "steps/policy/oracle_private.h"
#include "wizard/util.h"

/* The one whose policy libsepol judges from now. */
static const struct oracle *current;

/* libsepol (3.4) forgets the policy that it judged from, some 12 MB, when it gets another; there is
 * no call to free it. */
static int set_policy(FILE *file)
{
	int r;

	__lsan_disable();
	r = sepol_set_policydb_from_file(file);
	__lsan_enable();
	return r;
}

static int oracle_make_current(const struct oracle *oracle, struct error *err)
{
	_cleanup_fclose_ FILE *file = NULL;

	if (current == oracle)
		return 0;
	file = fmemopen(oracle->image, oracle->length, "r");
	if (!file)
		return error_nomem(err);
	current = NULL;
	if (set_policy(file) < 0)
		return error_set(err, EINVAL, "build the policy anew: semodule -B",
				 "libsepol cannot load the policy");
	current = oracle;
	return 0;
}

/* ---- open and close ---------------------------------------------------------------------------
 */

/* sepol_policydb_from_image would destroy a policy that it cannot read, and freeing it would again.
 */
static int policy_read(struct oracle *oracle, struct error *err)
{
	sepol_policy_file_t *file = NULL;
	int r;

	if (sepol_policydb_create(&oracle->policy) < 0 || sepol_policy_file_create(&file) < 0)
		return error_nomem(err);
	sepol_policy_file_set_mem(file, oracle->image, oracle->length);
	r = oracle->length ? sepol_policydb_read(oracle->policy, file) : -1;
	sepol_policy_file_free(file);
	if (r == 0 && oracle->policy->p.policy_type == POLICY_KERN)
		return 0;
	return error_set(err, EINVAL,
			 "name a compiled policy that this host's libsepol can read, such as "
			 "/etc/selinux/TYPE/policy/policy.NN",
			 "not a kernel policy");
}

int oracle_open_image(struct oracle **result, void *image, size_t length, struct error *err)
{
	struct oracle *oracle = calloc(1, sizeof(*oracle));
	int r;

	if (!oracle) {
		free(image);
		return error_nomem(err);
	}
	oracle->image = image;
	oracle->length = length;
	/* libsepol's word goes to standard error otherwise; what it returns is said by us. */
	sepol_debug(0);
	r = policy_read(oracle, err);
	if (r < 0) {
		oracle_close(oracle);
		return r;
	}
	*result = oracle;
	return 0;
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
	if (current == oracle)
		current = NULL;
	sepol_policydb_free(oracle->policy);
	free(oracle->image);
	free(oracle);
}

/* ---- booleans ---------------------------------------------------------------------------------
 */

static int boolean_set(struct oracle *oracle, const char *name, int state)
{
	sepol_bool_key_t *key = NULL;
	sepol_bool_t *boolean = NULL;
	int r = -1;

	if (sepol_bool_key_create(NULL, name, &key) == 0 &&
	    sepol_bool_create(NULL, &boolean) == 0 &&
	    sepol_bool_set_name(NULL, boolean, name) == 0) {
		sepol_bool_set_value(boolean, state);
		r = sepol_bool_set(NULL, oracle->policy, key, boolean);
	}
	sepol_bool_free(boolean);
	sepol_bool_key_free(key);
	return r;
}

int oracle_copy_booleans(struct oracle *oracle, const struct oracle *from, struct error *err)
{
	const policydb_t *theirs = &from->policy->p;
	bool changed = false;
	void *image;
	size_t length;

	for (uint32_t i = 0; i < theirs->p_bools.nprim; i++) {
		const char *name = theirs->p_bool_val_to_name[i];
		int state = theirs->bool_val_to_struct[i]->state;
		const cond_bool_datum_t *ours = policy_find(oracle->policy->p.p_bools.table, name);

		if (!ours || ours->state == state)
			continue;
		if (boolean_set(oracle, name, state) < 0)
			return error_nomem(err);
		changed = true;
	}
	if (!changed)
		return 0;
	if (sepol_policydb_to_image(NULL, oracle->policy, &image, &length) < 0)
		return error_nomem(err);
	free(oracle->image);
	oracle->image = image;
	oracle->length = length;
	if (current == oracle)
		current = NULL;
	return 0;
}

/* ---- judgements -------------------------------------------------------------------------------
 */

static bool sid_of(const char *context, sepol_security_id_t *sid)
{
	return sepol_context_to_sid(context, strlen(context), sid) == 0;
}

/*
 * The SID of type in a context of the system's own. Any type is valid with object_r, but a domain
 * belongs in system_r where it may be: constraints look at the role.
 */
static int system_sid(const struct oracle *oracle, const char *type, bool object,
		      sepol_security_id_t *sid, bool *known, struct error *err)
{
	static const char *const roles[] = { "system_r", "object_r" };
	const char *level = oracle->policy->p.mls ? ":s0" : "";

	*known = false;
	if (!policy_type(oracle, type, TYPE_TYPE))
		return 0;
	for (size_t i = object ? 1 : 0; i < ARRAY_SIZE(roles) && !*known; i++) {
		_cleanup_free_ char *context =
			str_printf("system_u:%s:%s%s", roles[i], type, level);

		if (!context)
			return error_nomem(err);
		*known = sid_of(context, sid);
	}
	return 0;
}

static int context_sid(const struct oracle *oracle, const char *context, sepol_security_id_t *sid,
		       bool *known, struct error *err)
{
	_cleanup_free_ char *copy = NULL;
	char *rest, *role, *type;

	*known = sid_of(context, sid);
	if (*known)
		return 0;
	copy = rest = strdup(context);
	if (!copy)
		return error_nomem(err);
	strsep(&rest, ":");
	role = strsep(&rest, ":");
	type = strsep(&rest, ":");
	if (!type)
		return 0;
	return system_sid(oracle, type, !strcmp(role, "object_r"), sid, known, err);
}

static enum verdict verdict_of(unsigned int reason)
{
	/* Without a TE rule libsepol does not look at the constraints: they show when the access is
	 * judged again by a policy that has the rule. */
	if (reason & SEPOL_COMPUTEAV_TE)
		return VERDICT_NO_RULE;
	if (reason & SEPOL_COMPUTEAV_CONS)
		return VERDICT_CONSTRAINT;
	if (reason & SEPOL_COMPUTEAV_RBAC)
		return VERDICT_ROLE;
	return VERDICT_BOUNDS;
}

struct question {
	sepol_security_id_t source, target;
	bool source_known, target_known;
	const char *tclass, *permission;
};

static int question_judge(const struct oracle *oracle, const struct question *question,
			  struct judgement *judgement, struct error *err)
{
	const class_datum_t *class =
		policy_find(oracle->policy->p.p_classes.table, question->tclass);
	const perm_datum_t *permission =
		class ? policy_permission(class, question->permission) : NULL;
	struct sepol_av_decision decision;
	sepol_access_vector_t requested;
	unsigned int reason = 0;

	*judgement = (struct judgement){ .verdict = VERDICT_UNKNOWN };
	if (!question->source_known)
		judgement->unknown = "source context";
	else if (!question->target_known)
		judgement->unknown = "target context";
	else if (!class)
		judgement->unknown = "class";
	else if (!permission)
		judgement->unknown = "permission";
	if (judgement->unknown)
		return 0;
	requested = UINT32_C(1) << (permission->s.value - 1);
	if (sepol_compute_av_reason(question->source, question->target,
				    (sepol_security_class_t) class->s.value, requested, &decision,
				    &reason) < 0)
		return error_set(err, EIO, "build the policy anew: semodule -B",
				 "libsepol cannot judge %s %s", question->tclass,
				 question->permission);
	judgement->verdict = VERDICT_ALLOWED;
	if (decision.allowed & requested)
		return 0;
	judgement->verdict = verdict_of(reason);
	judgement->dontaudit = !(decision.auditdeny & requested);
	return 0;
}

int oracle_judge(struct oracle *oracle, const char *source_context, const char *target_context,
		 const char *tclass, const char *permission, struct judgement *judgement,
		 struct error *err)
{
	struct question question = { .tclass = tclass, .permission = permission };
	int r = oracle_make_current(oracle, err);

	if (r == 0)
		r = context_sid(oracle, source_context, &question.source, &question.source_known,
				err);
	if (r == 0)
		r = context_sid(oracle, target_context, &question.target, &question.target_known,
				err);
	return r == 0 ? question_judge(oracle, &question, judgement, err) : r;
}

int oracle_judge_types(struct oracle *oracle, const char *source, const char *target,
		       const char *tclass, const char *permission, struct judgement *judgement,
		       struct error *err)
{
	struct question question = { .tclass = tclass, .permission = permission };
	int r = oracle_make_current(oracle, err);

	if (r == 0)
		r = system_sid(oracle, source, false, &question.source, &question.source_known,
			       err);
	if (r == 0)
		r = system_sid(oracle, target, false, &question.target, &question.target_known,
			       err);
	return r == 0 ? question_judge(oracle, &question, judgement, err) : r;
}
