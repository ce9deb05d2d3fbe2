/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "steps/cluster/bundle.h"
#include "steps/cluster/result.h"
#include "steps/module/proof.h"
#include "wizard/piece.h"
#include "wizard/text.h"
#include "wizard/util.h"

/* ---- out of a file --------------------------------------------------------------------------- */

static int read_bounded(const char *path, struct bytes *bytes, struct error *err)
{
	bool standard = !strcmp(path, "-");
	_cleanup_close_ int own = standard ? -1 : open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got = own < 0 && !standard ? -errno : 1;

	while (got > 0 && bytes->used <= RESULT_BYTES_MAX)
		got = bytes_read(bytes, standard ? STDIN_FILENO : own);
	if (got < 0)
		return error_set(err, (int)-got,
				 "give the file that `galera-selinux export -o FILE` has written",
				 "cannot read %s: %s", path, strerror((int)-got));
	if (bytes->used > RESULT_BYTES_MAX)
		return error_set(err, EFBIG,
				 "give the file that `galera-selinux export -o FILE` has written",
				 "%s is larger than a result is (%u MB)", path,
				 RESULT_BYTES_MAX >> 20);
	return 0;
}

static int no_result(const char *path, const char *why, struct error *err)
{
	return error_set(err, EBADMSG,
			 "copy it again from the node that has written it; `galera-selinux export "
			 "-o FILE` there writes it anew",
			 "%s is no whole result of `export`: %s", path, why);
}

static bool are_texts(const json_t *list)
{
	list_each(item, list)
		if (!json_is_string(item))
			return false;
	return true;
}

/* Each item of a list, as json_unpack() says it: of what it has at least. */
static bool have_shape(const json_t *list, const char *format, const char *const *keys)
{
	list_each(item, list)
		if (json_unpack_ex(item, NULL, JSON_VALIDATE_ONLY, format, keys[0], keys[1],
				   keys[2], keys[3], keys[4]) < 0)
			return false;
	return json_is_array(list);
}

static const char *wrong_rule(const json_t *rules)
{
	static const char *const keys[] = { "rule", "source", "target", "class", "permissions" };

	if (!have_shape(rules, "{ss ss ss ss s[]}", keys))
		return "a rule is incomplete";
	list_each(rule, rules) {
		const char *kind = member_text(rule, "rule");
		const json_t *permissions = json_object_get(rule, "permissions");

		if (strcmp(kind, "allow") != 0 && strcmp(kind, "dontaudit") != 0)
			return "a rule is neither allow nor dontaudit";
		if (!are_texts(permissions) || !are_texts(json_object_get(rule, "unobserved")) ||
		    json_array_size(permissions) == 0)
			return "a rule has something else than permissions";
		list_each(command, json_object_get(rule, "ioctls"))
			if (!json_is_integer(command) || json_integer_value(command) < 0 ||
			    json_integer_value(command) > 0xffff)
				return "a rule has something else than ioctl commands";
	}
	return json_array_size(rules) > RESULT_RULES_MAX ? "it has too many rules" : NULL;
}

static const char *wrong_port(const json_t *ports)
{
	static const char *const keys[] = { "proto", "number", "type", "purpose", NULL };

	if (!have_shape(ports, "{ss si ss ss}", keys))
		return "a port is incomplete";
	list_each(port, ports) {
		const char *proto = member_text(port, "proto");
		json_int_t number = member_number(port, "number");

		if (number < 1 || number > 65535 ||
		    (strcmp(proto, "tcp") != 0 && strcmp(proto, "udp") != 0))
			return "a port is none";
	}
	return json_array_size(ports) > RESULT_PORTS_MAX ? "it has too many ports" : NULL;
}

/* "1.7": what stands in a module behind its name. */
static bool is_version(const char *text)
{
	return *text && strlen(text) < 20 && !text[strspn(text, "0123456789.")];
}

/* NULL: nothing is. */
static const char *what_is_wrong(const json_t *result)
{
	static const char *const decision[] = { "fix", "source", "target", "class", "permissions" };
	const char *version = member_text(json_object_get(result, "module"), "version");
	const char *wrong = wrong_rule(json_object_get(result, "rules"))
				    ?: wrong_port(json_object_get(result, "ports"));

	if (wrong)
		return wrong;
	if (!is_version(version))
		return "the module has no version";
	if (json_array_size(json_object_get(result, "decisions")) > RESULT_RULES_MAX)
		return "it has too many decisions";
	return have_shape(json_object_get(result, "decisions"), "{ss ss ss ss s{}}", decision)
		       ? NULL
		       : "a decision is incomplete";
}

/* Of the document but its own member, the keys sorted: bytes that were altered on the way. */
static int sum_of(const json_t *result, char sum[static BUNDLE_SUM_SIZE], struct error *err)
{
	json_auto_t *copy = json_copy((json_t *)result);
	_cleanup_free_ char *text = NULL;

	json_object_del(copy, "sha256");
	text = json_dumps(copy, JSON_COMPACT | JSON_SORT_KEYS);
	return bundle_sum(text, strlen(text), sum, err);
}

int result_seal(json_t *result, struct error *err)
{
	char sum[BUNDLE_SUM_SIZE];
	int r = sum_of(result, sum, err);

	if (r == 0)
		member_set(result, "sha256", json_string(sum));
	return r;
}

int result_read(const char *path, json_t **result, struct error *err)
{
	struct bytes bytes = { 0 };
	json_error_t error;
	json_auto_t *read = NULL;
	json_int_t format;
	const char *wrong;
	char sum[BUNDLE_SUM_SIZE];
	int r = read_bounded(path, &bytes, err);
	_cleanup_free_ char *text = bytes.text;

	if (r < 0)
		return r;
	read = json_loadb(text ?: "", bytes.used, JSON_REJECT_DUPLICATES, &error);
	if (!read)
		return no_result(path, error.text, err);
	format = member_number(read, "format");
	if (!member_is(read, "kind", RESULT_KIND) || format < 1)
		return no_result(path, "it is something else", err);
	if (format > RESULT_FORMAT)
		return error_set(err, ENOTSUP,
				 "install the galera-selinux that wrote it, or a newer one",
				 "%s has format %lld, and this program reads no newer than %d",
				 path, (long long)format, RESULT_FORMAT);
	if (json_unpack_ex(read, &error, JSON_VALIDATE_ONLY, "{s{ss si} s{ss} s{ss ss}}", "made",
			   "host", "time", "policy", "type", "module", "version", "comment") < 0)
		return no_result(path, error.text, err);
	r = sum_of(read, sum, err);
	wrong = what_is_wrong(read);
	if (r == 0 && !wrong && strcmp(sum, member_text(read, "sha256")) != 0)
		wrong = "it was altered, or damaged on the way (sha256)";
	if (r < 0 || wrong)
		return r < 0 ? r : no_result(path, wrong, err);
	*result = TAKE_PTR(read);
	return 0;
}

/* ---- rules -> data --------------------------------------------------------------------------- */

/* What is told of a rule's evidence: so many of its denials. */
#define EVIDENCE_MAX 16

static void add_text(json_t *object, const char *name, const char *text)
{
	if (text)
		member_set(object, name, text_json(text));
}

static json_t *denial_json(const struct denial *denial)
{
	json_t *object = json_object();

	member_set(object, "count", json_integer((json_int_t)denial_records(denial)));
	member_set(object, "first", json_integer(denial->seconds));
	member_set(object, "permissions", strings_json(&denial->permissions));
	add_text(object, "node", denial->node);
	add_text(object, "exercise", denial->exercise ?: denial->origin);
	add_text(object, "role", denial->role);
	add_text(object, "comm", denial->comm);
	add_text(object, "exe", denial->exe);
	add_text(object, "path", denial->path);
	return object;
}

static json_t *evidence_json(const struct rule *rule, const struct findings *findings,
			     const struct denials *denials)
{
	json_t *list = json_array();

	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *finding = &findings->items[i];

		for (size_t j = 0; proof_belongs(rule, finding) && j < finding->evidence_count; j++)
			if (json_array_size(list) < EVIDENCE_MAX)
				list_add(list, denial_json(&denials->items[finding->evidence[j]]));
	}
	return list;
}

/* Of what it allows or silences, the worst. */
static json_int_t severity_of(const struct rule *rule, const struct findings *findings)
{
	json_int_t worst = 0;

	for (size_t i = 0; i < findings->count; i++)
		if (proof_belongs(rule, &findings->items[i]) && findings->items[i].severity > worst)
			worst = findings->items[i].severity;
	return worst;
}

static bool is_same_rule(const json_t *item, const struct rule *rule)
{
	return member_is(item, "rule", rule_keyword(rule)) &&
	       member_is(item, "source", rule->source) && member_is(item, "target", rule->target) &&
	       member_is(item, "class", rule->tclass);
}

static json_t *rule_json(const struct rule *rule)
{
	json_t *object = json_made(json_pack(
		"{s:s, s:s, s:s, s:b, s:s, s:o, s:o, s:o}", "rule", rule_keyword(rule), "source",
		rule->source, "target", rule->target, "attribute", rule->target_is_attribute,
		"class", rule->tclass, "permissions", strings_json(&rule->permissions),
		"unobserved", strings_json(&rule->unobserved), "comment",
		text_json(rule->comment ?: "")));
	json_t *ioctls;

	if (!rule->ioctl_count)
		return object;
	ioctls = json_array();
	for (size_t i = 0; i < rule->ioctl_count; i++)
		list_add(ioctls, json_integer(rule->ioctls[i]));
	member_set(object, "ioctls", ioctls);
	return object;
}

json_t *result_rules(const struct rules *rules, const struct findings *findings,
		     const struct denials *denials, const json_t *given)
{
	json_t *list = json_array();

	for (size_t i = 0; i < rules->count; i++) {
		const struct rule *rule = &rules->items[i];
		json_t *object = rule_json(rule), *evidence;
		json_int_t severity = severity_of(rule, findings);

		evidence = evidence_json(rule, findings, denials);
		list_each(item, given) {
			if (!is_same_rule(item, rule))
				continue;
			json_array_extend(evidence, json_object_get(item, "evidence"));
			if (member_number(item, "severity") > severity)
				severity = member_number(item, "severity");
		}
		member_set(object, "severity", json_integer(severity));
		member_set(object, "evidence", evidence);
		list_add(list, object);
	}
	return list;
}

/* ---- data -> rules --------------------------------------------------------------------------- */

static void copy_texts(const json_t *list, struct strings *strings)
{
	list_each(item, list)
		strings_insert(strings, item_text(item));
}

/* One rule, as the file has it; caller clears. */
static void read_rule(const json_t *item, struct rules *rules)
{
	const char *source = member_text(item, "source"), *target = member_text(item, "target");
	bool allow = member_is(item, "rule", "allow");
	struct rule *rule = rules_at(
		rules, &(struct rule){
			       .kind = allow ? RULE_ALLOW : RULE_DONTAUDIT,
			       .source = (char *)source,
			       .target = (char *)(strcmp(source, target) ? target : "self"),
			       .tclass = (char *)member_text(item, "class"),
			       .target_is_attribute = member_true(item, "attribute"),
		       });

	copy_texts(json_object_get(item, "permissions"), &rule->permissions);
	copy_texts(json_object_get(item, "unobserved"), &rule->unobserved);
	if (!rule->comment)
		rule->comment = str_copy(member_text(item, "comment"));
	list_each(command, json_object_get(item, "ioctls"))
		ioctls_insert(&rule->ioctls, &rule->ioctl_count,
			      (unsigned int)json_integer_value(command));
}

/* What the policy does not define; caller frees. An attribute is not the type that it is called. */
static char *find_unknown(struct oracle *base, const struct rule *rule)
{
	const char *target = rule_target(rule);
	bool attribute = oracle_has_attribute(base, target);

	if (rule->target_is_attribute != attribute && (attribute || oracle_has_type(base, target)))
		return str_printf("%s %s", rule->target_is_attribute ? "attribute" : "type",
				  target);
	return rule_missing(base, rule);
}

/* Every permission of `from` but those that the policy gives. Of a rule that was there, as of this
 * node's own evidence, each command counts that one of them has. */
static void merge(struct rules *rules, const struct rule *from, const bool *granted,
		  struct result_account *account)
{
	struct rule *rule = rules_at(rules, from);
	bool had = strings_has(&rule->permissions, "ioctl");

	account->rules++;
	if (!rule->comment)
		rule->comment = str_copy(from->comment);
	for (size_t i = 0; i < from->permissions.count; i++) {
		const char *permission = from->permissions.items[i];
		bool all = !from->ioctl_count || (had && !rule->ioctl_count);

		if (granted[i])
			continue;
		account->permissions++;
		strings_insert(&rule->permissions, permission);
		strings_insert(&rule->given, permission);
		if (strings_has(&from->unobserved, permission))
			strings_insert(&rule->unobserved, permission);
		if (strcmp(permission, "ioctl") != 0)
			continue;
		for (size_t j = 0; j < from->ioctl_count; j++)
			ioctls_insert(&rule->ioctls, &rule->ioctl_count, from->ioctls[j]);
		if (all)
			rule->ioctl_count = 0;
	}
}

static void note_first(struct result_account *account, const char *what)
{
	if (account->foreign + account->unknown == 1)
		snprintf(account->first, sizeof(account->first), "%s", what);
}

static int take_rule(const struct rule *rule, struct oracle *base, const char *const *domains,
		     struct rules *rules, struct result_account *account, struct error *err)
{
	_cleanup_free_ bool *granted = memory_new(rule->permissions.count + 1, sizeof(*granted));
	_cleanup_free_ char *unknown = NULL;
	size_t count = 0;
	int r;

	if (!piece_is_among(piece_of(rule->source), domains)) {
		account->foreign++;
		note_first(account, rule->source);
		return 0;
	}
	unknown = find_unknown(base, rule);
	if (unknown) {
		account->unknown++;
		note_first(account, unknown);
		return 0;
	}
	r = rule_granted(base, base, rule, granted, &count, err);
	account->granted += count;
	if (r == 0 && count < rule->permissions.count)
		merge(rules, rule, granted, account);
	return r;
}

int result_take(const json_t *list, struct oracle *base, const char *const *domains,
		struct rules *rules, struct result_account *account, struct error *err)
{
	_cleanup_(rules_clear) struct rules read = { 0 };
	int r = 0;

	list_each(item, list)
		read_rule(item, &read);
	for (size_t i = 0; r == 0 && i < read.count; i++)
		r = take_rule(&read.items[i], base, domains, rules, account, err);
	rules_sort(rules);
	return r;
}

/* One denial of these permissions of a rule, which are taken over, as a piece of its evidence
 * (NULL: none) tells it. */
static void add_denial(const struct rule *rule, struct strings *permissions, const json_t *seen,
		       struct denials *denials)
{
	struct denial *denial;
	const char *target = rule_target(rule);

	if (!permissions->count)
		return;
	denial = array_push(&denials->items, &denials->count, sizeof(*denial));
	*denial = (struct denial){
		.origin = str_copy("result"),
		.source_context = str_copy(rule->source),
		.source = str_copy(rule->source),
		.target_context = str_copy(target),
		.target = str_copy(target),
		.tclass = str_copy(rule->tclass),
		.permissions = *permissions,
		.comm = str_copy(member_or_null(seen, "comm")),
		.exe = str_copy(member_or_null(seen, "exe")),
		.path = str_copy(member_or_null(seen, "path")),
	};
	*permissions = (struct strings){ 0 };
}

void result_denials(const json_t *list, const char *const *domains, struct denials *denials)
{
	list_each(item, list) {
		_cleanup_(rules_clear) struct rules one = { 0 };
		_cleanup_(strings_clear) struct strings seen = { 0 }, unseen = { 0 };
		const struct rule *rule;

		read_rule(item, &one);
		rule = one.items;
		if (rule->kind != RULE_ALLOW || !piece_is_among(piece_of(rule->source), domains))
			continue;
		list_each(evidence, json_object_get(item, "evidence")) {
			_cleanup_(strings_clear) struct strings denied = { 0 };

			list_each(permission, json_object_get(evidence, "permissions"))
				if (strings_has(&rule->permissions, item_text(permission)))
					strings_insert(&denied, item_text(permission));
			for (size_t i = 0; i < denied.count; i++)
				strings_insert(&seen, denied.items[i]);
			add_denial(rule, &denied, evidence, denials);
		}
		for (size_t i = 0; i < rule->permissions.count; i++)
			if (!strings_has(&seen, rule->permissions.items[i]))
				strings_insert(&unseen, rule->permissions.items[i]);
		add_denial(rule, &unseen, NULL, denials);
	}
}
