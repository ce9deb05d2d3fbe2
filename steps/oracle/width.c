/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "steps/oracle/access.h"
#include "steps/oracle/cil.h"
#include "steps/oracle/excerpt.h"
#include "steps/oracle/width.h"
#include "wizard/util.h"

/* A module of others. */
struct candidate {
	struct store_module *module;
	struct store_cil below; /* the distribution's, for which it stands; text NULL: none */
	struct cil_survey survey;
	unsigned int pass; /* in which it was measured, from 1; 0: not yet */
};

struct search {
	const char *const *domains;
	struct store_cil *modules; /* all that are active */
	size_t count;
	struct store_module *others; /* the candidates' own */
	size_t other_count;
	struct candidate *candidates;
	size_t candidate_count;
};

static void cleanup_search(struct search *search)
{
	for (size_t i = 0; i < search->candidate_count; i++)
		free(search->candidates[i].below.text);
	free(search->candidates);
	store_modules_free(search->others, search->other_count);
	store_cils_free(search->modules, search->count);
}

static void cleanup_oracle(struct oracle **oracle)
{
	oracle_close(*oracle);
}

static struct candidate *candidate_of(const struct search *search, const char *name)
{
	for (size_t i = 0; i < search->candidate_count; i++)
		if (!strcmp(search->candidates[i].module->name, name))
			return &search->candidates[i];
	return NULL;
}

/* Of the candidates only `one` (may be NULL), and what was measured in passes before this. */
static int compile(const struct search *search, const struct candidate *one, unsigned int pass,
		   struct oracle **oracle, struct error *err)
{
	_cleanup_free_ struct store_cil *chosen = memory_new(search->count, sizeof(*chosen));
	size_t count = 0;

	for (size_t i = 0; i < search->count; i++) {
		const struct candidate *its = candidate_of(search, search->modules[i].name);
		bool in = !its || its == one || (its->pass && its->pass < pass);

		if (in || its->below.text)
			chosen[count++] = in ? search->modules[i] : its->below;
	}
	return oracle_compile(oracle, chosen, count, NULL, NULL, NULL, err);
}

static void add_width(const struct search *search, const struct candidate *one,
		      const struct oracle *base, const struct oracle *with, struct widths *widths)
{
	struct width found = { .priority = one->module->priority,
			       .below = one->module->below,
			       .rules = one->survey.allows,
			       .only_ours = one->survey.only_ours && !one->module->below };
	struct width *width;

	for (const char *const *domain = search->domains; *domain; domain++) {
		found.accesses += access_gained(base, with, *domain, ACCESS_POSSIBLE);
		found.silenced += access_gained(base, with, *domain, ACCESS_SILENCED);
	}
	/* The distribution's own rules are not what it gives, where it stands for them. */
	if (!found.accesses && !found.silenced && (!found.rules || found.only_ours || found.below))
		return;
	width = array_push(&widths->items, &widths->count, sizeof(*width));
	*width = found;
	width->name = str_copy(one->module->name);
}

/* *left: how many could not be compiled, as each needs another one. */
static int measure(struct search *search, unsigned int pass, struct widths *widths, size_t *left,
		   struct error *err)
{
	_cleanup_(cleanup_oracle) struct oracle *base = NULL;
	int r = compile(search, NULL, pass, &base, err);

	*left = 0;
	if (r < 0)
		return r;
	for (size_t i = 0; i < search->candidate_count; i++) {
		_cleanup_(cleanup_oracle) struct oracle *with = NULL;
		struct candidate *one = &search->candidates[i];

		if (one->pass)
			continue;
		if (compile(search, one, pass, &with, NULL) < 0) {
			++*left;
			continue;
		}
		add_width(search, one, base, with, widths);
		one->pass = pass;
	}
	return 0;
}

/* What is known of the candidates from their texts, while these are whole. */
static int survey(struct search *search, struct store *store, struct error *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < search->count; i++) {
		struct candidate *its = candidate_of(search, search->modules[i].name);

		if (!its)
			continue;
		its->survey = cil_survey(search->modules[i].text, search->domains);
		if (!its->module->below)
			continue;
		its->below.name = its->module->name;
		r = store_module_text(store, its->module->name, its->module->below,
				      &its->below.text, err);
		if (r == 0 && its->below.text)
			its->below.length = strlen(its->below.text);
	}
	return r;
}

/* The module that makes a domain permissive, and does nothing else? */
static int makes_permissive(struct store *store, const struct store_module *module, bool *does,
			    struct error *err)
{
	const char *domain = str_starts(module->name, "permissive_"), *rest;
	_cleanup_free_ char *text = NULL, *usual = NULL;
	int r;

	*does = false;
	if (!domain)
		return 0;
	usual = str_printf("(typepermissive %s)", domain);
	r = store_module_text(store, module->name, module->priority, &text, err);
	if (r < 0 || !text)
		return r;
	rest = str_starts(text, usual);
	*does = rest && !rest[strspn(rest, " \n")];
	return 0;
}

static int choose_candidates(struct search *search, struct store *store, const char *ours,
			     struct error *err)
{
	int r = store_other_modules(store, &search->others, &search->other_count, err);

	for (size_t i = 0; r == 0 && i < search->other_count; i++) {
		struct store_module *module = &search->others[i];
		struct candidate *candidate;
		bool permissive;

		r = makes_permissive(store, module, &permissive, err);
		if (r < 0 || permissive || (ours && !strcmp(module->name, ours)))
			continue;
		candidate = array_push(&search->candidates, &search->candidate_count,
				       sizeof(*candidate));
		candidate->module = module;
	}
	return r;
}

int widths_find(struct store *store, const struct oracle *policy, const char *const *domains,
		const char *ours, void (*begin)(size_t count), struct widths *widths,
		struct error *err)
{
	_cleanup_(cleanup_search) struct search search = { .domains = domains };
	size_t left, before;
	int r = choose_candidates(&search, store, ours, err);

	if (r < 0 || !search.candidate_count)
		return r;
	if (begin)
		begin(search.candidate_count);
	r = store_all_modules(store, ours, &search.modules, &search.count, err)
		    ?: survey(&search, store, err);
	if (r < 0)
		return r;
	excerpt_modules(search.modules, search.count, policy, domains);
	left = search.candidate_count;
	for (unsigned int pass = 1; r == 0 && left; pass++) {
		before = left;
		r = measure(&search, pass, widths, &left, err);
		if (left == before)
			break;
	}
	return r;
}

void widths_clear(struct widths *widths)
{
	for (size_t i = 0; i < widths->count; i++)
		free(widths->items[i].name);
	free(widths->items);
	*widths = (struct widths){ 0 };
}
