/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "steps/given.h"
#include "steps/node/node.h"
#include "wizard/util.h"

int given_rules(struct session *session, struct rules *rules, struct error *err)
{
	const json_t *list = json_object_get(session_recall(session, NODE_RESULT), "rules");
	struct result_account account = { 0 };
	struct oracle *base;

	if (!json_array_size(list))
		return 0;
	return node_base(session, &base, err)
		       ?: result_take(list, base, node_domains(), rules, &account, err);
}

/* ---- decisions ------------------------------------------------------------------------------- */

#define DECISION "decision "

char *decision_key(const char *fix, const char *source, const char *target, const char *tclass)
{
	return str_printf(DECISION "%s %s %s %s", fix, source, target, tclass);
}

const char *decision_word(enum decision decision)
{
	static const char *const words[] = { "", "accept", "reject", "allow", "dontaudit" };

	return words[decision];
}

enum decision decision_by_word(const char *word)
{
	enum decision decision = DECISION_DONTAUDIT;

	while (decision != DECISION_NONE && strcmp(decision_word(decision), word) != 0)
		decision--;
	return decision;
}

json_t *given_decisions(const struct session *session)
{
	json_t *list = json_array(), *value;
	const char *key;

	json_object_foreach(session->memory, key, value) {
		_cleanup_(strings_clear) struct strings words = { 0 };
		const char *rest = str_starts(key, DECISION);

		strings_split(&words, rest ?: "", " ");
		if (words.count == 4)
			list_add(list, json_pack("{s:s, s:s, s:s, s:s, s:O}", "fix", words.items[0],
						 "source", words.items[1], "target", words.items[2],
						 "class", words.items[3], "permissions", value));
	}
	return list;
}

/* Is it what a rule of the result allows? */
static bool is_allowed(const json_t *rules, const json_t *decision, const char *permission)
{
	const char *source = member_text(decision, "source");

	list_each(rule, rules) {
		const char *target = member_text(rule, "target");

		if (!member_is(rule, "rule", "allow") || !member_is(rule, "source", source) ||
		    !member_is(decision, "target", strcmp(target, "self") ? target : source) ||
		    !member_is(rule, "class", member_text(decision, "class")))
			continue;
		list_each(has, json_object_get(rule, "permissions"))
			if (!strcmp(item_text(has), permission))
				return true;
	}
	return false;
}

static bool takes(struct oracle *oracle, const json_t *result, const json_t *decision,
		  const char *permission, const char *word)
{
	bool allows = !strcmp(word, "allow") ||
		      (!strcmp(word, "accept") && member_is(decision, "fix", "allow"));

	return oracle_has_permission(oracle, member_text(decision, "class"), permission) &&
	       (!allows || is_allowed(json_object_get(result, "rules"), decision, permission));
}

/* A fix is one of the ladder's words, a domain one of the server's, a target a type here. */
static bool is_known_here(struct oracle *oracle, const json_t *decision)
{
	const char *target = member_text(decision, "target");
	const char *const *domain = node_domains();
	enum fix fix = FIX_ALLOWED;

	while (fix < FIX_ALLOW && !member_is(decision, "fix", fix_name(fix)))
		fix++;
	while (*domain && !member_is(decision, "source", *domain))
		domain++;
	return *domain && member_is(decision, "fix", fix_name(fix)) &&
	       (oracle_has_type(oracle, target) || oracle_has_attribute(oracle, target));
}

int given_decide(struct session *session, const json_t *result, struct error *err)
{
	struct oracle *oracle;
	int r = node_loaded(session, &oracle, err);

	list_each(decision, json_object_get(result, "decisions")) {
		_cleanup_free_ char *key = NULL;
		json_t *known, *said;
		const char *permission;

		if (r < 0 || !is_known_here(oracle, decision))
			continue;
		key = decision_key(member_text(decision, "fix"), member_text(decision, "source"),
				   member_text(decision, "target"), member_text(decision, "class"));
		known = session_recall(session, key);
		known = json_is_object(known) ? json_copy(known) : json_object();
		json_object_foreach(json_object_get(decision, "permissions"), permission, said) {
			const char *word = item_text(said);

			if (decision_by_word(word) != DECISION_NONE &&
			    !json_object_get(known, permission) &&
			    takes(oracle, result, decision, permission, word))
				json_object_set(known, permission, said);
		}
		if (json_object_size(known))
			r = session_remember(session, key, known, err);
		else
			json_decref(known);
	}
	return r;
}
