/* SPDX-License-Identifier: GPL-2.0-or-later */ /* A module's text, and rules made of the bytes,
						   written and read back. */
/* Seeds: tests/fuzz/seeds/cil */
#include "steps/module/text.h"
#include "steps/oracle/cil.h"
#include "tests/fuzz/fuzz.h"
#include "wizard/text.h"

static const struct module_header header = { "galera", "1.0", "what\nand (why" };

static bool same_rules(const struct rules *one, const struct rules *other)
{
	if (one->count != other->count)
		return false;
	for (size_t i = 0; i < one->count; i++) {
		_cleanup_free_ char *left = rule_text(&one->items[i], NULL);
		_cleanup_free_ char *right = rule_text(&other->items[i], NULL);

		if (strcmp(left, right) != 0)
			return false;
	}
	return true;
}

/* What can be written is read back as it was. */
static void write_and_read(const struct rules *rules)
{
	struct rules again __attribute__((cleanup(rules_clear))) = { 0 };
	_cleanup_free_ char *cil = NULL, *te = NULL;
	struct error err = { 0 };

	if (cil_text(&header, rules, &cil, &err) < 0) {
		claim(*err.what && *err.remedy, "no reason is given\n");
		claim(te_text(&header, rules, &te, NULL) < 0, "te has names that CIL has not\n");
		return;
	}
	claim(te_text(&header, rules, &te, &err) == 0, "%s\n", err.what);
	claim(cil_rules(cil, &again, &err) == 0, "%s:\n%s\n", err.what, cil);
	claim(same_rules(rules, &again), "other rules are read:\n%s\n", cil);
}

static void words_hold(const char *text)
{
	struct piece rest = piece_of(text), word;
	const char *behind = text;

	while (piece_size(word = cil_next(&rest))) {
		claim(word.at >= behind && word.end <= rest.end, "a word is outside\n");
		behind = word.end;
		claim(rest.at == behind, "the reader is not behind the word\n");
	}
}

static char *next_word(char **rest)
{
	char *word = strsep(rest, " (),:\n\t");

	return str_copy(word ?: "");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rules made __attribute__((cleanup(rules_clear))) = { 0 };
	struct rules rules __attribute__((cleanup(rules_clear))) = { 0 };
	_cleanup_free_ char *text = memory_copy(data, size), *copy = str_copy(text);
	struct cil_survey survey;

	words_hold(text);
	survey = cil_survey(text, mysqld);
	if (cil_rules(text, &rules, &(struct error){ 0 }) == 0) {
		write_and_read(&rules);
		claim(survey.allows <= rules.count, "%zu rules, and %zu of the domain\n",
		      rules.count, survey.allows);
	}
	for (char *rest = copy; rest && *rest;) {
		struct rule *rule = array_push(&made.items, &made.count, sizeof(*rule));

		rule->kind = *rest & 1 ? RULE_ALLOW : RULE_DONTAUDIT;
		rule->source = next_word(&rest);
		rule->target = next_word(&rest);
		rule->tclass = next_word(&rest);
		rule->comment = next_word(&rest);
		strings_take(&rule->permissions, next_word(&rest));
		strings_take(&rule->permissions, next_word(&rest));
	}
	write_and_read(&made);
	return 0;
}
