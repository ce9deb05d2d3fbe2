/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "steps/oracle/policy.h"

#include <errno.h>
#include <string.h>
#include <sepol/policydb/services.h>

#include "steps/oracle/oracle.h"
#include "wizard/text.h"
#include "wizard/util.h"

/* ---- who is asked about, and what ----------------------------------------------------------- */

struct asking {
	sepol_security_id_t source, target;
	sepol_security_class_t class;
	sepol_access_vector_t requested;
	const char *tclass, *permission;
	const char *unknown; /* the kind of the first name that the policy does not have */
};

static bool sid_of(const char *context, sepol_security_id_t *sid)
{
	return sepol_context_to_sid(context, strlen(context), sid) == 0;
}

/*
 * The SID of type in a context of the system's own; false: there is none. Any type is valid with
 * object_r, but a domain belongs in system_r where it may be: constraints look at the role.
 */
static bool system_sid(const struct oracle *oracle, const char *type, bool object,
		       sepol_security_id_t *sid)
{
	static const char *const roles[] = { "system_r", "object_r" };
	const char *level = oracle->policy->p.mls ? ":s0" : "";

	if (!policy_type(oracle, type, TYPE_TYPE))
		return false;
	for (size_t i = object ? 1 : 0; i < ARRAY_SIZE(roles); i++) {
		_cleanup_free_ char *context =
			str_printf("system_u:%s:%s%s", roles[i], type, level);

		if (sid_of(context, sid))
			return true;
	}
	return false;
}

enum { ROLE = 1, TYPE };

/* A context's role or type, in new memory; NULL: it has none. */
static char *field_of(const char *context, int number)
{
	size_t length;
	const char *field = str_field(context, strlen(context), ':', number, &length);

	return field ? memory_copy(field, length) : NULL;
}

/* name: a context, or a type. */
static bool find_sid(const struct oracle *oracle, const char *name, sepol_security_id_t *sid)
{
	_cleanup_free_ char *role = field_of(name, ROLE), *type = field_of(name, TYPE);

	if (!strchr(name, ':'))
		return system_sid(oracle, name, false, sid);
	return sid_of(name, sid) ||
	       (role && type && system_sid(oracle, type, !strcmp(role, "object_r"), sid));
}

static struct asking asking_open(struct oracle *oracle, const char *source, const char *target,
				 const char *tclass, const char *permission)
{
	struct asking asking = { .tclass = tclass, .permission = permission };

	sepol_set_policydb(&oracle->policy->p);
	sepol_set_sidtab(&oracle->sids);
	asking.requested = policy_access(&oracle->policy->p, tclass, permission, &asking.class);
	if (!find_sid(oracle, source, &asking.source))
		asking.unknown = "source context";
	else if (!find_sid(oracle, target, &asking.target))
		asking.unknown = "target context";
	else if (!asking.class)
		asking.unknown = "class";
	else if (!asking.requested)
		asking.unknown = "permission";
	return asking;
}

static int asking_failed(const struct asking *asking, struct error *err)
{
	return error_set(err, EIO, "build the policy anew: semodule -B",
			 "libsepol cannot judge %s %s", asking->tclass, asking->permission);
}

/* ---- the judgement -------------------------------------------------------------------------- */

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

int oracle_judge(struct oracle *oracle, const char *source, const char *target, const char *tclass,
		 const char *permission, struct judgement *judgement, struct error *err)
{
	struct sepol_av_decision decision;
	unsigned int reason = 0;
	struct asking asking = asking_open(oracle, source, target, tclass, permission);

	*judgement = (struct judgement){ .verdict = VERDICT_UNKNOWN, .unknown = asking.unknown };
	if (asking.unknown)
		return 0;
	if (sepol_compute_av_reason(asking.source, asking.target, asking.class, asking.requested,
				    &decision, &reason) < 0)
		return asking_failed(&asking, err);
	judgement->verdict = VERDICT_ALLOWED;
	if (decision.allowed & asking.requested)
		return 0;
	judgement->verdict = verdict_of(reason);
	judgement->dontaudit = !(decision.auditdeny & asking.requested);
	return 0;
}

/* ---- what denies in spite of a rule ---------------------------------------------------------- */

/* is_listed - is the permission a word between the braces? */
static bool is_listed(const char *open, const char *close, const char *permission)
{
	_cleanup_free_ char *list = memory_copy(open + 1, (size_t)(close - open - 1));
	char *rest = list;
	const char *word;

	while ((word = strsep(&rest, " ")))
		if (!strcmp(word, permission))
			return true;
	return false;
}

/* write_constraint - a line of libsepol's: "constrain CLASS { PERMISSION... } (EXPRESSION);
 * Constraint DENIED", in which "-Fail-" is behind what fails. libsepol has those of all permissions
 * that a rule allows: only the one that was asked about is written. */
static void write_constraint(FILE *out, char *line, const char *permission)
{
	static const char failed[] = " -Fail-";
	char *open = strchr(line, '{'), *close = open ? strchr(open, '}') : NULL;
	char *at = close ? strchr(close, '(') : NULL, *end = strrchr(line, ')');

	/* The outermost brackets are libsepol's. */
	if (!at || !end || end <= at || !strstr(end, "; Constraint ") ||
	    !is_listed(open, close, permission))
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
	_cleanup_free_ char *field = field_of(context, TYPE);
	const char *name = field ?: context;
	const type_datum_t *type = policy_type(oracle, name, TYPE_TYPE);

	if (type && type->bounds)
		fprintf(out, "%stypebounds %s %s", ftell(out) > 0 ? "; " : "",
			policy->p_type_val_to_name[type->bounds - 1], name);
}

static void write_role(FILE *out, const char *source, const char *target)
{
	_cleanup_free_ char *from = field_of(source, ROLE), *to = field_of(target, ROLE);

	if (from && to)
		fprintf(out, "no rule \"allow %s %s\" for roles", from, to);
}

static int write_obstacle(FILE *out, const struct oracle *oracle, const struct asking *asking,
			  const char *source, const char *target, struct error *err)
{
	struct sepol_av_decision decision;
	_cleanup_free_ char *reasons = NULL;
	char *rest, *line;
	unsigned int reason = 0;

	if (sepol_compute_av_reason_buffer(asking->source, asking->target, asking->class,
					   asking->requested, &decision, &reason, &reasons, 0) < 0)
		return asking_failed(asking, err);
	for (rest = reasons; (line = strsep(&rest, "\n"));)
		write_constraint(out, line, asking->permission);
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
	_cleanup_free_ char *written = NULL;
	struct asking asking = asking_open(oracle, source, target, tclass, permission);
	FILE *out;
	int r;

	*text = NULL;
	if (asking.unknown)
		return 0;
	out = stream_open(&written, NULL);
	r = write_obstacle(out, oracle, &asking, source, target, err);
	stream_close(&out);
	if (r == 0 && *written)
		*text = text_plain(written, OBSTACLE_MAX - strlen("..."));
	return r;
}

bool oracle_port_is_usable(struct oracle *oracle, const char *domain, const char *proto,
			   unsigned int number)
{
	bool udp = !strcmp(proto, "udp");
	const char *type = oracle_port_type(oracle, proto, number) ?: "port_t";
	struct judgement bind = { .verdict = VERDICT_UNKNOWN }, connect = bind;

	oracle_judge(oracle, domain, type, udp ? "udp_socket" : "tcp_socket", "name_bind", &bind,
		     NULL);
	if (!udp)
		oracle_judge(oracle, domain, type, "tcp_socket", "name_connect", &connect, NULL);
	return bind.verdict == VERDICT_ALLOWED && (udp || connect.verdict == VERDICT_ALLOWED);
}
