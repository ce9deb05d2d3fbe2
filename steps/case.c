/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "steps/advice/advice.h"
#include "steps/advice/known.h"
#include "steps/advice/refine.h"
#include "steps/case.h"
#include "steps/cluster/nodes.h"
#include "steps/exercising/roles.h"
#include "steps/galera/files.h"
#include "steps/galera/known.h"
#include "steps/given.h"
#include "steps/labelling/labels.h"
#include "steps/node/node.h"
#include "steps/oracle/cil.h"
#include "wizard/util.h"

struct kept {
	json_t *sources; /* what denials were read from; NULL: nothing read yet */
	struct denials denials;
	struct findings findings;
	struct advice_port ports[NODE_PORTS_MAX];
	struct strings directories;
};

static void forget(struct kept *kept)
{
	json_decref(kept->sources);
	kept->sources = NULL;
	findings_clear(&kept->findings);
	denials_clear(&kept->denials);
}

static void release(void *data)
{
	struct kept *kept = data;

	if (!kept)
		return;
	forget(kept);
	strings_clear(&kept->directories);
	free(kept);
}

/* What has been read and judged is kept for the session. */
static struct kept *kept_of(struct session *session)
{
	void **slot = node_slot(session, release);

	if (!*slot)
		*slot = memory_new(1, sizeof(struct kept));
	return *slot;
}

static int port_label(void *data, const char *proto, unsigned int number, char **type,
		      struct error *err)
{
	struct store *store;

	return node_store(data, &store, err)
		       ?: store_port_label(store, proto, number, type, NULL, err);
}

int case_path_label(struct file_labels *labels, const char *path, const char *tclass, char **type,
		    struct error *err)
{
	static const struct {
		const char *tclass;
		mode_t kind;
	} kinds[] = {
		{ "file", S_IFREG },       { "dir", S_IFDIR },       { "lnk_file", S_IFLNK },
		{ "sock_file", S_IFSOCK }, { "fifo_file", S_IFIFO }, { "chr_file", S_IFCHR },
		{ "blk_file", S_IFBLK },
	};

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (!strcmp(kinds[i].tclass, tclass))
			return file_labels_expect(labels, path, kinds[i].kind, type, err);
	*type = NULL;
	return 0;
}

static int path_label(void *data, const struct denial *denial, char **type, struct error *err)
{
	struct file_labels *labels;

	if (denial->node && nodes_label(data, denial->node, denial->path, denial->tclass, type))
		return 0;
	return node_labels(data, &labels, err)
		       ?: case_path_label(labels, denial->path, denial->tclass, type, err);
}

static int path_rule(void *data, const char *path, bool below, char **rule, bool *alias,
		     struct error *err)
{
	struct file_labels *labels;

	return node_labels(data, &labels, err)
		       ?: labels_rule(labels, path, below, rule, alias, err);
}

struct advisor case_advisor_of(struct oracle *oracle, const struct advice_port *ports,
			       size_t port_count)
{
	return (struct advisor){
		.oracle = oracle,
		.known = galera_known_denials,
		.ports = ports,
		.port_count = port_count,
		.domain = node_domain(),
		.bad_booleans = galera_bad_booleans,
		.insisted = node_options.dangerous,
		.data_directory = "/var/lib/mysql",
		.data_files = galera_data_files,
		.own_types = galera_own_types,
	};
}

static int advisor_here(struct session *session, struct advisor *advisor, struct error *err)
{
	struct kept *kept = kept_of(session);
	const struct galera_config *config;
	const struct galera_port *ports;
	struct oracle *base;
	int count, r = node_base(session, &base, err)
			       ?: node_config(session, &config, err)
			       ?: node_ports(session, &ports, &count, err);

	if (r < 0)
		return r;
	for (int i = 0; i < count; i++)
		kept->ports[i] = (struct advice_port){ .proto = ports[i].proto,
						       .number = ports[i].number,
						       .type = PORT_TYPE };
	strings_clear(&kept->directories);
	galera_directories(config, &kept->directories);
	*advisor = case_advisor_of(base, kept->ports, (size_t)count);
	advisor->directories = &kept->directories;
	advisor->port_label = port_label;
	advisor->path_label = path_label;
	advisor->path_rule = path_rule;
	advisor->data = session;
	return 0;
}

int case_judge(struct session *session, const struct denials *denials, struct findings *findings,
	       struct error *err)
{
	struct advisor advisor;

	return advisor_here(session, &advisor, err)
		       ?: advice_judge(&advisor, denials, findings, err);
}

/* An evidence file says of which node it is; its records can have another name for it. */
static void set_node(struct denials *denials, size_t from, const char *node)
{
	for (size_t i = from; i < denials->count; i++) {
		free(denials->items[i].node);
		denials->items[i].node = str_copy(node);
	}
}

int case_read(struct session *session, const json_t *sources, struct denials *denials,
	      struct error *err)
{
	int r = 0;

	list_each(source, sources) {
		size_t before = denials->count;

		if (r == 0)
			r = node_log_read(session, member_text(source, "path"),
					  member_text(source, "origin"), denials, err);
		if (r == 0 && member_or_null(source, "node"))
			set_node(denials, before, member_text(source, "node"));
	}
	return r;
}

/* A decision is remembered by what it is about, permission by permission: a finding that has got
 * one more permission is asked about again. */
static char *key_of(const struct finding *finding)
{
	return decision_key(fix_name(finding->fix), finding->source, finding->target,
			    finding->tclass);
}

static enum decision decision_of(const struct finding *finding, const json_t *remembered)
{
	enum decision decision = DECISION_NONE;

	for (size_t i = 0; i < finding->permissions.count; i++) {
		const char *permission = finding->permissions.items[i];
		enum decision one = decision_by_word(member_text(remembered, permission));

		if (i > 0 && one != decision)
			return DECISION_NONE;
		decision = one;
	}
	return decision;
}

static bool wants_companions(const struct finding *finding, const json_t *remembered)
{
	for (size_t i = 0; i < finding->companions.count; i++)
		if (!member_is(remembered, finding->companions.items[i],
			       decision_word(DECISION_ACCEPT)))
			return false;
	return finding->companions.count > 0;
}

static void recall_decision(struct session *session, struct finding *finding)
{
	_cleanup_free_ char *key = key_of(finding);
	const json_t *remembered = session_recall(session, key);

	finding->decision = decision_of(finding, remembered);
	finding->with_companions =
		finding->decision == DECISION_ACCEPT && wants_companions(finding, remembered);
}

/* ---- what the policy forbids ----------------------------------------------------------------- */

static char *forbidden_key(const char *source, const char *target, const char *tclass,
			   const char *permission)
{
	return str_printf("forbidden %s %s %s %s", source, target, tclass, permission);
}

/* The policy's own rule that a permission of a rule is known to break; NULL: none. */
static const char *find_forbidden(struct session *session, const struct finding *finding,
				  const char *permission)
{
	_cleanup_free_ char *key =
		forbidden_key(finding->source, finding->target, finding->tclass, permission);

	return known_is_insisted(node_options.dangerous, finding->target, permission)
		       ? NULL
		       : json_string_value(session_recall(session, key));
}

static bool is_to_allow(const struct finding *finding)
{
	return finding->decision == DECISION_ALLOW ||
	       (finding->fix == FIX_ALLOW &&
		(finding->decision == DECISION_NONE || finding->decision == DECISION_ACCEPT));
}

/* What was to be a rule and breaks the policy's own is refused; the rest of the finding stays.
 * Whether there is any. */
static bool recall_forbidden(struct session *session, struct findings *findings, size_t at)
{
	const struct finding *finding = &findings->items[at];
	size_t count = finding->permissions.count, found = 0;
	_cleanup_free_ bool *apart = memory_new(count, sizeof(*apart));
	const char *forbidden = NULL;

	if (!is_to_allow(finding))
		return false;
	for (size_t i = 0; i < count; i++) {
		const char *rule = find_forbidden(session, finding, finding->permissions.items[i]);

		apart[i] = rule != NULL;
		forbidden = rule ?: forbidden;
		found += apart[i];
	}
	if (!found)
		return false;
	if (found < count) {
		findings_split(findings, at, apart);
		recall_decision(session, &findings->items[at]);
		at = findings->count - 1;
	}
	finding_refuse(&findings->items[at], forbidden);
	recall_decision(session, &findings->items[at]);
	return true;
}

/* Is it one of the permissions that a neverallow rule, "(neverallow X Y (CLASS (PERMISSION...)))",
 * is about? Any is, where they are written otherwise. */
static bool is_about(const char *forbidden, const char *tclass, const char *permission)
{
	_cleanup_free_ char *open = str_printf("(%s (", tclass);
	_cleanup_(strings_clear) struct strings names = { 0 };
	_cleanup_free_ char *inside = NULL;
	const char *list = strstr(forbidden, open);
	size_t length;

	if (!list)
		return true;
	list += strlen(open);
	length = strcspn(list, "()");
	inside = memory_copy(list, length);
	strings_split(&names, inside, " ");
	return list[length] != ')' || !strcmp(inside, "all") || strings_has(&names, permission);
}

static int forbid(struct session *session, const struct rule *rule, const char *forbidden,
		  bool *fresh, struct error *err)
{
	const char *target = rule_target(rule);
	int r = 0;

	for (size_t i = 0; r == 0 && i < rule->permissions.count; i++) {
		const char *permission = rule->permissions.items[i];
		_cleanup_free_ char *key =
			forbidden_key(rule->source, target, rule->tclass, permission);

		if (!is_about(forbidden, rule->tclass, permission) ||
		    session_recall(session, key) ||
		    known_is_insisted(node_options.dangerous, target, permission))
			continue;
		*fresh = true;
		r = session_remember(session, key, json_string(forbidden), err);
	}
	return r;
}

int case_forbid(struct session *session, const struct violations *violations, bool *fresh,
		struct error *err)
{
	int r = 0;

	*fresh = false;
	for (size_t i = 0; r == 0 && i < violations->count; i++) {
		const struct violation *violation = &violations->items[i];
		_cleanup_(rules_clear) struct rules rules = { 0 };

		r = cil_rules(violation->rule, &rules, err);
		for (size_t j = 0; r == 0 && j < rules.count; j++)
			r = forbid(session, &rules.items[j], violation->forbidden, fresh, err);
	}
	return r;
}

void case_decide_all(struct session *session, struct findings *findings)
{
	bool changed = false;

	for (size_t i = 0; i < findings->count; i++) {
		recall_decision(session, &findings->items[i]);
		changed = recall_forbidden(session, findings, i) || changed;
	}
	if (changed)
		findings_sort(findings);
}

static void set_words(json_t *object, const struct strings *words, enum decision decision)
{
	for (size_t i = 0; i < words->count; i++)
		member_set(object, words->items[i], json_string(decision_word(decision)));
}

int case_decide(struct session *session, const struct finding *finding, enum decision decision,
		bool companions, struct error *err)
{
	_cleanup_free_ char *key = key_of(finding);
	json_t *before = session_recall(session, key);
	json_t *remembered = json_is_object(before) ? json_copy(before) : json_object();

	/* One that was decided with them before may be decided without them now; else they are what
	 * another finding was decided with. */
	for (size_t i = 0; finding->with_companions && i < finding->companions.count; i++)
		json_object_del(remembered, finding->companions.items[i]);
	set_words(remembered, &finding->permissions, decision);
	if (companions)
		set_words(remembered, &finding->companions, decision);
	return session_remember(session, key, remembered, err);
}

/* ---- the whole case -------------------------------------------------------------------------- */

static int read_and_judge(struct session *session, struct kept *kept, const json_t *sources,
			  struct error *err)
{
	struct advisor advisor;
	int r = case_read(session, sources, &kept->denials, err);

	if (r < 0)
		return r;
	roles_tell(session, &kept->denials);
	r = advisor_here(session, &advisor, err)
		    ?: advice_judge(&advisor, &kept->denials, &kept->findings, err)
		    ?: refine_known_companions(&advisor, &kept->findings, err);
	if (r == 0)
		kept->sources = sources ? json_deep_copy(sources) : json_array();
	return r;
}

int case_findings(struct session *session, const struct findings **findings,
		  const struct denials **denials, struct error *err)
{
	struct kept *kept = kept_of(session);
	const json_t *sources = json_object_get(session_recall(session, "collect"), "sources");
	int r = 0;

	if (!kept->sources || !json_equal(kept->sources, sources)) {
		forget(kept);
		r = read_and_judge(session, kept, sources, err);
	}
	if (r < 0)
		return r;
	case_decide_all(session, &kept->findings);
	*findings = &kept->findings;
	if (denials)
		*denials = &kept->denials;
	return 0;
}

int case_pending(struct session *session, bool *pending, struct error *err)
{
	_cleanup_free_ char *path = session_path(session, MODULE_CIL);
	_cleanup_free_ char *built = NULL, *present = NULL;
	struct store *store;
	int r;

	*pending = false;
	if (session->unchanged || !member_number(session_recall(session, "build"), "rules") ||
	    file_read(path, &built, NULL, NULL) < 0)
		return 0;
	r = node_store(session, &store, err)
		    ?: store_module_text(store, MODULE_NAME, STORE_PRIORITY, &present, err);
	*pending = r == 0 && (!present || !cil_equal(present, built));
	return r;
}

int case_rules(struct session *session, struct rules *rules, struct error *err)
{
	const struct findings *findings;
	const struct denials *denials;
	int r = case_findings(session, &findings, &denials, err);

	if (r == 0)
		rules_from_findings(findings, denials, rules);
	return r < 0 ? r : given_rules(session, rules, err);
}

int case_texts(struct session *session, const struct module_header *header, char **te, char **cil,
	       struct error *err)
{
	_cleanup_(rules_clear) struct rules rules = { 0 };
	int r = case_rules(session, &rules, err);

	*te = *cil = NULL;
	if (r < 0 || !rules.count)
		return r;
	return te_text(header, &rules, te, err) ?: cil_text(header, &rules, cil, err);
}
