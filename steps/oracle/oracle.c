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

#include "steps/oracle/private.h"
#include "wizard/text.h"
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

int oracle_renew(struct oracle *oracle, struct error *err)
{
	void *image;
	size_t length;

	if (sepol_policydb_to_image(NULL, oracle->policy, &image, &length) < 0)
		return error_nomem(err);
	free(oracle->image);
	oracle->image = image;
	oracle->length = length;
	if (current == oracle)
		current = NULL;
	return 0;
}

int oracle_copy_booleans(struct oracle *oracle, const struct oracle *from, struct error *err)
{
	const policydb_t *theirs = &from->policy->p;
	bool changed = false;

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
	return changed ? oracle_renew(oracle, err) : 0;
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
	sepol_security_class_t class;
	sepol_access_vector_t requested; /* 0: a name is unknown */
};

/* question_name - class and permission as numbers; the name of what is unknown, or NULL. */
static const char *question_name(const struct oracle *oracle, struct question *question)
{
	const class_datum_t *class =
		policy_find(oracle->policy->p.p_classes.table, question->tclass);
	const perm_datum_t *permission =
		class ? policy_permission(class, question->permission) : NULL;

	if (!question->source_known)
		return "source context";
	if (!question->target_known)
		return "target context";
	if (!class)
		return "class";
	if (!permission)
		return "permission";
	question->class = (sepol_security_class_t) class->s.value;
	question->requested = UINT32_C(1) << (permission->s.value - 1);
	return NULL;
}

static int question_failed(const struct question *question, struct error *err)
{
	return error_set(err, EIO, "build the policy anew: semodule -B",
			 "libsepol cannot judge %s %s", question->tclass, question->permission);
}

static int question_judge(const struct oracle *oracle, struct question *question,
			  struct judgement *judgement, struct error *err)
{
	struct sepol_av_decision decision;
	unsigned int reason = 0;

	*judgement = (struct judgement){ .verdict = VERDICT_UNKNOWN,
					 .unknown = question_name(oracle, question) };
	if (judgement->unknown)
		return 0;
	if (sepol_compute_av_reason(question->source, question->target, question->class,
				    question->requested, &decision, &reason) < 0)
		return question_failed(question, err);
	judgement->verdict = VERDICT_ALLOWED;
	if (decision.allowed & question->requested)
		return 0;
	judgement->verdict = verdict_of(reason);
	judgement->dontaudit = !(decision.auditdeny & question->requested);
	return 0;
}

/* question_open - who is asked about; each a context, or a type. */
static int question_open(const struct oracle *oracle, const char *source, const char *target,
			 struct question *question, struct error *err)
{
	int r = oracle_make_current(oracle, err);

	if (r == 0)
		r = strchr(source, ':') ? context_sid(oracle, source, &question->source,
						      &question->source_known, err)
					: system_sid(oracle, source, false, &question->source,
						     &question->source_known, err);
	if (r < 0)
		return r;
	return strchr(target, ':') ? context_sid(oracle, target, &question->target,
						 &question->target_known, err)
				   : system_sid(oracle, target, false, &question->target,
						&question->target_known, err);
}

int oracle_judge(struct oracle *oracle, const char *source, const char *target, const char *tclass,
		 const char *permission, struct judgement *judgement, struct error *err)
{
	struct question question = { .tclass = tclass, .permission = permission };
	int r = question_open(oracle, source, target, &question, err);

	return r == 0 ? question_judge(oracle, &question, judgement, err) : r;
}

/* ---- what denies in spite of a rule ---------------------------------------------------------- */

/* write_constraint - a line of libsepol's: "constrain CLASS { PERMISSION... } (EXPRESSION);
 * Constraint DENIED", in which "-Fail-" is behind what fails. Of the permissions only the one. */
static void write_constraint(FILE *out, char *line, const char *permission)
{
	static const char failed[] = " -Fail-";
	char *open = strchr(line, '{'), *close = open ? strchr(open, '}') : NULL;
	char *at = close ? strchr(close, '(') : NULL, *end = strrchr(line, ')');

	/* The outermost brackets are libsepol's. */
	if (!at || !end || end <= at || !strstr(end, "; Constraint "))
		return;
	*end = '\0';
	fprintf(out, "%s%.*s{ %s } ", ftell(out) > 0 ? "; " : "", (int)(open - line), line,
		permission);
	for (at++; *at;) {
		if (str_starts(at, failed)) {
			fputs(" (failed)", out);
			at += strlen(failed);
		} else {
			if (*at != ' ' || !strchr(" )", at[1]))
				fputc(*at, out);
			at++;
		}
	}
}

static void write_bounds(FILE *out, const struct oracle *oracle, const char *context)
{
	const policydb_t *policy = &oracle->policy->p;
	_cleanup_free_ char *copy = strdup(context);
	char *rest = copy, *name = copy;
	const type_datum_t *type;

	for (int i = 0; rest && i < 3 && strchr(context, ':'); i++)
		name = strsep(&rest, ":");
	type = name ? policy_type(oracle, name, TYPE_TYPE) : NULL;
	if (type && type->bounds)
		fprintf(out, "%stypebounds %s %s", ftell(out) > 0 ? "; " : "",
			policy->p_type_val_to_name[type->bounds - 1], name);
}

static void write_role(FILE *out, const char *source, const char *target)
{
	const char *from = strchr(source, ':'), *to = strchr(target, ':');

	if (!from || !to)
		return;
	fprintf(out, "no rule \"allow %.*s %.*s\" for roles", (int)strcspn(from + 1, ":"), from + 1,
		(int)strcspn(to + 1, ":"), to + 1);
}

static int write_obstacle(FILE *out, const struct oracle *oracle, const struct question *question,
			  const char *source, const char *target, struct error *err)
{
	struct sepol_av_decision decision;
	_cleanup_free_ char *reasons = NULL;
	char *rest, *line;
	unsigned int reason = 0;

	if (sepol_compute_av_reason_buffer(question->source, question->target, question->class,
					   question->requested, &decision, &reason, &reasons,
					   0) < 0)
		return question_failed(question, err);
	for (rest = reasons; (line = strsep(&rest, "\n"));)
		write_constraint(out, line, question->permission);
	if (reason & SEPOL_COMPUTEAV_RBAC)
		write_role(out, source, target);
	if (reason & SEPOL_COMPUTEAV_BOUNDS) {
		write_bounds(out, oracle, source);
		write_bounds(out, oracle, target);
	}
	return 0;
}

int oracle_obstacle(struct oracle *oracle, const char *source, const char *target,
		    const char *tclass, const char *permission, char **text, struct error *err)
{
	struct question question = { .tclass = tclass, .permission = permission };
	_cleanup_free_ char *written = NULL;
	size_t length;
	FILE *out;
	int r = question_open(oracle, source, target, &question, err);

	*text = NULL;
	if (r < 0 || question_name(oracle, &question))
		return r;
	out = open_memstream(&written, &length);
	if (!out)
		return error_nomem(err);
	r = write_obstacle(out, oracle, &question, source, target, err);
	if (fclose(out) != 0 && r == 0)
		r = error_nomem(err);
	if (r < 0 || !length)
		return r;
	*text = text_plain(written, OBSTACLE_MAX - strlen("..."));
	return *text ? 0 : error_nomem(err);
}
