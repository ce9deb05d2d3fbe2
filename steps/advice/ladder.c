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
struct inquiry {
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
static int find_port(struct inquiry *inquiry, struct error *err)
{
	const struct advisor *advisor = inquiry->ladder->advisor;
	const struct denial *denial = inquiry->denial;
	struct ladder_port *answer;
	size_t at = 0;
	int r;

	if (!denial->port || !is_port_access(denial, inquiry->permission))
		return 0;
	while (at < advisor->port_count && (advisor->ports[at].number != denial->port ||
					    !is_proto(denial->tclass, advisor->ports[at].proto)))
		at++;
	if (at == advisor->port_count)
		return 0;
	inquiry->port = &advisor->ports[at];
	answer = &inquiry->ladder->ports[at];
	if (!answer->asked && advisor->port_label) {
		r = advisor->port_label(advisor->data, inquiry->port->proto, denial->port,
					&answer->type, err);
		if (r < 0)
			return r;
	}
	answer->asked = true;
	if (answer->type)
		inquiry->target = answer->type;
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

static const struct known_denial *find_row(const struct inquiry *inquiry, bool domain)
{
	return known_row(inquiry->ladder->advisor, inquiry->denial, inquiry->target,
			 inquiry->permission, domain);
}

/* ---- the rungs: true (or 1): it holds, *rung filled ------------------------------------------ */

static bool hold(struct rung *rung, enum fix fix, const char *why, char *detail)
{
	rung->fix = fix;
	rung->why = why;
	rung->detail = detail;
	return true;
}

static bool rung_allowed(const struct inquiry *inquiry, struct rung *rung)
{
	const struct advice_port *port = inquiry->port;

	if (inquiry->judgement.verdict != VERDICT_ALLOWED)
		return false;
	if (port && strcmp(inquiry->target, port->type) == 0 &&
	    strcmp(inquiry->target, inquiry->denial->target) != 0)
		return hold(rung, FIX_ALLOWED, "The port has the right label now.",
			    str_printf("the port is labelled %s now", port->type));
	return hold(rung, FIX_ALLOWED, "The policy allows it now.", str_copy("nothing to do"));
}

static bool rung_domain(const struct inquiry *inquiry, struct rung *rung)
{
	const char *domain = inquiry->ladder->advisor->domain;
	const struct denial *denial = inquiry->denial;
	const struct known_denial *row;
	_cleanup_free_ char *exe = NULL, *comm = NULL;

	if (strcmp(denial->source, domain) == 0 ||
	    !match_words(known_general_domains, denial->source))
		return false;
	row = find_row(inquiry, true);
	if (!row)
		return false;
	exe = denial->exe ? text_shell(denial->exe) : NULL;
	comm = text_plain(denial->comm ? denial->comm : "the program", 60);
	rung->severity = row->severity;
	return hold(rung, FIX_DOMAIN, row->why,
		    exe ? str_printf("%s is to run as %s: restorecon -v %s, then restart it", comm,
				     domain, exe)
			: str_printf("%s is to run as %s: run restorecon -v on its executable, "
				     "then restart it",
				     comm, domain));
}

/* A data file is one by its name: whatever label it has instead of the data's, and whatever the
 * policy says of that label, the file is to be labelled. */
static int rung_data(const struct inquiry *inquiry, struct rung *rung, struct error *err)
{
	char *advice;
	int r;

	if (!relabel_is_data(inquiry->ladder->advisor, inquiry->denial) ||
	    match_words(known_general_domains, inquiry->denial->source) ||
	    !match_words(
		    "read write open append create unlink rename link getattr setattr lock map",
		    inquiry->permission))
		return 0;
	r = relabel_data_advice(inquiry->ladder->advisor, inquiry->denial, inquiry->permission,
				&advice, err);
	if (r < 0)
		return r;
	rung->severity = 6;
	return hold(
		rung, FIX_LABEL,
		"A file of the server's data, under another label than theirs: it was moved, or "
		"made elsewhere. A rule would open all that has this label.",
		advice);
}

static bool rung_port(const struct inquiry *inquiry, struct rung *rung)
{
	const struct advice_port *port = inquiry->port;

	if (!port || strcmp(inquiry->target, port->type) == 0)
		return false;
	return hold(rung, FIX_PORT,
		    "The service uses this port as configured; once the port has its label, the "
		    "policy allows the access without a rule.",
		    str_printf("%u/%s -> %s", port->number, port->proto, port->type));
}

static int rung_label(const struct inquiry *inquiry, struct rung *rung, struct error *err)
{
	const struct advisor *advisor = inquiry->ladder->advisor;
	const struct known_denial *row = inquiry->row;
	_cleanup_free_ char *expected = NULL;
	bool general = row && row->fix == FIX_LABEL, wrong;
	char *detail;
	int r;

	/* An invalid label reads as unlabeled_t: the next rung says more about it. */
	if (inquiry->denial->invalid_context)
		return 0;
	r = relabel_expected(advisor, inquiry->denial, &expected, err);
	if (r < 0)
		return r;
	wrong = expected && strcmp(expected, inquiry->denial->target) != 0 &&
		!match_words(known_general_labels, expected);
	if (!general && !wrong)
		return 0;
	r = relabel_advice(advisor, inquiry->denial, inquiry->permission, expected, &detail, err);
	if (r < 0)
		return r;
	if (general)
		rung->severity = row->severity;
	return hold(rung, FIX_LABEL,
		    general ? row->why
			    : "The object has another label than the policy wants it to have.",
		    detail);
}

static int rung_invalid_label(const struct inquiry *inquiry, struct rung *rung)
{
	const struct denial *denial = inquiry->denial;
	_cleanup_free_ char *context = NULL, *path = NULL;

	if (!denial->invalid_context)
		return 0;
	context = text_plain(denial->invalid_context, 100);
	path = text_shell(denial->path && *denial->path == '/' ? denial->path : "PATH");
	return hold(rung, FIX_INVALID_LABEL,
		    "The loaded policy does not know a label in it, as after a module was removed; "
		    "no rule can name that.",
		    strcmp(denial->source, "unlabeled_t") == 0
			    ? str_printf("restart what runs as %s", context)
			    : str_printf("restorecon -v %s (it has %s)", path, context));
}

/* What denies it, where a rule cannot. */
static const char *const obstacles[VERDICT_UNKNOWN + 1] = {
	[VERDICT_CONSTRAINT] = "a constraint of levels, users or roles",
	[VERDICT_ROLE] = "a rule of roles",
	[VERDICT_BOUNDS] = "the bounds of the domain",
};

static int rung_constraint(const struct inquiry *inquiry, struct rung *rung, struct error *err)
{
	const struct denial *denial = inquiry->denial;
	const char *name = obstacles[inquiry->judgement.verdict];
	const char *from = source_of(denial, inquiry->target),
		   *to = target_of(denial, inquiry->target);
	_cleanup_free_ char *source = NULL, *target = NULL, *expression = NULL;
	int r;

	if (!name)
		return 0;
	r = oracle_obstacle(inquiry->ladder->advisor->oracle, from, to, denial->tclass,
			    inquiry->permission, &expression, err);
	if (r < 0)
		return r;
	source = text_plain(from, 100);
	target = text_plain(to, 100);
	return hold(rung, FIX_CONSTRAINT,
		    "An allow rule cannot help: something else than a missing rule denies it. "
		    "Compare users, roles and levels; the object may have been labelled by hand.",
		    str_printf("denied by %s: %s, %s%s%s", name, source, target,
			       expression ? ": " : "", expression ? expression : ""));
}

static void rung_dontaudit(const struct inquiry *inquiry, struct rung *rung)
{
	const struct known_denial *row = inquiry->row;
	struct oracle *oracle = inquiry->ladder->advisor->oracle;

	rung->fix = FIX_DONTAUDIT;
	rung->why = row ? row->why
			: "The policy hides it already, as something that is not needed. If an "
			  "exercise fails while enforcing, this is the first to suspect.";
	if (row && row->widen && oracle_has_attribute(oracle, row->widen) &&
	    oracle_type_has_attribute(oracle, inquiry->target, row->widen)) {
		rung->rule_target = row->widen;
		rung->target = row->widen;
	}
}

/* Of a port that is not the service's: how to make it so. */
static void refuse_port(const struct inquiry *inquiry, struct rung *rung)
{
	const struct advisor *advisor = inquiry->ladder->advisor;
	const struct denial *denial = inquiry->denial;
	int proto = (int)strcspn(denial->tclass, "_");

	if (!denial->port || !advisor->port_count || !is_port_access(denial, inquiry->permission))
		return;
	rung->detail = str_printf(
		"if the service is to use %u/%.*s: semanage port -a -t %s -p %.*s %u", denial->port,
		proto, denial->tclass, advisor->ports[0].type, proto, denial->tclass, denial->port);
}

/* The last three, one of which holds: dontaudit, refuse, allow. */
static void rung_rule(struct inquiry *inquiry, struct rung *rung)
{
	const struct known_denial *row = inquiry->row;

	/* What the policy hides needs no rule, dangerous or not. */
	if (!row && !inquiry->judgement.dontaudit)
		row = rung->row = inquiry->row =
			known_danger(inquiry->ladder->advisor, inquiry->denial, inquiry->target,
				     inquiry->permission);
	if (row) {
		rung->severity = row->severity;
		rung->unsure = row->exe && !inquiry->denial->exe;
	}
	if (row ? row->fix == FIX_DONTAUDIT : inquiry->judgement.dontaudit) {
		rung_dontaudit(inquiry, rung);
		return;
	}
	rung->fix = FIX_ALLOW;
	rung->why = row ? row->why
			: "Nothing is known of this access. Look at the evidence: is it the "
			  "service's own work?";
	if (row && row->fix == FIX_REFUSE &&
	    !known_is_insisted(inquiry->ladder->advisor->insisted, inquiry->target,
			       inquiry->permission)) {
		rung->fix = FIX_REFUSE;
		refuse_port(inquiry, rung);
	}
}

static int climb(struct inquiry *inquiry, struct rung *rung, struct error *err)
{
	int r;

	if (rung_allowed(inquiry, rung) || rung_domain(inquiry, rung) || rung_port(inquiry, rung))
		return 0;
	r = rung_label(inquiry, rung, err)
		?: rung_invalid_label(inquiry, rung)
		?: rung_constraint(inquiry, rung, err);
	if (r == 0)
		rung_rule(inquiry, rung);
	return r < 0 ? r : 0;
}

int ladder_judge(struct ladder *ladder, const struct denial *denial, const char *permission,
		 struct rung *rung, struct error *err)
{
	struct inquiry inquiry = { .ladder = ladder,
				   .denial = denial,
				   .permission = permission,
				   .target = denial->target };
	int r = find_port(&inquiry, err)
			?: ladder_ask(ladder->advisor->oracle, denial, inquiry.target, permission,
				      &inquiry.judgement, err);

	if (r < 0)
		return r;
	*rung = (struct rung){ .target = inquiry.target,
			       .severity = known_severity(denial->tclass, permission),
			       .silent = inquiry.judgement.dontaudit };
	r = rung_data(&inquiry, rung, err);
	if (r)
		return r < 0 ? r : 0;
	if (inquiry.judgement.verdict == VERDICT_UNKNOWN) {
		rung->unknown = true;
		return 0;
	}
	rung->row = inquiry.row = find_row(&inquiry, false);
	r = climb(&inquiry, rung, err);
	rung->known = (rung->fix == FIX_ALLOW || rung->fix == FIX_DONTAUDIT) && inquiry.row &&
		      inquiry.row->fix == rung->fix && !rung->unsure &&
		      rung->severity < SEVERITY_ASKED;
	return r;
}

int ladder_suppose(struct ladder *ladder, const struct denial *denial, const char *permission,
		   struct rung *rung, struct error *err)
{
	struct inquiry inquiry = {
		.ladder = ladder, .denial = denial, .permission = permission, .target = rung->target
	};
	int r = ladder_ask(ladder->advisor->oracle, denial, rung->target, permission,
			   &inquiry.judgement, err)
			?: rung_constraint(&inquiry, rung, err);

	if (r == 1)
		rung->known = false;
	return r < 0 ? r : 0;
}
