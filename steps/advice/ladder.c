/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "steps/advice/known.h"
#include "steps/advice/ladder.h"
#include "steps/advice/relabel.h"
#include "steps/oracle/access.h"
#include "wizard/text.h"
#include "wizard/util.h"

struct ladder_port {
	bool asked;
	char *type;
};

/* What is found out about one permission of one denial, rung by rung. */
struct question {
	struct ladder *ladder;
	const struct denial *denial;
	const char *permission;
	const char *target;             /* the denial's, or the label of its port now */
	const struct advice_port *port; /* of the service; NULL: it is none */
	const struct known_denial *row;
	struct judgement judgement;
};

void ladder_init(struct ladder *ladder, const struct advisor *advisor)
{
	ladder->advisor = advisor;
	ladder->ports = memory_new(advisor->port_count, sizeof(*ladder->ports));
}

void ladder_clear(struct ladder *ladder)
{
	for (size_t i = 0; ladder->ports && i < ladder->advisor->port_count; i++)
		free(ladder->ports[i].type);
	free(ladder->ports);
	ladder->ports = NULL;
}

static bool is_port_access(const struct denial *denial, const char *permission)
{
	return match_words("tcp_socket udp_socket dccp_socket sctp_socket", denial->tclass) &&
	       match_words("name_bind name_connect", permission);
}

/* "tcp_socket" -> is it of proto "tcp"? */
static bool is_proto(const char *tclass, const char *proto)
{
	const char *rest = str_starts(tclass, proto);

	return rest && strcmp(rest, "_socket") == 0;
}

/* The service's port that the access is about, and the label that it has now. */
static int find_port(struct question *question, struct error *err)
{
	const struct advisor *advisor = question->ladder->advisor;
	const struct denial *denial = question->denial;
	struct ladder_port *answer;
	size_t at = 0;
	int r;

	if (!denial->port || !is_port_access(denial, question->permission))
		return 0;
	while (at < advisor->port_count && (advisor->ports[at].number != denial->port ||
					    !is_proto(denial->tclass, advisor->ports[at].proto)))
		at++;
	if (at == advisor->port_count)
		return 0;
	question->port = &advisor->ports[at];
	answer = &question->ladder->ports[at];
	if (!answer->asked && advisor->port_label) {
		r = advisor->port_label(advisor->data, question->port->proto, denial->port,
					&answer->type, err);
		if (r < 0)
			return r;
	}
	answer->asked = true;
	if (answer->type)
		question->target = answer->type;
	return 0;
}

/* Whom the policy is asked about: contexts, or with another label than the denial's the types. */
static const char *source_of(const struct denial *denial, const char *target)
{
	return strcmp(target, denial->target) ? denial->source : denial->source_context;
}

static const char *target_of(const struct denial *denial, const char *target)
{
	return strcmp(target, denial->target) ? target : denial->target_context;
}

int ladder_ask(struct oracle *oracle, const struct denial *denial, const char *target,
	       const char *permission, struct judgement *judgement, struct error *err)
{
	int r = oracle_judge(oracle, source_of(denial, target), target_of(denial, target),
			     denial->tclass, permission, judgement, err);

	if (r == 0 && judgement->verdict == VERDICT_ALLOWED && denial->has_ioctl &&
	    !strcmp(permission, "ioctl") &&
	    access_ioctl_denied(oracle, denial->source, target, denial->tclass, denial->ioctl))
		judgement->verdict = VERDICT_NO_RULE;
	return r;
}

static const struct known_denial *find_row(const struct question *question, bool domain)
{
	return known_row(question->ladder->advisor, question->denial, question->target,
			 question->permission, domain);
}

/* Each rung: true (or 1): it holds, *rung filled. */

static bool rung_allowed(const struct question *question, struct rung *rung)
{
	const struct advice_port *port = question->port;

	if (question->judgement.verdict != VERDICT_ALLOWED)
		return false;
	rung->fix = FIX_ALLOWED;
	rung->why = "The policy allows it now.";
	if (port && strcmp(question->target, port->type) == 0 &&
	    strcmp(question->target, question->denial->target) != 0) {
		rung->why = "The port has the right label now.";
		rung->detail = str_printf("the port is labelled %s now", port->type);
	} else {
		rung->detail = str_copy("nothing to do");
	}
	return true;
}

static bool rung_domain(const struct question *question, struct rung *rung)
{
	const struct advisor *advisor = question->ladder->advisor;
	const struct denial *denial = question->denial;
	const struct known_denial *row;
	_cleanup_free_ char *exe = NULL, *comm = NULL;

	if (strcmp(denial->source, advisor->domain) == 0 ||
	    !known_is_general_domain(denial->source))
		return false;
	row = find_row(question, true);
	if (!row)
		return false;
	exe = denial->exe ? text_shell(denial->exe) : NULL;
	comm = text_plain(denial->comm ? denial->comm : "the program", 60);
	rung->fix = FIX_DOMAIN;
	rung->why = row->why;
	rung->severity = row->severity;
	if (exe)
		rung->detail = str_printf("%s is to run as %s: restorecon -v %s, then restart it",
					  comm, advisor->domain, exe);
	else
		rung->detail = str_printf("%s is to run as %s: run restorecon -v on its "
					  "executable, then restart it",
					  comm, advisor->domain);
	return true;
}

static bool rung_port(const struct question *question, struct rung *rung)
{
	const struct advice_port *port = question->port;

	if (!port || strcmp(question->target, port->type) == 0)
		return false;
	rung->fix = FIX_PORT;
	rung->why = "The service uses this port as configured; once the port has its label, the "
		    "policy allows the access without a rule.";
	rung->detail = str_printf("%u/%s -> %s", port->number, port->proto, port->type);
	return true;
}

static int rung_label(const struct question *question, struct rung *rung, struct error *err)
{
	const struct advisor *advisor = question->ladder->advisor;
	const struct known_denial *row = question->row;
	_cleanup_free_ char *expected = NULL;
	bool general, wrong;
	int r;

	/* An invalid label reads as unlabeled_t: the next rung says more about it. */
	if (question->denial->invalid_context)
		return 0;
	general = row && row->fix == FIX_LABEL;
	r = relabel_expected(advisor, question->denial, &expected, err);
	if (r < 0)
		return r;
	wrong = expected && strcmp(expected, question->denial->target) != 0 &&
		!match_words(known_general_labels, expected);
	if (!general && !wrong)
		return 0;
	rung->fix = FIX_LABEL;
	rung->why = general ? row->why
			    : "The object has another label than the policy wants it to have.";
	if (general)
		rung->severity = row->severity;
	rung->detail = relabel_advice(advisor, question->denial, question->permission, expected);
	return 1;
}

static bool rung_invalid_label(const struct question *question, struct rung *rung)
{
	const struct denial *denial = question->denial;
	_cleanup_free_ char *context = NULL, *path = NULL;

	if (!denial->invalid_context)
		return false;
	context = text_plain(denial->invalid_context, 100);
	path = text_shell(denial->path && *denial->path == '/' ? denial->path : "PATH");
	rung->fix = FIX_INVALID_LABEL;
	rung->why = "The loaded policy does not know a label in it, as after a module was removed; "
		    "no rule can name that.";
	if (strcmp(denial->source, "unlabeled_t") == 0)
		rung->detail = str_printf("restart what runs as %s", context);
	else
		rung->detail = str_printf("restorecon -v %s (it has %s)", path, context);
	return true;
}

/* What denies it, where a rule cannot; NULL: a missing rule. */
static const char *obstacle(enum verdict verdict)
{
	switch (verdict) {
	case VERDICT_CONSTRAINT:
		return "a constraint of levels, users or roles";
	case VERDICT_ROLE:
		return "a rule of roles";
	case VERDICT_BOUNDS:
		return "the bounds of the domain";
	default:
		return NULL;
	}
}

/* oracle: the policy that gave the verdict. */
static int rung_constraint(const struct question *question, struct oracle *oracle,
			   struct rung *rung, struct error *err)
{
	const struct denial *denial = question->denial;
	const char *name = obstacle(question->judgement.verdict);
	const char *from = source_of(denial, question->target),
		   *to = target_of(denial, question->target);
	_cleanup_free_ char *source = NULL, *target = NULL, *expression = NULL;
	int r;

	if (!name)
		return 0;
	r = oracle_obstacle(oracle, from, to, denial->tclass, question->permission, &expression,
			    err);
	if (r < 0)
		return r;
	source = text_plain(from, 100);
	target = text_plain(to, 100);
	rung->fix = FIX_CONSTRAINT;
	rung->why =
		"An allow rule cannot help: something else than a missing rule denies it. Compare "
		"users, roles and levels; the object may have been labelled by hand.";
	rung->detail = str_printf("denied by %s: %s, %s%s%s", name, source, target,
				  expression ? ": " : "", expression ? expression : "");
	return 1;
}

static void rung_dontaudit(const struct question *question, struct rung *rung)
{
	const struct known_denial *row = question->row;
	struct oracle *oracle = question->ladder->advisor->oracle;

	rung->fix = FIX_DONTAUDIT;
	rung->unsure = row && row->exe && !question->denial->exe;
	rung->why = row ? row->why
			: "The policy hides it already, as something that is not needed. If an "
			  "exercise fails while enforcing, this is the first to suspect.";
	if (row && row->widen && oracle_has_attribute(oracle, row->widen) &&
	    oracle_type_has_attribute(oracle, question->target, row->widen)) {
		rung->rule_target = row->widen;
		rung->target = row->widen;
	}
}

/* Of a port that is not the service's: how to make it so. */
static void refuse_port(const struct question *question, struct rung *rung)
{
	const struct advisor *advisor = question->ladder->advisor;
	const struct denial *denial = question->denial;
	int proto = (int)strcspn(denial->tclass, "_");

	if (!denial->port || !advisor->port_count || !is_port_access(denial, question->permission))
		return;
	rung->detail = str_printf(
		"if the service is to use %u/%.*s: semanage port -a -t %s -p %.*s %u", denial->port,
		proto, denial->tclass, advisor->ports[0].type, proto, denial->tclass, denial->port);
}

/* The last three, one of which holds: dontaudit, refuse, allow. */
static void rung_rule(const struct question *question, struct rung *rung)
{
	const struct known_denial *row = question->row;

	if (row)
		rung->severity = row->severity;
	if (row ? row->fix == FIX_DONTAUDIT : question->judgement.dontaudit) {
		rung_dontaudit(question, rung);
		return;
	}
	rung->fix = FIX_ALLOW;
	rung->why = row ? row->why
			: "Nothing is known of this access. Look at the evidence: is it the "
			  "service's own work?";
	if (row && row->fix == FIX_REFUSE &&
	    !known_is_insisted(question->ladder->advisor->insisted, question->target,
			       question->permission)) {
		rung->fix = FIX_REFUSE;
		refuse_port(question, rung);
	}
}

static int climb(const struct question *question, struct rung *rung, struct error *err)
{
	int r;

	if (rung_allowed(question, rung) || rung_domain(question, rung) ||
	    rung_port(question, rung))
		return 0;
	r = rung_label(question, rung, err);
	if (r == 0)
		r = rung_invalid_label(question, rung);
	if (r == 0)
		r = rung_constraint(question, question->ladder->advisor->oracle, rung, err);
	if (r == 0)
		rung_rule(question, rung);
	return r < 0 ? r : 0;
}

int ladder_judge(struct ladder *ladder, const struct denial *denial, const char *permission,
		 struct rung *rung, struct error *err)
{
	struct question question = { .ladder = ladder,
				     .denial = denial,
				     .permission = permission,
				     .target = denial->target };
	int r = find_port(&question, err);

	if (r == 0)
		r = ladder_ask(ladder->advisor->oracle, denial, question.target, permission,
			       &question.judgement, err);
	if (r < 0)
		return r;
	*rung = (struct rung){ .target = question.target,
			       .severity = known_severity(denial->tclass, permission),
			       .silent = question.judgement.dontaudit };
	if (question.judgement.verdict == VERDICT_UNKNOWN) {
		rung->unknown = true;
		return 0;
	}
	rung->row = question.row = find_row(&question, false);
	r = climb(&question, rung, err);
	rung->known = (rung->fix == FIX_ALLOW || rung->fix == FIX_DONTAUDIT) && question.row &&
		      question.row->fix == rung->fix && !rung->unsure &&
		      rung->severity < SEVERITY_ASKED;
	return r;
}

int ladder_suppose(struct ladder *ladder, struct oracle *supposed, const struct denial *denial,
		   const char *permission, struct rung *rung, struct error *err)
{
	struct question question = {
		.ladder = ladder, .denial = denial, .permission = permission, .target = rung->target
	};
	int r = ladder_ask(supposed, denial, rung->target, permission, &question.judgement, err);

	if (r == 0)
		r = rung_constraint(&question, supposed, rung, err);
	if (r == 1)
		rung->known = false;
	return r < 0 ? r : 0;
}
